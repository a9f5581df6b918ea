/* The command line: one table of words, from which --help and the man page are made. */
#ifndef CLI_CLI_H
#define CLI_CLI_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/app.h"
#include "base/err.h"
#include "base/text.h"

enum { CLI_POSITIONAL_MAX = 32, CLI_OPTIONS_MAX = 32 };

struct cli_option {
    const char *name; /* "--listen" */
    const char *arg;  /* "HOST:PORT"; NULL for a switch */
    const char *help;
};

struct cli;
struct cli_command {
    const char *name; /* "user add" */
    const char *args; /* "KIND PATH" */
    const char *summary;
    int (*run)(struct cli *c); /* the exit code */
    bool needs_db;
    struct cli_option options[CLI_OPTIONS_MAX];
};

struct cli {
    const struct cli_command *word;
    size_t count;
    const char *positional[CLI_POSITIONAL_MAX];
    const char *values[CLI_OPTIONS_MAX]; /* by place in word->options; "" for a switch that is set */
    const char *db;
    bool json;
    struct clock clock;
};

/* commands: tables, NULL at the end; each ends with name NULL; kept. */
int cli_main(int argc, char **argv, const struct cli_command *const *commands);

const char *cli_opt(const struct cli *c, const char *name); /* NULL when not given */
/* Settings: the command line, then WAYMARK_<NAME> in the environment, then the default. */
const char *cli_setting(const struct cli *c, const char *option, const char *env, const char *dflt);
/* The text and an end of line on standard output; released. */
void cli_print_json(struct text *t);
/* A text file of at most 1 MiB, for the caller to free; NULL: said on standard error why it cannot be read. */
char *cli_read_file(const char *path);
void cli_print_version(void); /* the version and the commit it was built from */
/* A page in one file: its style stands in it. */
enum st cli_write_page(const char *path, const struct text *page, struct err *e) WARN_UNUSED;
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

extern const struct cli_command cli_commands_admin[], cli_commands_user[], cli_commands_serve[], cli_commands_import[],
    cli_commands_export[], cli_commands_course[], cli_commands_content[], cli_commands_demo[], cli_commands_routes[],
    cli_commands_policy[], cli_commands_model[], cli_commands_district_models[];

#endif
