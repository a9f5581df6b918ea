/* Course grades from levels: what is left out, what is incomplete, and that the cuts leave no gap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "rules/grade.h"
#include "rules/small_group.h"

static struct grade grade(const struct policy *p, const char *levels)
{
    struct level_value l[40];
    size_t n = strlen(levels);
    struct grade g;
    for (size_t i = 0; i < n; i++) l[i] = (struct level_value){(enum level)(levels[i] - '0'), 0};
    grade_of(p, l, n, &g);
    return g;
}

static void what_was_not_shown_is_no_zero(void **s)
{
    (void)s;
    struct policy p = policy_default(); /* half of a course at least */
    struct grade g = grade(&p, "330000");
    assert_true(g.incomplete && !g.cut && g.shown == 2 && g.all == 6);
    g = grade(&p, "333000");
    assert_false(g.incomplete);
    assert_true(g.mean > 3.999 && g.mean < 4.001);
    assert_string_equal(g.cut->letter, "A");
    assert_true(grade(&p, "").incomplete);
    assert_true(grade(&p, "0000").incomplete);
}

/* Points that a double cannot hold: every mean that people would call equal to a cut is at it. */
static void means_are_exact(void **s)
{
    (void)s;
    static const double points[] = {2.7, 0.1, 1.1, 3.3, 2.333333, 3.9};
    for (size_t k = 0; k < sizeof points / sizeof *points; k++) {
        struct policy p = policy_default();
        for (size_t i = 0; i < p.scale_count; i++) p.scale[i].points = points[k] + (double)i - 1;
        p.scale[1].points = points[k];
        p.cut_count = 2;
        p.cuts[0] = (struct grade_cut){.from = points[k] - 1, .to = points[k], .letter = "C"};
        p.cuts[1] = (struct grade_cut){.from = points[k], .to = points[k] + 2, .letter = "B"};
        for (size_t n = 1; n <= 40; n++) {
            struct level_value l[40];
            struct grade g;
            struct grade_outlook o;
            for (size_t i = 0; i < n; i++) l[i] = (struct level_value){LEVEL_STARTED, 0};
            grade_of(&p, l, n, &g);
            if (!g.cut || strcmp(g.cut->letter, "B") != 0 || g.mean < points[k] || g.mean > points[k])
                fail_msg("%zu of %.9g: %s, mean %.17g", n, points[k], g.cut ? g.cut->letter : "none", g.mean);
            grade_outlook(&p, l, n, &o);
            assert_null(o.next);
        }
    }
    /* Half a course is half a course, whatever its length; and a share such as 0.55. */
    struct policy p = policy_default();
    p.incomplete_share = 0.55;
    struct level_value l[20] = {0};
    struct grade g;
    for (size_t i = 0; i < 11; i++) l[i] = (struct level_value){LEVEL_SECURE, 1};
    grade_of(&p, l, 20, &g);
    assert_false(g.incomplete);
}

static void small_groups_cannot_be_had_by_subtraction(void **s)
{
    (void)s;
    assert_true(small_group(1, 100, 5));
    assert_true(small_group(98, 100, 5)); /* who is left */
    assert_false(small_group(0, 100, 5));
    assert_false(small_group(100, 100, 5));
    assert_false(small_group(5, 10, 5));
    assert_true(small_group(3, 3, 5));
    /* Whatever is shown of a whole that is known: those hidden are none, or enough together, or all there is. */
    for (int a = 0; a < 9; a++)
        for (int b = 0; b < 9; b++)
            for (int c = 0; c < 9; c++)
                for (int d = 0; d < 9; d++) {
                    const int64_t counts[] = {a, b, c, d};
                    bool hide[4];
                    int64_t hidden = 0, shown = 0;
                    small_groups_hide(counts, 4, 5, hide);
                    for (int i = 0; i < 4; i++) {
                        assert_false(!hide[i] && counts[i] && counts[i] < 5);
                        if (hide[i]) hidden += counts[i];
                        else shown += counts[i];
                    }
                    assert_true(hidden == 0 || hidden >= 5 || shown == 0);
                }
}

