#include "access/taught.h"
#include "store/sql/roster.h"

enum st learner_courses(struct tx *tx, int64_t learner_id, struct taught *list, size_t most, size_t *n, struct err *e)
{
    struct sql_course_of_learner_row r;
    struct rows rows;
    *n = 0;
    TRY(sql_course_of_learner(tx, learner_id, &rows, e));
    while (sql_course_of_learner_next(&rows, &r)) {
        if (*n < most) list[(*n)++] = (struct taught){r.course_id, r.class_id, r.org_id};
    }
    return rows_end(&rows);
}
