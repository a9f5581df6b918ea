#include "plan/help.h"

#include <string.h>

#include "store/sql/answer.h"

enum { NOTE_MAX = 2000, KIND_MAX = 32 };

enum st help_check(const struct fact_help_asked *h, struct err *e)
{
    size_t n = h->kind ? strlen(h->kind) : 0;
    if (h->note && strlen(h->note) > NOTE_MAX) return err_fail(e, ST_INVALID, "help.note", "note: at most 2,000 bytes");
    if (n < 1 || n > KIND_MAX || strspn(h->kind, "abcdefghijklmnopqrstuvwxyz_") != n)
        return err_fail(e, ST_INVALID, "help.kind", "kind must be a word such as hint, explain, check or talk");
    return ST_OK;
}

enum st help_place(struct tx *tx, int64_t learner_id, int64_t help_id, int64_t *place, struct err *e)
{
    struct sql_help_place_row r;
    TRY(sql_help_place(tx, &(struct sql_help_place_in){.learner_id = learner_id, .help_id = help_id}, &r, NULL, e));
    *place = r.count ? r.count : 1; /* of no class: the only one in the line */
    return ST_OK;
}
