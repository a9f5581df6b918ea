#include "app/words.h"

void words_reason(struct text *out, enum lang lang, const struct next_item *n)
{
    const char *code = n->item ? reason_code(n->reason) : "nothing_open";
    if (n->reason == REASON_READY && n->about) code = "ready_after";
    enum msg_id id = msg_find_code("reason", code, MSG_NONE);
    if (id == MSG_NONE) return;
    msg_format(out, lang, id, MSG_ARGS(MSG_T("skill", n->competency ? n->competency->name : ""), MSG_T("other", n->about ? n->about->name : "")));
}
