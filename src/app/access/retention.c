#include "access/retention.h"

#include "store/sql/identity.h"

enum { DAY_MS = 86400000, SLICES_MAX = 1000000 };

/* Sessions and tokens go when they have expired, failures a day after they last made somebody wait, work under way
 * when nobody has written in it for thirty days. */
static const struct kind {
    const char *table;
    int64_t kept_ms;
    enum st (*count)(struct tx *tx, int64_t before_ms, struct sql_expired_row *r, bool *found, struct err *e);
    enum st (*expire)(struct tx *tx, int64_t before_ms, int64_t *changed, struct err *e);
} kinds[RETENTION_KINDS] = {
    {"draft", INT64_C(30) * DAY_MS, sql_draft_expired, sql_draft_expire},
    {"session", 0, sql_session_expired, sql_session_expire},
    {"api_token", 0, sql_token_expired, sql_token_expire},
    {"sign_in_failure", DAY_MS, sql_failure_expired, sql_failure_expire},
};

static enum st count_due(struct conn *c, int64_t district_id, int64_t now, struct retention *out, struct err *e)
{
    struct tx *tx;
    enum st st = ST_OK;
    TRY(tx_read(c, district_id, &tx, e));
    for (size_t i = 0; st == ST_OK && i < RETENTION_KINDS; i++) {
        struct sql_expired_row r = {0};
        st = kinds[i].count(tx, now - kinds[i].kept_ms, &r, NULL, e);
        out->kinds[i] = (struct retention_kind){.table = kinds[i].table, .due = r.count};
    }
    tx_rollback(tx);
    return st;
}

/* A slice stands only while this run holds the job. */
static enum st slice(struct job *j, const struct kind *k, int64_t before_ms, int64_t *deleted, struct err *e)
{
    struct tx *tx;
    TRY(tx_write(j->conn, j->district_id, &tx, e));
    enum st st = job_hold(j, tx, e);
    if (st == ST_OK) st = k->expire(tx, before_ms, deleted, e);
    if (st == ST_OK) return tx_commit(tx, e);
    tx_rollback(tx);
    return st;
}

static enum st delete_due(struct job *j, int64_t now, struct retention *out, struct err *e)
{
    for (size_t i = 0; i < RETENTION_KINDS; i++)
        for (int64_t n = 1, slices = 0; n && slices < SLICES_MAX; slices++) {
            TRY(slice(j, &kinds[i], now - kinds[i].kept_ms, &n, e));
            out->kinds[i].deleted += n;
        }
    return ST_OK;
}

void retention_words(struct text *t, const struct retention *r)
{
    for (size_t i = 0; i < RETENTION_KINDS; i++)
        text_printf(t, "%s%s %lld of %lld", i ? ", " : "", r->kinds[i].table, (long long)r->kinds[i].deleted,
                    (long long)r->kinds[i].due);
}

enum st retention_run(struct app *app, struct conn *c, bool dry, bool nightly, int32_t school_date,
                      struct retention *out, struct err *e)
{
    struct job j;
    struct text words;
    struct err ended;
    const int64_t now = app_now_ms(app);
    *out = (struct retention){0};
    TRY(count_due(c, app->district_id, now, out, e));
    if (dry) return ST_OK;
    TRY(job_begin(&j, app, c, job_retention, nightly, school_date, e));
    enum st st = delete_due(&j, now, out, e);
    text_init(&words, 1000);
    retention_words(&words, out);
    if (st != ST_OK) text_printf(&words, "; %s", e->detail);
    enum st end = job_end(&j, st == ST_OK ? "done" : "failed", text_str(&words), &ended);
    text_release(&words);
    if (st == ST_OK && end != ST_OK) *e = ended;
    return st == ST_OK ? end : st;
}
