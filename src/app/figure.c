#include "app/figure.h"

#include <string.h>

#include "base/id.h"

enum { LATELY_DAYS = 14, OFF_SCREEN_DAYS = 28, LOOKS_DAYS = 90 };

enum st figure_of(struct tx *tx, const char *code, int64_t org_id, const struct policy_version *v, int64_t now_ms, struct figure *out, struct err *e)
{
    static const struct {
        const char *code;
        enum sql_id query;
        int days;
        bool of_students;
    } known[] = {{"shown_lately", SQL_figure_shown, LATELY_DAYS, true}, {"secure_each", SQL_figure_secure, 0, true}, {"off_screen", SQL_figure_off_screen, OFF_SCREEN_DAYS, true},
                 {"looks_answered", SQL_figure_looks, LOOKS_DAYS, false}, {"read", SQL_reader_count, 0, false}};
    struct stmt *q;
    bool row;
    size_t i = 0;
    while (i < sizeof known / sizeof *known && strcmp(known[i].code, code) != 0) i++;
    if (i == sizeof known / sizeof *known) return err_fail(e, ST_NOT_FOUND, "policy.figure", "%s is no figure", code);
    TRY(tx_stmt(tx, known[i].query, &q, e));
    if (known[i].query == SQL_reader_count) bind_i64(q, "policy_id", v->policy_id);
    bind_i64(q, "org_id", org_id);
    if (known[i].days) bind_i64(q, "since", id_first_at(now_ms - known[i].days * INT64_C(86400000)));
    TRY(stmt_step(q, &row, e));
    *out = (struct figure){.of = row ? col_i64(q, 0) : 0, .n = row ? col_i64(q, 1) : 0};
    if (known[i].of_students && out->of < v->policy.smallest_group) *out = (struct figure){.few = true};
    return ST_OK;
}
