/* What every page handler needs: the frame, words in the arena, and where one goes. */
#ifndef FRAME_PAGE_H
#define FRAME_PAGE_H
#include <jansson.h>

#include "gate/gate.h"
#include "policy/snapshot.h"
#include "ui/pages.h"

struct page {
    struct page_ctx ctx;
    struct html html;
};

/* Fill the frame for the person who asks; current is the path of the menu entry that is open. */
enum st page_begin(struct call *c, const char *current, struct page **out, struct err *e) WARN_UNUSED;
enum st page_end(struct page *p, enum st st, struct err *e) WARN_UNUSED; /* after page_NAME() */
enum lang page_lang(struct call *c);
/* The school whose rules hold for whoever asks; 0: the district. Of a guardian, the first child's. */
enum st reader_school(struct call *c, struct tx *tx, int64_t *org_id, struct err *e) WARN_UNUSED;
/* Whose checkpoints and moderations somebody works with. all: every school's, which only who leads the district may.
 * org_id 0 otherwise: no school is known, and then none's but the district's own. */
struct reach {
    bool all;
    int64_t org_id;
};
enum st reader_reach(struct call *c, struct tx *tx, struct reach *out, struct err *e) WARN_UNUSED;
bool reach_holds(const struct reach *r, int64_t org_id); /* may see what belongs to this org; 0: to the district */
/* ST_DENIED: nothing can be made for a school that is not known. */
enum st reach_check(const struct reach *r, struct err *e) WARN_UNUSED;
/* Of the school that a learner goes to; the district's when it is not known. */
enum st school_name(struct call *c, int64_t learner_id, const char **out, struct err *e) WARN_UNUSED;
/* The district leads all; a principal the own school. */
bool leads_org(const struct call *c, int64_t org_id);
const char *page_home(unsigned roles);

/* A message with its arguments, in arena; "" when there is no memory. */
const char *say(struct call *c, enum msg_id id, const struct msg_arg *args, size_t n);
/* A share of 1 as "95%", or "" out of memory; in arena. */
const char *in_100_words(struct call *c, double p);
#define SAY(c, id, ...) say((c), (id), MSG_ARGS(__VA_ARGS__))
const char *day_words(struct call *c, int64_t at_ms);
const char *words_of_error(struct call *c, const struct err *why); /* for a form that is shown again */
enum msg_id level_words(enum level l);
const char *id_text(struct call *c, int64_t id);
struct safe_html trusted(const char *compiled_html); /* of an item document: made by the renderer's allow-list */

void web_render_error(struct call *c); /* a page for c->err */
void web_render_form(struct call *c);  /* frame/form.h: the form that was refused */

const char *new_client_id(struct call *c);
enum st fill_skill_options(struct call *c, struct ui_rule_option **out, size_t *n, struct err *e);

#endif
