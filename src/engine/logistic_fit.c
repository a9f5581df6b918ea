/* Newton's method with the item block eliminated. Sums over rows are made in local coordinates, one small matrix for each set of skills. */
#include <stdlib.h>
#include <string.h>

#include "engine/linear.h"
#include "engine/logistic.h"
#include "engine/numeric.h"
#include "lanes.h"
#include "logistic_sums.h"

enum { BLOCK_ROWS = 4096, USERS_A_TASK = 64 };
static const double INTERCEPT_MAX = 15.0;

struct group { /* the rows of one item */
    uint32_t item, end;
};

struct block { /* a run of items of one set of skills */
    uint32_t set, group, group_end, row;
    size_t matrix; /* where its sums stand */
};

struct logistic_design {
    const struct responses *r;
    unsigned terms;
    size_t per_skill, per_student, dense_count, windows;
    uint32_t *row_place;   /* row of the responses -> place in sorted order */
    uint8_t *correct;      /* sorted */
    uint32_t *fold;        /* sorted: the number whose remainder is the fold; NULL: nothing is done by folds */
    size_t *set_x;         /* sets: where the values of a set's first row begin */
    uint32_t *set_row;     /* sets: place of its first row */
    uint16_t *set_local;   /* sets: how many values a row has */
    uint16_t *set_stride;  /* sets: the same, filled up to LANES */
    float *x;
    struct group *groups;
    size_t group_count;
    struct block *blocks;
    size_t block_count, matrix_count, coupling_count;
    size_t *group_coupling;
};

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
    free(d->x);
    free(d->groups);
    free(d->blocks);
    free(d->group_coupling);
    free(d);
}

static size_t set_skills(const struct responses *r, size_t set, const uint32_t **skills)
{
    *skills = r->set_skill + r->set_at[set];
    return r->set_at[set + 1] - r->set_at[set];
}

/* Counts, then places: rows sorted by set and item, keeping their order. */
static enum st sort_rows(struct logistic_design *d, struct err *e)
{
    const struct responses *r = d->r;
    uint32_t *item_rows = calloc(r->items + 1, sizeof *item_rows), *order = malloc((r->items + 1) * sizeof *order), *set_items = calloc(r->sets + 2, sizeof *set_items);
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

/* Each block's own, which one thread writes while another does the next block's. */
static size_t whole_lines(size_t n) { return (n + CACHE_LINE / sizeof(double) - 1) / (CACHE_LINE / sizeof(double)) * (CACHE_LINE / sizeof(double)); }

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
            d->blocks[d->block_count++] = (struct block){.set = set, .group = (uint32_t)g, .row = row, .matrix = d->matrix_count};
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
            logistic_values(d->terms, &past, item, skills, n, time_s, d->x + d->set_x[set] + (size_t)(d->row_place[row] - d->set_row[set]) * d->set_stride[set]);
            f->st[task] = features_learn(&past, item, skills, n, r->correct[row], time_s, NULL);
        }
    }
    features_free(&past);
}

