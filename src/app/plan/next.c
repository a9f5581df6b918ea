#include "plan/next.h"

#include "base/rng.h"
#include "policy/snapshot.h"

int64_t next_variant(const struct learner_state *state, int64_t learner_id, const struct item_ref *item)
{
    int64_t times = 0;
    for (size_t i = 0; i < item->competency_count; i++) {
        const struct competency_state *k = state_find(state, item->competency_ids[i]);
        if (k) times += k->opportunities;
    }
    return (int64_t)(hash_mix((uint64_t)learner_id, (uint64_t)item->item_id) % 100000) * 1000 + times % 1000;
}

static bool seen_lately(const struct learner_state *s, int64_t item_id)
{
    for (size_t i = 0; i < s->seen_count; i++)
        if (state_latest(s)[i].item_id == item_id) return true;
    return false;
}

/* Of the items of a competency that were not seen lately, the one on which the learner will succeed about three times
 * in four: hard enough to learn from, and rarely twice wrong in a row (Eggen & Verschoor 2006 find no loss of
 * measurement there). Ties to the first. */
static const double aim = .75;
enum { PICK_AMONG = 24 };

static double off_aim(const struct snapshot *s, const struct learner_state *state, const struct item_ref *it)
{
    double p = item_predict(&s->policy_index.items, &s->catalogue, state, it);
    return p < aim ? aim - p : p - aim;
}

/* Go through the competency's items in a circle, starting at a different item for each learner; one not seen lately
 * first, and of the first few of those the one that fits best. */
static const struct item_ref *pick(const struct snapshot *snapshot, const struct competency *k,
                                   const struct learner_state *s, int64_t learner_id)
{
    const struct catalogue *c = &snapshot->catalogue;
    const struct item_ref *best = NULL;
    bool weighs = item_weights_current(&snapshot->policy_index.items) != NULL;
    double least = 2;
    size_t among = 0;
    const struct competency_state *me = state_find(s, k->competency_id);
    size_t from = hash_mix((uint64_t)learner_id, (uint64_t)k->competency_id) % k->item_count;
    if (me) from += (size_t)me->opportunities;
    for (size_t i = 0; i < k->item_count; i++) {
        const struct item_ref *it = &c->items[k->item[(from + i) % k->item_count]];
        if (seen_lately(s, it->item_id)) continue;
        if (!weighs) return it;
        double off = off_aim(snapshot, s, it);
        if (off < least) {
            least = off;
            best = it;
        }
        if (++among == PICK_AMONG) break;
    }
    if (best) return best;
    /* All seen lately: the one that was last seen longest ago. */
    const struct item_ref *oldest = &c->items[k->item[from % k->item_count]];
    size_t most = 0;
    for (size_t i = 0; i < k->item_count; i++) {
        const struct item_ref *it = &c->items[k->item[(from + i) % k->item_count]];
        size_t ago = 0; /* the latest is first */
        while (ago < s->seen_count && state_latest(s)[ago].item_id != it->item_id) ago++;
        if (ago > most) {
            most = ago;
            oldest = it;
        }
    }
    return oldest;
}

/* The next step of the problem in hand, when the last answer was right or the learner has moved on from it. */
static const struct item_ref *same_problem(const struct snapshot *s, const struct learner_state *st,
                                           const struct taught *courses, size_t course_count)
{
    if (!st->seen_count) return NULL;
    const struct item_ref *last = catalogue_item(&s->catalogue, state_latest(st)->item_id);
    if (!last || last->next_in_group == UINT32_MAX) return NULL;
    const struct item_ref *next = &s->catalogue.items[last->next_in_group];
    return catalogue_teaches(&s->catalogue, courses, course_count, next) && !seen_lately(st, next->item_id) ? next
                                                                                                            : NULL;
}

static void set(const struct snapshot *s, const struct learner_state *state, int64_t learner_id,
                const struct item_ref *it, const struct competency *k, enum reason reason, int64_t about_id,
                struct next_item *out)
{
    *out = (struct next_item){it,
                              next_variant(state, learner_id, it),
                              k,
                              reason,
                              about_id ? catalogue_competency(&s->catalogue, about_id) : NULL,
                              item_is_hard(&s->policy_index.items, &s->catalogue, it)};
}

size_t next_items(const struct snapshot *s, const struct learner_state *state, int64_t learner_id,
                  const struct taught *courses, size_t course_count, int64_t now_ms, struct next_item *out, size_t most)
{
    double need[NEXT_MAX];
    size_t n = 0;
    struct next_time now = {now_ms, tz_date(s->zone, now_ms)};
    if (most > NEXT_MAX) most = NEXT_MAX;
    for (size_t i = 0; i < course_count; i++) {
        const struct course *k = catalogue_course(&s->catalogue, courses[i].course_id);
        const struct policy p =
            policy_for_learner(&s->policy_index, courses[i].org_id, courses[i].class_id, learner_id, now_ms);
        struct next_choice choice[NEXT_MAX];
        size_t m = k ? next_choose(&p, state, k->candidates, k->count, now, choice, most) : 0;
        for (size_t j = 0; j < m; j++) {
            const struct competency *c = &s->catalogue.competencies[k->competency[choice[j].candidate]];
            bool twice = false;
            for (size_t x = 0; x < n; x++) twice = twice || out[x].competency == c;
            if (twice) continue;
            size_t at = n < most ? n++ : most;
            while (at > 0 && need[at - 1] < choice[j].need) {
                if (at < most) {
                    out[at] = out[at - 1];
                    need[at] = need[at - 1];
                }
                at--;
            }
            if (at >= most) continue;
            set(s, state, learner_id, pick(s, c, state, learner_id), c, choice[j].reason, choice[j].about_id, &out[at]);
            need[at] = choice[j].need;
        }
    }
    const struct item_ref *step = n ? same_problem(s, state, courses, course_count) : NULL;
    if (step)
        set(s, state, learner_id, step, catalogue_competency(&s->catalogue, step->competency_ids[0]),
            REASON_SAME_PROBLEM, 0, &out[0]);
    return n;
}

void next_item(const struct snapshot *s, const struct learner_state *state, int64_t learner_id,
               const struct taught *courses, size_t course_count, int64_t competency_id, int64_t now_ms,
               struct next_item *out)
{
    *out = (struct next_item){0};
    if (!competency_id) {
        (void)next_items(s, state, learner_id, courses, course_count, now_ms, out, 1);
        return;
    }
    const struct competency *k = catalogue_competency(&s->catalogue, competency_id);
    if (!k || !k->item_count) return;
    const struct item_ref *step = same_problem(s, state, courses, course_count);
    for (size_t i = 0; step && i < step->competency_count; i++)
        if (step->competency_ids[i] == competency_id) {
            set(s, state, learner_id, step, k, REASON_SAME_PROBLEM, 0, out);
            return;
        }
    const struct item_ref *it = pick(s, k, state, learner_id);
    if (catalogue_teaches(&s->catalogue, courses, course_count, it))
        set(s, state, learner_id, it, k, REASON_CHOSEN, 0, out);
}
