/* A framework of competencies as it comes from outside (a CFPackage), in CASE's words (CFDocument, CFItem,
 * CFAssociation), whatever the file format was.
 *
 * Texts are UTF-8, never NULL ("" when absent). Keys are `uri` and `identifier` (a GUID where there is one), never the
 * code: many states have no codes, and one code may stand in two documents.
 */
#ifndef DOMAIN_FRAMEWORK_H
#define DOMAIN_FRAMEWORK_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/import.h"

enum association_kind {
    ASSOCIATION_IS_CHILD_OF,
    ASSOCIATION_PRECEDES, /* from is a prerequisite of to */
    ASSOCIATION_EXACT_MATCH,
    ASSOCIATION_IS_PART_OF,
    ASSOCIATION_IS_RELATED_TO,
    ASSOCIATION_IS_PEER_OF,
    ASSOCIATION_REPLACED_BY,
    ASSOCIATION_EXEMPLAR,
    ASSOCIATION_HAS_SKILL_LEVEL,
    ASSOCIATION_IS_TRANSLATION_OF,
    ASSOCIATION_OTHER
};

struct framework_document {
    const char *identifier, *uri, *title, *creator, *publisher, *description, *language, *subject, *adoption_status,
        *version;
    const char *licence, *licence_url, *notice; /* the notice must be shown with the framework */
    const char *source_url;
};

struct framework_competency {
    struct source_ref ref;
    const char *identifier; /* GUID; "" when the sender has none */
    const char *uri;        /* never "" : made from the identifier where the sender gives none */
    const char *code;       /* human code as shown; "" when there is none */
    const char *alt_code, *statement, *abbreviated, *notes, *type, *language, *list_label;
    const char *grades;      /* CEDS codes joined by commas */
    const char *try_at_home; /* an activity for a family, without a screen; no standard has it */
    int64_t sequence;        /* among its siblings, from 1 */
    int parent;              /* index in competencies; -1: below the document */
    bool leaf;
    bool checked; /* private to readers */
};

struct framework_association {
    struct source_ref ref;
    enum association_kind kind;
    const char *kind_name;    /* the sender's word */
    const char *from, *to;    /* uri; the other end may lie in another framework */
    int from_index, to_index; /* index in competencies, or -1 */
    int64_t sequence;
};

struct cf_package {
    struct framework_document document;
    /* in reading order: a parent before its children, siblings by sequence */
    struct framework_competency *competencies;
    size_t competency_count, competency_cap;
    struct framework_association *associations; /* parents are in competencies[].parent, not here */
    size_t association_count, association_cap;
};

#endif
