/* Frameworks: the tree with what is covered, the map of prerequisites, one skill with what is aligned to it, and a
 * district's own changes. */
#include "content/framework_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "content/items.h"
#include "plan/reason_text.h"
#include "base/id.h"
#include "base/json.h"
#include "base/list.h"
#include "frame/based_on.h"
#include "frame/route.h"
#include "frame/form.h"
#include "store/sql/framework.h"
#include "store/sql/roster.h"

enum {
    TREE_MOST = 3000,
    DEEPEST = 5,
    EDITS_SHOWN = 100,
    MAP_MOST = 140,
    NODE_WIDTH = 200,
    NODE_HEIGHT = 34,
    COLUMN = 260,
    LINE = 46,
    MARGIN = 10,
    LABEL_BYTES = 26,
    ITEMS_SHOWN = 12,
    OTHERS_SHOWN = 40,
    WORDS_BYTES = 90
};

static const char *skill_url(struct call *c, int64_t id)
{
    return arena_printf(c->arena, "/frameworks/skill?k=%lld", (long long)id);
}

static enum st asked_framework(struct call *c, const struct framework **out, struct err *e)
{
    int64_t id;
    const char *s = http_query(c->http, "f");
    *out = s && id_parse(s, &id) ? catalogue_framework(&c->snapshot->catalogue, id) : NULL;
    return *out ? ST_OK : err_fail(e, ST_NOT_FOUND, "err.not_found", "f is the id of a framework");
}

static enum st version_words(struct call *c, const struct framework *f, const char **out, struct err *e)
{
    struct sql_framework_edit_count_row r;
    TRY(sql_framework_edit_count(c->tx, f->framework_id, &r, NULL, e));
    int64_t n = r.count;
    *out = SAY(c, MSG_frameworks_version, MSG_T("version", *f->version ? f->version : "1"), MSG_N("n", n));
    return ST_OK;
}

