#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "base/rng.h"
#include "base/text.h"
#include "unit.h"

static void arena_gives_zeroed_memory_up_to_its_cap(void **s)
{
    (void)s;
    struct arena a;
    arena_init(&a, 64 * 1024);
    unsigned char *p = arena_alloc(&a, 1000);
    assert_non_null(p);
    for (int i = 0; i < 1000; i++) assert_int_equal(p[i], 0);
    memset(p, 1, 1000);
    assert_null(arena_alloc(&a, 64 * 1024));
    assert_null(arena_array(&a, SIZE_MAX / 2, 4));
    assert_string_equal(arena_printf(&a, "%s-%d", "x", 7), "x-7");
    arena_release(&a);
}

/* Short digits by a way of their own, the rest by strtod(): the same numbers. */
static void numbers_are_read_exactly(void **s)
{
    (void)s;
    static const char *const good[] = {"0",
                                       "7",
                                       "0042",
                                       "-0",
                                       "-5",
                                       "+5",
                                       ".5",
                                       "5.",
                                       "1e3",
                                       "1234567.25",
                                       "99999999999999",
                                       "999999999999999",
                                       "9999999999999999",
                                       "9007199254740993",
                                       "123456789012345678901234567890",
                                       "1.7e308"};
    static const char *const bad[] = {"",       "x",   "1x",  "12 ",  " 12",
                                      "1,2",    "-",   ".",   "e5",   "1e999",
                                      "-1e999", "inf", "nan", "0x10", "123456789012345x"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        double v = -1, want = strtod(good[i], NULL);
        assert_true(parse_f64(good[i], &v));
        assert_memory_equal(&v, &want, sizeof v);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double v = 3;
        assert_false(parse_f64(bad[i], &v) || v != 3);
    }
    assert_false(parse_f64(NULL, &(double){0}));
}

static int order[3], order_n;
static void note(void *arg) { order[order_n++] = *(int *)arg; }

static void arena_runs_cleanups_in_reverse(void **s)
{
    (void)s;
    struct arena a;
    int one = 1, two = 2;
    arena_init(&a, 1 << 16);
    assert_int_equal(arena_on_release(&a, note, &one), 0);
    assert_int_equal(arena_on_release(&a, note, &two), 0);
    arena_release(&a);
    assert_int_equal(order_n, 2);
    assert_int_equal(order[0], 2);
}

static void text_remembers_a_failed_append(void **s)
{
    (void)s;
    struct text t;
    text_init(&t, 10);
    text_add(&t, "12345");
    text_add(&t, "1234567");
    text_add(&t, "x");
    assert_true(t.failed);
    assert_string_equal(text_str(&t), "12345");
    text_release(&t);
}

static void utf8_is_checked(void **s)
{
    (void)s;
    assert_true(utf8_valid("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 10));
    assert_false(utf8_valid("\xc0\x80", 2));
    assert_false(utf8_valid("\xed\xa0\x80", 3));
    assert_false(utf8_valid("\xe2\x82", 2));
    assert_false(utf8_valid("\xf4\x90\x80\x80", 4));
}

static void json_quotes_and_refuses(void **s)
{
    (void)s;
    struct text t;
    struct json_out j;
    struct err e;
    json_t *v;
    text_init(&t, 4096);
    json_out_init(&j, &t);
    json_open_obj(&j, NULL);
    json_put_str(&j, "a\"b", "x\n\x01</script>");
    json_put_f64(&j, "f", 0.1);
    json_open_list(&j, "l");
    json_put_id(&j, NULL, 7);
    json_put_id(&j, NULL, 0);
    json_close_list(&j);
    json_close_obj(&j);
    assert_string_equal(text_str(&t), "{\"a\\\"b\":\"x\\n\\u0001\\u003c/script>\",\"f\":0.1,\"l\":[\"7\",null]}");
    assert_int_equal(json_read_owned(t.p, t.n, &v, &e), ST_OK);
    json_decref(v);
    text_release(&t);
    assert_int_equal(json_read_owned("{\"a\":1,\"a\":2}", 13, &v, &e), ST_INVALID);
    assert_int_equal(json_read_owned("[1] x", 5, &v, &e), ST_INVALID);
    char deep[200];
    memset(deep, '[', sizeof deep);
    assert_int_equal(json_read_owned(deep, sizeof deep, &v, &e), ST_INVALID);
    char code[32];
    err_code(&e, code, sizeof code);
    assert_string_equal(code, "json.too_deep");
}

static void dates_go_round(void **s)
{
    (void)s;
    int y, m, d;
    for (int32_t day = -200000; day < 200000; day += 37) {
        date_to_ymd(day, &y, &m, &d);
        assert_int_equal(date_from_ymd(y, m, d), day);
    }
    assert_int_equal(date_weekday(date_from_ymd(2026, 11, 23)), 0);
    int32_t day;
    assert_false(date_parse("2026-02-29", &day));
    int64_t ms;
    char out[32];
    assert_true(time_parse_utc("2026-11-23T10:42:07.250+02:00", &ms));
    time_format_utc(ms, out);
    assert_string_equal(out, "2026-11-23T08:42:07.250Z");
}

static void zones_follow_their_rules(void **s)
{
    (void)s;
    struct tz *z = tz_open("America/New_York");
    if (!z) skip();
    int64_t at;
    assert_true(time_parse_utc("2026-11-01T05:59:59Z", &at));
    assert_int_equal(tz_offset_s(z, at), -4 * 3600);
    assert_true(time_parse_utc("2026-11-01T06:00:00Z", &at));
    assert_int_equal(tz_offset_s(z, at), -5 * 3600);
    assert_true(time_parse_utc("2060-07-01T03:00:00Z", &at));
    assert_int_equal(tz_offset_s(z, at), -4 * 3600);
    int32_t day;
    assert_true(date_parse("2060-06-30", &day));
    assert_int_equal(tz_date(z, at), day);
    tz_free(z);
    assert_null(tz_open("../../etc/passwd"));
    assert_null(tz_open("Nowhere/Atall"));
}

static void ids_grow_whatever_the_clock_does(void **s)
{
    (void)s;
    struct idgen g = {.node = 5};
    int64_t last = 0, now = 1790000000000;
    for (int i = 0; i < 20000; i++) {
        int64_t id = id_next(&g, now - (i % 3), i % 7 == 0 ? last + 5 : 0);
        assert_true(id > last);
        last = id;
    }
    assert_true(id_time_ms(last) >= now - 3);
}

static void rng_is_even(void **s)
{
    (void)s;
    struct rng r;
    int count[7] = {0};
    rng_seed(&r, 1);
    for (int i = 0; i < 70000; i++) count[rng_below(&r, 7)]++;
    for (int i = 0; i < 7; i++) assert_in_range(count[i], 9600, 10400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_gives_zeroed_memory_up_to_its_cap),
        cmocka_unit_test(arena_runs_cleanups_in_reverse),
        cmocka_unit_test(text_remembers_a_failed_append),
        cmocka_unit_test(utf8_is_checked),
        cmocka_unit_test(json_quotes_and_refuses),
        cmocka_unit_test(numbers_are_read_exactly),
        cmocka_unit_test(dates_go_round),
        cmocka_unit_test(zones_follow_their_rules),
        cmocka_unit_test(ids_grow_whatever_the_clock_does),
        cmocka_unit_test(rng_is_even),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
