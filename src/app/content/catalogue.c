#include "content/catalogue.h"
#include "store/sql/content.h"

#include <stdlib.h>
#include <string.h>

/* A list that grows on the heap while it is read, and is then moved into the arena. */
struct list {
    char *p;
    size_t n, cap, size;
};

static void *list_add(struct list *l)
{
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 256;
        char *p = realloc(l->p, cap * l->size);
        if (!p) return NULL;
        l->p = p;
        l->cap = cap;
    }
    return memset(l->p + l->n++ * l->size, 0, l->size);
}

static void *list_move(struct list *l, struct arena *a, size_t *n)
{
    void *p = arena_array(a, l->n + 1, l->size);
    if (p && l->n) memcpy(p, l->p, l->n * l->size);
    *n = l->n;
    free(l->p);
    l->p = NULL;
    return p;
}

static const char *keep(struct arena *a, const char *s) { return *s ? arena_strdup(a, s) : ""; }

static enum st load_frameworks(struct tx *tx, struct arena *a, struct catalogue *c, struct err *e)
{
    struct list l = {.size = sizeof(struct framework)};
    struct sql_framework_all_row r;
    struct rows rows;
    TRY(sql_framework_all(tx, &rows, e));
    while (sql_framework_all_next(&rows, &r)) {
        struct framework *f = list_add(&l);
        if (!f) return err_no_memory(e, "catalogue");
        *f = (struct framework){.framework_id = r.framework_id,
                                .uri = keep(a, r.uri),
                                .title = keep(a, r.title),
                                .creator = keep(a, r.creator),
                                .publisher = keep(a, r.publisher),
                                .language = keep(a, r.language),
                                .version = keep(a, r.version),
                                .licence = keep(a, r.licence),
                                .licence_url = keep(a, r.licence_url),
                                .notice = keep(a, r.notice)};
    }
    c->frameworks = list_move(&l, a, &c->framework_count);
    TRY(rows_end(&rows));
    return c->frameworks ? ST_OK : err_no_memory(e, "catalogue");
}

static enum st load_competencies(struct tx *tx, struct arena *a, struct catalogue *c, struct err *e)
{
    struct list l = {.size = sizeof(struct competency)};
    struct sql_competency_all_row r;
    struct rows rows;
    TRY(sql_competency_all(tx, &rows, e));
    while (sql_competency_all_next(&rows, &r)) {
        struct competency *k = list_add(&l);
        if (!k) return err_no_memory(e, "catalogue");
        *k = (struct competency){.competency_id = r.competency_id,
                                 .framework_id = r.framework_id,
                                 .parent_id = r.parent_id,
                                 .uri = keep(a, r.uri),
                                 .code = keep(a, r.code),
                                 .statement = keep(a, r.statement),
                                 .name = keep(a, r.name),
                                 .type = keep(a, r.type),
                                 .grades = keep(a, r.grades),
                                 .position = (int32_t)r.position,
                                 .try_at_home = keep(a, r.try_at_home)};
        if (!*k->name) k->name = k->statement;
    }
    c->competencies = list_move(&l, a, &c->competency_count);
    TRY(rows_end(&rows));
    return c->competencies ? ST_OK : err_no_memory(e, "catalogue");
}

#define FIND(name, type, list, count, field) \
    static size_t name(const struct catalogue *c, int64_t id) \
    { \
        size_t lo = 0, hi = c->count; \
        while (lo < hi) { \
            size_t mid = (lo + hi) / 2; \
            if (c->list[mid].field < id) lo = mid + 1; \
            else hi = mid; \
        } \
        return lo < c->count && c->list[lo].field == id ? lo : SIZE_MAX; \
    }

FIND(competency_index, struct competency, competencies, competency_count, competency_id)
FIND(item_index, struct item_ref, items, item_count, item_id)
FIND(course_index, struct course, courses, course_count, course_id)
FIND(framework_index, struct framework, frameworks, framework_count, framework_id)

