/* waymark demo: a sample district with a term of work behind it, made once, then served. */
#include "demo.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/identity.h"
#include "import/import.h"
#include "base/log.h"
#include "cli/cli.h"
#include "interop/report.h"
#include "policy/snapshot.h"
#include "ops/ops.h"
#include "store/sql/identity.h"
#include "store/sql/roster.h"

enum { PATH_BYTES = 600, WEEKS_MAX = 52 };

/* One of each role that has a screen. */
static const struct {
    const char *role, *username, *given, *family, *note;
    bool in_roster;
} doors[] = {{"student", "maya.okonkwo", "Maya", "Okonkwo", "grade 5, stuck on one error", true},
             {"teacher", "sofia.rivera", "Sofia", "Rivera", "two grade 5 classes", true},
             {"coach", "ben.tallis", "Ben", "Tallis", "helps teachers at Cedar Hollow", false},
             {"counselor", "noor.said", "Noor", "Said", "counselor at Cedar Hollow School", false},
             {"principal", "grace.osei", "Grace", "Osei", "leads Cedar Hollow School", true},
             {"district", "iris.vogel", "Iris", "Vogel", "leads the district", false},
             {"guardian", "ngozi.okonkwo", "Ngozi", "Okonkwo", "of Maya and Eli", true}};
enum { DOORS = sizeof doors / sizeof *doors };

struct demo {
    char dir[PATH_BYTES - 100], making[PATH_BYTES], content[PATH_BYTES];
    size_t students;
    int weeks;
    uint64_t seed;
    char passwords[DOORS][PASSWORD_WORDS];
};

static enum st io_fail(struct err *e, const char *path)
{
    return err_fail(e, ST_IO, "err.io", "%s: %s", path, strerror(errno));
}

/* The starter pack: where the environment says, in the source tree beside the build folder, or installed. */
static enum st find_content(char out[PATH_BYTES], struct err *e)
{
    char self[PATH_BYTES - 100];
    const char *env = getenv("WAYMARK_CONTENT");
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n > 0 ? n : 0] = 0;
    char *slash = strrchr(self, '/');
    if (slash) *slash = 0;
    const char *const places[] = {env, self, self};
    static const char *const below[] = {"starter", "../content/starter", "../share/waymark/content/starter"};
    for (size_t i = 0; i < 3; i++) {
        if (!places[i] || !*places[i]) continue;
        snprintf(out, PATH_BYTES, "%s/%s", places[i], below[i]);
        if (access(out, R_OK) == 0) return ST_OK;
    }
    return err_fail(e, ST_NOT_FOUND, "err.file",
                    "the starter pack was not found; set WAYMARK_CONTENT to the folder that holds starter/");
}

static enum st import_one(struct cli_app *a, const char *kind, const char *path, struct err *e)
{
    struct arena arena;
    struct import_report r;
    struct import_options o = {.close_share = -1};
    arena_init(&arena, 256u << 20);
    report_init(&r, &arena);
    enum st st = app_import(&a->app, a->conn, kind, path, &o, &r, e);
    for (size_t i = 0; i < r.problem_count; i++)
        log_line(LOG_WARN, "demo", "%s: %s", r.problems[i].file, r.problems[i].text);
    arena_release(&arena);
    return st == ST_OK ? snapshot_reload(&a->app, a->conn, e) : st;
}

static enum st set_password(struct cli_app *a, struct tx *tx, size_t i, const char *hash, struct err *e)
{
    struct sql_org_list_row org;
    struct sql_user_by_name_row user_by_name;
    struct rows rows;
    bool row;
    if (!doors[i].in_roster) {
        int64_t id;
        struct new_user u = {.username = doors[i].username,
                             .given_name = doors[i].given,
                             .family_name = doors[i].family,
                             .role = doors[i].role};
        if (strcmp(doors[i].role, "coach") == 0 || strcmp(doors[i].role, "counselor") == 0) {
            TRY(sql_org_list(tx, &rows, e));
            while (sql_org_list_next(&rows, &org)) {
                if (strcmp(org.name, "Cedar Hollow School") == 0) u.org_id = org.org_id;
            }
            TRY(rows_end(&rows));
        }
        return user_create(&a->app, tx, &u, hash, &id, e);
    }
    TRY(sql_user_by_name(tx, doors[i].username, &user_by_name, &row, e));
    if (!row) return err_fail(e, ST_BUG, "err.bug", "the roster lacks %s", doors[i].username);
    return user_set_password(tx, user_by_name.user_id, hash, e);
}

