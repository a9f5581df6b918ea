/* Days of a school by chance, from a seed: see sim.h. WAYMARK_SIM_DAYS says how many, WAYMARK_SIM_SEED the first seed;
 * each seed is a world of its own of DAYS days. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "sim.h"
#include "unit.h"

enum { DAYS = 20, DAYS_DEFAULT = 600 };
static char dir[200], template_path[260];

static int64_t setting(const char *name, int64_t dflt)
{
    const char *v = getenv(name);
    int64_t n;
    return v && parse_i64(v, &n) && n > 0 ? n : dflt;
}

static int begin(void **s)
{
    (void)s;
    const char *where = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    log_set_level((enum log_level)(LOG_ERROR + 1)); /* the faults are ours */
    snprintf(dir, sizeof dir, "%s/waymark-sim-XXXXXX", where);
    if (!mkdtemp(dir)) return -1;
    snprintf(template_path, sizeof template_path, "%s/template.db", dir);
    sim_template(template_path);
    return 0;
}

static int end(void **s)
{
    (void)s;
    char cmd[260];
    snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
    return system(cmd);
}

static void a_seed_gives_the_same_days_each_time(void **state)
{
    (void)state;
    struct sim a, b, c;
    uint64_t seed = (uint64_t)setting("WAYMARK_SIM_SEED", 1);
    sim_run(&a, template_path, dir, seed, 6);
    sim_run(&b, template_path, dir, seed, 6);
    assert_true(a.trace == b.trace);
    assert_memory_equal(&a.seen, &b.seen, sizeof a.seen);
    sim_run(&c, template_path, dir, seed + 1, 6);
    assert_true(a.trace != c.trace);
}

static void every_acknowledged_answer_is_there_once(void **state)
{
    (void)state;
    int64_t days = setting("WAYMARK_SIM_DAYS", DAYS_DEFAULT), seed = setting("WAYMARK_SIM_SEED", 1);
    long all[sizeof((struct sim *)0)->seen / sizeof(long)] = {0}, one[sizeof all / sizeof *all];
    struct sim s;
    uint64_t trace = 0;
    for (int64_t d = 0; d < days; d += DAYS, seed++) {
        sim_run(&s, template_path, dir, (uint64_t)seed, DAYS);
        trace = hash_mix(trace, s.trace);
        memcpy(one, &s.seen, sizeof one);
        for (size_t i = 0; i < sizeof all / sizeof *all; i++) all[i] += one[i];
    }
    memcpy(&s.seen, all, sizeof all);
    print_message("%ld batches, %ld answers, %ld told again, %ld refused, %ld faults, %ld failed, %ld replies lost, "
                  "%ld unread, %ld restarts (%ld crashes), %ld policies, %ld models, %ld clock jumps; trace %016llx\n",
                  s.seen.batches, s.seen.answers, s.seen.resent, s.seen.conflicts, s.seen.faults, s.seen.failed,
                  s.seen.lost, s.seen.unread, s.seen.restarts, s.seen.crashes, s.seen.policies, s.seen.models,
                  s.seen.jumps, (unsigned long long)trace);
    /* each kind of trouble came up */
    for (size_t i = 0; days >= 100 && i < sizeof all / sizeof *all; i++) assert_true(all[i] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_gives_the_same_days_each_time),
        cmocka_unit_test(every_acknowledged_answer_is_there_once),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
