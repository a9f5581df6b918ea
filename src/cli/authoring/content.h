/* The commands of `waymark content`; their table is in content_check.c. */
#ifndef AUTHORING_CONTENT_H
#define AUTHORING_CONTENT_H
#include "cli/cli.h"

int run_content_preview(struct cli *c);
int run_content_score(struct cli *c);
int run_content_new(struct cli *c);

#endif
