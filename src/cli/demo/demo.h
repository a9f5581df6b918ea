/* The sample district: its people, and a term of their work. Private to cli. */
#ifndef DEMO_DEMO_H
#define DEMO_DEMO_H
#include "core/app.h"
#include "core/writer.h"
#include "base/rng.h"
#include "base/text.h"
#include "policy/snapshot.h"

/* What happens to a student; the people of docs/demo.md, each in one class. */
enum story {
    STORY_NONE,
    STORY_SAME_ERROR, /* adds tops and bottoms, again and again */
    STORY_AHEAD,      /* has nearly everything */
    STORY_CLICKING,   /* behind, and clicking through */
    STORY_BACK,       /* two weeks away, and back today */
    STORY_AWAY,       /* has not been seen for twelve days */
    STORY_HELP        /* asks for help now */
};

struct demo_student {
    char sourced_id[32], username[96], given[32], family[32];
    int class_index;
    enum story story;
};

enum { DEMO_CLASSES = 4, DEMO_STUDENTS_MAX = 20000 };

struct demo_people {
    struct demo_student *students;
    size_t count;
};

/* Invented people, the same for the same seed. students is allocated; free it. */
enum st demo_invent(struct demo_people *out, size_t students, uint64_t seed, struct err *e) WARN_UNUSED;
/* Writes what t holds to DIR/NAME, and clears it. */
enum st demo_save(const char *dir, const char *name, struct text *t, struct err *e) WARN_UNUSED;
/* Their roster, as OneRoster 1.1 CSV in folder dir, which is made; it is what `waymark import oneroster` reads. The
 * term began on first_day and ends four weeks after today; the next one is known. Days since 1970. */
enum st demo_write_roster(const struct demo_people *p, int32_t first_day, int32_t today, const char *dir,
                          struct err *e) WARN_UNUSED;

/* The term: `weeks` of answers up to now_ms, through the same writer as any answer. Sets the app's clock as it goes. */
enum st demo_simulate(struct app *app, struct conn *conn, const struct demo_people *p, int weeks, uint64_t seed,
                      int64_t now_ms, struct err *e) WARN_UNUSED;

/* Runs a command as if it were so long ago. */
typedef enum st demo_run(void *ctx, struct command *c, int64_t ago_ms, struct err *e);
/* At the beginning of the term barriers are filed; at its end some have an answer, and the rules have purposes. */
enum st demo_file_barriers(int64_t filer_id, int64_t org_id, int32_t day, demo_run *run, void *ctx,
                           struct err *e) WARN_UNUSED;
enum st demo_made_together(struct snapshot *s, struct conn *conn, int64_t leader_id, int32_t today, demo_run *run,
                           void *ctx, struct err *e) WARN_UNUSED;

/* What the district counts; and files in a folder of their own, of tests, days away and programs. */
enum st demo_count(struct snapshot *s, int64_t leader_id, demo_run *run, void *ctx, struct err *e) WARN_UNUSED;
enum st demo_write_outside(const struct demo_people *p, int32_t today, const char *dir, struct err *e) WARN_UNUSED;

#endif
