/* What a school asks for before someone graduates or moves up: part of its rules, so versioned and explained like them.
 *
 * {"requirements": [{"id": "math", "title": "Mathematics", "for": "graduation", "by_grade": "12", "kind":
 * "competencies",
 *                    "competencies": "URI of a standard; it and those below it count", "need": 18},
 *                   {"id": "service", "title": "Service", "kind": "hours", "what": "service", "need": 40, …},
 *                   {"id": "capstone", "title": "A project of one's own", "kind": "projects", "need": 1, …}]} */
#ifndef DOMAIN_REQUIREMENT_H
#define DOMAIN_REQUIREMENT_H
#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"

enum requirement_kind { REQUIREMENT_COMPETENCIES, REQUIREMENT_PROJECTS, REQUIREMENT_HOURS, REQUIREMENT_KINDS };
enum {
    REQUIREMENTS_MAX = 24,
    REQUIREMENT_ID = 24,
    REQUIREMENT_TITLE = 100,
    REQUIREMENT_WHAT = 60,
    REQUIREMENT_URI = 300
};
const char *requirement_kind_code(enum requirement_kind k); /* competencies projects hours */

struct requirement {
    char id[REQUIREMENT_ID], title[REQUIREMENT_TITLE], what[REQUIREMENT_WHAT], competencies[REQUIREMENT_URI];
    enum requirement_kind kind;
    bool promotion; /* else graduation */
    int by_grade;   /* 0 kindergarten … 12: by the end of that year */
    double need;    /* competencies at secure, projects, hours */
};

/* The list of a document, [] when it has none.
 * err ST_INVALID, with the clause (a JSON pointer) as argument: too many, an id twice, a member missing or out of
 * range. */
enum st requirements_read(const json_t *doc, struct requirement list[REQUIREMENTS_MAX], size_t *n,
                          struct err *e) WARN_UNUSED;
int grade_number(const char *ceds); /* KG 0, 01 1 … 13 13; -1: none of these */

#endif
