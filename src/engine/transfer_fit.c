/* Adam over batches of whole students. A batch is cut into PARTS lists of students, each with sums of its own, added up
 * in order: so that threads change nothing. */
#include <math.h> /* sqrtf, which IEEE 754 rounds exactly */
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "engine/numeric.h"
#include "engine/transfer.h"

enum { PARTS = 8, L = TRANSFER_LANES };
const struct transfer_options transfer_defaults = {
    .dims = 64, .members = 4, .steps = 600, .batch = 8000, .rate = .01, .ridge = 7.0, .seed = 1};
static const float keep_mean = .9F, keep_square = .99F;

/* All weights as one array: queries, values, own. */
struct weights {
    size_t n, value_at, own_at;
};

struct part {
    float *gradient; /* as the weights */
    float *states;   /* of the student in hand: (longest + 1) x dims */
    float *error;    /* p - y */
    double loss;
    size_t rows;
};

struct training {
    const struct responses *r;
    const double *beneath;
    const struct transfer_options *o;
    struct transfer *m;
    size_t number; /* of the member in hand, from 0 */
    struct weights w;
    float entry[TRANSFER_DIMS_MAX];
    float *mean, *square; /* Adam's */
    float *average;       /* of the weights over the last third of the steps */
    size_t averaged;      /* how many steps that is so far */
    uint32_t *users, *batch;
    size_t user_count, batch_count;
    struct part part[PARTS];
};

ENGINE_CLONES static float dot(const float *restrict a, const float *restrict b, size_t n)
{
    float s[L] = {0};
    for (size_t d = 0; d < n; d += L)
        for (size_t l = 0; l < L; l++) s[l] = s[l] + a[d + l] * b[d + l];
    return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}

ENGINE_CLONES static void forward(const float *restrict decay, const float *restrict entry, const float *restrict value,
                                  const float *restrict from, float *restrict to, size_t n)
{
    for (size_t d = 0; d < n; d++) to[d] = decay[d] * from[d] + entry[d] * value[d];
}

/* back: what a state's change would do to the losses behind it. Takes one answer in, and goes before it. */
ENGINE_CLONES static void backward(const float *restrict decay, const float *restrict entry,
                                   const float *restrict query, const float *restrict state, float error,
                                   float *restrict back, float *restrict of_value, float *restrict of_query, size_t n)
{
    for (size_t d = 0; d < n; d++) {
        of_value[d] = of_value[d] + entry[d] * back[d];
        of_query[d] = of_query[d] + error * state[d];
        back[d] = decay[d] * back[d] + error * query[d];
    }
}

static void one_student(struct training *x, struct part *p, uint32_t u)
{
    const struct responses *r = x->r;
    const struct transfer *m = x->m;
    size_t begin = r->user_at[u], n = r->user_at[u + 1] - begin, dims = m->dims;
    float back[TRANSFER_DIMS_MAX] = {0};
    memset(p->states, 0, dims * sizeof *p->states);
    for (size_t t = 0; t < n; t++) {
        uint32_t set = r->item_set[r->item[begin + t]];
        float *state = p->states + t * dims;
        double z = x->beneath[begin + t] + (double)m->own[set] + (double)dot(m->query + set * dims, state, dims),
               q = num_logistic(z), y = (double)r->correct[begin + t];
        p->error[t] = (float)(q - y);
        p->loss = p->loss + num_softplus(z) - z * y;
        forward(m->decay, x->entry, m->value + (2 * set + r->correct[begin + t]) * dims, state, state + dims, dims);
    }
    for (size_t t = n; t-- > 0;) {
        uint32_t set = r->item_set[r->item[begin + t]];
        size_t value = x->w.value_at + (2 * set + r->correct[begin + t]) * dims;
        backward(m->decay, x->entry, m->query + set * dims, p->states + t * dims, p->error[t], back,
                 p->gradient + value, p->gradient + set * dims, dims);
        p->gradient[x->w.own_at + set] = p->gradient[x->w.own_at + set] + p->error[t];
    }
    p->rows += n;
}

static void run_part(void *arg, size_t which)
{
    struct training *x = arg;
    struct part *p = &x->part[which];
    memset(p->gradient, 0, x->w.n * sizeof *p->gradient);
    p->loss = 0.0;
    p->rows = 0;
    for (size_t i = which; i < x->batch_count; i += PARTS) one_student(x, p, x->batch[i]);
}

ENGINE_CLONES static void adam(float *restrict w, float *restrict mean, float *restrict square,
                               const float *restrict gradient, size_t n, float ridge, float rate, float mean_by,
                               float square_by)
{
    for (size_t i = 0; i < n; i++) {
        float g = gradient[i] + ridge * w[i];
        mean[i] = keep_mean * mean[i] + (1.0F - keep_mean) * g;
        square[i] = keep_square * square[i] + (1.0F - keep_square) * g * g;
        w[i] = w[i] - rate * (mean[i] * mean_by) / (sqrtf(square[i] * square_by) + 1e-8F);
    }
}

