/* model eval: every answer predicted by a model that never saw its student; figures. */
#include <stdlib.h>
#include <string.h>

#include "engine/belief_fit.h"
#include "engine/elo.h"
#include "engine/logistic.h"
#include "engine/metrics.h"
#include "engine/transfer.h"
#include "i18n/i18n.h"
#include "lab/edges.h"
#include "model.h"
#include "model_out.h"

enum { STAGES = 4, FOLDS_MAX = 1000 };
static const char *const stage_names[STAGES] = {"1", "2-3", "4-9", "10+"};
static const double DAY_S = 86400.0;

struct eval {
    struct cli *c;
    struct log_data d;
    size_t folds;
    const char *folds_by;
    double *p;
    /* opportunity: from 0, MODEL_OPPORTUNITIES where it is a later one */
    uint8_t *stage, *opportunity, *new_item, *after_day;
    struct edges_use edges; /* of --edges; else without any */
    double fit_seconds, steps, log_likelihood;
    struct model_progress progress;
};

/* Before each fold. */
static enum st next_fold(struct eval *x, size_t fold, struct err *e)
{
    x->progress.from = (double)fold / (double)x->folds;
    x->progress.share = 1.0 / (double)x->folds;
    return x->progress.watch.on(x->progress.watch.ctx, 0.0)
               ? ST_OK
               : err_fail(e, ST_BUSY, "model.stopped", "stopped before fold %zu of %zu", fold + 1, x->folds);
}

/* A fit that was stopped predicts nothing. */
static enum st is_whole(const struct eval *x, size_t fold, struct err *e)
{
    return model_interrupted() ? err_fail(e, ST_BUSY, "model.stopped", "stopped in fold %zu of %zu", fold + 1, x->folds)
                               : ST_OK;
}

static enum st predict_general(struct eval *x, struct bkt_general_options *o, struct err *e)
{
    struct parallel par = model_parallel(x->c);
    struct bkt_general *m = calloc(x->d.r.sets + 1, sizeof *m);
    uint8_t *item_class = calloc(x->d.r.items + 1, 1);
    enum st st = m && item_class ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "parameters");
    o->folds = x->folds;
    o->watch = &x->progress.watch;
    for (o->hold_out = 0; st == ST_OK && o->hold_out < x->folds; o->hold_out++) {
        struct bkt_totals tot;
        st = next_fold(x, o->hold_out, e);
        if (st != ST_OK) break;
        double begin = model_seconds();
        if (o->classes > 1)
            st = bkt_classes_by_share(&x->d.r, o->classes, MODEL_CLASS_ANSWERS, x->folds, o->hold_out, item_class, e);
        if (st == ST_OK) st = bkt_general_fit(&x->d.r, item_class, o, &par, m, &tot, e);
        if (st == ST_OK) st = is_whole(x, o->hold_out, e);
        if (st != ST_OK) break;
        x->fit_seconds += model_seconds() - begin;
        x->steps += tot.steps;
        st = bkt_general_predict_rows(&x->d.r, item_class, o, m, x->folds, o->hold_out, x->p, e);
    }
    free(m), free(item_class);
    return st;
}

static enum st predict_bkt(struct eval *x, struct err *e)
{
    struct bkt_general_options general;
    bool wanted;
    struct parallel par = model_parallel(x->c);
    struct bkt_options o;
    if (!model_bkt_options(x->c, &o) || !model_general_options(x->c, &general, &wanted))
        return err_fail(e, ST_INVALID, "model.option", "--prior must be none or a number, --cap a number under 1");
    if (wanted) return predict_general(x, &general, e);
    bool edges = cli_opt(x->c, "--edges") != NULL;
    if (edges) TRY(model_edges_open(x->c, &x->d, &x->edges, e));
    o.watch = &x->progress.watch;
    struct bkt_fitted *m = calloc(x->d.r.sets + 1, sizeof *m);
    enum st st = m ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "parameters");
    for (size_t f = 0; st == ST_OK && f < x->folds; f++) {
        struct bkt_data *data;
        struct bkt_totals tot;
        st = next_fold(x, f, e);
        if (st == ST_OK) st = bkt_data_make(&x->d.r, x->folds, f, &data, e);
        if (st != ST_OK) break;
        double begin = model_seconds();
        st = bkt_fit(data, &o, &par, m, &tot, e);
        bkt_data_free(data);
        if (st == ST_OK) st = is_whole(x, f, e);
        if (st != ST_OK) break;
        x->fit_seconds += model_seconds() - begin;
        x->steps += tot.steps;
        if (edges) st = edges_use_graph(&x->edges, x->folds, f, e);
        if (st == ST_OK)
            st = edges ? bkt_prerequisites_predict_rows(&x->d.r, m, &x->edges.g, x->folds, f, x->p, e)
                       : bkt_predict_rows(&x->d.r, m, x->folds, f, x->p, e);
    }
    free(m);
    return st;
}

