/* A district's models fitted anew to its own evidence, judged on students held back, and put in force when they are not
 * worse.
 *
 *   one snapshot of the facts --packed--> fit on four in five students --> judge on the fifth --> registry, and perhaps
 *   a version
 *
 * Invariants
 *  1. What goes live is what was judged: nothing is fitted to the held-back students, ever (they are always the same
 *  ones).
 *  2. A version applies to answers recorded from then on; nothing that is stored moves.
 *  3. Who is in which group is looked at when a model is judged, and never when it is fitted or used.
 */
#ifndef MODELS_REFIT_H
#define MODELS_REFIT_H
#include "models/models.h"

enum {
    REFIT_LEARNERS = 50,      /* fitted to: from about 50 students on learn and slip settle (docs/models.md) */
    REFIT_HELD_LEARNERS = 20, /* judged on: fewer give no interval worth the name */
    REFIT_HELD_ANSWERS = 500,
    REFIT_SKILL_LEARNERS = 50, /* a skill with fewer takes the pooled parameters */
    REFIT_ITEM_ANSWERS = 20,   /* a question with fewer has no weight of its own */
    REFIT_POOL_WEIGHT = 50,    /* students that the shipped prior counts for in the pooled parameters */
    REFIT_HOLD_DAYS = 28       /* after a person took a version back, no other goes live by itself for so long */
};
/* Log-loss per answer: the interval of new less old may reach no higher than this, and what gains less than that is
 * no new version. */
#define REFIT_MARGIN 0.002
#define REFIT_GAIN 0.0002

struct refit_options {
    bool dry_run; /* write nothing */
    bool nightly; /* begun by the server: once a night */
    bool go_live; /* a person says so: also within REFIT_HOLD_DAYS of a taking back */
};

/* Told what is being done, and how far, also within a fit; share: of the fit, 0 elsewhere. false: stop. */
enum refit_phase { REFIT_READING, REFIT_FITTING, REFIT_JUDGING };
typedef bool refit_told(void *ctx, enum refit_phase phase, size_t learners, size_t answers, double share);

/* What a part worked, in processor time. */
struct refit_took {
    int64_t fit_us, judge_us;
};
/* Of each kind; fit_id 0 where nothing was written to the registry: a dry run, or nothing new. */
struct refitted {
    struct model_fit skills, questions;
    int64_t read_us;
    struct refit_took skills_took, questions_took;
};
/* c: for writing, the caller's thread's. out: in arena.
 * err ST_DENIED: another process is at it; ST_BUSY: told to stop; ST_CONFLICT: another version came into force
 * meanwhile */
enum st refit(struct app *app, struct conn *c, const struct refit_options *o, refit_told *told, void *ctx,
              struct arena *a, struct refitted *out, struct err *e) WARN_UNUSED;

#endif
