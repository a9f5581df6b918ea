/* init, migrate, check, backup, restore, rebuild, doctor. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "access/retention.h"
#include "core/jobs.h"
#include "derive/rebuild.h"
#include "base/id.h"
#include "base/json.h"
#include "base/rng.h"
#include "cli/cli.h"
#include "store/sql/answer.h"
#include "store/sql/identity.h"
#include "store/sql/models.h"
#include "store/sql/roster.h"
#include "nightly.h"
#include "policy/snapshot.h"
#include "ops/ops.h"

/* What a migration asks to be derived; nothing, in a database that has no district yet. */
static enum st derive_anew(struct cli *c, struct err *e)
{
    struct cli_app a;
    struct rebuild_report r;
    bool done = false;
    enum st st = cli_open(c, &a, e);
    if (st == ST_NOT_FOUND) return ST_OK;
    if (st == ST_OK) {
        st = rebuild_due(&a.app, a.conn, NULL, &done, &r, e);
        cli_close(&a);
    }
    if (st == ST_OK && done)
        fprintf(stderr, "Recomputed: %lld learners, %lld facts.\n", (long long)r.learners, (long long)r.facts);
    return st;
}

static void put_cost(struct json_out *j, const struct rebuild_report *r)
{
    json_put_i64(j, "facts", r->facts);
    json_put_f64(j, "read_s", (double)r->read_us / 1e6);
    json_put_f64(j, "fold_s", (double)r->fold_us / 1e6);
}

static int run_migrate(struct cli *c)
{
    struct err e = {0};
    struct db *db;
    int applied = 0;
    int64_t repaired = 0;
    if (db_open(c->db, &db, &e) != ST_OK) return cli_fail(&e);
    enum st st = db_migrate(db, clock_now_ms(&c->clock), &applied, &e);
    if (st == ST_OK) st = db_repair_ids(db, clock_now_ms(&c->clock), applied > 0, &repaired, &e);
    db_close(db);
    if (st == ST_OK && (applied || repaired)) st = derive_anew(c, &e);
    if (st != ST_OK) return cli_fail(&e);
    if (repaired && !c->json)
        fprintf(stderr, "%lld ids that ran ahead of the clock were repaired (table id_move has them).\n",
                (long long)repaired);
    if (c->json) printf("{\"applied\":%d,\"repaired_ids\":%lld}\n", applied, (long long)repaired);
    else fprintf(stderr, applied ? "%d migrations applied.\n" : "The schema is current.\n", applied);
    return 0;
}

enum st cli_add_district(const struct cli *c, struct db *db, const char *name, const char *zone, struct err *e)
{
    struct sql_district_all_row district_row;
    struct conn *conn;
    struct tx *tx;
    bool row;
    struct idgen g = {.node = 1};
    int64_t now = clock_now_ms(&c->clock), district = id_next(&g, now, 0), org = id_next(&g, now, 0),
            policy = id_next(&g, now, 0);
    TRY(conn_open(db, CONN_WRITE, &conn, e));
    enum st st = tx_write(conn, district, &tx, e);
    if (st != ST_OK) goto out;
    st = sql_district_all(tx, &district_row, &row, e);
    if (st == ST_OK && row) {
        st = err_fail(e, ST_DENIED, "err.exists", "the database already holds a district: %s", district_row.name);
    }
    if (st == ST_OK)
        st = sql_district_insert(tx, &(struct sql_district_insert_in){.name = name, .host = "", .created_at_ms = now},
                                 NULL, e);
    if (st == ST_OK)
        st = sql_org_insert(tx,
                            &(struct sql_org_insert_in){
                                .org_id = org, .parent_org_id = 0, .type = "district", .name = name, .zone = zone},
                            NULL, e);
    if (st == ST_OK)
        st = sql_policy_insert(
            tx,
            &(struct sql_policy_insert_in){
                .policy_id = policy,
                .scope = "district",
                .scope_id = 0,
                .doc =
                    "{\"mastery\":{\"secure_at\":0.95,\"nearly_at\":0.8,\"least_evidence\":4,\"after_hint\":"
                    "\"practice\","
                    "\"stuck_after\":6,\"stuck_below\":0.4,\"review_after_days\":21},\"import\":{\"close_share\":0.2}}",
                .effective_at_ms = 0,
                .recorded_at_ms = 0,
                .recorder_id = 0,
                .reason = "the defaults"},
            NULL, e);
    if (st == ST_OK) /* there is nothing to derive yet */
        st = sql_policy_derived(tx, &(struct sql_policy_derived_in){.at_ms = now, .policy_id = policy}, NULL, e);
    if (st == ST_OK)
        st = sql_model_insert(tx,
                              &(struct sql_model_insert_in){
                                  .model_id = id_next(&g, now, 0),
                                  .kind = "bkt",
                                  .doc = "{\"default\":{\"prior\":0.3,\"learn\":0.15,\"guess\":0.2,\"slip\":0.1}}",
                                  .effective_at_ms = 0,
                                  .recorded_at_ms = now},
                              NULL, e);
    if (st == ST_OK) st = tx_commit(tx, e);
    else tx_rollback(tx);
out:
    conn_close(conn);
    return st;
}

