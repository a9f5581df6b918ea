/* model detect: what a log says of how students work; and, where the truth is known, how often that is right. */
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "engine/detect.h"
#include "engine/elo.h"
#include "engine/numeric.h"
#include "model_out.h"

enum { NORM_LEAST = 10, SPELL_LEAST = 5, SPELL_AFTER = 2 };
static const double pause_s = 600.0; /* times above it count as this in an item's mean */

/* What things take: of each item, each set of skills, and all. */
struct norm {
    double n, sum, logs;
};

/* A ratio as sums over students. */
struct ratio {
    double *top, *bottom; /* users */
};

/* next_right: the share of next answers on the same skill that are right, after a flag and after none. */
enum against { PRECISION, RECALL, SPELLS, FORESEEN_PRECISION, FORESEEN_RECALL, NEXT_FLAGGED, NEXT_OTHERS, RATIOS };
static const char *const ratio_names[RATIOS] = {"precision", "recall",     "spells_found",   "came_true",
                                                "foreseen",  "next_right", "next_right_else"};

struct tally_of {
    size_t judged, flagged, cannot; /* answers, or student-skill pairs */
    struct ratio ratio[RATIOS];
};

struct detect {
    struct cli *c;
    struct log_data d;
    bool truth;
    struct bkt_fitted *bkt; /* sets */
    double *p_right;        /* rows: one step ahead, by Elo as it went */
    struct norm *item, *set, all;
    struct tally_of of[DETECTORS];
    size_t mixed[2][2]; /* [flagged under, behind][of these in state under, behind] */
    double flagged_users[DETECTORS];
    FILE *flags;
    /* of the student in hand */
    struct detect_skill *skill; /* sets */
    double *known;              /* sets: P(known) */
    uint8_t *forecast;          /* sets: 1 flagged at the sixth answer, 2 judged and not flagged */
    unsigned *judged, *flagged; /* sets: what was judged, and flagged, at the last answer there */
    unsigned *said;             /* answers of the longest log */
};

static bool is_pair(enum detector d) { return d == DETECT_WHEEL_SPINNING || d == DETECT_WHEEL_FORECAST; }

static void add_time(struct norm *n, double s)
{
    double held = s > pause_s ? pause_s : s;
    n->n += 1.0, n->sum += held, n->logs += num_log(held > .1 ? held : .1);
}

static enum st find_norms(struct detect *x, struct err *e)
{
    const struct responses *r = &x->d.r;
    x->item = arena_array(&x->d.arena, r->items, sizeof *x->item);
    x->set = arena_array(&x->d.arena, r->sets, sizeof *x->set);
    if (!x->item || !x->set) return err_fail(e, ST_NOMEM, "err.memory", "times");
    for (size_t i = 0; x->d.beside && i < r->rows; i++)
        if (x->d.beside[i].took_s >= 0.0f) {
            double s = (double)x->d.beside[i].took_s;
            add_time(&x->item[r->item[i]], s);
            add_time(&x->set[r->item_set[r->item[i]]], s);
            add_time(&x->all, s);
        }
    return ST_OK;
}

static const struct norm *norm_of(const struct detect *x, uint32_t item)
{
    const struct norm *n = &x->item[item];
    if (n->n < NORM_LEAST) n = &x->set[x->d.r.item_set[item]];
    return n->n < NORM_LEAST ? &x->all : n;
}

static enum st fit(struct detect *x, struct err *e)
{
    struct parallel par = model_parallel(x->c);
    struct bkt_data *data;
    struct bkt_totals totals;
    x->bkt = arena_array(&x->d.arena, x->d.r.sets, sizeof *x->bkt);
    if (!x->bkt) return err_fail(e, ST_NOMEM, "err.memory", "parameters");
    TRY(bkt_data_make(&x->d.r, 0, 0, &data, e));
    enum st st = bkt_fit(data, &bkt_defaults, &par, x->bkt, &totals, e);
    bkt_data_free(data);
    if (st == ST_OK && !(x->p_right = arena_array(&x->d.arena, x->d.r.rows, sizeof *x->p_right)))
        st = err_fail(e, ST_NOMEM, "err.memory", "predictions");
    return st == ST_OK ? elo_run(&x->d.r, &elo_defaults, 0, 0, x->p_right, e) : st;
}

