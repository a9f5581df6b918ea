#include "engine/detect.h"

#include <math.h>

#include "engine/numeric.h"

const struct detect_rules detect_defaults = {
    .forecast_known = .4,
    .forecast_slope = .03,
    .rapid_share = .10,
    .rapid_least_s = 2.0,
    .rapid_most_s = 10.0,
    .rapid_usual_share = 1.0 / 3.0,
    .rapid_right_most = .5,
    .hint_s = 3.0,
    .help_known = .7,
    .idle_took_s = 300.0,
    .idle_took_usual = 5.0,
    .idle_gap_s = 600.0,
    .sitting_s = 3600.0,
    .lapse_known = .85,
    .lapse_after_s = 36.0 * 3600.0, /* two nights, or a night and most of a day */
    .usual_spread = .6,             /* as on the spaced practice of DataShop 5513 */
    .easy_from = .65,
    .hard_below = .6,
    .lately = .25,
    /* three fifths of the time, a fifth of what is known slipped */
    .bored_quick = -.5,
    .bored_right = .8,
    .behind_quick = -.2,
    .behind_spread = 1.1,
    .behind_right = .5,
    .read = .7,
    .answer_most = 1.5,
    .line = 2.5,
};
static const double own_slow = .05, own_begin = 20.0; /* the own pace: a mean at first, then a slow average */

const char *detector_name(enum detector d)
{
    static const char *const names[DETECTORS] = {"wheel_spinning", "wheel_forecast", "rapid_guess",      "hint_abuse",
                                                 "idle",           "lapse",          "under_challenged", "behind"};
    return d < DETECTORS ? names[d] : "";
}

#define SAY(d, yes) said.flags |= (yes) ? 1u << (d) : 0u
#define CANNOT(d) said.unknown |= 1u << (d)

static bool is_rapid(const struct detect_rules *r, struct detect_student *s, const struct detect_answer *a)
{
    double line = r->rapid_share * a->mean_s;
    if (line < r->rapid_least_s) line = r->rapid_least_s;
    if (line > r->rapid_most_s) line = r->rapid_most_s;
    if (line > r->rapid_usual_share * a->usual_s) line = r->rapid_usual_share * a->usual_s;
    if (a->took_s >= line) return false;
    double chance = a->chance > 0.0 ? a->chance : .25; /* as with four choices, where it is not told */
    s->quick++;
    s->quick_right += a->right;
    return (s->quick_right + 4.0 * chance) / (s->quick + 4.0) <= r->rapid_right_most;
}

static bool is_idle(const struct detect_rules *r, const struct detect_student *s, const struct detect_answer *a)
{
    if (a->took_s >= 0.0 && a->took_s > r->idle_took_s && a->took_s > r->idle_took_usual * a->usual_s)
        return a->took_s < r->sitting_s;
    double gap = a->has_time && s->n ? a->time_s - s->last_s - (a->took_s > 0.0 ? a->took_s : 0.0) : 0.0;
    return gap > r->idle_gap_s && gap < r->sitting_s;
}

/* ln of how much better N(mean, sd) explains x than N(0, usual) does. */
static double ratio_of_times(double x, double mean, double sd, double usual)
{
    double z1 = (x - mean) / sd, z0 = x / usual;
    return .5 * (z0 * z0 - z1 * z1) - num_log(sd / usual);
}

/* ln of how much better a student who succeeds with only a share of the predicted chance explains the result. */
static double ratio_of_results(bool right, double p, double share)
{
    return num_log(right ? share : (1.0 - share * p) / (1.0 - p));
}

static double held(double x, double most) { return x > most ? most : x < -most ? -most : x; }

/* One answer's part in the two sums. plain: its time says how the student works, not that hints were read or that
 * there was a pause. */
