/* The registry of learner models: each version with what it was fitted to, how it was judged, and what became of it. It
 * only grows: to take a version back is a new entry, and a new version with the parameters of the one before. */
#ifndef MODELS_MODELS_H
#define MODELS_MODELS_H
#include "core/writer.h"
#include "base/json.h"
#include "i18n/i18n.h"

struct model_fit {
    int64_t fit_id, model_id, against_id; /* model_id 0: it did not go live */
    const char *kind, *verdict, *reason, *report, *note;
    int64_t learners, answers, held_learners, held_answers;
    int64_t first_id, last_id, recorder_id;
    const char *recorder;
    const char *client_id;
};

enum st model_fit_insert(struct tx *tx, const struct model_fit *f, struct err *e) WARN_UNUSED;
/* The latest first, at most `most`. */
enum st model_fits(struct tx *tx, struct arena *a, size_t most, struct model_fit **out, size_t *n,
                   struct err *e) WARN_UNUSED;
/* The latest of a verdict; *fit_id = 0: none. */
enum st model_fit_last(struct tx *tx, const char *kind, const char *verdict, int64_t *fit_id, int64_t *last_id,
                       int64_t *model_id, struct err *e) WARN_UNUSED;
void model_fit_json(struct json_out *j, const struct model_fit *f); /* its members; the object is the caller's */
/* Why, as a sentence. */
void model_fit_words(struct text *out, enum lang lang, struct arena *a, const struct model_fit *f);

/* The version of a kind in force now, as it is stored; model_id 0: none (of "bkt", the program's own defaults then
 * hold). */
struct model_row {
    int64_t model_id, effective_at_ms;
    const char *doc;
};
enum st model_in_force(struct tx *tx, struct arena *a, const char *kind, int64_t now_ms, struct model_row *out,
                       struct err *e) WARN_UNUSED;
enum st model_row_by_id(struct tx *tx, struct arena *a, int64_t model_id, struct model_row *out,
                        struct err *e) WARN_UNUSED;
/* A new version from now on; the doc names the one in force as the one before it. */
enum st model_insert(struct app *app, struct tx *tx, const char *kind, const char *doc, int64_t *model_id,
                     struct err *e) WARN_UNUSED;

/* Back to the version before the one in force, from now on. */
struct model_revert_cmd {
    struct command command;
    const char *kind;                        /* bkt or items; static */
    const char *client_id, *note;            /* client_id NULL: the command line */
    int64_t recorder_id;                     /* 0: the command line */
    int64_t fit_id, model_id, taken_back_id; /* out */
};
/* err ST_INVALID: the words. When it runs: ST_DENIED when there is none before the version in force; of questions,
 * none is one. The caller reloads. */
enum st model_revert_check(struct model_revert_cmd *t, struct err *e) WARN_UNUSED;

#endif