enum st logistic_design_make(const struct responses *r, unsigned terms, const struct parallel *par, struct logistic_design **out, struct err *e)
{
    TRY(responses_check(r, e));
    struct logistic shape;
    TRY(logistic_init(&shape, terms, r->items, r->skills, e));
    struct logistic_design *d = calloc(1, sizeof *d);
    size_t tasks = (r->users + USERS_A_TASK - 1) / USERS_A_TASK;
    enum st *sts = calloc(tasks + 1, sizeof *sts), st = ST_NOMEM;
    if (d && sts) {
        *d = (struct logistic_design){.r = r, .terms = terms, .per_skill = shape.per_skill, .per_student = shape.per_student, .dense_count = shape.dense_count,
                                      .windows = !!(terms & TERM_WINDOWS)};
        d->row_place = malloc(r->rows * sizeof *d->row_place);
        d->correct = malloc(r->rows);
        d->fold = r->user_fold ? malloc(r->rows * sizeof *d->fold) : NULL;
        d->set_x = calloc(r->sets + 1, sizeof *d->set_x);
        d->set_row = calloc(r->sets + 1, sizeof *d->set_row);
        d->set_local = calloc(r->sets + 1, sizeof *d->set_local);
        d->set_stride = calloc(r->sets + 1, sizeof *d->set_stride);
        if (d->row_place && d->correct && (d->fold || !r->user_fold) && d->set_x && d->set_row && d->set_local && d->set_stride) st = ST_OK;
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

/* The weights of a set's local values: the first gathers the intercept and the skills' own. */
static void local_weights(const struct logistic_design *d, const struct logistic *m, size_t set, double *w)
{
    const uint32_t *skills;
    size_t n = d->per_skill ? set_skills(d->r, set, &skills) : 0, at = 1;
    w[0] = m->dense[0];
    for (size_t i = 0; i < n; i++) {
        const double *from = m->dense + 1 + skills[i] * d->per_skill;
        w[0] = w[0] + from[0];
        for (size_t k = 1; k < d->per_skill; k++) w[at++] = from[k];
    }
    for (size_t k = 0; k < d->per_student; k++) w[at++] = m->dense[1 + d->r->skills * d->per_skill + k];
    while (at < d->set_stride[set]) w[at++] = 0.0;
}

struct pass {
    const struct logistic_design *d;
    const struct logistic_options *o;
    const struct logistic *m;
    double *matrix;    /* by block: k x k and k sums with the items taken out, and the loss */
    double *coupling;  /* by group: k couplings, then the item's gradient and curvature */
    size_t *block_rows;
    bool failed;
};

/* What a block's rows need while they are worked, each filled up to LANES. */
struct rows {
    double *eta, *y, *use, *curve, *inverse; /* inverse: by item */
};

static bool rows_make(struct rows *r, size_t n)
{
    size_t room = n + LANES;
    r->eta = calloc(5 * room, sizeof *r->eta);
    r->y = r->eta + room;
    r->use = r->y + room;
    r->curve = r->use + room;
    r->inverse = r->curve + room;
    return r->eta;
}

static void block_pass(void *arg, size_t which)
{
    struct pass *p = arg;
    const struct logistic_design *d = p->d;
    const struct block *b = &d->blocks[which];
    size_t k = d->set_stride[b->set], n = d->groups[b->group_end - 1].end - b->row, used = 0;
    const float *x = d->x + d->set_x[b->set] + (b->row - d->set_row[b->set]) * k;
    double *h = p->matrix + b->matrix, *g = h + k * k, *loss = g + k, w[LOGISTIC_LOCAL_MAX + LANES], ridge = 1.0 / p->o->c;
    bool items = d->terms & TERM_ITEM;
    struct rows r;
    if (!rows_make(&r, n)) {
        p->failed = true;
        return;
    }
    memset(h, 0, (k * k + k) * sizeof *h);
    local_weights(d, p->m, b->set, w);
    for (size_t gi = b->group, row = 0; gi < b->group_end; row = d->groups[gi++].end - b->row)
        logistic_row_logits(x + row * k, k, d->groups[gi].end - b->row - row, w, items ? p->m->item[d->groups[gi].item] : 0.0, r.eta + row);
    for (size_t i = 0; i < n; i++) {
        bool in = p->o->folds == 0 || d->fold[b->row + i] % p->o->folds != p->o->hold_out;
        r.y[i] = (double)d->correct[b->row + i];
        r.use[i] = in ? 1.0 : 0.0;
        used += in;
    }
    *loss = logistic_losses(r.eta, r.y, r.use, (n + LANES - 1) / LANES * LANES, r.curve);
    p->block_rows[which] = used;
    logistic_row_sums(x, k, n, r.eta, r.curve, h, g);
    for (size_t gi = b->group, row = 0; items && gi < b->group_end; row = d->groups[gi++].end - b->row) {
        double *c = p->coupling + d->group_coupling[gi];
        logistic_coupling(x + row * k, k, d->groups[gi].end - b->row - row, r.eta + row, r.curve + row, c);
        c[k] = c[k] + ridge * p->m->item[d->groups[gi].item];
        c[k + 1] = c[0] + ridge; /* the first value is 1 */
        r.inverse[gi - b->group] = 1.0 / c[k + 1];
    }
    if (items) logistic_take_out(p->coupling + d->group_coupling[b->group], k, b->group_end - b->group, r.inverse, h, g);
    free(r.eta);
}

/* Where a set's local values stand among the dense weights: the first at the intercept and each skill's own weight, each other at one. */
struct columns {
    size_t shared, first[SET_SKILLS_MAX + 1], at[LOGISTIC_LOCAL_MAX];
};
static void find_columns(const struct logistic_design *d, size_t set, struct columns *c)
{
    const uint32_t *skills;
    size_t n = d->per_skill ? set_skills(d->r, set, &skills) : 0, a = 1;
    c->shared = n + 1;
    c->first[0] = 0;
    for (size_t i = 0; i < n; i++) {
        c->first[i + 1] = 1 + skills[i] * d->per_skill;
        for (size_t k = 1; k < d->per_skill; k++) c->at[a++] = c->first[i + 1] + k;
    }
    for (size_t k = 0; k < d->per_student; k++) c->at[a++] = 1 + d->r->skills * d->per_skill + k;
}

/* Into the upper triangle. */
static void add_at(double *dense, size_t n, size_t a, size_t b, double x)
{
    double *to = &dense[a < b ? a * n + b : b * n + a];
    *to = *to + x;
}

static void scatter(const struct pass *p, double *dense, double *gradient)
{
    const struct logistic_design *d = p->d;
    size_t all = d->dense_count;
    for (size_t i = 0; i < d->block_count; i++) {
        const struct block *b = &d->blocks[i];
        size_t k = d->set_stride[b->set], local = d->set_local[b->set];
        const double *h = p->matrix + b->matrix, *g = h + k * k;
        struct columns c;
        find_columns(d, b->set, &c);
        for (size_t q = 0; q < c.shared; q++) {
            gradient[c.first[q]] = gradient[c.first[q]] + g[0];
            for (size_t s = 0; s <= q; s++) add_at(dense, all, c.first[q], c.first[s], h[0]);
        }
        for (size_t a = 1; a < local; a++) {
            gradient[c.at[a]] = gradient[c.at[a]] + g[a];
            for (size_t q = 0; q < c.shared; q++) add_at(dense, all, c.at[a], c.first[q], h[a * k]);
            for (size_t e = 1; e <= a; e++) add_at(dense, all, c.at[a], c.at[e], h[a * k + e]);
        }
    }
}

static double penalty(const struct logistic_design *d, const struct logistic *m, double c)
{
    double sum = 0.0;
    for (size_t i = 1; i < d->dense_count; i++) sum = sum + m->dense[i] * m->dense[i];
    for (size_t i = 0; i < d->r->items && (d->terms & TERM_ITEM); i++) sum = sum + m->item[i] * m->item[i];
    return sum / (2.0 * c);
}

/* The items' steps follow from the dense ones, a block's from its couplings. */
struct item_steps {
    const struct pass *p;
    const double *step;
    double *out;  /* items */
    double *gain; /* blocks: the sum of their items' gradients, squared, over their curvatures */
};
static void item_steps(void *arg, size_t which)
{
    const struct item_steps *s = arg;
    const struct logistic_design *d = s->p->d;
    const struct block *b = &d->blocks[which];
    size_t k = d->set_stride[b->set];
    struct columns at;
    double local[LOGISTIC_LOCAL_MAX + LANES] = {0}, gain = 0.0;
    find_columns(d, b->set, &at);
    for (size_t q = 0; q < at.shared; q++) local[0] = local[0] + s->step[at.first[q]];
    for (size_t a = 1; a < d->set_local[b->set]; a++) local[a] = s->step[at.at[a]];
    for (size_t g = b->group; g < b->group_end; g++) {
        const double *c = s->p->coupling + d->group_coupling[g];
        double sum = c[k];
        for (size_t a = 0; a < k; a++) sum = sum - c[a] * local[a];
        s->out[d->groups[g].item] = sum / c[k + 1];
        gain = gain + c[k] * c[k] / c[k + 1];
    }
    s->gain[which] = gain;
}

struct newton {
    double *dense, *gradient, *step, *item_step, *item_gain;
};

/* One pass at the weights in m: the loss, and what scatter and item_steps need. */
static double pass_at(struct pass *p, const struct parallel *par, size_t *rows)
{
    double loss = 0.0;
    *rows = 0;
    parallel_run(par, p->d->block_count, block_pass, p);
    for (size_t i = 0; i < p->d->block_count; i++) {
        size_t k = p->d->set_stride[p->d->blocks[i].set];
        loss = loss + p->matrix[p->d->blocks[i].matrix + k * k + k];
        *rows += p->block_rows[i];
    }
    return loss;
}

static enum st find_step(struct pass *p, struct newton *nt, const struct parallel *par, double *gain, struct err *e)
{
    const struct logistic_design *d = p->d;
    size_t n = d->dense_count;
    double ridge = 1.0 / p->o->c;
    for (size_t i = 0; i < n; i++) memset(nt->dense + i * n + i, 0, (n - i) * sizeof *nt->dense);
    memset(nt->gradient, 0, n * sizeof *nt->gradient);
    scatter(p, nt->dense, nt->gradient);
    nt->dense[0] = nt->dense[0] + 1e-9;
    for (size_t i = 1; i < n; i++) {
        nt->dense[i * n + i] = nt->dense[i * n + i] + ridge;
        nt->gradient[i] = nt->gradient[i] + ridge * p->m->dense[i];
    }
    memcpy(nt->step, nt->gradient, n * sizeof *nt->step);
    TRY(linear_solve(nt->dense, nt->step, n, par, e));
    /* Half the Newton decrement, with the item block: g' H^-1 g = s' g~ + sum g_i^2 / d_i. */
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) sum = sum + nt->step[i] * nt->gradient[i];
    if (d->terms & TERM_ITEM) {
        parallel_run(par, d->block_count, item_steps, &(struct item_steps){p, nt->step, nt->item_step, nt->item_gain});
        for (size_t i = 0; i < d->block_count; i++) sum = sum + nt->item_gain[i];
    }
    *gain = sum / 2.0;
    return ST_OK;
}

static void take_step(const struct logistic_design *d, const struct newton *nt, double by, struct logistic *m)
{
    for (size_t i = 0; i < d->dense_count; i++) m->dense[i] = m->dense[i] - by * nt->step[i];
    if (m->dense[0] > INTERCEPT_MAX) m->dense[0] = INTERCEPT_MAX;
    if (m->dense[0] < -INTERCEPT_MAX) m->dense[0] = -INTERCEPT_MAX;
    for (size_t i = 0; i < d->r->items && (d->terms & TERM_ITEM); i++) m->item[i] = m->item[i] - by * nt->item_step[i];
}

static enum st newton(struct pass *p, struct newton *nt, const struct parallel *par, struct logistic *m, struct logistic_report *report, struct err *e)
{
    double loss = pass_at(p, par, &report->rows), objective = loss + penalty(p->d, m, p->o->c), gain = 0.0, most = 0.0;
    while (!report->converged && report->iterations < p->o->iterations_max) {
        /* The gain falls by steps that are alike on a scale of logarithms. */
        double share = most > 0.0 && gain > 0.0 && gain < most && most > p->o->tolerance ? num_log(most / gain) / num_log(most / p->o->tolerance) : 0.0;
        if (!fit_goes_on(p->o->watch, share < 1.0 ? share : 1.0)) break;
        if (p->failed) return err_fail(e, ST_NOMEM, "err.memory", "a pass of the fit");
        TRY(find_step(p, nt, par, &gain, e));
        most = most > gain ? most : gain;
        report->iterations++;
        double by = 1.0, next = objective;
        take_step(p->d, nt, by, m);
        for (;;) {
            loss = pass_at(p, par, &report->rows);
            next = loss + penalty(p->d, m, p->o->c);
            if (next <= objective + 1e-9 * (1.0 + objective) || by < 1e-6) break;
            take_step(p->d, nt, -by / 2.0, m); /* back half way */
            by = by / 2.0;
        }
        report->converged = gain < p->o->tolerance || (p->m->dense[0] >= INTERCEPT_MAX || p->m->dense[0] <= -INTERCEPT_MAX);
        objective = next;
    }
    report->objective = objective;
    report->log_likelihood = -loss;
    return p->failed ? err_fail(e, ST_NOMEM, "err.memory", "a pass of the fit") : ST_OK;
}

enum st logistic_fit(const struct logistic_design *d, const struct logistic_options *o, const struct parallel *par, struct logistic *m, struct logistic_report *report, struct err *e)
{
    if (!(o->c > 0.0 && o->c <= 1e9) || !(o->tolerance > 0.0) || (o->folds && (o->hold_out >= o->folds || !d->fold)))
        return err_fail(e, ST_INVALID, "model.option", "the fit's options are out of range");
    if (m->terms != d->terms || m->items != d->r->items || m->dense_count != d->dense_count) return err_fail(e, ST_BUG, "model.option", "weights of another shape");
    size_t n = d->dense_count;
    struct pass p = {.d = d, .o = o, .m = m, .matrix = lanes_make(d->matrix_count), .coupling = lanes_make(d->coupling_count),
                     .block_rows = calloc(d->block_count + 1, sizeof(size_t))};
    struct newton nt = {malloc(n * n * sizeof(double)), malloc(n * sizeof(double)), malloc(n * sizeof(double)), calloc(d->r->items + 1, sizeof(double)), malloc((d->block_count + 1) * sizeof(double))};
    enum st st = ST_NOMEM;
    *report = (struct logistic_report){0};
    if (p.matrix && p.coupling && p.block_rows && nt.dense && nt.gradient && nt.step && nt.item_step && nt.item_gain) st = newton(&p, &nt, par, m, report, e);
    else st = err_fail(e, ST_NOMEM, "err.memory", "a fit of %zu weights", n);
    free(p.matrix), free(p.coupling), free(p.block_rows);
    free(nt.dense), free(nt.gradient), free(nt.step), free(nt.item_step), free(nt.item_gain);
    return st;
}

static double row_logit(const struct logistic_design *d, const struct logistic *m, size_t row)
{
    const struct responses *r = d->r;
    uint32_t item = r->item[row], set = r->item_set[item];
    const uint32_t *skills;
    size_t n = set_skills(r, set, &skills);
    return logistic_logit(m, item, skills, n, d->x + d->set_x[set] + (size_t)(d->row_place[row] - d->set_row[set]) * d->set_stride[set]);
}

enum st logistic_offsets(const struct logistic_design *d, const struct logistic *m, const struct logistic_options *o, double *logit, struct err *e)
{
    const struct responses *r = d->r;
    double *curve = calloc(r->items + 1, sizeof *curve);
    if (!curve) return err_fail(e, ST_NOMEM, "err.memory", "curvature of %zu items", r->items);
    for (int pass = 0; pass < 2; pass++)
        for (size_t u = 0; u < r->users; u++) {
            bool fitted = !o->folds || r->user_fold[u] % o->folds != o->hold_out;
            for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++) {
                if (pass == 0) logit[i] = row_logit(d, m, i);
                if (!fitted || !(d->terms & TERM_ITEM)) continue;
                double p = num_logistic(logit[i]), w = p * (1.0 - p);
                if (pass == 0) {
                    curve[r->item[i]] = curve[r->item[i]] + w;
                    continue;
                }
                double by = 1.0 / (curve[r->item[i]] + 1.0 / o->c);
                logit[i] = logit[i] - by * ((double)r->correct[i] - p) / (1.0 - by * w);
            }
        }
    free(curve);
    return ST_OK;
}

void logistic_predict_rows(const struct logistic_design *d, const struct logistic *m, size_t folds, size_t hold_out, double *out)
{
    const struct responses *r = d->r;
    for (size_t u = 0; u < r->users; u++) {
        if (folds && r->user_fold[u] % folds != hold_out) continue;
        for (size_t row = r->user_at[u]; row < r->user_at[u + 1]; row++) {
            double p = num_logistic(row_logit(d, m, row));
            out[row] = p < 1e-6 ? 1e-6 : p > 1.0 - 1e-6 ? 1.0 - 1e-6 : p;
        }
    }
}
