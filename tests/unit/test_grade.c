/* Course grades from levels: what is left out, what is incomplete, and that the cuts leave no gap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "rules/grade.h"

static struct grade grade(const struct policy *p, const char *levels)
{
    enum level l[40];
    size_t n = strlen(levels);
    struct grade g;
    for (size_t i = 0; i < n; i++) l[i] = (enum level)(levels[i] - '0');
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
                enum level l[9];
                struct grade g;
                struct grade_outlook o;
                for (int i = 0; i < 9; i++) l[i] = i < a ? LEVEL_NOT_YET : i < a + b ? LEVEL_STARTED : i < a + b + c ? LEVEL_NEARLY : LEVEL_SECURE;
                grade_of(&p, l, 9, &g);
                grade_outlook(&p, l, 9, &o);
                if (g.incomplete) {
                    assert_null(o.next);
                    assert_true(o.more > 0);
                    for (int i = 0; i < 9 && o.more; i++)
                        if (l[i] == LEVEL_NOT_YET) {
                            grade_of(&p, l, 9, &g);
                            assert_true(g.incomplete);
                            l[i] = LEVEL_STARTED;
                            o.more--;
                        }
                    grade_of(&p, l, 9, &g);
                    assert_false(g.incomplete);
                    continue;
                }
                assert_int_equal(o.more, 0);
                assert_int_equal(o.next == NULL, g.cut == &p.cuts[p.cut_count - 1]);
                for (int i = 0; i < 9 && o.next; i++) /* raised one by one, the lowest first */
                    while (l[i] != LEVEL_NOT_YET && l[i] < LEVEL_SECURE && o.steps) {
                        grade_of(&p, l, 9, &g);
                        assert_ptr_not_equal(g.cut, o.next);
                        l[i]++;
                        o.steps--;
                    }
                if (!o.next) continue;
                grade_of(&p, l, 9, &g);
                assert_ptr_equal(g.cut, o.next);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_not_shown_is_no_zero), cmocka_unit_test(each_mean_has_one_grade), cmocka_unit_test(what_would_change_a_grade_does)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