static enum st predict_logistic(struct eval *x, unsigned terms, struct err *e)
{
    struct parallel par = model_parallel(x->c);
    struct logistic_design *design;
    struct logistic_options o = {
        .tolerance = 1e-4, .iterations_max = 100, .folds = x->folds, .watch = &x->progress.watch};
    if (!model_number(x->c, "--c", 1e-6, 1e6, 1.0, &o.c)) return err_fail(e, ST_INVALID, "model.option", "--c");
    TRY(logistic_design_make(&x->d.r, terms, &par, &design, e));
    enum st st = ST_OK;
    for (size_t f = 0; st == ST_OK && f < x->folds; f++) {
        struct logistic m;
        struct logistic_report rep;
        double begin = model_seconds();
        st = next_fold(x, f, e);
        if (st == ST_OK) st = logistic_init(&m, terms, x->d.r.items, x->d.r.skills, e);
        if (st != ST_OK) break;
        o.hold_out = f;
        st = logistic_fit(design, &o, &par, &m, &rep, e);
        x->fit_seconds += model_seconds() - begin;
        x->steps += (double)rep.rows * rep.iterations;
        if (st == ST_OK) st = is_whole(x, f, e);
        if (st == ST_OK) logistic_predict_rows(design, &m, x->folds, f, x->p);
        logistic_free(&m);
    }
    logistic_design_free(design);
    return st;
}

/* The full logistic model, and on it what earlier answers on other skills say. */
static enum st predict_transfer(struct eval *x, struct err *e)
{
    struct parallel par = model_parallel(x->c);
    struct logistic_design *design = NULL;
    struct logistic_options o = {
        .tolerance = 1e-4, .iterations_max = 100, .folds = x->folds, .watch = &x->progress.watch};
    struct transfer_options to = transfer_defaults;
    double *logit = malloc(x->d.r.rows * sizeof *logit);
    enum st st = logit ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "predictions");
    if (st == ST_OK && (!model_number(x->c, "--c", 1e-6, 1e6, 1.0, &o.c) || !model_transfer_options(x->c, &to)))
        st = err_fail(e, ST_INVALID, "model.option", "--c, --dims, --members, --steps or --ridge");
    if (st == ST_OK) st = logistic_design_make(&x->d.r, LOGISTIC_FULL, &par, &design, e);
    to.folds = x->folds;
    to.watch = &x->progress.watch;
    for (size_t f = 0; st == ST_OK && f < x->folds; f++) {
        struct logistic base = {0};
        struct logistic_report rep;
        struct transfer m = {0};
        struct transfer_report trep;
        double begin = model_seconds();
        o.hold_out = to.hold_out = f;
        st = next_fold(x, f, e);
        if (st == ST_OK) st = logistic_init(&base, LOGISTIC_FULL, x->d.r.items, x->d.r.skills, e);
        if (st == ST_OK) st = logistic_fit(design, &o, &par, &base, &rep, e);
        if (st == ST_OK) st = is_whole(x, f, e);
        if (st == ST_OK) st = logistic_offsets(design, &base, &o, logit, e);
        if (st == ST_OK) st = transfer_fit(&x->d.r, logit, &to, &par, &m, &trep, e);
        x->fit_seconds += model_seconds() - begin;
        if (st == ST_OK) st = is_whole(x, f, e);
        if (st == ST_OK) {
            x->steps += (double)rep.rows * rep.iterations + (double)to.batch * trep.steps;
            transfer_predict_rows(&x->d.r, logit, &m, x->folds, f, x->p);
        }
        transfer_free(&m);
        logistic_free(&base);
    }
    logistic_design_free(design);
    free(logit);
    return st;
}

static enum st predict_elo(struct eval *x, struct err *e)
{
    double begin = model_seconds();
    for (size_t f = 0; f < x->folds; f++) {
        TRY(next_fold(x, f, e));
        TRY(elo_run(&x->d.r, &elo_defaults, x->folds, f, x->p, e));
    }
    x->fit_seconds = model_seconds() - begin;
    x->steps = (double)x->d.r.rows * (double)x->folds;
    return ST_OK;
}

