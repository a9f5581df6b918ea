/* What studies of models write alike: pieces of a JSON document, and files beside it. */
#ifndef LAB_PUT_H
#define LAB_PUT_H
#include "lab/lab.h"

/* --- pieces --- */
void model_put_fit(struct json_out *j, double objective, double log_likelihood, bool converged, int iterations,
                   size_t rows);
/* what of the log was not taken as an answer of its own */
void model_put_log(struct json_out *j, const struct log_data *d);
void model_put_metrics(struct json_out *j, const struct metrics *m);
/* the five that everybody compares */
void model_put_scores(struct json_out *j, const struct metrics *m);
/* {value, low, high}, or null where there is no figure */
void model_put_interval(struct json_out *j, const char *key, const struct interval95 *v);
void model_put_numbers(struct json_out *j, const char *key, const double *x, size_t n);
/* enum bkt_flag, as a list */
void model_put_flags(struct json_out *j, unsigned flags);
/* under "parameters" */
void model_put_logistic(struct json_out *j, const struct log_data *d, const struct logistic *m);

void model_put_belief(struct json_out *j, const struct log_data *d, const struct belief_model *m);

/* --- files --- */
/* *out: for model_file_close, which closes it and says whether all of it was written. whole false: what should be in
 * it could not be made. */
enum st model_file_open(const char *path, FILE **out, struct err *e) WARN_UNUSED;
enum st model_file_close(FILE *f, const char *path, bool whole, struct err *e) WARN_UNUSED;
/* One row per answer: user, index, p, correct. path NULL: standard output. p: rows */
enum st model_write_predictions(const struct log_data *d, const double *p, const char *path, struct err *e) WARN_UNUSED;

#endif
