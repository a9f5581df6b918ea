/* The days and answers of an invented student. */
#include "engine/simulate.h"

#include "engine/numeric.h"
#include "sample.h"

/* What a state does. Attention: share of a gain that is made. */
static const double first_day_s = 1693814400.0; /* Monday, 4 September 2023, 8:00 UTC: ids begin in 2020 */
static const double attention[SIM_STATES] = {1.0, .05, .15, .5, .2};
static const double leave[SIM_STATES] = {0.0, .35, .3, .12, .1}; /* chance that a spell ends, per answer */
static const double ceiling = 4.0, bored_slip = .2, bored_quick = .55, behind_effort = .5, behind_quick = .8,
                    behind_log_sd = 1.0, least_support = .3;
enum { DAY_S = 86400, TERM_DAYS = 40, TERM_CALENDAR_DAYS = 70 }; /* eight weeks of five days, then two weeks off */

const char *sim_state_name(enum sim_state s)
{
    static const char *const names[SIM_STATES] = {"engaged", "guessing", "hint_abuse", "under_challenged", "behind"};
    return s < SIM_STATES ? names[s] : "";
}

static int32_t calendar(int32_t day)
{
    return day / TERM_DAYS * TERM_CALENDAR_DAYS + day % TERM_DAYS / 5 * 7 + day % 5;
}

/* Logits as of a day, without the warmth of one. */
static double skill_on(const struct sim_student *s, const struct sim_memory *m, int32_t day)
{
    int32_t days = m->day < 0 ? 0 : calendar(day) - calendar(m->day);
    return m->kept + (days > 0 ? m->extra * num_pow(1.0 + days, -s->decay) : m->extra);
}

static double level_needed(const struct sim_world *w) { return num_log(w->p.mastered_at / (1.0 - w->p.mastered_at)); }

bool sim_mastered(const struct sim_world *w, const struct sim_student *s, uint32_t skill, int32_t day)
{
    return skill_on(s, &s->memory[skill], day) >= level_needed(w);
}

double sim_share(const struct sim_student *s, uint32_t skill, int32_t day)
{
    return num_logistic(skill_on(s, &s->memory[skill], day));
}

int32_t sim_date(int32_t day) { return (int32_t)(first_day_s / DAY_S) + calendar(day); }

unsigned sim_day(const struct sim_world *w, struct sim_student *s, int32_t day)
{
    double answers = w->p.day_answers_mean + w->p.day_answers_sd * sample_normal(&s->lot), late = rng_unit(&s->lot);
    bool absent = rng_unit(&s->lot) < s->absent;
    if (absent) return 0;
    s->day = day;
    s->today = 0;
    s->state = SIM_ENGAGED;
    s->ease_now = .7;
    s->clock_s = first_day_s + (double)calendar(day) * DAY_S + 3600.0 * late;
    return answers < 3.0 ? 3 : (unsigned)answers;
}

/* The night that lies between: what fades has faded, and is the new beginning. */
static void wake(struct sim_student *s, struct sim_memory *m)
{
    if (m->day >= 0 && m->day < s->day) {
        m->extra = skill_on(s, m, s->day) - m->kept;
        m->warm = 0.0;
    }
}

/* Where the student's mind is at this answer: spells begin where the situation invites them and end by themselves. */
static void drift(struct sim_student *s, double chance)
{
    double u = rng_unit(&s->lot);
    s->ease_now = s->ease_now * .8 + chance * .2;
    if (s->state != SIM_ENGAGED) {
        if (u < leave[s->state] || (s->state == SIM_UNDER_CHALLENGED && s->ease_now < .6) ||
            (s->state == SIM_BEHIND && s->ease_now > .7))
            s->state = SIM_ENGAGED;
        return;
    }
    double bored = s->today >= 4 && s->ease_now > .82 ? s->bored : 0.0,
           behind = s->today >= 4 && s->ease_now < .55 ? s->behind : 0.0;
    double abuse = chance < .65 ? s->abuse : 0.0, guess = chance < .5 ? 2.0 * s->guess : s->guess;
    if (u < bored) s->state = SIM_UNDER_CHALLENGED;
    else if (u < bored + behind) s->state = SIM_BEHIND;
    else if (u < bored + behind + abuse) s->state = SIM_HINT_ABUSE;
    else if (u < bored + behind + abuse + guess) s->state = SIM_GUESSING;
}

