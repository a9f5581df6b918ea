/* Logs of answers as they are read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rng.h"
#include "lab/lab.h"
#include "unit.h"

static struct log_data d;
static struct err e;

/* Reads what stands in the text as a file of its own. */
static enum st read_text(const char *text)
{
    char path[] = "/tmp/waymark-lab-XXXXXX";
    const char *paths[] = {path};
    struct log_columns names = {0};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    e = (struct err){0};
    enum st st = log_read(&d, paths, 1, &names, &e);
    unlink(path);
    return st;
}

static void holds(size_t rows, const uint32_t *index, size_t merged, size_t repeated)
{
    assert_int_equal(d.repeated, repeated);
    assert_int_equal(d.r.rows, rows);
    assert_int_equal(d.merged, merged);
    for (size_t i = 0; i < rows; i++) assert_int_equal(d.index[i], index[i]);
    log_release(&d);
}

static void rows_are_counted_before_they_are_merged(void **s)
{
    (void)s;
    /* in order of time, which is not that of the file; the second answer of a has three rows */
    assert_int_equal(read_text("user_id,item_id,skill_id,correct,timestamp\n"
                               "b,1,x,1,9\na,3,x,1,30\na,2,x,0,20\nb,2,x,1,8\na,2,y,0,20\na,2,z,0,20\na,1,x,1,10\n"),
                     ST_OK);
    holds(5, (const uint32_t[]){0, 1, 0, 1, 4}, 2, 0);
    /* four lines a student: the second row is the first answer under another skill */
    assert_int_equal(read_text("1,1\n5,5,6,7,7\n1,2,1,3,4\n1,1,0,1,1\n2,2\n5,6\n1,1\n0,1\n"), ST_OK);
    holds(5, (const uint32_t[]){0, 2, 3, 0, 1}, 2, 0);
    /* nothing merged: as they stand */
    assert_int_equal(read_text("user_id,item_id,skill_id,correct\n1,1,1,1\n1,1,1,1\n2,1,1,0\n"), ST_OK);
    holds(3, (const uint32_t[]){0, 1, 0}, 0, 0);
}

static void an_answer_is_told_once(void **s)
{
    (void)s;
    /* three answers at one time, each told twice, one of them under two skills and one right at one try only */
    assert_int_equal(read_text("user_id,item_id,skill_id,correct,timestamp\n"
                               "a,1,x,1,5\na,1,y,1,5\na,2,x,0,5\na,3,x,1,5\na,3,x,0,5\n"
                               "a,1,x,1,5\na,1,y,1,5\na,2,x,0,5\na,3,x,1,5\na,3,x,0,5\n"),
                     ST_OK);
    holds(4, (const uint32_t[]){0, 2, 3, 4}, 1, 5);
    /* at another time, by another student, on another item: answers of their own */
    assert_int_equal(read_text("user_id,item_id,correct,timestamp\na,1,1,5\na,1,1,6\nb,1,1,5\na,2,1,5\n"), ST_OK);
    holds(4, (const uint32_t[]){0, 1, 2, 0}, 0, 0);
    /* no time is no time at which both were given */
    assert_int_equal(read_text("user_id,item_id,correct,timestamp\na,1,1,0\na,1,1,0\na,1,1,5\na,1,1,5\n"), ST_OK);
    holds(3, (const uint32_t[]){0, 1, 2}, 0, 1);
}

/* Each way of writing times: in order, newest first, in runs, with ties, in none; the item is the row's place. */
static void rows_come_in_order_of_time_and_then_of_the_file(void **s)
{
    (void)s;
    enum { ROWS = 300, ONE = 24 };
    static char text[64 + ROWS * ONE];
    struct rng g;
    rng_seed(&g, 5);
    for (int way = 0; way < 200; way++) {
        int n = 1 + way % ROWS, times[ROWS], run = 1 + (int)rng_below(&g, 40), ties = 1 + way % 4;
        size_t at = (size_t)sprintf(text, "user_id,item_id,correct,timestamp\n");
        for (int i = 0; i < n; i++) {
            int of[] = {i, n - i, i % run, run - i % run, (i / run) % 2 ? i : n - i, (int)rng_below(&g, 100)};
            times[i] = 1 + of[way % 6] / ties;
            at += (size_t)sprintf(text + at, "a,%d,1,%d\n", i, times[i]);
        }
        assert_int_equal(read_text(text), ST_OK);
        assert_int_equal(d.r.rows, n);
        for (int i = 0, before = -1; i < n; i++) {
            int place = atoi(d.item_name[d.r.item[i]]);
            assert_true(d.r.time_s[i] == times[place] && d.index[i] == (uint32_t)i);
            if (before >= 0)
                assert_true(times[before] < times[place] || (times[before] == times[place] && before < place));
            before = place;
        }
        log_release(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_are_counted_before_they_are_merged),
                                       cmocka_unit_test(an_answer_is_told_once),
                                       cmocka_unit_test(rows_come_in_order_of_time_and_then_of_the_file)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
