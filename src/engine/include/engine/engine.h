/* The engine, whole: learner models as a library of its own. It needs nothing of the program around it but base/err.h
 * (status and words of a failure), base/arena.h by that, and base/rng.h where something is drawn; see README.md in this
 * room for what is where.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H
#include "engine/belief.h"
#include "engine/belief_fit.h"
#include "engine/bkt.h"
#include "engine/bkt_prerequisites.h"
#include "engine/bkt_fit.h"
#include "engine/bkt_general.h"
#include "engine/detect.h"
#include "engine/dif.h"
#include "engine/elo.h"
#include "engine/fairness.h"
#include "engine/features.h"
#include "engine/fsrs.h"
#include "engine/bootstrap.h"
#include "engine/irt.h"
#include "engine/linear.h"
#include "engine/logistic.h"
#include "engine/metrics.h"
#include "engine/numeric.h"
#include "engine/prerequisite.h"
#include "engine/responses.h"
#include "engine/simulate.h"
#include "engine/transfer.h"

#endif