const struct competency *catalogue_competency(const struct catalogue *c, int64_t id)
{
    size_t i = competency_index(c, id);
    return i == SIZE_MAX ? NULL : &c->competencies[i];
}

const struct item_ref *catalogue_item(const struct catalogue *c, int64_t id)
{
    size_t i = item_index(c, id);
    return i == SIZE_MAX ? NULL : &c->items[i];
}

const struct course *catalogue_course(const struct catalogue *c, int64_t id)
{
    size_t i = course_index(c, id);
    return i == SIZE_MAX ? NULL : &c->courses[i];
}

const struct framework *catalogue_framework(const struct catalogue *c, int64_t id)
{
    size_t i = framework_index(c, id);
    return i == SIZE_MAX ? NULL : &c->frameworks[i];
}

struct pair {
    int64_t key, value;
};

static int by_pair(const void *x, const void *y)
{
    const struct pair *a = x, *b = y;
    if (a->key != b->key) return a->key < b->key ? -1 : 1;
    return a->value < b->value ? -1 : a->value > b->value;
}

/* Links (from precedes to): to's prerequisites, as indices. */
static enum st load_prerequisites(struct tx *tx, struct arena *a, struct catalogue *c, struct err *e)
{
    struct list l = {.size = sizeof(struct pair)};
    struct sql_link_all_row r;
    struct rows rows;
    enum st st = ST_OK, ended;
    TRY(sql_link_all(tx, "precedes", &rows, e));
    while (sql_link_all_next(&rows, &r)) {
        size_t from = competency_index(c, r.from_id), to = competency_index(c, r.to_id);
        if (from == SIZE_MAX || to == SIZE_MAX || from == to) continue;
        struct pair *p = list_add(&l);
        if (!p) {
            st = err_no_memory(e, "catalogue");
            break;
        }
        *p = (struct pair){(int64_t)to, (int64_t)from};
    }
    if ((ended = rows_end(&rows)) != ST_OK) st = ended;
    if (l.n) qsort(l.p, l.n, sizeof(struct pair), by_pair);
    const struct pair *p = (const struct pair *)(void *)l.p;
    for (size_t i = 0; st == ST_OK && i < l.n;) {
        size_t n = 1;
        while (i + n < l.n && p[i + n].key == p[i].key) n++;
        uint32_t *list = arena_array(a, n, sizeof *list);
        if (!list) {
            st = err_no_memory(e, "catalogue");
            break;
        }
        for (size_t k = 0; k < n; k++) list[k] = (uint32_t)p[i + k].value;
        c->competencies[p[i].key].prerequisite = list;
        c->competencies[p[i].key].prerequisite_count = n;
        i += n;
    }
    free(l.p);
    return st;
}

static enum st load_alignment(struct tx *tx, struct arena *a, struct catalogue *c, struct err *e)
{
    struct list versions = {.size = sizeof(struct item_version_ref)}, ids = {.size = sizeof(int64_t)},
                since = {.size = sizeof(int64_t)};
    struct sql_item_competency_all_row r;
    struct rows rows;
    enum st st = ST_OK, ended;
    TRY(sql_item_competency_all(tx, &rows, e));
    while (sql_item_competency_all_next(&rows, &r)) {
        int64_t item = r.item_id;
        int32_t version = (int32_t)r.version;
        struct item_version_ref *v = versions.n ? (struct item_version_ref *)(void *)versions.p + versions.n - 1 : NULL;
        if (!v || v->item_id != item || v->version != version) {
            v = list_add(&versions);
            if (v) *v = (struct item_version_ref){item, version, (uint32_t)ids.n, 0};
        }
        int64_t *id = list_add(&ids), *from = list_add(&since);
        if (!v || !id || !from) {
            st = err_no_memory(e, "catalogue");
            break;
        }
        *id = r.competency_id;
        *from = r.since_id;
        v->count++;
    }
    if ((ended = rows_end(&rows)) != ST_OK) st = ended;
    size_t n;
    c->versions = list_move(&versions, a, &c->version_count);
    c->version_competency = list_move(&ids, a, &n);
    c->version_since = list_move(&since, a, &n);
    return st == ST_OK && (!c->versions || !c->version_competency || !c->version_since) ? err_no_memory(e, "catalogue")
                                                                                        : st;
}

