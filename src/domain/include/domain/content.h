/* Learning content from outside: item documents in source form (docs/item-format.md), what they align to, figures. */
#ifndef DOMAIN_CONTENT_H
#define DOMAIN_CONTENT_H
#include <jansson.h>
#include <stddef.h>

#include "domain/framework.h"
#include "domain/import.h"

struct content_item {
    struct source_ref ref;
    const char *source_id;
    json_t *doc; /* source form; owned by the pack's arena */
};

struct content_alignment { /* an item and a competency named by code, to be found in a framework that is known */
    size_t item;
    const char *code; /* "CCSS.Math.Content.4.NF.A.2" */
};

struct content_figure {
    char sha256[65]; /* lower-case hex; items name it as figure:SHA256 */
    const char *file, *media_type;
    const unsigned char *bytes;
    size_t byte_count;
};

struct content_group { /* a lesson or another grouping of competencies */
    const char *id, *title, *topic;
    const char **competency_uris;
    double *mastery_goals; /* 0 .. 1, 0 when not stated */
    size_t count;
};

struct content_pack {
    struct cf_package *framework; /* competencies that came along; NULL when the items align to an outside framework */
    struct content_item *items;
    size_t item_count, item_cap;
    struct content_alignment *alignments;
    size_t alignment_count, alignment_cap;
    struct content_figure *figures;
    size_t figure_count, figure_cap;
    struct content_group *groups;
    size_t group_count, group_cap;
    size_t problem_count, step_count, hint_count; /* what was read: for the words at the end */
};

#endif
