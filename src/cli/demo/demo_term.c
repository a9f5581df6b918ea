/* A term of simulated work. Each student has a skill of their own on each competency, which grows with practice; what
 * they answer follows from it, goes through the real scoring, and through the real writer at the simulated hour. */
#include "demo.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "learning/answer.h"
#include "core/record.h"
#include "learning/observe.h"
#include "content/items.h"
#include "plan/next.h"
#include "base/json.h"
#include "base/log.h"
#include "items/interaction.h"
#include "policy/snapshot.h"
#include "store/sql/identity.h"

enum { DAY_MS = 86400000, BATCH = 200, ITEMS_A_DAY = 8, SKILLS = 64 };

struct actor_student {
    const struct demo_student *who;
    int64_t learner_id;
    struct taught course;
    double ability, growth, pace;
    double skill[SKILLS]; /* by place in the course */
    struct rng rng;
    struct arena arena; /* of the state */
    struct learner_state state;
    int items_today, done_today;
    int64_t stay_on; /* the competency of the same-error story; 0: the planner's choice */
};

struct term {
    struct app *app;
    struct conn *conn;
    struct snapshot *snapshot;
    struct actor_student *students;
    size_t count;
    int64_t now_ms;
    int day, days; /* of practice, from 0 */
    int64_t serial;
};

struct turn {
    struct answer_cmd cmd;
    struct actor_student *s;
    struct arena arena;
    char client_id[40], response[300];
};

static int64_t term_clock(void *ctx) { return ((struct term *)ctx)->now_ms; }
static void nothing(struct command *c) { (void)c; }

static double uniform(struct rng *r) { return (double)rng_below(r, 1000000) / 1e6; }
/* Close enough to normal for a school: the sum of twelve. */
static double normal(struct rng *r)
{
    double s = -6;
    for (int i = 0; i < 12; i++) s += uniform(r);
    return s;
}

static enum st find_people(struct term *t, const struct demo_people *p, uint64_t seed, struct tx *tx, struct err *e)
{
    for (size_t i = 0; i < p->count; i++) {
        struct actor_student *s = &t->students[i];
        struct sql_user_by_name_row r;
        bool row;
        size_t n;
        s->who = &p->students[i];
        TRY(sql_user_by_name(tx, s->who->username, &r, &row, e));
        if (!row) return err_fail(e, ST_BUG, "err.bug", "the roster lacks %s", s->who->username);
        s->learner_id = r.user_id;
        TRY(learner_courses(tx, s->learner_id, &s->course, 1, &n, e));
        if (!n) return err_fail(e, ST_BUG, "err.bug", "%s has no course", s->who->username);
        rng_seed(&s->rng, hash_mix(seed, i + 1));
        arena_init(&s->arena, 64 << 20);
        s->ability = normal(&s->rng) * 0.8;
        s->growth = 0.22 + 0.3 * uniform(&s->rng);
        s->pace = 1.2 + 2 * uniform(&s->rng);
        if (s->who->story == STORY_AHEAD) s->ability = 3, s->growth = 0.7, s->pace = 7.5;
        if (s->who->story == STORY_SAME_ERROR) s->ability = 0.6, s->growth = 0.5, s->pace = 4.5;
        if (s->who->story == STORY_CLICKING) s->ability = -1.2, s->growth = 0.12;
        for (int k = 0; k < SKILLS; k++) s->skill[k] = s->ability - 0.1 - 0.04 * k + 0.5 * normal(&s->rng);
    }
    return ST_OK;
}

static int place_in_course(const struct term *t, const struct actor_student *s, int64_t competency_id)
{
    const struct course *c = catalogue_course(&t->snapshot->catalogue, s->course.course_id);
    for (size_t i = 0; c && i < c->count && i < SKILLS; i++)
        if (t->snapshot->catalogue.competencies[c->competency[i]].competency_id == competency_id) return (int)i;
    return 0;
}

