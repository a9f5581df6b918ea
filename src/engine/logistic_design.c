/* Sorting the rows of a log by set of skills and item, and working out their values: once for as many fits as there
 * are. */
#include "logistic_design.h"

#include <stdlib.h>
#include <string.h>

#include "vec4.h"

enum { BLOCK_ROWS = 4096, USERS_A_TASK = 64 };

void logistic_design_free(struct logistic_design *d)
{
    if (!d) return;
    free(d->row_place);
    free(d->correct);
    free(d->fold);
    free(d->set_x);
    free(d->set_row);
    free(d->set_local);
    free(d->set_stride);
    free(d->set_column);
    free(d->columns);
    free(d->skill_block);
    free(d->skill_blocks);
    free(d->x);
    free(d->groups);
    free(d->blocks);
    free(d->group_coupling);
    free(d);
}

/* Counts, then places: rows sorted by set and item, keeping their order. */
static enum st sort_rows(struct logistic_design *d, struct err *e)
{
    const struct responses *r = d->r;
    uint32_t *item_rows = calloc(r->items + 1, sizeof *item_rows), *order = malloc((r->items + 1) * sizeof *order),
             *set_items = calloc(r->sets + 2, sizeof *set_items);
    d->groups = malloc((r->items + 1) * sizeof *d->groups);
    d->group_coupling = malloc((r->items + 1) * sizeof *d->group_coupling);
    if (!item_rows || !order || !set_items || !d->groups || !d->group_coupling) {
        free(item_rows), free(order), free(set_items);
        return err_fail(e, ST_NOMEM, "err.memory", "sorting %zu rows", r->rows);
    }
    for (size_t i = 0; i < r->rows; i++) item_rows[r->item[i]]++;
    for (size_t i = 0; i < r->items; i++) set_items[r->item_set[i] + 1]++;
    for (size_t s = 0; s < r->sets; s++) set_items[s + 1] += set_items[s];
    for (size_t i = 0; i < r->items; i++) order[set_items[r->item_set[i]]++] = (uint32_t)i;
    uint32_t place = 0;
    for (size_t k = 0; k < r->items; k++) {
        uint32_t i = order[k], n = item_rows[i];
        item_rows[i] = place; /* from now on: where the next row of the item goes */
        place += n;
        if (n) d->groups[d->group_count++] = (struct group){i, place};
    }
    for (size_t u = 0; u < r->users; u++)
        for (size_t row = r->user_at[u]; row < r->user_at[u + 1]; row++) {
            uint32_t p = item_rows[r->item[row]]++;
            d->row_place[row] = p;
            d->correct[p] = r->correct[row];
            if (d->fold) d->fold[p] = r->user_fold[u];
        }
    free(item_rows), free(order), free(set_items);
    return ST_OK;
}

static enum st cut_blocks(struct logistic_design *d, struct err *e)
{
    const struct responses *r = d->r;
    uint32_t row = 0, filled = 0;
    size_t x = 0, cap = r->sets + r->rows / BLOCK_ROWS + 1;
    d->blocks = malloc(cap * sizeof *d->blocks);
    if (!d->blocks) return err_fail(e, ST_NOMEM, "err.memory", "blocks");
    for (size_t g = 0; g < d->group_count; g++) {
        uint32_t set = r->item_set[d->groups[g].item];
        struct block *b = d->block_count ? &d->blocks[d->block_count - 1] : NULL;
        bool fresh = !b || b->set != set;
        if (fresh) {
            d->set_row[set] = row;
            d->set_x[set] = x;
        }
        if (fresh || filled >= BLOCK_ROWS) {
            d->blocks[d->block_count++] =
                (struct block){.set = set, .group = (uint32_t)g, .row = row, .matrix = d->matrix_count};
            d->matrix_count = whole_lines(d->matrix_count + (size_t)d->set_stride[set] * (d->set_stride[set] + 1U) + 1);
            d->coupling_count = whole_lines(d->coupling_count);
            filled = 0;
        }
        d->blocks[d->block_count - 1].group_end = (uint32_t)g + 1;
        d->group_coupling[g] = d->coupling_count;
        d->coupling_count += d->set_stride[set] + 2U;
        filled += d->groups[g].end - row;
        x += (size_t)(d->groups[g].end - row) * d->set_stride[set];
        row = d->groups[g].end;
    }
    d->x = calloc(x + LANES, sizeof *d->x);
    return d->x ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "values of %zu rows", r->rows);
}

static enum st find_columns(struct logistic_design *d, struct err *e)
{
    const struct responses *r = d->r;
    size_t room = 0, at = 0;
    for (size_t s = 0; s < r->sets; s++) room += r->set_at[s + 1] - r->set_at[s] + d->set_local[s];
    d->columns = malloc((room + 1) * sizeof *d->columns);
    if (!d->columns) return err_fail(e, ST_NOMEM, "err.memory", "columns of %zu sets", r->sets);
    for (size_t s = 0; s < r->sets; s++) {
        const uint32_t *skills;
        size_t n = d->per_skill ? set_skills(r, s, &skills) : 0;
        uint32_t local = 1;
        d->set_column[s] = at;
        d->columns[at++] = (struct column){0, 0};
        for (size_t i = 0; i < n; i++) {
            uint32_t first = (uint32_t)(1 + skills[i] * d->per_skill);
            d->columns[at++] = (struct column){0, first};
            for (uint32_t k = 1; k < d->per_skill; k++) d->columns[at++] = (struct column){local++, first + k};
        }
        for (size_t k = 0; k < d->per_student; k++)
            d->columns[at++] = (struct column){local++, (uint32_t)(1 + r->skills * d->per_skill + k)};
    }
    d->set_column[r->sets] = at;
    return ST_OK;
}