static bool truth_of(const struct log_beside *b, enum detector d)
{
    switch (d) {
    case DETECT_WHEEL_SPINNING:
    case DETECT_WHEEL_FORECAST: return b->truth & TRUE_STUCK;
    case DETECT_RAPID_GUESS: return b->state == SIM_GUESSING;
    case DETECT_HINT_ABUSE: return b->state == SIM_HINT_ABUSE;
    case DETECT_IDLE: return b->truth & TRUE_IDLE;
    case DETECT_LAPSE: return b->truth & TRUE_LAPSED;
    case DETECT_UNDER_CHALLENGED: return b->state == SIM_UNDER_CHALLENGED;
    case DETECT_BEHIND: return b->state == SIM_BEHIND;
    case DETECTORS: break;
    }
    return false;
}

static void count(struct ratio *r, size_t u, bool top) { r->top[u] += top, r->bottom[u] += 1.0; }

/* One judgement of a detector: an answer, or a pair at its tenth or sixth answer. */
static void judge(struct detect *x, size_t u, size_t i, enum detector d, bool flag)
{
    struct tally_of *t = &x->of[d];
    t->judged++;
    t->flagged += flag;
    if (!x->truth) return;
    bool is = truth_of(&x->d.beside[i], d);
    if (flag) count(&t->ratio[PRECISION], u, is);
    if (is) count(&t->ratio[RECALL], u, flag);
}

static struct detect_answer answer_of(const struct detect *x, size_t i, double *p_known)
{
    const struct responses *r = &x->d.r;
    const struct norm *n = norm_of(x, r->item[i]);
    struct detect_answer a = {.p_known = *p_known,
                              .p_after = *p_known,
                              .p_right = x->p_right[i],
                              .right = r->correct[i],
                              .took_s = -1.0,
                              .hints = -1,
                              .hints_there = -1};
    double next;
    if (bkt_update(&x->bkt[r->item_set[r->item[i]]].p, p_known, 1, a.right ? BKT_RIGHT : BKT_WRONG, &next) == ST_OK)
        a.p_after = *p_known = next;
    if (r->time_s) a.has_time = true, a.time_s = r->time_s[i];
    if (n->n >= NORM_LEAST) a.mean_s = n->sum / n->n, a.usual_s = num_exp(n->logs / n->n);
    if (!x->d.beside) return a;
    const struct log_beside *b = &x->d.beside[i];
    a.took_s = (double)b->took_s;
    a.hints = b->hints;
    a.hints_there = b->hints_there;
    if (a.hints > 0) a.right = false;
    return a;
}

/* Runs of SPELL_LEAST and more answers in a state: was it seen while it lasted, or just after? */
static void judge_spells(struct detect *x, size_t u, enum detector d)
{
    size_t begin = x->d.r.user_at[u], end = x->d.r.user_at[u + 1];
    for (size_t i = begin, run = 0; i <= end; i++) {
        if (i < end && truth_of(&x->d.beside[i], d)) {
            run++;
            continue;
        }
        bool seen = false;
        for (size_t k = i - run; k < i + SPELL_AFTER && k < end; k++) seen = seen || x->said[k - begin] & 1u << d;
        if (run >= SPELL_LEAST) count(&x->of[d].ratio[SPELLS], u, seen);
        run = 0;
    }
}

static void judge_mixed(struct detect *x, size_t i, unsigned flags)
{
    static const enum detector kinds[2] = {DETECT_UNDER_CHALLENGED, DETECT_BEHIND};
    for (size_t f = 0; f < 2; f++)
        for (size_t t = 0; t < 2; t++)
            x->mixed[f][t] += (flags & 1u << kinds[f]) != 0 && truth_of(&x->d.beside[i], kinds[t]);
}

static void write_flags(struct detect *x, size_t u, size_t i, unsigned flags)
{
    struct text t;
    text_init(&t, 1 << 16);
    csv_put(&t, x->d.user_name[u], false);
    text_printf(&t, "%zu,", i - x->d.r.user_at[u]);
    csv_put(&t, x->d.item_name[x->d.r.item[i]], false);
    bool first = true;
    for (unsigned d = 0; d < DETECTORS; d++)
        if (flags & 1u << d) {
            text_printf(&t, "%s%s", first ? "" : " ", detector_name((enum detector)d));
            first = false;
        }
    fprintf(x->flags, "%s\n", text_str(&t));
    text_release(&t);
}

