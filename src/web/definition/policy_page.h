/* The page of the rules: what its files share. */
#ifndef LEADER_POLICY_PAGE_H
#define LEADER_POLICY_PAGE_H
#include "policy/policy.h"
#include "frame/based_on.h"
#include "frame/learner.h"
#include "frame/setting.h"

enum { CUT_ROWS_MORE = 2, PURPOSES_MAX = 7, PEOPLE_SHOWN = 60 };

/* Whose rules, and what the person who asks may do with them. */
struct rules_of {
    int64_t org_id; /* the school; 0: the district */
    const char *name;
    bool may_edit, sees_names, may_answer;
    const struct policy_effective *version; /* in force */
    const json_t *doc;                      /* of what is in force, whole; of the arena */
    const json_t *upper;                    /* what holds above, opened by waivers; an empty object for the district */
    struct ui_link *schools;                /* to choose from */
    size_t schools_n;
};
/* By ?school=, a form's "school", or where the person works. err ST_DENIED: another's school */
enum st rules_find(struct call *c, struct tx *tx, struct rules_of *out, struct err *e) WARN_UNUSED;

/* What a form or a document asks for, over what is in force: a partial document, owned by the arena; an empty object
 * when nothing
 * differs.  err ST_INVALID, with the clause: a field that cannot be read */
enum st rules_form(struct call *c, const struct rules_of *w, json_t **out, struct err *e) WARN_UNUSED;

/* A level of reports as the form has it: shares in 100, empty where nothing is said. */
struct scale_row {
    const char *name, *means, *level, *from, *points;
};
/* The rows that were sent, in the order in which they begin; rows without a name and a meaning are none. */
size_t rules_scale_sent(struct call *c, struct scale_row rows[SCALE_MOST + 1]);
struct scale_row rules_scale_row(struct call *c, const struct report_level *k);

/* What the form shows of what is stored, and who saved it last. */
enum st rules_basis(struct call *c, struct tx *tx, const struct rules_of *w, struct basis *b,
                    struct err *e) WARN_UNUSED;

/* The page, from what is in force and what a form has sent so far. */
enum st rules_page(struct call *c, struct tx *tx, const struct rules_of *w, struct page_rules *page,
                   struct err *e) WARN_UNUSED;
enum st rules_waivers(struct call *c, struct tx *tx, const struct rules_of *w, struct page_rules *page,
                      struct err *e) WARN_UNUSED;
enum st rules_changes(struct call *c, const struct policy_change *changes, size_t n, const char *const **out,
                      struct err *e) WARN_UNUSED;

/* Measures of the definition in words; who drafted it, NULL: nobody is named. */
struct policy_effective;
enum st figure_words(struct call *c, struct tx *tx, const char *code, int64_t org_id, const struct policy_effective *v,
                     const char **out, struct err *e);
const char *drafters_words(struct call *c, const json_t *doc);

#endif
