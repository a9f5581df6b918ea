/* Versions of policies as they were recorded, and what applies in a place. */
#ifndef POLICY_POLICY_VERSION_H
#define POLICY_POLICY_VERSION_H
#include "domain/policy.h"

/* A version as it was recorded. What applies somewhere is a struct policy_effective, merged of several. */
struct policy_version {
    int64_t policy_id, effective_at_ms, recorded_at_ms, recorder_id;
    enum policy_scope scope;
    int64_t scope_id; /* the school, class or learner; 0 for the district */
    int64_t base_id;  /* the version that it was made from; 0: none */
    bool derived;     /* what is stored goes by it already, or did before a later one */
    const char *doc, *reason;
};

/* What applies in a place: the district's version, a school's over it, a class's over both, each within what the one
 * above leaves open. Lives as long as its index. */
struct policy_effective {
    /* as of the version of district or school in effect since later */
    int64_t policy_id, effective_at_ms, recorded_at_ms, recorder_id;
    enum policy_scope scope; /* SCOPE_SCHOOL where a school has a version of its own */
    int64_t scope_id;
    const char *reason;
    const char *doc;      /* merged */
    struct policy policy; /* merged; its policy_id is a class's or learner's own version where there is one */
};

#endif