static void run_student(struct detect *x, size_t u)
{
    const struct responses *r = &x->d.r;
    struct detect_student s = {0};
    unsigned ever = 0;
    memset(x->skill, 0, r->sets * sizeof *x->skill);
    memset(x->forecast, 0, r->sets);
    for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++) {
        uint32_t set = r->item_set[r->item[i]];
        struct detect_skill *k = &x->skill[set];
        bool was_three = k->three;
        if (!k->n) x->known[set] = x->bkt[set].p.prior;
        struct detect_answer a = answer_of(x, i, &x->known[set]);
        struct detect_result said = detect_step(&detect_defaults, &s, k, &a);
        x->said[i - r->user_at[u]] = said.flags;
        ever |= said.flags;
        for (unsigned d = 0; d < DETECTORS; d++) {
            if (is_pair((enum detector)d)) continue;
            if (said.unknown & 1u << d) x->of[d].cannot++;
            else if (d != DETECT_LAPSE || said.away) judge(x, u, i, (enum detector)d, said.flags & 1u << d);
            if (k->n > 1 && x->judged[set] & 1u << d)
                count(&x->of[d].ratio[x->flagged[set] & 1u << d ? NEXT_FLAGGED : NEXT_OTHERS], u, a.right);
        }
        x->judged[set] = ~said.unknown & (said.away ? ~0u : ~(1u << DETECT_LAPSE));
        x->flagged[set] = said.flags;
        bool predicted = said.flags & 1u << DETECT_WHEEL_FORECAST;
        if (k->n == DETECT_FORECAST_AT && !k->three) {
            judge(x, u, i, DETECT_WHEEL_FORECAST, predicted);
            x->forecast[set] = predicted ? 1 : 2;
        }
        /* Decided: three in a row within the first ten, or ten without. */
        if ((k->three && !was_three && k->n <= DETECT_WHEEL_AT) || (k->n == DETECT_WHEEL_AT && !k->three)) {
            struct tally_of *f = &x->of[DETECT_WHEEL_FORECAST];
            judge(x, u, i, DETECT_WHEEL_SPINNING, !k->three);
            if (x->forecast[set] == 1) count(&f->ratio[FORESEEN_PRECISION], u, !k->three);
            if (x->forecast[set] && !k->three) count(&f->ratio[FORESEEN_RECALL], u, x->forecast[set] == 1);
        }
        if (x->truth) judge_mixed(x, i, said.flags);
        if (x->flags && said.flags) write_flags(x, u, i, said.flags);
    }
    for (unsigned d = 0; d < DETECTORS; d++) x->flagged_users[d] += (ever & 1u << d) != 0;
    if (x->truth) {
        judge_spells(x, u, DETECT_UNDER_CHALLENGED);
        judge_spells(x, u, DETECT_BEHIND);
    }
}

static enum st detect(struct detect *x, struct err *e)
{
    const struct responses *r = &x->d.r;
    struct arena *a = &x->d.arena;
    size_t longest = 0;
    for (size_t u = 0; u < r->users; u++)
        longest = r->user_at[u + 1] - r->user_at[u] > longest ? r->user_at[u + 1] - r->user_at[u] : longest;
    x->skill = arena_array(a, r->sets, sizeof *x->skill);
    x->known = arena_array(a, r->sets, sizeof *x->known);
    x->forecast = arena_array(a, r->sets, 1);
    x->said = arena_array(a, longest, sizeof *x->said);
    x->judged = arena_array(a, r->sets, sizeof *x->judged);
    x->flagged = arena_array(a, r->sets, sizeof *x->flagged);
    bool made = x->judged && x->flagged && x->skill && x->known && x->forecast && x->said;
    for (size_t d = 0; d < DETECTORS; d++)
        for (size_t k = 0; k < RATIOS; k++) {
            struct ratio *q = &x->of[d].ratio[k];
            q->top = arena_array(a, r->users, sizeof(double));
            q->bottom = arena_array(a, r->users, sizeof(double));
            made = made && q->top && q->bottom;
        }
    if (!made) return err_fail(e, ST_NOMEM, "err.memory", "detectors");
    TRY(find_norms(x, e));
    TRY(fit(x, e));
    if (cli_opt(x->c, "--flags")) {
        TRY(model_file_open(cli_opt(x->c, "--flags"), &x->flags, e));
        fputs("user,index,item,flags\n", x->flags);
    }
    for (size_t u = 0; u < r->users; u++) run_student(x, u);
    return x->flags ? model_file_close(x->flags, cli_opt(x->c, "--flags"), true, e) : ST_OK;
}

