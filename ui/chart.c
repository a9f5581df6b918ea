/* Charts as SVG. See ui/chart.h. */
#include "ui/chart.h"

#include <math.h>

#include "ui/html.h"

enum { WIDTH = 480, ROW = 46, FIRST = 16, TRACK = 16, EDGE = 8 };

/* Tenths of a pixel are enough, and no locale writes a comma. */
static void put_number(struct html *h, double x) { html_decimal(h, round(x * 10) / 10); }

static double place(const struct chart *k, double v)
{
    double at = (v - k->min) / (k->max - k->min);
    if (!(at >= 0)) at = 0;
    if (at > 1) at = 1;
    return EDGE + at * (WIDTH - 2 * EDGE);
}

static void put_line(struct html *h, const char *class, double x1, double x2, double y)
{
    html_lit(h, "<path class=\"");
    html_attr(h, class);
    html_lit(h, "\" d=\"M");
    put_number(h, x1);
    html_lit(h, " ");
    put_number(h, y);
    html_lit(h, "H");
    put_number(h, x2);
    html_lit(h, "\"/>");
}

static void put_dot(struct html *h, const char *class, double x, double y)
{
    html_lit(h, "<circle class=\"");
    html_attr(h, class);
    html_lit(h, "\" r=\"6\" cx=\"");
    put_number(h, x);
    html_lit(h, "\" cy=\"");
    put_number(h, y);
    html_lit(h, "\"/>");
}

static void put_words(struct html *h, const char *class, double x, double y, const char *words)
{
    html_lit(h, "<text class=\"");
    html_attr(h, class);
    html_lit(h, "\" x=\"");
    put_number(h, x);
    html_lit(h, "\" y=\"");
    put_number(h, y);
    html_lit(h, "\">");
    html_text(h, words);
    html_lit(h, "</text>");
}

static void put_row(struct html *h, const struct chart *k, const struct chart_row *r, double top)
{
    double y = top + TRACK;
    put_words(h, "name", EDGE, top, r->name ? r->name : "");
    if (html_has(r->words)) put_words(h, "says", WIDTH - EDGE, top, r->words);
    put_line(h, "ax", EDGE, WIDTH - EDGE, y);
    switch (k->kind) {
    case CHART_DUMBBELL:
        if (r->n < 2) break;
        put_line(h, "join", place(k, r->values[0]), place(k, r->values[1]), y);
        put_dot(h, "hollow", place(k, r->values[0]), y);
        put_dot(h, "dot", place(k, r->values[1]), y);
        break;
    case CHART_INTERVAL:
        if (r->n < 3) break;
        put_line(h, "ival", place(k, r->values[0]), place(k, r->values[2]), y);
        put_dot(h, "dot", place(k, r->values[1]), y);
        break;
    case CHART_STRIP:
        for (size_t i = 0; i < r->n; i++) put_dot(h, "dot", place(k, r->values[i]), y);
        break;
    }
}

void chart_svg(struct text *out, const struct chart *k)
{
    struct html h;
    html_init(&h, out);
    double height = FIRST + (double)k->rows_n * ROW - 12;
    html_lit(&h, "<svg class=\"chart\" direction=\"ltr\" role=\"img\" viewBox=\"0 0 480 ");
    put_number(&h, height);
    html_lit(&h, "\" aria-label=\"");
    html_attr(&h, k->label);
    html_lit(&h, "\">");
    for (size_t i = 0; i < k->rows_n; i++) put_row(&h, k, &k->rows[i], FIRST + (double)i * ROW);
    if (!isnan(k->promise)) {
        double x = place(k, k->promise);
        html_lit(&h, "<path class=\"promise\" d=\"M");
        put_number(&h, x);
        html_lit(&h, " 4V");
        put_number(&h, height);
        html_lit(&h, "\"/>");
    }
    html_lit(&h, "</svg>");
    html_release(&h);
}
