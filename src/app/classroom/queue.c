#include "classroom/queue.h"

#include <string.h>

#include "content/items.h"
#include "plan/reason_text.h"
#include "base/id.h"
#include "base/json.h"
#include "items/items.h"
#include "policy/snapshot.h"
#include "store/sql/answer.h"

/* Thresholds for the teacher's queue. Each appears in the sentence that it leads to. */
enum {
    LOOK_BACK = 24,       /* facts of a student that are looked at */
    SAME_ERROR_TIMES = 3, /* the same known error among them */
    SAME_WORDS = 22,      /* feedback that begins alike names the same error: "<p>You added tops and" */
    FAST_MS = 3000,       /* an answer given in less was not thought about */
    FAST_TIMES = 8,
    GAP_DAYS = 10,  /* without an answer */
    BACK_DAYS = 4,  /* how long coming back stays news */
    AHEAD_LEAST = 4 /* competencies that say something about being ahead */
};
enum { RANKS = 6 };

const char *queue_action_code(enum queue_action a)
{
    switch (a) {
    case QUEUE_OPEN_EVIDENCE: return "open_evidence";
    case QUEUE_TALK: return "talk";
    case QUEUE_VIEW_AS: return "view_as";
    }
    return "";
}

enum st recent_list(struct tx *tx, struct arena *a, int64_t learner_id, size_t most, struct recent **out, size_t *n,
                    struct err *e)
{
    struct sql_evidence_latest_row evidence_latest;
    struct rows rows;
    struct recent *list = arena_array(a, most, sizeof *list);
    if (!list) return err_fail(e, ST_NOMEM, "err.memory", "recent");
    *out = list;
    *n = 0;
    TRY(sql_evidence_latest(tx, &(struct sql_evidence_latest_in){.learner_id = learner_id, .limit = (int64_t)most},
                            &rows, e));
    while (*n < most && sql_evidence_latest_next(&rows, &evidence_latest)) {
        struct recent *r = &list[(*n)++];
        *r = (struct recent){.evidence_id = evidence_latest.evidence_id,
                             .item_id = evidence_latest.item_id,
                             .item_version = (int32_t)evidence_latest.item_version,
                             .variant = evidence_latest.variant,
                             .score = evidence_latest.score,
                             .attempt = (int32_t)evidence_latest.attempt,
                             .hints = (int32_t)evidence_latest.hints,
                             .took_ms = evidence_latest.took_ms,
                             .answered_at_ms = evidence_latest.answered_at_ms,
                             .observed = evidence_latest.kind == 2,
                             .shown_error = (int32_t)evidence_latest.shown_error};
    }
    return rows_end(&rows);
}

struct scan {
    struct app *app;
    const struct snapshot *s;
    struct tx *tx;
    struct arena *arena;
    const struct policy *policy;
    enum lang lang;
    int64_t now_ms;
    const struct class_view *v;
    const struct class_learner *l;
    struct recent *recent;
    size_t recent_count;
};

static const char *sentence(struct scan *x, enum msg_id id, const char *skill, const char *note, int64_t n)
{
    struct text t;
    text_init(&t, 4000);
    msg_format(&t, x->lang, id, MSG_ARGS(MSG_T("skill", skill), MSG_T("note", note), MSG_N("n", n)));
    const char *s = arena_strdup(x->arena, text_str(&t));
    text_release(&t);
    return s ? s : "";
}

/* What the feedback says first: it names the mistake, the rest explains it. */
enum { FIRST_LEAST = 20 };
static const char *plain(struct arena *a, const char *html)
{
    struct text t;
    text_init(&t, 4000);
    text_of_html(&t, html, 90);
    char *s = arena_strdup(a, text_str(&t));
    text_release(&t);
    char *stop = s && strlen(s) > FIRST_LEAST ? strstr(s + FIRST_LEAST, ". ") : NULL;
    if (stop) stop[1] = 0;
    return s ? s : "";
}

/* What was written in the answer of one fact. */
static const char *written(struct scan *x, const struct item *it, int64_t evidence_id)
{
    struct text t;
    struct sql_response_get_row r;
    struct err e;
    bool found;
    text_init(&t, 4000);
    enum st st = sql_response_get(
        x->tx, &(struct sql_response_get_in){.learner_id = x->l->learner_id, .evidence_id = evidence_id}, &r, &found,
        &e);
    if (st == ST_OK && found) response_text(&t, it, r.response);
    const char *s = arena_strdup(x->arena, text_str(&t));
    text_release(&t);
    return s ? s : "";
}

