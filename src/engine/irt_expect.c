/* The E-step: what each pattern of scores says of theta, and what that says of each item. */
#include "irt_em.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engine/numeric.h"

/* forms: so that the sums of all blocks stay in a core's own cache; parts: of fewer patterns they cost more than
 * they save */
enum { FORMS_MAX = 64 /* under 256 */, PART_LEAST = 1000 };

/* Each pattern's form when the item is added to a block; how many forms there then are. next: patterns, table: forms
 * x IRT_KINDS. */
static size_t refine(const struct irt_em *x, size_t item, const uint32_t *form, size_t forms, uint32_t *next,
                     uint32_t *table)
{
    const uint8_t *kind = x->kinds + item * x->kinds_row;
    size_t n = 0;
    memset(table, 255, forms * IRT_KINDS * sizeof *table);
    for (size_t j = 0; j < x->count; j++) {
        uint32_t *to = &table[form[j] * IRT_KINDS + kind[j]];
        if (*to == UINT32_MAX) *to = (uint32_t)n++;
        next[j] = *to;
    }
    return n;
}

static enum st close_block(struct irt_em *x, size_t item, size_t item_end, const uint32_t *form, size_t forms,
                           struct err *e)
{
    struct irt_block *b = &x->blocks[x->block_count++];
    *b = (struct irt_block){.item = item,
                            .item_end = item_end,
                            .row = x->row_count,
                            .forms = forms,
                            .form = malloc((x->count + 1) * sizeof *b->form),
                            .example = malloc((forms + 1) * sizeof *b->example)};
    if (!b->form || !b->example) return err_fail(e, ST_NOMEM, "err.memory", "forms of %zu patterns", x->count);
    for (size_t j = 0; j < x->count; j++) b->form[j] = (uint8_t)form[j];
    for (size_t j = x->count; j-- > 0;) b->example[form[j]] = j;
    x->row_count += forms;
    return ST_OK;
}

/* Parts grow shorter, in pairs: whoever is done first takes the next, and the last make little difference. */
static size_t share(size_t parts, size_t i) { return (parts - i + 1) / 2; }

static enum st parts_make(struct irt_em *x, struct err *e)
{
    x->parts = x->count / PART_LEAST < 1               ? 1
               : x->count / PART_LEAST > IRT_PARTS_MAX ? IRT_PARTS_MAX
                                                       : x->count / PART_LEAST;
    x->sums = lanes_make(x->row_count * x->stride);
    bool made = x->sums;
    size_t shares = 0, taken = 0, from = 0;
    for (size_t i = 0; i < x->parts; i++) shares += share(x->parts, i);
    for (size_t i = 0; i < x->parts; i++) {
        struct irt_part *p = &x->part[i];
        taken += share(x->parts, i);
        *p = (struct irt_part){from, x->count * taken / shares, lanes_make(x->row_count * x->stride),
                               lines_make(2 * x->block_count * sizeof *p->rows), 0.0};
        from = p->end;
        made = made && p->counts && p->rows;
    }
    return made ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "sums of %zu forms", x->row_count);
}

enum st irt_blocks_make(struct irt_em *x, struct err *e)
{
    size_t items = x->m->items, forms = 1, from = 0;
    uint32_t *form = calloc(x->count + 1, sizeof *form), *next = malloc((x->count + 1) * sizeof *next),
             *table = malloc((x->count + 1 < FORMS_MAX ? FORMS_MAX : x->count + 1) * IRT_KINDS * sizeof *table);
    x->blocks = calloc(items + 1, sizeof *x->blocks);
    enum st st =
        form && next && table && x->blocks ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "blocks of %zu items", items);
    for (size_t i = 0; st == ST_OK && i < items; i++) {
        size_t n = refine(x, i, form, forms, next, table);
        if (n > FORMS_MAX && i > from) {
            st = close_block(x, from, i, form, forms, e);
            from = i;
            memset(form, 0, x->count * sizeof *form);
            n = refine(x, i, form, 1, next, table);
        }
        forms = n;
        memcpy(form, next, x->count * sizeof *form);
    }
    if (st == ST_OK) st = close_block(x, from, items, form, forms, e);
    if (st == ST_OK) st = parts_make(x, e);
    free(form), free(next), free(table);
    return st;
}

void irt_blocks_free(struct irt_em *x)
{
    for (size_t b = 0; b < x->block_count; b++) free(x->blocks[b].form), free(x->blocks[b].example);
    for (size_t i = 0; i < x->parts; i++) free(x->part[i].counts), free(x->part[i].rows);
    free(x->blocks), free(x->sums);
}

