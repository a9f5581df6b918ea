#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ui/asset.h"
#include "ui/chart.h"
#include "ui/html.h"
#include "ui/pages.h"
#include "unit.h"

static struct text t;
static struct html h;

static int setup(void **s)
{
    (void)s;
    text_init(&t, 1 << 20);
    html_init(&h, &t);
    return 0;
}
static int teardown(void **s)
{
    (void)s;
    html_release(&h);
    text_release(&t);
    return 0;
}
static const char *done(void)
{
    static char keep[4096];
    snprintf(keep, sizeof keep, "%s", text_str(&t));
    text_clear(&t);
    return keep;
}

/* What may stand in the output of an escaper: bytes that can neither open nor close anything. */
static void all_bytes(void (*write)(struct html *, const char *), const char *never)
{
    for (int b = 1; b < 256; b++) {
        char in[4] = {'a', (char)b, 'z', 0};
        write(&h, in);
        assert_true(utf8_valid(text_str(&t), t.n));
        const char *out = done();
        assert_int_equal(out[0], 'a');
        assert_int_equal(out[strlen(out) - 1], 'z');
        for (const char *p = out; *p; p++)
            if (strchr(never, *p)) fail_msg("byte %d gives \"%s\"", b, out);
    }
}

static void text_escapes_every_byte(void **s)
{
    (void)s;
    all_bytes(html_text, "<>\"'");
    html_text(&h, "a < b & \"c\" > 'd'");
    assert_string_equal(done(), "a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39;");
    html_text(&h, "ünï 鈴木\n");
    assert_string_equal(done(), "ünï 鈴木\n");
    html_text(&h, "bad \xff\xc3( \x01");
    assert_string_equal(done(), "bad \uFFFD\uFFFD( \uFFFD");
    html_text(&h, NULL);
    assert_string_equal(done(), "");
}

static void attributes_escape_every_byte(void **s)
{
    (void)s;
    all_bytes(html_attr, "<>\"'\n\r\t");
    html_attr(&h, "two\nlines");
    assert_string_equal(done(), "two&#10;lines");
}

