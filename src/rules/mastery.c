#include "rules/mastery.h"

#include <string.h>

#include "rules/lasting.h"

enum { DAY_MS = 86400000 };

static void note_best(struct competency_state *c, uint16_t score)
{
    size_t at = 0;
    while (at < c->best_count && c->best[at] >= score) at++;
    if (at == BEST_KEPT) return;
    if (c->best_count < BEST_KEPT) c->best_count++;
    memmove(c->best + at + 1, c->best + at, (c->best_count - at - 1u) * sizeof *c->best);
    c->best[at] = score;
}

void mastery_note(const struct mastery_rule *r, const struct scored_fact *m, struct competency_state *c)
{
    uint16_t score = ten_thousandths(m->score);
    if (m->judgement) {
        c->judged = score;
        c->is_judged = true;
        return;
    }
    c->off_screen += m->off_screen;
    if (m->right && m->checkpoint) c->checkpoint_right = true;
    if (m->right && r->gap_days && m->since_last_ms >= (int64_t)r->gap_days * DAY_MS) c->gap_shown = true;
    if (!m->counts) return;
    c->average =
        c->score_count || c->best_count ? c->average * (1 - r->newest_weight) + m->score * r->newest_weight : m->score;
    if (c->score_count < SCORES_KEPT) c->score_count++;
    memmove(c->scores + 1, c->scores, sizeof c->scores - sizeof *c->scores); /* beyond score_count they are 0 */
    c->scores[0] = score;
    note_best(c, score);
}

static size_t latest(const struct mastery_rule *r, const struct competency_state *c)
{
    return c->score_count < (size_t)r->of_last ? c->score_count : (size_t)r->of_last;
}

static double recent(const struct mastery_rule *r, const struct competency_state *c)
{
    int32_t right = 0;
    for (size_t i = 0; i < latest(r, c); i++) right += c->scores[i] >= ten_thousandths(r->seen_right_at);
    return right >= r->times ? 1 : (double)right / r->times;
}

static double mode(const struct mastery_rule *r, const struct competency_state *c)
{
    size_t most = 0;
    uint16_t value = 0;
    for (size_t i = 0; i < latest(r, c); i++) { /* the latest first: an equal count later on does not take its place */
        size_t n = 0;
        for (size_t k = 0; k < latest(r, c); k++) n += c->scores[k] == c->scores[i];
        if (n > most) {
            most = n;
            value = c->scores[i];
        }
    }
    return share_of(value);
}

double mastery_value(const struct mastery_rule *r, const struct competency_state *c)
{
    switch ((enum mastery_kind)r->kind) {
    case MASTERY_MODEL: return c->p_known;
    case MASTERY_RECENT: return recent(r, c);
    case MASTERY_SUSTAINED: return c->best_count >= r->times ? share_of(c->best[r->times - 1]) : 0;
    case MASTERY_DECAYING: return c->average;
    case MASTERY_MODE: return mode(r, c);
    case MASTERY_LASTING: return share_of(c->lasts);
    case MASTERY_JUDGEMENT: return c->is_judged ? share_of(c->judged) : 0;
    case MASTERY_KINDS: break;
    }
    return 0;
}

unsigned mastery_needs(const struct mastery_rule *r, const struct competency_state *c)
{
    unsigned needs = 0;
    if (r->kind == MASTERY_LASTING) return lasting_needs(r, c);
    if (!(mastery_value(r, c) >= r->secure_at)) needs |= NEED_VALUE;
    if (r->kind == MASTERY_JUDGEMENT && !c->is_judged) needs |= NEED_JUDGEMENT;
    if (c->alone < r->least_evidence) needs |= NEED_EVIDENCE;
    if (c->off_screen < r->off_screen) needs |= NEED_OFF_SCREEN;
    if (r->gap_days && !c->gap_shown) needs |= NEED_GAP;
    if (r->checkpoint && !c->checkpoint_right) needs |= NEED_CHECKPOINT;
    return needs;
}

enum level mastery_level(const struct mastery_rule *r, const struct competency_state *c)
{
    if (c->opportunities == 0 && !c->is_judged) return LEVEL_NOT_YET;
    if (mastery_needs(r, c) == 0) return LEVEL_SECURE;
    if (r->kind == MASTERY_LASTING) return lasting_is_nearly(r, c) ? LEVEL_NEARLY : LEVEL_STARTED;
    return mastery_value(r, c) >= r->nearly_at ? LEVEL_NEARLY : LEVEL_STARTED;
}