/* Hints opened, the seconds they and the answer took, and whether it was right. */
static void act(const struct sim_student *t, struct rng *r, const struct sim_population *p, const struct sim_item *it,
                double known, double guess, struct sim_answer *a)
{
    double u = rng_unit(r), ask = rng_unit(r),
           seconds = sample_log_normal(r, num_exp(it->log_seconds + t->log_seconds), p->seconds_log_sd),
           chance = a->truth.chance;
    switch (t->state) {
    case SIM_GUESSING:
        a->took_s = 1.0 + 1.5 * rng_unit(r);
        a->right = u < (it->choices ? 1.0 / it->choices : .03);
        return;
    case SIM_HINT_ABUSE:
        a->hints = it->hints;
        a->took_s = sample_log_normal(r, 3.0, .3);
        for (unsigned i = 0; i < a->hints; i++) a->took_s += .5 + rng_unit(r);
        a->right = u < .95;
        return;
    case SIM_UNDER_CHALLENGED:
        a->took_s = bored_quick * seconds;
        a->right = u < guess + (1.0 - guess - t->slip - bored_slip) * known;
        return;
    case SIM_BEHIND:
        a->took_s = sample_log_normal(r, behind_quick * num_exp(it->log_seconds + t->log_seconds), behind_log_sd);
        if (ask < .15) { /* opened and passed over */
            a->hints = 1;
            a->took_s += 1.0 + rng_unit(r);
        }
        a->right = u < guess + behind_effort * (chance - guess);
        return;
    case SIM_ENGAGED:
    case SIM_STATES: break;
    }
    a->took_s = seconds;
    if (ask < t->help * (1.0 - chance) * 2.0) {
        a->hints = (uint8_t)(1 + rng_below(r, it->hints));
        for (unsigned i = 0; i < a->hints; i++) a->took_s += sample_log_normal(r, 9.0, .4);
        chance = chance + (1.0 - chance) * .25 * a->hints;
    }
    a->right = u < chance;
}

static void learn(const struct sim_world *w, struct sim_student *s, uint32_t skill, double gain, bool read)
{
    struct sim_memory *m = &s->memory[skill];
    double at = m->kept + m->extra, room = at < ceiling ? 1.0 - (at > 0.0 ? at / ceiling : 0.0) * .5 : 0.0,
           more = gain * attention[s->state] * room * (read ? 1.3 : 1.0);
    m->kept += more * (1.0 - w->p.fading);
    m->extra += more * w->p.fading;
    m->warm += w->p.warm_step * attention[s->state];
    if (m->warm > w->p.warm_most) m->warm = w->p.warm_most;
    m->day = s->day;
    m->share = num_logistic(m->kept + m->extra + m->warm);
}

/* Learning what builds on gaps goes slower. */
static double support(const struct sim_student *s, const struct sim_skill *k)
{
    double known = 0.0;
    for (unsigned q = 0; q < k->prerequisite_count; q++)
        known += num_logistic(skill_on(s, &s->memory[k->prerequisite[q]], s->day));
    return k->prerequisite_count ? least_support + (1.0 - least_support) * known / k->prerequisite_count : 1.0;
}

struct sim_answer sim_answer(const struct sim_world *w, struct sim_student *s, uint32_t skill, uint32_t item)
{
    const struct sim_item *it = &w->item[skill * w->items_each + item];
    const struct sim_skill *k = &w->skill[skill];
    struct sim_memory *m = &s->memory[skill];
    struct sim_answer a = {.hints_there = it->hints};
    bool other_day = m->day >= 0 && m->day < s->day;
    wake(s, m);
    double level = m->kept + m->extra, known = num_logistic(level + m->warm - it->hardness),
           guess = it->choices ? 1.0 / it->choices : 0.0;
    a.truth.chance = guess + (1.0 - guess - s->slip) * known;
    a.truth.mastered = level >= level_needed(w);
    a.truth.lapsed = other_day && m->share >= w->p.mastered_at && !a.truth.mastered;
    double gain = k->gain * s->pace * support(s, k);
    a.truth.stuck = !a.truth.mastered && (level_needed(w) - level) > SIM_STUCK_OPPORTUNITIES * gain;
    drift(s, a.truth.chance);
    a.truth.state = s->state;
    act(s, &s->lot, &w->p, it, known, guess, &a);
    double pause = rng_unit(&s->lot), minutes = sample_log_normal(&s->lot, 8.0, .5);
    a.truth.idle = s->today > 0 &&
                   pause < w->p.idle_hazard * (s->state == SIM_BEHIND || s->state == SIM_UNDER_CHALLENGED ? 3.0 : 1.0);
    if (a.truth.idle) a.took_s += 60.0 * (minutes > 5.0 ? minutes : 5.0);
    learn(w, s, skill, gain, a.hints > 0 && s->state == SIM_ENGAGED);
    s->today++;
    s->clock_s += a.took_s + 2.0 + 3.0 * rng_unit(&s->lot); /* reads what came of it */
    a.ended_s = s->clock_s;
    return a;
}
