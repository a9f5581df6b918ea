/* The figures that engine/belief.h goes by, from a log of answers.
 *
 * How easy each skill and how hard each question is: those at which what was expected and what was seen agree, pass by
 * pass, each step by the information behind it and held to the middle by what is known of such things on the whole (a
 * normal prior); the doubt that is left is kept with each. The figures of `struct belief_params`: those under which the
 * next answers of students who were not fitted are likeliest (prequential likelihood, Dawid 1984), found by steps along
 * each in turn, on at most BELIEF_SEARCH_ROWS rows of whole students.
 *
 * The same bits for any number of threads.
 */
#ifndef ENGINE_BELIEF_FIT_H
#define ENGINE_BELIEF_FIT_H
#include "engine/belief.h"
#include "engine/responses.h"

enum { BELIEF_SEARCH_ROWS = 100000, BELIEF_ROUNDS = 4 };

struct belief_model {
    struct belief_params params;
    size_t skills, items;
    double *ease, *ease_var;         /* skills: means and variances */
    double *hardness, *hardness_var; /* items */
};
/* As of nothing known. ST_NOMEM; release also after a failure */
enum st belief_model_init(struct belief_model *m, const struct belief_params *p, size_t skills, size_t items,
                          struct err *e) WARN_UNUSED;
void belief_model_free(struct belief_model *m);

struct belief_fit_options {
    size_t folds, hold_out; /* rows of users whose fold is this are left out; folds 0: none */
    const double *guess;    /* items: right without knowing; NULL: 0 */
    int rounds;             /* of the search; 0: the params stay as they are */
    const struct fit_watch *watch;
};
struct belief_report {
    double log_loss; /* of the next answers of students who were kept out of the last round; 0 without a search */
    size_t rows;
    int rounds;
    bool stopped;
};
/* m: from belief_model_init, with the params to begin with. Without a clock all answers are of one day, and what the
 * days say (warmth, fading, drift) is none.
 * err ST_INVALID, ST_NOMEM */
enum st belief_fit(const struct responses *r, const struct belief_fit_options *o, const struct parallel *par,
                   struct belief_model *m, struct belief_report *report, struct err *e) WARN_UNUSED;

/* The day of a time, as fits and predictions count it; times beyond all days count as the last. */
int32_t belief_day(double time_s);
/* P(right) of each row, one step ahead, clipped to [1e-6, 1 - 1e-6]; only rows of users in fold hold_out when folds >
 * 0. guess: items, or NULL. ST_NOMEM */
enum st belief_predict_rows(const struct responses *r, const struct belief_model *m, const double *guess, size_t folds,
                            size_t hold_out, const struct parallel *par, double *p, struct err *e) WARN_UNUSED;

#endif
