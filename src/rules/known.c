#include "rules/known.h"

#define KNOWN_CLASSES(...) const struct known_classes known_classes = {__VA_ARGS__};
#define KNOWN_RUN(...)
#define KNOWN(...)
#include "known.def"

#define KNOWN_CLASSES(...)
#define KNOWN_RUN(...)
#define KNOWN(kind, ...) [MASTERY_##kind] = {__VA_ARGS__},
static const struct rule_known known[MASTERY_KINDS] = {
#include "known.def"
};

const struct rule_known *rule_known(enum mastery_kind kind) { return known[kind].answers > 0 ? &known[kind] : NULL; }
