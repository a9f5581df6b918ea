/* The learner models: which version is in force, how each was judged, and back to the one before. */
#include "models/models.h"

#include <string.h>

#include "core/jobs.h"
#include "base/id.h"
#include "frame/learner.h"
#include "frame/route.h"
#include "store/sql/models.h"

enum { FITS_SHOWN = 60, RUNS_SHOWN = 7 };

static const char *number(struct call *c, double v, int places)
{
    struct text t;
    text_init(&t, 64);
    format_decimal(&t, page_lang(c), v, places);
    const char *out = arena_strdup(c->arena, text_str(&t));
    text_release(&t);
    return out ? out : "";
}

/* "2.9 (0.5 to 5.4)" */
static const char *range(struct call *c, const json_t *m, const char *at, const char *low, const char *high,
                         double times, int places)
{
    return SAY(c, MSG_models_range, MSG_T("at", number(c, json_f64(m, at, 0) * times, places)),
               MSG_T("low", number(c, json_f64(m, low, 0) * times, places)),
               MSG_T("high", number(c, json_f64(m, high, 0) * times, places)));
}

/* Of 100 decisions; "–" where none was to be judged, or by a version from before these were kept. */
static const char *share(struct call *c, const json_t *m, const char *key)
{
    return json_is_object(json_object_get(m, key)) ? range(c, json_object_get(m, key), "mean", "low", "high", 100, 0)
                                                   : "\u2013";
}

static const char *bias(struct call *c, const json_t *m)
{
    return range(c, json_object_get(m, "bias"), "mean", "low", "high", 100, 1);
}

static enum st fill_figures(struct call *c, const json_t *report, struct ui_model_fit_row *row, struct err *e)
{
    const json_t *a = json_object_get(report, "candidate"), *b = json_object_get(report, "in_force");
    static const struct {
        const char *key;
        enum msg_id what, better;
        double times;
        int places;
    } plain[] = {{"log_loss", MSG_models_log_loss, MSG_models_less, 1, 4},
                 {"rmse", MSG_models_rmse, MSG_models_less, 1, 4},
                 {"ece", MSG_models_ece, MSG_models_less, 100, 1}};
    enum { PLAIN = sizeof plain / sizeof *plain };
    struct ui_model_figure *f;
    if (!a || !b) return ST_OK;
    TRY(call_alloc(c, (PLAIN + 4) * sizeof *f, (void **)&f, e));
    for (size_t i = 0; i < PLAIN; i++)
        f[row->figures_n++] = (struct ui_model_figure){
            plain[i].what, number(c, json_f64(a, plain[i].key, 0) * plain[i].times, plain[i].places),
            number(c, json_f64(b, plain[i].key, 0) * plain[i].times, plain[i].places), plain[i].better};
    f[row->figures_n++] = (struct ui_model_figure){MSG_models_auc, range(c, a, "auc", "auc_low", "auc_high", 1, 3),
                                                   range(c, b, "auc", "auc_low", "auc_high", 1, 3), MSG_models_more};
    f[row->figures_n++] = (struct ui_model_figure){MSG_models_bias, bias(c, a), bias(c, b), MSG_models_zero};
    f[row->figures_n++] = (struct ui_model_figure){MSG_models_false_mastery, share(c, a, "false_mastery"),
                                                   share(c, b, "false_mastery"), MSG_models_less};
    f[row->figures_n++] = (struct ui_model_figure){MSG_models_false_non_mastery, share(c, a, "false_non_mastery"),
                                                   share(c, b, "false_non_mastery"), MSG_models_less};
    row->figures = f;
    return ST_OK;
}