static void url_parts_escape_every_byte(void **s)
{
    (void)s;
    for (int b = 1; b < 256; b++) {
        char in[2] = {(char)b, 0}, want[8];
        bool plain = (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z') ||
                     (b < 128 && strchr("-._~", b));
        if (plain) snprintf(want, sizeof want, "%c", b);
        else snprintf(want, sizeof want, "%%%02X", (unsigned)b);
        html_url_part(&h, in);
        assert_string_equal(done(), want);
    }
}

static void addresses_have_a_safe_scheme(void **s)
{
    (void)s;
    static const char *const good[] = {"/today", "?lang=es", "#main", "https://example.org/a",
                                       "http://127.0.0.1:8080/"};
    static const char *const bad[] = {"javascript:alert(1)",
                                      " javascript:alert(1)",
                                      "data:text/html,x",
                                      "//evil.example",
                                      "/\\evil.example",
                                      "JAVASCRIPT:x",
                                      "",
                                      "today",
                                      "https:evil"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        html_url(&h, good[i]);
        assert_string_equal(done(), good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        html_url(&h, bad[i]);
        assert_string_equal(done(), "#");
    }
    html_url(&h, NULL);
    assert_string_equal(done(), "#");
    html_url(&h, "/a?x=\"<'&y= z\n");
    assert_string_equal(done(), "/a?x=%22%3C%27&amp;y=%20z%0A");
}

static void a_page_escapes_what_people_typed(void **s)
{
    (void)s;
    struct page_ctx c = {.lang = LANG_EN,
                         .now_ms = 1772534520000,
                         .csrf = "\"><script>",
                         .home = "javascript:x",
                         .user_name = "<img src=x>"};
    struct page_sign_in p = {.error = "<b>no</b>", .username = "\" onfocus=\"x", .next_path = "/a\"b"};
    assert_int_equal(page_sign_in(&h, &c, &p), ST_OK);
    const char *out = text_str(&t);
    assert_null(strstr(out, "<b>no"));
    assert_null(strstr(out, "<img src=x"));
    assert_null(strstr(out, "\" onfocus"));
    assert_null(strstr(out, "\"><script>"));
    assert_null(strstr(out, "javascript:"));
    assert_non_null(strstr(out, "&lt;b&gt;no&lt;/b&gt;"));
    assert_non_null(strstr(out, "<!doctype html>"));
    text_clear(&t);
}

static void a_page_too_long_is_told(void **s)
{
    (void)s;
    struct text small;
    struct html hs;
    text_init(&small, 100);
    html_init(&hs, &small);
    assert_int_equal(page_sign_in(&hs, &(struct page_ctx){0}, &(struct page_sign_in){0}), ST_NOMEM);
    html_release(&hs);
    text_release(&small);
}

static void pages_speak_the_language(void **s)
{
    (void)s;
    struct page_ctx c = {.lang = LANG_ES, .now_ms = 1772534520000};
    assert_int_equal(page_today(&h, &c, &(struct page_today){.t = {.learner = "Maya"}}), ST_OK);
    assert_non_null(strstr(text_str(&t), "Hola, Maya"));
    assert_non_null(strstr(text_str(&t), "lang=\"es\" dir=\"ltr\""));
    text_clear(&t);
}

static void times_carry_their_exact_form(void **s)
{
    (void)s;
    html_time(&h, LANG_EN, 1772534520000, 1772534520000 + 60000, NULL, TIME_ago);
    assert_string_equal(
        done(),
        "<time datetime=\"2026-03-03T10:42:00.000Z\" title=\"Tuesday, March 3, 2026, 10:42 AM\">1 minute ago</time>");
    html_time(&h, LANG_EN, 0, 5, NULL, TIME_ago);
    assert_string_equal(done(), "");
    html_decimal(&h, 0.87);
    html_lit(&h, " ");
    html_decimal(&h, -2.0);
    html_lit(&h, " ");
    html_decimal(&h, 0.0 / 0.0);
    assert_string_equal(done(), "0.87 -2 0");
}

static void assets_are_found_by_what_they_hold(void **s)
{
    (void)s;
    const char *url = asset_url("waymark.css");
    assert_int_equal(strncmp(url, "/assets/waymark-", 16), 0);
    const struct asset *a = asset_find(url);
    assert_non_null(a);
    assert_string_equal(a->content_type, "text/css; charset=utf-8");
    assert_true(a->gz_n < a->n && a->gz[0] == 0x1f && a->gz[1] == 0x8b);
    assert_true(a->gz_n <= 11264); /* the whole look fits in 11 KiB */
    size_t js = 0;
    for (size_t i = 0; i < assets_n; i++)
        if (strstr(assets[i].name, ".js")) js += assets[i].gz_n;
    assert_true(js > 0 && js <= 10240);
    assert_null(asset_find("/assets/waymark.css"));
    assert_null(asset_find("/assets/../etc/passwd"));
    assert_null(asset_find(NULL));
    assert_string_equal(asset_url("none"), "");
}

static void a_chart_is_drawn_from_its_rows(void **s)
{
    (void)s;
    static const double gap[] = {90, 62}, half[] = {-5, 50, 200};
    static const struct chart_row rows[] = {{"Told <why>", "90%", gap, 2}, {"Hidden", "too few", NULL, 0}};
    static const struct chart_row bars[] = {{"Grade 5", NULL, half, 3}};
    text_clear(&t);
    chart_svg(&t, &(struct chart){CHART_DUMBBELL, "Offered & taken", 0, 100, NAN, rows, 2});
    const char *svg = text_str(&t);
    assert_non_null(strstr(svg, "aria-label=\"Offered &amp; taken\""));
    assert_non_null(strstr(svg, "Told &lt;why&gt;"));
    assert_non_null(strstr(svg, "<circle class=\"hollow\" r=\"6\" cx=\"425.6\" cy=\"32\"/>"));
    assert_non_null(strstr(svg, "<circle class=\"dot\" r=\"6\" cx=\"295.7\" cy=\"32\"/>"));
    assert_non_null(strstr(svg, "too few")); /* a hidden group keeps its row */
    assert_null(strstr(svg, "promise"));
    text_clear(&t);
    chart_svg(&t, &(struct chart){CHART_INTERVAL, "", 0, 100, 25, bars, 1});
    assert_non_null(strstr(text_str(&t), "<path class=\"ival\" d=\"M8 32H472\"/>")); /* not beyond its track */
    assert_non_null(strstr(text_str(&t), "<path class=\"promise\" d=\"M124 4V50\"/>"));
    text_clear(&t);
}

static void a_qr_code_is_drawn_or_refused(void **s)
{
    (void)s;
    struct err e = {0};
    char big[1300];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = 0;
    assert_int_equal(qr_svg(&t, "https://example.org/sign-in", &e), ST_OK);
    assert_int_equal(strncmp(text_str(&t), "<svg ", 5), 0);
    assert_non_null(strstr(text_str(&t), "M4 4h7v1h-7z")); /* the finder in the corner */
    text_clear(&t);
    assert_int_equal(qr_svg(&t, big, &e), ST_INVALID);
    assert_int_equal(qr_svg(&t, "", &e), ST_INVALID);
    assert_int_equal(t.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_escapes_every_byte),
        cmocka_unit_test(attributes_escape_every_byte),
        cmocka_unit_test(url_parts_escape_every_byte),
        cmocka_unit_test(addresses_have_a_safe_scheme),
        cmocka_unit_test(a_page_escapes_what_people_typed),
        cmocka_unit_test(a_page_too_long_is_told),
        cmocka_unit_test(pages_speak_the_language),
        cmocka_unit_test(times_carry_their_exact_form),
        cmocka_unit_test(assets_are_found_by_what_they_hold),
        cmocka_unit_test(a_chart_is_drawn_from_its_rows),
        cmocka_unit_test(a_qr_code_is_drawn_or_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
