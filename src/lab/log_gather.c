/* Rows of a log as the engine wants them. */
#include <stdlib.h>
#include <string.h>

#include "log_rows.h"

/* at: where each user's rows begin. They mostly stand together already. */
static enum st gather_users(struct reading *r, const uint32_t *at, struct err *e)
{
    bool together = true;
    for (size_t i = 1; together && i < r->count; i++) together = r->rows[i - 1].user <= r->rows[i].user;
    if (together) return ST_OK;
    struct entry *out = malloc((r->count + 1) * sizeof *out);
    uint32_t *next = arena_array(r->a, r->user.count + 1, sizeof *next);
    if (!out || !next) {
        free(out);
        return err_fail(e, ST_NOMEM, "err.memory", "rows");
    }
    memcpy(next, at, (r->user.count + 1) * sizeof *next);
    for (size_t i = 0; i < r->count; i++) out[next[r->rows[i].user]++] = r->rows[i];
    free(r->rows);
    r->rows = out;
    return ST_OK;
}

/* --- in order of time --- */

static void turn_round(struct entry *row, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        struct entry x = row[i];
        row[i] = row[n - 1 - i];
        row[n - 1 - i] = x;
    }
}

/* How many rows from the first on stand in order, once a run that was written newest first is turned round; rows of one
 * time stay as they stand in the file. */
static size_t run_of(struct entry *row, size_t n)
{
    size_t end = 1;
    while (end < n && row[end].time == row[0].time) end++;
    if (end == n || row[end].time > row[0].time) {
        while (end < n && row[end].time >= row[end - 1].time) end++;
        return end;
    }
    while (end < n && row[end].time <= row[end - 1].time) end++;
    turn_round(row, end);
    for (size_t i = 0, same; i < end; i = same) {
        for (same = i + 1; same < end && row[same].time == row[i].time;) same++;
        turn_round(row + i, same - i);
    }
    return end;
}

/* Rows up to `middle` with those after it; of one time those before it go first. room: for the former */
static void merge_runs(struct entry *row, size_t middle, size_t n, struct entry *room)
{
    size_t a = 0, b = middle, to = 0;
    if (row[middle].time >= row[middle - 1].time) return;
    memcpy(room, row, middle * sizeof *row);
    while (a < middle) row[to++] = b < n && row[b].time < room[a].time ? row[b++] : room[a++];
}

/* A merge sort of the runs that are there: one pass over a log in order, or newest first. */
static enum st sort_rows(struct entry *row, size_t n, struct err *e)
{
    if (!n || run_of(row, n) == n) return ST_OK;
    struct entry *room = malloc(n * sizeof *room);
    uint32_t *end = malloc(n * sizeof *end); /* of each run */
    size_t runs = 0;
    if (!room || !end) {
        free(room), free(end);
        return err_fail(e, ST_NOMEM, "err.memory", "rows");
    }
    for (size_t at = 0; at < n; runs++) end[runs] = (uint32_t)(at += run_of(row + at, n - at));
    while (runs > 1) {
        size_t left = 0, begin = 0;
        for (size_t i = 0; i < runs; i += 2) {
            size_t last = i + 1 < runs ? end[i + 1] : end[i];
            if (i + 1 < runs) merge_runs(row + begin, end[i] - begin, last - begin, room);
            begin = last;
            end[left++] = (uint32_t)last;
        }
        runs = left;
    }
    free(room), free(end);
    return ST_OK;
}

/* --- each answer once --- */

struct told { /* what a row says of an answer at one time */
    uint32_t item, skill, row;
    bool correct;
};

