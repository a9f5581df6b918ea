#include <sys/stat.h>

#include "cli/cli.h"

int main(int argc, char **argv)
{
    umask(077);
    return cli_main(argc, argv);
}
