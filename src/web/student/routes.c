/* The tables of this room, each beside its handlers; in menus, pages stand in the order of this list. */
#include "student/student.h"

extern const struct route student_routes[], player_routes[], second_look_routes[], reason_routes[], report_routes[],
    transcript_routes[], changes_routes[], student_goals_routes[], views_routes[];

const struct route *const student_tables[] = {
    student_routes,    player_routes,  second_look_routes,   reason_routes, report_routes,
    transcript_routes, changes_routes, student_goals_routes, views_routes,  NULL};
