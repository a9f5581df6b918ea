/* Fields of the form to a partial document. */
#include "policy_form.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "frame/form.h"
#include "frame/scale.h"
#include "frame/setting.h"

static enum st unreadable(struct err *e, const struct setting *s, const char *text)
{
    char clause[100];
    snprintf(clause, sizeof clause, "/%s/%s", s->group, s->name);
    enum st st = err_fail(e, ST_INVALID, "policy.number", "%s: \"%.40s\" is not a number", clause, text);
    err_arg(e, clause);
    return st;
}

static bool differ(double a, double b) { return a - b > 1e-9 || b - a > 1e-9; }

static enum st read_value(const struct setting *s, const char *text, double *out, struct err *e)
{
    if (s->type == SETTING_CHOICE) {
        for (int i = 0; s->choices[i]; i++)
            if (str_eq(s->choices[i], text)) {
                *out = i;
                return ST_OK;
            }
        return unreadable(e, s, text);
    }
    if (!form_number(text, out) || (s->type == SETTING_WHOLE && differ(*out, (double)(int64_t)*out)))
        return unreadable(e, s, text);
    if (rules_in_100(s)) *out /= 100;
    return ST_OK;
}

static json_t *value_json(const struct setting *s, double v)
{
    if (s->type == SETTING_CHOICE) return json_string(s->choices[(int)v]);
    return s->type == SETTING_WHOLE ? json_integer((int64_t)v) : json_real(v);
}

static bool put(json_t *doc, const char *group, const char *name, json_t *v)
{
    json_t *g = json_object_get(doc, group);
    if (!g) {
        g = json_object();
        if (json_object_set_new(doc, group, g) != 0) {
            json_decref(v);
            return false;
        }
    }
    return json_object_set_new(g, name, v) == 0;
}

/* What a school sets as it is above is no rule of its own. */
static enum st read_setting(struct call *c, const struct rules_of *w, const struct policy *above,
                            const struct setting *s, json_t *doc, struct err *e)
{
    const char *text = http_form(c->http, rules_field(c, s), 0);
    double value, now = setting_value(s, &w->version->policy, &w->version->policy.rules[0]);
    if (!text || !*text) return ST_OK;
    TRY(read_value(s, text, &value, e));
    if (!differ(value, now)) return ST_OK;
    bool as_above = w->org_id && !differ(value, setting_value(s, above, &above->rules[0]));
    return put(doc, s->group, s->name, as_above ? json_null() : value_json(s, value)) ? ST_OK
                                                                                      : err_no_memory(e, "rules");
}

/* One of the fields beside a setting: who may change it, and why it is so. */
static enum st read_beside(struct call *c, const struct rules_of *w, const struct setting *s, const char *what,
                           json_t *entry, struct err *e)
{
    const char *field = arena_printf(c->arena, "%s.%s", rules_field(c, s), what),
               *text = field ? http_form(c->http, field, 0) : NULL;
    const json_t *now = json_object_get(json_object_get(w->doc, "about"), rules_field(c, s));
    if (!text) return ST_OK;
    bool number = strcmp(what, "least") == 0 || strcmp(what, "most") == 0;
    if (!number) {
        const char *dflt = strcmp(what, "lock") == 0 ? (s->re_derives ? "locked" : "open") : "";
        if (str_eq(text, json_str(now, what, dflt))) return ST_OK;
        return json_object_set_new(entry, what, *text ? json_string(text) : json_null()) == 0
                   ? ST_OK
                   : err_no_memory(e, "rules");
    }
    double v;
    if (!*text)
        return json_object_get(now, what) && json_object_set_new(entry, what, json_null()) != 0
                   ? err_no_memory(e, "rules")
                   : ST_OK;
    TRY(read_value(s, text, &v, e));
    if (json_object_get(now, what) ? !differ(v, json_f64(now, what, 0)) : false) return ST_OK;
    return json_object_set_new(entry, what, value_json(s, v)) == 0 ? ST_OK : err_no_memory(e, "rules");
}

