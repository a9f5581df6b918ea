#include "engine/belief.h"

#include <math.h>

#include "engine/numeric.h"

/* Rounded from what the likelihood of each next answer finds on simulated students (docs/models.md); gain_var and drift
 * wider, so that nine of ten intervals hold what is true. */
const struct belief_params belief_defaults = {.student_sd = .9,
                                              .own_sd = .8,
                                              .ease = 1.1,
                                              .ease_sd = .9,
                                              .gain = .08,
                                              .gain_var = .004,
                                              .fading = .6,
                                              .decay = .4,
                                              .drift = .003,
                                              .warm_step = .35,
                                              .warm_most = 1.0,
                                              .newness = {.1, .1, 0.0},
                                              .slip = .085,
                                              .hardness_sd = .6};

/* How much of an unknown decay shows in what has faded. */
static const double decay_doubt = .3;
/* The least and most by which one answer may change a variance: an approximation must not make it vanish. */
static const double sharpest = -.95, dullest = .5, pi_eighths = 0.39269908169872414;

struct belief_student belief_student_new(const struct belief_params *p)
{
    return (struct belief_student){.var = p->student_sd * p->student_sd};
}

struct belief_skill belief_skill_new(const struct belief_params *p, double ease, double var)
{
    return (struct belief_skill){.ease = ease, .var = p->own_sd * p->own_sd + var, .day = BELIEF_NO_DAY};
}

/* As a later day begins. */
static struct belief_skill wake(const struct belief_params *p, const struct belief_skill *s, int32_t day)
{
    struct belief_skill now = *s;
    if (s->day == BELIEF_NO_DAY || day <= s->day) return now;
    double days = (double)day - s->day, left = num_pow(1.0 + days, -p->decay), lost = s->fades * (1.0 - left),
           doubt = decay_doubt * lost;
    now.ease -= lost;
    now.fades -= lost;
    now.var += p->drift * days + doubt * doubt;
    now.today = 0;
    now.day = day;
    return now;
}

static struct belief sum(const struct belief_student *who, const struct belief_skill *s)
{
    double by = 1.0 + s->tie;
    return (struct belief){.mean = s->ease + by * who->mean, .var = by * by * who->var + s->var};
}

struct belief belief_on(const struct belief_params *p, const struct belief_student *who, const struct belief_skill *s,
                        int32_t day)
{
    struct belief_skill now = wake(p, s, day);
    return sum(who, &now);
}

static double warmth(const struct belief_params *p, int32_t today)
{
    double warm = p->warm_step * today;
    return warm < p->warm_most ? warm : p->warm_most;
}

static double newness(const struct belief_params *p, int32_t opportunities)
{
    return opportunities < 1   ? p->newness[0]
           : opportunities < 3 ? p->newness[1]
           : opportunities < 9 ? p->newness[2]
                               : 0.0;
}

/* A question's own logit as a normal, and how it goes together with the student and each skill. */
struct sight {
    struct belief x;              /* without the question */
    double offset, question;      /* warmth less hardness; variance */
    double student;               /* covariance of x with the student */
    double skill[BKT_SKILLS_MAX]; /* and with what is particular to each skill */
};

static struct sight look(const struct belief_params *p, const struct belief_student *who, const struct belief_skill *s,
                         size_t n, const struct belief_question *q)
{
    struct sight v = {.offset = -q->hardness, .question = q->var};
    double share = 1.0 / (double)n, by = 1.0;
    v.x.mean = who->mean;
    for (size_t i = 0; i < n; i++) {
        v.x.mean += share * (s[i].ease + s[i].tie * who->mean);
        v.offset += share * (warmth(p, s[i].today) - newness(p, s[i].opportunities));
        by += share * s[i].tie;
    }
    v.student = by * who->var;
    v.x.var = by * v.student;
    for (size_t i = 0; i < n; i++) {
        v.skill[i] = s[i].tie * v.student + share * s[i].var;
        v.x.var += share * share * s[i].var;
    }
    return v;
}

/* P(right) and its first two derivatives by the mean of x. */
struct chance {
    double p, slope, bend;
};

static double narrowed(const struct sight *v) { return 1.0 / sqrt(1.0 + pi_eighths * (v->x.var + v->question)); }

