#include <stdio.h>
#include <string.h>

#include "i18n/i18n.h"
#include "unit.h"

static struct text t;
static const char *done(void)
{
    static char keep[400];
    snprintf(keep, sizeof keep, "%s", text_str(&t));
    text_clear(&t);
    return keep;
}

static int setup(void **s)
{
    (void)s;
    text_init(&t, 4096);
    return 0;
}
static int teardown(void **s)
{
    (void)s;
    text_release(&t);
    return 0;
}

static void a_message_takes_its_arguments_by_name(void **s)
{
    (void)s;
    msg_format(&t, LANG_EN, MSG_duration_h_min, MSG_ARGS(MSG_N("m", 5), MSG_N("h", 2)));
    assert_string_equal(done(), "2 hr 5 min");
    msg_format(&t, LANG_EN, MSG_duration_h_min, NULL, 0);
    assert_string_equal(done(), "{h} hr {m} min");
    msg_format(&t, LANG_EN, MSG_NONE, NULL, 0);
    assert_string_equal(done(), "");
}

static void plurals_follow_the_language(void **s)
{
    (void)s;
    msg_format(&t, LANG_EN, MSG_date_weeks_ago, MSG_ARGS(MSG_N("n", 1)));
    assert_string_equal(done(), "1 week ago");
    msg_format(&t, LANG_ES, MSG_date_weeks_ago, MSG_ARGS(MSG_N("n", 3)));
    assert_string_equal(done(), "hace 3 semanas");
    msg_format(&t, LANG_ES, MSG_date_months_ago, MSG_ARGS(MSG_N("n", 0)));
    assert_string_equal(done(), "hace 0 meses");
}

static void ids_are_found_by_name(void **s)
{
    (void)s;
    for (int i = 1; i < MSG_COUNT; i++) assert_int_equal(msg_find(msg_name((enum msg_id)i)), i);
    assert_int_equal(msg_find("no.such"), MSG_NONE);
    assert_int_equal(msg_find(NULL), MSG_NONE);
    assert_int_equal(msg_find_code("date", "today", MSG_NONE), MSG_date_today);
    assert_int_equal(msg_find_code("date", "never", MSG_error_busy), MSG_error_busy);
}

static void error_words_fill_in_the_order_of_the_english_text(void **s)
{
    (void)s;
    msg_err(&t, LANG_EN,
            "json.number\x1f"
            "row 3");
    assert_string_equal(done(), "Expected a number at row 3.");
    msg_err(&t, LANG_EN, "json.number");
    assert_string_equal(done(), "Expected a number at .");
    msg_err(&t, LANG_EN,
            "sign_in.wait\x1f"
            "1");
    assert_string_equal(done(), "Too many tries. Wait 1 second and try again.");
    msg_err(&t, LANG_ES,
            "sign_in.wait\x1f"
            "30");
    assert_string_equal(done(), "Demasiados intentos. Espera 30 segundos y vuelve a intentarlo.");
    msg_err(&t, LANG_EN, "never.heard\x1f<b>");
    assert_string_equal(done(), msg(LANG_EN, MSG_error_unknown));
    msg_err(&t, LANG_ES, NULL);
    assert_string_equal(done(), msg(LANG_ES, MSG_error_unknown));
}