static enum st predict_belief(struct eval *x, struct err *e)
{
    struct parallel par = model_parallel(x->c);
    struct belief_fit_options o = {.folds = x->folds, .rounds = BELIEF_ROUNDS, .watch = &x->progress.watch};
    enum st st = ST_OK;
    for (size_t f = 0; st == ST_OK && f < x->folds; f++) {
        struct belief_model m = {0};
        struct belief_report rep;
        double begin = model_seconds();
        o.hold_out = f;
        st = next_fold(x, f, e);
        if (st == ST_OK) st = belief_model_init(&m, &belief_defaults, x->d.r.skills, x->d.r.items, e);
        if (st == ST_OK) st = belief_fit(&x->d.r, &o, &par, &m, &rep, e);
        x->fit_seconds += model_seconds() - begin;
        if (st == ST_OK) st = is_whole(x, f, e);
        if (st == ST_OK) st = belief_predict_rows(&x->d.r, &m, o.guess, x->folds, f, &par, x->p, e);
        belief_model_free(&m);
    }
    return st;
}

static int64_t day_of(double time_s)
{
    int64_t d = (int64_t)(time_s / DAY_S);
    return (double)d * DAY_S > time_s ? d - 1 : d;
}

/* Which answers are a first, second ... at their skills; on items no training student has seen; on a later day than
 * the last on these skills. */
static enum st mark_rows(struct eval *x, struct err *e)
{
    const struct responses *r = &x->d.r;
    struct arena *a = &x->d.arena;
    uint32_t *seen = arena_array(a, r->sets + 1, sizeof *seen),
             *in_fold = arena_array(a, r->items * x->folds + 1, sizeof *in_fold),
             *all = arena_array(a, r->items + 1, sizeof *all);
    double *set_s = arena_array(a, r->sets + 1, sizeof *set_s); /* time of the student's last answer on the set */
    x->stage = arena_array(a, r->rows, 1);
    x->opportunity = arena_array(a, r->rows, 1);
    x->new_item = arena_array(a, r->rows, 1);
    x->after_day = arena_array(a, r->rows, 1);
    if (!seen || !in_fold || !all || !set_s || !x->stage || !x->opportunity || !x->new_item || !x->after_day)
        return err_fail(e, ST_NOMEM, "err.memory", "marks of %zu rows", r->rows);
    for (size_t u = 0; u < r->users; u++)
        for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++) {
            all[r->item[i]]++;
            in_fold[r->item[i] * x->folds + r->user_fold[u] % x->folds]++;
        }
    for (size_t u = 0; u < r->users; u++) {
        size_t fold = r->user_fold[u] % x->folds;
        memset(seen, 0, r->sets * sizeof *seen);
        for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++) {
            uint32_t item = r->item[i], set = r->item_set[item], n = seen[set]++;
            x->stage[i] = n == 0 ? 0 : n < 3 ? 1 : n < 9 ? 2 : 3;
            x->opportunity[i] = (uint8_t)(n < MODEL_OPPORTUNITIES ? n : MODEL_OPPORTUNITIES);
            x->new_item[i] = all[item] == in_fold[item * x->folds + fold];
            if (!r->time_s) continue;
            x->after_day[i] = n > 0 && day_of(r->time_s[i]) > day_of(set_s[set]);
            set_s[set] = r->time_s[i];
        }
    }
    return ST_OK;
}

static void say(const char *what, const struct metrics *m)
{
    printf("%-22s %9zu answers  AUC %.4f  RMSE %.4f  log-loss %.4f  calibration error %.4f\n", what, m->rows, m->auc,
           m->rmse, m->log_loss, m->ece);
}

/* Some of the rows, by a flag; kept may be NULL. */
static enum st part(const struct eval *x, const uint8_t *flags, uint8_t value, const char *key, const char *name,
                    struct metrics *kept, struct json_out *j, struct err *e)
{
    uint8_t *pick = malloc(x->d.r.rows);
    struct metrics m = {0};
    if (!pick) return err_fail(e, ST_NOMEM, "err.memory", "parts");
    for (size_t i = 0; i < x->d.r.rows; i++) pick[i] = flags[i] == value;
    enum st st = metrics_of(x->p, x->d.r.correct, pick, x->d.r.rows, &m, e);
    free(pick);
    if (st != ST_OK) return st;
    if (kept) *kept = m;
    json_open_obj(j, key);
    if (!key) json_put_str(j, "name", name);
    model_put_metrics(j, &m);
    json_close_obj(j);
    if (!x->c->json && m.rows) say(key ? key : name, &m);
    return ST_OK;
}

