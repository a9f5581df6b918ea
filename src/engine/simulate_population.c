/* The invented school: what students, skills and items are drawn from. */
#include <stdlib.h>

#include "engine/numeric.h"
#include "engine/simulate.h"
#include "sample.h"

/* Where the figures come from. K: Koedinger, Carvalho, Liu & McLaughlin 2023 (doi:10.1073/pnas.2221311120; 27 data
 * sets): first answers 65 % right, the better half 75 % and the other 55 %, 2.5 points or .1 logits an opportunity. A,
 * M: rounded from fits of this program to Algebra 2005 and to the spaced cloze practice of DataShop 5513 (`waymark
 * model fit --kind afm`, `--kind irt`): skills spread by .8 to 1 logits, items by .7 (shrunk), log seconds by .5 to .6
 * around 7 to 15 s, and on Algebra 2005 answers after a night are .6 logits lower than on the same day, after a month
 * 1.2. B: Baker, Corbett, Koedinger & Wagner 2004: 24 % of students game, 3 % of all time. C: the pooled slip of BKT on
 * public sets is .1 to .2, of which items too hard are a part. W: Wise & Kong 2005: rapid guesses are a few per cent of
 * answers. R: Baker, D'Mello, Rodrigo & Graesser 2010: boredom in 3 to 6 % of observations, and it lasts. N: daily
 * attendance
 * in the United States was near 94 % before 2020 (National Center for Education Statistics). */
const struct sim_population sim_population_default = {
    .ability_sd = .7,
    .own_sd = .6, /* K: the halves are .9 logits apart */
    .ease_mean = 1.1,
    .ease_sd = .9, /* K, when slips, hints and moods have taken their part; A */
    .gain_mean = .1,
    .gain_log_sd = .5, /* K */
    /* K found it small; wider, so that planners have something to see */
    .pace_log_sd = .3,
    .hardness_sd = .7, /* A */
    /* A, at about two thirds: part of what is lost there is that the same step does not come again; Wixted &
     * Carpenter 2007 */
    .fading = .8,
    .decay_mean = .4,
    .decay_log_sd = .4,
    .warm_step = .3,
    .warm_most = 1.0, /* A, likewise: what a night takes at once */
    .slip_mean = .06,
    .slip_log_sd = .5, /* C */
    .choice_share = .4,
    .seconds_median = 15,
    .seconds_item_log_sd = .4,
    .seconds_student_log_sd = .3,
    .seconds_log_sd = .5, /* A, M */
    .absent_mean = .06,
    .absent_spread = 12, /* N */
    .gamer_share = .24,  /* B */
    /* W, B, R: so that the shares come out */
    .guess_hazard = .007,
    .abuse_hazard = .06,
    .bored_hazard = .06,
    .behind_hazard = .05,
    .idle_hazard = .006,
    .day_answers_mean = 20,
    .day_answers_sd = 6, /* below the 35 a day of Algebra 2005 */
    .mastered_at = .8,
};

/* Skills stand in teaching order; most build on one or two of the three before. */
static void draw_skill(struct rng *r, const struct sim_population *p, uint32_t k, struct sim_skill *s)
{
    s->ease = p->ease_mean + p->ease_sd * sample_normal(r);
    s->gain = sample_log_normal(r, p->gain_mean, p->gain_log_sd);
    s->prerequisite_count = 0;
    double build = rng_unit(r);
    uint32_t near = k < 3 ? k : 3, first = near ? k - 1 - rng_below(r, near) : 0,
             second = near ? k - 1 - rng_below(r, near) : 0;
    if (near && build < .75) s->prerequisite[s->prerequisite_count++] = first;
    if (near && build < .3 && second != first) s->prerequisite[s->prerequisite_count++] = second;
}

enum st sim_world_make(struct sim_world *w, const struct sim_population *p, size_t skills, size_t items_each,
                       const struct sim_skill *given, uint64_t seed, struct err *e)
{
    struct rng r;
    *w = (struct sim_world){.p = *p, .skills = skills, .items_each = items_each};
    if (!skills || skills > SIM_SKILLS_MAX || !items_each || items_each > SIM_ITEMS_MAX)
        return err_fail(e, ST_INVALID, "model.option", "an invented school has 1 to %d skills with 1 to %d items each",
                        SIM_SKILLS_MAX, SIM_ITEMS_MAX);
    w->skill = calloc(skills, sizeof *w->skill);
    w->item = calloc(skills * items_each, sizeof *w->item);
    if (!w->skill || !w->item) {
        sim_world_free(w);
        return err_fail(e, ST_NOMEM, "err.memory", "invented skills");
    }
    rng_seed(&r, hash_mix(seed, 1));
    for (uint32_t k = 0; k < skills; k++) {
        draw_skill(&r, p, k, &w->skill[k]);
        if (given) w->skill[k].ease = given[k].ease, w->skill[k].gain = given[k].gain;
        for (size_t i = 0; i < items_each; i++)
            w->item[k * items_each + i] = (struct sim_item){.hardness = p->hardness_sd * sample_normal(&r),
                                                            .log_seconds = num_log(p->seconds_median) +
                                                                           p->seconds_item_log_sd * sample_normal(&r),
                                                            .choices = rng_unit(&r) < p->choice_share ? 4 : 0,
                                                            .hints = (uint8_t)(2 + rng_below(&r, 3))};
    }
    return ST_OK;
}

void sim_world_free(struct sim_world *w)
{
    free(w->skill);
    free(w->item);
    w->skill = NULL;
    w->item = NULL;
}

void sim_student_draw(const struct sim_world *w, uint64_t seed, uint32_t u, struct sim_memory *memory,
                      struct sim_student *out)
{
    const struct sim_population *p = &w->p;
    struct rng r;
    rng_seed(&r, hash_mix(hash_mix(seed, 2), u));
    double ability = p->ability_sd * sample_normal(&r);
    *out = (struct sim_student){.memory = memory, .day = -1};
    out->pace = sample_log_normal(&r, 1.0, p->pace_log_sd);
    out->decay = sample_log_normal(&r, p->decay_mean, p->decay_log_sd);
    out->slip = sample_log_normal(&r, p->slip_mean, p->slip_log_sd);
    if (out->slip > .25) out->slip = .25;
    out->log_seconds = p->seconds_student_log_sd * sample_normal(&r);
    out->absent = sample_beta(&r, p->absent_mean * p->absent_spread, (1.0 - p->absent_mean) * p->absent_spread);
    out->help = rng_unit(&r) * .4;
    out->guess = sample_log_normal(&r, p->guess_hazard, .8);
    out->abuse = rng_unit(&r) < p->gamer_share ? sample_log_normal(&r, p->abuse_hazard, .5) : 0.0;
    out->bored = sample_log_normal(&r, p->bored_hazard, .6);
    out->behind = sample_log_normal(&r, p->behind_hazard, .6);
    for (size_t k = 0; k < w->skills; k++) {
        const struct sim_skill *s = &w->skill[k];
        double before = 0.0; /* what is there of the prerequisites shows in what builds on them */
        for (unsigned q = 0; q < s->prerequisite_count; q++)
            before += memory[s->prerequisite[q]].kept - w->skill[s->prerequisite[q]].ease - ability;
        if (s->prerequisite_count) before = .5 * before / s->prerequisite_count;
        memory[k] = (struct sim_memory){.kept = s->ease + ability + before + p->own_sd * sample_normal(&r), .day = -1};
    }
    out->lot = r; /* goes on from here */
}