static enum st open_doors(struct demo *d, struct cli_app *a, struct err *e)
{
    char hash[DOORS][PASSWORD_HASH_TEXT];
    struct tx *tx;
    for (size_t i = 0; i < DOORS; i++) {
        password_words(d->passwords[i]);
        TRY(password_hash(d->passwords[i], hash[i], e));
    }
    TRY(tx_write(a->conn, a->app.snapshot->district_id, &tx, e));
    enum st st = ST_OK;
    for (size_t i = 0; st == ST_OK && i < DOORS; i++) st = set_password(a, tx, i, hash[i], e);
    if (st == ST_OK) return tx_commit(tx, e);
    tx_rollback(tx);
    return st;
}

/* Kept beside the database, for its owner only, so that the second start can say them again. */
static enum st save_doors(const struct demo *d, struct err *e)
{
    char path[PATH_BYTES];
    json_t *list = json_array();
    for (size_t i = 0; i < DOORS; i++)
        json_array_append_new(list, json_pack("{ssssssss}", "role", doors[i].role, "username", doors[i].username,
                                              "password", d->passwords[i], "note", doors[i].note));
    snprintf(path, sizeof path, "%s/sign-ins.json", d->dir);
    int bad = json_dump_file(list, path, JSON_INDENT(1));
    json_decref(list);
    return bad ? io_fail(e, path) : ST_OK;
}

/* All of it in DIR/making; it becomes the sample district when it is whole. */
static enum st make(struct demo *d, struct cli *c, struct err *e)
{
    char path[PATH_BYTES + 40], roster[PATH_BYTES], outside[PATH_BYTES];
    struct demo_people people = {0};
    int64_t now = clock_now_ms(&c->clock);
    struct cli then = *c; /* the district is set up a term ago */
    then.clock.offset_ms -= (int64_t)d->weeks * 7 * 86400000;
    struct cli_app a;
    int applied;
    fprintf(stderr, "Making a sample district of %zu students with %d weeks of work …\n", d->students, d->weeks);
    TRY(find_content(d->content, e));
    if (mkdir(d->making, 0700) != 0 && errno != EEXIST) return io_fail(e, d->making);
    static const char *const parts[] = {"waymark.db", "waymark.db-wal", "waymark.db-shm"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", d->making, parts[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/waymark.db", d->making);
    snprintf(roster, sizeof roster, "%s/roster", d->dir);
    struct db *db;
    TRY(db_open(path, &db, e));
    enum st st = db_migrate(db, clock_now_ms(&then.clock), &applied, e);
    if (st == ST_OK) st = cli_add_district(&then, db, "Cedar Hollow District", "America/Chicago", e);
    db_close(db);
    TRY(st);
    then.db = path;
    TRY(demo_invent(&people, d->students, d->seed, e));
    int32_t today = (int32_t)(now / 86400000);
    st = demo_write_roster(&people, today - d->weeks * 7, today, roster, e);
    snprintf(outside, sizeof outside, "%s/outside", d->dir);
    if (st == ST_OK && mkdir(outside, 0700) != 0 && errno != EEXIST) st = io_fail(e, outside);
    if (st == ST_OK) st = demo_write_outside(&people, today, outside, e);
    if (st == ST_OK) st = cli_open(&then, &a, e);
    if (st == ST_OK) {
        st = import_one(&a, "oneroster", roster, e);
        if (st == ST_OK) st = import_one(&a, "pack", d->content, e);
        if (st == ST_OK) st = open_doors(d, &a, e);
        if (st == ST_OK) st = demo_simulate(&a.app, a.conn, &people, d->weeks, d->seed, now, e);
        a.app.clock = c->clock;
        /* as every night: nothing changes, and the data are fresh */
        if (st == ST_OK) st = import_one(&a, "oneroster", roster, e);
        static const char *const kinds[] = {"assessments", "attendance", "programs"};
        for (size_t i = 0; st == ST_OK && i < sizeof kinds / sizeof *kinds; i++) {
            char file[PATH_BYTES + 40];
            snprintf(file, sizeof file, "%s/%s.csv", outside, kinds[i]);
            st = import_one(&a, kinds[i], file, e);
        }
        cli_close(&a);
    }
    free(people.students);
    TRY(st);
    TRY(save_doors(d, e));
    char whole[PATH_BYTES];
    snprintf(whole, sizeof whole, "%s/waymark.db", d->dir);
    if (rename(path, whole) != 0) return io_fail(e, whole);
    rmdir(d->making);
    snprintf(path, sizeof path, "%s/files", d->dir);
    return mkdir(path, 0700) != 0 && errno != EEXIST ? io_fail(e, path) : ST_OK;
}

