/* model eval --report: how well a model predicts, as one page with its plots and their tables. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "model.h"
#include "ui/pages.h"

enum { PLOT = 300, EDGE = 10, DOT_LEAST = 3, DOT_MORE = 6 };

static const char *figure(struct arena *a, double v)
{
    const char *s = arena_printf(a, "%.4f", v);
    return s ? s : "";
}

/* From left below, both from 0 to 1; the larger the dot, the more answers. */
static struct ui_report_dot dot(double x, double y, size_t rows, size_t all)
{
    double share = all ? (double)rows / (double)all : 0;
    return (struct ui_report_dot){EDGE + (int64_t)(x * PLOT + .5), EDGE + PLOT - (int64_t)(y * PLOT + .5), DOT_LEAST + (int64_t)(share * DOT_MORE + .5)};
}

static double share_right(const struct metrics *m) { return m->rows ? (double)m->right / (double)m->rows : 0; }

enum st model_report(struct arena *a, const char *dir, const char *kind, const struct metrics *all, const struct model_stage *stages, size_t n, struct err *e)
{
    struct ui_report_dot dots[METRICS_BINS], curve[MODEL_STAGES_MAX];
    struct ui_report_bin bins[METRICS_BINS];
    struct ui_report_stage rows[MODEL_STAGES_MAX];
    struct page_model_report page = {.kind = kind, .dots = dots, .bins = bins, .curve = curve, .stages = rows,
                                     .lead = arena_printf(a, "%zu answers: AUC %.4f (%.4f to %.4f), RMSE %.4f, log-loss %.4f, calibration error %.4f", all->rows, all->auc, all->auc - 1.96 * all->auc_se, all->auc + 1.96 * all->auc_se, all->rmse, all->log_loss, all->ece)};
    for (size_t b = 0; b < METRICS_BINS; b++) {
        if (!all->bins[b].rows) continue;
        dots[page.dots_n++] = dot(all->bins[b].p, all->bins[b].right, all->bins[b].rows, all->rows);
        bins[page.bins_n++] = (struct ui_report_bin){figure(a, all->bins[b].p), figure(a, all->bins[b].right), (int64_t)all->bins[b].rows};
    }
    for (size_t s = 0; s < n; s++) {
        const struct metrics *m = &stages[s].metrics;
        if (!m->rows) continue;
        curve[page.curve_n++] = dot(((double)s + .5) / (double)n, share_right(m), m->rows, all->rows);
        rows[page.stages_n++] = (struct ui_report_stage){stages[s].name, (int64_t)m->rows, figure(a, share_right(m)), figure(a, m->auc), figure(a, m->rmse), figure(a, m->log_loss), figure(a, m->ece)};
    }
    const char *path = arena_printf(a, "%s/index.html", dir);
    if (!path || !page.lead) return err_fail(e, ST_NOMEM, "err.memory", "report");
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
