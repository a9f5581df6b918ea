#include "engine/features.h"

#include <stdlib.h>
#include <string.h>

const double feature_window_s[FEATURE_WINDOWS] = {3600.0, 86400.0, 7 * 86400.0, 30 * 86400.0};
const struct skill_past skill_past_none = {.recent = .5};
const struct student_past student_past_none = {.slow = .5, .fast = .5};
static const struct skill_tally skill_unseen = {.past = {.recent = .5}};

static void tally_learn(struct tally *t, bool correct)
{
    t->n++;
    t->wins += correct;
}

void skill_past_learn(struct skill_past *k, bool correct)
{
    double y = correct ? 1.0 : 0.0;
    tally_learn(&k->all, correct);
    k->recent = k->recent + .3 * (y - k->recent);
}

void student_past_learn(struct student_past *s, bool correct)
{
    double y = correct ? 1.0 : 0.0;
    tally_learn(&s->total, correct);
    s->slow = s->slow + .1 * (y - s->slow);
    s->fast = s->fast + .3 * (y - s->fast);
}

enum st features_init(struct features *f, size_t skills, size_t items, bool windows, struct err *e)
{
    *f = (struct features){.skills = skills, .items = items, .windows = windows, .past = student_past_none};
    f->skill = malloc((skills + 1) * sizeof *f->skill);
    f->item = calloc(items + 1, sizeof *f->item);
    f->item_recent = malloc((items + 1) * sizeof *f->item_recent);
    f->item_last_s = calloc(items + 1, sizeof *f->item_last_s);
    f->seen_skills = malloc((skills + 1) * sizeof *f->seen_skills);
    f->seen_items = malloc((items + 1) * sizeof *f->seen_items);
    if (!f->skill || !f->item || !f->item_recent || !f->item_last_s || !f->seen_skills || !f->seen_items) {
        features_free(f);
        return err_fail(e, ST_NOMEM, "err.memory", "features of %zu skills and %zu items", skills, items);
    }
    for (size_t i = 0; i < skills; i++) f->skill[i] = skill_unseen;
    for (size_t i = 0; i < items; i++) f->item_recent[i] = .5;
    return ST_OK;
}

void features_free(struct features *f)
{
    free(f->skill);
    free(f->item);
    free(f->item_recent);
    free(f->item_last_s);
    free(f->seen_skills);
    free(f->seen_items);
    free(f->events);
    memset(f, 0, sizeof *f);
}

void features_clear(struct features *f)
{
    for (size_t i = 0; i < f->seen_skill_count; i++) f->skill[f->seen_skills[i]] = skill_unseen;
    for (size_t i = 0; i < f->seen_item_count; i++) {
        f->item[f->seen_items[i]] = (struct tally){0};
        f->item_recent[f->seen_items[i]] = .5;
        f->item_last_s[f->seen_items[i]] = 0.0;
    }
    f->seen_skill_count = f->seen_item_count = f->event_count = 0;
    f->past = student_past_none;
    f->last_s = 0.0;
}

/* The windows are queues over one list of the skill's answers; what has left a window is passed over once. */
void features_at(struct features *f, const uint32_t *skills, size_t n, double time_s)
{
    if (!f->windows) return;
    for (size_t i = 0; i < n; i++) {
        struct skill_tally *k = &f->skill[skills[i]];
        for (size_t w = 0; w < FEATURE_WINDOWS; w++) {
            uint32_t at = k->oldest[w];
            while (at && time_s - f->events[at - 1].time_s >= feature_window_s[w]) {
                k->window[w].n--;
                k->window[w].wins -= f->events[at - 1].win;
                at = f->events[at - 1].next;
            }
            k->oldest[w] = at;
        }
    }
}

static enum st keep_events(struct features *f, size_t n, struct err *e)
{
    if (f->event_count + n <= f->event_cap) return ST_OK;
    size_t cap = f->event_cap ? f->event_cap * 2 : 1024;
    while (cap < f->event_count + n) cap *= 2;
    struct feature_event *p = realloc(f->events, cap * sizeof *p);
    if (!p || cap > UINT32_MAX) return err_fail(e, ST_NOMEM, "err.memory", "%zu answers of one student", cap);
    f->events = p;
    f->event_cap = cap;
    return ST_OK;
}

static void enter_windows(struct features *f, struct skill_tally *k, bool correct, double time_s)
{
    f->events[f->event_count] = (struct feature_event){time_s, 0, correct};
    uint32_t at = (uint32_t)++f->event_count;
    if (k->last_event) f->events[k->last_event - 1].next = at;
    else k->first_event = at;
    k->last_event = at;
    for (size_t w = 0; w < FEATURE_WINDOWS; w++) {
        if (!k->oldest[w]) k->oldest[w] = at;
        k->window[w].n++;
        k->window[w].wins += correct;
    }
}

enum st features_learn(struct features *f, uint32_t item, const uint32_t *skills, size_t n, bool correct, double time_s,
                       struct err *e)
{
    double y = correct ? 1.0 : 0.0;
    if (f->windows) {
        TRY(keep_events(f, n, e));
        features_at(f, skills, n, time_s);
    }
    for (size_t i = 0; i < n; i++) {
        struct skill_tally *k = &f->skill[skills[i]];
        if (k->all.n == 0) f->seen_skills[f->seen_skill_count++] = skills[i];
        skill_past_learn(&k->past, correct);
        k->last_s = time_s;
        k->streak = correct ? k->streak + 1 : 0;
        if (f->windows) enter_windows(f, k, correct, time_s);
    }
    if (f->item[item].n == 0) f->seen_items[f->seen_item_count++] = item;
    f->item[item].n++;
    f->item[item].wins += correct;
    f->item_recent[item] = f->item_recent[item] + .3 * (y - f->item_recent[item]);
    f->item_last_s[item] = time_s;
    student_past_learn(&f->past, correct);
    f->last_s = time_s;
    return ST_OK;
}
