/* model refit, versions, take-back: the life of a district's models. */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/jobs.h"
#include "models/refit.h"
#include "base/id.h"
#include "base/log.h"
#include "cli/cli.h"
#include "lab/lab.h"
#include "policy/snapshot.h"

enum { ARENA_BYTES = 256 << 20, TELL_MS = 1000 };

static atomic_bool stopped;
static void on_signal(int sig)
{
    (void)sig;
    atomic_store(&stopped, true);
}

struct telling {
    double last_s;
    enum refit_phase phase;
    bool begun, quiet;
};

static bool told(void *ctx, enum refit_phase phase, size_t learners, size_t answers, double share)
{
    static const char *const words[] = {"reading", "fitting", "judging"};
    struct telling *t = ctx;
    if (t->quiet) return !atomic_load(&stopped);
    double now = model_seconds();
    if (!t->begun || phase != t->phase || now - t->last_s >= TELL_MS / 1000.0) {
        *t = (struct telling){now, phase, true, false};
        fprintf(stderr, "%s: %zu students, %zu answers", words[phase], learners, answers);
        if (share > 0.0) fprintf(stderr, ", %.0f %%", 100.0 * share);
        fputc('\n', stderr);
    }
    return !atomic_load(&stopped);
}

static void print_words(struct arena *a, const char *what, const struct model_fit *f)
{
    struct text t;
    text_init(&t, 1 << 16);
    model_fit_words(&t, LANG_EN, a, f);
    printf("%s: %s. %s\n", what, msg(LANG_EN, msg_find_code("model.verdict", f->verdict, MSG_model_verdict_other)),
           text_str(&t));
    if (f->model_id && f->against_id)
        printf("Version %lld applies from now on; until now it was version %lld.\n", (long long)f->model_id,
               (long long)f->against_id);
    else if (f->model_id) printf("Version %lld applies from now on.\n", (long long)f->model_id);
    text_release(&t);
}

static void put_seconds(struct json_out *j, const char *key, int64_t us) { json_put_f64(j, key, (double)us / 1e6); }

/* That of skills, with that of questions within it. */
static void print_refitted(struct cli *c, struct arena *a, const struct refitted *r)
{
    if (!c->json) {
        print_words(a, "Skills", &r->skills);
        print_words(a, "Questions", &r->questions);
        return;
    }
    struct text t;
    struct json_out j;
    text_init(&t, 16 << 20);
    json_out_init(&j, &t);
    json_open_obj(&j, NULL);
    model_fit_json(&j, &r->skills);
    json_open_obj(&j, "questions");
    model_fit_json(&j, &r->questions);
    json_close_obj(&j);
    json_open_obj(&j, "processor_seconds");
    put_seconds(&j, "reading", r->read_us);
    put_seconds(&j, "fitting_skills", r->skills_took.fit_us);
    put_seconds(&j, "judging_skills", r->skills_took.judge_us);
    put_seconds(&j, "fitting_questions", r->questions_took.fit_us);
    put_seconds(&j, "judging_questions", r->questions_took.judge_us);
    json_close_obj(&j);
    json_put_i64(&j, "peak_rss_kib", model_peak_kib());
    json_close_obj(&j);
    cli_print_json(&t);
}

/* When the machine has no memory left, it is this process that goes: it can be begun again. */
static void first_to_go(void)
{
    FILE *f = fopen("/proc/self/oom_score_adj", "w");
    if (!f) return;
    fputs("1000", f);
    fclose(f);
}

/* Was it done tonight? Another server may have been first. */
static enum st is_done(struct cli_app *a, bool *done, struct err *e)
{
    struct tx *tx;
    struct job_night night;
    struct snapshot *s = snapshot_hold(&a->app);
    int32_t day = tz_date(s->zone, app_now_ms(&a->app));
    enum st st = tx_read(a->conn, s->district_id, &tx, e);
    snapshot_drop(s);
    TRY(st);
    st = job_night(tx, job_refit, day, &night, e);
    tx_rollback(tx);
    *done = st == ST_OK && night.done > 0;
    return st;
}

static int run_model_refit(struct cli *c)
{
    struct err e = {0};
    struct cli_app a;
    struct arena arena;
    struct refitted r = {0};
    struct telling t = {.quiet = cli_opt(c, "--nightly") != NULL};
    const struct refit_options o = {cli_opt(c, "--dry-run") != NULL, cli_opt(c, "--nightly") != NULL,
                                    cli_opt(c, "--go-live") != NULL};
    bool done = false;
    /* what people wait for comes first, also when memory is short, and it ends with the server that began it */
    if (o.nightly) {
        (void)!nice(15);
        first_to_go();
        prctl(PR_SET_PDEATHSIG, SIGTERM);
    }
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    if (cli_open(c, &a, &e) != ST_OK) return cli_fail(&e);
    arena_init(&arena, ARENA_BYTES);
    enum st st = o.nightly ? is_done(&a, &done, &e) : ST_OK;
    if (st == ST_OK && !done) st = refit(&a.app, a.conn, &o, told, &t, &arena, &r, &e);
    if (st == ST_OK && done) fprintf(stderr, "Already done tonight.\n");
    else if (st == ST_OK) print_refitted(c, &arena, &r);
    if (st == ST_OK && o.nightly && !done)
        log_line(LOG_INFO, "refit", "skills %s (%s), questions %s (%s), fitted to %lld answers, judged on %lld",
                 r.skills.verdict, r.skills.reason, r.questions.verdict, r.questions.reason,
                 (long long)r.skills.answers, (long long)r.skills.held_answers);
    arena_release(&arena);
    cli_close(&a);
    return st == ST_OK ? 0 : cli_fail(&e);
}