static int64_t competency_by_code(const struct term *t, const char *code)
{
    const struct catalogue *c = &t->snapshot->catalogue;
    for (size_t i = 0; i < c->competency_count; i++)
        if (strcmp(c->competencies[i].code, code) == 0) return c->competencies[i].competency_id;
    return 0;
}

/* Does this student work on this day, and how much? */
static void plan_day(struct term *t, struct actor_student *s)
{
    int left = t->days - 1 - t->day; /* days of practice still to come; they are two days apart */
    bool there = uniform(&s->rng) < 0.93 || left == 0;
    double n = s->pace + normal(&s->rng);
    s->done_today = 0;
    s->stay_on = 0;
    switch (s->who->story) {
    case STORY_BACK:
        if (left >= 1 && left <= 6) there = false;
        break;
    case STORY_AWAY:
        if (left <= 5) there = false;
        break;
    case STORY_SAME_ERROR:
        if (left <= 5) s->stay_on = competency_by_code(t, "frac.add.unlike"), n = 4, there = true;
        break;
    case STORY_CLICKING:
        if (left <= 5) n = ITEMS_A_DAY, there = true;
        break;
    case STORY_NONE:
    case STORY_AHEAD:
    case STORY_HELP: break;
    }
    s->items_today = there ? n < 1 ? 1 : n > ITEMS_A_DAY ? ITEMS_A_DAY : (int)n : 0;
}