static struct chance chance_of(const struct belief_params *p, const struct sight *v, double guess)
{
    double narrow = narrowed(v), known = num_logistic(narrow * (v->x.mean + v->offset)), room = 1.0 - guess - p->slip,
           slope = room * narrow * known * (1.0 - known);
    return (struct chance){guess + room * known, slope, slope * narrow * (1.0 - 2.0 * known)};
}

double belief_right(const struct belief_params *p, const struct belief_student *who, const struct belief_skill *s,
                    size_t n, const struct belief_question *q, int32_t day)
{
    struct belief_skill now[BKT_SKILLS_MAX];
    if (n > BKT_SKILLS_MAX) n = BKT_SKILLS_MAX;
    for (size_t i = 0; i < n; i++) now[i] = wake(p, &s[i], day);
    struct sight v = look(p, who, now, n, q);
    return chance_of(p, &v, q->guess).p;
}

struct belief_view belief_look(const struct belief_params *p, const struct belief_student *who,
                               const struct belief_skill *s, size_t n, const struct belief_question *q, int32_t day)
{
    struct belief_skill now[BKT_SKILLS_MAX];
    struct belief_view out = {0};
    if (n > BKT_SKILLS_MAX) n = BKT_SKILLS_MAX;
    for (size_t i = 0; i < n; i++) {
        now[i] = wake(p, &s[i], day);
        out.warm += warmth(p, now[i].today) / (double)n;
        out.newness += newness(p, now[i].opportunities) / (double)n;
    }
    struct sight v = look(p, who, now, n, q);
    out.skill = v.x.mean;
    out.narrow = narrowed(&v);
    return out;
}

/* Moves mean and covariance of the student and each skill by what an answer tells of x: with c the covariance with x,
 * mean + c slope/P and covariance + c c' (bend/P - (slope/P)^2). What skills of one question then know of each other
 * beyond the student is let go. */
static void tell(struct belief_student *who, struct belief_skill *s, size_t n, const struct sight *v, double by,
                 double narrower)
{
    if (narrower * v->x.var < sharpest) narrower = sharpest / v->x.var;
    if (narrower * v->x.var > dullest) narrower = dullest / v->x.var;
    struct belief_student was = *who;
    who->mean += v->student * by;
    who->var += v->student * v->student * narrower;
    for (size_t i = 0; i < n; i++) {
        double mean = s[i].ease + s[i].tie * was.mean + v->skill[i] * by,
               with = s[i].tie * was.var + v->student * v->skill[i] * narrower,
               var = s[i].var + s[i].tie * s[i].tie * was.var + v->skill[i] * v->skill[i] * narrower;
        s[i].tie = with / who->var;
        s[i].ease = mean - s[i].tie * who->mean;
        s[i].var = var - s[i].tie * with;
    }
}

/* What is known already is not learnt again. known: share */
static void practise(const struct belief_params *p, struct belief_skill *s, double known)
{
    double gain = p->gain * 2.0 * (1.0 - known);
    s->ease += gain;
    s->fades += gain * p->fading;
    s->var += p->gain_var;
    s->opportunities++;
    s->today++;
}

void belief_learn(const struct belief_params *p, struct belief_student *who, struct belief_skill *s, size_t n,
                  const struct belief_question *q, int32_t day, enum bkt_answer answer)
{
    if (!n || n > BKT_SKILLS_MAX) return;
    for (size_t i = 0; i < n; i++) {
        s[i] = wake(p, &s[i], day);
        s[i].day = day > s[i].day ? day : s[i].day;
    }
    if (answer != BKT_PRACTICE) {
        struct sight v = look(p, who, s, n, q);
        struct chance c = chance_of(p, &v, q->guess);
        double sign = answer == BKT_RIGHT ? 1.0 : -1.0, of = answer == BKT_RIGHT ? c.p : 1.0 - c.p,
               by = sign * c.slope / of;
        tell(who, s, n, &v, by, sign * c.bend / of - by * by);
    }
    for (size_t i = 0; i < n; i++) practise(p, &s[i], num_logistic(sum(who, &s[i]).mean));
}

double belief_share(struct belief b, double z) { return num_logistic(b.mean + z * sqrt(b.var)); }