static int run_init(struct cli *c)
{
    struct err e = {0};
    struct db *db;
    int applied;
    const char *name = cli_opt(c, "--name"), *zone = cli_opt(c, "--zone");
    struct tz *tz = tz_open(zone ? zone : "UTC");
    if (!tz) return cli_usage(c, "--zone takes an IANA zone such as America/Chicago");
    tz_free(tz);
    if (db_open(c->db, &db, &e) != ST_OK) return cli_fail(&e);
    enum st st = db_migrate(db, clock_now_ms(&c->clock), &applied, &e);
    if (st == ST_OK) st = cli_add_district(c, db, name ? name : "Our district", zone ? zone : "UTC", &e);
    db_close(db);
    if (st != ST_OK) return cli_fail(&e);
    fprintf(stderr, "Ready. Next: waymark user add --db %s --role district NAME, then waymark serve --db %s\n", c->db,
            c->db);
    return 0;
}

enum { ALIKE_SHOWN = 40 };

/* Each signs in by the very letters of the name, which its person cannot know. */
static enum st load_alike(struct cli_app *a, char *names[ALIKE_SHOWN], size_t *n, struct err *e)
{
    struct sql_user_alike_row r;
    struct rows rows;
    struct tx *tx;
    *n = 0;
    TRY(tx_read(a->conn, a->app.snapshot->district_id, &tx, e));
    enum st st = sql_user_alike(tx, ALIKE_SHOWN, &rows, e);
    if (st == ST_OK) {
        while (*n < ALIKE_SHOWN && sql_user_alike_next(&rows, &r))
            if ((names[*n] = strdup(r.username))) ++*n;
        st = rows_end(&rows);
    }
    tx_rollback(tx);
    return st;
}

static void print_alike(const struct cli *c, char *const *names, size_t n)
{
    if (!n || c->json) return;
    printf("User names that differ only in upper and lower case:");
    for (size_t i = 0; i < n; i++) printf("%s %s", i ? "," : "", names[i]);
    printf(". Each must be typed exactly; rename all but one in the roster.\n");
}