ENGINE_CLONES static void tabulate_two(double a, double d, const double *restrict theta, double *restrict wrong,
                                       double *restrict right, size_t n)
{
    for (size_t q = 0; q < n; q++) {
        double z = a * theta[q] + d, size = z < 0.0 ? -z : z, rest = num_log(1.0 + num_exp(-size));
        right[q] = (z < 0.0 ? z : 0.0) - rest;
        wrong[q] = (z > 0.0 ? -z : 0.0) - rest;
    }
}

/* ln of every score's chance on the grid, which is concave in theta; false: not quite, since it was cut off. */
static bool tabulate(struct irt_em *x, size_t i)
{
    const struct irt_item *it = &x->items[i];
    double p[IRT_SCORES_MAX], *row = x->p + x->at[i] * x->stride;
    bool whole = true;
    if (it->scores == 2) tabulate_two(it->a, it->d[1], x->theta, row, row + x->stride, x->stride);
    for (size_t q = 0; q < x->stride && it->scores > 2; q++) {
        irt_chances(it, x->theta[q], p);
        for (unsigned k = 0; k < it->scores; k++) {
            whole = whole && p[k] > 1e-300;
            row[k * x->stride + q] = num_log(p[k] > 1e-300 ? p[k] : 1e-300);
        }
    }
    return whole;
}

ENGINE_CLONES static void add_row(double *restrict to, const double *restrict from, size_t n)
{
    for (size_t i = 0; i < n; i++) to[i] = to[i] + from[i];
}

/* The row of an item's score in p and r; NULL: it says nothing. */
static double *score_row(const struct irt_em *x, double *rows, const struct irt_pattern *pt, size_t item)
{
    uint8_t s = pt->score[item];
    return s == IRT_MISSING || x->items[item].scores < 2 ? NULL : rows + (x->at[item] + s) * x->stride;
}

/* The sums of a block's forms. */
static void sum_forms(void *arg, size_t block)
{
    struct irt_em *x = arg;
    struct irt_block *b = &x->blocks[block];
    b->concave = true;
    for (size_t i = b->item; i < b->item_end; i++)
        if (!tabulate(x, i)) b->concave = false;
    memset(x->sums + b->row * x->stride, 0, b->forms * x->stride * sizeof *x->sums);
    for (size_t f = 0; f < b->forms; f++)
        for (size_t i = b->item; i < b->item_end; i++) {
            const double *row = score_row(x, x->p, &x->patterns[b->example[f]], i);
            if (row) add_row(x->sums + (b->row + f) * x->stride, row, x->stride);
        }
}

/* What all parts counted of a block's forms, to the scores of its items. */
static void spread_counts(void *arg, size_t block)
{
    const struct irt_em *x = arg;
    const struct irt_block *b = &x->blocks[block];
    size_t at = b->row * x->stride, n = b->forms * x->stride;
    for (size_t i = 1; i < x->parts; i++) add_row(x->part[0].counts + at, x->part[i].counts + at, n);
    memset(x->r + x->at[b->item] * x->stride, 0, (x->at[b->item_end] - x->at[b->item]) * x->stride * sizeof *x->r);
    for (size_t f = 0; f < b->forms; f++)
        for (size_t i = b->item; i < b->item_end; i++) {
            double *row = score_row(x, x->r, &x->patterns[b->example[f]], i);
            if (row) add_row(row, x->part[0].counts + (b->row + f) * x->stride, x->stride);
        }
}

/* A stretch of the grid, in whole lanes of four. */
struct stretch {
    size_t from, end;
};

INLINE v4 larger(v4 a, v4 b) { return pick(a > b, a, b); }
INLINE double most_of(v4 x)
{
    double most = x[0];
    for (size_t l = 1; l < LANES; l++) most = x[l] > most ? x[l] : most;
    return most;
}

INLINE v4 add_up(double *const *sums, size_t blocks, const double *log_prior, size_t i)
{
    v4 sum = read4(log_prior + i);
    for (size_t b = 0; b < blocks; b++) sum = sum + read4(sums[b] + i);
    return sum;
}

INLINE bool all_below(const double *l, double least)
{
    bool below = true;
    for (size_t k = 0; k < LANES; k++) below = below & (l[k] < least);
    return below;
}

/* A pattern's sums' rows added up in l and made a posterior of sum `weight`; *on: where it is more than nothing beside
 * its most, l holds it there only. Before the call *on is where it was before, or the whole grid: its logarithm has one
 * peak (as a sum of concave functions), so that no more is added up than from where it falls to nothing on one side to
 * where it does on the other. Returns ln of the pattern's chance. */
