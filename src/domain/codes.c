/* What levels and rules are called outside: in documents, files and the API. */
#include "domain/policy.h"

static const char *const mastery_kinds[] = {"model", "recent", "sustained", "decaying", "mode", "judgement", "lasting"};

const char *level_code(enum level l)
{
    static const char *const codes[] = {"not_yet", "started", "nearly", "secure"};
    return l < LEVEL_COUNT ? codes[l] : "not_yet";
}

const char *mastery_kind_code(enum mastery_kind k) { return k < MASTERY_KINDS ? mastery_kinds[k] : "model"; }