static int run_check(struct cli *c)
{
    char *alike[ALIKE_SHOWN];
    size_t alike_n = 0;
    struct err e = {0};
    struct cli_app a;
    struct rebuild_report r = {0};
    char digest[65] = "";
    if (cli_open(c, &a, &e) != ST_OK) return cli_fail(&e);
    enum st st = ST_OK;
    bool only_digest = cli_opt(c, "--digest") != NULL;
    if (!only_digest) st = conn_integrity(a.conn, &e);
    if (!only_digest && st == ST_OK) st = rebuild(&a.app, a.conn, REBUILD_COMPARE, &r, &e);
    if (st == ST_OK && !only_digest) st = load_alike(&a, alike, &alike_n, &e);
    if (st == ST_OK) st = derived_digest(&a.app, a.conn, digest, &e);
    cli_close(&a);
    if (st != ST_OK) return cli_fail(&e);
    bool good = r.states_differed == 0 && r.rows_differed == 0 && r.histories_differed == 0;
    if (c->json) {
        struct text t;
        struct json_out j;
        text_init(&t, 4096);
        json_out_init(&j, &t);
        json_open_obj(&j, NULL);
        json_put_bool(&j, "ok", good);
        json_put_i64(&j, "learners", r.learners);
        put_cost(&j, &r);
        json_put_i64(&j, "states_differed", r.states_differed);
        json_put_i64(&j, "rows_differed", r.rows_differed);
        json_put_i64(&j, "histories_differed", r.histories_differed);
        json_open_list(&j, "names_alike");
        for (size_t i = 0; i < alike_n; i++) json_put_str(&j, NULL, alike[i]);
        json_close_list(&j);
        json_put_str(&j, "digest", digest);
        json_close_obj(&j);
        cli_print_json(&t);
    } else if (only_digest) {
        puts(digest);
    } else {
        printf("%s: %lld learners, %lld facts; %lld states and %lld mastery rows do not match the facts.\ndigest %s\n",
               good ? "Sound" : "NOT SOUND", (long long)r.learners, (long long)r.facts, (long long)r.states_differed,
               (long long)r.rows_differed, digest);
        if (r.histories_differed)
            printf("%lld packed histories do not match their facts.\n", (long long)r.histories_differed);
        print_alike(c, alike, alike_n);
        if (!good) fprintf(stderr, "waymark: run `waymark rebuild --db %s` to repair them\n", c->db);
    }
    for (size_t i = 0; i < alike_n; i++) free(alike[i]);
    return good ? 0 : 1;
}

/* Each level that would change, as JSON. */
static void on_level_change(void *ctx, int64_t learner_id, int64_t competency_id, enum level before, enum level after)
{
    struct json_out *j = ctx;
    json_open_obj(j, NULL);
    json_put_id(j, "learner_id", learner_id);
    json_put_id(j, "competency_id", competency_id);
    json_put_str(j, "from", level_code(before));
    json_put_str(j, "to", level_code(after));
    json_close_obj(j);
}

static int try_policy(struct cli *c, const char *path)
{
    struct err e = {0};
    struct cli_app a;
    struct rebuild_report r;
    struct text t;
    struct json_out j;
    char *doc = cli_read_file(path);
    if (!doc) return 3;
    if (cli_open(c, &a, &e) != ST_OK) {
        free(doc);
        return cli_fail(&e);
    }
    text_init(&t, 256u << 20);
    json_out_init(&j, &t);
    json_open_obj(&j, NULL);
    json_open_list(&j, "changes");
    enum policy_scope scope;
    int64_t scope_id;
    enum st st = cli_scope(c, &a, &scope, &scope_id, &e);
    if (st == ST_OK) st = what_if(&a.app, a.conn, scope, scope_id, doc, c->json ? on_level_change : NULL, &j, &r, &e);
    cli_close(&a);
    free(doc);
    if (st != ST_OK) {
        text_release(&t);
        return cli_fail(&e);
    }
    json_close_list(&j);
    json_put_i64(&j, "learners", r.learners);
    put_cost(&j, &r);
    json_put_i64(&j, "changed", r.changed);
    json_put_i64(&j, "grades", r.grades);
    json_put_i64(&j, "grades_changed", r.grades_changed);
    json_put_i64(&j, "reported", r.reported);
    json_put_i64(&j, "reported_changed", r.reported_changed);
    json_open_list(&j, "moved");
    for (int from = 0; from < LEVEL_COUNT; from++)
        for (int to = 0; to < LEVEL_COUNT; to++) {
            if (from == to || !r.moved[from][to]) continue;
            json_open_obj(&j, NULL);
            json_put_str(&j, "from", level_code((enum level)from));
            json_put_str(&j, "to", level_code((enum level)to));
            json_put_i64(&j, "count", r.moved[from][to]);
            json_close_obj(&j);
        }
    json_close_list(&j);
    json_close_obj(&j);
    if (!c->json) {
        text_release(&t);
        printf("%lld levels of %lld learners would change, and %lld of %lld course grades.\n", (long long)r.changed,
               (long long)r.learners, (long long)r.grades_changed, (long long)r.grades);
        return 0;
    }
    cli_print_json(&t);
    return 0;
}

