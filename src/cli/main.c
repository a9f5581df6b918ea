#include <sys/stat.h>

#include "cli/cli.h"

/* All commands, in the order of --help and of the man page. */
static const struct cli_command *const commands[] = {cli_commands_demo,
                                                     cli_commands_serve,
                                                     cli_commands_admin,
                                                     cli_commands_user,
                                                     cli_commands_import,
                                                     cli_commands_export,
                                                     cli_commands_course,
                                                     cli_commands_content,
                                                     cli_commands_routes,
                                                     cli_commands_policy,
                                                     cli_commands_model,
                                                     cli_commands_district_models,
                                                     NULL};

int main(int argc, char **argv)
{
    umask(077);
    return cli_main(argc, argv, commands);
}
