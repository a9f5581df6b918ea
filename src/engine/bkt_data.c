/* Sequences for the fit: sorted, merged, and packed four abreast. */
#include "bkt_data.h"

#include <stdlib.h>
#include <string.h>

struct sequence {
    /* within its set: a short one by length, the longest first, and then by content; a long one (LONG) by length
     * only */
    uint64_t key;
    const uint8_t *answers;
    uint32_t set, length, weight;
};

enum { SHORT = 58 };
static const uint64_t LONG = UINT64_C(1) << SHORT; /* keys below it are of long ones */

static uint64_t key_of(const uint8_t *answers, uint32_t n)
{
    if (n > SHORT) return UINT32_MAX - n;
    uint64_t key = SHORT - n + 1;
    for (uint32_t i = 0; i < n; i++) key = key << 1 | answers[i];
    return key << (SHORT - n);
}

static int by_content(const void *a, const void *b)
{
    const struct sequence *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->key < LONG ? memcmp(x->answers, y->answers, x->length) : 0;
}

void bkt_data_free(struct bkt_data *d)
{
    if (!d) return;
    free(d->groups);
    free(d->codes);
    free(d->rights);
    free(d->sets);
    free(d);
}

/* Each user's answers, by set: two passes over the user's rows. count, place: sets, of zeros; count is so again at
 * the end. */
static size_t cut_sequences(const struct responses *r, size_t folds, size_t hold_out, uint32_t *count, uint32_t *place,
                            struct sequence *out, uint8_t *answers)
{
    size_t n = 0, filled = 0;
    for (size_t u = 0; u < r->users; u++) {
        if (folds && r->user_fold[u] % folds == hold_out) continue;
        size_t begin = n;
        for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++) {
            uint32_t set = r->item_set[r->item[i]];
            if (count[set]++ == 0) out[n++].set = set;
        }
        for (size_t q = begin; q < n; q++) {
            out[q].answers = answers + filled;
            out[q].length = count[out[q].set];
            out[q].weight = 1;
            place[out[q].set] = (uint32_t)filled;
            filled += count[out[q].set];
        }
        for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++)
            answers[place[r->item_set[r->item[i]]]++] = r->correct[i];
        for (size_t q = begin; q < n; q++) {
            count[out[q].set] = 0;
            out[q].key = key_of(out[q].answers, out[q].length);
        }
    }
    return n;
}

/* One set's sequences in order of content, equal ones as one; how many those are. Of the short ones there are many and
 * few kinds: they are counted. kinds: 2 << COUNTED, of weight 0 before and after. */
enum { COUNTED = 8 };
static size_t merge_set(struct sequence *s, size_t n, struct sequence *kinds)
{
    size_t longer = 0, kept = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t length = s[i].length;
        if (length > COUNTED) {
            s[longer++] = s[i];
            continue;
        }
        struct sequence *k = &kinds[1U << length | (s[i].key >> (SHORT - length) & ((1U << length) - 1))];
        uint32_t weight = k->weight + 1;
        *k = s[i];
        k->weight = weight;
    }
    if (longer) qsort(s, longer, sizeof *s, by_content);
    for (size_t i = 0; i < longer; i++) {
        if (kept && by_content(&s[kept - 1], &s[i]) == 0) s[kept - 1].weight++;
        else s[kept++] = s[i];
    }
    for (uint32_t length = COUNTED; longer < n && length; length--)
        for (struct sequence *k = kinds + (1U << length); k < kinds + (2U << length); k++) {
            if (k->weight) s[kept++] = *k;
            k->weight = 0;
        }
    return kept;
}

/* By set, and merged; to: n. place: sets + 1 */
static size_t merge(const struct sequence *from, size_t n, size_t sets, uint32_t *place, struct sequence *to)
{
    struct sequence kinds[2 << COUNTED] = {{0}};
    size_t kept = 0;
    memset(place, 0, (sets + 1) * sizeof *place);
    for (size_t i = 0; i < n; i++) place[from[i].set + 1]++;
    for (size_t s = 0; s < sets; s++) place[s + 1] += place[s];
    for (size_t i = 0; i < n; i++) to[place[from[i].set]++] = from[i];
    for (size_t s = 0, begin = 0; s < sets; begin = place[s++]) {
        size_t merged = merge_set(to + begin, place[s] - begin, kinds);
        if (merged) memmove(to + kept, to + begin, merged * sizeof *to);
        kept += merged;
    }
    return kept;
}

/* What a second start is made of, and the counts that the M-step divides by. */
static void count_set(struct bkt_set *set, const struct sequence *q)
{
    double w = (double)q->weight;
    set->sequences++;
    set->students += q->weight;
    set->answers += (size_t)q->weight * q->length;
    set->first_right += w * (double)q->answers[0];
    for (uint32_t i = 0; i < q->length; i++) {
        set->right += w * (double)q->answers[i];
        if (i >= 4) {
            set->late += w;
            set->late_right += w * (double)q->answers[i];
        }
    }
}