INLINE double posterior(double *const *restrict sums, size_t blocks, const double *restrict log_prior, size_t n,
                        double weight, double *restrict l, struct stretch *on)
{
    static const double nothing = 38.0; /* e^-38 is less than half of the last bit of 1 */
    size_t from = on->from, end = on->end;
    v4 peak = all(0.0), part = all(0.0);
    for (size_t i = from; i < end; i += LANES) {
        v4 at = add_up(sums, blocks, log_prior, i);
        peak = i == from ? at : larger(at, peak);
        write4(l + i, at);
    }
    while (from > 0 && l[from] >= most_of(peak) - nothing) {
        from -= LANES;
        write4(l + from, add_up(sums, blocks, log_prior, from));
        peak = larger(read4(l + from), peak);
    }
    while (end < n && l[end - 1] >= most_of(peak) - nothing) {
        write4(l + end, add_up(sums, blocks, log_prior, end));
        peak = larger(read4(l + end), peak);
        end += LANES;
    }
    double most = most_of(peak);
    while (all_below(l + from, most - nothing)) from += LANES;
    while (all_below(l + end - LANES, most - nothing)) end -= LANES;
    for (size_t i = from; i < end; i++) l[i] = num_exp(l[i] - most);
    for (size_t i = from; i < end; i += LANES) part = part + read4(l + i);
    double sum = sum4(part), by = weight / sum;
    for (size_t i = from; i < end; i += LANES) write4(l + i, read4(l + i) * by);
    *on = (struct stretch){from, end};
    return most + num_log(sum);
}

/* One pattern, counted for the forms that it has. */
ENGINE_CLONES static double one_pattern(double *const *restrict sums, double *const *restrict counts, size_t blocks,
                                        const double *restrict log_prior, size_t n, double weight, struct stretch *on)
{
    double l[IRT_POINTS_MAX] __attribute__((aligned(CACHE_LINE)));
    double chance = posterior(sums, blocks, log_prior, n, weight, l, on);
    for (size_t b = 0; b < blocks; b++)
        for (size_t i = on->from; i < on->end; i += LANES) write4(counts[b] + i, read4(counts[b] + i) + read4(l + i));
    return chance;
}

/* Where a pattern's posterior was last seen, and where it is now. */
static struct stretch last_seen(const struct irt_em *x, size_t pattern)
{
    const struct irt_pattern *p = &x->patterns[pattern];
    return p->seen_end && x->one_peak ? (struct stretch){(size_t)p->seen_from * LANES, (size_t)p->seen_end * LANES}
                                      : (struct stretch){0, x->stride};
}
static void seen_now(struct irt_pattern *p, struct stretch on)
{
    p->seen_from = (uint8_t)(on.from / LANES);
    p->seen_end = (uint8_t)(on.end / LANES);
}

/* The rows of a pattern's forms in the sums. */
static void find_rows(const struct irt_em *x, size_t pattern, double **sums)
{
    for (size_t b = 0; b < x->block_count; b++)
        sums[b] = x->sums + (x->blocks[b].row + x->blocks[b].form[pattern]) * x->stride;
}

static void expect_part(void *arg, size_t i)
{
    const struct irt_em *x = arg;
    struct irt_part *p = &((struct irt_em *)arg)->part[i];
    /* not in the part, which lies beside those of other threads */
    double **sums = p->rows, **counts = p->rows + x->block_count, log_likelihood = 0.0;
    memset(p->counts, 0, x->row_count * x->stride * sizeof *p->counts);
    for (size_t j = p->from; j < p->end; j++) {
        double w = (double)x->patterns[j].weight;
        find_rows(x, j, sums);
        for (size_t b = 0; b < x->block_count; b++) counts[b] = p->counts + (sums[b] - x->sums);
        struct stretch on = last_seen(x, j);
        log_likelihood =
            log_likelihood + w * one_pattern(sums, counts, x->block_count, x->log_prior, x->stride, w, &on);
        seen_now(&x->patterns[j], on);
    }
    p->log_likelihood = log_likelihood;
}

double irt_expect(struct irt_em *x)
{
    double sum = 0.0;
    parallel_run(x->par, x->block_count, sum_forms, x);
    x->one_peak = true;
    for (size_t b = 0; b < x->block_count; b++) x->one_peak = x->one_peak && x->blocks[b].concave;
    parallel_run(x->par, x->parts, expect_part, x);
    parallel_run(x->par, x->block_count, spread_counts, x);
    for (size_t i = 0; i < x->parts; i++) sum = sum + x->part[i].log_likelihood;
    return sum;
}

