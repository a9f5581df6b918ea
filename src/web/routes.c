/* The tables of all rooms, in the order in which a path is looked for and pages stand in menus. */
#include <assert.h>

#include "account/account.h"
#include "definition/definition.h"
#include "family/family.h"
#include "frame/frame.h"
#include "leader/leader.h"
#include "student/student.h"
#include "teacher/teacher.h"
#include "web/web.h"

size_t web_tables(const struct route *out[WEB_TABLES_MAX])
{
    static const struct route *const *const rooms[] = {account_tables,    student_tables, teacher_tables, family_tables,
                                                       definition_tables, leader_tables,  frame_tables};
    size_t n = 0;
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++)
        for (size_t t = 0; rooms[i][t]; t++) {
            assert(n < WEB_TABLES_MAX);
            out[n++] = rooms[i][t];
        }
    return n;
}
