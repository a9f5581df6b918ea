/* The rules of the district or of a school, as a page: values, purposes, versions. */
#include "leading/measure.h"
#include "policy_form.h"
#include "policy_page.h"
#include "policy_waiver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/waiver.h"
#include "base/id.h"
#include "base/json.h"
#include "rules/known.h"
#include "store/sql/roster.h"
#include "frame/route.h"

enum { VERSIONS_SHOWN = 20 };

/* The settings ----------------------------------------------------------------------------------------------------- */

static const char *purpose_letters(struct call *c, const json_t *doc, const char *id)
{
    const json_t *list = json_object_get(doc, "purposes");
    for (size_t i = 0; id && *id && i < json_array_size(list); i++)
        if (str_eq(json_str(json_array_get(list, i), "id", ""), id))
            return SAY(c, MSG_rules_serves_chip,
                       MSG_T("letter", arena_printf(c->arena, "%c", (char)('A' + (int)(i % 26)))));
    return NULL;
}

static const char *shown(struct call *c, const struct setting *s, double v)
{
    struct text t;
    if (rules_in_100(s)) return SAY(c, MSG_rules_value_in_100, MSG_T("value", rules_number(c, s, v)));
    text_init(&t, 400);
    setting_value_words(&t, page_lang(c), s, v);
    const char *out = arena_strdup(c->arena, text_str(&t));
    text_release(&t);
    return out ? out : "";
}

static enum st fill_options(struct call *c, const struct setting *s, const char *chosen, struct ui_rule_setting *r,
                            struct err *e)
{
    struct ui_rule_option *o;
    size_t n = 0;
    while (s->choices[n]) n++;
    TRY(call_alloc(c, n * sizeof *o, (void **)&o, e));
    for (size_t i = 0; i < n; i++)
        o[i] = (struct ui_rule_option){s->choices[i], shown(c, s, (double)i), str_eq(s->choices[i], chosen)};
    r->options = o;
    r->options_n = n;
    return ST_OK;
}

static const char *field_or(struct call *c, const char *field, const char *what, const char *dflt)
{
    const char *name = arena_printf(c->arena, "%s.%s", field, what), *sent = name ? http_form(c->http, name, 0) : NULL;
    return sent ? sent : dflt;
}

/* What stands beside a setting: in the district's rules for all below, in a school's for its classes. */
static enum st fill_beside(struct call *c, const struct rules_of *w, const struct setting *s, const json_t *about,
                           struct ui_rule_setting *r, struct err *e)
{
    struct ui_rule_option *locks, *purposes;
    enum lang lang = page_lang(c);
    const json_t *list = json_object_get(w->doc, "purposes");
    const char *lock = field_or(c, r->name, "lock", json_str(about, "lock", s->re_derives ? "locked" : "open"));
    const char *purpose = field_or(c, r->name, "purpose", json_str(about, "purpose", ""));
    TRY(call_alloc(c, 2 * sizeof *locks, (void **)&locks, e));
    TRY(call_alloc(c, (json_array_size(list) + 1) * sizeof *purposes, (void **)&purposes, e));
    locks[0] = (struct ui_rule_option){"open", msg(lang, MSG_rules_lock_open), str_eq(lock, "open")};
    locks[1] = (struct ui_rule_option){"locked", msg(lang, MSG_rules_lock_locked), str_eq(lock, "locked")};
    purposes[0] = (struct ui_rule_option){"", msg(lang, MSG_rules_serves_none), !*purpose};
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *p = json_array_get(list, i);
        purposes[i + 1] = (struct ui_rule_option){json_str(p, "id", ""), json_str(p, "text", ""),
                                                  str_eq(purpose, json_str(p, "id", ""))};
    }
    r->locks = locks;
    r->locks_n = 2;
    r->purposes = purposes;
    r->purposes_n = json_array_size(list) + 1;
    r->why = field_or(c, r->name, "text", json_str(about, "text", ""));
    r->own_least =
        field_or(c, r->name, "least",
                 json_object_get(about, "least") ? rules_number(c, s, json_f64(about, "least", s->least)) : "");
    r->own_most = field_or(c, r->name, "most",
                           json_object_get(about, "most") ? rules_number(c, s, json_f64(about, "most", s->most)) : "");
    return ST_OK;
}

