/* A form that cannot be saved is shown again with all that was typed, what is wrong marked with words. Nothing of it is
 * saved. Its page takes the values of its fields from here, and the parse function names the page:
 *
 *     page:  .value = form_value(c, "need", 0, stored), .error = form_error(c)
 *     parse: TRY(form_open(c, web_page, e));
 *            if (!form_number(form_value(c, …), &n)) TRY(form_mark(c, "need", words, e));
 *            TRY(form_check(c, e));
 *
 * Any ST_INVALID after form_open(), also one of the writer, shows the page again with the error's words.
 */
#ifndef FRAME_FORM_H
#define FRAME_FORM_H
#include "frame/page.h"

enum st form_open(struct call *c, enum st (*page)(struct call *, struct err *), struct err *e) WARN_UNUSED;
/* For a route that works without a transaction and shows its page itself. error: words of the person's language. */
enum st form_again(struct call *c, const char *error, struct err *e) WARN_UNUSED;
/* The nth field of that name as it was typed, where the form is shown again; otherwise what is given. */
const char *form_value(struct call *c, const char *name, size_t nth, const char *otherwise);
/* What is wrong with the form; NULL where it is not shown again. */
const char *form_error(const struct call *c);
/* Options of a select, the one that was chosen chosen again. */
void form_chosen(struct call *c, const char *name, size_t nth, struct ui_rule_option *options, size_t n);
/* words: borrowed until the reply. */
enum st form_mark(struct call *c, const char *name, const char *words, struct err *e) WARN_UNUSED;
const char *form_marked(const struct call *c, const char *name); /* NULL: nothing is wrong with this field */
/* ST_INVALID when a field is marked. */
enum st form_check(struct call *c, struct err *e) WARN_UNUSED;

/* A number as people type it: spaces around it mean nothing. False, and *out untouched: it is none. */
bool form_number(const char *typed, double *out);
bool form_whole(const char *typed, int64_t *out);

#endif