/* Each level that was held, as JSON. */
static void held(void *ctx, const struct mastery_row *row, int64_t policy_id)
{
    struct json_out *j = ctx;
    json_open_obj(j, NULL);
    json_put_id(j, "learner_id", row->learner_id);
    json_put_id(j, "competency_id", row->competency_id);
    json_put_str(j, "level", level_code((enum level)row->level));
    json_put_f64(j, "p_known", row->p_known);
    json_put_i64(j, "evidence_count", row->evidence_count);
    json_put_id(j, "policy_version", policy_id);
    json_close_obj(j);
}

static int tell_as_of(struct cli *c, const char *when)
{
    struct err e = {0};
    struct cli_app a;
    struct rebuild_report r;
    struct text t;
    struct json_out j;
    int64_t at;
    if (!time_parse_utc(when, &at)) return cli_usage(c, "--as-of takes a time such as 2026-03-01T08:00:00Z, or a date");
    if (cli_open(c, &a, &e) != ST_OK) return cli_fail(&e);
    text_init(&t, 1u << 30);
    json_out_init(&j, &t);
    json_open_obj(&j, NULL);
    json_put_time(&j, "as_of", at);
    json_open_list(&j, "levels");
    enum st st = levels_as_of(&a.app, a.conn, at, c->json ? held : NULL, &j, &r, &e);
    cli_close(&a);
    json_close_list(&j);
    json_put_i64(&j, "learners", r.learners);
    json_put_i64(&j, "facts", r.facts);
    json_open_obj(&j, "held");
    for (int i = 0; i < LEVEL_COUNT; i++) json_put_i64(&j, level_code((enum level)i), r.held[i]);
    json_close_obj(&j);
    json_close_obj(&j);
    if (st == ST_OK && t.failed) st = err_fail(&e, ST_NOMEM, "err.memory", "levels");
    if (st == ST_OK && c->json) {
        cli_print_json(&t);
        return 0;
    }
    text_release(&t);
    if (st != ST_OK) return cli_fail(&e);
    printf("%lld learners, %lld facts:", (long long)r.learners, (long long)r.facts);
    for (int i = 0; i < LEVEL_COUNT; i++)
        printf(" %lld %s%s", (long long)r.held[i], level_code((enum level)i), i + 1 < LEVEL_COUNT ? "," : ".\n");
    return 0;
}

static int run_rebuild(struct cli *c)
{
    struct err e = {0};
    struct cli_app a;
    struct rebuild_report r;
    if (cli_opt(c, "--what-if") && cli_opt(c, "--as-of"))
        return cli_usage(c, "--what-if and --as-of cannot be used together");
    if (cli_opt(c, "--school") && !cli_opt(c, "--what-if")) return cli_usage(c, "--school needs --what-if");
    if (cli_opt(c, "--what-if")) return try_policy(c, cli_opt(c, "--what-if"));
    if (cli_opt(c, "--as-of")) return tell_as_of(c, cli_opt(c, "--as-of"));
    if (cli_open(c, &a, &e) != ST_OK) return cli_fail(&e);
    enum st st = rebuild(&a.app, a.conn, REBUILD_WRITE, &r, &e);
    cli_close(&a);
    if (st != ST_OK) return cli_fail(&e);
    if (!c->json) {
        printf("%lld learners, %lld facts: repaired %lld states and %lld mastery rows.\n", (long long)r.learners,
               (long long)r.facts, (long long)r.states_differed, (long long)r.rows_differed);
        return 0;
    }
    struct text t;
    struct json_out j;
    text_init(&t, 4096);
    json_out_init(&j, &t);
    json_open_obj(&j, NULL);
    json_put_i64(&j, "learners", r.learners);
    put_cost(&j, &r);
    json_put_i64(&j, "states_differed", r.states_differed);
    json_put_i64(&j, "rows_differed", r.rows_differed);
    json_put_i64(&j, "histories_differed", r.histories_differed);
    json_close_obj(&j);
    cli_print_json(&t);
    return 0;
}

