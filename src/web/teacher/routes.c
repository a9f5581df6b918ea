/* The tables of this room, each beside its handlers; in menus, pages stand in the order of this list. */
#include "teacher/teacher.h"

extern const struct route teacher_routes[], observe_routes[], class_policy_routes[], habits_routes[],
    student_view_routes[], look_answer_routes[], checkpoints_routes[], programs_routes[];

const struct route *const teacher_tables[] = {teacher_routes,     observe_routes,      class_policy_routes,
                                              habits_routes,      student_view_routes, look_answer_routes,
                                              checkpoints_routes, programs_routes,     NULL};