static enum st within(const struct eval *x, struct json_out *j, struct err *e)
{
    const struct responses *r = &x->d.r;
    uint32_t *g = malloc((r->rows + 1) * sizeof *g);
    double student = .5, skill = .5;
    if (!g) return err_fail(e, ST_NOMEM, "err.memory", "pairs");
    for (size_t u = 0; u < r->users; u++)
        for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++) g[i] = (uint32_t)u;
    enum st st = metrics_within(x->p, r->correct, g, r->rows, r->users, &student, e);
    bool fits = (double)r->users * (double)r->sets < 4e9;
    for (size_t u = 0; fits && u < r->users; u++)
        for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++)
            g[i] = (uint32_t)(u * r->sets) + r->item_set[r->item[i]];
    if (st == ST_OK && fits) st = metrics_within(x->p, r->correct, g, r->rows, r->users * r->sets, &skill, e);
    free(g);
    json_put_f64(j, "within_student_auc", student);
    json_put_f64(j, "within_student_skill_auc", skill);
    if (st == ST_OK && !x->c->json)
        printf("AUC within a student %.4f, within a student and skill %.4f\n", student, skill);
    return st;
}

/* Learning curves: of all answers, and of the sets of skills that most were given on. out: 1 + CURVES_OWN; *n: how
 * many. */
enum { CURVES_OWN = 8 };
static void count_curve(const struct eval *x, size_t set, struct model_curve *out)
{
    const struct responses *r = &x->d.r;
    for (size_t i = 0; i < r->rows; i++) {
        if ((set != SIZE_MAX && r->item_set[r->item[i]] != set) || x->opportunity[i] >= MODEL_OPPORTUNITIES) continue;
        struct model_opportunity *at = &out->at[x->opportunity[i]];
        at->rows++;
        at->right += r->correct[i];
        at->p = at->p + x->p[i];
    }
}

static enum st curves_of(struct eval *x, struct model_curve *out, size_t *n, struct err *e)
{
    const struct responses *r = &x->d.r;
    size_t *answers = arena_array(&x->d.arena, r->sets + 1, sizeof *answers);
    if (!answers) return err_fail(e, ST_NOMEM, "err.memory", "learning curves");
    out[0] = (struct model_curve){.name = msg(LANG_EN, MSG_model_report_every_skill)};
    count_curve(x, SIZE_MAX, &out[0]);
    for (size_t i = 0; i < r->rows; i++) answers[r->item_set[r->item[i]]]++;
    for (*n = 1; *n <= CURVES_OWN; ++*n) {
        struct text name, title;
        size_t most = 0;
        for (size_t s = 1; s < r->sets; s++)
            if (answers[s] > answers[most]) most = s;
        if (!answers[most]) break;
        answers[most] = 0;
        text_init(&name, 1024);
        text_init(&title, 1024);
        model_set_name(&x->d, most, &name);
        msg_format(&title, LANG_EN, MSG_model_report_skill, MSG_ARGS(MSG_T("which", text_str(&name))));
        out[*n] = (struct model_curve){.name = arena_strdup(&x->d.arena, text_str(&title))};
        text_release(&name);
        text_release(&title);
        if (!out[*n].name) return err_fail(e, ST_NOMEM, "err.memory", "learning curves");
        count_curve(x, most, &out[*n]);
    }
    return ST_OK;
}

static enum st report(struct eval *x, const char *dir, const struct metrics *all, const struct model_stage *stages,
                      struct err *e)
{
    struct model_curve curves[1 + CURVES_OWN];
    struct model_eval_report r = {.all = all, .stages = stages, .stages_n = STAGES, .curves = curves};
    TRY(curves_of(x, curves, &r.curves_n, e));
    return model_report(&x->d.arena, dir, cli_opt(x->c, "--kind"), &r, e);
}

