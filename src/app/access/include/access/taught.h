/* What a learner's classes teach: by it a question, a course and a class are the learner's or not. */
#ifndef ACCESS_TAUGHT_H
#define ACCESS_TAUGHT_H
#include "store/db.h"

enum { COURSES_MAX = 32 };

/* A course the learner takes, and its class and school. */
struct taught {
    int64_t course_id, class_id, org_id; /* org_id 0: no school */
};

/* What a learner's active classes teach. */
enum st learner_courses(struct tx *tx, int64_t learner_id, struct taught *out, size_t most, size_t *n,
                        struct err *e) WARN_UNUSED;
#endif