static uint32_t blocks_of(const struct sequence *s, uint32_t block) { return (s->length - 1 + block - 1) / block; }

/* The longer a block the fewer, and the larger the table of all of them. */
static uint32_t best_block(const struct sequence *s, size_t n)
{
    size_t least = SIZE_MAX;
    uint32_t best = 1;
    for (uint32_t block = 1; block <= BKT_BLOCK_MOST; block++) {
        size_t cost = (size_t)2 << block;
        for (size_t i = 0; i < n; i++) cost += 2 * (size_t)blocks_of(&s[i], block);
        if (cost >= least) continue;
        least = cost;
        best = block;
    }
    return best;
}

static void pack_group(struct bkt_data *d, uint32_t block, const struct sequence *q, size_t n, size_t *filled)
{
    struct bkt_group *g = &d->groups[d->group_count++];
    uint8_t *code = d->codes + *filled;
    double *rights = d->rights + *filled;
    *g = (struct bkt_group){.steps = blocks_of(&q[0], block), .codes = code, .rights = rights};
    for (size_t l = 0; l < n; l++) {
        g->first[l] = -(int64_t)q[l].answers[0];
        g->weight[l] = (double)q[l].weight;
        g->repeated = g->repeated || q[l].weight > 1;
        g->answers[l] = (double)q[l].length;
        for (uint32_t i = 0; i < q[l].length; i++) g->right[l] += (double)q[l].answers[i];
    }
    for (uint32_t after = g->steps; after-- > 0; code += BKT_LANES, rights += BKT_LANES)
        for (uint32_t l = 0; l < BKT_LANES; l++) {
            uint32_t end = l < n && blocks_of(&q[l], block) > after ? q[l].length - after * block : 0;
            uint32_t begin = end > block ? end - block : 1;
            code[l] = end ? (uint8_t)bkt_code(q[l].answers + begin, end - begin) : 1;
            rights[l] = (double)bkt_code_right(code[l]);
        }
    *filled += (size_t)g->steps * BKT_LANES;
}

/* One set's sequences, the longest first. */
static void pack_set(struct bkt_data *d, struct bkt_set *set, const struct sequence *s, size_t n, size_t *filled)
{
    *set = (struct bkt_set){.group = (uint32_t)d->group_count, .block = best_block(s, n)};
    for (size_t k = 0; k < n; k++) count_set(set, &s[k]);
    for (size_t i = 0; i < n; i += BKT_LANES)
        pack_group(d, set->block, s + i, n - i < BKT_LANES ? n - i : BKT_LANES, filled);
    set->group_end = (uint32_t)d->group_count;
}

static enum st pack(struct bkt_data *d, const struct sequence *s, size_t n, struct err *e)
{
    size_t codes = 0, filled = 0;
    for (size_t i = 0, in_set = 0; i < n; i++) { /* each group's longest, in blocks of one: more than there will be */
        in_set = i && s[i].set == s[i - 1].set ? in_set + 1 : 0;
        if (in_set % BKT_LANES == 0) codes += BKT_LANES * (size_t)s[i].length;
    }
    d->groups = malloc((n / BKT_LANES + d->set_count + 1) * sizeof *d->groups);
    d->codes = malloc(codes + 1);
    d->rights = malloc((codes + 1) * sizeof *d->rights);
    if (!d->groups || !d->codes || !d->rights) return err_fail(e, ST_NOMEM, "err.memory", "packing %zu sequences", n);
    for (size_t i = 0; i < d->set_count; i++) d->sets[i].block = 1; /* also of those without an answer */
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i; j < n && s[j].set == s[i].set; j++) {}
        pack_set(d, &d->sets[s[i].set], s + i, j - i, &filled);
    }
    return ST_OK;
}

enum st bkt_data_make(const struct responses *r, size_t folds, size_t hold_out, struct bkt_data **out, struct err *e)
{
    TRY(responses_check(r, e));
    struct bkt_data *d = calloc(1, sizeof *d);
    uint32_t *count = calloc(r->sets + 1, sizeof *count), *place = calloc(r->sets + 1, sizeof *place);
    struct sequence *cut = malloc((r->rows + 1) * sizeof *cut), *s = malloc((r->rows + 1) * sizeof *s);
    uint8_t *answers = malloc(r->rows + 1);
    enum st st = d && count && place && cut && s && answers && (d->sets = calloc(r->sets + 1, sizeof *d->sets))
                     ? ST_OK
                     : err_fail(e, ST_NOMEM, "err.memory", "sequences of %zu rows", r->rows);
    if (st == ST_OK) {
        d->set_count = r->sets;
        size_t n = cut_sequences(r, folds, hold_out, count, place, cut, answers);
        d->sequences = merge(cut, n, r->sets, place, s);
        st = pack(d, s, d->sequences, e);
    }
    free(count), free(place), free(cut), free(s), free(answers);
    if (st == ST_OK) *out = d;
    else bkt_data_free(d);
    return st;
}
