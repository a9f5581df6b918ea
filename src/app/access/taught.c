#include "access/taught.h"

enum st learner_courses(struct tx *tx, int64_t learner_id, struct taught *list, size_t most, size_t *n, struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_course_of_learner, &q, e));
    bind_i64(q, "user_id", learner_id);
    *n = 0;
    for (bool row = true;;) {
        TRY(stmt_step(q, &row, e));
        if (!row) return ST_OK;
        if (*n < most) list[(*n)++] = (struct taught){col_i64(q, 0), col_i64(q, 1), col_i64(q, 2)};
    }
}