static enum st web_frameworks(struct call *c, struct err *e)
{
    struct page *p;
    struct ui_framework_row *rows;
    const struct catalogue *k = &c->snapshot->catalogue;
    TRY(page_begin(c, "/frameworks", &p, e));
    TRY(call_alloc(c, (k->framework_count + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < k->framework_count; i++) {
        const struct framework *f = &k->frameworks[i];
        int64_t n = 0, items = 0;
        for (size_t j = 0; j < k->competency_count; j++) {
            if (k->competencies[j].framework_id != f->framework_id) continue;
            n++;
            items += (int64_t)k->competencies[j].item_count;
        }
        rows[i] = (struct ui_framework_row){
            .title = f->title,
            .by = *f->creator ? f->creator : NULL,
            .licence = *f->licence ? f->licence : NULL,
            .licence_url = *f->licence_url ? f->licence_url : NULL,
            .notice = *f->notice ? f->notice : NULL,
            .counts = SAY(c, MSG_frameworks_counts, MSG_N("n", n), MSG_N("items", items)),
            .tree_url = arena_printf(c->arena, "/frameworks/tree?f=%lld", (long long)f->framework_id),
            .map_url = arena_printf(c->arena, "/frameworks/map?f=%lld", (long long)f->framework_id)};
        TRY(version_words(c, f, &rows[i].version, e));
    }
    struct page_frameworks page = {.rows = rows, .rows_n = k->framework_count};
    return page_end(p, page_frameworks(&p->html, &p->ctx, &page), e);
}

/* The tree --------------------------------------------------------------------------------------------------------- */

struct coverage {
    bool *evidence, *seen; /* by place in the catalogue */
};

static enum st load_marks(struct call *c, enum st (*query)(struct tx *tx, struct rows *rows, struct err *e),
                          bool (*next)(struct rows *rows, struct sql_coverage_row *row), bool **out, struct err *e)
{
    const struct catalogue *k = &c->snapshot->catalogue;
    struct sql_coverage_row r;
    struct rows rows;
    TRY(call_alloc(c, k->competency_count + 1, (void **)out, e));
    TRY(query(c->tx, &rows, e));
    while (next(&rows, &r)) {
        const struct competency *v = catalogue_competency(k, r.competency_id);
        if (v) (*out)[v - k->competencies] = true;
    }
    return rows_end(&rows);
}

struct tree {
    struct call *c;
    const struct framework *f;
    const struct catalogue *k;
    uint32_t *order; /* places of the framework's competencies, by parent and position */
    size_t count;
    struct coverage cover;
    const char *only; /* items, evidence, seen; "" for all */
    struct ui_tree_row *rows;
    size_t n;
    int64_t leaves, bare, unproved, unseen;
};

static int by_place(const void *x, const void *y, void *ctx)
{
    const struct catalogue *k = ctx;
    const struct competency *a = &k->competencies[*(const uint32_t *)x], *b = &k->competencies[*(const uint32_t *)y];
    if (a->parent_id != b->parent_id) return a->parent_id < b->parent_id ? -1 : 1;
    if (a->position != b->position) return a->position < b->position ? -1 : 1;
    return a->competency_id < b->competency_id ? -1 : 1;
}

static size_t first_below(const struct tree *t, int64_t parent_id)
{
    size_t lo = 0, hi = t->count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (t->k->competencies[t->order[mid]].parent_id < parent_id) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

static void walk(struct tree *t, int64_t parent_id, int depth)
{
    for (size_t i = first_below(t, parent_id); i < t->count && t->k->competencies[t->order[i]].parent_id == parent_id;
         i++) {
        const struct competency *v = &t->k->competencies[t->order[i]];
        size_t place = t->order[i], below = first_below(t, v->competency_id);
        bool leaf = below == t->count || t->k->competencies[t->order[below]].parent_id != v->competency_id;
        struct ui_tree_row r = {.depth = depth < DEEPEST ? depth : DEEPEST,
                                .code = *v->code ? v->code : NULL,
                                .name = v->name,
                                .address = skill_url(t->c, v->competency_id),
                                .own = strncmp(v->uri, "urn:waymark:skill:", 18) == 0,
                                .leaf = leaf,
                                .items = SAY(t->c, MSG_frameworks_questions, MSG_N("n", (int64_t)v->item_count)),
                                .no_items = !v->item_count,
                                .no_evidence = !t->cover.evidence[place],
                                .no_seen = !t->cover.seen[place]};
        t->leaves += leaf;
        t->bare += leaf && r.no_items;
        t->unproved += leaf && r.no_evidence;
        t->unseen += leaf && r.no_seen;
        bool asked = !*t->only || (leaf && ((str_eq(t->only, "items") && r.no_items) ||
                                            (str_eq(t->only, "evidence") && r.no_evidence) ||
                                            (str_eq(t->only, "seen") && r.no_seen)));
        if (*t->only) r.depth = 0;
        if (asked && t->n < TREE_MOST) t->rows[t->n++] = r;
        if (!leaf && depth < 30) walk(t, v->competency_id, depth + 1);
    }
}

static enum st grow(struct call *c, struct tree *t, struct err *e)
{
    TRY(call_alloc(c, (t->k->competency_count + 1) * sizeof *t->order, (void **)&t->order, e));
    TRY(call_alloc(c, (TREE_MOST + 1) * sizeof *t->rows, (void **)&t->rows, e));
    for (size_t i = 0; i < t->k->competency_count; i++)
        if (t->k->competencies[i].framework_id == t->f->framework_id) t->order[t->count++] = (uint32_t)i;
    qsort_r(t->order, t->count, sizeof *t->order, by_place, (void *)(uintptr_t)t->k);
    TRY(load_marks(c, sql_coverage_evidence, sql_coverage_evidence_next, &t->cover.evidence, e));
    TRY(load_marks(c, sql_coverage_seen, sql_coverage_seen_next, &t->cover.seen, e));
    walk(t, 0, 0);
    return ST_OK;
}

static const char *name_of(struct call *c, int64_t id)
{
    const struct competency *v = catalogue_competency(&c->snapshot->catalogue, id);
    return v ? v->name : "";
}

static enum st fill_edits(struct call *c, int64_t framework_id, struct page_framework_tree *page, struct err *e)
{
    struct ui_edit_row *rows;
    struct sql_framework_edit_list_row r;
    struct rows stored;
    TRY(call_alloc(c, EDITS_SHOWN * sizeof *rows, (void **)&rows, e));
    TRY(sql_framework_edit_list(c->tx, framework_id, &stored, e));
    while (page->edits_n < EDITS_SHOWN && sql_framework_edit_list_next(&stored, &r)) {
        json_t *before, *after;
        const char *kind = r.kind, *skill = name_of(c, r.competency_id), *words = "";
        TRY(json_read(c->arena, *r.before ? r.before : "{}", *r.before ? strlen(r.before) : 2, &before, e));
        TRY(json_read(c->arena, *r.after ? r.after : "{}", *r.after ? strlen(r.after) : 2, &after, e));
        if (str_eq(kind, "add")) words = SAY(c, MSG_frameworks_did_add, MSG_T("name", json_str(after, "name", "")));
        else if (str_eq(kind, "change"))
            words = SAY(c, MSG_frameworks_did_change, MSG_T("before", json_str(before, "name", "")),
                        MSG_T("after", json_str(after, "name", "")));
        else if (str_eq(kind, "end"))
            words = SAY(c, MSG_frameworks_did_end, MSG_T("name", json_str(before, "name", "")));
        else if (str_eq(kind, "align")) words = SAY(c, MSG_frameworks_did_align, MSG_T("name", skill));
        else
            words = SAY(c, str_eq(kind, "link") ? MSG_frameworks_did_link : MSG_frameworks_did_unlink,
                        MSG_T("before", name_of(c, r.other_id)), MSG_T("after", skill));
        rows[page->edits_n++] = (struct ui_edit_row){id_time_ms(r.edit_id), words,
                                                     *r.given_name || *r.family_name
                                                         ? arena_printf(c->arena, "%s %s", r.given_name, r.family_name)
                                                         : msg(page_lang(c), MSG_frameworks_by_import)};
    }
    TRY(rows_end(&stored));
    page->edits = rows;
    return ST_OK;
}

static enum st web_framework_tree(struct call *c, struct err *e)
{
    struct page *p;
    const struct framework *f;
    const char *only = http_query(c->http, "only");
    TRY(page_begin(c, "/frameworks", &p, e));
    TRY(asked_framework(c, &f, e));
    struct tree t = {.c = c,
                     .f = f,
                     .k = &c->snapshot->catalogue,
                     .only = only && (str_eq(only, "items") || str_eq(only, "evidence") || str_eq(only, "seen")) ? only
                                                                                                                 : ""};
    TRY(grow(c, &t, e));
    const char *at = arena_printf(c->arena, "/frameworks/tree?f=%lld", (long long)f->framework_id);
    struct page_framework_tree page = {
        .title = f->title,
        .notice = *f->notice ? f->notice : NULL,
        .licence = *f->licence ? f->licence : NULL,
        .rows = t.rows,
        .rows_n = t.n,
        .only = t.only,
        .all_url = at,
        .items_url = arena_printf(c->arena, "%s&only=items", at),
        .evidence_url = arena_printf(c->arena, "%s&only=evidence", at),
        .seen_url = arena_printf(c->arena, "%s&only=seen", at),
        .map_url = arena_printf(c->arena, "/frameworks/map?f=%lld", (long long)f->framework_id),
        .more = t.n == TREE_MOST,
        .summary = SAY(c, MSG_frameworks_summary, MSG_N("n", t.leaves), MSG_N("items", t.bare),
                       MSG_N("evidence", t.unproved), MSG_N("seen", t.unseen))};
    TRY(version_words(c, f, &page.version, e));
    TRY(fill_edits(c, f->framework_id, &page, e));
    return page_end(p, page_framework_tree(&p->html, &p->ctx, &page), e);
}

/* The map ---------------------------------------------------------------------------------------------------------- */

struct layout {
    const struct catalogue *k;
    uint32_t nodes[MAP_MOST];
    int rank[MAP_MOST], place[MAP_MOST];
    size_t n, left_out;
};

static size_t node_at(const struct layout *l, uint32_t place)
{
    size_t i = 0;
    while (i < l->n && l->nodes[i] != place) i++;
    return i;
}

static void take(struct layout *l, uint32_t place)
{
    if (node_at(l, place) < l->n) return;
    if (l->n == MAP_MOST) l->left_out++;
    else l->nodes[l->n++] = place;
}

/* A skill stands to the right of all that come before it. Rounds are bounded: a circle from outside only ends up far
 * right. */
static void lay_out(struct layout *l, int *columns, int *lines)
{
    bool moved = true;
    int in_column[MAP_MOST + 1] = {0};
    for (size_t round = 0; moved && round < 40; round++) {
        moved = false;
        for (size_t i = 0; i < l->n; i++) {
            const struct competency *v = &l->k->competencies[l->nodes[i]];
            for (size_t j = 0; j < v->prerequisite_count; j++) {
                size_t before = node_at(l, v->prerequisite[j]);
                if (before == l->n || l->rank[before] < l->rank[i] || l->rank[before] + 1 >= MAP_MOST) continue;
                l->rank[i] = l->rank[before] + 1;
                moved = true;
            }
        }
    }
    *columns = *lines = 0;
    for (size_t i = 0; i < l->n; i++) {
        l->place[i] = in_column[l->rank[i]]++;
        if (l->rank[i] + 1 > *columns) *columns = l->rank[i] + 1;
        if (l->place[i] + 1 > *lines) *lines = l->place[i] + 1;
    }
}

static const char *label_of(struct call *c, const char *name)
{
    size_t n = strlen(name);
    if (n <= LABEL_BYTES) return name;
    n = LABEL_BYTES - 1;
    while (n && ((unsigned char)name[n] & 0xc0) == 0x80) n--;
    const char *s = arena_printf(c->arena, "%.*s…", (int)n, name);
    return s ? s : name;
}

static enum st fill_map_page(struct call *c, const struct layout *l, struct page_framework_map *page, struct err *e)
{
    struct ui_map_node *nodes;
    struct ui_map_edge *edges;
    struct ui_map_line *lines;
    size_t n = 0, most = 0;
    for (size_t i = 0; i < l->n; i++) most += l->k->competencies[l->nodes[i]].prerequisite_count;
    TRY(call_alloc(c, (l->n + 1) * sizeof *nodes, (void **)&nodes, e));
    TRY(call_alloc(c, (most + 1) * sizeof *edges, (void **)&edges, e));
    TRY(call_alloc(c, (most + 1) * sizeof *lines, (void **)&lines, e));
    for (size_t i = 0; i < l->n; i++) {
        const struct competency *v = &l->k->competencies[l->nodes[i]];
        int x = MARGIN + l->rank[i] * COLUMN, y = MARGIN + l->place[i] * LINE;
        nodes[i] = (struct ui_map_node){x, y, x + 8, y + 22, label_of(c, v->name), skill_url(c, v->competency_id)};
        for (size_t j = 0; j < v->prerequisite_count; j++) {
            size_t b = node_at(l, v->prerequisite[j]);
            if (b == l->n) continue;
            int x1 = MARGIN + l->rank[b] * COLUMN + NODE_WIDTH, y1 = MARGIN + l->place[b] * LINE + NODE_HEIGHT / 2;
            edges[n] = (struct ui_map_edge){x1, y1, x, y + NODE_HEIGHT / 2, (x1 + x) / 2};
            lines[n++] = (struct ui_map_line){l->k->competencies[v->prerequisite[j]].name, v->name};
        }
    }
    page->nodes = nodes;
    page->nodes_n = l->n;
    page->edges = edges;
    page->lines = lines;
    page->edges_n = page->lines_n = n;
    return ST_OK;
}

static enum st web_framework_map(struct call *c, struct err *e)
{
    struct page *p;
    const struct framework *f;
    struct layout *l;
    int columns, lines;
    TRY(page_begin(c, "/frameworks", &p, e));
    TRY(asked_framework(c, &f, e));
    TRY(call_alloc(c, sizeof *l, (void **)&l, e));
    l->k = &c->snapshot->catalogue;
    for (size_t i = 0; i < l->k->competency_count; i++) {
        const struct competency *v = &l->k->competencies[i];
        if (v->framework_id != f->framework_id) continue;
        for (size_t j = 0; j < v->prerequisite_count; j++) {
            take(l, v->prerequisite[j]);
            take(l, (uint32_t)i);
        }
    }
    lay_out(l, &columns, &lines);
    struct page_framework_map page = {.title = f->title,
                                      .tree_url =
                                          arena_printf(c->arena, "/frameworks/tree?f=%lld", (long long)f->framework_id),
                                      .width = columns * COLUMN - (COLUMN - NODE_WIDTH) + 2 * MARGIN,
                                      .height = lines * LINE + 2 * MARGIN,
                                      .left_out = (int64_t)l->left_out};
    TRY(fill_map_page(c, l, &page, e));
    return page_end(p, page_framework_map(&p->html, &p->ctx, &page), e);
}

/* One skill -------------------------------------------------------------------------------------------------------- */

static enum st item_line(struct call *c, const struct item_ref *it, struct ui_item_line *out, struct err *e)
{
    const struct item *item;
    struct text t;
    TRY(app_item_variant(c->app, c->tx, c->arena, it->item_id, it->version, 0, ITEM_TO_ASK, &item, e));
    text_init(&t, 4096);
    if (item->title_html && *item->title_html) {
        text_of_html(&t, item->title_html, WORDS_BYTES);
        text_add(&t, ": ");
    }
    text_of_html(&t, item->stimulus_html && *item->stimulus_html ? item->stimulus_html : item->body_html, WORDS_BYTES);
    *out = (struct ui_item_line){id_text(c, it->item_id), arena_strdup(c->arena, text_str(&t))};
    text_release(&t);
    return ST_OK;
}

/* Questions of its neighbours (the same parent, or the parent itself) that are not aligned to it yet. */
static enum st fill_others(struct call *c, const struct competency *k, struct page_framework_skill *page, struct err *e)
{
    const struct catalogue *all = &c->snapshot->catalogue;
    struct ui_item_line *rows;
    TRY(call_alloc(c, OTHERS_SHOWN * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < all->competency_count; i++) {
        const struct competency *v = &all->competencies[i];
        bool near = v != k && v->framework_id == k->framework_id &&
                    (v->parent_id == k->parent_id || v->competency_id == k->parent_id);
        for (size_t j = 0; near && j < v->item_count && page->others_n < OTHERS_SHOWN; j++) {
            const struct item_ref *it = &all->items[v->item[j]];
            bool there = false;
            for (size_t m = 0; m < it->competency_count; m++)
                there = there || it->competency_ids[m] == k->competency_id;
            if (!there) TRY(item_line(c, it, &rows[page->others_n++], e));
        }
    }
    page->others = rows;
    return ST_OK;
}

/* Links that the district made itself, and may take back. */
static enum st mark_own(struct call *c, int64_t skill_id, struct ui_skill_link *links, size_t n, struct err *e)
{
    struct sql_link_own_row r;
    struct rows rows;
    TRY(sql_link_own(c->tx, skill_id, &rows, e));
    while (sql_link_own_next(&rows, &r)) {
        const char *id = id_text(c, r.from_id);
        for (size_t i = 0; i < n; i++) links[i].own = links[i].own || str_eq(links[i].id, id);
    }
    return rows_end(&rows);
}

static enum st fill_neighbours(struct call *c, const struct competency *k, struct page_framework_skill *page,
                               struct err *e)
{
    const struct catalogue *all = &c->snapshot->catalogue;
    struct ui_skill_link *before, *after, *below;
    size_t most = all->competency_count + 1;
    TRY(call_alloc(c, most * sizeof *before, (void **)&before, e));
    TRY(call_alloc(c, most * sizeof *after, (void **)&after, e));
    TRY(call_alloc(c, most * sizeof *below, (void **)&below, e));
    for (size_t i = 0; i < k->prerequisite_count; i++) {
        const struct competency *v = &all->competencies[k->prerequisite[i]];
        before[page->before_n++] =
            (struct ui_skill_link){id_text(c, v->competency_id), v->name, skill_url(c, v->competency_id), false};
    }
    for (size_t i = 0; i < all->competency_count; i++) {
        const struct competency *v = &all->competencies[i];
        const struct ui_skill_link link = {id_text(c, v->competency_id), v->name, skill_url(c, v->competency_id),
                                           false};
        if (v->parent_id == k->competency_id) below[page->below_n++] = link;
        for (size_t j = 0; j < v->prerequisite_count; j++)
            if (&all->competencies[v->prerequisite[j]] == k) after[page->after_n++] = link;
    }
    TRY(mark_own(c, k->competency_id, before, page->before_n, e));
    page->before = before;
    page->after = after;
    page->below = below;
    return ST_OK;
}

static enum st fill_courses(struct call *c, struct page_framework_skill *page, struct err *e)
{
    struct ui_rule_option *rows;
    struct sql_course_list_row r;
    struct rows stored;
    enum { MOST = 400 };
    TRY(call_alloc(c, MOST * sizeof *rows, (void **)&rows, e));
    TRY(sql_course_list(c->tx, &stored, e));
    while (page->courses_n < MOST && sql_course_list_next(&stored, &r)) {
        rows[page->courses_n++] =
            (struct ui_rule_option){id_text(c, r.course_id), arena_strdup(c->arena, r.title), false};
    }
    TRY(rows_end(&stored));
    form_chosen(c, "course", 0, rows, page->courses_n);
    page->courses = rows;
    return ST_OK;
}

/* How it read before, the latest first. */
static enum st fill_past(struct call *c, int64_t id, struct page_framework_skill *page, struct err *e)
{
    enum { PAST_SHOWN = 20 };
    struct ui_edit_row *rows;
    struct sql_skill_history_row r;
    struct rows stored;
    TRY(call_alloc(c, PAST_SHOWN * sizeof *rows, (void **)&rows, e));
    TRY(sql_skill_history(c->tx, id, &stored, e));
    while (page->past_n < PAST_SHOWN && sql_skill_history_next(&stored, &r)) {
        json_t *before;
        TRY(json_read(c->arena, r.before, strlen(r.before), &before, e));
        const char *name = json_str(before, "name", ""), *statement = json_str(before, "statement", "");
        rows[page->past_n++] = (struct ui_edit_row){
            id_time_ms(r.edit_id),
            *statement && strcmp(statement, name) != 0 ? arena_printf(c->arena, "%s: %s", name, statement) : name,
            msg(page_lang(c), r.author_id ? MSG_frameworks_by_hand : MSG_frameworks_by_import)};
    }
    TRY(rows_end(&stored));
    page->past = rows;
    return ST_OK;
}

/* The skill with its links and questions, as its forms show them. */
static enum st skill_basis(struct call *c, struct tx *tx, int64_t id, struct basis *b, struct err *e)
{
    const struct catalogue *all = &c->snapshot->catalogue;
    const struct competency *k = catalogue_competency(all, id);
    struct sql_skill_history_row r;
    struct rows rows;
    *b = (struct basis){.title = k ? k->name : "", .post_url = "/frameworks/edit", .back_url = skill_url(c, id)};
    if (!k) return ST_OK;
    const bool change = str_eq(http_form(c->http, "kind", 0), "change");
    const char *const labels[] = {msg(page_lang(c), MSG_frameworks_name), msg(page_lang(c), MSG_frameworks_statement),
                                  msg(page_lang(c), MSG_frameworks_code), msg(page_lang(c), MSG_frameworks_home)};
    const char *const names[] = {"name", "statement", "code", "home"}, *const values[] = {k->name, k->statement,
                                                                                          k->code, k->try_at_home};
    for (size_t i = 0; i < 4; i++) {
        basis_stored(b, values[i]);
        TRY(basis_sent(c, b, names[i], labels[i], e));
        if (change) b->rows[b->count - 1].value = values[i];
    }
    for (size_t i = 0; i < k->prerequisite_count; i++) basis_stored(b, all->competencies[k->prerequisite[i]].uri);
    for (size_t i = 0; i < k->item_count; i++) basis_stored(b, id_text(c, all->items[k->item[i]].item_id));
    for (size_t i = 0; i < all->competency_count; i++)
        if (all->competencies[i].parent_id == id) basis_stored(b, all->competencies[i].uri);
    for (size_t i = 0; i < k->prerequisite_count; i++)
        TRY(basis_field(c, b, NULL, msg(page_lang(c), MSG_frameworks_before),
                        all->competencies[k->prerequisite[i]].name, e));
    TRY(sql_skill_history(tx, id, &rows, e));
    int64_t author = 0, at_ms = 0;
    if (sql_skill_history_next(&rows, &r)) {
        author = r.author_id;
        at_ms = id_time_ms(r.edit_id);
    }
    TRY(rows_end(&rows));
    return at_ms ? basis_changed(c, tx, b, author, at_ms, e) : ST_OK;
}

/* One of the two forms of a skill's fields; what was typed belongs to the one it was typed in. */
static struct ui_skill_form form_of(struct call *c, const char *kind, const struct competency *k)
{
    if (!str_eq(form_value(c, "kind", 0, ""), kind))
        return (struct ui_skill_form){NULL, k->name, k->statement, k->code, k->try_at_home};
    return (struct ui_skill_form){kind, form_value(c, "name", 0, k->name), form_value(c, "statement", 0, k->statement),
                                  form_value(c, "code", 0, k->code), form_value(c, "home", 0, k->try_at_home)};
}

static enum st skill_page(struct call *c, int64_t id, struct err *e)
{
    static const struct competency nothing = {.name = "", .statement = "", .code = "", .try_at_home = ""};
    struct page *p;
    struct ui_item_line *items;
    struct ui_rule_option *choices;
    const struct catalogue *all = &c->snapshot->catalogue;
    const struct competency *k = catalogue_competency(all, id),
                            *parent = k && k->parent_id ? catalogue_competency(all, k->parent_id) : NULL;
    TRY(page_begin(c, "/frameworks", &p, e));
    const struct framework *f = k ? catalogue_framework(all, k->framework_id) : NULL;
    if (!f) return err_fail(e, ST_NOT_FOUND, "err.no_competency", "k is the id of a skill");
    struct page_framework_skill page = {
        .skill_id = id_text(c, id),
        .name = k->name,
        .code = *k->code ? k->code : NULL,
        .statement = k->statement,
        .home = *k->try_at_home ? k->try_at_home : NULL,
        .type = k->type,
        .framework = f->title,
        .tree_url = arena_printf(c->arena, "/frameworks/tree?f=%lld", (long long)f->framework_id),
        .parent = parent ? parent->name : NULL,
        .parent_url = parent ? skill_url(c, parent->competency_id) : NULL,
        .own = strncmp(k->uri, "urn:waymark:skill:", 18) == 0,
        .can_edit = c->relation == MAY_LEADS_DISTRICT,
        .items_n_all = (int64_t)k->item_count,
        .client_id = new_client_id(c),
        .error = form_error(c),
        .added = form_of(c, "add", &nothing),
        .changed = form_of(c, "change", k),
        .saved = http_query(c->http, "saved") != NULL};
    struct basis b;
    TRY(skill_basis(c, c->tx, id, &b, e));
    page.based_on = based_on(c, &b);
    TRY(fill_neighbours(c, k, &page, e));
    TRY(fill_past(c, id, &page, e));
    TRY(call_alloc(c, ITEMS_SHOWN * sizeof *items, (void **)&items, e));
    for (size_t i = 0; i < k->item_count && page.items_n < ITEMS_SHOWN; i++)
        TRY(item_line(c, &all->items[k->item[i]], &items[page.items_n++], e));
    page.items = items;
    if (page.can_edit) {
        TRY(fill_skill_options(c, &choices, &page.choices_n, e));
        page.choices = choices;
        TRY(fill_others(c, k, &page, e));
        TRY(fill_courses(c, &page, e));
    }
    return page_end(p, page_framework_skill(&p->html, &p->ctx, &page), e);
}

static enum st web_framework_skill(struct call *c, struct err *e)
{
    int64_t id;
    const char *s = http_query(c->http, "k");
    if (!s || !id_parse(s, &id)) return err_fail(e, ST_NOT_FOUND, "err.no_competency", "k is the id of a skill");
    return skill_page(c, id, e);
}

static enum st form_id(struct call *c, const char *name, int64_t *out, struct err *e)
{
    const char *s = http_form(c->http, name, 0);
    *out = 0;
    return !s || !*s || id_parse(s, out) ? ST_OK : err_fail(e, ST_NOT_FOUND, "err.not_found", "%s must be an id", name);
}

static enum st edit_from_form(struct call *c, struct framework_cmd *f, struct err *e)
{
    const char *kind = http_form(c->http, "kind", 0);
    *f = (struct framework_cmd){.catalogue = &c->snapshot->catalogue,
                                .kind = FRAMEWORK_EDITS,
                                .client_id = http_form(c->http, "client_id", 0),
                                .author_id = c->who.user_id,
                                .name = http_form(c->http, "name", 0),
                                .statement = http_form(c->http, "statement", 0),
                                .code = http_form(c->http, "code", 0),
                                .try_at_home = http_form(c->http, "home", 0)};
    for (enum framework_edit k = 0; kind && k < FRAMEWORK_EDITS; k++)
        if (str_eq(kind, framework_edit_code(k))) f->kind = k;
    if (f->kind == FRAMEWORK_EDITS)
        return err_fail(e, ST_INVALID, "err.not_found", "kind is one of add, change, link, unlink, align");
    TRY(form_id(c, "skill", &f->competency_id, e));
    TRY(form_id(c, "other", &f->other_id, e));
    TRY(form_id(c, "course", &f->course_id, e));
    return framework_check(f, e);
}

static enum st check_skill(struct call *c, struct conn *conn, int64_t id, struct err *e)
{
    struct basis b;
    struct tx *tx;
    TRY(tx_read(conn, c->snapshot->district_id, &tx, e));
    enum st st = skill_basis(c, tx, id, &b, e);
    tx_rollback(tx);
    return st == ST_OK ? based_on_check(c, &b, e) : st;
}

static enum st web_framework_edit(struct call *c, struct err *e)
{
    struct conn *conn;
    struct framework_cmd f;
    struct err why = {0};
    TRY(app_read_conn(c->app, &conn, e));
    TRY(based_on_latest(c, conn, e));
    enum st st = edit_from_form(c, &f, &why);
    if (st == ST_OK) st = check_skill(c, conn, f.competency_id, &why);
    if (st == ST_OK) st = writer_run(c->app, &f.command, &why);
    if ((st == ST_INVALID || st == ST_DENIED) && f.competency_id) {
        TRY(tx_read(conn, c->snapshot->district_id, &c->tx, e));
        c->res.status = st == ST_DENIED ? 403 : 400;
        TRY(form_again(c, words_of_error(c, &why), e));
        return skill_page(c, f.competency_id, e);
    }
    if (st != ST_OK) {
        *e = why;
        return st;
    }
    TRY(snapshot_reload(c->app, conn, e));
    const char *to = arena_printf(c->arena, "/frameworks/skill?k=%lld&saved=1",
                                  (long long)(f.kind == FRAMEWORK_ADD && f.made_id ? f.made_id : f.competency_id));
    call_redirect(c, to ? to : "/frameworks");
    return ST_OK;
}

const struct route frameworks_routes[] = {
    GET("/frameworks", MAY_TEACHES | LEADERS, web_frameworks, .menu = MENU_LIBRARY | MENU_LEARNING,
        .title = MSG_nav_frameworks, .summary = "The frameworks in use", .menu_first = true),
    GET("/frameworks/tree", MAY_TEACHES | LEADERS, web_framework_tree,
        .summary = "A framework's skills, and what covers them", .sample = "f={framework}"),
    GET("/frameworks/map", MAY_TEACHES | LEADERS, web_framework_map, .summary = "What comes before what",
        .sample = "f={framework}"),
    GET("/frameworks/skill", MAY_TEACHES | LEADERS, web_framework_skill,
        .summary = "One skill, with what is aligned to it", .sample = "k={competency}"),
    WORK("/frameworks/edit", MAY_LEADS_DISTRICT, web_framework_edit,
         .summary = "The district's own skills, links and alignments",
         .sample = "client_id={new}&kind=add&skill={competency}&name=Name+the+parts"),
    {0},
};
