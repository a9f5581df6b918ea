/* What the staff of the sample school have made together: purposes, and barriers with and without an answer. */
#include <stdio.h>

#include "policy/policy.h"
#include "core/record.h"
#include "store/sql/together.h"
#include "demo.h"
#include "policy/snapshot.h"

static const char purposes[] =
    "{\"purposes\":["
    "{\"id\":\"explain\",\"text\":\"so that our students can say what they are learning, why, and how they will "
    "know\",\"measure\":\"second looks that get an answer\",\"figure\":\"looks_answered\"},"
    "{\"id\":\"nobody_waits\",\"text\":\"so that no one waits for help, and no one falls behind "
    "unnoticed\",\"measure\":\"students who made progress in two weeks\",\"figure\":\"shown_lately\"},"
    "{\"id\":\"steer\",\"text\":\"so that our students can choose, plan and take "
    "responsibility\",\"measure\":\"choices "
    "offered and taken\"}],"
    "\"about\":{"
    "\"mastery.secure_at\":{\"purpose\":\"explain\",\"text\":\"Secure is a strong word here: the evidence must make it "
    "very likely.\",\"lock\":\"open\",\"least\":0.85,\"most\":0.97},"
    "\"mastery.review_after_days\":{\"purpose\":\"explain\"},"
    "\"pace.behind_weeks\":{\"purpose\":\"nobody_waits\"},"
    "\"mastery.retakes\":{\"purpose\":\"steer\"}},"
    "\"requirements\":["
    "{\"id\":\"fractions\",\"title\":\"Fractions and "
    "lines\",\"for\":\"promotion\",\"by_grade\":\"05\",\"kind\":\"competencies\",\"competencies\":\"waymark:starter\","
    "\"need\":10},"
    "{\"id\":\"service\",\"title\":\"Community "
    "service\",\"for\":\"promotion\",\"by_grade\":\"08\",\"kind\":\"hours\",\"what\":\"service\",\"need\":20},"
    "{\"id\":\"capstone\",\"title\":\"A capstone "
    "project\",\"for\":\"graduation\",\"by_grade\":\"12\",\"kind\":\"projects\",\"need\":1}],"
    "\"drafted_by\":[\"Sofia Rivera\",\"Karim Haddad\",\"Ben Tallis\",\"Iris Vogel\"]}";

static const struct {
    const char *client_id, *kind, *note, *owner, *answer;
    int due_in_days;
} filed[] = {
    {"demo-barrier-1", "schedule", "Periods of 40 minutes cut every project in two.", "the schedule group",
     "From January there is a double period on Tuesdays. We look at it again in April.", -12},
    {"demo-barrier-2", "money", "There are nine sets of fraction strips for four classes.", "the school office", NULL,
     -3},
    {"demo-barrier-3", "accountability",
     "The interim test in March asks for all of grade 5, also from those who are still on last year's skills.", NULL,
     NULL, 0},
};
enum { FILED = sizeof filed / sizeof *filed };

static enum st run_record(const struct fact_kind *kind, int64_t org_id, int64_t recorder_id, const char *client_id,
                          const void *fields, int32_t day, int64_t ago_ms, demo_run *run, void *ctx, struct err *e)
{
    struct record_cmd c = {.one = {.kind = kind,
                                   .subject_id = org_id,
                                   .recorder_id = recorder_id,
                                   .client_id = client_id,
                                   .fields = fields,
                                   .school_date = day}};
    TRY(record_check(&c, e));
    return run(ctx, &c.command, ago_ms, e);
}

enum st demo_file_barriers(int64_t filer_id, int64_t org_id, int32_t day, demo_run *run, void *ctx, struct err *e)
{
    for (size_t i = 0; i < FILED; i++) {
        const struct fact_barrier_reported b = {.kind = filed[i].kind, .note = filed[i].note};
        TRY(run_record(&fact_barrier_reported, org_id, filer_id, filed[i].client_id, &b, day, 0, run, ctx, e));
    }
    return ST_OK;
}

static enum st answer_barriers(struct conn *conn, int64_t district_id, int64_t user_id, int32_t today, demo_run *run,
                               void *ctx, struct err *e)
{
    enum { AGO_DAYS = 10 };
    int64_t ids[FILED], orgs[FILED];
    size_t n = 0;
    struct tx *tx;
    struct sql_barrier_list_row r;
    struct rows rows = {0};
    TRY(tx_read(conn, district_id, &tx, e));
    enum st st = sql_barrier_list(tx, &rows, e);
    while (n < FILED && sql_barrier_list_next(&rows, &r)) {
        orgs[n] = r.org_id;
        ids[n++] = r.barrier_id; /* none has a day yet: in the order of filing */
    }
    if (st == ST_OK) st = rows_end(&rows);
    tx_rollback(tx);
    TRY(st);
    for (size_t i = 0; i < n; i++) {
        if (!filed[i].owner) continue;
        char client_id[40];
        snprintf(client_id, sizeof client_id, "%s-answered", filed[i].client_id);
        const struct fact_barrier_answered b = {.barrier_id = ids[i],
                                                .owner = filed[i].owner,
                                                .due_date = today + filed[i].due_in_days,
                                                .answer = filed[i].answer};
        TRY(run_record(&fact_barrier_answered, orgs[i], user_id, client_id, &b, today - AGO_DAYS,
                       AGO_DAYS * INT64_C(86400000), run, ctx, e));
    }
    return ST_OK;
}

enum st demo_made_together(struct snapshot *s, struct conn *conn, int64_t leader_id, int32_t today, demo_run *run,
                           void *ctx, struct err *e)
{
    struct arena a;
    TRY(answer_barriers(conn, s->district_id, leader_id, today, run, ctx, e));
    arena_init(&a, 16u << 20);
    struct policy_cmd p = {.snapshot = s,
                           .arena = &a,
                           .save = {.scope = SCOPE_DISTRICT,
                                    .doc = purposes,
                                    .reason = "Drafted by a group of teachers and the district in the spring, and "
                                              "adopted after two weeks of comments.",
                                    .recorder_id = leader_id}};
    policy_ready(&p);
    enum st st = run(ctx, &p.command, INT64_C(86400000), e);
    arena_release(&a);
    return st;
}
