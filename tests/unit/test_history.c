/* Packed histories: what comes out is what went in, the same bytes each time, and damaged ones are told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/rng.h"
#include "rules/fold.h"
#include "rules/history.h"
#include "unit.h"

enum { ROUNDS = 200, MOST = HISTORY_BLOCK };

static void invent(struct evidence *facts, size_t n, uint64_t seed)
{
    struct rng r;
    struct idgen g = {.node = 3};
    int64_t now = 1790000000000;
    rng_seed(&r, seed);
    for (size_t i = 0; i < n; i++) {
        struct evidence *v = &facts[i];
        now += rng_below(&r, 4000000);
        *v = (struct evidence){.learner_id = 7,
                               .client_id = "",
                               .kind = EVIDENCE_RESPONSE,
                               .policy_id = 1 + rng_below(&r, 3),
                               .model_id = 1 + rng_below(&r, 2)};
        v->evidence_id = id_next(&g, now, 0);
        v->answered_at_ms = now - (int64_t)rng_below(&r, 100000) + (rng_below(&r, 50) ? 0 : -INT64_C(9000000000));
        v->item_id = 100 + rng_below(&r, seed % 2 ? 20 : 900);
        v->item_version = 1 + (int32_t)rng_below(&r, 2);
        v->variant = (int64_t)rng_below(&r, 1000000) * (rng_below(&r, 9) ? 1 : INT64_C(4000000000));
        v->score = rng_below(&r, 20) ? rng_below(&r, 2) : rng_unit(&r);
        v->hints = rng_below(&r, 4) ? 0 : (int32_t)rng_below(&r, 300);
        v->choices = rng_below(&r, 2) ? 0 : (int32_t)rng_below(&r, rng_below(&r, 30) ? 6 : 400);
        v->took_ms = rng_below(&r, 9000);
        v->floor_ms = rng_below(&r, 2) ? 0 : 3000;
        v->school_date = (int32_t)(v->answered_at_ms / 86400000) + (int32_t)rng_below(&r, 3) - 1;
        if (rng_below(&r, 30) == 0) v->school_date -= 7; /* it reached us long after */
        if (rng_below(&r, 15) == 0) {
            v->kind = EVIDENCE_OBSERVATION;
            v->item_id = v->variant = v->item_version = 0;
            v->competency_id = 4000 + rng_below(&r, 9);
        } else if (rng_below(&r, 40) == 0 && i) {
            v->kind = EVIDENCE_WITHDRAWAL;
            v->replaces_id = facts[rng_below(&r, (uint32_t)i)].evidence_id;
        } else if (rng_below(&r, 40) == 0) {
            v->checkpoint_id = 5;
        }
    }
}

static void same_fact(const struct evidence *a, const struct evidence *b)
{
    assert_int_equal(a->learner_id, b->learner_id);
    assert_int_equal(a->evidence_id, b->evidence_id);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->item_id, b->item_id);
    assert_int_equal(a->item_version, b->item_version);
    assert_int_equal(a->variant, b->variant);
    assert_int_equal(a->competency_id, b->competency_id);
    assert_memory_equal(&a->score, &b->score, sizeof a->score);
    assert_int_equal(a->hints, b->hints);
    assert_int_equal(a->answered_at_ms, b->answered_at_ms);
    assert_int_equal(a->policy_id, b->policy_id);
    assert_int_equal(a->model_id, b->model_id);
    assert_int_equal(a->replaces_id, b->replaces_id);
    assert_int_equal(a->checkpoint_id, b->checkpoint_id);
    assert_int_equal(a->choices, b->choices);
    assert_int_equal(a->school_date, b->school_date);
    assert_int_equal(fold_is_too_fast(a), fold_is_too_fast(b));
}

static void what_is_packed_comes_out(void **s)
{
    (void)s;
    struct evidence *facts = calloc(MOST, sizeof *facts);
    assert_non_null(facts);
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct arena a;
        struct history h;
        struct evidence v;
        const void *p, *q;
        size_t size, again, n = seed % 10 == 0 ? MOST : 1 + (size_t)(seed * 37 % MOST), gone = 0, at = 0;
        arena_init(&a, 8u << 20);
        invent(facts, n, seed);
        assert_int_equal(history_pack(&a, facts, n, &p, &size), ST_OK);
        assert_int_equal(history_pack(&a, facts, n, &q, &again), ST_OK);
        assert_int_equal(size, again);
        assert_memory_equal(p, q, size);
        assert_true(history_open(&h, 7, p, size));
        assert_int_equal(history_last_id(&h), facts[n - 1].evidence_id);
        for (size_t i = 0; i < n; i++) gone += facts[i].replaces_id != 0;
        int64_t *ids = calloc(gone + 1, sizeof *ids);
        assert_non_null(ids);
        assert_int_equal(history_withdrawn(&h, ids), gone);
        for (size_t i = 0; i < n; i++)
            if (facts[i].replaces_id) assert_int_equal(ids[at++], facts[i].replaces_id);
        free(ids);
        for (size_t i = 0; i < n; i++) {
            assert_true(history_next(&h, &v));
            same_fact(&v, &facts[i]);
        }
        assert_false(history_next(&h, &v));
        assert_true(history_is_whole(&h));
        arena_release(&a);
    }
    free(facts);
}