static int by_answer(const void *a, const void *b)
{
    const struct told *x = a, *y = b;
    if (x->item != y->item) return x->item < y->item ? -1 : 1;
    if (x->correct != y->correct) return x->correct - y->correct;
    if (x->skill != y->skill) return x->skill < y->skill ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* Rows of a user at one time: of those that tell the same answer the first stays, the others are marked. Without a time
 * nobody could tell two equal answers from one. t: room for n */
static void mark_repeats(struct reading *r, struct entry *row, size_t n, struct told *t)
{
    for (size_t i = 0; i < n; i++) t[i] = (struct told){row[i].item, row[i].skill, (uint32_t)i, row[i].correct};
    qsort(t, n, sizeof *t, by_answer);
    for (size_t i = 0, end; i < n; i = end) {
        uint32_t first = t[i].row;
        for (end = i + 1; end < n && t[end].item == t[i].item && t[end].correct == t[i].correct; end++) {
            if (t[end].skill == t[end - 1].skill) r->d->repeated++;
            else r->d->merged++;
            if (t[end].row < first) first = t[end].row;
        }
        for (size_t k = i; k < end; k++) row[t[k].row].repeat = t[k].row != first;
    }
}

static enum st mark_all(struct reading *r, const uint32_t *at, struct err *e)
{
    struct told *room = NULL;
    size_t cap = 0;
    for (size_t u = 0; r->ordered && u < r->user.count; u++)
        for (size_t i = at[u], end; i < at[u + 1]; i = end) {
            for (end = i + 1; end < at[u + 1] && r->rows[end].time == r->rows[i].time;) end++;
            if (end - i < 2 || r->rows[i].time == 0.0) continue;
            if (end - i > cap) {
                free(room);
                cap = 2 * (end - i);
                if (!(room = malloc(cap * sizeof *room))) return err_fail(e, ST_NOMEM, "err.memory", "rows");
            }
            mark_repeats(r, r->rows + i, end - i, room);
        }
    free(room);
    return ST_OK;
}

/* Rows by user, in order of time and then of the file; those that tell an answer again go. */
static enum st order_rows(struct reading *r, struct err *e)
{
    uint32_t *at = arena_array(r->a, r->user.count + 1, sizeof *at), *index = NULL;
    if (!at) return err_fail(e, ST_NOMEM, "err.memory", "rows");
    for (size_t i = 0; i < r->count; i++) at[r->rows[i].user + 1]++;
    for (size_t u = 0; u < r->user.count; u++) at[u + 1] += at[u];
    TRY(gather_users(r, at, e));
    struct entry *out = r->rows;
    for (size_t u = 0; r->ordered && u < r->user.count; u++) TRY(sort_rows(r->rows + at[u], at[u + 1] - at[u], e));
    TRY(mark_all(r, at, e));
    if (!(index = arena_array(r->a, r->count, sizeof *index))) return err_fail(e, ST_NOMEM, "err.memory", "rows");
    size_t kept = 0;
    for (size_t u = 0, begin = 0; u < r->user.count; u++) {
        size_t end = at[u + 1];
        for (size_t i = begin; i < end; i++) {
            if (out[i].repeat) continue;
            index[kept] = (uint32_t)(i - begin);
            out[kept++] = out[i];
        }
        begin = end;
        at[u + 1] = (uint32_t)kept;
    }
    r->count = kept;
    r->d->index = index;
    r->d->r.user_at = at;
    return ST_OK;
}

/* Items that no row has are left out, and so are skills of such items only. */
static enum st number_items(struct reading *r, uint32_t **item_new, struct err *e)
{
    struct responses *out = &r->d->r;
    uint32_t *map = arena_array(r->a, r->item.count + 1, sizeof *map);
    if (!map) return err_fail(e, ST_NOMEM, "err.memory", "items");
    for (size_t i = 0; i < r->count; i++) map[r->rows[i].item] = 1;
    for (size_t i = 0; i < r->item.count; i++)
        if (map[i]) {
            r->item.name[out->items] = r->item.name[i];
            map[i] = (uint32_t)++out->items; /* + 1 */
        }
    *item_new = map;
    return ST_OK;
}

static enum st number_sets(struct reading *r, const uint32_t *item_new, struct err *e)
{
    struct responses *out = &r->d->r;
    struct pair *p = r->q_matrix ? r->q : r->said;
    size_t n = r->q_matrix ? r->q_count : r->said_count, kept = 0;
    uint32_t *skill_new = arena_array(r->a, r->skill.count + 1, sizeof *skill_new),
             *item_set = arena_array(r->a, out->items + 1, sizeof *item_set);
    uint32_t *set_at = arena_array(r->a, out->items + 2, sizeof *set_at),
             *set_skill = arena_array(r->a, n + 1, sizeof *set_skill);
    struct strmap sets = {.arena = r->a};
    if (!skill_new || !item_set || !set_at || !set_skill) return err_fail(e, ST_NOMEM, "err.memory", "skills");
    for (size_t i = 0; i < n; i++)
        if (item_new[p[i].item]) p[kept++] = (struct pair){item_new[p[i].item] - 1, p[i].skill};
    bool ordered = true;
    for (size_t i = 1; ordered && i < kept; i++) ordered = by_pair(&p[i - 1], &p[i]) <= 0;
    if (!ordered) qsort(p, kept, sizeof *p, by_pair);
    size_t filled = 0, at = 0;
    for (size_t i = 0; i < out->items; i++) {
        struct text key;
        text_init(&key, 1 << 16);
        size_t begin = filled;
        for (; at < kept && p[at].item == i; at++) {
            if (filled > begin && p[at].skill == p[at - 1].skill) continue;
            if (filled - begin >= SET_SKILLS_MAX) {
                text_release(&key);
                return err_fail(e, ST_INVALID, "model.row", "item %.60s needs more than %d skills", r->item.name[i],
                                SET_SKILLS_MAX);
            }
            set_skill[filled++] = p[at].skill;
            text_printf(&key, "%u ", (unsigned)p[at].skill);
        }
        char *k = arena_strdup(r->a, text_str(&key));
        text_release(&key);
        int set = k ? strmap_put(&sets, k, (int)out->sets) : -1;
        if (set < 0) return err_fail(e, ST_NOMEM, "err.memory", "skills");
        if ((size_t)set == out->sets) set_at[++out->sets] = (uint32_t)filled;
        else filled = begin;
        item_set[i] = (uint32_t)set;
    }
    for (size_t i = 0; i < filled; i++) skill_new[set_skill[i]] = 1;
    for (size_t i = 0; i < r->skill.count; i++)
        if (skill_new[i]) {
            r->skill.name[out->skills] = r->skill.name[i];
            skill_new[i] = (uint32_t)out->skills++;
        }
    for (size_t i = 0; i < filled; i++) set_skill[i] = skill_new[set_skill[i]];
    out->item_set = item_set;
    out->set_at = set_at;
    out->set_skill = set_skill;
    return ST_OK;
}

enum st log_gather(struct reading *r, struct err *e)
{
    struct responses *out = &r->d->r;
    uint32_t *item_new = NULL;
    if (!r->count) return err_fail(e, ST_INVALID, "model.row", "the files contain no answers");
    TRY(order_rows(r, e));
    TRY(number_items(r, &item_new, e));
    TRY(number_sets(r, item_new, e));
    if (r->beside) {
        struct log_beside *beside = arena_array(r->a, r->count, sizeof *beside);
        if (!beside) return err_fail(e, ST_NOMEM, "err.memory", "rows");
        for (size_t i = 0; i < r->count; i++)
            beside[i] = r->rows[i].at < r->beside_count
                            ? r->beside[r->rows[i].at]
                            : (struct log_beside){.took_s = -1.0f, .hints = -1, .hints_there = -1};
        r->d->beside = beside;
        free(r->beside); /* before there is more */
        r->beside = NULL;
    }
    uint32_t *item = arena_array(r->a, r->count, sizeof *item), *fold = arena_array(r->a, r->user.count, sizeof *fold);
    uint8_t *correct = arena_array(r->a, r->count, 1);
    double *time = r->clock ? arena_array(r->a, r->count, sizeof *time) : NULL;
    if (!item || !fold || !correct || (r->clock && !time)) return err_fail(e, ST_NOMEM, "err.memory", "rows");
    for (size_t i = 0; i < r->count; i++) {
        item[i] = item_new[r->rows[i].item] - 1;
        correct[i] = r->rows[i].correct;
        if (time) time[i] = r->rows[i].time;
    }
    bool numbers = true;
    for (size_t u = 0; u < r->user.count; u++)
        numbers = numbers && all_digits(r->user.name[u]) && strlen(r->user.name[u]) <= 9;
    r->d->user_numbers = numbers;
    for (size_t u = 0; u < r->user.count; u++)
        fold[u] = numbers ? (uint32_t)strtoul(r->user.name[u], NULL, 10) : (uint32_t)u;
    out->rows = r->count;
    out->users = r->user.count;
    out->item = item;
    out->correct = correct;
    out->time_s = time;
    out->user_fold = fold;
    r->d->user_name = r->user.name;
    r->d->item_name = r->item.name;
    r->d->skill_name = r->skill.name;
    r->d->user_group = r->group_count == r->user.count ? r->group : NULL;
    return responses_check(out, e);
}