static enum st fill_groups(struct call *c, const json_t *report, struct ui_model_fit_row *row, struct err *e)
{
    const json_t *list = json_object_get(report, "groups");
    struct ui_model_group *g;
    TRY(call_alloc(c, (json_array_size(list) + 1) * sizeof *g, (void **)&g, e));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *k = json_array_get(list, i), *a = json_object_get(k, "candidate");
        const char *name = json_str(k, "group", NULL);
        g[row->groups_n++] =
            (struct ui_model_group){name ? name : msg(page_lang(c), MSG_models_no_program),
                                    json_i64(k, "learners", 0),
                                    json_i64(a, "rows", 0),
                                    bias(c, a),
                                    bias(c, json_object_get(k, "in_force")),
                                    share(c, a, "false_mastery"),
                                    share(c, a, "false_non_mastery"),
                                    range(c, a, "auc", "auc_low", "auc_high", 1, 2),
                                    range(c, json_object_get(k, "difference"), "mean", "low", "high", 1, 3)};
    }
    row->groups = g;
    int64_t hidden = json_i64(report, "groups_hidden", 0);
    if (hidden)
        row->hidden =
            SAY(c, MSG_models_hidden, MSG_N("n", hidden), MSG_N("least", json_i64(report, "smallest_group", 0)));
    return ST_OK;
}

static const char *day_of_id(struct call *c, int64_t id) { return day_words(c, id_time_ms(id)); }

static enum st fill_row(struct call *c, const struct model_fit *f, int64_t in_force, struct ui_model_fit_row *row,
                        struct err *e)
{
    struct text why;
    json_t *report;
    text_init(&why, 4096);
    model_fit_words(&why, page_lang(c), c->arena, f);
    const char *words = arena_strdup(c->arena, text_str(&why));
    text_release(&why);
    bool of_skills = strcmp(f->kind, "bkt") == 0, went_live = strcmp(f->verdict, "live") == 0,
         live = f->model_id && f->model_id == (of_skills ? in_force : c->snapshot->policy_index.items.model_id),
         back = strcmp(f->verdict, "taken_back") == 0;
    *row = (struct ui_model_fit_row){
        .at = id_time_ms(f->fit_id),
        .kind = msg_find_code("models.kind", f->kind, MSG_models_kind_bkt),
        .verdict = went_live && !live ? MSG_models_was_in_force
                                      : msg_find_code("model.verdict", f->verdict, MSG_model_verdict_other),
        .live = live,
        .bad = back || strcmp(f->verdict, "held") == 0,
        .why = words,
        .number = f->model_id && of_skills ? number(c, (double)model_version_number(c, f->model_id), 0) : NULL,
        .note = *f->note ? f->note : NULL,
        .by = f->recorder_id ? f->recorder : NULL};
    if (!back)
        row->range = f->first_id ? SAY(c, MSG_models_data, MSG_N("answers", f->answers), MSG_N("n", f->learners),
                                       MSG_T("from", day_of_id(c, f->first_id)), MSG_T("to", day_of_id(c, f->last_id)))
                                 : msg(page_lang(c), MSG_models_no_data);
    TRY(json_read(c->arena, f->report, strlen(f->report), &report, e));
    TRY(fill_figures(c, report, row, e));
    TRY(fill_groups(c, report, row, e));
    const json_t *fitted = json_object_get(report, "fitted");
    if (!row->figures_n || !fitted) return ST_OK;
    row->fitted = of_skills ? SAY(c, MSG_models_fitted, MSG_N("own", json_i64(fitted, "skills_own", 0)),
                                  MSG_N("few", json_i64(fitted, "skills_few", 0)),
                                  MSG_N("bound", json_i64(fitted, "skills_on_bound", 0)))
                            : SAY(c, MSG_models_fitted_items, MSG_N("own", json_i64(fitted, "questions_own", 0)),
                                  MSG_N("few", json_i64(fitted, "questions_few", 0)));
    return ST_OK;
}

