/* The levels of reports and the conversion to grades, as pages show them. */
#ifndef FRAME_SCALE_H
#define FRAME_SCALE_H
#include "progress/grades.h"
#include "policy/policy.h"
#include "frame/page.h"

/* One of the sentences of policy/policy.h about a scale, in arena. */
const char *scale_said(struct call *c, void (*words)(struct text *, enum lang, const struct policy *),
                       const struct policy *p);
const char *grade_number_words(struct call *c, int places, double x);
const char *points_words(struct call *c, double points);
/* The highest level first. */
enum st fill_report_levels(struct call *c, const struct policy *p, const struct ui_report_level **out, size_t *n,
                           struct err *e);
/* title NULL: none */
enum st fill_report_scale(struct call *c, const struct policy *p, const char *title, struct ui_report_scale *out,
                          struct err *e);
/* The skills of a course with their levels on reports; one of them. */
enum st fill_report_rows(struct call *c, const struct report_course *k, const struct ui_map_row **out, struct err *e);
struct ui_map_row report_row(struct call *c, const struct report_course *k, size_t i);

#endif
