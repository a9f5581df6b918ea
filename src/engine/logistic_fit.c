/* Newton's method with the item block eliminated. Sums over rows are made in local coordinates, one small matrix for
 * each set of skills. */
#include <stdlib.h>
#include <string.h>

#include "engine/linear.h"
#include "engine/numeric.h"
#include "vec4.h"
#include "logistic_design.h"
#include "logistic_sums.h"

static const double INTERCEPT_MAX = 15.0;

/* What stands among the dense numbers, for a set's local values: the first gathers what the intercept and the
 * skills' own have. */
static void gather(const struct logistic_design *d, const double *dense, size_t set, double *local)
{
    memset(local, 0, d->set_stride[set] * sizeof *local);
    for (size_t i = d->set_column[set]; i < d->set_column[set + 1]; i++)
        local[d->columns[i].local] = local[d->columns[i].local] + dense[d->columns[i].dense];
}

struct pass {
    const struct logistic_design *d;
    const struct logistic_options *o;
    const struct logistic *m; /* its items' weights are out of date until the end */
    double *item;             /* the items' weights, by group: each block's stand together */
    double *matrix;           /* by block: k x k and k sums with the items taken out, and the loss */
    double *coupling;         /* by group: k couplings, then the item's gradient and curvature */
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
    r->eta = malloc(5 * room * sizeof *r->eta);
    if (!r->eta) return false;
    r->y = r->eta + room;
    r->use = r->y + room;
    r->curve = r->use + room;
    r->inverse = r->curve + room;
    for (size_t i = n; i < room; i++) r->eta[i] = r->y[i] = r->use[i] = r->curve[i] = 0.0;
    return true;
}

static void block_pass(void *arg, size_t which)
{
    struct pass *p = arg;
    const struct logistic_design *d = p->d;
    const struct block *b = &d->blocks[which];
    size_t k = d->set_stride[b->set], n = d->groups[b->group_end - 1].end - b->row, used = 0;
    const float *x = d->x + d->set_x[b->set] + (b->row - d->set_row[b->set]) * k;
    double *h = p->matrix + b->matrix, *g = h + k * k, *loss = g + k, w[LOGISTIC_LOCAL_MAX + LANES],
           ridge = 1.0 / p->o->c;
    bool items = d->terms & TERM_ITEM;
    struct rows r;
    if (!rows_make(&r, n)) {
        p->failed = true;
        return;
    }
    memset(h, 0, (k * k + k) * sizeof *h);
    gather(d, p->m->dense, b->set, w);
    for (size_t gi = b->group, row = 0; gi < b->group_end; row = d->groups[gi++].end - b->row)
        logistic_row_logits(x + row * k, k, d->groups[gi].end - b->row - row, w, items ? p->item[gi] : 0.0,
                            r.eta + row);
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
        c[k] = c[k] + ridge * p->item[gi];
        c[k + 1] = c[0] + ridge; /* the first value is 1 */
        r.inverse[gi - b->group] = 1.0 / c[k + 1];
    }
    if (items)
        logistic_take_out(p->coupling + d->group_coupling[b->group], k, b->group_end - b->group, r.inverse, h, g);
    free(r.eta);
}

/* The dense rows are made by task: of the intercept, of what is said of students, then of each skill. */
enum { SHARED_ROWS = 2 };
struct assembling {
    const struct pass *p;
    double *dense, *gradient; /* the upper triangle */
};

/* What a block says of the rows from .. end-1. */
static void add_block(const struct assembling *a, size_t which, size_t from, size_t end)
{
    const struct logistic_design *d = a->p->d;
    const struct block *b = &d->blocks[which];
    size_t k = d->set_stride[b->set];
    const double *h = a->p->matrix + b->matrix, *g = h + k * k;
    const struct column *first = d->columns + d->set_column[b->set], *last = d->columns + d->set_column[b->set + 1];
    for (const struct column *x = first; x < last; x++) {
        if (x->dense < from || x->dense >= end) continue;
        double *row = a->dense + x->dense * d->dense_count;
        a->gradient[x->dense] = a->gradient[x->dense] + g[x->local];
        for (const struct column *y = first; y < last; y++)
            if (y->dense >= x->dense)
                row[y->dense] =
                    row[y->dense] + (x->local > y->local ? h[x->local * k + y->local] : h[y->local * k + x->local]);
    }
}