static enum st fill_setting(struct call *c, const struct rules_of *w, const struct setting *s,
                            struct ui_rule_setting *r, struct err *e)
{
    const struct policy *p = &w->version->policy;
    const char *path = rules_field(c, s), *sent = http_form(c->http, path, 0);
    const json_t *about = json_object_get(json_object_get(w->doc, "about"), path);
    const json_t *above = json_object_get(json_object_get(w->upper, "about"), path);
    double now = setting_value(s, p, &p->rules[0]), least = json_f64(above, "least", s->least),
           most = json_f64(above, "most", s->most);
    bool locked = w->org_id && (s->narrowest == SCOPE_DISTRICT ||
                                !str_eq(json_str(above, "lock", s->re_derives ? "locked" : "open"), "open"));
    const char *text = json_str(about, "text", "");
    *r = (struct ui_rule_setting){
        .name = path,
        .title = setting_words(page_lang(c), s),
        .serves = purpose_letters(c, w->doc, json_str(about, "purpose", "")),
        .in_100 = rules_in_100(s),
        .help = *text ? text : msg(page_lang(c), msg_find_code("setting_help", path, MSG_setting_other)),
        .shown = shown(c, s, now),
        .locked = locked};
    if (s->type != SETTING_CHOICE)
        r->bounds = SAY(c, MSG_rules_bounds, MSG_T("least", rules_number(c, s, least)),
                        MSG_T("most", rules_number(c, s, most)));
    if (locked && w->may_edit && !w->may_answer && s->narrowest != SCOPE_DISTRICT)
        r->waiver_url = arena_printf(c->arena, "/rules?waiver=%s#waiver", path);
    if (!w->may_edit || locked) return ST_OK;
    const char *value = s->type == SETTING_CHOICE ? s->choices[(int)now] : rules_number(c, s, now);
    r->kind = s->type == SETTING_CHOICE ? 2 : 1;
    r->value = sent ? sent : value;
    if (!str_eq(r->value, value)) r->was = s->type == SETTING_CHOICE ? r->shown : value;
    if (s->type == SETTING_CHOICE) TRY(fill_options(c, s, r->value, r, e));
    return w->org_id && s->narrowest <= SCOPE_SCHOOL ? ST_OK : fill_beside(c, w, s, about, r, e);
}

/* A list as the head of its rows: what it is, who may change it. */
static enum st fill_list(struct call *c, const struct rules_of *w, const struct setting *s,
                         const struct ui_rule_setting **out, bool *may_edit, struct err *e)
{
    struct ui_rule_setting *r;
    const char *path = rules_field(c, s);
    const json_t *about = json_object_get(json_object_get(w->doc, "about"), path),
                 *above = json_object_get(json_object_get(w->upper, "about"), path);
    const char *text = json_str(about, "text", "");
    TRY(call_alloc(c, sizeof *r, (void **)&r, e));
    *r = (struct ui_rule_setting){
        .name = path,
        .title = setting_words(page_lang(c), s),
        .serves = purpose_letters(c, w->doc, json_str(about, "purpose", "")),
        .help = *text ? text : msg(page_lang(c), msg_find_code("setting_help", path, MSG_setting_other)),
        .locked = w->org_id && !str_eq(json_str(above, "lock", "locked"), "open")};
    if (r->locked && w->may_edit && !w->may_answer)
        r->waiver_url = arena_printf(c->arena, "/rules?waiver=%s#waiver", path);
    *out = r;
    *may_edit = w->may_edit && !r->locked;
    return *may_edit && !w->org_id ? fill_beside(c, w, s, about, r, e) : ST_OK;
}

