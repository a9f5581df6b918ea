/* model eval --report: how well a model predicts, as one page with its plots and their tables. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "i18n/i18n.h"
#include "model.h"
#include "ui/pages.h"

/* Where a plot's axes run, in the SVG of model_report.html. */
enum { LEFT = 40, RIGHT = 290, TOP = 24, BOTTOM = 224, DOT_LEAST = 3, DOT_MORE = 6, LINE_BYTES = 32 };

static const char *figure(struct arena *a, double v)
{
    const char *s = arena_printf(a, "%.4f", v);
    return s ? s : "";
}

static int64_t across(double share) { return LEFT + (int64_t)(share * (RIGHT - LEFT) + .5); }
static int64_t up(double share) { return BOTTOM - (int64_t)(share * (BOTTOM - TOP) + .5); }

/* The larger, the more answers. */
static struct ui_report_dot dot(double x, double y, size_t rows, size_t most)
{
    return (struct ui_report_dot){across(x), up(y),
                                  DOT_LEAST + (int64_t)((most ? (double)rows / (double)most : 0) * DOT_MORE + .5)};
}

static const struct ui_report_tick tenths[] = {{LEFT, "0"}, {(LEFT + RIGHT) / 2, "0.5"}, {RIGHT, "1"}};

static bool reliability(struct arena *a, const char *title, const struct metrics *m, struct ui_report_plot *out)
{
    struct ui_report_dot *dots = arena_array(a, METRICS_BINS, sizeof *dots);
    struct ui_report_point *points = arena_array(a, METRICS_BINS, sizeof *points);
    size_t most = 0, n = 0;
    if (!title || !dots || !points) return false;
    for (size_t b = 0; b < METRICS_BINS; b++) most = m->bins[b].rows > most ? m->bins[b].rows : most;
    for (size_t b = 0; b < METRICS_BINS; b++) {
        const struct metrics_bin *bin = &m->bins[b];
        if (!bin->rows) continue;
        const char *between = arena_printf(a, "%.1f – %.1f", (double)b / METRICS_BINS, (double)(b + 1) / METRICS_BINS);
        dots[n] = dot(bin->p, bin->right, bin->rows, most);
        points[n++] = (struct ui_report_point){between ? between : "", figure(a, bin->right), figure(a, bin->p),
                                               (int64_t)bin->rows};
    }
    *out = (struct ui_report_plot){.title = title,
                                   .reliability = true,
                                   .dots = dots,
                                   .dots_n = n,
                                   .ticks = tenths,
                                   .ticks_n = sizeof tenths / sizeof *tenths,
                                   .points = points,
                                   .points_n = n};
    return true;
}

static bool curve(struct arena *a, const struct model_curve *c, struct ui_report_plot *out)
{
    static const size_t shown[] = {1, 5, 10, 15, 20};
    enum { SHOWN = sizeof shown / sizeof *shown, N = MODEL_OPPORTUNITIES };
    struct ui_report_dot *dots = arena_array(a, N, sizeof *dots);
    struct ui_report_point *points = arena_array(a, N, sizeof *points);
    struct ui_report_tick *ticks = arena_array(a, SHOWN, sizeof *ticks);
    char *line = arena_alloc(a, N * LINE_BYTES);
    size_t n = 0, used = 0;
    if (!dots || !points || !ticks || !line) return false;
    *line = 0;
    for (size_t i = 0; i < N; i++) {
        const struct model_opportunity *at = &c->at[i];
        if (!at->rows) continue;
        double x = ((double)i + .5) / N, right = (double)at->right / (double)at->rows, p = at->p / (double)at->rows;
        const char *which = arena_printf(a, "%zu", i + 1);
        dots[n] = dot(x, right, at->rows, c->at[0].rows);
        points[n++] = (struct ui_report_point){which ? which : "", figure(a, right), figure(a, p), (int64_t)at->rows};
        used += (size_t)snprintf(line + used, LINE_BYTES, "%c%lld %lld", used ? 'L' : 'M', (long long)across(x),
                                 (long long)up(p));
    }
    for (size_t i = 0; i < SHOWN; i++)
        ticks[i] = (struct ui_report_tick){across(((double)shown[i] - .5) / N), arena_printf(a, "%zu", shown[i])};
    *out = (struct ui_report_plot){.title = c->name,
                                   .line = line,
                                   .dots = dots,
                                   .dots_n = n,
                                   .ticks = ticks,
                                   .ticks_n = SHOWN,
                                   .points = points,
                                   .points_n = n};
    return true;
}

static bool fill(struct arena *a, const struct model_eval_report *r, struct page_model_report *page)
{
    struct ui_report_plot *reliabilities = arena_array(a, r->stages_n + 1, sizeof *reliabilities),
                          *curves = arena_array(a, r->curves_n, sizeof *curves);
    struct ui_report_stage *rows = arena_array(a, r->stages_n, sizeof *rows);
    if (!reliabilities || !curves || !rows || !page->lead) return false;
    if (!reliability(a, msg(LANG_EN, MSG_model_report_every_answer), r->all, &reliabilities[page->reliability_n++]))
        return false;
    for (size_t s = 0; s < r->stages_n; s++) {
        const struct metrics *m = &r->stages[s].metrics;
        if (!m->rows) continue;
        struct text title;
        text_init(&title, 64);
        msg_format(&title, LANG_EN, MSG_model_report_stage, MSG_ARGS(MSG_T("which", r->stages[s].name)));
        bool made = reliability(a, arena_strdup(a, text_str(&title)), m, &reliabilities[page->reliability_n++]);
        text_release(&title);
        if (!made) return false;
        rows[page->stages_n++] = (struct ui_report_stage){
            r->stages[s].name, (int64_t)m->rows,   figure(a, (double)m->right / (double)m->rows),
            figure(a, m->auc), figure(a, m->rmse), figure(a, m->log_loss),
            figure(a, m->ece)};
    }
    for (size_t i = 0; i < r->curves_n; i++)
        if (!curve(a, &r->curves[i], &curves[page->curves_n++])) return false;
    page->reliability = reliabilities, page->curves = curves, page->stages = rows;
    return true;
}

enum st model_report(struct arena *a, const char *dir, const char *kind, const struct model_eval_report *r,
                     struct err *e)
{
    const struct metrics *m = r->all;
    const char *path = arena_printf(a, "%s/index.html", dir);
    struct page_model_report page = {
        .kind = kind,
        .lead = arena_printf(
            a, "%zu answers: AUC %.4f (%.4f to %.4f), RMSE %.4f, log-loss %.4f, calibration error %.4f", m->rows,
            m->auc, m->auc - 1.96 * m->auc_se, m->auc + 1.96 * m->auc_se, m->rmse, m->log_loss, m->ece)};
    if (!path || !fill(a, r, &page)) return err_fail(e, ST_NOMEM, "err.memory", "report");
    if (mkdir(dir, 0777) != 0 && errno != EEXIST) return err_fail(e, ST_IO, "err.io", "%s: %s", dir, strerror(errno));
    struct html h;
    struct text out;
    struct page_ctx ctx = {.lang = LANG_EN, .csrf = "", .user_name = "", .role = "", .home = "#"};
    text_init(&out, 4 << 20);
    html_init(&h, &out);
    enum st st = page_model_report(&h, &ctx, &page);
    html_release(&h);
    if (st == ST_OK) st = cli_write_page(path, &out, e);
    text_release(&out);
    return st;
}