/* Takes the reference. */
static bool say(char *out, size_t cap, json_t *response)
{
    char *text = response ? json_dumps(response, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    bool ok = text && snprintf(out, cap, "%s", text) < (int)cap;
    free(text);
    json_decref(response);
    return ok;
}

/* What the key asks for, as it would be typed or chosen. */
static bool right_response(const struct item *it, char *out, size_t cap)
{
    json_t *said = it->question.type->right(&it->question, 0);
    const char *s = json_string_value(said);
    size_t length = s ? strlen(s) : 0;
    /* (3/4), but not a pair */
    if (length > 2 && s[0] == '(' && strcspn(s + 1, "(),") == length - 2) {
        json_t *bare = json_stringn(s + 1, length - 2);
        json_decref(said);
        said = bare;
    }
    return say(out, cap, said);
}

static bool wrong_response(struct rng *r, const struct item *it, bool known_error, char *out, size_t cap)
{
    const struct interaction_type *type = it->question.type;
    bool no_guess = !type->response->list && it->question.key.kind != KEY_NUMBER;
    if (it->error_count && known_error) return say(out, cap, interaction_response(type, it->errors[0].match));
    if (it->error_count && (uniform(r) < 0.5 || no_guess))
        return say(out, cap, interaction_response(type, it->errors[rng_below(r, (uint32_t)it->error_count)].match));
    json_t *wrong = type->wrong(&it->question, r);
    return wrong ? say(out, cap, wrong) : right_response(it, out, cap);
}

static enum st score(struct arena *a, const struct item *it, const char *response, struct verdict *v, struct err *e)
{
    json_t *doc;
    TRY(json_read(a, response, strlen(response), &doc, e));
    return item_score(a, it, doc, v, e);
}

/* One student's next answer, ready to be written. */
static enum st take_turn(struct term *t, struct turn *u, struct tx *tx, struct err *e)
{
    struct actor_student *s = u->s;
    struct next_item next[NEXT_MAX];
    const struct item *it;
    struct verdict v;
    size_t n = 1;
    if (s->stay_on) next_item(t->snapshot, &s->state, s->learner_id, &s->course, 1, s->stay_on, t->now_ms, &next[0]);
    else n = next_items(t->snapshot, &s->state, s->learner_id, &s->course, 1, t->now_ms, next, NEXT_MAX);
    struct next_item *chosen = &next[n > 1 && uniform(&s->rng) < 0.15 ? 1 : 0];
    if (!n || !chosen->item) return ST_NOT_FOUND;
    TRY(app_item_variant(t->app, tx, &u->arena, chosen->item->item_id, chosen->item->version, chosen->variant,
                         ITEM_TO_SCORE, &it, e));
    int k = place_in_course(t, s, chosen->competency->competency_id);
    bool clicking = s->who->story == STORY_CLICKING && t->days - 1 - t->day <= 5;
    bool same_error = s->stay_on && it->error_count;
    int hints = !clicking && it->hint_count && s->skill[k] < 0 && uniform(&s->rng) < 0.35
                    ? 1 + (int)rng_below(&s->rng, (uint32_t)it->hint_count)
                    : 0;
    double p = clicking ? 0.12 : same_error ? 0.04 : 0.08 + 0.87 / (1 + exp(-s->skill[k] - 0.6 * hints));
    bool right = uniform(&s->rng) < p;
    if (right ? !right_response(it, u->response, sizeof u->response)
              : !wrong_response(&s->rng, it, same_error, u->response, sizeof u->response))
        return ST_NOT_FOUND;
    TRY(score(&u->arena, it, u->response, &v, e));
    s->skill[k] += s->growth * (right ? 1 : 0.6);
    snprintf(u->client_id, sizeof u->client_id, "demo-%012lld", (long long)++t->serial);
    u->cmd = (struct answer_cmd){.command = {.set = &answer_set, .done = nothing},
                                 .snapshot = t->snapshot,
                                 .arena = &u->arena,
                                 .learner_id = s->learner_id,
                                 .client_id = u->client_id,
                                 .item = chosen->item,
                                 .item_version = chosen->item->version,
                                 .variant = chosen->variant,
                                 .response = u->response,
                                 .score = v.score,
                                 .shown_error = v.error,
                                 .readable = v.readable,
                                 .hints = hints,
                                 .took_ms = clicking ? 900 + rng_below(&s->rng, 1500)
                                                     : (int64_t)(15000 + 40000 * uniform(&s->rng) * (1.3 - 0.3 * p)),
                                 .answered_at_ms = t->now_ms - rng_below(&s->rng, 60000)};
    u->cmd.body_hash = answer_body_hash(chosen->item->item_id, chosen->variant, u->response, hints);
    return ST_OK;
}

static enum st write_turns(struct term *t, struct turn *turns, size_t n, struct err *e)
{
    for (size_t i = 0; i + 1 < n; i++) turns[i].cmd.command.next = &turns[i + 1].cmd.command;
    if (n) writer_batch(t->app, t->conn, &turns[0].cmd.command);
    for (size_t i = 0; i < n; i++) {
        struct turn *u = &turns[i];
        if (u->cmd.command.st != ST_OK) {
            *e = u->cmd.command.err;
            return u->cmd.command.st;
        }
        if (u->cmd.readable && state_copy(&u->s->arena, &u->cmd.state, &u->s->state) != ST_OK)
            return err_fail(e, ST_NOMEM, "err.memory", "state");
        arena_release(&u->arena);
    }
    return ST_OK;
}

/* Everybody who still works takes one turn. */
static enum st round_of(struct term *t, struct turn *turns, struct err *e)
{
    size_t n = 0;
    struct tx *tx;
    TRY(tx_read(t->conn, t->snapshot->district_id, &tx, e));
    enum st st = ST_OK;
    for (size_t i = 0; st == ST_OK && i <= t->count; i++) {
        if (n == BATCH || (i == t->count && n)) {
            tx_rollback(tx);
            TRY(write_turns(t, turns, n, e));
            n = 0;
            TRY(tx_read(t->conn, t->snapshot->district_id, &tx, e));
        }
        if (i == t->count) break;
        struct actor_student *s = &t->students[i];
        if (s->done_today++ >= s->items_today) continue;
        turns[n].s = s;
        arena_init(&turns[n].arena, 8 << 20);
        st = take_turn(t, &turns[n], tx, e);
        if (st == ST_OK) {
            n++;
        } else {
            arena_release(&turns[n].arena);
            if (st == ST_NOT_FOUND) st = ST_OK; /* nothing is open for this student */
        }
    }
    tx_rollback(tx);
    return st;
}

/* Runs a command as if it were so long ago. Ids rise with time, so they begin anew for what lies back; in one thread,
 * and at another moment than whatever has an id already. */
static enum st run_command(void *ctx, struct command *c, int64_t ago_ms, struct err *e)
{
    struct term *t = ctx;
    c->done = nothing;
    const struct idgen ids = t->app->fact_ids;
    t->now_ms -= ago_ms;
    if (ago_ms) t->app->fact_ids.last = 0;
    writer_batch(t->app, t->conn, c);
    if (ago_ms) t->app->fact_ids = ids;
    t->now_ms += ago_ms;
    if (c->st != ST_OK) *e = c->err;
    return c->st;
}

/* Records a fact as if it were so long ago. */
static enum st run_record(struct term *t, const struct fact_kind *kind, int64_t subject_id, int64_t recorder_id,
                          const char *client_id, const void *fields, int64_t ago_ms, struct err *e)
{
    struct record_cmd c = {.one = {.kind = kind,
                                   .subject_id = subject_id,
                                   .recorder_id = recorder_id,
                                   .client_id = client_id,
                                   .fields = fields,
                                   .school_date = tz_date(t->snapshot->zone, t->now_ms - ago_ms)}};
    TRY(record_check(&c, e));
    return run_command(t, &c.command, ago_ms, e);
}

static enum st ask_for_help(struct term *t, struct err *e)
{
    for (size_t i = 0; i < t->count; i++) {
        struct actor_student *s = &t->students[i];
        if (s->who->story != STORY_HELP || !s->state.seen_count) continue;
        const struct fact_help_asked asked = {.kind = "explain",
                                              .item_id = state_latest(&s->state)->item_id,
                                              .note = "I got it right but I don't see why it works."};
        TRY(run_record(t, &fact_help_asked, s->learner_id, s->learner_id, "demo-help-0001", &asked, 4 * 60000, e));
    }
    return ST_OK;
}

static enum st user_id(struct term *t, const char *username, int64_t *id, struct err *e)
{
    struct tx *tx;
    struct sql_user_by_name_row r;
    bool row = false;
    TRY(tx_read(t->conn, t->snapshot->district_id, &tx, e));
    enum st st = sql_user_by_name(tx, username, &r, &row, e);
    *id = st == ST_OK && row ? r.user_id : 0;
    tx_rollback(tx);
    return st;
}

/* What a teacher saw at the table yesterday, and a student who doubts a level. */
static enum st off_the_screen(struct term *t, struct err *e)
{
    int64_t teacher, competency = competency_by_code(t, "frac.add.like");
    TRY(user_id(t, "sofia.rivera", &teacher, e));
    struct observe_cmd seen = {.snapshot = t->snapshot,
                               .client_id = "demo-seen-0001",
                               .recorder_id = teacher,
                               .competency_id = competency,
                               .kind = EVIDENCE_OBSERVATION,
                               .score = level_score(LEVEL_SECURE),
                               .note = "Showed it with paper strips, and explained it to a neighbor."};
    for (size_t i = 0; i < t->count && seen.count < 3; i++)
        if (t->students[i].who->class_index == 0) seen.learner_ids[seen.count++] = t->students[i].learner_id;
    if (!teacher || !competency || !seen.count) return ST_OK;
    TRY(observe_check(&seen, e));
    TRY(run_command(t, &seen.command, DAY_MS, e));
    for (size_t i = 0; i < t->count; i++) {
        if (t->students[i].who->story != STORY_SAME_ERROR) continue;
        const struct fact_second_look_asked asked = {
            .competency_id = competency_by_code(t, "frac.add.unlike"),
            .note = "I did four of these right on paper with my aunt. Can you look at them?"};
        int64_t who = t->students[i].learner_id;
        if (!asked.competency_id) return ST_OK;
        return run_record(t, &fact_second_look_asked, who, who, "demo-look-0001", &asked, 3 * 3600000, e);
    }
    return ST_OK;
}

static enum st file_barriers(struct term *t, struct err *e)
{
    int64_t teacher, org_id = 0;
    struct tx *tx;
    TRY(user_id(t, "sofia.rivera", &teacher, e));
    if (!teacher) return ST_OK;
    TRY(tx_read(t->conn, t->snapshot->district_id, &tx, e));
    enum st st = t->count ? learner_school(tx, t->students[0].learner_id, &org_id, e) : ST_OK;
    tx_rollback(tx);
    return st == ST_OK ? demo_file_barriers(teacher, org_id, tz_date(t->snapshot->zone, t->now_ms), run_command, t, e)
                       : st;
}

static enum st made_together(struct term *t, struct err *e)
{
    int64_t leader;
    TRY(user_id(t, "iris.vogel", &leader, e));
    if (!leader) return ST_OK;
    TRY(demo_made_together(t->snapshot, t->conn, leader, tz_date(t->snapshot->zone, t->now_ms), run_command, t, e));
    return demo_count(t->snapshot, leader, run_command, t, e);
}

/* Every second school day, at ten; the last one has just ended. */
static enum st run_term(struct term *t, int weeks, int64_t now_ms, struct turn *turns, struct err *e)
{
    enum { DAYS_MAX = 60 * 3 };
    int32_t days[DAYS_MAX], today = tz_date(t->snapshot->zone, now_ms), first = today - weeks * 7;
    int school_day = 0;
    t->days = 0;
    TRY(file_barriers(t, e));
    for (int32_t d = today; d > first && t->days < DAYS_MAX; d--)
        if (date_weekday(d) < 5 && school_day++ % 2 == 0) days[t->days++] = d;
    for (t->day = 0; t->day < t->days; t->day++) {
        int32_t d = days[t->days - 1 - t->day];
        int64_t begin = (int64_t)d * DAY_MS + 10 * 3600000, just = now_ms - (ITEMS_A_DAY + 4) * 90000;
        begin -= (int64_t)tz_offset_s(t->snapshot->zone, begin) * 1000;
        if (begin > just || d == today) begin = just;
        for (size_t i = 0; i < t->count; i++) plan_day(t, &t->students[i]);
        for (int k = 0; k < ITEMS_A_DAY; k++) {
            t->now_ms = begin + (k + 1) * 90000;
            TRY(round_of(t, turns, e));
        }
    }
    t->now_ms = now_ms;
    TRY(off_the_screen(t, e));
    TRY(made_together(t, e));
    return ask_for_help(t, e);
}

enum st demo_simulate(struct app *app, struct conn *conn, const struct demo_people *p, int weeks, uint64_t seed,
                      int64_t now_ms, struct err *e)
{
    struct term t = {.app = app, .conn = conn, .count = p->count, .now_ms = now_ms - (int64_t)weeks * 7 * DAY_MS};
    struct clock before = app->clock;
    struct turn *turns = calloc(BATCH, sizeof *turns);
    struct tx *tx;
    t.students = calloc(p->count, sizeof *t.students);
    if (!turns || !t.students) {
        free(turns);
        free(t.students);
        return err_fail(e, ST_NOMEM, "err.memory", "simulation");
    }
    app->clock = (struct clock){.now_ms = term_clock, .ctx = &t};
    t.snapshot = snapshot_hold(app);
    enum st st = tx_read(conn, t.snapshot->district_id, &tx, e);
    if (st == ST_OK) {
        st = find_people(&t, p, seed, tx, e);
        tx_rollback(tx);
    }
    if (st == ST_OK) st = run_term(&t, weeks, now_ms, turns, e);
    snapshot_drop(t.snapshot);
    for (size_t i = 0; i < p->count; i++) arena_release(&t.students[i].arena);
    app->clock = before;
    free(t.students);
    free(turns);
    return st;
}
