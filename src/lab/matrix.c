/* Scores of persons on items: from a table with a column for each item, or from a log of answers. */
#include <string.h>

#include "base/list.h"
#include "lab/lab.h"

enum { MATRIX_LOG2 = 32, COLUMNS_MAX = 20000 };

/* Columns of who and where, which are small numbers like scores. */
static bool is_covariate(const char *name)
{
    static const char *const known[] = {"id",     "idstud",   "student", "user",   "user_id", "person", "group",
                                        "weight", "idbook",   "girl",    "female", "gender",  "sex",    "age",
                                        "hisei",  "semester", "attempt", "study",  "tests",   "nsolved"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (column_is(name, known[i])) return true;
    return false;
}

static bool wanted(const char *name, const char *prefixes)
{
    while (prefixes && *prefixes) {
        size_t n = strcspn(prefixes, ",");
        if (n && strncmp(name, prefixes, n) == 0) return true;
        prefixes += n + (prefixes[n] == ',');
    }
    return false;
}

static int score_of(const char *s)
{
    if (!*s || strcmp(s, "NA") == 0) return IRT_MISSING;
    return s[0] >= '0' && s[0] <= '9' && (s[1] == 0 || strcmp(s + 1, ".0") == 0) ? s[0] - '0' : -1;
}

/* One row per person; columns that hold anything but 0..9 are left out, unless --columns asks for them. */
enum st matrix_read(struct matrix *x, const char *path, const char *columns, const char *group, struct err *e)
{
    struct sheet t;
    memset(x, 0, sizeof *x);
    arena_init(&x->arena, (size_t)1 << MATRIX_LOG2);
    struct arena *a = &x->arena;
    TRY(sheet_open(&t, a, path, e));
    if (!sheet_next(&t)) return err_fail(e, ST_INVALID, "model.file", "%s: line 1: no header", path);
    size_t width = t.count, rows = 0, cap = 0, kept = 0;
    if (width > COLUMNS_MAX)
        return err_fail(e, ST_INVALID, "model.row", "%s: line 1: over %d columns", path, COLUMNS_MAX);
    const char **names = arena_array(a, width, sizeof *names);
    uint8_t *use = arena_array(a, width, 1), **row = NULL;
    if (!names || !use) return err_fail(e, ST_NOMEM, "err.memory", "columns");
    bool headless = true;
    int of = -1;
    const char **who = NULL;
    size_t who_count = 0, who_cap = 0;
    for (size_t i = 0; i < width; i++) headless = headless && score_of(t.fields[i]) >= 0;
    for (size_t i = 0; i < width; i++) {
        names[i] = headless ? arena_printf(a, "item %zu", i + 1) : t.fields[i];
        if (group && column_is(names[i], group)) of = (int)i;
        use[i] = of != (int)i && (columns ? wanted(names[i], columns) : !is_covariate(names[i]));
    }
    if (group && of < 0) return err_fail(e, ST_INVALID, "model.file", "%s: line 1: no column %.60s", path, group);
    for (bool more = headless || sheet_next(&t); more; more = sheet_next(&t)) {
        if (t.count != width)
            return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: %zu columns, but the header has %zu", path,
                            t.line, t.count, width);
        uint8_t *r = arena_alloc(a, width), **p = LIST_ADD(a, row, rows, cap);
        if (!r || !p) return err_fail(e, ST_NOMEM, "err.memory", "rows");
        *p = r;
        if (of >= 0) {
            const char **g = LIST_ADD(a, who, who_count, who_cap);
            if (!g) return err_fail(e, ST_NOMEM, "err.memory", "groups");
            *g = t.fields[of];
        }
        for (size_t i = 0; i < width; i++) {
            int s = score_of(t.fields[i]);
            if (s < 0 && use[i]) {
                if (columns)
                    return err_fail(e, ST_INVALID, "model.row",
                                    "%s: line %zu: \"%.40s\" in column %.40s is not a score from 0 to 9", path, t.line,
                                    t.fields[i], names[i]);
                use[i] = 0;
            }
            r[i] = (uint8_t)s;
        }
    }
    for (size_t i = 0; i < width; i++)
        if (use[i]) names[kept++] = names[i];
    uint8_t *score = arena_array(a, rows * kept + 1, 1);
    if (!kept || !rows || !score)
        return err_fail(e, ST_INVALID, "model.row", "%s: no column with scores, or no person", path);
    for (size_t j = 0, at = 0; j < rows; j++)
        for (size_t i = 0; i < width; i++)
            if (use[i]) score[at++] = row[j][i];
    x->m = (struct irt_matrix){rows, kept, score};
    x->names = names;
    x->group = who;
    return ST_OK;
}

enum st matrix_from_log(struct matrix *x, const char *path, const struct log_columns *names, struct err *e)
{
    struct log_data d;
    memset(x, 0, sizeof *x);
    arena_init(&x->arena, (size_t)1 << MATRIX_LOG2);
    enum st st = log_read(&d, &path, 1, names, e);
    const struct responses *r = &d.r;
    uint8_t *score = st == ST_OK ? arena_array(&x->arena, r->users * r->items + 1, 1) : NULL;
    x->names = st == ST_OK ? arena_array(&x->arena, r->items, sizeof *x->names) : NULL;
    x->group = st == ST_OK && d.user_group ? arena_array(&x->arena, r->users, sizeof *x->group) : NULL;
    if (st == ST_OK && (!score || !x->names || (d.user_group && !x->group)))
        st = err_fail(e, ST_NOMEM, "err.memory", "scores of %zu persons on %zu items", r->users, r->items);
    if (st == ST_OK) {
        memset(score, IRT_MISSING, r->users * r->items);
        for (size_t i = 0; i < r->items; i++) x->names[i] = arena_strdup(&x->arena, d.item_name[i]);
        for (size_t u = 0; u < r->users; u++) {
            if (x->group) x->group[u] = arena_strdup(&x->arena, d.user_group[u]);
            /* the first answer stays */
            for (size_t i = r->user_at[u + 1]; i-- > r->user_at[u];) score[u * r->items + r->item[i]] = r->correct[i];
        }
        x->m = (struct irt_matrix){r->users, r->items, score};
    }
    log_release(&d);
    return st;
}