static void each_mean_has_one_grade(void **s)
{
    (void)s;
    struct policy p = policy_default();
    assert_string_equal(grade(&p, "1111").cut->letter, "C"); /* 2.0 */
    assert_string_equal(grade(&p, "2222").cut->letter, "B"); /* 3.0 */
    assert_string_equal(grade(&p, "3322").cut->letter, "A"); /* 3.5 */
    assert_string_equal(grade(&p, "3111").cut->letter, "B"); /* 2.5: from its cut on */
    for (int a = 0; a <= 12; a++)
        for (int b = 0; a + b <= 12; b++) {
            char levels[13];
            for (int i = 0; i < 12; i++) levels[i] = i < a ? '1' : i < a + b ? '2' : '3';
            levels[12] = 0;
            assert_non_null(grade(&p, levels).cut);
        }
}

/* So many levels more, and not one fewer, give the next letter. */
static void what_would_change_a_grade_does(void **s)
{
    (void)s;
    struct policy p = policy_default();
    for (int a = 0; a <= 9; a++)
        for (int b = 0; a + b <= 9; b++)
            for (int c = 0; a + b + c <= 9; c++) {
                struct level_value l[9];
                struct grade g;
                struct grade_outlook o;
                for (int i = 0; i < 9; i++)
                    l[i] = (struct level_value){i < a           ? LEVEL_NOT_YET
                                                : i < a + b     ? LEVEL_STARTED
                                                : i < a + b + c ? LEVEL_NEARLY
                                                                : LEVEL_SECURE,
                                                0};
                grade_of(&p, l, 9, &g);
                grade_outlook(&p, l, 9, &o);
                if (g.incomplete) {
                    assert_null(o.next);
                    assert_true(o.more > 0);
                    for (int i = 0; i < 9 && o.more; i++)
                        if (l[i].level == LEVEL_NOT_YET) {
                            grade_of(&p, l, 9, &g);
                            assert_true(g.incomplete);
                            l[i].level = LEVEL_STARTED;
                            o.more--;
                        }
                    grade_of(&p, l, 9, &g);
                    assert_false(g.incomplete);
                    continue;
                }
                assert_int_equal(o.more, 0);
                assert_int_equal(o.next == NULL, g.cut == &p.cuts[p.cut_count - 1]);
                for (int i = 0; i < 9 && o.next; i++) /* raised one by one, the lowest first */
                    while (l[i].level != LEVEL_NOT_YET && l[i].level < LEVEL_SECURE && o.steps) {
                        grade_of(&p, l, 9, &g);
                        assert_ptr_not_equal(g.cut, o.next);
                        l[i].level++;
                        o.steps--;
                    }
                if (!o.next) continue;
                grade_of(&p, l, 9, &g);
                assert_ptr_equal(g.cut, o.next);
            }
}

/* A document with a scale of reports, read: NULL where it is taken, else the clause. */
static const char *refused(const char *grades, struct policy *p)
{
    static char clause[240];
    char doc[4000];
    struct err e = {0};
    snprintf(doc, sizeof doc, "{\"mastery\":{\"secure_at\":0.95,\"nearly_at\":0.8},\"grades\":{%s}}", grades);
    if (policy_read(doc, strlen(doc), p, &e) == ST_OK) return NULL;
    snprintf(clause, sizeof clause, "%s", e.detail);
    return clause;
}

#define LEVEL(name, level, from, points) \
    "{\"name\":\"" name "\",\"means\":\"what it is\",\"level\":\"" level "\",\"from\":" from ",\"points\":" points "}"
#define CUTS(lowest, highest) \
    ",\"conversion\":[{\"from\":" lowest ",\"to\":" highest ",\"letter\":\"P\",\"percent\":90,\"gpa\":3}]"
#define SCALE(levels) "\"scale\":[" levels "]"