const int64_t *catalogue_aligned(const struct catalogue *c, int64_t item_id, int32_t version, int64_t evidence_id,
                                 size_t *n)
{
    size_t lo = 0, hi = c->version_count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        const struct item_version_ref *v = &c->versions[mid];
        if (v->item_id < item_id || (v->item_id == item_id && v->version < version)) lo = mid + 1;
        else hi = mid;
    }
    bool found = lo < c->version_count && c->versions[lo].item_id == item_id && c->versions[lo].version == version;
    *n = found ? c->versions[lo].count : 0;
    while (*n && c->version_since[c->versions[lo].first + *n - 1] > evidence_id) (*n)--;
    return found ? c->version_competency + c->versions[lo].first : NULL;
}

static int by_group(const void *x, const void *y)
{
    const struct item_ref *a = *(const struct item_ref *const *)x, *b = *(const struct item_ref *const *)y;
    int k = strcmp(a->group_id, b->group_id);
    if (!k) k = strcmp(a->source, b->source);
    if (!k) k = a->group_position - b->group_position;
    return k ? k : (a->item_id < b->item_id ? -1 : 1);
}

static enum st load_items(struct tx *tx, struct arena *a, struct catalogue *c, struct err *e)
{
    struct list l = {.size = sizeof(struct item_ref)};
    struct sql_item_all_row r;
    struct rows rows;
    enum st st = ST_OK, ended;
    TRY(sql_item_all(tx, &rows, e));
    while (sql_item_all_next(&rows, &r)) {
        struct item_ref *it = list_add(&l);
        if (!it) {
            st = err_no_memory(e, "catalogue");
            break;
        }
        *it = (struct item_ref){.item_id = r.item_id,
                                .version = (int32_t)r.version,
                                .group_id = keep(a, r.group_id),
                                .group_position = (int32_t)r.group_position,
                                .source = keep(a, r.source),
                                .open = strcmp(r.status, "active") == 0,
                                .next_in_group = UINT32_MAX};
        it->competency_ids = catalogue_aligned(c, it->item_id, it->version, INT64_MAX, &it->competency_count);
    }
    if ((ended = rows_end(&rows)) != ST_OK) st = ended;
    c->items = list_move(&l, a, &c->item_count);
    TRY(st);
    if (!c->items) return err_no_memory(e, "catalogue");
    struct item_ref **order = calloc(c->item_count + 1, sizeof *order);
    if (!order) return err_no_memory(e, "catalogue");
    for (size_t i = 0; i < c->item_count; i++) order[i] = &c->items[i];
    qsort(order, c->item_count, sizeof *order, by_group);
    for (size_t i = 0; i + 1 < c->item_count; i++)
        if (*order[i]->group_id && strcmp(order[i]->group_id, order[i + 1]->group_id) == 0 &&
            strcmp(order[i]->source, order[i + 1]->source) == 0 && order[i + 1]->open)
            order[i]->next_in_group = (uint32_t)(order[i + 1] - c->items);
    free(order);
    return ST_OK;
}

/* Items of each competency: those to start with; a later step of a problem is reached through its first. */
static enum st index_items(struct arena *a, struct catalogue *c, struct err *e)
{
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < c->competency_count; i++) {
            struct competency *k = &c->competencies[i];
            if (pass && k->item_count && !(k->item = arena_array(a, k->item_count, sizeof *k->item)))
                return err_no_memory(e, "catalogue");
            if (pass) k->item_count = 0;
        }
        for (size_t i = 0; i < c->item_count; i++) {
            const struct item_ref *it = &c->items[i];
            if (!it->open || (*it->group_id && it->group_position > 1)) continue;
            for (size_t j = 0; j < it->competency_count; j++) {
                size_t at = competency_index(c, it->competency_ids[j]);
                if (at == SIZE_MAX) continue;
                struct competency *k = &c->competencies[at];
                if (pass) ((uint32_t *)(uintptr_t)k->item)[k->item_count] = (uint32_t)i;
                k->item_count++;
            }
        }
    }
    return ST_OK;
}