/* A stretch of the weights: in the model, and where it begins among them. */
struct stretch {
    float *w;
    size_t at, n;
};
enum { STRETCHES = 3 };
static void stretches_of(const struct training *x, struct stretch out[STRETCHES])
{
    out[0] = (struct stretch){x->m->query, 0, x->w.value_at};
    out[1] = (struct stretch){x->m->value, x->w.value_at, x->w.own_at - x->w.value_at};
    out[2] = (struct stretch){x->m->own, x->w.own_at, x->w.n - x->w.own_at};
}

/* The parts' sums, as means over the batch, and a step by them. t from 1. */
static void move(struct training *x, int t, size_t rows, size_t all_rows)
{
    float *sum = x->part[0].gradient, by = 1.0F / (float)rows, ridge = (float)(x->o->ridge / (double)all_rows);
    float rate = (float)x->o->rate;
    float mean_by = (float)(1.0 / (1.0 - num_pow((double)keep_mean, t))),
          square_by = (float)(1.0 / (1.0 - num_pow((double)keep_square, t)));
    for (size_t k = 1; k < PARTS; k++)
        for (size_t i = 0; i < x->w.n; i++) sum[i] = sum[i] + x->part[k].gradient[i];
    for (size_t i = 0; i < x->w.n; i++) sum[i] = sum[i] * by;
    struct stretch all[STRETCHES];
    stretches_of(x, all);
    for (size_t k = 0; k < STRETCHES; k++)
        adam(all[k].w, x->mean + all[k].at, x->square + all[k].at, sum + all[k].at, all[k].n, ridge, rate, mean_by,
             square_by);
}

/* The steps go on around the best weights; their mean is nearer (Polyak & Juditsky 1992). */
static void take_average(struct training *x)
{
    struct stretch all[STRETCHES];
    float by = 1.0F / (float)++x->averaged;
    stretches_of(x, all);
    for (size_t k = 0; k < STRETCHES; k++)
        for (size_t i = 0; i < all[k].n; i++)
            x->average[all[k].at + i] += (all[k].w[i] - x->average[all[k].at + i]) * by;
}

static void go_to_average(struct training *x)
{
    struct stretch all[STRETCHES];
    stretches_of(x, all);
    for (size_t k = 0; x->averaged && k < STRETCHES; k++)
        memcpy(all[k].w, x->average + all[k].at, all[k].n * sizeof *x->average);
}

static void shuffle(struct training *x, struct rng *g)
{
    for (size_t i = x->user_count; i > 1; i--) {
        size_t k = rng_below(g, (uint32_t)i);
        uint32_t u = x->users[i - 1];
        x->users[i - 1] = x->users[k];
        x->users[k] = u;
    }
}

static void train(struct training *x, const struct parallel *par, size_t all_rows, struct transfer_report *report)
{
    struct rng g;
    size_t at = 0, pass_rows = 0;
    double pass_loss = 0.0;
    rng_seed(&g, hash_mix(x->o->seed, x->number));
    shuffle(x, &g);
    report->converged = true;
    for (int t = 1; t <= x->o->steps; t++) {
        if (!fit_goes_on(x->o->watch,
                         ((double)x->number + (double)(t - 1) / (double)x->o->steps) / (double)x->o->members)) {
            report->converged = false;
            break;
        }
        size_t rows = 0;
        double loss = 0.0;
        for (x->batch_count = 0; rows < x->o->batch && at < x->user_count; at++) {
            x->batch[x->batch_count++] = x->users[at];
            rows += x->r->user_at[x->users[at] + 1] - x->r->user_at[x->users[at]];
        }
        parallel_run(par, PARTS, run_part, x);
        for (size_t k = 0; k < PARTS; k++) loss = loss + x->part[k].loss;
        if (rows) move(x, t, rows, all_rows);
        if (3 * t > 2 * x->o->steps) take_average(x);
        pass_loss = pass_loss + loss;
        pass_rows += rows;
        report->steps = t;
        if (at < x->user_count) continue;
        report->log_loss = pass_rows ? pass_loss / (double)pass_rows : 0.0;
        pass_loss = 0.0;
        pass_rows = at = 0;
        shuffle(x, &g);
    }
    go_to_average(x);
}

static bool training_make(struct training *x, size_t longest)
{
    x->users = malloc((x->r->users + 1) * sizeof *x->users);
    x->batch = malloc((x->r->users + 1) * sizeof *x->batch);
    x->mean = calloc(x->w.n + 1, sizeof *x->mean);
    x->square = calloc(x->w.n + 1, sizeof *x->square);
    x->average = calloc(x->w.n + 1, sizeof *x->average);
    bool all = x->users && x->batch && x->mean && x->square && x->average;
    for (size_t k = 0; k < PARTS; k++) {
        struct part *p = &x->part[k];
        p->gradient = malloc((x->w.n + 1) * sizeof *p->gradient);
        p->states = malloc((longest + 1) * x->m->dims * sizeof *p->states);
        p->error = malloc((longest + 1) * sizeof *p->error);
        all = all && p->gradient && p->states && p->error;
    }
    return all;
}

