/* The command line: one table of words, from which --help and the man page are made. */
#ifndef CLI_CLI_H
#define CLI_CLI_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/app.h"
#include "base/err.h"
#include "base/text.h"

enum { CLI_POSITIONAL_MAX = 32, CLI_OPTIONS_MAX = 32 };

struct cli_option {
    const char *name; /* "--listen" */
    const char *arg;  /* "HOST:PORT"; NULL for a switch */
    const char *help;
};

struct cli;
struct cli_word {
    const char *name; /* "user add" */
    const char *args; /* "KIND PATH" */
    const char *summary;
    int (*run)(struct cli *c); /* the exit code */
    bool needs_db;
    struct cli_option options[CLI_OPTIONS_MAX];
};

struct cli {
    const struct cli_word *word;
    size_t count;
    const char *positional[CLI_POSITIONAL_MAX];
    const char *values[CLI_OPTIONS_MAX]; /* by place in word->options; "" for a switch that is set */
    const char *db;
    bool json;
    struct clock clock;
};

int cli_main(int argc, char **argv);
extern const struct cli_word *const cli_tables[]; /* NULL at the end; each ends with name NULL */

const char *cli_opt(const struct cli *c, const char *name); /* NULL when not given */
/* Settings: the command line, then WAYMARK_<NAME> in the environment, then the default. */
const char *cli_setting(const struct cli *c, const char *option, const char *env, const char *dflt);
/* The text and an end of line on standard output; released. */
void cli_print_json(struct text *t);
/* A text file of at most 1 MiB, for the caller to free; NULL: said on standard error why it cannot be read. */
char *cli_read_file(const char *path);
/* Say what is wrong on standard error and give the exit code. */
int cli_fail(const struct err *e);
int cli_usage(const struct cli *c, const char *what);

/* The database opened, its schema checked, and the district loaded, for words that work on it. */
struct cli_app {
    struct db *db;
    struct app app;
    struct conn *conn; /* a write connection of the caller's thread */
};
enum st cli_open(struct cli *c, struct cli_app *out, struct err *e) WARN_UNUSED;
void cli_close(struct cli_app *a);

/* policy.c: --school NAME|ID as a scope; without it the district. ST_NOT_FOUND: no such school */
/* By user name or id. ST_NOT_FOUND: nobody. */
enum st cli_find_user(struct tx *tx, const char *who, int64_t *user_id, struct err *e) WARN_UNUSED;
enum st cli_scope(struct cli *c, struct cli_app *a, enum policy_scope *scope, int64_t *id, struct err *e) WARN_UNUSED;

/* admin.c: the first rows of a new database. ST_DENIED: it holds a district already. */
enum st cli_add_district(const struct cli *c, struct db *db, const char *name, const char *zone,
                         struct err *e) WARN_UNUSED;

int cli_cards(struct cli *c); /* cards.c */
/* A page in one file: its style stands in it. */
enum st cli_write_page(const char *path, const struct text *page, struct err *e) WARN_UNUSED;

/* serve.c */
struct serve_options {
    const char *listen, *public_url, *tls_cert, *tls_key, *trusted_proxy, *files_dir;
    const char *refit; /* NULL: the usual hour */
};
int serve_run(struct db *db, struct clock clock, const struct serve_options *o);

extern const struct cli_word cli_words_admin[], cli_words_user[], cli_words_serve[], cli_words_import[],
    cli_words_content[], cli_words_demo[], cli_words_routes[], cli_words_policy[], cli_words_model[];

#endif
