/* Logs of answers, in the layouts that are met outside, as flat arrays. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/list.h"
#include "base/rng.h"
#include "base/strmap.h"
#include "lab/lab.h"
#include "log_rows.h"

enum { LOG_ARENA_LOG2 = 33, FILES_MAX = 4096 };

/* The number that a text is in its plain form; SMALL_NUMBERS: none, or not a small one. */
static size_t small_number(const char *s)
{
    size_t v = 0;
    const char *p = s;
    while (*p >= '0' && *p <= '9' && v < SMALL_NUMBERS) v = v * 10 + (size_t)(*p++ - '0');
    bool plain = !*p && p > s && (*s != '0' || p == s + 1);
    return plain && v < SMALL_NUMBERS ? v : SMALL_NUMBERS;
}

/* Where the place of a small number is kept; NULL: no memory. */
static uint32_t *of_number(struct arena *a, struct names *m, size_t v)
{
    size_t to = m->numbers ? m->numbers : 1024;
    if (v < m->numbers) return &m->of_number[v];
    while (to <= v) to *= 2;
    uint32_t *more = arena_array(a, to, sizeof *more);
    if (!more) return NULL;
    if (m->numbers) memcpy(more, m->of_number, m->numbers * sizeof *more);
    m->of_number = more;
    m->numbers = to;
    return &more[v];
}

/* The name is copied when it is new: its row may be let go. */
static enum st intern(struct reading *r, struct names *m, const char *text, uint32_t *out, struct err *e)
{
    size_t v = small_number(text), at = m->count;
    uint32_t *place = v < SMALL_NUMBERS ? of_number(r->a, m, v) : NULL;
    if (v < SMALL_NUMBERS) {
        if (!place) return err_fail(e, ST_NOMEM, "err.memory", "names");
        if (*place) at = *place - 1;
    } else if (m->map.count && strcmp(text, m->name[m->last]) == 0) {
        at = m->last;
    } else {
        int found = strmap_get(&m->map, text);
        if (found >= 0) at = (size_t)found;
    }
    if (at == m->count) {
        char *name = arena_strdup(r->a, text);
        const char **p = name ? LIST_ADD(r->a, m->name, m->count, m->cap) : NULL;
        if (!p || (!place && strmap_put(&m->map, name, (int)at) < 0))
            return err_fail(e, ST_NOMEM, "err.memory", "names");
        *p = name;
        if (place) *place = (uint32_t)at + 1;
    }
    if (!place) m->last = (uint32_t)at;
    *out = (uint32_t)at;
    return ST_OK;
}
#define USER(text, out) TRY(intern(r, &r->user, text, out, e))
#define ITEM(text, out) TRY(intern(r, &r->item, text, out, e))
#define SKILL(text, out) TRY(intern(r, &r->skill, text, out, e))

static enum st add_row(struct reading *r, struct entry row, struct err *e)
{
    if (r->count == ROWS_MAX) return err_fail(e, ST_INVALID, "model.row", "more than %d answers", ROWS_MAX);
    if (r->count == r->cap) {
        size_t cap = r->cap ? 2 * r->cap : 1024;
        struct entry *more = realloc(r->rows, cap * sizeof *more);
        if (!more) return err_fail(e, ST_NOMEM, "err.memory", "rows");
        r->rows = more;
        r->cap = cap;
    }
    row.at = (uint32_t)r->count & (uint32_t)ROWS_MAX;
    r->rows[r->count++] = row;
    return ST_OK;
}

static enum st add_pair(struct reading *r, struct pair **list, size_t *count, size_t *cap, uint32_t item,
                        uint32_t skill, struct err *e)
{
    struct pair *p = LIST_ADD(r->a, *list, *count, *cap);
    if (!p) return err_fail(e, ST_NOMEM, "err.memory", "skills of items");
    *p = (struct pair){item, skill};
    return ST_OK;
}