static void training_free(struct training *x)
{
    free(x->users), free(x->batch), free(x->mean), free(x->square), free(x->average);
    for (size_t k = 0; k < PARTS; k++) free(x->part[k].gradient), free(x->part[k].states), free(x->part[k].error);
}

/* One member's weights among those of the mean. */
static void take_in(struct transfer *m, const struct transfer *member, size_t at, size_t members)
{
    float by = 1.0F / (float)members;
    for (size_t s = 0; s < m->sets; s++) {
        m->own[s] = m->own[s] + member->own[s] * by;
        for (size_t d = 0; d < member->dims; d++)
            m->query[s * m->dims + at + d] = member->query[s * member->dims + d] * by;
        for (size_t k = 2 * s; k < 2 * s + 2; k++)
            memcpy(m->value + k * m->dims + at, member->value + k * member->dims, member->dims * sizeof *m->value);
    }
}

/* The other way round. */
static void give_out(const struct transfer *m, struct transfer *member, size_t at, size_t members)
{
    for (size_t s = 0; s < m->sets; s++) {
        member->own[s] = m->own[s];
        for (size_t d = 0; d < member->dims; d++)
            member->query[s * member->dims + d] = m->query[s * m->dims + at + d] * (float)members;
        for (size_t k = 2 * s; k < 2 * s + 2; k++)
            memcpy(member->value + k * member->dims, m->value + k * m->dims + at, member->dims * sizeof *m->value);
    }
}

static enum st fit_member(struct training *x, const struct parallel *par, size_t longest,
                          struct transfer_report *report, struct err *e)
{
    const struct responses *r = x->r;
    size_t rows = 0;
    x->w = (struct weights){
        .value_at = r->sets * x->m->dims, .own_at = 3 * r->sets * x->m->dims, .n = r->sets * (3 * x->m->dims + 1)};
    for (size_t d = 0; d < x->m->dims; d++) x->entry[d] = (float)(1.02 - (double)x->m->decay[d]);
    enum st st =
        training_make(x, longest) ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "a fit of %zu weights", x->w.n);
    for (size_t u = 0; st == ST_OK && u < r->users; u++) {
        if ((x->o->folds && r->user_fold[u] % x->o->folds == x->o->hold_out) || r->user_at[u] == r->user_at[u + 1])
            continue;
        x->users[x->user_count++] = (uint32_t)u;
        rows += r->user_at[u + 1] - r->user_at[u];
    }
    report->rows = rows;
    if (st == ST_OK && rows) train(x, par, rows, report);
    training_free(x);
    return st;
}

enum st transfer_fit(const struct responses *r, const double *beneath, const struct transfer_options *o,
                     const struct parallel *par, struct transfer *m, struct transfer_report *report, struct err *e)
{
    TRY(responses_check(r, e));
    if (o->steps < 1 || o->batch < 1 || !(o->rate > 0.0 && o->rate < 1.0) || !(o->ridge >= 0.0 && o->ridge < 1e9) ||
        (o->folds && o->hold_out >= o->folds) || o->members < 1 || o->dims % (o->members * TRANSFER_LANES))
        return err_fail(e, ST_INVALID, "model.option",
                        "the fit's options are out of range; dims is a multiple of %d for each member", TRANSFER_LANES);
    if (o->start && (o->start->sets != r->sets || o->start->dims != o->dims))
        return err_fail(e, ST_INVALID, "model.option", "the fit cannot begin at weights of another shape");
    TRY(transfer_init(m, r->sets, o->dims, 0, e));
    enum st st = ST_OK;
    size_t longest = 0, dims = o->dims / o->members;
    *report = (struct transfer_report){.converged = true};
    for (size_t u = 0; u < r->users; u++)
        if (r->user_at[u + 1] - r->user_at[u] > longest) longest = r->user_at[u + 1] - r->user_at[u];
    for (size_t k = 0; st == ST_OK && k < o->members; k++) {
        struct transfer member;
        struct training x = {.r = r, .beneath = beneath, .o = o, .m = &member, .number = k};
        struct transfer_report one = {0};
        st = transfer_init(&member, r->sets, dims, o->seed + k, e);
        if (st != ST_OK) break;
        if (o->start) give_out(o->start, &member, k * dims, o->members);
        st = fit_member(&x, par, longest, &one, e);
        if (st == ST_OK) take_in(m, &member, k * dims, o->members);
        transfer_free(&member);
        report->log_loss = report->log_loss + one.log_loss / (double)o->members;
        report->steps += one.steps;
        report->rows = one.rows;
        report->converged = report->converged && one.converged;
    }
    if (st != ST_OK) transfer_free(m);
    return st;
}
