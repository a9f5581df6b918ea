/* Knowledge tracing where what is known of one set of skills says where another begins.
 *
 * The nodes of the graph are the sets of skills of engine/responses.h, as for engine/bkt_fit.h: each has one P(known).
 * A set without an answer begins at prerequisite_start(); from then on it moves by its own answers only. Without edges
 * it is bkt_predict_rows, bit for bit.
 *
 * Pure; + - * / only. Nothing here knows an answer that has not been given to bkt_prerequisites_answer.
 */
#ifndef ENGINE_BKT_PREREQUISITES_H
#define ENGINE_BKT_PREREQUISITES_H
#include "engine/bkt_fit.h"
#include "engine/prerequisite.h"

/* One student under way. */
struct bkt_prerequisites {
    const struct bkt_fitted *m;         /* sets; borrowed, as the graph is, until bkt_prerequisites_free */
    const struct prerequisite_graph *g; /* over sets */
    double *prior, *known;              /* sets; known: of those that are tried */
    uint8_t *tried;                     /* sets */
};
/* The graph has as many skills as m has sets. ST_INVALID as prerequisite_check; ST_NOMEM. Free also after a failure. */
enum st bkt_prerequisites_init(struct bkt_prerequisites *x, const struct bkt_fitted *m,
                               const struct prerequisite_graph *g, struct err *e) WARN_UNUSED;
void bkt_prerequisites_free(struct bkt_prerequisites *x);
void bkt_prerequisites_begin(struct bkt_prerequisites *x); /* a student of whom nothing is known */
/* P(known) as of now. by: NULL, or the set for which one without an answer begins lower than its prior; UINT32_MAX:
 * for none. */
double bkt_prerequisites_known(const struct bkt_prerequisites *x, uint32_t set, uint32_t *by);
void bkt_prerequisites_answer(struct bkt_prerequisites *x, uint32_t set, bool right);

/* As bkt_predict_rows. */
enum st bkt_prerequisites_predict_rows(const struct responses *r, const struct bkt_fitted *m,
                                       const struct prerequisite_graph *g, size_t folds, size_t hold_out, double *p,
                                       struct err *e) WARN_UNUSED;

#endif