/* 0 and 1 and the words of DataShop; 2: no answer (study); -1: neither */
static int outcome_of(const char *s)
{
    if ((s[0] == '0' || s[0] == '1') && !s[1]) return s[0] - '0';
    if (strcmp(s, "0.0") == 0 || str_ieq(s, "incorrect") || str_ieq(s, "hint") || str_ieq(s, "false") ||
        str_ieq(s, "n") || str_ieq(s, "bug"))
        return 0;
    if (strcmp(s, "1.0") == 0 || str_ieq(s, "correct") || str_ieq(s, "ok") || str_ieq(s, "true") || str_ieq(s, "y"))
        return 1;
    return str_ieq(s, "study") ? 2 : -1;
}

static bool time_of(const char *s, double *out)
{
    int y, mo, d, h, mi, n = 0;
    double sec;
    if (parse_f64(s, out)) return *out > -1e15 && *out < 1e15;
    if (sscanf(s, "%4d-%2d-%2d%*1[ T]%2d:%2d:%lf%n", &y, &mo, &d, &h, &mi, &sec, &n) != 6 &&
        sscanf(s, "%4d/%2d/%2d%*1[ T]%2d:%2d:%lf%n", &y, &mo, &d, &h, &mi, &sec, &n) != 6)
        return false;
    if (y < 1900 || y > 9999 || mo < 1 || mo > 12 || d < 1 || d > 31 || h < 0 || h > 24 || mi < 0 || mi > 59 ||
        !(sec >= 0.0 && sec < 61.0))
        return false;
    int64_t yy = mo <= 2 ? y - 1 : y, era = yy / 400, yoe = yy - era * 400,
            doy = (153 * (mo + (mo > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int64_t days = era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
    *out = (double)days * 86400.0 + h * 3600.0 + mi * 60.0 + sec;
    return true;
}

static int find(const struct sheet *t, const char *given, const char *const *known)
{
    for (size_t i = 0; given && i < t->count; i++)
        if (strcmp(t->fields[i], given) == 0) return (int)i;
    for (size_t i = 0; given && i < t->count; i++)
        if (column_is(t->fields[i], given)) return (int)i;
    for (; !given && *known; known++)
        for (size_t i = 0; i < t->count; i++)
            if (column_is(t->fields[i], *known)) return (int)i;
    return -1;
}

enum { TRUTHS = 5 };
struct columns {
    int user, item, skill, correct, time, group, took, hints, hints_there, truth[TRUTHS], widest;
    bool order_only, took_ms;
};
static const char *const truth_names[TRUTHS][2] = {
    {"true_state", NULL}, {"true_mastered", NULL}, {"true_lapsed", NULL}, {"true_stuck", NULL}, {"true_idle", NULL}};

/* Columns beside who, what and whether: seconds, hints, and the truth of invented students. */
static void columns_beside(const struct log_columns *n, const struct sheet *t, struct columns *c)
{
    static const char *const ms[] = {"took_ms", "ms_first_response", "ms_first_response_time", "cf end latency", NULL},
                             *const seconds[] = {"took_s", "duration sec", "step duration sec", "response_time_s",
                                                 NULL};
    static const char *const hints[] = {"hints", "hint_count", NULL},
                             *const there[] = {"hints_total", "hint_total", NULL}, *const none[] = {NULL};
    c->took = n->took ? find(t, n->took, none) : n->beside ? find(t, NULL, ms) : -1;
    size_t len = n->took ? strlen(n->took) : 0;
    c->took_ms =
        n->took ? strncmp(n->took, "ms_", 3) == 0 || (len > 3 && strcmp(n->took + len - 3, "_ms") == 0) : c->took >= 0;
    if (!n->took && n->beside && c->took < 0) c->took = find(t, NULL, seconds);
    c->hints = n->hints ? find(t, n->hints, none) : n->beside ? find(t, NULL, hints) : -1;
    c->hints_there = n->beside ? find(t, NULL, there) : -1;
    for (size_t i = 0; i < TRUTHS; i++) c->truth[i] = n->truth ? find(t, NULL, truth_names[i]) : -1;
}

/* What the header says. false: this is no log of answers with one row per answer. */
static bool columns_of(const struct reading *r, const struct sheet *t, struct columns *c)
{
    static const char *const user[] = {"user_id",         "user",       "student_id", "student",
                                       "anon student id", "learner_id", NULL};
    static const char *const item[] = {"item_id", "item", "question_id", "problem_id", "step id", NULL};
    static const char *const step[] = {"step name", "problem name", NULL};
    static const char *const cluster[] = {"kc cluster", NULL}, *const kc[] = {"kc default", "kc single kc", "kc", NULL};
    static const char *const skill[] = {"skill_name", "skill_id",     "skill", "kc cluster",
                                        "kc default", "kc subskills", "kc",    NULL};
    static const char *const correct[] = {"correct", "correct first attempt", "outcome",
                                          "score",   "first attempt",         NULL};
    static const char *const time[] = {"timestamp",       "time",       "first transaction time",
                                       "step start time", "start_time", NULL},
                             *const order[] = {"order_id", NULL};
    const struct log_columns *n = r->columns;
    c->user = find(t, n->user, user);
    c->item = find(t, n->item, item);
    if (c->item < 0 && !n->item && find(t, NULL, cluster) >= 0) c->item = find(t, NULL, kc);
    if (c->item < 0 && !n->item) c->item = find(t, NULL, step);
    c->skill = find(t, n->skill, skill);
    c->correct = find(t, n->correct, correct);
    c->time = find(t, n->time, time);
    c->order_only = c->time < 0 && !n->time;
    if (c->order_only) c->time = find(t, NULL, order);
    static const char *const none[] = {NULL};
    c->group = find(t, n->group, none);
    if (c->item < 0 && !n->item) c->item = c->skill;
    columns_beside(n, t, c);
    const int all[] = {c->user,  c->item,        c->skill,    c->correct,  c->time,     c->group,    c->took,
                       c->hints, c->hints_there, c->truth[0], c->truth[1], c->truth[2], c->truth[3], c->truth[4]};
    c->widest = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i] > c->widest) c->widest = all[i];
    return c->user >= 0 && c->item >= 0 && c->correct >= 0 && !(n->skill && c->skill < 0) &&
           !(n->time && c->time < 0) && !(n->group && c->group < 0) && !(n->took && c->took < 0) &&
           !(n->hints && c->hints < 0);
}

static bool count_of(const char *s, int16_t *out)
{
    double v;
    if (!*s || strcmp(s, "NA") == 0) return true; /* not told */
    if (!parse_f64(s, &v) || !(v >= 0.0 && v <= 10000.0)) return false;
    *out = (int16_t)v;
    return true;
}

/* The row added last. Rows of files without these columns are unknown there. */
static enum st read_beside(struct reading *r, const struct sheet *t, const struct columns *c, struct err *e)
{
    struct log_beside *b = NULL;
    bool any = c->took >= 0 || c->hints >= 0 || c->truth[0] >= 0;
    while ((any || r->beside) && r->beside_count < r->count) {
        if (r->beside_count == r->beside_cap) { /* as many as rows: in an arena what it outgrows would stay */
            struct log_beside *more = realloc(r->beside, r->cap * sizeof *more);
            if (!more) return err_fail(e, ST_NOMEM, "err.memory", "rows");
            r->beside = more;
            r->beside_cap = r->cap;
        }
        b = &r->beside[r->beside_count++];
        *b = (struct log_beside){.took_s = -1.0f, .hints = -1, .hints_there = -1};
    }
    if (!any) return ST_OK;
    double took = -1.0;
    const char *s = c->took >= 0 ? t->fields[c->took] : "";
    if (*s && strcmp(s, "NA") != 0 && strcmp(s, ".") != 0 && (!parse_f64(s, &took) || !(took > -1e9 && took < 1e12)))
        return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: \"%.40s\" is not a time that an answer takes",
                        t->path, t->line, s);
    b->took_s = took < 0.0 ? -1.0f : (float)(c->took_ms ? took / 1000.0 : took);
    if ((c->hints >= 0 && !count_of(t->fields[c->hints], &b->hints)) ||
        (c->hints_there >= 0 && !count_of(t->fields[c->hints_there], &b->hints_there)))
        return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: the number of hints is not a number", t->path,
                        t->line);
    if (c->truth[0] < 0) return ST_OK;
    int state = 0;
    while (state < SIM_STATES && strcmp(t->fields[c->truth[0]], sim_state_name((enum sim_state)state)) != 0) state++;
    if (state == SIM_STATES)
        return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: \"%.40s\" is not a state of a simulated student",
                        t->path, t->line, t->fields[c->truth[0]]);
    b->state = (uint8_t)state;
    b->told = true;
    for (size_t i = 1; i < TRUTHS; i++)
        if (c->truth[i] >= 0 && strcmp(t->fields[c->truth[i]], "1") == 0) b->truth |= (uint8_t)(1u << i);
    return ST_OK;
}

