#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "version.h"
#include "start/app_start.h"
#include "policy/snapshot.h"

static const struct cli_command *const *commands;

static const struct cli_option common[] = {
    {"--db", "FILE|postgresql://…", "the database; may come before or after the command"},
    {"--json", NULL, "print machine-readable output on standard output"},
    {"--now", "TIME", "pretend that it is this time (RFC 3339 time or a date); for demos and tests"},
    {"--help", NULL, "show this help"},
    {"--version", NULL, "print the version and the commit"},
    {0},
};

const char *cli_opt(const struct cli *c, const char *name)
{
    for (size_t i = 0; c->word->options[i].name; i++)
        if (strcmp(c->word->options[i].name, name) == 0) return c->values[i];
    return NULL;
}

const char *cli_setting(const struct cli *c, const char *option, const char *env, const char *dflt)
{
    const char *v = cli_opt(c, option);
    if (!v) v = getenv(env);
    return v ? v : dflt;
}

int cli_fail(const struct err *e)
{
    fprintf(stderr, "waymark: %s\n", e->detail);
    return st_exit(e->st);
}

int cli_usage(const struct cli *c, const char *what)
{
    fprintf(stderr, "waymark %s: %s\nTry 'waymark %s --help'.\n", c->word->name, what, c->word->name);
    return 2;
}

static void print_options(FILE *f, const struct cli_option *o, bool man)
{
    for (; o->name; o++) {
        if (man) fprintf(f, ".TP\n.B \\%s%s%s\n%s\n", o->name, o->arg ? " " : "", o->arg ? o->arg : "", o->help);
        else
            fprintf(f, "  %s%s%-*s %s\n", o->name, o->arg ? " " : "", (int)(26 - strlen(o->name)), o->arg ? o->arg : "",
                    o->help);
    }
}

static void help_word(FILE *f, const struct cli_command *w)
{
    fprintf(f, "Usage: waymark %s%s%s [options]\n\n%s\n\nOptions:\n", w->name, *w->args ? " " : "", w->args,
            w->summary);
    print_options(f, w->options, false);
    print_options(f, common, false);
}

static void help_all(FILE *f)
{
    fprintf(f, "Usage: waymark COMMAND … [options]\n\nPersonalized learning on hardware the school owns.\n\n");
    for (size_t t = 0; commands[t]; t++)
        for (const struct cli_command *w = commands[t]; w->name; w++) {
            char head[80];
            snprintf(head, sizeof head, "%s %s", w->name, w->args);
            fprintf(f, "  %-30s %.*s\n", head, (int)strcspn(w->summary, "\n"), w->summary);
        }
    fprintf(f, "\n'waymark COMMAND --help' lists a command's options; 'waymark man' prints the manual page. Exit "
               "status: 0 done, 1 "
               "failed, 2 usage, 3 not found, 4 refused.\n");
}

static void man_page(FILE *f)
{
    fprintf(f,
            ".TH WAYMARK 1 \"\" \"Waymark %s\" \"User Commands\"\n.SH NAME\nwaymark \\- personalized learning on "
            "hardware the school owns\n"
            ".SH SYNOPSIS\n.B waymark\nCOMMAND … [options]\n.SH COMMANDS\n",
            WAYMARK_VERSION);
    for (size_t t = 0; commands[t]; t++)
        for (const struct cli_command *w = commands[t]; w->name; w++) {
            fprintf(f, ".SS waymark %s %s\n%s\n", w->name, w->args, w->summary);
            print_options(f, w->options, true);
        }
    fprintf(f, ".SH COMMON OPTIONS\n");
    print_options(f, common, true);
    fprintf(f, ".SH ENVIRONMENT\nWAYMARK_DB, WAYMARK_LISTEN, WAYMARK_PUBLIC_URL, WAYMARK_TLS_CERT, WAYMARK_TLS_KEY, "
               "WAYMARK_TRUSTED_PROXY, WAYMARK_FILES, WAYMARK_REFIT and WAYMARK_RETENTION stand for the options\n"
               "of the same names; the command line wins. WAYMARK_CONTENT is the folder that holds the starter pack of "
               "the sample district.\n");
    fprintf(f, ".SH EXIT STATUS\n0 done, 1 failed, 2 usage, 3 not found, 4 refused (a limit, a permission, a newer "
               "schema).\n");
}

/* The longest word that the arguments begin with. */
static const struct cli_command *find_word(size_t n, const char *const *args, size_t *used)
{
    const struct cli_command *best = NULL;
    *used = 0;
    for (size_t t = 0; commands[t]; t++)
        for (const struct cli_command *w = commands[t]; w->name; w++) {
            const char *p = w->name;
            size_t k = 0;
            while (*p && k < n) {
                size_t len = strcspn(p, " ");
                if (strlen(args[k]) != len || strncmp(args[k], p, len) != 0) break;
                k++;
                p += len;
                if (*p == ' ') p++;
            }
            if (!*p && k > *used) {
                best = w;
                *used = k;
            }
        }
    return best;
}

static bool takes_value(const char *name, const struct cli_command *w)
{
    for (const struct cli_option *o = common; o->name; o++)
        if (strcmp(o->name, name) == 0) return o->arg != NULL;
    for (size_t i = 0; w && w->options[i].name; i++)
        if (strcmp(w->options[i].name, name) == 0) return w->options[i].arg != NULL;
    return false;
}

