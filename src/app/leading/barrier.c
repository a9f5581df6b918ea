#include "leading/barrier.h"

#include "base/text.h"
#include "core/note.h"

const char *const barrier_kinds[BARRIER_KINDS] = {"policy",   "schedule",   "money",
                                                  "staffing", "curriculum", "accountability"};

enum st barrier_check(const struct fact_barrier_reported *b, struct err *e)
{
    bool known = false;
    TRY(note_check(b->note, e));
    for (size_t i = 0; i < BARRIER_KINDS; i++) known = known || str_eq(b->kind, barrier_kinds[i]);
    if (known) return ST_OK;
    return err_fail(e, ST_INVALID, "barrier.kind_unknown",
                    "kind is one of policy, schedule, money, staffing, curriculum, accountability");
}