/* Before the list of what rows say would grow: an item of two skills says both on every row. */
static void each_pair_once(struct reading *r)
{
    size_t kept = 0;
    if (r->said_count < r->said_cap || r->said_count < r->said_due || !r->said_count) return;
    qsort(r->said, r->said_count, sizeof *r->said, by_pair);
    for (size_t i = 0; i < r->said_count; i++)
        if (!kept || by_pair(&r->said[i], &r->said[kept - 1]) != 0) r->said[kept++] = r->said[i];
    r->said_count = kept;
    r->said_due = 2 * kept; /* where all are different, twice as many come before it is looked at again */
}

static enum st say_skills(struct reading *r, char *text, uint32_t item, uint32_t *first, struct err *e)
{
    *first = UINT32_MAX;
    for (char *next; text && *text; text = next) {
        next = strstr(text, "~~");
        if (next) {
            *next = 0;
            next += 2;
        }
        if (!*text || strcmp(text, "NA") == 0 || strcmp(text, "nan") == 0) continue;
        uint32_t skill;
        SKILL(text, &skill);
        if (*first == UINT32_MAX) *first = skill;
        while (r->said_last_count <= item) {
            uint32_t *more = LIST_ADD(r->a, r->said_last, r->said_last_count, r->said_last_cap);
            if (!more) return err_fail(e, ST_NOMEM, "err.memory", "skills of items");
        }
        if (r->said_last[item] == skill + 1) continue;
        r->said_last[item] = skill + 1;
        each_pair_once(r);
        TRY(add_pair(r, &r->said, &r->said_count, &r->said_cap, item, skill, e));
    }
    return ST_OK;
}

