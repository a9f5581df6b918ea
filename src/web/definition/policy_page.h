/* The page of the rules: what its files share. */
#ifndef DEFINITION_POLICY_PAGE_H
#define DEFINITION_POLICY_PAGE_H
#include "frame/based_on.h"
#include "frame/learner.h"
#include "frame/setting.h"
#include "policy_place.h"

enum { CUT_ROWS_MORE = 2, PURPOSES_MAX = 7, PEOPLE_SHOWN = 60 };

/* What the form shows of what is stored, and who saved it last. */
enum st rules_basis(struct call *c, struct tx *tx, const struct rules_of *w, struct basis *b,
                    struct err *e) WARN_UNUSED;

/* The page, from what is in force and what a form has sent so far. */
enum st rules_page(struct call *c, struct tx *tx, const struct rules_of *w, struct page_rules *page,
                   struct err *e) WARN_UNUSED;
enum st rules_changes(struct call *c, const struct policy_change *changes, size_t n, const char *const **out,
                      struct err *e) WARN_UNUSED;

/* Measures of the definition in words; who drafted it, NULL: nobody is named. */
struct policy_effective;
enum st figure_words(struct call *c, struct tx *tx, const char *code, int64_t org_id, const struct policy_effective *v,
                     const char **out, struct err *e);
const char *drafters_words(struct call *c, const json_t *doc);

#endif
