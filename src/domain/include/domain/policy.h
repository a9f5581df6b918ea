/* The school's rules as values. A policy is a versioned document; this is what the fold reads of it. */
#ifndef DOMAIN_POLICY_H
#define DOMAIN_POLICY_H
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum level { LEVEL_NOT_YET, LEVEL_STARTED, LEVEL_NEARLY, LEVEL_SECURE, LEVEL_COUNT };
const char *level_code(enum level l); /* not_yet started nearly secure */

enum after_hint {
    AFTER_HINT_PRACTICE, /* an opportunity to learn, not yet shown alone */
    AFTER_HINT_NOT_ALONE /* counts as not yet */
};

struct policy {
    int64_t policy_id; /* the version */
    double secure_at;  /* P(known) from which a competency may be secure */
    double nearly_at;
    int32_t least_evidence; /* first attempts needed before "secure" */
    enum after_hint after_hint;
    int32_t stuck_after;    /* opportunities after which a low P(known) means stuck */
    double stuck_below;
    int32_t review_after_days;
    double import_close_share; /* an import that would close more than this share stops */
};

struct policy policy_default(void);
/* Read settings over the defaults. ST_INVALID names the member and its bounds. */
enum st policy_read(const char *doc, size_t n, struct policy *out, struct err *e) WARN_UNUSED;

#endif
