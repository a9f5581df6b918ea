/* What the sample district counts, and how it keeps levels honest: a checkpoint, a moderation, a goal of the state's
 * with its test, days away, and a few programs. */
#include <stdio.h>
#include <string.h>

#include "progress/checkpoint.h"
#include "progress/goals.h"
#include "leading/moderation.h"
#include "base/csv.h"
#include "demo.h"
#include "policy/snapshot.h"

static enum st hold_together(struct snapshot *s, int64_t leader_id, demo_run *run, void *ctx, struct err *e)
{
    static const char *const bodies[] = {("3/4 and 6/8 are the same because you cut each piece in two, so there are "
                                          "twice as many and each is half as big."),
                                         "They are the same because 3 times 2 is 6 and 4 times 2 is 8.",
                                         "They are not the same, 8 is more than 4."};
    struct checkpoint_make_cmd k = {.client_id = "demo-checkpoint-1",
                                    .author_id = leader_id,
                                    .checkpoint = {.title = "Fall fractions", .count = 2}};
    if (s->catalogue.competency_count < 2) return ST_OK;
    for (size_t i = 0; i < 2; i++)
        k.checkpoint.parts[i] = (struct checkpoint_part){
            .competency_id = s->catalogue.competencies[i].competency_id, .task = "", .max_points = 4};
    TRY(checkpoint_make_check(s, &k, e));
    TRY(run(ctx, &k.command, 0, e));
    struct moderation_cmd m = {.client_id = "demo-moderation-1",
                               .title = "When are two fractions the same?",
                               .competency_id = s->catalogue.competencies[1].competency_id,
                               .author_id = leader_id};
    TRY(moderation_check(s, &m, e));
    TRY(run(ctx, &m.command, 0, e));
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        char client_id[32];
        snprintf(client_id, sizeof client_id, "demo-work-%04zu", i);
        struct moderation_work_cmd w = {
            .client_id = client_id, .body = bodies[i], .moderation_id = m.moderation_id, .author_id = leader_id};
        TRY(moderation_work_check(&w, e));
        TRY(run(ctx, &w.command, 0, e));
    }
    return ST_OK;
}

enum st demo_count(struct snapshot *s, int64_t leader_id, demo_run *run, void *ctx, struct err *e)
{
    const struct framework *f = s->catalogue.framework_count ? &s->catalogue.frameworks[0] : NULL;
    if (!f) return ST_OK;
    struct goal_cmd g = {.client_id = "demo-goal-1",
                         .title = "Mathematics, grade 5",
                         .counted_by = "state",
                         .framework_id = f->framework_id,
                         .author_id = leader_id,
                         .share = 0.5,
                         .test = "State test",
                         .subject = "Mathematics",
                         .has_score = true,
                         .meets_score = 500};
    TRY(goal_check(s, &g, e));
    TRY(run(ctx, &g.command, 0, e));
    return hold_together(s, leader_id, run, ctx, e);
}

enum st demo_write_outside(const struct demo_people *p, int32_t today, const char *dir, struct err *e)
{
    struct text t;
    struct rng rng;
    char day[16], before[16];
    text_init(&t, 16 << 20);
    rng_seed(&rng, 5);
    date_format(today - 190, before);
    text_add(&t, "student,test,subject,date,scaleScore,level,standardError\n");
    for (size_t i = 0; i < p->count; i++) {
        int score = 440 + (int)rng_below(&rng, 120);
        text_printf(&t, "%s,State test,Mathematics,%s,%d,Level %d,14\n", p->students[i].sourced_id, before, score,
                    score < 470   ? 1
                    : score < 500 ? 2
                    : score < 540 ? 3
                                  : 4);
    }
    enum st st = demo_save(dir, "assessments.csv", &t, e);
    text_add(&t, "student,date,status\n");
    for (int32_t d = today - 20; d < today; d++) {
        if (date_weekday(d) >= 5) continue;
        date_format(d, day);
        for (size_t i = 0; i < p->count; i++) {
            bool story = p->students[i].story == STORY_AWAY && d >= today - 12;
            text_printf(&t, "%s,%s,%s\n", p->students[i].sourced_id, day,
                        story                 ? "excused"
                        : rng_below(&rng, 30) ? "present"
                                              : "absent");
        }
    }
    if (st == ST_OK) st = demo_save(dir, "attendance.csv", &t, e);
    text_add(&t, "student,program,start,end\n");
    for (size_t i = 0; i < p->count; i += 9)
        text_printf(&t, "%s,%s,%s,\n", p->students[i].sourced_id,
                    i % 2   ? "504"
                    : i % 3 ? "IEP"
                            : "English learner",
                    before);
    if (st == ST_OK) st = demo_save(dir, "programs.csv", &t, e);
    text_release(&t);
    return st;
}
