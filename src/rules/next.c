#include "rules/next.h"

#include <stdbool.h>

#include "rules/lasting.h"
#include "rules/mastery.h"

const char *reason_code(enum reason r)
{
    static const char *const codes[] = {"nothing_open", "same_problem", "continue",   "nearly", "ready", "build_first",
                                        "try_ahead",    "review",       "keep_fresh", "waits",  "chosen"};
    return r < REASON_COUNT ? codes[r] : codes[0];
}

static bool is_stuck(const struct policy *p, const struct competency_state *c)
{
    return c && c->opportunities >= p->stuck_after && c->p_known < p->stuck_below;
}

enum { DAY_MS = 86400000 };

/* Is all shown that a question could show today? What is missing is then a later day, a checkpoint or work off the
 * screen; a question before its day would only begin the gap anew. */
static bool only_waits(const struct policy *p, const struct next_candidate *c, const struct competency_state *me,
                       int64_t now_ms)
{
    if (!me || me->level != LEVEL_NEARLY) return false;
    const struct mastery_rule *r = policy_rule(p, c->type ? c->type : "");
    unsigned needs = mastery_needs(r, me);
    bool gap_is_due = (needs & NEED_GAP) && now_ms - me->last_at_ms >= (int64_t)r->gap_days * DAY_MS;
    return needs && !(needs & (NEED_VALUE | NEED_EVIDENCE)) && !gap_is_due;
}

/* Bands of need, far apart so that a band always wins over what refines it. */
static const double band_doubt = 70, band_stuck_help = 60, band_nearly = 50, band_continue = 40, band_review = 35,
                    band_ready = 30, band_ahead = 20, band_stuck = 15, band_enough = 10, band_fresh = 5, band_waits = 1;

/* A skill under the rule that it must last: rules/lasting.h. */
static void weigh_lasting(const struct policy *p, const struct mastery_rule *r, const struct learner_state *s,
                          const struct competency_state *me, struct next_time now, struct next_choice *out)
{
    bool asked_today = me->belief.day >= now.school_day;
    double share = lasting_share(belief_on(&belief_defaults, &s->belief, &me->belief, now.school_day));
    if (me->doubted) {
        bool again = !asked_today || me->belief.today < LASTING_A_DAY;
        out->reason = again ? REASON_REVIEW : REASON_WAITS;
        out->need = again ? band_doubt : band_waits;
    } else if (me->level == LEVEL_SECURE) {
        int32_t days = now.school_day - me->belief.day;
        bool due = days >= p->review_after_days || (days >= LASTING_AHEAD_DAYS && share < r->secure_at);
        out->reason = due ? REASON_REVIEW : REASON_KEEP_FRESH;
        out->need = (due ? band_review : band_fresh) + 1.0 - share;
    } else if (me->level == LEVEL_NEARLY) {
        int32_t day = lasting_next_day(r, me);
        bool waits = asked_today || (day != LASTING_NO_DAY && now.school_day < day);
        out->reason = waits ? REASON_WAITS : REASON_NEARLY;
        out->need = waits ? band_waits : band_nearly + share;
    } else {
        bool enough = asked_today && me->belief.today >= LASTING_A_DAY;
        out->reason = REASON_CONTINUE;
        out->need = enough ? band_enough + 1.0 - share : band_continue + share;
    }
}

static struct next_choice weigh(const struct policy *p, const struct learner_state *s, const struct next_candidate *c,
                                size_t i, struct next_time now)
{
    const struct competency_state *me = state_find(s, c[i].competency_id);
    const struct mastery_rule *r = policy_rule(p, c[i].type ? c[i].type : "");
    struct next_choice out = {.candidate = (uint32_t)i};
    uint32_t open = 0;
    int64_t weakest = 0;
    double weakest_p = 2;
    for (uint32_t k = 0; k < c[i].prerequisite_count; k++) {
        const struct next_candidate *pre = &c[c[i].prerequisite[k]];
        const struct competency_state *ps = state_find(s, pre->competency_id);
        if (ps && ps->level == LEVEL_SECURE) continue;
        open++;
        double pk = ps ? ps->p_known : 0;
        if (pk < weakest_p) {
            weakest_p = pk;
            weakest = pre->competency_id;
        }
    }
    if (r->kind == MASTERY_LASTING && me && me->belief.var > 0.0 && !is_stuck(p, me)) {
        weigh_lasting(p, r, s, me, now, &out);
    } else if (me && me->level == LEVEL_SECURE) {
        int64_t days = (now.ms - me->last_at_ms) / DAY_MS;
        bool due = days >= p->review_after_days;
        out.reason = due ? REASON_REVIEW : REASON_KEEP_FRESH;
        out.need = (due ? band_review : band_fresh) + (double)(days < 400 ? days : 400) / 100;
    } else if (only_waits(p, &c[i], me, now.ms)) {
        out.reason = REASON_WAITS;
        out.need = band_waits;
    } else if (me && is_stuck(p, me)) {
        /* More of the same does not help: it stays open, and what it builds on comes first (below). */
        out.reason = REASON_CONTINUE;
        out.need = band_stuck;
    } else if (me && me->opportunities > 0) {
        out.reason = me->level == LEVEL_NEARLY ? REASON_NEARLY : REASON_CONTINUE;
        out.need = (me->level == LEVEL_NEARLY ? band_nearly : band_continue) + me->p_known;
    } else if (open == 0) {
        out.reason = REASON_READY;
        out.need = band_ready;
        out.about_id = c[i].prerequisite_count ? c[c[i].prerequisite[0]].competency_id : 0;
    } else {
        out.reason = REASON_TRY_AHEAD;
        out.need = band_ahead - (double)(open < 10 ? open : 10) / 10;
        out.about_id = weakest;
    }
    return out;
}

size_t next_choose(const struct policy *p, const struct learner_state *s, const struct next_candidate *c, size_t n,
                   struct next_time now, struct next_choice *out, size_t k)
{
    size_t chosen = 0;
    for (size_t i = 0; i < n; i++) {
        if (c[i].items == 0) continue;
        struct next_choice w = weigh(p, s, c, i, now);
        const struct competency_state *me = state_find(s, c[i].competency_id);
        if (w.reason != REASON_WAITS && (!me || me->level != LEVEL_SECURE)) {
            /* Does one that is stuck build on this? */
            for (size_t j = 0; j < n; j++) {
                if (j == i || !is_stuck(p, state_find(s, c[j].competency_id))) continue;
                for (uint32_t q = 0; q < c[j].prerequisite_count; q++)
                    if (c[j].prerequisite[q] == i && !is_stuck(p, me)) {
                        w.reason = REASON_BUILD_FIRST;
                        w.need = band_stuck_help;
                        w.about_id = c[j].competency_id;
                    }
            }
        }
        size_t at = chosen < k ? chosen++ : k;
        while (at > 0 && out[at - 1].need < w.need) {
            if (at < k) out[at] = out[at - 1];
            at--;
        }
        if (at < k) out[at] = w;
    }
    return chosen;
}

double next_oddness(const struct belief_question *q)
{
    static const double guessing = 4.0; /* one of four weighs as a whole logit */
    return (q->hardness < 0 ? -q->hardness : q->hardness) + guessing * q->guess;
}