static enum st read_rows(struct reading *r, struct sheet *t, const struct columns *c, struct err *e)
{
    while (sheet_next(t)) {
        struct entry row = {0};
        if (t->count <= (size_t)c->widest)
            return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: %zu columns where the header has more", t->path,
                            t->line, t->count);
        int right = outcome_of(t->fields[c->correct]);
        if (right < 0)
            return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: the answer is \"%.40s\", not 0 or 1", t->path,
                            t->line, t->fields[c->correct]);
        if (right == 2) {
            r->d->unscored++;
            continue;
        }
        if (!*t->fields[c->user] || !*t->fields[c->item])
            return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: no student or no item", t->path, t->line);
        row.correct = right == 1;
        if (c->time >= 0 && !time_of(t->fields[c->time], &row.time))
            return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: \"%.40s\" is not a time", t->path, t->line,
                            t->fields[c->time]);
        USER(t->fields[c->user], &row.user);
        ITEM(t->fields[c->item], &row.item);
        row.skill = UINT32_MAX;
        if (c->skill >= 0 && !r->q_matrix) TRY(say_skills(r, t->fields[c->skill], row.item, &row.skill, e));
        if (row.time != 0.0) {
            r->ordered = true;
            if (!c->order_only) r->clock = true;
        }
        while (c->group >= 0 && r->group_count < r->user.count) {
            const char **g = LIST_ADD(r->a, r->group, r->group_count, r->group_cap);
            if (!g) return err_fail(e, ST_NOMEM, "err.memory", "groups");
            if (!(*g = arena_strdup(r->a, t->fields[c->group]))) return err_fail(e, ST_NOMEM, "err.memory", "groups");
        }
        TRY(add_row(r, row, e));
        TRY(read_beside(r, t, c, e));
        sheet_let_go(t);
    }
    return ST_OK;
}

