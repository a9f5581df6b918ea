/* What the staff of the sample school have made together: purposes, and barriers with and without an answer. */
#include <stdio.h>

#include "policy/policy.h"
#include "leading/together.h"
#include "demo.h"
#include "policy/snapshot.h"

static const char purposes[] =
    "{\"purposes\":["
    "{\"id\":\"explain\",\"text\":\"so that our students can say what they are learning, why, and how they will "
    "know\",\"measure\":\"second looks that get an answer\",\"figure\":\"looks_answered\"},"
    "{\"id\":\"nobody_waits\",\"text\":\"so that nobody is left waiting, and nobody is left behind "
    "alone\",\"measure\":\"students with a step forward in two weeks\",\"figure\":\"shown_lately\"},"
    "{\"id\":\"steer\",\"text\":\"so that our students can choose, plan and answer for it\",\"measure\":\"choices "
    "offered and taken\"}],"
    "\"about\":{"
    "\"mastery.secure_at\":{\"purpose\":\"explain\",\"text\":\"Secure is a strong word here: the evidence must make it "
    "very likely.\",\"lock\":\"open\",\"least\":0.85,\"most\":0.97},"
    "\"mastery.review_after_days\":{\"purpose\":\"explain\"},"
    "\"pace.behind_weeks\":{\"purpose\":\"nobody_waits\"},"
    "\"work.together_share\":{\"purpose\":\"nobody_waits\"},"
    "\"agency.least\":{\"purpose\":\"steer\"}},"
    "\"requirements\":["
    "{\"id\":\"fractions\",\"title\":\"Fractions and "
    "lines\",\"for\":\"promotion\",\"by_grade\":\"05\",\"kind\":\"competencies\",\"competencies\":\"waymark:starter\","
    "\"need\":10},"
    "{\"id\":\"service\",\"title\":\"Help in the "
    "community\",\"for\":\"promotion\",\"by_grade\":\"08\",\"kind\":\"hours\",\"what\":\"service\",\"need\":20},"
    "{\"id\":\"capstone\",\"title\":\"A project of one’s "
    "own\",\"for\":\"graduation\",\"by_grade\":\"12\",\"kind\":\"projects\",\"need\":1}],"
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

enum st demo_file_barriers(int64_t filer_id, int64_t org_id, demo_run *run, void *ctx, struct err *e)
{
    for (size_t i = 0; i < FILED; i++) {
        struct barrier_cmd b = {.client_id = filed[i].client_id,
                                .kind = filed[i].kind,
                                .note = filed[i].note,
                                .org_id = org_id,
                                .filer_id = filer_id};
        TRY(barrier_check(&b, e));
        TRY(run(ctx, &b.command, 0, e));
    }
    return ST_OK;
}

static enum st answer_barriers(struct conn *conn, int64_t district_id, int64_t user_id, int32_t today, demo_run *run,
                               void *ctx, struct err *e)
{
    int64_t ids[FILED];
    size_t n = 0;
    struct tx tx;
    struct stmt *q;
    TRY(tx_read(conn, district_id, &tx, e));
    enum st st = tx_stmt(&tx, SQL_barrier_list, &q, e);
    for (bool row = true; st == ST_OK && n < FILED;) {
        st = stmt_step(q, &row, e);
        if (st != ST_OK || !row) break;
        ids[n++] = col_i64(q, 0); /* none has a day yet: in the order of filing */
    }
    tx_rollback(&tx);
    TRY(st);
    for (size_t i = 0; i < n; i++) {
        if (!filed[i].owner) continue;
        struct barrier_answer_cmd b = {.barrier_id = ids[i],
                                       .user_id = user_id,
                                       .owner = filed[i].owner,
                                       .due_date = today + filed[i].due_in_days,
                                       .answer = filed[i].answer};
        TRY(barrier_answer_check(&b, e));
        TRY(run(ctx, &b.command, 10 * INT64_C(86400000), e));
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
                                              "settled after two weeks of comments.",
                                    .recorder_id = leader_id}};
    policy_ready(&p);
    enum st st = run(ctx, &p.command, INT64_C(86400000), e);
    arena_release(&a);
    return st;
}
