#include "import_sync.h"

#include <sodium.h>
#include <string.h>

#include "base/exact.h"
#include "base/list.h"
#include "base/log.h"
#include "policy/snapshot.h"
#include "store/sql/import.h"

enum st sync_load(struct importer *im, struct tx *tx, struct sync *s, struct err *e)
{
    struct sql_outside_list_row r;
    struct rows stored;
    s->at.arena = im->a;
    if (im->kind_count < SYNC_KINDS_MAX) im->kinds[im->kind_count++] = s;
    if (!s->entity) return ST_OK;
    TRY(sql_outside_list(tx, &(struct sql_outside_list_in){.entity = s->entity, .system = im->source}, &stored, e));
    while (sql_outside_list_next(&stored, &r)) {
        struct sync_row *v = LIST_ADD(im->a, s->rows, s->count, s->cap);
        if (!v) return err_no_memory(e, "import");
        *v = (struct sync_row){.identifier = arena_strdup(im->a, r.identifier),
                               .row_id = r.row_id,
                               .known = true,
                               .closed = r.closed != 0};
        v->name = v->identifier;
        if (!v->identifier) return err_no_memory(e, "import");
        snprintf(v->hash, sizeof v->hash, "%s", r.content_hash);
        if (strmap_put(&s->at, v->identifier, (int)s->count - 1) < 0) return err_no_memory(e, "import");
        s->open_before += !v->closed;
    }
    return rows_end(&stored);
}

void sync_begin(struct importer *im) { text_clear(&im->hash); }

void sync_field(struct importer *im, const char *v)
{
    text_add(&im->hash, v);
    text_char(&im->hash, 0x1f);
}

void sync_number(struct importer *im, int64_t v) { text_printf(&im->hash, "%lld\x1f", (long long)v); }

static void content_hash(struct importer *im, char hash[33])
{
    unsigned char digest[16];
    crypto_generichash(digest, sizeof digest, (const unsigned char *)text_str(&im->hash), im->hash.n, NULL, 0);
    sodium_bin2hex(hash, 33, digest, sizeof digest);
}

enum st sync_known(struct importer *im, struct sync *s, const char *identifier, bool ours, bool closed, struct err *e)
{
    struct sync_row *v = LIST_ADD(im->a, s->rows, s->count, s->cap);
    if (!v) return err_no_memory(e, "import");
    *v = (struct sync_row){.identifier = arena_strdup(im->a, identifier), .known = ours, .closed = closed};
    v->name = v->identifier;
    content_hash(im, v->hash);
    if (!v->identifier || im->hash.failed || strmap_put(&s->at, v->identifier, (int)s->count - 1) < 0)
        return err_no_memory(e, "import");
    s->open_before += ours && !closed;
    return ST_OK;
}

struct sync_row *sync_plan(struct importer *im, struct sync *s, const char *identifier, const char *name, size_t index,
                           bool *twice)
{
    char hash[33];
    *twice = false;
    content_hash(im, hash);
    int at = strmap_get(&s->at, identifier);
    if (at >= 0) {
        struct sync_row *v = &s->rows[at];
        if (v->seen) {
            *twice = true;
            return NULL;
        }
        v->seen = true;
        v->name = name;
        v->index = index;
        v->action = v->closed ? SYNC_REOPEN : strcmp(v->hash, hash) != 0 ? SYNC_CHANGE : SYNC_KEEP;
        memcpy(v->hash, hash, sizeof hash);
        return v;
    }
    struct sync_row *v = im->hash.failed ? NULL : LIST_ADD(im->a, s->rows, s->count, s->cap);
    if (!v || strmap_put(&s->at, identifier, (int)s->count - 1) < 0) return NULL;
    *v = (struct sync_row){.identifier = identifier,
                           .name = name,
                           .row_id = app_id(im->app),
                           .seen = true,
                           .action = SYNC_ADD,
                           .index = index};
    memcpy(v->hash, hash, sizeof hash);
    return v;
}

static void close_row(struct sync *s, struct sync_row *v)
{
    if (!s->close || v->closed || !v->known) return;
    v->action = SYNC_CLOSE;
    s->closing++;
}

void sync_gone(struct sync *s, const char *identifier)
{
    int at = strmap_get(&s->at, identifier);
    if (at < 0 || s->rows[at].seen) return;
    s->rows[at].seen = true;
    close_row(s, &s->rows[at]);
}

void sync_hold(struct sync *s, const char *identifier)
{
    int at = strmap_get(&s->at, identifier);
    if (at >= 0 && s->rows[at].known) s->rows[at].seen = true;
}

void sync_close_missing(struct sync *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (!s->rows[i].seen) close_row(s, &s->rows[i]);
}

void sync_close_missing_of(struct sync *s, const int64_t *ids, size_t n)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->rows[i].seen) continue;
        for (size_t k = 0; k < n; k++)
            if (ids[k] == s->rows[i].row_id) {
                close_row(s, &s->rows[i]);
                break;
            }
    }
}

int64_t sync_id(const struct sync *s, const char *identifier)
{
    int at = *identifier ? strmap_get(&s->at, identifier) : -1;
    return at < 0 ? 0 : s->rows[at].row_id;
}

static const char *const action_words[] = {[SYNC_ADD] = "add",
                                           [SYNC_CHANGE] = "change",
                                           [SYNC_REOPEN] = "reopen",
                                           [SYNC_CLOSE] = "close",
                                           [SYNC_KEEP] = "keep"};