static int run_backup(struct cli *c)
{
    struct err e = {0};
    struct db *db;
    struct conn *conn;
    if (c->count != 1) return cli_usage(c, "name the new file: waymark backup --db FILE TO");
    if (access(c->positional[0], F_OK) == 0) return cli_usage(c, "the file already exists; name a new one");
    if (db_open(c->db, &db, &e) != ST_OK) return cli_fail(&e);
    enum st st = db_schema_check(db, &e);
    if (st == ST_OK) st = conn_open(db, CONN_READ, &conn, &e);
    if (st == ST_OK) {
        st = conn_backup(conn, c->positional[0], &e);
        conn_close(conn);
    }
    db_close(db);
    if (st != ST_OK) return cli_fail(&e);
    fprintf(stderr, "Backed up to %s. Back up the folder of files too.\n", c->positional[0]);
    return 0;
}

static int run_restore(struct cli *c)
{
    struct err e = {0};
    struct db *from;
    struct conn *conn;
    if (c->count != 1) return cli_usage(c, "name the backup: waymark restore --db NEW FROM");
    if (access(c->db, F_OK) == 0) return cli_usage(c, "--db names a file that exists; restore into a new one");
    if (db_open(c->positional[0], &from, &e) != ST_OK) return cli_fail(&e);
    enum st st = db_schema_check(from, &e);
    if (st == ST_OK) st = conn_open(from, CONN_READ, &conn, &e);
    if (st == ST_OK) {
        st = conn_integrity(conn, &e);
        if (st == ST_OK) st = conn_backup(conn, c->db, &e);
        conn_close(conn);
    }
    db_close(from);
    if (st != ST_OK) return cli_fail(&e);
    fprintf(stderr, "Restored into %s.\n", c->db);
    return 0;
}

/* When the server begins work of its own, and how that went lately. */
static enum st tell_nightly(struct cli *c, const struct nightly_work *w, const char *name, const char *when,
                            struct err *e)
{
    enum { SHOWN = 5 };
    struct cli_app a;
    struct tx *tx;
    struct sql_job_run_list_row r;
    struct rows rows = {0};
    int at;
    if (!nightly_parse(w, when, &at)) printf("%-24s %s: expected an hour (02:00) or off\n", name, when);
    else if (at == NIGHTLY_OFF) printf("%-24s off\n", name);
    else
        printf("%-24s from %02d:%02d in the school's zone, unless serve is given --%s\n", name, at / 60, at % 60,
               w->job);
    /* no district yet: nothing was run */
    if (cli_open(c, &a, e) != ST_OK) return e->st == ST_NOT_FOUND ? ST_OK : e->st;
    enum st st = tx_read(a.conn, a.app.snapshot->district_id, &tx, e);
    if (st == ST_OK) st = sql_job_run_list(tx, &(struct sql_job_run_list_in){.job = w->job, .limit = SHOWN}, &rows, e);
    while (sql_job_run_list_next(&rows, &r)) {
        char began[32];
        time_format_utc(id_time_ms(r.run_id), began);
        printf("%-24s %s %s %s: %s\n", "", began, r.nightly ? "at night" : "by hand",
               *r.outcome ? r.outcome : "still running", r.detail);
    }
    if (st == ST_OK) st = rows_end(&rows);
    tx_rollback(tx);
    cli_close(&a);
    return st;
}

static void print_retention(const struct cli *c, const struct retention *r, bool dry)
{
    if (c->json) printf("{\"dry_run\":%s,\"tables\":[", dry ? "true" : "false");
    for (size_t i = 0; i < RETENTION_KINDS; i++) {
        const struct retention_kind *k = &r->kinds[i];
        if (c->json)
            printf("%s{\"table\":\"%s\",\"due\":%lld,\"deleted\":%lld}", i ? "," : "", k->table, (long long)k->due,
                   (long long)k->deleted);
        else if (dry) printf("%-16s %lld rows are due\n", k->table, (long long)k->due);
        else printf("%-16s %lld of %lld rows deleted\n", k->table, (long long)k->deleted, (long long)k->due);
    }
    if (c->json) printf("]}\n");
}