static enum st read_about(struct call *c, const struct rules_of *w, const struct setting *s, json_t *doc, struct err *e)
{
    static const char *const beside[] = {"purpose", "text", "lock", "least", "most"};
    json_t *entry = json_object();
    if (!entry) return err_no_memory(e, "rules");
    enum st st = ST_OK;
    for (size_t i = 0; st == ST_OK && i < sizeof beside / sizeof *beside; i++)
        st = read_beside(c, w, s, beside[i], entry, e);
    if (st != ST_OK || !json_object_size(entry)) {
        json_decref(entry);
        return st;
    }
    return put(doc, "about", rules_field(c, s), entry) ? ST_OK : err_no_memory(e, "rules");
}

static enum st read_purposes(struct call *c, const struct rules_of *w, json_t *doc, struct err *e)
{
    json_t *list = json_array();
    const char *text;
    bool fine = list != NULL;
    for (size_t i = 0; fine && (text = http_form(c->http, "purpose_text", i)); i++) {
        const char *measure = http_form(c->http, "purpose_measure", i), *id = http_form(c->http, "purpose_id", i);
        if (!*text && !(measure && *measure)) continue;
        char own[4] = {(char)('a' + (int)(i % 26)), 0};
        const char *figure = http_form(c->http, "purpose_figure", i);
        json_t *p =
            json_pack("{s:s,s:s,s:s}", "id", id && *id ? id : own, "text", text, "measure", measure ? measure : "");
        fine = p && (!figure || !*figure || json_object_set_new(p, "figure", json_string(figure)) == 0);
        fine = json_array_append_new(list, p) == 0 && fine;
    }
    const json_t *now = json_object_get(w->doc, "purposes");
    if (fine && (json_array_size(list) || json_array_size(now)) && !json_equal(list, now) &&
        http_form(c->http, "purpose_text", 0))
        fine = json_object_set(doc, "purposes", list) == 0;
    json_decref(list);
    return fine ? ST_OK : err_no_memory(e, "rules");
}

/* Names, one a line or between commas. */
static enum st read_drafters(struct call *c, const struct rules_of *w, json_t *doc, struct err *e)
{
    const char *text = http_form(c->http, "drafted_by", 0);
    json_t *list = json_array();
    bool fine = list != NULL;
    while (fine && text && *text) {
        size_t n = strcspn(text, ",\r\n");
        const char *name = text + strspn(text, " ");
        size_t length = n > (size_t)(name - text) ? n - (size_t)(name - text) : 0;
        while (length && name[length - 1] == ' ') length--;
        if (length) fine = json_array_append_new(list, json_stringn(name, length)) == 0;
        text += n + (text[n] != 0);
    }
    const json_t *now = json_object_get(w->doc, "drafted_by");
    if (fine && http_form(c->http, "drafted_by", 0) && (json_array_size(list) || json_array_size(now)) &&
        !json_equal(list, now))
        fine = json_object_set(doc, "drafted_by", list) == 0;
    json_decref(list);
    return fine ? ST_OK : err_no_memory(e, "rules");
}

static enum st read_cut(struct call *c, const char *name, size_t i, double *out, struct err *e)
{
    const char *text = http_form(c->http, name, i);
    if (text && form_number(text, out)) return ST_OK;
    enum st st = err_fail(e, ST_INVALID, "policy.number", "/grades/conversion/%zu: \"%.40s\" is not a number", i,
                          text ? text : "");
    err_arg(e, "/grades/conversion");
    return st;
}

static int level_index(const char *code)
{
    int l = 0;
    while (l < LEVEL_COUNT && !str_eq(level_code((enum level)l), code)) l++;
    return l;
}

static double begins_at(const struct scale_row *r)
{
    double from = 0;
    return form_number(r->from, &from) ? from : 0;
}

size_t rules_scale_sent(struct call *c, struct scale_row rows[SCALE_MOST + 1])
{
    const char *name;
    size_t n = 0;
    for (size_t i = 0; n < SCALE_MOST + 1 && (name = http_form(c->http, "scale_name", i)); i++) {
        const char *means = http_form(c->http, "scale_means", i), *level = http_form(c->http, "scale_level", i),
                   *from = http_form(c->http, "scale_from", i), *points = http_form(c->http, "scale_points", i);
        struct scale_row row = {name, means ? means : "", level ? level : "", from ? from : "", points ? points : ""};
        if (!*row.name && !*row.means) continue;
        size_t at = n++; /* in the order in which they begin: one that is added may stand anywhere */
        for (; at && (level_index(rows[at - 1].level) > level_index(row.level) ||
                      (str_eq(rows[at - 1].level, row.level) && begins_at(&rows[at - 1]) > begins_at(&row)));
             at--)
            rows[at] = rows[at - 1];
        rows[at] = row;
    }
    return n;
}

