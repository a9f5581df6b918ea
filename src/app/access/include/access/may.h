/* Who may see whose: the one place. Its results are the only way to a learner's or a class's rows. */
#ifndef ACCESS_MAY_H
#define ACCESS_MAY_H
#include "core/app.h"
#include "access/identity.h"

/* Relations; a route names those of which one is enough. */
enum relation {
    MAY_ANYONE = 1, /* no sign-in */
    MAY_SIGNED_IN = 2,
    MAY_OWN_RECORD = 4,    /* a student, about themselves */
    MAY_TEACHES = 8,       /* a teacher: this learner, or this class */
    MAY_GUARDIAN_OF = 16,  /* this learner */
    MAY_LEADS_SCHOOL = 32, /* a principal: of this school, or this learner's */
    MAY_COACHES = 64,      /* a coach, about staff: no learner's record */
    MAY_LEADS_DISTRICT = 128,
    MAY_COUNSELS = 512,     /* a counselor: this learner of the school, to read; no class, no rules */
    MAY_SEES_PROGRAMS = 256 /* this learner's programs: by a role of its own, in the learner's school or (org 0) all */
};

struct learner_scope {
    int64_t learner_id; /* 0: none was asked for */
    enum relation relation;
};

struct class_scope {
    int64_t class_id; /* 0: none was asked for */
    enum relation relation;
};

/* Each: ST_DENIED without telling whether the id exists; ST_SIGN_IN when nobody is signed in. */
enum st may_learner(struct tx *tx, const struct actor *who, unsigned relations, int64_t learner_id,
                    struct learner_scope *out, struct err *e) WARN_UNUSED;
enum st may_class(struct tx *tx, const struct actor *who, unsigned relations, int64_t class_id, struct class_scope *out,
                  struct err *e) WARN_UNUSED;
/* Neither a learner nor a class: a page of one's own. */
enum st may_own(const struct actor *who, unsigned relations, enum relation *out, struct err *e) WARN_UNUSED;
const char *relation_code(enum relation r);

#endif
