#include "rules/outlook.h"

#include "rules/fold.h"
#include "rules/lasting.h"

/* One more right answer, as the fold would take it. */
static bool answer_right(const struct mastery_rule *r, const struct bkt *m, struct competency_state *c)
{
    double after;
    if (bkt_update(m, &c->p_known, 1, BKT_RIGHT, &after) != ST_OK) return false;
    c->p_known = after > P_KNOWN_MAX ? P_KNOWN_MAX : after;
    c->opportunities++;
    c->alone++;
    c->right++;
    mastery_note(r, &(struct scored_fact){.score = 1, .counts = true, .right = true}, c);
    return true;
}

struct outlook mastery_outlook(const struct mastery_rule *r, const struct bkt *m, const struct competency_state *c)
{
    static const unsigned by_answers = NEED_VALUE | NEED_EVIDENCE;
    struct competency_state s = *c;
    struct outlook o = {.needs = mastery_needs(r, &s)};
    if (r->kind == MASTERY_LASTING) { /* days, not answers */
        o.showings = o.needs & NEED_DAYS ? LASTING_SHOWINGS - c->shown : 0;
        o.from_day = lasting_next_day(r, c);
        return o;
    }
    if (r->kind == MASTERY_JUDGEMENT) o.needs &= ~(unsigned)NEED_VALUE; /* answers do not move it */
    while (o.needs & by_answers) {
        if (o.right == OUTLOOK_MOST || !answer_right(r, m, &s)) return (struct outlook){.right = -1, .needs = o.needs};
        o.right++;
        o.needs = mastery_needs(r, &s);
        if (r->kind == MASTERY_JUDGEMENT) o.needs &= ~(unsigned)NEED_VALUE;
    }
    return o;
}
