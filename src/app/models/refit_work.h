/* What the kinds of models share while they are fitted and judged. */
#ifndef MODELS_REFIT_WORK_H
#define MODELS_REFIT_WORK_H
#include "core/jobs.h"
#include "models/refit.h"
#include "refit_judge.h"
#include "policy/snapshot.h"

struct work {
    struct app *app;
    struct snapshot *s;
    struct conn *c, *reader;
    const struct refit_options *o;
    refit_told *told;
    void *ctx;
    struct arena *a;
    struct job job;
    bool leased, stopped;
    int64_t now_ms, kept_ms;
    enum refit_phase phase;
    struct fit_watch watch; /* for what takes long: may it go on? */
    struct refit_data h;
    char digest[17]; /* of h */
    /* of the kind in hand */
    struct model_row base;    /* the version in force; model_id 0: none */
    size_t learners, answers; /* fitted to */
    struct json_out j;        /* the report */
    void *candidate;          /* the kind's own, in arena */
};

/* A kind of model: from the packed answers to what goes into its document. */
struct refit_kind {
    const char *name;
    /* Fits to the students not held back; sets learners and answers. Nothing to fit is no failure. */
    enum st (*fit)(struct work *w, struct err *e);
    /* Fills in both predictions of each held-back answer. */
    enum st (*predict)(struct work *w, struct judged *j, struct err *e);
    void (*report)(struct work *w);                                          /* what was fitted, for the registry */
    enum st (*doc)(const struct work *w, struct json_out *j, struct err *e); /* the parameters; the object is open */
};
extern const struct refit_kind refit_bkt, refit_items;

/* To six places: what is judged is what is written, in a text of that many digits. */
static inline double refit_rounded(double x) { return (double)(int64_t)(x * 1e6 + (x < 0.0 ? -.5 : .5)) / 1e6; }

#endif