/* The posterior's mean of theta, and of each of `rows` rows. */
ENGINE_CLONES static double means_of(double *const *restrict sums, size_t blocks, const double *restrict log_prior,
                                     size_t n, const double *restrict theta, const double *restrict row, size_t rows,
                                     struct stretch on, double *restrict out)
{
    double l[IRT_POINTS_MAX] __attribute__((aligned(CACHE_LINE)));
    v4 mean = all(0.0);
    (void)posterior(sums, blocks, log_prior, n, 1.0, l, &on);
    for (size_t i = on.from; i < on.end; i += LANES) mean = mean + read4(l + i) * read4(theta + i);
    for (size_t r = 0; r < rows; r++, row += n) {
        v4 part = all(0.0);
        for (size_t i = on.from; i < on.end; i += LANES) part = part + read4(l + i) * read4(row + i);
        out[r] = sum4(part);
    }
    return sum4(mean);
}

/* p becomes: row 0 of an item theta times its mean score, row k the chance of score k. */
static void expected_scores(struct irt_em *x)
{
    for (size_t i = 0; i < x->m->items; i++)
        for (size_t q = 0; q < x->stride && x->items[i].scores > 1; q++) {
            double p[IRT_SCORES_MAX], mean = 0.0, *row = x->p + x->at[i] * x->stride + q;
            irt_chances(&x->items[i], x->theta[q], p);
            for (unsigned k = 1; k < x->items[i].scores; k++) {
                row[k * x->stride] = p[k];
                mean = mean + (double)k * p[k];
            }
            row[0] = x->theta[q] * mean;
        }
}

struct informing {
    struct irt_em *x;
    const size_t *place;
    /* of one part: its information, in which the common slope's stands last, at `slope`; its means */
    size_t room, slope, rows;
    double *information, *means; /* of all parts */
};

static void inform_part(void *arg, size_t part)
{
    const struct informing *f = arg;
    const struct irt_em *x = f->x;
    size_t rows = x->at[x->m->items];
    double *means = f->means + part * f->rows, *information = f->information + part * f->room,
           *slope = information + f->slope, g[IRT_SCORES_MAX];
    memset(information, 0, f->room * sizeof *information);
    for (size_t j = x->part[part].from; j < x->part[part].end; j++) {
        const struct irt_pattern *pt = &x->patterns[j];
        double w = (double)pt->weight, all = 0.0;
        find_rows(x, j, x->part[part].rows);
        double theta = means_of(x->part[part].rows, x->block_count, x->log_prior, x->stride, x->theta, x->p, rows,
                                last_seen(x, j), means);
        for (size_t i = 0; i < x->m->items; i++) {
            unsigned n = x->items[i].scores;
            if (n < 2 || pt->score[i] == IRT_MISSING) continue;
            double *h = information + f->place[i];
            const double *mean = means + x->at[i];
            g[0] = (double)pt->score[i] * theta - mean[0];
            all = all + g[0];
            if (n == 2) { /* most items, for which the loops below take as long as the sums */
                g[1] = (double)pt->score[i] - mean[1];
                h[0] = h[0] + w * g[0] * g[0];
                h[1] = h[1] + w * g[0] * g[1];
                h[3] = h[3] + w * g[1] * g[1];
                continue;
            }
            for (unsigned k = 1; k < n; k++) g[k] = (pt->score[i] == k ? 1.0 : 0.0) - mean[k];
            for (unsigned a = 0; a < n; a++)
                for (unsigned b = a; b < n; b++) h[a * n + b] = h[a * n + b] + w * g[a] * g[b];
        }
        *slope = *slope + w * all * all;
    }
}

enum st irt_information_of(struct irt_em *x, const size_t *place, size_t room, double *information, double *slope,
                           struct err *e)
{
    struct informing f = {
        .x = x, .place = place, .room = whole_lines(room + 1), .slope = room, .rows = whole_lines(x->at[x->m->items])};
    f.information = lanes_make(x->parts * f.room);
    f.means = lanes_make(x->parts * f.rows);
    enum st st = f.information && f.means
                     ? ST_OK
                     : err_fail(e, ST_NOMEM, "err.memory", "standard errors of %zu items", x->m->items);
    if (st == ST_OK) {
        expected_scores(x);
        parallel_run(x->par, x->parts, inform_part, &f);
        *slope = 0.0;
        for (size_t i = 0; i < x->parts; i++) {
            add_row(information, f.information + i * f.room, room);
            *slope = *slope + f.information[i * f.room + f.slope];
        }
    }
    free(f.information), free(f.means);
    return st;
}