static enum st read_q_matrix(struct reading *r, const char *path, struct err *e)
{
    struct sheet t;
    uint32_t item, skill;
    TRY(sheet_open(&t, r->a, path, e));
    if (!sheet_next(&t) || t.count != 2 || !column_is(t.fields[0], "item_id") || !column_is(t.fields[1], "skill"))
        return err_fail(e, ST_INVALID, "model.row", "%s: line 1: a Q matrix has the columns item_id and skill", path);
    while (sheet_next(&t)) {
        if (t.count != 2) return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: not two columns", path, t.line);
        ITEM(t.fields[0], &item);
        SKILL(t.fields[1], &skill);
        TRY(add_pair(r, &r->q, &r->q_count, &r->q_cap, item, skill, e));
    }
    r->q_matrix = true;
    return ST_OK;
}

/* One row per student: lists of concepts and answers (-1 fills up). */
static enum st read_lists(struct reading *r, struct sheet *t, struct err *e)
{
    int uid = -1, concepts = -1, answers = -1;
    for (size_t i = 0; i < t->count; i++) {
        if (column_is(t->fields[i], "uid")) uid = (int)i;
        if (column_is(t->fields[i], "concepts")) concepts = (int)i;
        if (column_is(t->fields[i], "responses")) answers = (int)i;
    }
    while (sheet_next(t)) {
        if (t->count <= (size_t)uid || t->count <= (size_t)concepts || t->count <= (size_t)answers)
            return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: too few columns", t->path, t->line);
        struct entry row = {0};
        char *c = t->fields[concepts], *y = t->fields[answers], *c_end, *y_end;
        USER(t->fields[uid], &row.user);
        while (c && y) {
            c_end = strchr(c, ',');
            y_end = strchr(y, ',');
            if (c_end) *c_end++ = 0;
            if (y_end) *y_end++ = 0;
            if (!c_end != !y_end)
                return err_fail(e, ST_INVALID, "model.row",
                                "%s: line %zu: the number of answers and of concepts differs", t->path, t->line);
            if (strcmp(c, "-1") != 0 && strcmp(y, "-1") != 0) {
                int right = outcome_of(y);
                if (right != 0 && right != 1)
                    return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: the answer is \"%.20s\", not 0 or 1",
                                    t->path, t->line, y);
                row.correct = right == 1;
                ITEM(c, &row.item);
                TRY(say_skills(r, c, row.item, &row.skill, e));
                TRY(add_row(r, row, e));
            }
            c = c_end;
            y = y_end;
        }
        sheet_let_go(t);
    }
    return ST_OK;
}

/* Blocks of four lines: student, items, skills, answers; a row for each skill of an answer. The first line is in
 * hand. */
static enum st read_blocks(struct reading *r, struct sheet *t, struct err *e)
{
    char **lines[3] = {NULL}, **head;
    size_t cap[3] = {0}, head_cap;
    do {
        struct entry row = {0};
        size_t n[3];
        head = t->fields, head_cap = t->cap;
        USER(t->fields[0], &row.user);
        for (int k = 0; k < 3; k++) {
            t->fields = lines[k], t->cap = cap[k];
            if (!sheet_next(t))
                return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: the block of four lines is cut short",
                                t->path, t->line);
            n[k] = t->count;
            lines[k] = t->fields, cap[k] = t->cap;
        }
        t->fields = head, t->cap = head_cap;
        if (n[0] != n[1] || n[0] != n[2])
            return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: items, skills and answers differ in number",
                            t->path, t->line);
        struct entry before = {0};
        for (size_t i = 0; i < n[0]; i++) {
            int right = outcome_of(lines[2][i]);
            if (right != 0 && right != 1)
                return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: the answer is \"%.20s\", not 0 or 1",
                                t->path, t->line, lines[2][i]);
            row.correct = right == 1;
            ITEM(lines[0][i], &row.item);
            TRY(say_skills(r, lines[1][i], row.item, &row.skill, e));
            row.repeat = i > 0 && row.item == before.item && before.correct == row.correct && before.skill != row.skill;
            if (!row.repeat) before = row;
            r->d->merged += row.repeat;
            TRY(add_row(r, row, e));
        }
        sheet_let_go(t);
    } while (sheet_next(t));
    return ST_OK;
}