static void weigh(const struct detect_rules *r, struct detect_student *s, const struct detect_answer *a, bool plain,
                  double ratio, bool through)
{
    double p = a->p_right < .02 ? .02 : a->p_right > .98 ? .98 : a->p_right;
    s->predicted = s->sitting ? s->predicted + r->lately * (p - s->predicted) : p;
    double bored = ratio_of_results(a->right, p, r->bored_right),
           behind = ratio_of_results(a->right, p, r->behind_right);
    if (plain) {
        bored += ratio_of_times(ratio, r->bored_quick, r->usual_spread, r->usual_spread);
        behind += ratio_of_times(ratio, r->behind_quick, r->behind_spread, r->usual_spread);
    }
    if (a->hints > 0 && !through) bored -= r->read, behind -= r->read;
    s->bored =
        s->predicted >= r->easy_from ? held(s->bored + held(bored, r->answer_most), r->line + r->answer_most) : 0.0;
    s->behind =
        s->predicted < r->hard_below ? held(s->behind + held(behind, r->answer_most), r->line + r->answer_most) : 0.0;
    if (s->bored < 0.0) s->bored = 0.0;
    if (s->behind < 0.0) s->behind = 0.0;
}

static void remember(struct detect_student *s, struct detect_skill *k, const struct detect_answer *a, bool plain,
                     double ratio)
{
    if (plain) {
        double w = s->timed < own_begin ? 1.0 / (s->timed + 1.0) : own_slow;
        s->own += w * (held(ratio, 2.0) - s->own);
        s->timed++;
    }
    s->sitting++;
    s->n++;
    if (a->has_time) s->last_s = k->last_s = a->time_s;
    k->past[k->n % DETECT_IN_ROW] = a->p_after;
    k->n++;
    k->last_p = a->p_after;
}

struct detect_result detect_step(const struct detect_rules *r, struct detect_student *s, struct detect_skill *k,
                                 const struct detect_answer *a)
{
    struct detect_result said = {0};
    bool timed = a->took_s >= 0.0 && a->usual_s > 0.0, rapid = false;
    k->streak = a->right ? k->streak + 1 : 0;
    k->three = k->three || k->streak >= DETECT_IN_ROW;
    SAY(DETECT_WHEEL_SPINNING, k->n + 1 >= DETECT_WHEEL_AT && !k->three);
    SAY(DETECT_WHEEL_FORECAST, k->n + 1 == DETECT_FORECAST_AT && !k->three && a->p_after < r->forecast_known &&
                                   (a->p_after - k->past[k->n % DETECT_IN_ROW]) / DETECT_IN_ROW < r->forecast_slope);
    if (timed) SAY(DETECT_RAPID_GUESS, rapid = is_rapid(r, s, a));
    else CANNOT(DETECT_RAPID_GUESS);

    bool through = a->hints > 0 && a->took_s >= 0.0 && a->took_s < r->hint_s * (a->hints + 1.0);
    s->asked = a->hints > 0 && a->p_known >= r->help_known ? s->asked + 1 : 0;
    SAY(DETECT_HINT_ABUSE,
        (through && (a->hints_there > 0 ? a->hints >= a->hints_there : a->hints >= 3)) || s->asked >= DETECT_IN_ROW);
    if (a->hints < 0 || a->took_s < 0.0) CANNOT(DETECT_HINT_ABUSE);

    if (timed || a->has_time) SAY(DETECT_IDLE, is_idle(r, s, a));
    else CANNOT(DETECT_IDLE);
    said.away = a->has_time && k->n > 0 && k->last_p >= r->lapse_known && a->time_s - k->last_s >= r->lapse_after_s;
    if (a->has_time) SAY(DETECT_LAPSE, said.away && !a->right);
    else CANNOT(DETECT_LAPSE);

    if (a->has_time && s->n && a->time_s - s->last_s >= r->sitting_s) s->sitting = 0, s->bored = s->behind = 0.0;
    double ratio = timed ? num_log((a->took_s > .1 ? a->took_s : .1) / a->usual_s) : 0.0;
    bool plain = timed && !rapid && !(said.flags & 1u << DETECT_IDLE) && a->hints <= 0;
    if (!rapid) weigh(r, s, a, plain, ratio - s->own, through);
    remember(s, k, a, plain, ratio);
    if (timed) {
        SAY(DETECT_UNDER_CHALLENGED, s->bored >= r->line);
        SAY(DETECT_BEHIND, s->behind >= r->line);
    } else {
        CANNOT(DETECT_UNDER_CHALLENGED);
        CANNOT(DETECT_BEHIND);
    }
    return said;
}
