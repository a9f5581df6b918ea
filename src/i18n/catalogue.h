/* What tools/msgc.c makes from the .po files; private to the room. */
#ifndef I18N_CATALOGUE_H
#define I18N_CATALOGUE_H
#include <stdint.h>
#include <stddef.h>

#include "i18n/ids.h"

enum { MSG_FORMS = 6 };

struct catalogue {
    const char *code;
    const char *const (*forms)[MSG_FORMS]; /* [0] NULL: not translated */
    unsigned (*plural)(uint64_t n);
};

extern const struct catalogue catalogues[LANG_COUNT];
extern const char *const msg_ids[MSG_COUNT];       /* sorted */
extern const char *const msg_arg_names[MSG_COUNT]; /* each name ends with a 0, the list with an empty one */

/* The plural forms of a message. A message without a translation gives English, and *lang becomes that. */
const char *const *catalogue_forms(enum lang *lang, enum msg_id id);

#endif