static void numbers(void **s)
{
    (void)s;
    format_int(&t, LANG_EN, 1234567);
    assert_string_equal(done(), "1,234,567");
    format_int(&t, LANG_ES, 1234);
    assert_string_equal(done(), "1234");
    format_int(&t, LANG_ES, 12345);
    assert_string_equal(done(), "12.345");
    format_int(&t, LANG_EN, INT64_MIN);
    assert_string_equal(done(), "\u22129,223,372,036,854,775,808");
    format_decimal(&t, LANG_EN, 0.5, 1);
    assert_string_equal(done(), "0.5");
    format_decimal(&t, LANG_ES, -0.25, 2);
    assert_string_equal(done(), "\u22120,25");
    format_decimal(&t, LANG_EN, 0.0 / 0.0, 1);
    assert_string_equal(done(), "\u2013");
    format_percent(&t, LANG_EN, 0.874);
    assert_string_equal(done(), "87%");
    format_in_100(&t, LANG_EN, 0.999);
    assert_string_equal(done(), "99%");
    format_in_100(&t, LANG_ES, 0.001);
    assert_string_equal(done(), "1 %");
    format_duration(&t, LANG_EN, 48 * 1000);
    assert_string_equal(done(), "48 sec");
    format_duration(&t, LANG_EN, 130 * 60 * 1000);
    assert_string_equal(done(), "2 hr 10 min");
}

static void dates_as_people_say_them(void **s)
{
    (void)s;
    int32_t today = date_from_ymd(2026, 3, 10); /* a Tuesday */
    static const struct {
        int back;
        const char *en;
    } c[] = {{0, "today"},   {1, "yesterday"}, {-1, "tomorrow"},     {5, "Thursday"},
             {-3, "Friday"}, {7, "Mar 3"},     {365, "Mar 10, 2025"}};
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        format_day(&t, LANG_EN, today - c[i].back, today);
        assert_string_equal(done(), c[i].en);
    }
    format_date(&t, LANG_EN, today);
    assert_string_equal(done(), "Tuesday, March 10, 2026");
    format_date(&t, LANG_ES, today);
    assert_string_equal(done(), "martes 10 de marzo de 2026");
    int64_t now = (int64_t)today * 86400000 + 11 * 3600000;
    format_moment(&t, LANG_EN, now - 18 * 60000, now, NULL);
    assert_string_equal(done(), "Today 10:42 AM");
    format_moment(&t, LANG_EN, now - 24 * 3600000, now, NULL);
    assert_string_equal(done(), "Mon 11:00 AM");
    format_ago(&t, LANG_EN, now - 22LL * 86400000, now);
    assert_string_equal(done(), "3 weeks ago");
    format_ago(&t, LANG_EN, now + 5000, now);
    assert_string_equal(done(), "just now");
    static const struct {
        int64_t ms;
        const char *en, *es;
    } clock[] = {{-1, "11:59 PM", "23:59"},
                 {0, "12:00 AM", "0:00"},
                 {12 * 3600000 - 1, "11:59 AM", "11:59"},
                 {12 * 3600000, "12:00 PM", "12:00"},
                 {(14 * 60 + 5) * 60000, "2:05 PM", "14:05"}};
    for (size_t i = 0; i < sizeof clock / sizeof *clock; i++) {
        format_time(&t, LANG_EN, clock[i].ms, NULL);
        assert_string_equal(done(), clock[i].en);
        format_time(&t, LANG_ES, clock[i].ms, NULL);
        assert_string_equal(done(), clock[i].es);
    }
}

static void languages(void **s)
{
    (void)s;
    assert_int_equal(lang_find("es-MX", LANG_EN), LANG_ES);
    assert_int_equal(lang_find("est", LANG_EN), LANG_EN);
    assert_int_equal(lang_from_accept("fr-FR,es;q=0.8,en;q=0.5", LANG_EN), LANG_ES);
    assert_int_equal(lang_from_accept("", LANG_EN), LANG_EN);
    assert_int_equal(lang_from_accept(NULL, LANG_ES), LANG_ES);
    assert_string_equal(lang_dir(LANG_ES), "ltr");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_takes_its_arguments_by_name),
        cmocka_unit_test(plurals_follow_the_language),
        cmocka_unit_test(ids_are_found_by_name),
        cmocka_unit_test(error_words_fill_in_the_order_of_the_english_text),
        cmocka_unit_test(numbers),
        cmocka_unit_test(dates_as_people_say_them),
        cmocka_unit_test(languages),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
