/* Small charts as SVG: names above the track, words beside it, so that one drawing serves a phone and a projector.
 * The finding, the numbers and what a chart cannot say stand around it: the part "plate". */
#ifndef UI_CHART_H
#define UI_CHART_H
#include "base/text.h"

enum chart_kind {
    CHART_DUMBBELL, /* values: expected or offered (hollow), said or taken (filled) */
    CHART_INTERVAL, /* values: low, middle, high; the thick bar is low to high */
    CHART_STRIP     /* values: one dot each, unnamed */
};

struct chart_row {
    const char *name, *words; /* words: its value as people say it; NULL for none */
    const double *values;
    size_t n; /* 0: a hidden group keeps its row; words say why */
};

struct chart {
    enum chart_kind kind;
    const char *label; /* alternative text, one sentence */
    double min, max;   /* ends of the track */
    double promise;    /* a dashed line; NAN for none */
    const struct chart_row *rows;
    size_t rows_n;
};

/* Appends the chart to out, which keeps a failure. Values outside the track stand at its end. */
void chart_svg(struct text *out, const struct chart *k);

#endif