static void day_of(const struct snapshot *s, int64_t id, char out[16])
{
    out[0] = '-', out[1] = 0;
    if (id) date_format(tz_date(s->zone, id_time_ms(id)), out);
}

static void print_fits(const struct snapshot *s, struct arena *a, const struct model_fit *list, size_t n,
                       int64_t in_force)
{
    printf("Current: version %lld.\n", (long long)in_force);
    for (size_t i = 0; i < n; i++) {
        char at[16], first[16], last[16];
        struct text t;
        text_init(&t, 1 << 16);
        day_of(s, list[i].fit_id, at), day_of(s, list[i].first_id, first), day_of(s, list[i].last_id, last);
        model_fit_words(&t, LANG_EN, a, &list[i]);
        printf("%s  %-6s %-11s %lld answers of %lld students, %s to %s, checked on %lld of %lld: %s", at, list[i].kind,
               list[i].verdict, (long long)list[i].answers, (long long)list[i].learners, first, last,
               (long long)list[i].held_answers, (long long)list[i].held_learners, text_str(&t));
        if (list[i].model_id) printf(" Version %lld.", (long long)list[i].model_id);
        printf("%s%s\n", *list[i].note ? " " : "", list[i].note);
        text_release(&t);
    }
}

static int run_model_versions(struct cli *c)
{
    struct err e = {0};
    struct cli_app a;
    struct arena arena;
    struct tx *tx;
    struct model_fit *list;
    struct model_row row = {0};
    size_t n = 0;
    if (cli_open(c, &a, &e) != ST_OK) return cli_fail(&e);
    struct snapshot *s = snapshot_hold(&a.app);
    arena_init(&arena, ARENA_BYTES);
    enum st st = tx_read(a.conn, s->district_id, &tx, &e);
    if (st == ST_OK) st = model_fits(tx, &arena, 10000, &list, &n, &e);
    if (st == ST_OK) st = model_in_force(tx, &arena, "bkt", app_now_ms(&a.app), &row, &e);
    tx_rollback(tx);
    if (st == ST_OK && c->json) {
        struct text t;
        struct json_out j;
        text_init(&t, 1u << 30);
        json_out_init(&j, &t);
        json_open_obj(&j, NULL);
        json_put_id(&j, "in_force", row.model_id);
        json_put_id(&j, "questions_in_force", s->policy_index.items.model_id);
        json_open_list(&j, "fits");
        for (size_t i = 0; i < n; i++) {
            json_open_obj(&j, NULL);
            model_fit_json(&j, &list[i]);
            json_close_obj(&j);
        }
        json_close_list(&j);
        json_close_obj(&j);
        cli_print_json(&t);
    } else if (st == ST_OK) {
        print_fits(s, &arena, list, n, row.model_id);
    }
    arena_release(&arena);
    snapshot_drop(s);
    cli_close(&a);
    return st == ST_OK ? 0 : cli_fail(&e);
}

static int run_model_revert(struct cli *c)
{
    struct err e = {0};
    struct cli_app a;
    const char *reason = cli_opt(c, "--reason");
    const char *of = cli_opt(c, "--of");
    if (of && strcmp(of, "skills") != 0 && strcmp(of, "questions") != 0)
        return cli_usage(c, "--of takes skills or questions");
    struct model_revert_cmd t = {.kind = of && strcmp(of, "questions") == 0 ? "items" : "bkt",
                                 .note = reason ? reason : "by hand, on the command line"};
    struct tx *tx;
    if (model_revert_check(&t, &e) != ST_OK) return cli_usage(c, "--reason takes 1 to 4000 bytes of text");
    if (cli_open(c, &a, &e) != ST_OK) return cli_fail(&e);
    enum st st = tx_write(a.conn, a.app.snapshot->district_id, &tx, &e);
    if (st == ST_OK) {
        st = t.command.run(&a.app, tx, &t.command, &e);
        if (st == ST_OK) st = tx_commit(tx, &e);
        else tx_rollback(tx);
    }
    cli_close(&a);
    if (st != ST_OK) return cli_fail(&e);
    if (!c->json) {
        printf("Version %lld is withdrawn. Answers from now on use version %lld, with the parameters of the previous "
               "version.\n",
               (long long)t.taken_back_id, (long long)t.model_id);
        return 0;
    }
    struct text out;
    struct json_out j;
    text_init(&out, 4096);
    json_out_init(&j, &out);
    json_open_obj(&j, NULL);
    json_put_id(&j, "fit_id", t.fit_id);
    json_put_id(&j, "model_id", t.model_id);
    json_put_id(&j, "taken_back_id", t.taken_back_id);
    json_close_obj(&j);
    cli_print_json(&out);
    return 0;
}

const struct cli_command cli_commands_district_models[] = {
    {"model refit",
     "",
     "Fit models to the district's own answers, check them on students set aside, and put them into use if they are "
     "not worse.",
     run_model_refit,
     true,
     {{"--dry-run", NULL, "write nothing: print what it would do"},
      {"--nightly", NULL, "run as the nightly job does: at low priority, at most once a night"},
      {"--go-live", NULL, "also within 28 days after a version was withdrawn"},
      {0}}},
    {"model versions",
     "",
     "List the versions, how each was checked, and which one is current.",
     run_model_versions,
     true,
     {{0}}},
    {"model take-back",
     "",
     "Go back to the previous version, for answers from now on.",
     run_model_revert,
     true,
     {{"--of", "KIND", "skills (default) or questions"},
      {"--reason", "TEXT", "the reason, stored with the version"},
      {0}}},
    {0},
};