static void assemble(void *arg, size_t task)
{
    const struct assembling *a = arg;
    const struct logistic_design *d = a->p->d;
    size_t n = d->dense_count, students = n - d->per_student, skill = task - SHARED_ROWS;
    size_t from = task == 0   ? 0
                  : task == 1 ? students
                              : 1 + skill * d->per_skill,
           end = task == 0   ? 1
                 : task == 1 ? n
                             : from + d->per_skill;
    for (size_t i = from; i < end; i++) {
        memset(a->dense + i * n + i, 0, (n - i) * sizeof *a->dense);
        a->gradient[i] = 0.0;
    }
    if (task < SHARED_ROWS)
        for (size_t b = 0; b < d->block_count; b++) add_block(a, b, from, end);
    else
        for (size_t b = d->skill_block[skill]; b < d->skill_block[skill + 1]; b++)
            add_block(a, d->skill_blocks[b], from, end);
    for (size_t i = from; i < end; i++) {
        double ridge = i ? 1.0 / a->p->o->c : 0.0;
        a->dense[i * n + i] = a->dense[i * n + i] + (i ? ridge : 1e-9);
        a->gradient[i] = a->gradient[i] + ridge * a->p->m->dense[i];
    }
}

/* The items' steps follow from the dense ones, a block's from its couplings. */
struct item_steps {
    const struct pass *p;
    const double *step;
    double *out;  /* by group */
    double *gain; /* blocks: the sum of their items' gradients, squared, over their curvatures */
};
static void item_steps(void *arg, size_t which)
{
    const struct item_steps *s = arg;
    const struct logistic_design *d = s->p->d;
    const struct block *b = &d->blocks[which];
    size_t k = d->set_stride[b->set];
    double local[LOGISTIC_LOCAL_MAX + LANES], gain = 0.0;
    gather(d, s->step, b->set, local);
    for (size_t g = b->group; g < b->group_end; g++) {
        const double *c = s->p->coupling + d->group_coupling[g];
        double sum = c[k];
        for (size_t a = 0; a < k; a++) sum = sum - c[a] * local[a];
        s->out[g] = sum / c[k + 1];
        gain = gain + c[k] * c[k] / c[k + 1];
    }
    s->gain[which] = gain;
}

struct newton {
    double *dense, *gradient, *step;
    double *item_step;           /* by group */
    double *item_gain, *squares; /* by block */
};

/* One pass at the weights in m: the loss, and what assemble and item_steps need. */
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
    parallel_run(par, SHARED_ROWS + (d->per_skill ? d->r->skills : 0), assemble,
                 &(struct assembling){p, nt->dense, nt->gradient});
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

struct moving {
    const struct pass *p;
    const double *step;
    double by, *squares; /* of a block's items' weights */
};
static void move_items(void *arg, size_t which)
{
    const struct moving *v = arg;
    const struct block *b = &v->p->d->blocks[which];
    double sum = 0.0;
    for (size_t g = b->group; g < b->group_end; g++) {
        double w = v->p->item[g] - v->by * v->step[g];
        v->p->item[g] = w;
        sum = sum + w * w;
    }
    v->squares[which] = sum;
}

/* Goes part of a step, or none, and returns what the weights are fined. */
static double move(struct pass *p, const struct newton *nt, double by, const struct parallel *par, struct logistic *m)
{
    double sum = 0.0;
    for (size_t i = 0; by != 0.0 && i < p->d->dense_count; i++) m->dense[i] = m->dense[i] - by * nt->step[i];
    if (m->dense[0] > INTERCEPT_MAX) m->dense[0] = INTERCEPT_MAX;
    if (m->dense[0] < -INTERCEPT_MAX) m->dense[0] = -INTERCEPT_MAX;
    for (size_t i = 1; i < p->d->dense_count; i++) sum = sum + m->dense[i] * m->dense[i];
    if (p->d->terms & TERM_ITEM) {
        parallel_run(par, p->d->block_count, move_items, &(struct moving){p, nt->item_step, by, nt->squares});
        for (size_t i = 0; i < p->d->block_count; i++) sum = sum + nt->squares[i];
    }
    return sum / (2.0 * p->o->c);
}

