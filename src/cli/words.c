#include "cli/cli.h"

const struct cli_word *const cli_tables[] = {
    cli_words_demo,    cli_words_serve,  cli_words_admin,  cli_words_user,  cli_words_import,
    cli_words_content, cli_words_routes, cli_words_policy, cli_words_model, NULL};