static enum st tell(const struct demo *d, const struct cli *c, const char *url, struct err *e)
{
    char path[PATH_BYTES];
    json_error_t why;
    snprintf(path, sizeof path, "%s/sign-ins.json", d->dir);
    json_t *v, *list = json_load_file(path, 0, &why);
    size_t i;
    if (!list) return err_fail(e, ST_IO, "err.io", "%s: %s; remove the folder to make a new sample", path, why.text);
    if (c->json) {
        json_t *o = json_pack("{sssO}", "url", url, "sign_ins", list);
        if (o) json_dumpf(o, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(o);
    } else {
        printf("\nSign in at %s\n\n  %-10s %-16s %-18s\n", url, "role", "name", "password");
        json_array_foreach (list, i, v)
            printf("  %-10s %-16s %-18s %s\n", json_string_value(json_object_get(v, "role")),
                   json_string_value(json_object_get(v, "username")), json_string_value(json_object_get(v, "password")),
                   json_string_value(json_object_get(v, "note")));
        printf("\ndocs/demo.md says which students to look at first. To start over, remove %s.\n\n", d->dir);
    }
    fflush(stdout);
    json_decref(list);
    return ST_OK;
}

static bool number(const struct cli *c, const char *option, int64_t least, int64_t most, int64_t *out)
{
    const char *s = cli_opt(c, option);
    return !s || (parse_i64(s, out) && *out >= least && *out <= most);
}

static int run_demo(struct cli *c)
{
    struct err e = {0};
    struct demo d = {0};
    int64_t students = 100, weeks = 12, seed = 1;
    const char *dir = cli_opt(c, "--dir"), *listen = cli_setting(c, "--listen", "WAYMARK_LISTEN", "127.0.0.1:8080");
    char path[PATH_BYTES], url[200];
    struct stat s;
    if (!number(c, "--students", 8, DEMO_STUDENTS_MAX, &students))
        return cli_usage(c, "--students takes a number from 8 to 20000");
    if (!number(c, "--weeks", 1, WEEKS_MAX, &weeks)) return cli_usage(c, "--weeks takes a number from 1 to 52");
    if (!number(c, "--seed", 0, INT64_MAX, &seed)) return cli_usage(c, "--seed takes a number");
    if (dir && strlen(dir) >= sizeof d.dir) return cli_usage(c, "--dir is too long");
    d.students = (size_t)students;
    d.weeks = (int)weeks;
    d.seed = (uint64_t)seed;
    snprintf(d.dir, sizeof d.dir, "%s", dir ? dir : "demo");
    snprintf(d.making, sizeof d.making, "%s/making", d.dir);
    snprintf(path, sizeof path, "%s/waymark.db", d.dir);
    snprintf(url, sizeof url, "http://%s", listen);
    if (mkdir(d.dir, 0700) != 0 && errno != EEXIST) {
        (void)io_fail(&e, d.dir);
        return cli_fail(&e);
    }
    if (stat(path, &s) != 0 && make(&d, c, &e) != ST_OK) return cli_fail(&e);
    if (tell(&d, c, url, &e) != ST_OK) return cli_fail(&e);
    if (cli_opt(c, "--no-serve")) return 0;
    struct db *db;
    struct serve_options o = {
        .listen = listen, .refit = getenv("WAYMARK_REFIT"), .retention = getenv("WAYMARK_RETENTION")};
    if (db_open(path, &db, &e) != ST_OK) return cli_fail(&e);
    int code = serve_run(db, c->clock, &o);
    db_close(db);
    return code;
}

const struct cli_command cli_commands_demo[] = {
    {"demo",
     "",
     "Make a sample district with a term of work, once, and serve it.",
     run_demo,
     false,
     {{"--dir", "DIR", "folder to keep it in (default: demo)"},
      {"--no-serve", NULL, "only make it and print the sign-ins"},
      {"--listen", "HOST:PORT", "address (default 127.0.0.1:8080)"},
      {"--students", "N", "how many (default 100)"},
      {"--weeks", "N", "of work (default 12)"},
      {"--seed", "S", "random seed: another number gives other people"}}},
    {0},
};