static bool has_column(const struct sheet *t, const char *name)
{
    for (size_t i = 0; i < t->count; i++)
        if (column_is(t->fields[i], name)) return true;
    return false;
}

/* *was_log false: another kind of table. */
/* A mix of all bytes, eight at a time. */
static uint64_t mix_of(const char *p, size_t n)
{
    uint64_t mix = n, word;
    for (; n >= sizeof word; p += sizeof word, n -= sizeof word) {
        memcpy(&word, p, sizeof word);
        mix = (mix ^ word) * 0x9E3779B97F4A7C15u;
        mix ^= mix >> 29;
    }
    word = 0;
    memcpy(&word, p, n);
    return hash_mix(mix, word);
}

static bool same_file(const struct log_file *a, const struct log_file *b)
{
    return (a->device == b->device && a->inode == b->inode) || (a->text == b->text && a->length == b->length);
}

/* Is it one that was read, by another name perhaps? The same answers twice would tell each other: without times nothing
 * else shows it. */
static enum st is_again(struct reading *r, const struct sheet *t, const struct stat *s, bool *again, struct err *e)
{
    size_t length = (size_t)(t->end - t->p);
    struct log_file f = {s->st_dev, s->st_ino, mix_of(t->p, length), length};
    *again = false;
    for (size_t i = 0; i < r->file_count && !*again; i++) *again = same_file(&r->files[i], &f);
    struct log_file *one = *again ? NULL : LIST_ADD(r->a, r->files, r->file_count, r->file_cap);
    if (one) *one = f;
    if (!*again) return one ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "files");
    if (!r->d->files_again++) r->d->file_again = arena_strdup(r->a, t->path);
    return ST_OK;
}

static enum st read_file(struct reading *r, const char *path, bool *was_log, struct err *e)
{
    struct sheet t;
    struct columns c;
    struct stat s = {0};
    bool again;
    if (stat(path, &s) != 0) return err_fail(e, ST_NOT_FOUND, "model.file", "%s: no such file or folder", path);
    TRY(sheet_open(&t, r->a, path, e));
    *was_log = true;
    TRY(is_again(r, &t, &s, &again, e));
    if (again) return ST_OK;
    r->d->input_bytes += (size_t)s.st_size;
    if (!sheet_next(&t)) return err_fail(e, ST_INVALID, "model.file", "%s: line 1: no header", path);
    if (has_column(&t, "concepts") && has_column(&t, "responses") && has_column(&t, "uid")) return read_lists(r, &t, e);
    if (columns_of(r, &t, &c)) return read_rows(r, &t, &c, e);
    if (t.count == 2 && all_digits(t.fields[0]) && all_digits(t.fields[1])) return read_blocks(r, &t, e);
    *was_log = false;
    return ST_OK;
}

static bool ends(const char *s, const char *with)
{
    size_t a = strlen(s), b = strlen(with);
    return a >= b && strcmp(s + a - b, with) == 0;
}

