/* What a form was based on: a hash of what it showed. A form that changes something carries it in the hidden field
 * "based_on"; when what is stored has changed since, nothing is saved and the person sees both, with who changed it
 * where that is known, and chooses. A request without the field is not checked.
 *
 *     struct basis b = {.title = …, .post_url = …, .back_url = …};
 *     basis_field(c, &b, "name of the field", label, value);   for each field with what is stored
 *     page: .based_on = based_on(c, &b)
 *     save: TRY(based_on_check(c, &b, e));
 */
#ifndef FRAME_BASED_ON_H
#define FRAME_BASED_ON_H
#include "frame/page.h"

struct basis {
    const char *title, *post_url, *back_url;
    const char *by;  /* who changed it last; NULL: not known */
    int64_t at_ms;   /* when; 0: not known */
    bool only_cells; /* the rows are all that is stored, and an empty field changes nothing: a table of entries */
    uint64_t hash;
    struct basis_row {
        const char *name, *label, *value;
        const struct ui_rule_option *options; /* how a value of a choice reads; NULL: as it is */
        size_t option_count;
    } * rows;
    size_t count, cap;
};

/* A field of the form with what is stored; name NULL: something that is shown beside the form. */
enum st basis_field(struct call *c, struct basis *b, const char *name, const char *label, const char *value,
                    struct err *e) WARN_UNUSED;
/* A field that adds something: shown with what was sent, and nothing stands against it. */
enum st basis_sent(struct call *c, struct basis *b, const char *name, const char *label, struct err *e) WARN_UNUSED;
/* The last row is a choice; options are borrowed. */
void basis_choice(struct basis *b, const struct ui_rule_option *options, size_t n);
/* What else is stored, in whatever form: it counts and is not shown. */
void basis_stored(struct basis *b, const char *text);
/* The person and the time of the latest change. */
enum st basis_changed(struct call *c, struct tx *tx, struct basis *b, int64_t user_id, int64_t at_ms,
                      struct err *e) WARN_UNUSED;

/* For the hidden field: of a form that is shown again what it carried, so that it stays what it was. */
const char *based_on(struct call *c, const struct basis *b);
/* err ST_CONFLICT: something has changed since; the page with both is shown. */
enum st based_on_check(struct call *c, const struct basis *b, struct err *e) WARN_UNUSED;
/* For routes that work without a transaction, before they read: what another process has saved is looked at. */
enum st based_on_latest(struct call *c, struct conn *conn, struct err *e) WARN_UNUSED;

#endif