/* The same known error, by its feedback, several times on one competency. */
static bool same_error(struct scan *x, struct queue_entry *out)
{
    struct {
        const char *feedback; /* of the family, with its variables */
        const struct recent *latest;
        int64_t competency_id;
        int n;
    } found[LOOK_BACK];
    size_t kinds = 0, at = 0;
    for (size_t i = 0; i < x->recent_count; i++) {
        const struct recent *r = &x->recent[i];
        const struct item *it;
        struct err e = {0};
        const struct item_ref *ref = r->shown_error ? catalogue_item(&x->s->catalogue, r->item_id) : NULL;
        if (!ref || !ref->competency_count ||
            app_item(x->app, x->tx, x->arena, r->item_id, r->item_version, &it, &e) != ST_OK ||
            (size_t)r->shown_error > it->error_count)
            continue;
        const char *feedback = it->errors[r->shown_error - 1].feedback_html;
        size_t k = 0;
        while (k < kinds && !(found[k].competency_id == ref->competency_ids[0] &&
                              strncmp(found[k].feedback, feedback, SAME_WORDS) == 0))
            k++;
        if (k == kinds) {
            found[kinds].feedback = feedback;
            found[kinds].latest = r;
            found[kinds].competency_id = ref->competency_ids[0];
            found[kinds++].n = 0;
        }
        found[k].n++;
    }
    while (at < kinds && found[at].n < SAME_ERROR_TIMES) at++;
    if (at == kinds) return false;
    const struct recent *r = found[at].latest;
    const struct item *it;
    struct err e = {0};
    if (app_item_variant(x->app, x->tx, x->arena, r->item_id, r->item_version, r->variant, ITEM_TO_SCORE, &it, &e) !=
        ST_OK)
        return false;
    *out = (struct queue_entry){.code = "same_error",
                                .times = found[at].n,
                                .competency_id = found[at].competency_id,
                                .action = QUEUE_OPEN_EVIDENCE,
                                .work = written(x, it, r->evidence_id),
                                .text = sentence(x, MSG_queue_same_error, "",
                                                 plain(x->arena, it->errors[r->shown_error - 1].feedback_html),
                                                 found[at].n)};
    return true;
}

static bool is_rushed(struct scan *x, struct queue_entry *out)
{
    int64_t quick = 0, right = 0, n = 0;
    int64_t since = x->now_ms - INT64_C(7) * 86400000;
    for (size_t i = 0; i < x->recent_count; i++) {
        const struct recent *r = &x->recent[i];
        if (r->observed || r->answered_at_ms < since) continue;
        n++;
        quick += r->took_ms > 0 && r->took_ms < FAST_MS;
        right += r->score >= 1;
    }
    if (quick < FAST_TIMES || right * 2 >= n) return false;
    *out = (struct queue_entry){
        .code = "fast", .times = quick, .action = QUEUE_TALK, .text = sentence(x, MSG_queue_fast, "", "", quick)};
    return true;
}

static bool is_stuck(struct scan *x, struct queue_entry *out)
{
    const struct mastery_row *most = NULL;
    size_t at = 0;
    for (size_t k = 0; k < x->v->competency_count; k++) {
        const struct mastery_row *m = x->l->cells[k];
        if (!m || m->evidence_count < x->policy->stuck_after || m->p_known >= x->policy->stuck_below) continue;
        if (x->now_ms - id_time_ms(m->last_evidence_id) > INT64_C(21) * 86400000) continue;
        if (most && most->evidence_count >= m->evidence_count) continue;
        most = m;
        at = k;
    }
    if (!most) return false;
    *out = (struct queue_entry){
        .code = "stuck",
        .times = most->evidence_count,
        .competency_id = most->competency_id,
        .action = QUEUE_OPEN_EVIDENCE,
        .text = sentence(x, MSG_queue_stuck, x->v->competencies[at]->name, "", most->evidence_count)};
    return true;
}

/* The gap, in days, that someone has just come back from; 0 for none. */
static int64_t gap_days(const struct recent *r, size_t n, int64_t now_ms)
{
    for (size_t i = 0; i + 1 < n; i++) {
        if (now_ms - r[i].answered_at_ms > BACK_DAYS * INT64_C(86400000)) return 0;
        int64_t days = (r[i].answered_at_ms - r[i + 1].answered_at_ms) / 86400000;
        if (days >= GAP_DAYS) return days;
    }
    return 0;
}

static bool is_back(struct scan *x, struct queue_entry *out)
{
    int64_t days = gap_days(x->recent, x->recent_count, x->now_ms);
    if (!days) return false;
    *out = (struct queue_entry){
        .code = "back", .action = QUEUE_VIEW_AS, .text = sentence(x, MSG_queue_back, "", "", days)};
    return true;
}

