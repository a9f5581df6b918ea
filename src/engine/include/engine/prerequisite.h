/* Prerequisite edges between skills: as a soft prior, and a test of whether answers support them.
 *
 * An edge says: few have the later skill without the earlier one. Its strength s is how few: P(after | not before) = (1
 * - s) P(after | before). s = 1 is the surmise relation of Doignon & Falmagne 1985 (knowledge spaces); below it, the
 *   noisy one that learner models use (Carmona et al. 2005;
 * Kaeser, Klingler, Schwing & Gross 2017). It moves estimates a little; it never locks anything, and estimates fall by
 * evidence on the skill itself only.
 *
 * Pure; + - * / sqrt and engine/numeric.h only.
 */
#ifndef ENGINE_PREREQUISITE_H
#define ENGINE_PREREQUISITE_H
#include "engine/bootstrap.h"
#include "engine/irt.h"

struct prerequisite_edge {
    uint32_t before, after;
    double strength; /* [0, 1] */
};
struct prerequisite_graph {
    size_t skills, edges;
    const struct prerequisite_edge *edge;
    /* NULL, or skills + 1: where the edges to each skill begin, edge being in order of `after`; quicker */
    const uint32_t *into_at;
};
/* ST_INVALID "model.edge": a skill out of range, an edge to itself, a strength outside [0, 1] or NaN. */
enum st prerequisite_check(const struct prerequisite_graph *g, struct err *e) WARN_UNUSED;
/* A skill that comes before itself by some way round, or UINT32_MAX. Mined graphs have such circles; nothing here
 * goes wrong on them. scratch: skills. */
uint32_t prerequisite_circle(const struct prerequisite_graph *g, uint32_t *scratch);

/* Where a skill of which nothing is known begins: its prior, or less where a skill before it was tried (seen) and is
 * not there. Never more than the prior, never below (1 - s) of it for the strongest edge.
 * in  prior, p_known  skills: of all students before any answer; of this student now; [0, 1]. seen: skills, 0 or 1
 * out by  NULL, or the earlier skill for which it is less; UINT32_MAX: it is the prior
 * By total probability over the earlier skill, with the prior as what holds on average. Of several edges the one that
 * says least counts. */
double prerequisite_start(const struct prerequisite_graph *g, uint32_t skill, const double *prior,
                          const double *p_known, const uint8_t *seen, uint32_t *by);
/* --- do the answers bear an edge out? --- */

/* Counts, or sums of weights. both: has both; before: has the earlier one only; after: the later one only, which an
 * edge forbids. */
struct prerequisite_counts {
    double both, before, after, neither;
};
enum prerequisite_verdict {
    PREREQUISITE_FEW,       /* under PREREQUISITE_LEAST with or without the earlier skill */
    PREREQUISITE_HOLDS,     /* those who have the earlier one have the later one more often, and it is one-way */
    PREREQUISITE_BACKWARD,  /* it holds the other way round */
    PREREQUISITE_BOTH_WAYS, /* they go together, and neither comes first */
    PREREQUISITE_NOT_SEEN   /* they do not go together */
};
const char *prerequisite_word(enum prerequisite_verdict v);
enum { PREREQUISITE_LEAST = 20, PREREQUISITE_DRAWS = 2000 };
struct prerequisite_finding {
    struct {
        double value, low, high; /* 95 % by drawing from Beta(1 + yes, 1 + no), seeded */
    } with,                      /* P(after | before) */
        without,                 /* P(after | not before) */
        difference,
        /* of those who have just one of the two: the share that has the later one. An edge says 0, none says 1/2 */
        out_of_order;
    double strength; /* prerequisite_strength() of the counts */
    enum prerequisite_verdict verdict;
};
/* 1 - without / with, within [0, 1): for a struct prerequisite_edge. 0 under PREREQUISITE_LEAST with or without the
 * earlier skill. */
double prerequisite_strength(const struct prerequisite_counts *success);
/* success: who was right on the later skill, by whether they had the earlier one; of it come with, without, difference,
 * strength. state: who has which of the two; of it comes out_of_order. Often the same counts. lift: NULL, or what of
 * the difference the students' general level does not foretell: without it, any two skills seem to go together, because
 * the able have both. One-way: out_of_order is under 1/3 by its interval; backward, over 2/3. */
void prerequisite_weigh(const struct prerequisite_counts *success, const struct prerequisite_counts *state,
                        const struct interval95 *lift, uint64_t seed, struct prerequisite_finding *out);

/* Who has which skills, from a score matrix with a Q matrix: shares of the 2^skills combinations, each item right by a
 * chance of its own for each combination of the skills it needs (G-DINA, de la Torre 2011, saturated), by EM with a
 * Beta(1, 1)-like pull of one person each way. */
enum { CLASS_SKILLS_MAX = 8 };
struct skill_classes {
    size_t skills, persons;
    double share[1 << CLASS_SKILLS_MAX]; /* bit k: has skill k; adds up to 1 */
    double log_likelihood;
    int iterations;
    bool converged;
};
/* q: items; bit k: needs skill k. Scores over 0 count as right. ST_INVALID "model.data": no person or item, a skill
 * that no item needs, too many skills. ST_NOMEM. */
enum st skill_classes_fit(const struct irt_matrix *m, const uint32_t *q, size_t skills, struct skill_classes *out,
                          struct err *e) WARN_UNUSED;
struct prerequisite_counts skill_classes_counts(const struct skill_classes *c, uint32_t before, uint32_t after);

#endif