static enum st fill_in_force(struct call *c, struct page_models *page, int64_t *in_force, struct err *e)
{
    struct model_row now;
    json_t *doc;
    TRY(model_in_force(c->tx, c->arena, "bkt", c->now_ms, &now, e));
    TRY(json_read(c->arena, now.doc ? now.doc : "{}", strlen(now.doc ? now.doc : "{}"), &doc, e));
    const json_t *from = json_object_get(doc, "from");
    *in_force = now.model_id;
    page->number = number(c, (double)model_version_number(c, now.model_id), 0);
    page->since = now.effective_at_ms;
    page->can_revert = c->relation == MAY_LEADS_DISTRICT && *json_str(doc, "before", "");
    page->in_force = !from ? msg(page_lang(c), MSG_models_shipped)
                     : strcmp(json_str(from, "way", ""), "taken_back") == 0
                         ? msg(page_lang(c), MSG_models_went_back)
                         : SAY(c, MSG_models_own, MSG_N("answers", json_i64(from, "answers", 0)),
                               MSG_N("n", json_i64(from, "learners", 0)));
    return ST_OK;
}

static enum st fill_runs(struct call *c, struct page_models *page, struct err *e)
{
    struct ui_model_run *runs;
    struct sql_job_run_list_row r;
    struct rows rows;
    TRY(call_alloc(c, RUNS_SHOWN * sizeof *runs, (void **)&runs, e));
    TRY(sql_job_run_list(c->tx, &(struct sql_job_run_list_in){.job = job_refit, .limit = RUNS_SHOWN}, &rows, e));
    while (page->runs_n < RUNS_SHOWN && sql_job_run_list_next(&rows, &r)) {
        const char *how = r.outcome;
        enum msg_id words = strcmp(how, "done") == 0 && strcmp(r.detail, "live") == 0 ? MSG_models_run_live
                            : strcmp(how, "done") == 0
                                ? msg_find_code("model.verdict", r.detail, MSG_model_verdict_other)
                            : strcmp(how, "failed") == 0  ? MSG_models_run_failed
                            : strcmp(how, "stopped") == 0 ? MSG_models_run_stopped
                                                          : MSG_models_run_open;
        runs[page->runs_n++] = (struct ui_model_run){id_time_ms(r.run_id), r.nightly != 0, msg(page_lang(c), words)};
    }
    TRY(rows_end(&rows));
    page->runs = runs;
    return ST_OK;
}

static enum st web_models(struct call *c, struct err *e)
{
    struct page *p;
    struct model_fit *fits;
    struct ui_model_fit_row *rows;
    size_t n;
    int64_t in_force;
    TRY(page_begin(c, "/models", &p, e));
    struct page_models page = {.client_id = new_client_id(c), .saved = http_query(c->http, "saved") != NULL};
    TRY(fill_in_force(c, &page, &in_force, e));
    TRY(model_fits(c->tx, c->arena, FITS_SHOWN, &fits, &n, e));
    TRY(call_alloc(c, (n + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < n; i++) TRY(fill_row(c, &fits[i], in_force, &rows[i], e));
    page.rows = rows;
    page.rows_n = n;
    TRY(fill_runs(c, &page, e));
    return page_end(p, page_models(&p->html, &p->ctx, &page), e);
}

static enum st web_model_revert(struct call *c, struct err *e)
{
    struct conn *conn;
    struct model_revert_cmd t = {.kind = "bkt",
                                 .client_id = http_form(c->http, "client_id", 0),
                                 .note = http_form(c->http, "reason", 0),
                                 .recorder_id = c->who.user_id};
    if (!t.client_id) return err_fail(e, ST_INVALID, "answer.client_id", "client_id is missing");
    TRY(model_revert_check(&t, e));
    TRY(app_read_conn(c->app, &conn, e));
    TRY(writer_run(c->app, &t.command, e));
    TRY(snapshot_reload(c->app, conn, e));
    call_redirect(c, "/models?saved=1");
    return ST_OK;
}

const struct route models_routes[] = {
    GET("/models", LEADERS | MAY_TEACHES, web_models, .menu = MENU_LIBRARY | MENU_LEARNING, .title = MSG_nav_models,
        .summary = "The learner models: which is in force, how each was judged"),
    WORK("/models/take-back", MAY_LEADS_DISTRICT, web_model_revert,
         .summary = "Go back to the model before the one in force", .sample = "client_id={new}&reason=as+was+asked"),
    {0},
};
