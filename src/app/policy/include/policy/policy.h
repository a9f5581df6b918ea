/* New versions of the school's rules: checked, dated, kept with who and why. */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H
#include "core/app.h"
#include "core/writer.h"
#include "domain/policy.h"
#include "i18n/i18n.h"
#include "policy/snapshot.h"

struct policy_save {
    enum policy_scope scope; /* district, school, class or learner */
    int64_t scope_id;        /* the school's org id, the class, the learner; 0 for the district */
    int64_t org_id;          /* of a class or a learner: the school, whose rules are above; 0: the district's are */
    /* merged over the version of that scope in force at the time: a partial document will do */
    const char *doc;
    const char *reason;  /* recorded; never empty */
    int64_t recorder_id; /* 0: the operator */
    /* 0: at once, or with the next term when levels or grades would change; what is past is now */
    int64_t effective_at_ms;
    /* 0: for good; else a version follows on that day, in which end_doc is set over what is in force then */
    int64_t until_ms;
    const char *end_doc;
};

struct policy_saved {
    int64_t policy_id, effective_at_ms;
    int64_t base_id; /* the version it was made from; 0: none */
    size_t change_count;
    struct policy_change *changes; /* against that one, in arena */
    bool re_derives;               /* levels or grades: they are to be derived anew when it comes into force */
    /* versions that wait for a later day, and were written anew with this change in them */
    size_t carried;
};

/* Checks without writing, and tells what would differ and when it would hold.
 * err ST_INVALID, ST_DENIED: the document, with the clause (domain/policy.h); policy.reason: none given;
 * policy.no_term: levels
 *     or grades would change, and no next term is known; policy.nothing: it changes nothing; policy.school,
 *     policy.waiting: it does not go together with a school's own rules, or with a version that waits for its day */
enum st policy_check(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                     const struct policy_save *p, struct policy_saved *out, struct err *e) WARN_UNUSED;
/* The same, and writes the version. The caller reloads and, when it is in force at once, derives anew. */
enum st policy_save(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                    const struct policy_save *p, struct policy_saved *out, struct err *e) WARN_UNUSED;

/* For the writer, before policy_save(): ST_CONFLICT when a version was saved since the snapshot was read, which the new
 * one would not hold. */
enum st policy_is_latest(const struct snapshot *s, struct tx *tx, struct err *e) WARN_UNUSED;

struct policy_cmd {
    struct command command;
    struct snapshot *snapshot; /* held by the caller until it is done */
    struct arena *arena;
    struct policy_save save;
    struct policy_saved saved; /* out */
};
/* policy_save() for the writer; the caller reloads, and what is due is derived by whoever watches
 * (derive/rebuild.h). */
void policy_ready(struct policy_cmd *p);

/* "Right answers needed before secure: 4 instead of 3", in the reader's language. */
void policy_change_words(struct text *out, enum lang lang, const struct policy_change *c);
/* A level of the scale of reports, and what it means: in the school's words, else in the program's. */
const char *scale_name(enum lang lang, const struct report_level *k);
const char *scale_means(enum lang lang, const struct report_level *k);
/* "started 2, nearly 3, secure 4": the levels that count in a mean, with their points. */
void scale_points_words(struct text *out, enum lang lang, const struct policy *p);
/* "not yet, started (2), nearly (3), secure (4)": all of them. */
void scale_levels_words(struct text *out, enum lang lang, const struct policy *p);
/* "Beginning 1 (from not yet), Exceeding 5 (from secure, 98 in 100)": where each begins. */
void scale_begin_words(struct text *out, enum lang lang, const struct policy *p);
/* The setting's name as people say it. */
const char *setting_words(enum lang lang, const struct setting *s);
void setting_value_words(struct text *out, enum lang lang, const struct setting *s, double value);

#endif