static bool is_away(struct scan *x, struct queue_entry *out)
{
    int64_t days = x->recent_count ? (x->now_ms - x->recent[0].answered_at_ms) / 86400000 : 0;
    if (days < GAP_DAYS) return false;
    *out = (struct queue_entry){
        .code = "away", .action = QUEUE_VIEW_AS, .text = sentence(x, MSG_queue_away, "", "", days)};
    return true;
}

static bool is_ahead(struct scan *x, struct queue_entry *out)
{
    size_t open = 0, secure = 0;
    for (size_t k = 0; k < x->v->competency_count; k++) {
        if (!x->v->competencies[k]->item_count) continue;
        open++;
        secure += x->l->cells[k] && x->l->cells[k]->level == LEVEL_SECURE;
    }
    if (open < AHEAD_LEAST || secure < open) return false;
    *out =
        (struct queue_entry){.code = "ahead", .action = QUEUE_VIEW_AS, .text = sentence(x, MSG_queue_ahead, "", "", 0)};
    return true;
}

static const char *name_of(const struct class_view *v, int64_t id)
{
    for (size_t i = 0; i < v->learner_count; i++)
        if (v->learners[i].learner_id == id) return v->learners[i].name;
    return "";
}

static enum st help_entries(struct scan *x, const struct class_scope *which, struct queue_entry *list, size_t cap,
                            size_t *n, struct err *e)
{
    struct sql_help_open_row r;
    struct rows rows;
    TRY(sql_help_open(x->tx, which->class_id, &rows, e));
    while (*n < cap && sql_help_open_next(&rows, &r)) {
        struct queue_entry *h = &list[(*n)++];
        *h = (struct queue_entry){.learner_id = r.learner_id,
                                  .help_id = r.help_id,
                                  .item_id = r.item_id,
                                  .code = "help",
                                  .action = QUEUE_VIEW_AS,
                                  .since_ms = id_time_ms(r.help_id),
                                  .kind = arena_strdup(x->arena, r.kind),
                                  .note = arena_strdup(x->arena, r.note),
                                  .name = name_of(x->v, r.learner_id)};
        if (!h->kind || !h->note) return err_fail(e, ST_NOMEM, "err.memory", "queue");
        h->text = sentence(x, msg_find_code("help.kind", h->kind, MSG_queue_help), "", "", 0);
    }
    return rows_end(&rows);
}

enum st class_queue(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                    const struct class_scope *which, enum lang lang, struct queue_entry **out, size_t *n, struct err *e)
{
    static bool (*const reasons[])(struct scan *, struct queue_entry *) = {same_error, is_rushed, is_stuck,
                                                                           is_back,    is_away,   is_ahead};
    struct class_view v;
    struct scan x = {.app = app, .s = s, .tx = tx, .arena = a, .lang = lang, .now_ms = app_now_ms(app), .v = &v};
    TRY(class_view(app, s, tx, a, which, &v, e));
    x.policy = &policy_for_class(&s->policy_index, v.org_id, which->class_id, x.now_ms)->policy;
    size_t cap = 200 + v.learner_count, count = 0;
    struct queue_entry *list = arena_array(a, cap, sizeof *list);
    struct queue_entry *found = arena_array(a, v.learner_count + 1, sizeof *found);
    int *rank = arena_array(a, v.learner_count + 1, sizeof *rank);
    if (!list || !found || !rank) return err_fail(e, ST_NOMEM, "err.memory", "queue");
    TRY(help_entries(&x, which, list, 200, &count, e));
    for (size_t i = 0; i < v.learner_count; i++) {
        x.l = &v.learners[i];
        const struct policy here =
            policy_for_learner(&s->policy_index, v.org_id, which->class_id, x.l->learner_id, x.now_ms);
        x.policy = &here;
        TRY(recent_list(tx, a, x.l->learner_id, LOOK_BACK, &x.recent, &x.recent_count, e));
        rank[i] = 0;
        while (rank[i] < RANKS && !reasons[rank[i]](&x, &found[i])) rank[i]++;
        found[i].learner_id = x.l->learner_id;
        found[i].name = x.l->name;
    }
    for (int r = 0; r < RANKS; r++) {
        size_t first = count;
        for (size_t i = 0; i < v.learner_count && count < cap; i++)
            if (rank[i] == r) {
                size_t at = count++;
                for (; at > first && list[at - 1].times < found[i].times; at--) list[at] = list[at - 1];
                list[at] = found[i];
            }
    }
    *out = list;
    *n = count;
    return ST_OK;
}