static enum st finish_course(struct arena *a, struct catalogue *c, struct course *course, const uint32_t *list,
                             size_t n, struct err *e)
{
    uint32_t *own = arena_array(a, n, sizeof *own);
    struct next_candidate *cand = arena_array(a, n, sizeof *cand);
    if (!own || !cand) return err_no_memory(e, "catalogue");
    memcpy(own, list, n * sizeof *own);
    for (size_t i = 0; i < n; i++) {
        const struct competency *k = &c->competencies[list[i]];
        uint32_t *pre = arena_array(a, k->prerequisite_count + 1, sizeof *pre), count = 0;
        if (!pre) return err_no_memory(e, "catalogue");
        for (size_t p = 0; p < k->prerequisite_count; p++)
            for (size_t j = 0; j < n; j++)
                if (list[j] == k->prerequisite[p]) pre[count++] = (uint32_t)j;
        cand[i] = (struct next_candidate){k->competency_id, (uint32_t)k->item_count, count, pre, k->type};
    }
    course->count = n;
    course->competency = own;
    course->candidates = cand;
    return ST_OK;
}

static enum st load_courses(struct tx *tx, struct arena *a, struct catalogue *c, struct err *e)
{
    struct list pairs = {.size = sizeof(struct pair)}, courses = {.size = sizeof(struct course)};
    struct sql_course_competency_all_row r;
    struct rows rows;
    enum st st = ST_OK, ended;
    TRY(sql_course_competency_all(tx, &rows, e));
    while (sql_course_competency_all_next(&rows, &r)) {
        size_t at = competency_index(c, r.competency_id);
        if (at == SIZE_MAX) continue;
        struct pair *p = list_add(&pairs);
        if (!p) {
            st = err_no_memory(e, "catalogue");
            break;
        }
        *p = (struct pair){r.course_id, (int64_t)at};
    }
    if ((ended = rows_end(&rows)) != ST_OK) st = ended;
    const struct pair *p = (const struct pair *)(void *)pairs.p;
    uint32_t *list = calloc(pairs.n + 1, sizeof *list);
    if (st == ST_OK && !list) st = err_no_memory(e, "catalogue");
    for (size_t i = 0; st == ST_OK && i < pairs.n;) {
        size_t n = 0;
        int64_t id = p[i].key;
        while (i < pairs.n && p[i].key == id) list[n++] = (uint32_t)p[i++].value;
        struct course *k = list_add(&courses);
        if (!k) st = err_no_memory(e, "catalogue");
        else {
            k->course_id = id;
            st = finish_course(a, c, k, list, n, e);
        }
    }
    free(list);
    free(pairs.p);
    c->courses = list_move(&courses, a, &c->course_count);
    return st == ST_OK && !c->courses ? err_no_memory(e, "catalogue") : st;
}

enum st catalogue_load(struct tx *tx, struct arena *a, struct catalogue *out, struct err *e)
{
    *out = (struct catalogue){0};
    TRY(load_frameworks(tx, a, out, e));
    TRY(load_competencies(tx, a, out, e));
    TRY(load_prerequisites(tx, a, out, e));
    TRY(load_alignment(tx, a, out, e));
    TRY(load_items(tx, a, out, e));
    TRY(index_items(a, out, e));
    return load_courses(tx, a, out, e);
}

bool catalogue_teaches(const struct catalogue *c, const struct taught *courses, size_t n, const struct item_ref *item)
{
    for (size_t i = 0; i < n; i++) {
        const struct course *k = catalogue_course(c, courses[i].course_id);
        for (size_t j = 0; k && j < k->count; j++)
            for (size_t x = 0; x < item->competency_count; x++)
                if (k->candidates[j].competency_id == item->competency_ids[x]) return true;
    }
    return false;
}
