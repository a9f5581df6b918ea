#include "lab/put.h"

#include <string.h>

#include "base/csv.h"
#include "engine/logistic.h"

enum { NAME_BYTES_MAX = 1 << 16 };

void model_put_fit(struct json_out *j, double objective, double log_likelihood, bool converged, int iterations,
                   size_t rows)
{
    json_put_f64(j, "objective", objective);
    json_put_f64(j, "log_likelihood", log_likelihood);
    json_put_bool(j, "converged", converged);
    json_put_i64(j, "iterations", iterations);
    json_put_i64(j, "rows", (int64_t)rows);
}

void model_put_log(struct json_out *j, const struct log_data *d)
{
    json_put_i64(j, "merged_rows", (int64_t)d->merged);
    json_put_i64(j, "repeated_rows", (int64_t)d->repeated);
    json_put_i64(j, "repeated_files", (int64_t)d->files_again);
    json_put_i64(j, "unscored_rows", (int64_t)d->unscored);
}

void model_put_metrics(struct json_out *j, const struct metrics *m)
{
    json_put_i64(j, "rows", (int64_t)m->rows);
    json_put_f64(j, "share_right", m->rows ? (double)m->right / (double)m->rows : 0.0);
    json_put_f64(j, "auc", m->auc);
    json_put_f64(j, "auc_low", m->auc - 1.96 * m->auc_se < 0.0 ? 0.0 : m->auc - 1.96 * m->auc_se);
    json_put_f64(j, "auc_high", m->auc + 1.96 * m->auc_se > 1.0 ? 1.0 : m->auc + 1.96 * m->auc_se);
    json_put_f64(j, "rmse", m->rmse);
    json_put_f64(j, "log_loss", m->log_loss);
    json_put_f64(j, "ece", m->ece);
}

void model_put_scores(struct json_out *j, const struct metrics *m)
{
    json_put_i64(j, "rows", (int64_t)m->rows);
    json_put_f64(j, "auc", m->auc);
    json_put_f64(j, "rmse", m->rmse);
    json_put_f64(j, "log_loss", m->log_loss);
    json_put_f64(j, "ece", m->ece);
}

void model_put_interval(struct json_out *j, const char *key, const struct interval95 *v)
{
    if (!v->known) {
        json_put_null(j, key);
        return;
    }
    json_open_obj(j, key);
    json_put_f64(j, "value", v->value);
    json_put_f64(j, "low", v->low);
    json_put_f64(j, "high", v->high);
    json_close_obj(j);
}

void model_put_numbers(struct json_out *j, const char *key, const double *x, size_t n)
{
    json_open_list(j, key);
    for (size_t i = 0; i < n; i++) json_put_f64(j, NULL, x[i]);
    json_close_list(j);
}

void model_put_flags(struct json_out *j, unsigned flags)
{
    static const struct {
        unsigned flag;
        const char *name;
    } names[] = {{BKT_ON_BOUND, "on_bound"},
                 {BKT_FEW, "few_students"},
                 {BKT_POOLED, "pooled"},
                 {BKT_NO_DATA, "no_data"},
                 {BKT_STARTS, "several_optima"}};
    json_open_list(j, "flags");
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (flags & names[k].flag) json_put_str(j, NULL, names[k].name);
    json_close_list(j);
}

void model_put_logistic(struct json_out *j, const struct log_data *d, const struct logistic *m)
{
    json_open_obj(j, "parameters");
    json_put_f64(j, "intercept", m->dense[0]);
    json_open_obj(j, "skills");
    for (size_t s = 0; s < m->skills && m->per_skill; s++)
        model_put_numbers(j, d->skill_name[s], m->dense + 1 + s * m->per_skill, m->per_skill);
    json_close_obj(j);
    model_put_numbers(j, "student", m->dense + 1 + m->skills * m->per_skill, m->per_student);
    if (m->terms & TERM_ITEM) {
        json_open_obj(j, "items");
        for (size_t i = 0; i < m->items; i++) json_put_f64(j, d->item_name[i], m->item[i]);
        json_close_obj(j);
    }
    json_close_obj(j);
}

enum st model_file_open(const char *path, FILE **out, struct err *e)
{
    *out = fopen(path, "wb");
    return *out ? ST_OK : err_fail(e, ST_IO, "model.file", "%s: could not be written", path);
}

enum st model_file_close(FILE *f, const char *path, bool whole, struct err *e)
{
    whole = !ferror(f) && whole;
    return fclose(f) != 0 || !whole ? err_fail(e, ST_IO, "model.file", "%s: could not be written", path) : ST_OK;
}

enum st model_write_predictions(const struct log_data *d, const double *p, const char *path, struct err *e)
{
    const struct responses *r = &d->r;
    FILE *f = stdout;
    struct text name;
    if (path) TRY(model_file_open(path, &f, e));
    fputs("user,index,p,correct\n", f);
    text_init(&name, NAME_BYTES_MAX);
    for (size_t u = 0; u < r->users; u++) {
        text_clear(&name);
        csv_put(&name, d->user_name[u], false);
        for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++)
            fprintf(f, "%s%zu,%.17g,%d\n", text_str(&name), i - r->user_at[u], p[i], r->correct[i]);
    }
    bool whole = !name.failed;
    text_release(&name);
    if (path) return model_file_close(f, path, whole, e);
    return ferror(f) || !whole ? err_fail(e, ST_IO, "model.file", "the predictions could not be written") : ST_OK;
}