static bool is_table(const char *s)
{
    return ends(s, ".tsv") || ends(s, ".csv") || ends(s, ".txt") || ends(s, ".tsv.gz") || ends(s, ".csv.gz") ||
           ends(s, ".txt.gz");
}
static bool is_q_matrix(const char *s) { return strcmp(s, "q_mat.tsv") == 0 || strcmp(s, "q_mat.tsv.gz") == 0; }
static int by_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static enum st read_folder(struct reading *r, const char *path, struct err *e)
{
    DIR *dir = opendir(path);
    const char **names = arena_array(r->a, FILES_MAX, sizeof *names);
    size_t n = 0, logs = 0;
    if (!dir || !names) {
        if (dir) closedir(dir);
        return err_fail(e, ST_IO, "model.file", "%s: the folder could not be read", path);
    }
    for (struct dirent *x; (x = readdir(dir)) && n < FILES_MAX;)
        if (is_table(x->d_name)) names[n++] = arena_strdup(r->a, x->d_name);
    closedir(dir);
    qsort(names, n, sizeof *names, by_text);
    for (size_t i = 0; i < n; i++)
        if (is_q_matrix(names[i])) TRY(read_q_matrix(r, arena_printf(r->a, "%s/%s", path, names[i]), e));
    for (size_t i = 0; i < n; i++) {
        bool was = false;
        if (!is_q_matrix(names[i])) TRY(read_file(r, arena_printf(r->a, "%s/%s", path, names[i]), &was, e));
        logs += was;
    }
    return logs ? ST_OK
                : err_fail(e, ST_INVALID, "model.file",
                           "%s: no file in this folder has columns for student, item and answer", path);
}

/* A Q matrix that lies beside a file named on its own belongs to it. */
static enum st sibling_q_matrix(struct reading *r, const char *path, struct err *e)
{
    const char *slash = strrchr(path, '/');
    static const char *const names[] = {"q_mat.tsv", "q_mat.tsv.gz"};
    char *folder = slash ? arena_copy(r->a, path, (size_t)(slash - path)) : arena_strdup(r->a, ".");
    if (!folder) return err_fail(e, ST_NOMEM, "err.memory", "reading");
    if (r->q_folder && strcmp(r->q_folder, folder) == 0) return ST_OK;
    r->q_folder = folder;
    for (size_t i = 0; i < 2; i++) {
        struct stat s;
        char *q = arena_printf(r->a, "%s/%s", folder, names[i]);
        if (q && !r->columns->skill && stat(q, &s) == 0) return read_q_matrix(r, q, e);
    }
    return ST_OK;
}

static enum st read_paths(struct reading *r, const char *const *paths, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        struct stat s;
        bool was = true;
        if (stat(paths[i], &s) != 0)
            return err_fail(e, ST_NOT_FOUND, "model.file", "%s: no such file or folder", paths[i]);
        if (S_ISDIR(s.st_mode)) {
            TRY(read_folder(r, paths[i], e));
            continue;
        }
        TRY(sibling_q_matrix(r, paths[i], e));
        TRY(read_file(r, paths[i], &was, e));
        if (!was)
            return err_fail(
                e, ST_INVALID, "model.file",
                "%s: line 1: no columns for student, item and answer; name them with --user, --item and --correct",
                paths[i]);
    }
    return ST_OK;
}

enum st log_read(struct log_data *d, const char *const *paths, size_t n, const struct log_columns *columns,
                 struct err *e)
{
    memset(d, 0, sizeof *d);
    arena_init(&d->arena, (size_t)1 << LOG_ARENA_LOG2);
    const struct names none = {.map = {.arena = &d->arena}};
    struct reading r = {.d = d, .a = &d->arena, .columns = columns, .user = none, .item = none, .skill = none};
    enum st st = read_paths(&r, paths, n, e);
    if (st == ST_OK) st = log_gather(&r, e);
    free(r.rows), free(r.beside);
    return st;
}

void log_release(struct log_data *d) { arena_release(&d->arena); }

void model_set_name(const struct log_data *d, size_t set, struct text *t)
{
    text_clear(t);
    for (size_t k = d->r.set_at[set]; k < d->r.set_at[set + 1]; k++) {
        if (k > d->r.set_at[set]) text_add(t, "~~");
        text_add(t, d->skill_name[d->r.set_skill[k]]);
    }
}