struct scale_row rules_scale_row(struct call *c, const struct report_level *k)
{
    const char *from = k->from > 0 ? arena_printf(c->arena, "%.10g", k->from * 100) : "";
    return (struct scale_row){scale_name(page_lang(c), k), scale_means(page_lang(c), k), level_code(k->level),
                              from ? from : "", points_words(c, k->points)};
}

static enum st scale_number(const char *text, size_t i, const char *what, double *out, struct err *e)
{
    char clause[60];
    if (form_number(text, out)) return ST_OK;
    snprintf(clause, sizeof clause, "/grades/scale/%zu/%s", i, what);
    enum st st = err_fail(e, ST_INVALID, "policy.number", "%s: \"%.40s\" is not a number", clause, text);
    err_arg(e, clause);
    return st;
}

static bool same_row(const struct scale_row *a, const struct scale_row *b)
{
    return str_eq(a->name, b->name) && str_eq(a->means, b->means) && str_eq(a->level, b->level) &&
           !differ(begins_at(a), begins_at(b)) && str_eq(a->points, b->points);
}

/* A row without a name or a meaning is none; no row at all: as above, or the four of the fold. *lowest, *highest:
 * the points. */
static enum st read_scale(struct call *c, const struct rules_of *w, json_t *doc, double *lowest, double *highest,
                          struct err *e)
{
    struct scale_row rows[SCALE_MOST + 1];
    const struct policy *p = &w->version->policy;
    const size_t n = rules_scale_sent(c, rows);
    bool same = n == p->scale_count, fine = true;
    *lowest = p->scale[0].points;
    *highest = p->scale[p->scale_count - 1].points;
    if (!http_form(c->http, "scale_name", 0)) return ST_OK;
    for (size_t i = 0; same && i < n; i++) {
        const struct scale_row now = rules_scale_row(c, &p->scale[i]);
        same = same_row(&rows[i], &now);
    }
    if (same) return ST_OK;
    if (!n) {
        *lowest = 1;
        *highest = LEVEL_COUNT;
        return put(doc, "grades", "scale", json_null()) ? ST_OK : err_no_memory(e, "rules");
    }
    json_t *list;
    TRY(json_keep(c->arena, json_array(), &list, e));
    for (size_t i = 0; fine && i < n; i++) {
        double from = 0, points = (double)i + 1;
        if (*rows[i].from) TRY(scale_number(rows[i].from, i, "from", &from, e));
        if (*rows[i].points) TRY(scale_number(rows[i].points, i, "points", &points, e));
        if (i == 0) *lowest = points;
        *highest = points;
        fine =
            json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:f,s:f}", "name", rows[i].name, "means", rows[i].means,
                                                  "level", rows[i].level, "from", from / 100, "points", points)) == 0;
    }
    return fine && put(doc, "grades", "scale", json_incref(list)) ? ST_OK : err_no_memory(e, "rules");
}