static enum st tell_detector(struct detect *x, enum detector d, struct json_out *j, struct err *e)
{
    const struct tally_of *t = &x->of[d];
    bool says = t->judged > 0;
    double share = says ? (double)t->flagged / (double)t->judged : 0.0;
    json_open_obj(j, NULL);
    json_put_str(j, "name", detector_name(d));
    json_put_str(j, "unit", is_pair(d) ? "pairs" : "answers");
    json_put_bool(j, "can_say", says);
    json_put_i64(j, "judged", (int64_t)t->judged);
    json_put_i64(j, "flagged", (int64_t)t->flagged);
    json_put_f64(j, "share", share);
    json_put_i64(j, "students", (int64_t)x->flagged_users[d]);
    if (!is_pair(d)) json_put_i64(j, "cannot_say", (int64_t)t->cannot);
    if (!x->c->json && says)
        printf("%-17s %8zu of %8zu %s (%5.2f %%), %4.0f students\n", detector_name(d), t->flagged, t->judged,
               is_pair(d) ? "pairs  " : "answers", 100.0 * share, x->flagged_users[d]);
    if (!x->c->json && !says)
        printf("%-17s not measured: the log has no %s\n", detector_name(d),
               is_pair(d)               ? "student with so many answers on a skill"
               : d == DETECT_LAPSE      ? "times"
               : d == DETECT_HINT_ABUSE ? "hints or times that answers took"
                                        : "times that answers took");
    for (unsigned k = 0; k < RATIOS; k++) {
        bool wanted = k == NEXT_FLAGGED || k == NEXT_OTHERS ? !is_pair(d)
                      : k == PRECISION || k == RECALL       ? x->truth
                      : k == SPELLS ? x->truth && (d == DETECT_UNDER_CHALLENGED || d == DETECT_BEHIND)
                                    : d == DETECT_WHEEL_FORECAST;
        struct interval95 v;
        if (!wanted || !says) continue;
        TRY(interval_of_ratio(t->ratio[k].top, t->ratio[k].bottom, x->d.r.users, 1, &v, e));
        model_put_interval(j, ratio_names[k], &v);
        if (!x->c->json && v.known) printf("    %-14s %.3f (%.3f to %.3f)\n", ratio_names[k], v.value, v.low, v.high);
    }
    json_close_obj(j);
    return ST_OK;
}

static enum st tell(struct detect *x, struct err *e)
{
    struct model_out out;
    struct json_out *j = model_out_open(&out);
    enum st st = ST_OK;
    json_put_i64(j, "rows", (int64_t)x->d.r.rows);
    json_put_i64(j, "students", (int64_t)x->d.r.users);
    model_put_log(j, &x->d);
    json_open_list(j, "detectors");
    for (unsigned d = 0; st == ST_OK && d < DETECTORS; d++) st = tell_detector(x, (enum detector)d, j, e);
    json_close_list(j);
    if (x->truth) {
        json_open_obj(j, "mixed_up");
        json_put_i64(j, "under_challenged_flagged_when_behind", (int64_t)x->mixed[0][1]);
        json_put_i64(j, "behind_flagged_when_under_challenged", (int64_t)x->mixed[1][0]);
        json_close_obj(j);
        if (!x->c->json)
            printf("the two kinds of boredom mixed up: %zu answers flagged under_challenged that were behind, %zu the "
                   "reverse\n",
                   x->mixed[0][1], x->mixed[1][0]);
    }
    return model_out_close(&out, x->c, NULL, st, e);
}

int run_model_detect(struct cli *c)
{
    struct err e = {0};
    struct detect x = {.c = c, .truth = cli_opt(c, "--truth") != NULL};
    struct log_columns names = log_columns_of(c);
    if (!c->count) return cli_usage(c, "name the files or folders with answers");
    names.took = cli_opt(c, "--took");
    names.hints = cli_opt(c, "--hints");
    names.beside = true;
    names.truth = x.truth;
    enum st st = model_log_read(c, &names, &x.d, &e);
    bool told = false;
    for (size_t i = 0; st == ST_OK && x.d.beside && i < x.d.r.rows && !told; i++) told = x.d.beside[i].told;
    if (st == ST_OK && x.truth && !told)
        st = err_fail(&e, ST_INVALID, "model.row",
                      "the log has no true states; model simulate --log writes one that has them");
    if (st == ST_OK) st = detect(&x, &e);
    if (st == ST_OK) st = tell(&x, &e);
    log_release(&x.d);
    return st == ST_OK ? 0 : cli_fail(&e);
}