static enum st newton(struct pass *p, struct newton *nt, const struct parallel *par, struct logistic *m,
                      struct logistic_report *report, struct err *e)
{
    double fine = move(p, nt, 0.0, par, m), loss = pass_at(p, par, &report->rows), objective = loss + fine, gain = 0.0,
           most = 0.0;
    while (!report->converged && report->iterations < p->o->iterations_max) {
        /* The gain falls by steps that are alike on a scale of logarithms. */
        double share = most > 0.0 && gain > 0.0 && gain < most && most > p->o->tolerance
                           ? num_log(most / gain) / num_log(most / p->o->tolerance)
                           : 0.0;
        if (!fit_goes_on(p->o->watch, share < 1.0 ? share : 1.0)) break;
        if (p->failed) return err_fail(e, ST_NOMEM, "err.memory", "a pass of the fit");
        TRY(find_step(p, nt, par, &gain, e));
        most = most > gain ? most : gain;
        report->iterations++;
        double by = 1.0, next = objective;
        fine = move(p, nt, by, par, m);
        for (;;) {
            loss = pass_at(p, par, &report->rows);
            next = loss + fine;
            if (next <= objective + 1e-9 * (1.0 + objective) || by < 1e-6) break;
            fine = move(p, nt, -by / 2.0, par, m); /* back half way */
            by = by / 2.0;
        }
        report->converged =
            gain < p->o->tolerance || (p->m->dense[0] >= INTERCEPT_MAX || p->m->dense[0] <= -INTERCEPT_MAX);
        objective = next;
    }
    report->objective = objective;
    report->log_likelihood = -loss;
    return p->failed ? err_fail(e, ST_NOMEM, "err.memory", "a pass of the fit") : ST_OK;
}

enum st logistic_fit(const struct logistic_design *d, const struct logistic_options *o, const struct parallel *par,
                     struct logistic *m, struct logistic_report *report, struct err *e)
{
    if (!(o->c > 0.0 && o->c <= 1e9) || !(o->tolerance > 0.0) || (o->folds && (o->hold_out >= o->folds || !d->fold)))
        return err_fail(e, ST_INVALID, "model.option", "the fit's options are out of range");
    if (m->terms != d->terms || m->items != d->r->items || m->dense_count != d->dense_count)
        return err_fail(e, ST_BUG, "model.option", "weights of another shape");
    size_t n = d->dense_count;
    struct pass p = {.d = d,
                     .o = o,
                     .m = m,
                     .item = lanes_make(d->group_count),
                     .matrix = lanes_make(d->matrix_count),
                     .coupling = lanes_make(d->coupling_count),
                     .block_rows = calloc(d->block_count + 1, sizeof(size_t))};
    struct newton nt = {malloc(n * n * sizeof(double)),
                        malloc(n * sizeof(double)),
                        malloc(n * sizeof(double)),
                        lanes_make(d->group_count),
                        malloc((d->block_count + 1) * sizeof(double)),
                        malloc((d->block_count + 1) * sizeof(double))};
    enum st st = ST_NOMEM;
    *report = (struct logistic_report){0};
    if (p.item && p.matrix && p.coupling && p.block_rows && nt.dense && nt.gradient && nt.step && nt.item_step &&
        nt.item_gain && nt.squares) {
        for (size_t g = 0; g < d->group_count; g++) p.item[g] = m->item[d->groups[g].item], nt.item_step[g] = 0.0;
        st = newton(&p, &nt, par, m, report, e);
        for (size_t g = 0; g < d->group_count; g++) m->item[d->groups[g].item] = p.item[g];
    } else st = err_fail(e, ST_NOMEM, "err.memory", "a fit of %zu weights", n);
    free(p.item), free(p.matrix), free(p.coupling), free(p.block_rows);
    free(nt.dense), free(nt.gradient), free(nt.step), free(nt.item_step), free(nt.item_gain), free(nt.squares);
    return st;
}

static double row_logit(const struct logistic_design *d, const struct logistic *m, size_t row)
{
    const struct responses *r = d->r;
    uint32_t item = r->item[row], set = r->item_set[item];
    const uint32_t *skills;
    size_t n = set_skills(r, set, &skills);
    return logistic_logit(m, item, skills, n,
                          d->x + d->set_x[set] + (size_t)(d->row_place[row] - d->set_row[set]) * d->set_stride[set]);
}

enum st logistic_offsets(const struct logistic_design *d, const struct logistic *m, const struct logistic_options *o,
                         double *logit, struct err *e)
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

void logistic_predict_rows(const struct logistic_design *d, const struct logistic *m, size_t folds, size_t hold_out,
                           double *out)
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