/* Deletes what is no longer to stay, or counts it. */
static int run_retention(struct cli *c)
{
    struct err e = {0};
    struct cli_app a;
    struct retention r = {0};
    struct job_night night = {0};
    struct tx *tx;
    const bool nightly = cli_opt(c, "--nightly") != NULL, dry = cli_opt(c, "--dry-run") != NULL;
    if (nightly) { /* what people wait for comes first, and it ends with the server that began it */
        (void)!nice(15);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
    }
    if (cli_open(c, &a, &e) != ST_OK) return cli_fail(&e);
    const int32_t day = tz_date(a.app.snapshot->zone, app_now_ms(&a.app));
    enum st st = tx_read(a.conn, a.app.snapshot->district_id, &tx, &e);
    if (st == ST_OK) {
        st = job_night(tx, job_retention, day, &night, &e);
        tx_rollback(tx);
    }
    const bool done = nightly && night.done; /* another server was first */
    if (st == ST_OK && !done) st = retention_run(&a.app, a.conn, dry, nightly, day, &r, &e);
    cli_close(&a);
    if (st != ST_OK) return cli_fail(&e);
    if (done) fprintf(stderr, "Already done tonight.\n");
    else print_retention(c, &r, dry);
    return 0;
}

static int run_doctor(struct cli *c)
{
    struct err e = {0};
    struct db *db;
    static const char *const settings[] = {"WAYMARK_DB",       "WAYMARK_LISTEN",  "WAYMARK_PUBLIC_URL",
                                           "WAYMARK_TLS_CERT", "WAYMARK_TLS_KEY", "WAYMARK_TRUSTED_PROXY",
                                           "WAYMARK_FILES",    "WAYMARK_REFIT",   "WAYMARK_RETENTION"};
    cli_print_version();
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        const char *v = getenv(settings[i]);
        printf("%-24s %s\n", settings[i], v ? v : "(not set: the default)");
    }
    if (db_open(c->db, &db, &e) != ST_OK) return cli_fail(&e);
    printf("%-24s %s\n", "database", db_is_sqlite(db) ? "SQLite" : "PostgreSQL");
    enum st st = db_schema_check(db, &e);
    printf("%-24s %s\n", "schema", st == ST_OK ? "current" : e.detail);
    db_close(db);
    if (st == ST_OK) st = tell_nightly(c, &nightly_refit, "nightly refit", getenv("WAYMARK_REFIT"), &e);
    if (st == ST_OK) st = tell_nightly(c, &nightly_retention, "nightly retention", getenv("WAYMARK_RETENTION"), &e);
    return st == ST_OK ? 0 : st_exit(st);
}

const struct cli_command cli_commands_admin[] = {
    {"init",
     "",
     "Make a new database with one district, the default policy and model.",
     run_init,
     true,
     {{"--name", "NAME", "name of the district"},
      {"--zone", "ZONE", "IANA time zone, such as America/Chicago (default UTC)"}}},
    {"migrate", "", "Migrate the database to this version's schema.", run_migrate, true, {{0}}},
    {"check",
     "",
     "Verify integrity, and that stored levels and states match the evidence.",
     run_check,
     true,
     {{"--digest", NULL, "print one SHA-256 over the derived state"}}},
    {"rebuild",
     "",
     "Recompute levels and states from the evidence; print what differed.",
     run_rebuild,
     true,
     {{"--what-if", "POLICY.json",
       "write nothing: print how levels would change under this policy, merged over the current one"},
      {"--school", "NAME|ID", "with --what-if: for one school (default: the district)"},
      {"--as-of", "TIME", "write nothing: print the levels as of this time, under the policy in effect then"}}},
    {"backup", "TO", "Copy the database while it is in use.", run_backup, true, {{0}}},
    {"restore", "FROM", "Copy a backup into a new database, after checking it.", run_restore, true, {{0}}},
    {"retention",
     "",
     "Delete what is no longer to stay: work untouched for 30 days, expired sessions and tokens, sign-in failures.",
     run_retention,
     true,
     {{"--dry-run", NULL, "write nothing: print how many rows are due"},
      {"--nightly", NULL, "as the server begins it: once a night"}}},
    {"doctor",
     "",
     "Print the current settings and where they come from, and test the database.",
     run_doctor,
     true,
     {{0}}},
    {0},
};