/* Rows without a letter are none; each ends where the next begins, the last at the most points. */
static enum st read_cuts(struct call *c, const struct rules_of *w, json_t *doc, double lowest, double highest,
                         struct err *e)
{
    struct grade_cut cuts[CUTS_MAX];
    const struct policy *p = &w->version->policy;
    const char *letter;
    size_t n = 0;
    for (size_t i = 0; n < CUTS_MAX && (letter = http_form(c->http, "cut_letter", i)); i++) {
        if (!*letter) continue;
        struct grade_cut *k = &cuts[n++];
        snprintf(k->letter, sizeof k->letter, "%s", letter);
        TRY(read_cut(c, "cut_from", i, &k->from, e));
        TRY(read_cut(c, "cut_percent", i, &k->percent, e));
        TRY(read_cut(c, "cut_gpa", i, &k->gpa, e));
    }
    if (!n) return ST_OK;
    if (!differ(cuts[0].from, p->scale[0].points)) cuts[0].from = lowest; /* as it was: at the fewest points */
    bool same = n == p->cut_count && !differ(p->cuts[n - 1].to, highest);
    for (size_t i = 0; same && i < n; i++)
        same = !differ(cuts[i].from, p->cuts[i].from) && !differ(cuts[i].percent, p->cuts[i].percent) &&
               !differ(cuts[i].gpa, p->cuts[i].gpa) && strcmp(cuts[i].letter, p->cuts[i].letter) == 0;
    if (same) return ST_OK;
    json_t *list = json_array();
    bool fine = list != NULL;
    for (size_t i = 0; fine && i < n; i++)
        fine = json_array_append_new(list, json_pack("{s:f,s:f,s:s,s:f,s:f}", "from", cuts[i].from, "to",
                                                     i + 1 < n ? cuts[i + 1].from : highest, "letter", cuts[i].letter,
                                                     "percent", cuts[i].percent, "gpa", cuts[i].gpa)) == 0;
    if (fine) return put(doc, "grades", "conversion", list) ? ST_OK : err_no_memory(e, "rules");
    json_decref(list);
    return err_no_memory(e, "rules");
}

/* One rule a kind of competency; empty: as for all. */
static enum st read_types(struct call *c, const struct rules_of *w, json_t *doc, struct err *e)
{
    const char *type;
    for (size_t i = 0; (type = http_form(c->http, "type_name", i)); i++) {
        const char *rule = http_form(c->http, "type_rule", i);
        const struct mastery_rule *r = policy_rule(&w->version->policy, type);
        const char *now = *r->type ? mastery_kind_code((enum mastery_kind)r->kind) : "";
        if (!rule || !*type || str_eq(rule, now)) continue;
        json_t *by = json_object_get(json_object_get(doc, "mastery"), "by_type");
        if (!by && !put(doc, "mastery", "by_type", by = json_object())) return err_no_memory(e, "rules");
        if (json_object_set_new(by, type, *rule ? json_pack("{s:s}", "rule", rule) : json_null()) != 0)
            return err_no_memory(e, "rules");
    }
    return ST_OK;
}

/* A document of another school: over what the fields say. Its locks and waivers are its own. */
static enum st read_document(struct call *c, json_t **doc, struct err *e)
{
    const char *text = http_form(c->http, "doc", 0), *path;
    json_t *given, *about;
    if (!text || !text[strspn(text, " \t\r\n")]) return ST_OK;
    TRY(json_read_owned(text, strlen(text), &given, e));
    if (json_is_object(json_object_get(given, "policy"))) { /* as exported: with what it is beside it */
        json_t *inner = json_incref(json_object_get(given, "policy"));
        json_decref(given);
        given = inner;
    }
    json_object_foreach (json_object_get(given, "about"), path, about) (void)json_object_del(about, "open_for");
    (void)json_object_del(given, "drafted_by"); /* theirs, not ours */
    json_t *both = policy_merge(*doc, given);
    json_decref(given);
    return both ? json_keep(c->arena, both, doc, e) : err_no_memory(e, "rules");
}

enum st rules_form(struct call *c, const struct rules_of *w, json_t **out, struct err *e)
{
    json_t *doc;
    struct policy above;
    double lowest, highest;
    TRY(json_keep(c->arena, json_object(), &doc, e));
    TRY(policy_from_json(w->upper, &above, e));
    for (size_t i = 0; i < policy_setting_count; i++) {
        if (policy_settings[i].unused) continue;
        TRY(read_setting(c, w, &above, &policy_settings[i], doc, e));
        if (!w->org_id || policy_settings[i].narrowest > SCOPE_SCHOOL)
            TRY(read_about(c, w, &policy_settings[i], doc, e));
    }
    TRY(read_types(c, w, doc, e));
    for (size_t i = 0; !w->org_id && i < POLICY_LISTS; i++) TRY(read_about(c, w, &policy_lists[i], doc, e));
    TRY(read_scale(c, w, doc, &lowest, &highest, e));
    TRY(read_cuts(c, w, doc, lowest, highest, e));
    if (!w->org_id) TRY(read_purposes(c, w, doc, e));
    TRY(read_drafters(c, w, doc, e));
    TRY(read_document(c, &doc, e));
    *out = doc;
    return ST_OK;
}