/* Cut short or with a byte changed, a block is refused, ends early, or gives other facts: it is never read beyond its
 * end (the sanitizers watch, on a copy of exactly its size). */
static void damaged_bytes_are_never_read_beyond(void **s)
{
    (void)s;
    struct evidence facts[60], v;
    struct rng r;
    rng_seed(&r, 11);
    invent(facts, 60, 4);
    struct arena a;
    const void *p;
    size_t size, refused = 0;
    arena_init(&a, 1u << 20);
    assert_int_equal(history_pack(&a, facts, 60, &p, &size), ST_OK);
    for (int turn = 0; turn < 4000; turn++) {
        size_t n = turn % 4 ? size : rng_below(&r, (uint32_t)size);
        unsigned char *copy = malloc(n ? n : 1);
        struct history h;
        assert_non_null(copy);
        memcpy(copy, p, n);
        if (n == size) copy[rng_below(&r, turn % 2 ? (uint32_t)size : 16)] ^= (unsigned char)(1 + rng_below(&r, 255));
        if (!history_open(&h, 7, copy, n)) refused++;
        else
            while (history_next(&h, &v)) (void)history_last_id(&h);
        free(copy);
    }
    assert_true(refused > 1000);
    arena_release(&a);
}

static void only_so_many_go_into_a_block(void **s)
{
    (void)s;
    struct arena a;
    struct evidence v = {.client_id = ""};
    const void *p;
    size_t size;
    arena_init(&a, 1u << 20);
    assert_int_equal(history_pack(&a, &v, 0, &p, &size), ST_INVALID);
    assert_int_equal(history_pack(&a, &v, HISTORY_BLOCK + 1, &p, &size), ST_INVALID);
    arena_release(&a);
}

/* Levels found once at the end are those found with each fact. */
static void levels_found_at_the_end_are_the_same(void **s)
{
    uint32_t place[2] = {7, 7}; /* wherever it stood before, by learners and items alike: the state is the same */
    (void)s;
    struct evidence facts[120];
    static const struct bkt model[2] = {{0.3, 0.15, 0.2, 0.1}, {0.2, 0.1, 0.25, 0.05}};
    for (uint64_t seed = 1; seed < 80; seed++) {
        struct arena a;
        struct learner_state one = {0}, other = {0}, levels = {0};
        struct err e = {0};
        struct policy p = policy_default();
        const void *x, *y;
        size_t n, m;
        char doc[120];
        snprintf(doc, sizeof doc, "{\"mastery\":{\"rule\":\"%s\"}}",
                 mastery_kind_code((enum mastery_kind)(seed % MASTERY_KINDS)));
        assert_int_equal(policy_read(doc, strlen(doc), &p, &e), ST_OK);
        const struct mastery_rule *rules[2] = {&p.rules[0], &p.rules[0]};
        arena_init(&a, 4u << 20);
        invent(facts, 120, seed);
        for (size_t i = 0; i < 120; i++) {
            const int64_t ids[2] = {4000 + facts[i].item_id % 5, 4010 + facts[i].item_id % 3},
                          seen[1] = {facts[i].competency_id};
            const struct fold_fact f = {.evidence = &facts[i],
                                        .count = facts[i].competency_id ? 1
                                                 : facts[i].item_id     ? 2
                                                                        : 0,
                                        .competency_id = facts[i].competency_id ? seen : ids,
                                        .model = model,
                                        .rule = rules,
                                        .place = place};
            struct fold_fact looked_for = f;
            looked_for.place = NULL;
            struct fold_step told[BKT_SKILLS_MAX], moves[BKT_SKILLS_MAX];
            size_t told_n, moves_n;
            assert_int_equal(fold_fact(&a, &looked_for, &one, told, &told_n, &e), ST_OK);
            assert_int_equal(fold_fact_only(&a, &f, &other, &e), ST_OK);
            assert_int_equal(fold_fact_for_levels(&a, &f, &levels, moves, &moves_n, &e), ST_OK);
            assert_int_equal(moves_n, told_n);
            for (size_t k = 0; k < told_n; k++) {
                assert_int_equal(moves[k].competency_id, told[k].competency_id);
                assert_memory_equal(&moves[k].before, &told[k].before, 2 * sizeof(double));
            }
        }
        for (size_t i = 0; i < other.count; i++)
            other.competency[i].level = mastery_level(&p.rules[0], &other.competency[i]);
        assert_int_equal(state_encode(&a, &one, &x, &n), ST_OK);
        assert_int_equal(state_encode(&a, &other, &y, &m), ST_OK);
        assert_int_equal(n, m);
        assert_memory_equal(x, y, n);
        assert_int_equal(levels.count, one.count);
        for (size_t i = 0; i < one.count; i++) { /* what levels go by is the same without what predictions go by */
            assert_memory_equal(&levels.competency[i].p_known, &one.competency[i].p_known, sizeof(double));
            assert_int_equal(mastery_level(&p.rules[0], &levels.competency[i]), one.competency[i].level);
            assert_int_equal(levels.competency[i].opportunities, one.competency[i].opportunities);
        }
        arena_release(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_packed_comes_out), cmocka_unit_test(damaged_bytes_are_never_read_beyond),
        cmocka_unit_test(only_so_many_go_into_a_block), cmocka_unit_test(levels_found_at_the_end_are_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