static enum st tell(struct eval *x, double begin, struct json_out *j, struct err *e)
{
    const struct responses *r = &x->d.r;
    struct metrics m;
    struct model_stage stages[STAGES];
    TRY(metrics_of(x->p, r->correct, NULL, r->rows, &m, e));
    json_put_str(j, "kind", cli_opt(x->c, "--kind"));
    json_put_i64(j, "folds", (int64_t)x->folds);
    json_put_str(j, "folds_by", x->folds_by);
    json_put_i64(j, "students", (int64_t)r->users);
    json_put_i64(j, "items", (int64_t)r->items);
    json_put_i64(j, "skills", (int64_t)r->skills);
    model_put_log(j, &x->d);
    if (x->edges.edges.count) edges_use_put(&x->edges, x->c->json, j);
    model_put_metrics(j, &m);
    json_put_f64(j, "log_likelihood", -m.log_loss * (double)m.rows);
    if (!x->c->json) say("all", &m);
    json_open_list(j, "stages");
    for (uint8_t s = 0; s < STAGES; s++) {
        stages[s].name = stage_names[s];
        TRY(part(x, x->stage, s, NULL, stage_names[s], &stages[s].metrics, j, e));
    }
    json_close_list(j);
    TRY(part(x, x->new_item, 1, "new_items", NULL, NULL, j, e));
    if (r->time_s) TRY(part(x, x->after_day, 1, "after_a_day", NULL, NULL, j, e));
    if (x->d.user_group) TRY(model_groups(x->c, &x->d, x->p, j, e));
    TRY(within(x, j, e));
    json_open_list(j, "calibration");
    for (size_t b = 0; b < METRICS_BINS; b++) {
        json_open_obj(j, NULL);
        json_put_i64(j, "rows", (int64_t)m.bins[b].rows);
        json_put_f64(j, "predicted", m.bins[b].p);
        json_put_f64(j, "right", m.bins[b].right);
        json_close_obj(j);
    }
    json_close_list(j);
    if (cli_opt(x->c, "--report")) TRY(report(x, cli_opt(x->c, "--report"), &m, stages, e));
    double seconds = model_seconds() - begin, ns = x->steps > 0.0 ? x->fit_seconds * 1e9 / x->steps : 0.0;
    json_put_f64(j, "seconds", seconds);
    json_put_f64(j, "seconds_fit", x->fit_seconds);
    json_put_f64(j, "ns_per_response_iteration", ns);
    json_put_i64(j, "peak_rss_kib", model_peak_kib());
    if (!x->c->json)
        printf("%.3f s in all, %.3f s of fitting, %.2f ns per answer and iteration, %lld KiB at most\n", seconds,
               x->fit_seconds, ns, (long long)model_peak_kib());
    return ST_OK;
}

static enum st eval(struct eval *x, double begin, struct err *e)
{
    const char *kind = cli_opt(x->c, "--kind"), *predictions = cli_opt(x->c, "--predictions");
    x->p = arena_array(&x->d.arena, x->d.r.rows, sizeof *x->p);
    if (!x->p) return err_fail(e, ST_NOMEM, "err.memory", "predictions");
    TRY(mark_rows(x, e));
    model_progress_begin(&x->progress, "model eval");
    if (strcmp(kind, "bkt") == 0) TRY(predict_bkt(x, e));
    else if (strcmp(kind, "elo") == 0) TRY(predict_elo(x, e));
    else if (strcmp(kind, "belief") == 0) TRY(predict_belief(x, e));
    else if (strcmp(kind, "transfer") == 0) TRY(predict_transfer(x, e));
    else TRY(predict_logistic(x, model_terms(kind), e));
    model_progress_end(&x->progress);
    if (predictions) TRY(model_write_predictions(&x->d, x->p, predictions, e));
    struct model_out out;
    struct json_out *j = model_out_open(&out);
    return model_out_close(&out, x->c, NULL, tell(x, begin, j, e), e);
}

int run_model_eval(struct cli *c)
{
    struct err e = {0};
    struct eval x = {.c = c};
    struct log_columns names = log_columns_of(c);
    const char *kind = cli_opt(c, "--kind");
    double folds;
    if (!c->count) return cli_usage(c, "name the files or folders with answers");
    if (!kind || (!model_terms(kind) && strcmp(kind, "bkt") != 0 && strcmp(kind, "elo") != 0 &&
                  strcmp(kind, "belief") != 0 && strcmp(kind, "transfer") != 0))
        return cli_usage(c, "--kind is one of " MODEL_KINDS_EVAL);
    if (cli_opt(c, "--edges") && (strcmp(kind, "bkt") != 0 || cli_opt(c, "--forget") || cli_opt(c, "--classes")))
        return cli_usage(c, "--edges goes with --kind bkt, without --forget and --classes");
    if (!model_number(c, "--folds", 2, FOLDS_MAX, 5, &folds)) return 2;
    x.folds = (size_t)folds;
    double begin = model_seconds();
    enum st st = model_log_read(c, &names, &x.d, &e);
    if (st == ST_OK) st = model_folds(c, &x.d, x.folds, &x.folds_by, &e);
    if (st == ST_OK) st = eval(&x, begin, &e);
    log_release(&x.d);
    return st == ST_OK ? 0 : cli_fail(&e);
}