void cli_print_version(void) { printf("waymark %s (%s)\n", WAYMARK_VERSION, WAYMARK_COMMIT); }

int cli_main(int argc, char **argv, const struct cli_command *const *tables)
{
    commands = tables;
    struct cli c = {.clock = clock_system()};
    const char *args[CLI_POSITIONAL_MAX];
    size_t n = 0, used;
    bool help = false;
    /* First the words alone, to know which options there are. --db may come before them. */
    for (int i = 1; i < argc && n < CLI_POSITIONAL_MAX; i++) {
        if (strcmp(argv[i], "--db") == 0 || strcmp(argv[i], "--now") == 0) i++;
        else if (strncmp(argv[i], "-", 1) != 0 || !argv[i][1]) args[n++] = argv[i];
        else if (n) break;
    }
    c.word = find_word(n, args, &used);
    if (n && strcmp(args[0], "help") == 0) {
        help_all(stdout);
        return 0;
    }
    if (n && strcmp(args[0], "man") == 0) {
        man_page(stdout);
        return 0;
    }
    n = 0;
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i], *value = NULL;
        char name[64];
        if (a[0] != '-' || !a[1]) {
            if (n < CLI_POSITIONAL_MAX) args[n++] = a;
            continue;
        }
        size_t len = strcspn(a, "=");
        if (len >= sizeof name) len = sizeof name - 1;
        memcpy(name, a, len);
        name[len] = 0;
        if (a[len] == '=') value = a + len + 1;
        else if (takes_value(name, c.word)) {
            if (i + 1 >= argc) {
                fprintf(stderr, "waymark: %s needs a value\n", name);
                return 2;
            }
            value = argv[++i];
        }
        if (strcmp(name, "--version") == 0) {
            cli_print_version();
            return 0;
        }
        if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) help = true;
        else if (strcmp(name, "--db") == 0) c.db = value;
        else if (strcmp(name, "--json") == 0) c.json = true;
        else if (strcmp(name, "--now") == 0) {
            int64_t at;
            if (!time_parse_utc(value, &at)) {
                fprintf(stderr, "waymark: --now takes a date or an RFC 3339 time, not %s\n", value);
                return 2;
            }
            c.clock.offset_ms = at - clock_now_ms(&c.clock);
        } else {
            size_t k = 0;
            while (c.word && c.word->options[k].name && strcmp(c.word->options[k].name, name) != 0) k++;
            if (!c.word || !c.word->options[k].name) {
                fprintf(stderr, "waymark: unknown option %s%s%s\n", name, c.word ? " for " : "",
                        c.word ? c.word->name : "");
                return 2;
            }
            c.values[k] = value ? value : "";
        }
    }
    if (!c.word) {
        if (n && !help) fprintf(stderr, "waymark: unknown command '%s'\n", args[0]);
        help_all(help ? stdout : stderr);
        return help ? 0 : 2;
    }
    if (help) {
        help_word(stdout, c.word);
        return 0;
    }
    for (size_t i = used; i < n; i++) c.positional[c.count++] = args[i];
    if (!*c.word->args && c.count) return cli_usage(&c, "it takes no more arguments; see its options");
    if (!c.db) c.db = getenv("WAYMARK_DB");
    if (c.word->needs_db && !c.db) return cli_usage(&c, "--db FILE or --db postgresql://… is required");
    return c.word->run(&c);
}

enum st cli_open(struct cli *c, struct cli_app *out, struct err *e)
{
    *out = (struct cli_app){0};
    TRY(db_open(c->db, &out->db, e));
    enum st st = db_schema_check(out->db, e);
    if (st == ST_OK) st = app_init(&out->app, out->db, c->clock, cli_setting(c, "--files", "WAYMARK_FILES", NULL), e);
    else {
        db_close(out->db);
        out->db = NULL;
        return st;
    }
    if (st == ST_OK) st = conn_open(out->db, CONN_WRITE, &out->conn, e);
    if (st == ST_OK) st = snapshot_reload(&out->app, out->conn, e);
    if (st != ST_OK) cli_close(out);
    return st;
}

void cli_close(struct cli_app *a)
{
    if (!a->db) return;
    struct err e;
    int frames, left;
    if (a->conn && conn_checkpoint(a->conn, &frames, &left, &e) != ST_OK) {
        /* The log stays as it is; the next opening reads it. */
    }
    conn_close(a->conn);
    app_release(&a->app);
    db_close(a->db);
    a->db = NULL;
}

char *cli_read_file(const char *path)
{
    enum { MOST = 1 << 20 };
    FILE *f = fopen(path, "rb");
    char *s = f ? calloc(1, MOST + 1) : NULL;
    size_t n = s ? fread(s, 1, MOST, f) : 0;
    if (n == 0 || n == MOST || ferror(f)) {
        fprintf(stderr, "waymark: cannot read %s: %s\n", path,
                n == MOST         ? "it is larger than 1 MiB"
                : f && !ferror(f) ? "it is empty"
                                  : strerror(errno));
        free(s);
        s = NULL;
    }
    if (f) fclose(f);
    return s;
}

void cli_print_json(struct text *t)
{
    fwrite(text_str(t), 1, t->n, stdout);
    putchar('\n');
    text_release(t);
}