/* Counts, then places. */
static enum st find_blocks(struct logistic_design *d, struct err *e)
{
    const struct responses *r = d->r;
    size_t all = 0;
    for (size_t b = 0; b < d->block_count; b++) all += r->set_at[d->blocks[b].set + 1] - r->set_at[d->blocks[b].set];
    d->skill_block = calloc(r->skills + 2, sizeof *d->skill_block);
    d->skill_blocks = malloc((all + 1) * sizeof *d->skill_blocks);
    if (!d->skill_block || !d->skill_blocks)
        return err_fail(e, ST_NOMEM, "err.memory", "blocks of %zu skills", r->skills);
    size_t *next = d->skill_block + 1; /* of each skill: once counted and placed, where the next one's begin */
    const uint32_t *skills;
    for (size_t b = 0; b < d->block_count; b++)
        for (size_t i = 0, n = set_skills(r, d->blocks[b].set, &skills); i < n; i++) next[skills[i] + 1]++;
    for (size_t s = 0; s < r->skills; s++) next[s + 1] += next[s];
    for (size_t b = 0; b < d->block_count; b++)
        for (size_t i = 0, n = set_skills(r, d->blocks[b].set, &skills); i < n; i++)
            d->skill_blocks[next[skills[i]]++] = (uint32_t)b;
    return ST_OK;
}

struct filling {
    struct logistic_design *d;
    enum st *st;
};

static void fill_users(void *arg, size_t task)
{
    struct filling *f = arg;
    struct logistic_design *d = f->d;
    const struct responses *r = d->r;
    struct features past;
    f->st[task] = features_init(&past, r->skills, r->items, d->windows, NULL);
    size_t end = (task + 1) * USERS_A_TASK < r->users ? (task + 1) * USERS_A_TASK : r->users;
    for (size_t u = task * USERS_A_TASK; f->st[task] == ST_OK && u < end; u++) {
        features_clear(&past);
        for (size_t row = r->user_at[u]; f->st[task] == ST_OK && row < r->user_at[u + 1]; row++) {
            uint32_t item = r->item[row], set = r->item_set[item];
            const uint32_t *skills;
            size_t n = set_skills(r, set, &skills);
            double time_s = r->time_s ? r->time_s[row] : 0.0;
            features_at(&past, skills, n, time_s);
            logistic_values(d->terms, &past, item, skills, n, time_s,
                            d->x + d->set_x[set] + (size_t)(d->row_place[row] - d->set_row[set]) * d->set_stride[set]);
            f->st[task] = features_learn(&past, item, skills, n, r->correct[row], time_s, NULL);
        }
    }
    features_free(&past);
}

enum st logistic_design_make(const struct responses *r, unsigned terms, const struct parallel *par,
                             struct logistic_design **out, struct err *e)
{
    TRY(responses_check(r, e));
    struct logistic shape;
    TRY(logistic_init(&shape, terms, r->items, r->skills, e));
    struct logistic_design *d = calloc(1, sizeof *d);
    size_t tasks = (r->users + USERS_A_TASK - 1) / USERS_A_TASK;
    enum st *sts = calloc(tasks + 1, sizeof *sts), st = ST_NOMEM;
    if (d && sts) {
        *d = (struct logistic_design){.r = r,
                                      .terms = terms,
                                      .per_skill = shape.per_skill,
                                      .per_student = shape.per_student,
                                      .dense_count = shape.dense_count,
                                      .windows = !!(terms & TERM_WINDOWS)};
        d->row_place = malloc(r->rows * sizeof *d->row_place);
        d->correct = malloc(r->rows);
        d->fold = r->user_fold ? malloc(r->rows * sizeof *d->fold) : NULL;
        d->set_x = calloc(r->sets + 1, sizeof *d->set_x);
        d->set_row = calloc(r->sets + 1, sizeof *d->set_row);
        d->set_local = calloc(r->sets + 1, sizeof *d->set_local);
        d->set_stride = calloc(r->sets + 1, sizeof *d->set_stride);
        d->set_column = calloc(r->sets + 1, sizeof *d->set_column);
        if (d->row_place && d->correct && (d->fold || !r->user_fold) && d->set_x && d->set_row && d->set_local &&
            d->set_stride && d->set_column)
            st = ST_OK;
    }
    if (st != ST_OK) st = err_fail(e, ST_NOMEM, "err.memory", "design of %zu rows", r->rows);
    for (size_t s = 0; st == ST_OK && s < r->sets; s++) {
        const uint32_t *skills;
        size_t n = 1 + d->per_student + (d->per_skill ? set_skills(r, s, &skills) * (d->per_skill - 1) : 0);
        d->set_local[s] = (uint16_t)n;
        d->set_stride[s] = (uint16_t)((n + LANES - 1) / LANES * LANES);
    }
    if (st == ST_OK) st = sort_rows(d, e);
    if (st == ST_OK) st = cut_blocks(d, e);
    if (st == ST_OK) st = find_columns(d, e);
    if (st == ST_OK) st = find_blocks(d, e);
    if (st == ST_OK) {
        struct filling f = {d, sts};
        parallel_run(par, tasks, fill_users, &f);
        for (size_t i = 0; i < tasks; i++)
            if (sts[i] != ST_OK) st = err_fail(e, sts[i], "err.memory", "values of %zu rows", r->rows);
    }
    free(sts);
    logistic_free(&shape);
    if (st == ST_OK) *out = d;
    else logistic_design_free(d);
    return st;
}
