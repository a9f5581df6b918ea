/* "Ask for a second look": a student doubts a level, a teacher answers, both stay on record. */
#ifndef PROGRESS_SECOND_LOOK_H
#define PROGRESS_SECOND_LOOK_H
#include "core/writer.h"

struct second_look_cmd {
    struct command command;
    int64_t learner_id, competency_id, asker_id;
    const char *client_id, *note;
    /* NULL or "": the level of a skill; "grade": of the course competency_id; "pace:ID" of a requirement; "next":
     * why a skill is suggested */
    const char *about;
};
/* err ST_INVALID: client_id, about, or a note that is empty or too long. Sets run. Sent twice, it is asked once. */
enum st second_look_check(struct second_look_cmd *l, struct err *e) WARN_UNUSED;

struct second_look_answer_cmd {
    struct command command;
    int64_t look_id, teacher_id;
    const char *answer;
};
/* err ST_INVALID: an answer that is empty or too long. Sets run. The first answer stands. */
enum st second_look_answer_check(struct second_look_answer_cmd *l, struct err *e) WARN_UNUSED;

#endif