static void a_level_of_a_report_goes_by_level_and_value(void **s)
{
    (void)s;
    struct policy p = {0};
    assert_null(refused(SCALE(LEVEL("Begin", "not_yet", "0", "0") "," LEVEL("Near", "nearly", "0", "2") "," LEVEL(
                            "Meet", "secure", "0", "3") "," LEVEL("Exceed", "secure", "0.98", "5")) CUTS("0", "5"),
                        &p));
    const struct {
        struct level_value on;
        const char *name;
    } cases[] = {{{LEVEL_NOT_YET, 0.3}, "Begin"}, {{LEVEL_STARTED, 0.7}, "Begin"},  {{LEVEL_NEARLY, 0.99}, "Near"},
                 {{LEVEL_SECURE, 0.95}, "Meet"},  {{LEVEL_SECURE, 0.9799}, "Meet"}, {{LEVEL_SECURE, 0.98}, "Exceed"},
                 {{LEVEL_SECURE, 1}, "Exceed"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(report_level_of(&p, &cases[i].on)->name, cases[i].name);
    struct level_value on[] = {{LEVEL_NOT_YET, 0}, {LEVEL_STARTED, 0.7}, {LEVEL_SECURE, 0.99}, {LEVEL_NEARLY, 0.9}};
    struct grade g;
    struct grade_outlook o;
    p.incomplete_share = 0;
    grade_of(&p, on, 4, &g);
    assert_int_equal(g.shown, 3); /* begun, and counted with the points of the lowest; nothing shown: left out */
    assert_true(g.mean > 7.0 / 3 - 1e-9 && g.mean < 7.0 / 3 + 1e-9);
    grade_outlook(&p, on, 4, &o);
    assert_null(o.next);
    p.cut_count = 2;
    p.cuts[0].to = 3;
    p.cuts[1] = (struct grade_cut){.from = 3, .to = 5, .letter = "A"};
    grade_outlook(&p, on, 4, &o);
    assert_ptr_equal(o.next, &p.cuts[1]);
    assert_int_equal(o.steps, -1); /* 0 2 3 5 are not equally far apart */
    assert_true(o.points > 1.999 && o.points < 2.001);
    assert_true(report_level_counts(&p, 0));
    p = policy_default();
    assert_false(report_level_counts(&p, 0));
    assert_true(report_level_counts(&p, 1));
    for (enum level l = LEVEL_NOT_YET; l < LEVEL_COUNT; l++) assert_int_equal(policy_place(&p, l, 0.5), l);
}

static void a_scale_that_cannot_hold_is_refused_with_its_clause(void **s)
{
    (void)s;
    struct policy p = {0};
    static const char *const bad[][2] = {
        {SCALE(LEVEL("One", "not_yet", "0", "1")) CUTS("1", "1"), "/grades/scale:"},
        {SCALE(LEVEL("B", "started", "0", "1") "," LEVEL("A", "secure", "0", "4")),
         "/grades/scale/0/level: leaves a gap"},
        {SCALE(LEVEL("B", "not_yet", "0.2", "1") "," LEVEL("A", "secure", "0", "4")),
         "/grades/scale/0/level: leaves a gap"},
        {SCALE(LEVEL("C", "not_yet", "0", "1") "," LEVEL("B", "secure", "0", "2") "," LEVEL("A", "secure", "0", "4")),
         "/grades/scale/2/from: overlaps"},
        {SCALE(LEVEL("C", "not_yet", "0", "1") "," LEVEL("B", "secure", "0", "2") "," LEVEL("A", "nearly", "0", "4")),
         "/grades/scale/2/level: overlaps"},
        {SCALE(LEVEL("C", "not_yet", "0", "1") "," LEVEL("A", "nearly", "0", "2") "," LEVEL("a", "secure", "0", "4")),
         "/grades/scale/2/name: is the name"},
        {SCALE(LEVEL("C", "not_yet", "0", "1") "," LEVEL("B", "nearly", "0", "3") "," LEVEL("A", "secure", "0", "3")),
         "/grades/scale/2/points: must be above"},
        {SCALE(LEVEL("B", "not_yet", "0", "1") "," LEVEL("A", "secure", "0", "5")),
         "/grades/conversion: goes from 1 to 4"},
        {SCALE(LEVEL("B", "not_yet", "0", "1") "," LEVEL("A", "secure", "0", "5")) CUTS("1", "4"),
         "/grades/conversion/0/to: leaves a gap at the top"},
        {SCALE(LEVEL("B", "not_yet", "0", "0") "," LEVEL("A", "secure", "0", "4")) CUTS("1", "4"),
         "/grades/conversion/0/from: leaves a gap"},
        {SCALE(LEVEL("B", "not_yet", "0", "1") "," LEVEL("A", "secure", "0.98", "4")),
         "/grades/scale/1/from: whoever is secure"},
        {SCALE(
             LEVEL("C", "not_yet", "0", "1") "," LEVEL("B", "started", "0.85", "2") "," LEVEL("A", "secure", "0", "4")),
         "/grades/scale/1/from: nobody can reach"},
        {SCALE(LEVEL("C", "not_yet", "0", "1") "," LEVEL("B", "nearly", "0", "2") "," LEVEL("A", "nearly", "0.7", "4")),
         "/grades/scale/1/from: nobody can reach"},
        {SCALE(LEVEL("C", "not_yet", "0", "1") "," LEVEL("B", "secure", "0", "2") "," LEVEL("A", "secure", "1", "4")),
         "/grades/scale/2/from: nobody can reach"},
        {SCALE(
             LEVEL("C", "not_yet", "0", "1") "," LEVEL("B", "not_yet", "0.5", "2") "," LEVEL("A", "secure", "0", "4")),
         "/grades/scale/1/from: nobody can reach"},
        {SCALE(LEVEL("C", "not_yet", "0", "1") "," LEVEL("", "secure", "0", "4")), "/grades/scale/1/name"},
        {SCALE(LEVEL("C", "not_yet", "0", "1") "," LEVEL("A", "mastered", "0", "4")), "/grades/scale/1/level"},
        {SCALE(LEVEL("C", "not_yet", "0", "1") "," LEVEL("A", "secure", "1.2", "4")), "/grades/scale/1/from"},
        {SCALE(LEVEL("C", "not_yet", "0", "1") "," LEVEL("A", "secure", "0", "1e300")), "/grades/scale/1/points"},
        {"\"scale\":{\"a\":1}", "/grades/scale:"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *said = refused(bad[i][0], &p);
        if (!said || !strstr(said, bad[i][1]))
            fail_msg("%s: %s instead of %s", bad[i][0], said ? said : "taken", bad[i][1]);
    }
    /* What another rule makes reachable, or not. */
    const char *two = "{\"mastery\":{\"rule\":\"recent\",\"times\":4,\"of_last\":5,\"secure_at\":0.7,\"nearly_at\":0.5}"
                      ",\"grades\":{\"scale\":[" LEVEL("C", "not_yet", "0", "1") "," LEVEL(
                          "B", "secure", "0", "2") "," LEVEL("A", "secure", "0.8", "4") "]}}";
    struct err e = {0};
    assert_int_equal(policy_read(two, strlen(two), &p, &e), ST_OK); /* 3 of 4 and 4 of 4 */
    const char *none = "{\"mastery\":{\"rule\":\"recent\",\"times\":4,\"of_last\":5,\"secure_at\":0.8,\"nearly_at\":0."
                       "5},\"grades\":{\"scale\":[" LEVEL("C", "not_yet", "0", "1") "," LEVEL(
                           "B", "secure", "0", "2") "," LEVEL("A", "secure", "0.9", "4") "]}}";
    assert_int_equal(policy_read(none, strlen(none), &p, &e), ST_INVALID); /* nothing between 0.8 and 0.9 */
}

/* Written down apart from all other rules, and read back. */
static void a_scale_written_down_reads_back(void **s)
{
    (void)s;
    struct policy p = {0}, back = {0};
    struct err e;
    assert_null(refused(SCALE(LEVEL("Begin", "not_yet", "0", "1") "," LEVEL("Near", "nearly", "0.91", "2.5") "," LEVEL(
                            "Meet", "secure", "0", "3")) CUTS("1", "3"),
                        &p));
    for (int own = 0; own < 2; own++) {
        json_t *grades = policy_grades_json(&p);
        assert_int_equal(policy_grades_read(grades, &back, &e), ST_OK);
        assert_true(policy_same_grades(&p, &back) && policy_scale_is_own(&back) == !own);
        json_decref(grades);
        p = policy_default();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_level_of_a_report_goes_by_level_and_value),
                                       cmocka_unit_test(a_scale_that_cannot_hold_is_refused_with_its_clause),
                                       cmocka_unit_test(a_scale_written_down_reads_back),
                                       cmocka_unit_test(what_was_not_shown_is_no_zero),
                                       cmocka_unit_test(means_are_exact),
                                       cmocka_unit_test(small_groups_cannot_be_had_by_subtraction),
                                       cmocka_unit_test(each_mean_has_one_grade),
                                       cmocka_unit_test(what_would_change_a_grade_does)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