static size_t count_all(struct importer *im)
{
    size_t work = 0;
    for (size_t k = 0; k < im->kind_count; k++) {
        struct sync *s = im->kinds[k];
        struct import_count *c = report_kind(im->r, s->kind);
        for (size_t i = 0; i < s->count; i++) {
            const struct sync_row *v = &s->rows[i];
            c->added += v->action == SYNC_ADD;
            c->changed += v->action == SYNC_CHANGE || v->action == SYNC_REOPEN;
            c->closed += v->action == SYNC_CLOSE;
            c->unchanged += v->action == SYNC_KEEP && v->seen;
            if (v->action == SYNC_KEEP) continue;
            work++;
            report_difference(im->r, action_words[v->action], s->kind, v->identifier, v->name);
        }
    }
    return work;
}

/* The share of the district's current policy. */
static double brake_share(struct importer *im)
{
    struct snapshot *s = snapshot_hold(im->app);
    double share = policy_for_district(&s->policy_index, im->now_ms)->policy.import_close_share;
    snapshot_drop(s);
    return share;
}

/* Each kind by its own share: thirty closed enrollments are not hidden by a thousand people who stay. */
static enum st brake(struct importer *im, struct err *e)
{
    double share = im->o->close_share >= 0 ? im->o->close_share : brake_share(im);
    char kinds[300] = "";
    for (size_t k = 0; k < im->kind_count; k++) {
        const struct sync *s = im->kinds[k];
        size_t at = strlen(kinds);
        if (!s->closing || s->closing < im->min_closing || (s->single && s->closing == 1) ||
            exact_mean_cmp((int64_t)s->closing * EXACT_ONE, (int64_t)s->open_before, share) <= 0)
            continue;
        snprintf(kinds + at, sizeof kinds - at, "%s%zu of %zu rows of kind %s", at ? ", " : "", s->closing,
                 s->open_before, s->kind);
    }
    if (!*kinds || im->o->close_anyway) return ST_OK;
    enum st st = err_fail(e, ST_DENIED, "import.brake",
                          "stopped, nothing was written: this import would close %s from %s (more than %.0f %% of the "
                          "kind). Look at --dry-run; if it is meant, add --close-share 1",
                          kinds, im->source, share * 100);
    im->r->stopped = arena_strdup(im->a, e->detail);
    return st;
}

static enum st remember(struct importer *im, struct tx *tx, const struct sync *s, const struct sync_row *v,
                        struct err *e)
{
    return sql_outside_set(tx,
                           &(struct sql_outside_set_in){.entity = s->entity,
                                                        .system = im->source,
                                                        .identifier = v->identifier,
                                                        .row_id = v->row_id,
                                                        .content_hash = v->hash,
                                                        .now_ms = im->now_ms,
                                                        .closed = v->action == SYNC_CLOSE},
                           NULL, e);
}

struct slice {
    struct conn *conn;
    struct tx *tx; /* NULL between two slices */
    size_t rows, done;
};

static enum st end_slice(struct slice *w, struct err *e)
{
    struct tx *tx = w->tx;
    w->tx = NULL;
    return tx ? tx_commit(tx, e) : ST_OK;
}

static enum st write_row(struct importer *im, struct slice *w, struct sync *s, struct sync_row *v, struct err *e)
{
    if (!w->tx) TRY(tx_write(w->conn, im->district_id, &w->tx, e));
    TRY(v->action == SYNC_CLOSE ? s->close(im, w->tx, v, e) : s->write(im, w->tx, v, e));
    if (s->entity) TRY(remember(im, w->tx, s, v, e));
    w->done++;
    if (++w->rows < SYNC_SLICE_ROWS) return ST_OK;
    w->rows = 0;
    return end_slice(w, e);
}

static enum st vacate_row(struct importer *im, struct slice *w, struct sync *s, struct sync_row *v, struct err *e)
{
    if (!w->tx) TRY(tx_write(w->conn, im->district_id, &w->tx, e));
    return s->vacate(im, w->tx, v, e);
}

static enum st write_all(struct importer *im, struct slice *w, struct err *e)
{
    /* close rows first, so that their usernames are free for rows that come in under a new id */
    for (int closing = 1; closing >= 0; closing--)
        for (size_t k = 0; k < im->kind_count; k++)
            for (size_t i = 0; i < im->kinds[k]->count; i++) {
                struct sync_row *v = &im->kinds[k]->rows[i];
                if (closing && im->kinds[k]->vacate && (v->action == SYNC_CHANGE || v->action == SYNC_REOPEN))
                    TRY(vacate_row(im, w, im->kinds[k], v, e));
                if (v->action == SYNC_KEEP || (v->action == SYNC_CLOSE) != closing) continue;
                TRY(write_row(im, w, im->kinds[k], v, e));
            }
    return end_slice(w, e);
}

enum st sync_apply(struct importer *im, struct conn *conn, struct err *e)
{
    size_t work = count_all(im);
    TRY(brake(im, e));
    if (im->o->dry_run) {
        im->r->stopped = "A dry run: nothing was written.";
        return ST_OK;
    }
    if (!work) return ST_OK;
    struct slice w = {.conn = conn};
    enum st st = write_all(im, &w, e);
    if (st == ST_OK) return ST_OK;
    tx_rollback(w.tx);
    if (w.done > w.rows && e)
        log_line(LOG_ERROR, "import",
                 "%zu of %zu rows were written before it failed; run the same import again to go on", w.done - w.rows,
                 work);
    return st;
}