static enum st fill_scale_row(struct call *c, const struct scale_row *r, struct ui_scale_row *out, struct err *e)
{
    struct ui_rule_option *o;
    TRY(call_alloc(c, LEVEL_COUNT * sizeof *o, (void **)&o, e));
    *out = (struct ui_scale_row){.name = r->name,
                                 .means = r->means,
                                 .from = r->from,
                                 .points = r->points,
                                 .begins = "",
                                 .levels = o,
                                 .levels_n = LEVEL_COUNT};
    for (int l = 0; l < LEVEL_COUNT; l++) {
        o[l] = (struct ui_rule_option){level_code((enum level)l), msg(page_lang(c), level_words((enum level)l)),
                                       str_eq(r->level, level_code((enum level)l))};
        if (o[l].chosen)
            out->begins = *r->from
                              ? SAY(c, MSG_rules_scale_begins_from, MSG_T("level", o[l].label), MSG_T("value", r->from))
                              : o[l].label;
    }
    return ST_OK;
}

static enum st fill_scale(struct call *c, const struct rules_of *w, struct ui_rule_group *g, struct err *e)
{
    struct ui_scale_row *rows;
    struct scale_row sent[SCALE_MOST + 1];
    const struct policy *p = &w->version->policy;
    const struct scale_row none = {"", "", level_code(LEVEL_SECURE), "", ""};
    size_t n = rules_scale_sent(c, sent);
    TRY(fill_list(c, w, &policy_lists[0], &g->scale_head, &g->scale_edit, e));
    TRY(call_alloc(c, (SCALE_MOST + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; !http_form(c->http, "scale_name", 0) && i < p->scale_count; i++)
        sent[n++] = rules_scale_row(c, &p->scale[i]);
    for (size_t i = 0; i < n; i++) TRY(fill_scale_row(c, &sent[i], &rows[i], e));
    if (g->scale_edit && n < SCALE_MOST) TRY(fill_scale_row(c, &none, &rows[n++], e)); /* room for one more */
    g->scale = rows;
    g->scale_n = n;
    return ST_OK;
}

static enum st fill_cuts(struct call *c, const struct rules_of *w, struct ui_rule_group *g, struct err *e)
{
    TRY(fill_list(c, w, &policy_lists[1], &g->cuts_head, &g->cuts_edit, e));
    struct ui_report_cut *rows;
    const struct policy *p = &w->version->policy;
    const char *sent;
    size_t n = 0;
    TRY(call_alloc(c, (CUTS_MAX + CUT_ROWS_MORE) * sizeof *rows, (void **)&rows, e));
    for (; n < CUTS_MAX && (sent = http_form(c->http, "cut_letter", n)); n++) {
        const char *from = http_form(c->http, "cut_from", n), *percent = http_form(c->http, "cut_percent", n),
                   *gpa = http_form(c->http, "cut_gpa", n);
        rows[n] = (struct ui_report_cut){
            .letter = sent, .from = from ? from : "", .percent = percent ? percent : "", .gpa = gpa ? gpa : ""};
    }
    if (!n) {
        for (; n < p->cut_count; n++) {
            const struct grade_cut *k = &p->cuts[n];
            rows[n] = (struct ui_report_cut){.letter = k->letter,
                                             .from = arena_printf(c->arena, "%g", k->from),
                                             .percent = arena_printf(c->arena, "%g", k->percent),
                                             .gpa = arena_printf(c->arena, "%g", k->gpa)};
        }
        for (int i = 0; g->cuts_edit && i < CUT_ROWS_MORE && n < CUTS_MAX; i++)
            rows[n++] = (struct ui_report_cut){.letter = "", .from = "", .percent = "", .gpa = ""};
    }
    g->cuts = rows;
    g->cuts_n = n;
    return ST_OK;
}

/* Some settings say something under some rules only. */
static bool speaks(const struct setting *s, enum mastery_kind kind)
{
    if (!s->of_rule) return true;
    if (strcmp(s->name, "times") == 0) return kind == MASTERY_RECENT || kind == MASTERY_SUSTAINED;
    if (strcmp(s->name, "of_last") == 0) return kind == MASTERY_RECENT || kind == MASTERY_MODE;
    if (strcmp(s->name, "least_evidence") == 0) return kind != MASTERY_LASTING;
    return strcmp(s->name, "newest_weight") != 0 || kind == MASTERY_DECAYING;
}

/* The rule in force, or the one that is being tried. */
static enum mastery_kind rule_shown(struct call *c, const struct rules_of *w)
{
    const char *sent = http_form(c->http, "mastery.rule", 0);
    for (int k = 0; sent && k < MASTERY_KINDS; k++)
        if (str_eq(sent, mastery_kind_code((enum mastery_kind)k))) return (enum mastery_kind)k;
    return (enum mastery_kind)w->version->policy.rules[0].kind;
}

static enum st fill_groups(struct call *c, const struct rules_of *w, struct page_rules *page, struct err *e)
{
    struct ui_rule_setting *rows;
    struct ui_rule_group *groups;
    TRY(call_alloc(c, policy_setting_count * sizeof *rows, (void **)&rows, e));
    TRY(call_alloc(c, policy_setting_count * sizeof *groups, (void **)&groups, e));
    enum mastery_kind kind = rule_shown(c, w);
    const char *group = "";
    size_t n = 0;
    for (size_t i = 0; i < policy_setting_count; i++) {
        const struct setting *s = &policy_settings[i];
        if (s->unused || !speaks(s, kind)) continue;
        TRY(fill_setting(c, w, s, &rows[n++], e));
        if (strcmp(group, s->group) == 0) {
            groups[page->groups_n - 1].settings_n++;
            continue;
        }
        group = s->group;
        groups[page->groups_n] = (struct ui_rule_group){
            .title = msg_find_code("rules.group", group, MSG_setting_other), .settings = &rows[n - 1], .settings_n = 1};
        if (strcmp(s->group, "grades") == 0) TRY(fill_scale(c, w, &groups[page->groups_n], e));
        if (strcmp(s->group, "grades") == 0) TRY(fill_cuts(c, w, &groups[page->groups_n], e));
        page->groups_n++;
    }
    page->groups = groups;
    return ST_OK;
}

/* The figure in words, as of now; NULL: none is named. */
enum st figure_words(struct call *c, struct tx *tx, const char *code, int64_t org_id, const struct policy_effective *v,
                     const char **out, struct err *e)
{
    struct measure f;
    *out = NULL;
    if (!*code) return ST_OK;
    enum st st = measure_count(c->app, tx, code, org_id, v, c->now_ms, &f, e);
    if (st == ST_NOT_FOUND) return ST_OK;
    TRY(st);
    enum msg_id id = msg_find_code("figure_now", code, MSG_figure_now_read);
    if (f.few) *out = msg(page_lang(c), MSG_figure_few);
    else if (str_eq(code, "secure_each"))
        *out = SAY(c, id, MSG_T("n", arena_printf(c->arena, "%.1f", f.of ? (double)f.n / (double)f.of : 0)));
    else *out = SAY(c, id, MSG_N("n", f.n), MSG_N("all", f.of));
    return ST_OK;
}

static enum st fill_figures(struct call *c, const char *chosen, struct ui_rule_purpose *row, struct err *e)
{
    struct ui_rule_option *o;
    TRY(call_alloc(c, (POLICY_MEASURES + 1) * sizeof *o, (void **)&o, e));
    o[0] = (struct ui_rule_option){"", msg(page_lang(c), MSG_figure_none), !*chosen};
    for (size_t i = 0; i < POLICY_MEASURES; i++)
        o[i + 1] = (struct ui_rule_option){
            policy_measures[i], msg(page_lang(c), msg_find_code("figure", policy_measures[i], MSG_figure_none)),
            str_eq(chosen, policy_measures[i])};
    row->figures = o;
    row->figures_n = POLICY_MEASURES + 1;
    return ST_OK;
}

/* Names as they stand in the document, between commas. */
const char *drafters_words(struct call *c, const json_t *doc)
{
    const json_t *list = json_object_get(doc, "drafted_by");
    struct text t;
    text_init(&t, 4000);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        text_printf(&t, "%s%s", i ? ", " : "", name ? name : "");
    }
    const char *s = t.n ? arena_strdup(c->arena, text_str(&t)) : NULL;
    text_release(&t);
    return s;
}

static enum st fill_purposes(struct call *c, struct tx *tx, const struct rules_of *w, struct page_rules *page,
                             struct err *e)
{
    struct ui_rule_purpose *rows;
    const json_t *list = json_object_get(w->doc, "purposes");
    const char *sent;
    size_t n = 0, k = json_array_size(list) < PURPOSES_MAX ? json_array_size(list) : PURPOSES_MAX;
    TRY(call_alloc(c, PURPOSES_MAX * sizeof *rows, (void **)&rows, e));
    for (; n < PURPOSES_MAX && (sent = http_form(c->http, "purpose_text", n)); n++) {
        const char *id = http_form(c->http, "purpose_id", n), *measure = http_form(c->http, "purpose_measure", n);
        const char *figure = http_form(c->http, "purpose_figure", n);
        rows[n] = (struct ui_rule_purpose){.id = id ? id : "", .text = sent, .measure = measure ? measure : ""};
        TRY(fill_figures(c, figure ? figure : "", &rows[n], e));
    }
    for (size_t i = 0; !n && i < k; i++) {
        const json_t *p = json_array_get(list, i);
        rows[i] = (struct ui_rule_purpose){
            .id = json_str(p, "id", ""), .text = json_str(p, "text", ""), .measure = json_str(p, "measure", "")};
        TRY(fill_figures(c, json_str(p, "figure", ""), &rows[i], e));
        TRY(figure_words(c, tx, json_str(p, "figure", ""), w->org_id, w->version, &rows[i].now, e));
    }
    if (!n) n = k;
    for (size_t room = k ? 1 : 3;
         w->may_edit && !w->org_id && !http_form(c->http, "purpose_text", 0) && room && n < PURPOSES_MAX; room--) {
        rows[n] = (struct ui_rule_purpose){.id = "", .text = "", .measure = ""};
        TRY(fill_figures(c, "", &rows[n++], e));
    }
    page->purposes = rows;
    page->purposes_n = n;
    return ST_OK;
}

/* What was chosen for a type in a form that is shown again; NULL: the form has not been sent. */
static const char *type_sent(struct call *c, const char *type)
{
    const char *name;
    for (size_t i = 0; (name = http_form(c->http, "type_name", i)); i++)
        if (str_eq(name, type)) return http_form(c->http, "type_rule", i);
    return NULL;
}

static enum st fill_type(struct call *c, const struct rules_of *w, const char *type, bool may_edit,
                         struct ui_rule_type *row, struct err *e)
{
    const struct setting *kind = setting_find("mastery", "rule");
    const struct mastery_rule *r = policy_rule(&w->version->policy, type);
    const char *own = *r->type ? mastery_kind_code((enum mastery_kind)r->kind) : "", *sent = type_sent(c, type);
    struct ui_rule_option *o;
    *row = (struct ui_rule_type){.title = type,
                                 .shown = *own ? shown(c, kind, r->kind) : msg(page_lang(c), MSG_rules_type_as_all)};
    if (!may_edit) return ST_OK;
    TRY(call_alloc(c, (MASTERY_KINDS + 1) * sizeof *o, (void **)&o, e));
    if (!sent) sent = own;
    o[0] = (struct ui_rule_option){"", msg(page_lang(c), MSG_rules_type_as_all), !*sent};
    for (int k = 0; k < MASTERY_KINDS; k++)
        o[k + 1] = (struct ui_rule_option){mastery_kind_code((enum mastery_kind)k), shown(c, kind, k),
                                           str_eq(sent, mastery_kind_code((enum mastery_kind)k))};
    row->options = o;
    row->options_n = MASTERY_KINDS + 1;
    return ST_OK;
}

/* One rule for each kind of competency that is taught here, or has one. */
static enum st fill_types(struct call *c, const struct rules_of *w, struct page_rules *page, struct err *e)
{
    const struct catalogue *k = &c->snapshot->catalogue;
    const struct policy *p = &w->version->policy;
    const char *types[RULES_MAX - 1];
    struct ui_rule_type *rows;
    size_t n = 0;
    for (size_t i = 1; i < p->rule_count && n < RULES_MAX - 1; i++) types[n++] = p->rules[i].type;
    for (size_t i = 0; i < k->competency_count && n < RULES_MAX - 1; i++) {
        bool known = !*k->competencies[i].type || strlen(k->competencies[i].type) >= TYPE_BYTES;
        for (size_t j = 0; j < n && !known; j++) known = str_eq(types[j], k->competencies[i].type);
        if (!known) types[n++] = k->competencies[i].type;
    }
    const json_t *above = json_object_get(json_object_get(w->upper, "about"), "mastery.rule");
    bool may_edit = w->may_edit && (!w->org_id || str_eq(json_str(above, "lock", "locked"), "open"));
    TRY(call_alloc(c, RULES_MAX * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < n; i++) TRY(fill_type(c, w, types[i], may_edit, &rows[i], e));
    page->types = rows;
    page->types_n = n;
    return ST_OK;
}

/* What is known of a rule at its defaults, from simulated classes. */
static const char *known_words(struct call *c, enum mastery_kind kind)
{
    const struct rule_known *k = rule_known(kind);
    if (!k) return msg(page_lang(c), MSG_rules_known_none);
    return SAY(c, MSG_rules_known, MSG_T("wrong", in_100_words(c, k->false_calls)),
               MSG_T("weakest", in_100_words(c, k->weakest_false)), MSG_T("found", in_100_words(c, k->found)),
               MSG_N("n", (int64_t)(k->answers + .5)));
}

static const char *known_how(struct call *c)
{
    return SAY(c, MSG_rules_known_how, MSG_T("month", month_words(c, known_classes.day)),
               MSG_N("students", known_classes.students), MSG_N("skills", known_classes.skills),
               MSG_N("days", known_classes.days), MSG_T("share", in_100_words(c, known_classes.mastered_at)));
}

/* The rules to choose from: each in words, as it stands when nothing else is said, with a worked example, what is known
 * of it and where it comes from. */
static enum st fill_examples(struct call *c, const struct policy *p, struct page_rules *page, struct err *e)
{
    struct ui_rule_example *rows;
    const struct setting *kind = setting_find("mastery", "rule");
    TRY(call_alloc(c, MASTERY_KINDS * sizeof *rows, (void **)&rows, e));
    for (int k = 0; k < MASTERY_KINDS; k++) {
        char doc[80];
        struct policy one = {0};
        const char *code = mastery_kind_code((enum mastery_kind)k);
        snprintf(doc, sizeof doc, "{\"mastery\":{\"rule\":\"%s\"}}", code);
        TRY(policy_read(doc, strlen(doc), &one, e));
        bool now = p->rules[0].kind == k;
        rows[k] = (struct ui_rule_example){.title = shown(c, kind, k),
                                           .now = now,
                                           .words = rule_words(c, now ? &p->rules[0] : &one.rules[0]),
                                           .example = msg_find_code("rule_example", code, MSG_setting_other),
                                           .known = known_words(c, (enum mastery_kind)k),
                                           .source = msg_find_code("rule_source", code, MSG_setting_other)};
    }
    page->examples = rows;
    page->examples_n = MASTERY_KINDS;
    page->known_how = known_how(c);
    return ST_OK;
}

/* Versions --------------------------------------------------------------------------------------------------------- */

enum st rules_changes(struct call *c, const struct policy_change *changes, size_t n, const char *const **out,
                      struct err *e)
{
    const char **words;
    TRY(call_alloc(c, (n + 1) * sizeof *words, (void **)&words, e));
    *out = words;
    for (size_t i = 0; i < n; i++) {
        struct text t;
        text_init(&t, 8000);
        policy_change_words(&t, page_lang(c), &changes[i]);
        words[i] = arena_strdup(c->arena, text_str(&t));
        text_release(&t);
        if (!words[i]) return err_fail(e, ST_NOMEM, "err.memory", "rules");
    }
    return ST_OK;
}

/* The whole rules that a version gives, as they are when it comes into force. */
static enum st fill_version(struct call *c, struct tx *tx, const struct policy_version *v,
                            const struct policy_version *base, struct ui_rule_version *row, size_t number,
                            struct err *e)
{
    const struct policy_index *r = &c->snapshot->policy_index;
    struct policy_change *changes;
    size_t n;
    *row = (struct ui_rule_version){.title = SAY(c, MSG_school_rules_version, MSG_N("n", (int64_t)number)),
                                    .at = v->effective_at_ms,
                                    .waits = v->effective_at_ms > c->now_ms,
                                    .reason = v->reason};
    if (v->recorder_id) {
        struct actor who;
        TRY(actor_load(tx, v->recorder_id, &who, e));
        row->by = arena_printf(c->arena, "%s %s", who.given_name, who.family_name);
    }
    struct policy before = base                         ? policy_by_id(r, base->policy_id)->policy
                           : v->scope == SCOPE_DISTRICT ? policy_default()
                                                        : policy_for_district(r, v->effective_at_ms)->policy;
    TRY(policy_diff(c->arena, &before, &policy_by_id(r, v->policy_id)->policy, &changes, &n, e));
    TRY(rules_changes(c, changes, n, &row->changes, e));
    row->changes_n = n;
    return ST_OK;
}

static size_t count_versions(const struct policy_index *r, int64_t org_id)
{
    size_t n = 0;
    for (size_t i = 0; i < r->policy_count; i++)
        n += r->policies[i].scope <= SCOPE_SCHOOL && r->policies[i].scope_id == org_id;
    return n;
}

static enum st fill_versions(struct call *c, struct tx *tx, const struct rules_of *w, struct page_rules *page,
                             struct err *e)
{
    struct ui_rule_version *rows;
    const struct policy_index *r = &c->snapshot->policy_index;
    size_t number = count_versions(r, w->org_id), skip = 0;
    int64_t org_id = number ? w->org_id : 0; /* a school without rules of its own: the district's */
    if (!number) number = count_versions(r, 0);
    const struct policy_version *now = policy_version_current(r, org_id ? SCOPE_SCHOOL : SCOPE_DISTRICT, org_id,
                                                              c->now_ms),
                                *base = NULL;
    if (number > VERSIONS_SHOWN) skip = number - VERSIONS_SHOWN;
    TRY(call_alloc(c, (number + 1) * sizeof *rows, (void **)&rows, e));
    number = 0;
    for (size_t i = 0; i < r->policy_count; i++) {
        const struct policy_version *v = &r->policies[i];
        if (v->scope_id != org_id) continue;
        if (number++ >= skip) {
            TRY(fill_version(c, tx, v, v->base_id ? policy_version_by_id(r, v->base_id) : base, &rows[page->versions_n],
                             number, e));
            rows[page->versions_n++].now = v == now;
        }
        if (v == now && org_id == w->org_id) page->version = (int64_t)number;
        base = v;
    }
    for (size_t i = 0; i < page->versions_n / 2; i++) { /* the latest first */
        struct ui_rule_version t = rows[i];
        rows[i] = rows[page->versions_n - 1 - i];
        rows[page->versions_n - 1 - i] = t;
    }
    page->versions = rows;
    return ST_OK;
}

/* What the form was based on --------------------------------------------------------------------------------------- */

static enum st basis_setting(struct call *c, const struct rules_of *w, const struct setting *s, struct basis *b,
                             struct err *e)
{
    struct ui_rule_setting r;
    const struct policy *p = &w->version->policy;
    const double now = setting_value(s, p, &p->rules[0]);
    const bool choice = s->type == SETTING_CHOICE;
    TRY(basis_field(c, b, rules_field(c, s), setting_words(page_lang(c), s),
                    choice ? s->choices[(int)now] : rules_number(c, s, now), e));
    if (!choice) return ST_OK;
    TRY(fill_options(c, s, "", &r, e));
    basis_choice(b, r.options, r.options_n);
    return ST_OK;
}

enum st rules_basis(struct call *c, struct tx *tx, const struct rules_of *w, struct basis *b, struct err *e)
{
    *b = (struct basis){.title = SAY(c, MSG_rules_of, MSG_T("name", w->name)),
                        .post_url = c->route->path,
                        .back_url =
                            w->org_id ? arena_printf(c->arena, "/rules?school=%lld", (long long)w->org_id) : "/rules"};
    for (size_t i = 0; i < policy_setting_count; i++)
        if (!policy_settings[i].unused) TRY(basis_setting(c, w, &policy_settings[i], b, e));
    basis_stored(b, w->version->doc);
    const struct policy_index *r = &c->snapshot->policy_index;
    for (size_t i = 0; i < r->policy_count; i++) {
        const struct policy_version *v = &r->policies[i];
        if (v->scope == SCOPE_DISTRICT || (v->scope == SCOPE_SCHOOL && v->scope_id == w->org_id))
            TRY(basis_changed(c, tx, b, v->recorder_id, v->recorded_at_ms, e));
    }
    return ST_OK;
}

/* The page --------------------------------------------------------------------------------------------------------- */

enum st rules_page(struct call *c, struct tx *tx, const struct rules_of *w, struct page_rules *page, struct err *e)
{
    const char *saved = http_query(c->http, "saved"), *when = http_form(c->http, "when", 0);
    page->title = SAY(c, MSG_rules_of, MSG_T("name", w->name));
    page->lead = msg(page_lang(c), w->may_edit ? MSG_rules_lead_edit : MSG_rules_lead);
    page->school = w->org_id ? id_text(c, w->org_id) : "";
    page->can_edit = w->may_edit;
    page->district = !w->org_id;
    const char *drafters = http_form(c->http, "drafted_by", 0);
    page->drafted_by = drafters ? drafters : drafters_words(c, w->doc);
    page->since = w->version->effective_at_ms;
    page->schools = w->schools;
    page->schools_n = w->schools_n;
    page->export_url =
        w->org_id ? arena_printf(c->arena, "/rules/export?school=%lld", (long long)w->org_id) : "/rules/export";
    page->form_reason = http_form(c->http, "reason", 0);
    page->form_date = http_form(c->http, "date", 0);
    page->form_when = str_eq(when, "now") ? 1 : str_eq(when, "date") ? 2 : 0;
    page->form_doc = http_form(c->http, "doc", 0);
    if (saved)
        page->saved = msg(page_lang(c), str_eq(saved, "waiver")   ? MSG_waiver_sent
                                        : str_eq(saved, "answer") ? MSG_waiver_answered
                                                                  : MSG_rules_saved);
    struct basis b;
    TRY(rules_basis(c, tx, w, &b, e));
    page->based_on = based_on(c, &b);
    TRY(fill_purposes(c, tx, w, page, e));
    TRY(fill_groups(c, w, page, e));
    TRY(fill_examples(c, &w->version->policy, page, e));
    TRY(fill_types(c, w, page, e));
    TRY(fill_versions(c, tx, w, page, e));
    return rules_waivers(c, tx, w, page, e);
}

static enum st web_rules(struct call *c, struct err *e)
{
    struct page *p;
    struct rules_of w;
    struct page_rules page = {0};
    TRY(rules_find(c, c->tx, &w, e));
    TRY(page_begin(c, "/rules", &p, e));
    TRY(rules_page(c, c->tx, &w, &page, e));
    return page_end(p, page_rules(&p->html, &p->ctx, &page), e);
}

/* What is in force, to be taken over elsewhere: with neither locks nor waivers, which are of this district. */
static enum st web_rules_export(struct call *c, struct err *e)
{
    struct rules_of w;
    const char *path;
    json_t *about, *doc;
    TRY(rules_find(c, c->tx, &w, e));
    TRY(json_keep(c->arena, json_deep_copy(w.doc), &doc, e));
    json_object_foreach (json_object_get(doc, "about"), path, about) (void)json_object_del(about, "open_for");
    json_t *whole = json_pack("{s:s,s:s,s:O}", "title", w.name, "reason", w.version->reason ? w.version->reason : "",
                              "policy", doc);
    char *text = whole ? json_dumps(whole, JSON_INDENT(2) | JSON_SORT_KEYS) : NULL;
    json_decref(whole);
    if (!text) return err_fail(e, ST_NOMEM, "err.memory", "export");
    text_add(&c->out, text);
    free(text);
    c->res.content_type = "application/json";
    http_res_header(&c->res, "Content-Disposition", "attachment; filename=\"rules.json\"");
    return ST_OK;
}

const struct route policy_page_routes[] = {
    GET("/rules", LEADERS | MAY_TEACHES, web_rules, .menu = MENU_LIBRARY | MENU_HOW_WE_WORK, .title = MSG_nav_rules,
        .summary = "The rules in force, and those that wait for their day"),
    GET("/rules/export", LEADERS | MAY_TEACHES, web_rules_export, .summary = "The rules as a document"),
    {0},
};
