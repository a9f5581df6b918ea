/* Template compiler: tmplc OUT.h OUT.c en.po FILE.html...
 *
 * Turns templates into C. Every value is escaped for the place where it stands (text, attribute, address); a
 * misspelt field, a wrong kind of value, an unknown message or one with missing arguments, an unquoted attribute, a
 * value inside <script> or <style> or an on...= or style= attribute end the build with file:line. ui/README.md has
 * the language. */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "po.h"

enum kind { T_TEXT, T_INT, T_BOOL, T_PROB, T_URL, T_SAFE, T_TIME, T_MSG, T_STRUCT, T_MAYBE, T_LIST, T_TEXTS };
static const char *const kind_names[] = {"text", "int", "bool",   "prob",  "url",  "safe_html",
                                         "time", "msg", "struct", "maybe", "list", "texts"};

struct rec;
struct field {
    char name[48];
    enum kind kind;
    const struct rec *rec; /* of struct, maybe, list */
};
struct rec { /* a struct, a page, the context or a part's parameters */
    char name[48];
    struct field f[48];
    int n;
};
struct part {
    struct rec params;
    int line;
};
struct var { /* a name in scope: a value, not a field of the page */
    struct field f;
    char c[64];              /* C text of the value; for a list without _n */
    char idx[16], count[96]; /* of an each */
};

static struct rec *recs[256];
static int n_recs;
static struct part *parts[256];
static int n_parts;
static struct rec ctx;
static const struct rec *page;
static struct var vars[64];
static int n_vars, n_tmp;
static struct po po;

/* Output: declarations, prototypes and bodies grow apart and are joined at the end. */
struct out {
    char *p;
    size_t n, cap;
};
static struct out o_decl, o_proto, o_body;

static void emit(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void emit(struct out *o, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int k = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (k < 0) exit(1);
    size_t need = o->n + (size_t)k + 1;
    if (need > o->cap) {
        o->cap = need * 2 + 4096;
        char *p = realloc(o->p, o->cap);
        if (!p) exit(1);
        o->p = p;
    }
    vsnprintf(o->p + o->n, (size_t)k + 1, fmt, again);
    va_end(again);
    o->n += (size_t)k;
}

/* The file being read. */
static const char *file, *cur;
static int line;
#define DIE(...) tool_die(file, line, __VA_ARGS__)

/* Where in HTML the literal text has led us. */
enum html { H_TEXT, H_TAG_NAME, H_TAG, H_ATTR, H_AFTER_ATTR, H_EQ, H_DQ, H_SQ, H_RAW, H_COMMENT };
struct state {
    enum html h;
    char tag[24], attr[40];
    bool close_tag, empty; /* empty: nothing of this attribute's value yet */
};
static struct state st;

static bool attr_is_url(const char *a)
{
    static const char *const names[] = {"href", "src",       "action",   "formaction", "poster",
                                        "cite", "data-href", "data-src", "data-next"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(a, names[i])) return true;
    return false;
}

static void push(char *buf, size_t cap, char c)
{
    size_t n = strlen(buf);
    if (n + 1 >= cap) DIE("name too long: %s", buf);
    buf[n] = (char)tolower((unsigned char)c);
    buf[n + 1] = 0;
}

static void tag_done(void)
{
    bool raw = !st.close_tag && (!strcmp(st.tag, "script") || !strcmp(st.tag, "style"));
    st.h = raw ? H_RAW : H_TEXT;
}

static void html_char(const char *p)
{
    char c = *p;
    switch (st.h) {
    case H_TEXT:
        if (!strncmp(p, "<!--", 4)) st.h = H_COMMENT;
        else if (c == '<') st.h = H_TAG_NAME, st.tag[0] = 0, st.close_tag = p[1] == '/';
        break;
    case H_COMMENT:
        if (c == '>' && p[-1] == '-' && p[-2] == '-') st.h = H_TEXT;
        break;
    case H_RAW:
        if (c == '<' && p[1] == '/') st.h = H_TAG_NAME, st.tag[0] = 0, st.close_tag = true;
        break;
    case H_TAG_NAME:
        if (c == '/' && !st.tag[0]) break;
        if (c == '>') tag_done();
        else if (isspace((unsigned char)c) || c == '/') st.h = H_TAG;
        else push(st.tag, sizeof st.tag, c);
        break;
    case H_TAG:
        if (c == '>') tag_done();
        else if (!isspace((unsigned char)c) && c != '/')
            st.attr[0] = 0, push(st.attr, sizeof st.attr, c), st.h = H_ATTR;
        break;
    case H_ATTR:
        if (c == '>') tag_done();
        else if (c == '=') st.h = H_EQ;
        else if (isspace((unsigned char)c)) st.h = H_TAG;
        else push(st.attr, sizeof st.attr, c);
        if (st.h == H_EQ && (!strncmp(st.attr, "on", 2) || !strcmp(st.attr, "style")))
            DIE("attribute %s=: scripts and styles live in files of their own", st.attr);
        break;
    case H_AFTER_ATTR:
    case H_EQ:
        if (c != '"' && c != '\'') DIE("the value of attribute %s needs quotes", st.attr);
        st.h = c == '"' ? H_DQ : H_SQ;
        st.empty = true;
        break;
    case H_DQ:
    case H_SQ:
        if (c == (st.h == H_DQ ? '"' : '\'')) st.h = H_TAG;
        else st.empty = false;
        break;
    }
}

static struct state norm(struct state s)
{
    if (s.h == H_ATTR || s.h == H_AFTER_ATTR || (s.h == H_TAG_NAME && s.tag[0])) s.h = H_TAG;
    return s;
}

static bool same_place(struct state a, struct state b)
{
    a = norm(a), b = norm(b);
    if (a.h != b.h) return false;
    return (a.h != H_DQ && a.h != H_SQ) || !strcmp(a.attr, b.attr);
}

/* Literal text waits here so that neighbours become one write. */
static char lit[1 << 18];
static size_t n_lit;

static void lit_flush(void)
{
    for (size_t i = 0; i < n_lit; i += 400) {
        emit(&o_body, "    html_lit(h, \"");
        for (size_t k = i; k < n_lit && k < i + 400; k++) {
            unsigned char c = (unsigned char)lit[k];
            if (c == '"' || c == '\\') emit(&o_body, "\\%c", c);
            else if (c == '\n') emit(&o_body, "\\n");
            else if (c < 32 || c > 126 || c == '?') emit(&o_body, "\\%03o", c);
            else emit(&o_body, "%c", c);
        }
        emit(&o_body, "\");\n");
    }
    n_lit = 0;
}

static void literal(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '\n') line++;
        bool fold = st.h == H_TEXT || st.h == H_TAG;
        html_char(p + i);
        if (fold && isspace((unsigned char)p[i])) {
            if (n_lit && isspace((unsigned char)lit[n_lit - 1])) continue;
            lit[n_lit++] = p[i] == '\n' ? '\n' : ' ';
            continue;
        }
        if (n_lit + 2 >= sizeof lit) DIE("literal text too long");
        lit[n_lit++] = p[i];
    }
}

/* Words of one directive. */
static char tok[256];
static const char *dp, *dend;
static bool tok_str;

static bool next_tok(void)
{
    while (dp < dend && isspace((unsigned char)*dp)) {
        if (*dp == '\n') line++;
        dp++;
    }
    tok_str = false;
    tok[0] = 0;
    if (dp >= dend) return false;
    size_t n = 0;
    if (*dp == '"') {
        tok_str = true;
        for (dp++; dp < dend && *dp != '"'; dp++)
            if (n + 1 < sizeof tok) tok[n++] = *dp;
        if (dp >= dend) DIE("a string without end");
        dp++;
    } else if (isalnum((unsigned char)*dp) || *dp == '_' || (*dp == '-' && isdigit((unsigned char)dp[1]))) {
        do {
            if (n + 1 < sizeof tok) tok[n++] = *dp;
            dp++;
        } while (dp < dend && (isalnum((unsigned char)*dp) || *dp == '_' || *dp == '.'));
    } else {
        tok[n++] = *dp++;
        if (dp < dend && *dp == '=' && strchr("=!<>", tok[0])) tok[n++] = *dp++;
    }
    tok[n] = 0;
    return true;
}

static bool peek(const char *s)
{
    const char *save = dp;
    int save_line = line;
    bool is = next_tok() && !tok_str && !strcmp(tok, s);
    dp = save;
    line = save_line;
    return is;
}

static void want(const char *s)
{
    if (!next_tok() || tok_str || strcmp(tok, s) != 0) DIE("\"%s\" is due before \"%s\"", s, tok);
}

static void want_name(char *out, size_t cap)
{
    if (!next_tok() || tok_str || !(isalpha((unsigned char)tok[0]) || tok[0] == '_') || strchr(tok, '.'))
        DIE("a name is due, not \"%s\"", tok);
    if (strlen(tok) >= cap) DIE("name too long: %s", tok);
    memcpy(out, tok, strlen(tok) + 1);
}

static const struct rec *rec_find(const char *name)
{
    for (int i = 0; i < n_recs; i++)
        if (!strcmp(recs[i]->name, name)) return recs[i];
    DIE("no struct \"%s\" (declare it before)", name);
}

static void fields(struct rec *r)
{
    while (!peek("}") && dp < dend) {
        if (r->n == (int)(sizeof r->f / sizeof *r->f)) DIE("too many fields in %s", r->name);
        struct field *f = &r->f[r->n];
        *f = (struct field){0};
        want_name(f->name, sizeof f->name);
        for (int i = 0; i < r->n; i++)
            if (!strcmp(r->f[i].name, f->name)) DIE("field \"%s\" is here twice", f->name);
        if (!next_tok()) DIE("field \"%s\" has no kind", f->name);
        int k = 0;
        while (k <= T_TEXTS && strcmp(kind_names[k], tok) != 0) k++;
        if (k > T_TEXTS) DIE("unknown kind \"%s\" of field \"%s\"", tok, f->name);
        f->kind = (enum kind)k;
        if (k == T_STRUCT || k == T_MAYBE || k == T_LIST) {
            char name[48];
            want_name(name, sizeof name);
            f->rec = rec_find(name);
        }
        r->n++;
        if (dp < dend && peek(",")) next_tok();
        else if (next_tok()) DIE("a comma is due before \"%s\"", tok);
    }
}

static void c_fields(struct out *o, const struct rec *r)
{
    for (int i = 0; i < r->n; i++) {
        const struct field *f = &r->f[i];
        switch (f->kind) {
        case T_TEXT: emit(o, "    const char *%s;\n", f->name); break;
        case T_URL: emit(o, "    const char *%s; /* address */\n", f->name); break;
        case T_INT: emit(o, "    int64_t %s;\n", f->name); break;
        case T_BOOL: emit(o, "    bool %s;\n", f->name); break;
        case T_PROB: emit(o, "    double %s; /* [0,1] */\n", f->name); break;
        case T_SAFE: emit(o, "    struct safe_html %s;\n", f->name); break;
        case T_TIME: emit(o, "    int64_t %s; /* ms since 1970, UTC; 0: none */\n", f->name); break;
        case T_MSG: emit(o, "    enum msg_id %s;\n", f->name); break;
        case T_STRUCT: emit(o, "    struct ui_%s %s;\n", f->rec->name, f->name); break;
        case T_MAYBE: emit(o, "    const struct ui_%s *%s; /* NULL: none */\n", f->rec->name, f->name); break;
        case T_LIST: emit(o, "    const struct ui_%s *%s;\n    size_t %s_n;\n", f->rec->name, f->name, f->name); break;
        case T_TEXTS: emit(o, "    const char *const *%s;\n    size_t %s_n;\n", f->name, f->name); break;
        }
    }
}

/* A value: where it lives in C, and what it is. */
struct val {
    enum kind kind;
    const struct rec *rec;
    char c[512]; /* C expression; a list has c and c_n */
    char n[520];
    bool is_lit;
};

static void append(char *buf, size_t cap, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void append(char *buf, size_t cap, const char *fmt, ...)
{
    size_t n = strlen(buf);
    va_list ap;
    va_start(ap, fmt);
    int k = vsnprintf(buf + n, cap - n, fmt, ap);
    va_end(ap);
    if (k < 0 || (size_t)k >= cap - n) DIE("expression too long");
}

static const struct field *field_find(const struct rec *r, const char *name)
{
    for (int i = 0; i < r->n; i++)
        if (!strcmp(r->f[i].name, name)) return &r->f[i];
    return NULL;
}

static void val_set(struct val *v, const struct field *f)
{
    v->kind = f->kind;
    v->rec = f->rec;
    if (f->kind == T_LIST || f->kind == T_TEXTS) snprintf(v->n, sizeof v->n, "%s_n", v->c);
}

static void resolve(struct val *v, char *path)
{
    char *dot = strchr(path, '.');
    if (dot) *dot++ = 0;
    *v = (struct val){0};
    bool found = false;
    for (int i = n_vars - 1; i >= 0 && !found; i--) {
        if (strcmp(vars[i].f.name, path) != 0) continue;
        append(v->c, sizeof v->c, "%s", vars[i].c);
        val_set(v, &vars[i].f);
        found = true;
    }
    if (!found && !strcmp(path, "ctx") && dot) {
        char *next = strchr(dot, '.');
        if (next) *next++ = 0;
        static const struct field lang_code = {"lang_code", T_TEXT, NULL}, lang_dir = {"lang_dir", T_TEXT, NULL},
                                  now = {"now", T_TIME, NULL};
        const struct field *f = field_find(&ctx, dot);
        const char *builtin = NULL;
        if (!strcmp(dot, "lang_code")) f = &lang_code, builtin = "lang_code(c->lang)";
        else if (!strcmp(dot, "lang_dir")) f = &lang_dir, builtin = "lang_dir(c->lang)";
        else if (!strcmp(dot, "now")) f = &now, builtin = "c->now_ms";
        if (!f) DIE("the context has no field \"%s\"", dot);
        append(v->c, sizeof v->c, "%s%s", builtin ? "" : "c->", builtin ? builtin : dot);
        val_set(v, f);
        dot = next;
        found = true;
    }
    if (!found && page) {
        const struct field *f = field_find(page, path);
        if (f) {
            append(v->c, sizeof v->c, "p->%s", path);
            val_set(v, f);
            found = true;
        }
    }
    if (!found) DIE("no field or name \"%s\" here", path);
    while (dot) {
        char *next = strchr(dot, '.');
        if (next) *next++ = 0;
        if (v->kind != T_STRUCT && v->kind != T_MAYBE)
            DIE("\"%s\" is %s and has no field \"%s\"", path, kind_names[v->kind], dot);
        const struct field *f = field_find(v->rec, dot);
        if (!f) DIE("struct %s has no field \"%s\"", v->rec->name, dot);
        bool ptr = v->kind == T_MAYBE || v->is_lit;
        append(v->c, sizeof v->c, "%s%s", ptr ? "->" : ".", dot);
        val_set(v, f);
        dot = next;
    }
}

static struct var *each_var(const char *name)
{
    for (int i = n_vars - 1; i >= 0; i--)
        if (!strcmp(vars[i].f.name, name) && vars[i].idx[0]) return &vars[i];
    DIE("\"%s\" is not the name of an each", name);
}

/* One value: literal, path, index NAME, count LIST, asset "file", msg "id" (without arguments). */
static void value(struct val *v)
{
    if (!next_tok()) DIE("a value is due");
    char name[256];
    memcpy(name, tok, sizeof name);
    *v = (struct val){0};
    if (tok_str) {
        v->kind = T_TEXT;
        v->is_lit = true;
        append(v->c, sizeof v->c, "\"%s\"", tok);
    } else if (isdigit((unsigned char)tok[0]) || tok[0] == '-') {
        v->kind = T_INT;
        append(v->c, sizeof v->c, "%s", tok);
    } else if (!strcmp(tok, "true") || !strcmp(tok, "false")) {
        v->kind = T_BOOL;
        append(v->c, sizeof v->c, "%s", tok);
    } else if (!strcmp(tok, "index") && dp < dend && !peek("}")) {
        want_name(name, sizeof name);
        v->kind = T_INT;
        append(v->c, sizeof v->c, "(int64_t)(%s + 1)", each_var(name)->idx);
    } else if (!strcmp(tok, "count")) {
        next_tok();
        struct val l;
        memcpy(name, tok, sizeof name);
        resolve(&l, name);
        if (l.kind != T_LIST && l.kind != T_TEXTS) DIE("count wants a list");
        v->kind = T_INT;
        append(v->c, sizeof v->c, "(int64_t)%s", l.n);
    } else if (!strcmp(tok, "asset")) {
        next_tok();
        v->kind = T_URL;
        append(v->c, sizeof v->c, "asset_url(\"%s\")", tok);
    } else if (!strcmp(tok, "msg")) {
        next_tok();
        if (!tok_str) DIE("msg as a value wants an id in quotes");
        const struct po_entry *e = po_find(&po, tok);
        if (!e) DIE("no message \"%s\" in %s", tok, po.path);
        char en[128];
        po_enum_name(tok, en, sizeof en);
        v->kind = T_MSG;
        append(v->c, sizeof v->c, "%s", en);
    } else {
        resolve(v, name);
    }
}

/* The text of a value as a C string, for a message's argument. */
static void arg_text(struct val *v, const char *form, char *out, size_t cap)
{
    out[0] = 0;
    switch (v->kind) {
    case T_TEXT: append(out, cap, "%s", v->c); break;
    case T_MSG: append(out, cap, "msg(c->lang, %s)", v->c); break;
    case T_TIME:
        append(out, cap, "html_time_words(h, c->lang, %s, c->now_ms, c->tz, TIME_%s)", v->c, *form ? form : "moment");
        break;
    case T_PROB: append(out, cap, "html_prob_words(h, c->lang, %s, PROB_%s)", v->c, *form ? form : "percent"); break;
    case T_INT:
        if (!strcmp(form, "duration")) {
            append(out, cap, "html_duration_words(h, c->lang, %s)", v->c);
            break;
        } /* fall through */
    case T_BOOL:
    case T_URL:
    case T_SAFE:
    case T_STRUCT:
    case T_MAYBE:
    case T_LIST:
    case T_TEXTS: DIE("a value of kind %s cannot stand in a message", kind_names[v->kind]);
    }
}

static void check_form(enum kind k, const char *form)
{
    static const char *const time_forms[] = {"moment", "ago", "day", "weekday", "date", "clock", "exact", NULL},
                             *const prob_forms[] = {"percent", "in100", NULL},
                             *const int_forms[] = {"duration", "plain", NULL};
    const char *const *f = k == T_TIME ? time_forms : k == T_PROB ? prob_forms : k == T_INT ? int_forms : NULL;
    for (; f && *f; f++)
        if (!strcmp(*f, form)) return;
    DIE("no form \"%s\" of %s", form, kind_names[k]);
}

static bool in_attr(void) { return st.h == H_DQ || st.h == H_SQ; }

static void check_place(void)
{
    if (st.h == H_TEXT || in_attr()) return;
    if (st.h == H_RAW) DIE("no values inside <%s>", st.tag);
    DIE("a value may stand in text or in a quoted attribute only");
}

static void d_msg(void)
{
    check_place();
    if (in_attr() && attr_is_url(st.attr)) DIE("words cannot be an address");
    if (!next_tok()) DIE("msg wants an id");
    char id[160], args[2000] = "";
    struct po_args due = {0}, got = {0};
    const char *put = in_attr() ? "html_attr" : "html_text", *put_msg = in_attr() ? "html_attr_msg" : "html_msg";
    if (!tok_str) { /* the value of a field of kind msg */
        struct val v;
        char name[256];
        memcpy(name, tok, sizeof name);
        resolve(&v, name);
        if (v.kind != T_MSG) DIE("\"%s\" is %s, not msg", tok, kind_names[v.kind]);
        if (next_tok()) DIE("a message chosen at run time takes no arguments");
        lit_flush();
        emit(&o_body, "    %s(h, msg(c->lang, %s));\n", put, v.c);
        st.empty = false;
        return;
    }
    const struct po_entry *e = po_find(&po, tok);
    if (!e) DIE("no message \"%s\" in %s", tok, po.path);
    po_enum_name(tok, id, sizeof id);
    po_args(&due, e->id, po.path, e->line);
    if (e->plural) po_args(&due, e->plural, po.path, e->line);
    while (next_tok()) {
        char first[256], name[64], form[32] = "";
        if (tok_str) DIE("an argument is name or name=value");
        memcpy(first, tok, sizeof first);
        struct val v;
        const char *dot = strrchr(first, '.');
        snprintf(name, sizeof name, "%.60s", dot ? dot + 1 : first);
        if (peek("=")) {
            want("=");
            value(&v);
        } else {
            resolve(&v, first);
        }
        if (peek(":")) {
            want(":");
            want_name(form, sizeof form);
            check_form(v.kind, form);
        }
        if (po_args_index(&due, name, strlen(name)) < 0) DIE("message %s has no {%s}", id, name);
        if (po_args_index(&got, name, strlen(name)) >= 0) DIE("argument %s is here twice", name);
        snprintf(got.name[got.n++], sizeof got.name[0], "%.31s", name);
        if (v.kind == T_INT && !*form) {
            append(args, sizeof args, "%sMSG_N(\"%s\", %s)", *args ? ", " : "", name, v.c);
        } else {
            char t[700];
            arg_text(&v, form, t, sizeof t);
            append(args, sizeof args, "%sMSG_T(\"%s\", %s)", *args ? ", " : "", name, t);
        }
    }
    for (int i = 0; i < due.n; i++)
        if (po_args_index(&got, due.name[i], strlen(due.name[i])) < 0) DIE("message %s wants {%s}", id, due.name[i]);
    lit_flush();
    if (*args) emit(&o_body, "    %s(h, c->lang, %s, MSG_ARGS(%s));\n", put_msg, id, args);
    else emit(&o_body, "    %s(h, msg(c->lang, %s));\n", put, id);
    st.empty = false;
}

/* {{value}} or {{value form}} */
static void d_value(void)
{
    struct val v;
    char form[32] = "";
    check_place();
    value(&v);
    if (next_tok()) {
        snprintf(form, sizeof form, "%.31s", tok);
        check_form(v.kind, form);
        if (next_tok()) DIE("nothing may follow \"%s\"", form);
    }
    lit_flush();
    bool attr = in_attr(), url = attr && attr_is_url(st.attr);
    if (attr && (!strncmp(st.attr, "on", 2) || !strcmp(st.attr, "style"))) DIE("no values in %s=", st.attr);
    if (url && st.empty && v.kind != T_URL) DIE("%s= wants a url, \"%s\" is %s", st.attr, v.c, kind_names[v.kind]);
    if (url && !st.empty && v.kind == T_URL) DIE("an address cannot be glued behind text");
    switch (v.kind) {
    case T_TEXT:
        emit(&o_body, "    %s(h, %s);\n", url ? "html_url_part" : attr ? "html_attr" : "html_text", v.c);
        break;
    case T_URL: emit(&o_body, "    %s(h, %s);\n", url ? "html_url" : attr ? "html_attr" : "html_text", v.c); break;
    case T_INT:
        if (!strcmp(form, "duration"))
            emit(&o_body, "    %s(h, html_duration_words(h, c->lang, %s));\n", attr ? "html_attr" : "html_text", v.c);
        else if (attr || *form) emit(&o_body, "    html_int(h, %s);\n", v.c);
        else emit(&o_body, "    html_int_words(h, c->lang, %s);\n", v.c);
        break;
    case T_PROB:
        if (!*form) emit(&o_body, "    html_decimal(h, %s);\n", v.c);
        else
            emit(&o_body, "    %s(h, html_prob_words(h, c->lang, %s, PROB_%s));\n", attr ? "html_attr" : "html_text",
                 v.c, form);
        break;
    case T_TIME:
        if (attr)
            emit(&o_body, "    html_attr(h, html_time_words(h, c->lang, %s, c->now_ms, c->tz, TIME_%s));\n", v.c,
                 *form ? form : "moment");
        else emit(&o_body, "    html_time(h, c->lang, %s, c->now_ms, c->tz, TIME_%s);\n", v.c, *form ? form : "moment");
        break;
    case T_SAFE:
        if (attr) DIE("HTML cannot stand in an attribute");
        emit(&o_body, "    html_safe(h, %s);\n", v.c);
        break;
    case T_MSG: emit(&o_body, "    %s(h, msg(c->lang, %s));\n", attr ? "html_attr" : "html_text", v.c); break;
    case T_BOOL:
    case T_STRUCT:
    case T_MAYBE:
    case T_LIST:
    case T_TEXTS: DIE("a %s cannot be written; use if, each or part", kind_names[v.kind]);
    }
    st.empty = false;
}

static void truth(const struct val *v, char *out, size_t cap)
{
    switch (v->kind) {
    case T_TEXT:
    case T_URL: append(out, cap, "html_has(%s)", v->c); break;
    case T_INT:
    case T_TIME: append(out, cap, "%s != 0", v->c); break;
    case T_BOOL: append(out, cap, "%s", v->c); break;
    case T_SAFE: append(out, cap, "%s.n > 0", v->c); break;
    case T_MSG: append(out, cap, "%s != MSG_NONE", v->c); break;
    case T_MAYBE: append(out, cap, "%s != NULL", v->c); break;
    case T_LIST:
    case T_TEXTS: append(out, cap, "%s > 0", v->n); break;
    case T_PROB:
    case T_STRUCT: DIE("a %s is neither true nor false", kind_names[v->kind]);
    }
}

static void condition(char *out, size_t cap)
{
    const char *join = NULL;
    do {
        bool not = false;
        if (peek("not")) want("not"), not = true;
        if (join) append(out, cap, " %s ", !strcmp(join, "and") ? "&&" : "||");
        if (not ) append(out, cap, "!(");
        if (peek("first") || peek("last")) {
            next_tok();
            bool first = !strcmp(tok, "first");
            char name[48];
            want_name(name, sizeof name);
            const struct var *e = each_var(name);
            if (first) append(out, cap, "%s == 0", e->idx);
            else append(out, cap, "%s + 1 == %s", e->idx, e->count);
        } else {
            struct val v, w;
            value(&v);
            const char *op = NULL;
            static const char *const ops[] = {"==", "!=", "<=", ">=", "<", ">"};
            for (size_t i = 0; i < 6 && !op; i++)
                if (peek(ops[i])) op = ops[i];
            if (!op) {
                truth(&v, out, cap);
            } else {
                want(op);
                value(&w);
                if (v.kind == T_TEXT && w.kind == T_TEXT && op[1] == '=' && (*op == '=' || *op == '!'))
                    append(out, cap, "%sstr_eq(%s, %s)", *op == '!' ? "!" : "", v.c, w.c);
                else if (v.kind == T_INT && w.kind == T_INT) append(out, cap, "%s %s %s", v.c, op, w.c);
                else DIE("cannot compare %s with %s", kind_names[v.kind], kind_names[w.kind]);
            }
        }
        if (not ) append(out, cap, ")");
        const char *was = join;
        join = peek("and") ? "and" : peek("or") ? "or" : NULL;
        if (join) want(join);
        if (was && join && strcmp(was, join) != 0) DIE("and with or: use two ifs");
    } while (join);
    if (next_tok()) DIE("nothing may follow the condition, found \"%s\"", tok);
}

static void d_part(void)
{
    char name[48];
    if (st.h != H_TEXT) DIE("a part stands in text only");
    want_name(name, sizeof name);
    struct part *pt = NULL;
    for (int i = 0; i < n_parts; i++)
        if (!strcmp(parts[i]->params.name, name)) pt = parts[i];
    if (!pt) DIE("no part \"%s\" (define it before)", name);
    lit_flush();
    emit(&o_body, "    part_%s(h, c", name);
    for (int i = 0; i < pt->params.n; i++) {
        const struct field *f = &pt->params.f[i];
        struct val v;
        if (dp >= dend) DIE("part %s wants \"%s\"", name, f->name);
        value(&v);
        bool ok = v.kind == f->kind && v.rec == f->rec;
        if (f->kind == T_URL && v.is_lit && v.c[1] == '/') ok = true; /* our own path, in quotes */
        if (f->kind == T_STRUCT && v.kind == T_MAYBE && v.rec == f->rec) ok = true;
        if (!ok) DIE("part %s wants %s for \"%s\", not %s", name, kind_names[f->kind], f->name, kind_names[v.kind]);
        if (f->kind == T_STRUCT) emit(&o_body, v.kind == T_MAYBE || v.is_lit ? ", %s" : ", &%s", v.c);
        else if (f->kind == T_LIST || f->kind == T_TEXTS) emit(&o_body, ", %s, %s", v.c, v.n);
        else emit(&o_body, ", %s", v.c);
    }
    if (next_tok()) DIE("too many values for part %s", name);
    emit(&o_body, ");\n");
}

enum ended { END_FILE, END_END, END_ELSE };
static enum ended block(void);

static void d_if(void)
{
    char cond[1024] = "";
    int at = line;
    condition(cond, sizeof cond);
    lit_flush();
    emit(&o_body, "    if (%s) {\n", cond);
    struct state before = st, after;
    enum ended e = block();
    lit_flush();
    after = st;
    if (e == END_ELSE) {
        if (dp < dend && peek("if")) { /* {{else if …}} shares the {{end}} */
            want("if");
            emit(&o_body, "    } else {\n");
            st = before;
            d_if();
            lit_flush();
        } else {
            emit(&o_body, "    } else {\n");
            st = before;
            e = block();
            lit_flush();
            if (e == END_ELSE) DIE("a second else");
        }
        if (!same_place(st, after)) tool_die(file, at, "the two ways of this if end in different places of the HTML");
        if (e == END_FILE) tool_die(file, at, "this if has no end");
    } else {
        if (e == END_FILE) tool_die(file, at, "this if has no end");
        if (!same_place(before, after)) tool_die(file, at, "this if ends in another place of the HTML than it began");
        st.empty = before.empty && after.empty;
        if (before.h != after.h) st = norm(st);
    }
    emit(&o_body, "    }\n");
}

static void d_each(void)
{
    char name[48];
    int at = line;
    want_name(name, sizeof name);
    want("in");
    struct val l;
    value(&l);
    if (l.kind != T_LIST && l.kind != T_TEXTS) DIE("each wants a list, not %s", kind_names[l.kind]);
    if (n_vars == (int)(sizeof vars / sizeof *vars)) DIE("nested too deep");
    lit_flush();
    struct var *v = &vars[n_vars++];
    *v = (struct var){0};
    snprintf(v->f.name, sizeof v->f.name, "%s", name);
    snprintf(v->idx, sizeof v->idx, "i%d", n_tmp);
    if (strlen(l.n) >= sizeof v->count) DIE("name of the list too long");
    memcpy(v->count, l.n, strlen(l.n) + 1);
    emit(&o_body, "    for (size_t i%d = 0; i%d < %s; i%d++) {\n", n_tmp, n_tmp, l.n, n_tmp);
    snprintf(v->c, sizeof v->c, "v%d", n_tmp);
    if (l.kind == T_TEXTS) {
        v->f.kind = T_TEXT;
        emit(&o_body, "    const char *v%d = %s[i%d];\n    (void)v%d;\n", n_tmp, l.c, n_tmp, n_tmp);
    } else {
        v->f.kind = T_MAYBE; /* a pointer, never NULL */
        v->f.rec = l.rec;
        emit(&o_body, "    const struct ui_%s *v%d = &%s[i%d];\n    (void)v%d;\n", l.rec->name, n_tmp, l.c, n_tmp,
             n_tmp);
    }
    n_tmp++;
    struct state before = st;
    enum ended e = block();
    lit_flush();
    if (e != END_END) tool_die(file, at, "this each has no end");
    if (!same_place(before, st)) tool_die(file, at, "this each ends in another place of the HTML than it began");
    emit(&o_body, "    }\n");
    n_vars--;
}

static const char *directive_end(const char *p)
{
    bool str = false;
    for (; *p; p++) {
        if (*p == '"') str = !str;
        if (!str && p[0] == '}' && p[1] == '}') return p;
    }
    DIE("{{ without }}");
}

static enum ended block(void)
{
    for (;;) {
        const char *open = strstr(cur, "{{");
        if (!open) {
            literal(cur, strlen(cur));
            cur += strlen(cur);
            return END_FILE;
        }
        literal(cur, (size_t)(open - cur));
        dp = open + 2;
        if (*dp == '#') { /* a note */
            const char *end = strstr(dp, "}}");
            if (!end) DIE("{{# without }}");
            for (const char *p = dp; p < end; p++) line += *p == '\n';
            cur = end + 2;
            continue;
        }
        dend = directive_end(dp);
        cur = dend + 2;
        if (peek("if")) want("if"), d_if();
        else if (peek("each")) want("each"), d_each();
        else if (peek("part")) want("part"), d_part();
        else if (peek("msg")) want("msg"), d_msg();
        else if (peek("end")) return END_END;
        else if (peek("else")) {
            want("else");
            return END_ELSE;
        } else {
            d_value();
        }
    }
}

static void begin_body(void)
{
    st = (struct state){.h = H_TEXT};
    n_vars = n_tmp = 0;
    n_lit = 0;
    while (isspace((unsigned char)*cur)) {
        if (*cur == '\n') line++;
        cur++;
    }
}

static void end_body(const char *what, int at)
{
    while (n_lit && isspace((unsigned char)lit[n_lit - 1])) n_lit--;
    lit_flush();
    if (st.h != H_TEXT) tool_die(file, at, "%s ends inside a tag or attribute", what);
}

static void d_define(void)
{
    struct part *pt = tool_alloc(sizeof *pt);
    int at = pt->line = line;
    want_name(pt->params.name, sizeof pt->params.name);
    if (peek(":")) want(":"), fields(&pt->params);
    begin_body();
    page = NULL;
    char head[2048] = "";
    append(head, sizeof head, "static void part_%s(struct html *h, const struct page_ctx *c", pt->params.name);
    for (int i = 0; i < pt->params.n; i++) {
        const struct field *f = &pt->params.f[i];
        static const char *const c_types[] = {"const char *", "int64_t ",          "bool ",    "double ",
                                              "const char *", "struct safe_html ", "int64_t ", "enum msg_id "};
        if (f->kind <= T_MSG) append(head, sizeof head, ", %sa_%s", c_types[f->kind], f->name);
        else if (f->kind == T_TEXTS)
            append(head, sizeof head, ", const char *const *a_%s, size_t a_%s_n", f->name, f->name);
        else if (f->kind == T_LIST)
            append(head, sizeof head, ", const struct ui_%s *a_%s, size_t a_%s_n", f->rec->name, f->name, f->name);
        else append(head, sizeof head, ", const struct ui_%s *a_%s", f->rec->name, f->name);
        struct var *v = &vars[n_vars++];
        *v = (struct var){.f = *f};
        if (f->kind == T_STRUCT) v->f.kind = T_MAYBE; /* comes by pointer */
        snprintf(v->c, sizeof v->c, "a_%s", f->name);
    }
    append(head, sizeof head, ")");
    emit(&o_proto, "%s __attribute__((unused));\n", head);
    emit(&o_body, "%s\n{\n    (void)h;\n    (void)c;\n", head);
    for (int i = 0; i < pt->params.n; i++) emit(&o_body, "    (void)a_%s;\n", pt->params.f[i].name);
    parts[n_parts++] = pt;
    if (block() != END_END) tool_die(file, at, "part %s has no end", pt->params.name);
    end_body("this part", at);
    emit(&o_body, "}\n\n");
}

static void d_page(void)
{
    struct rec *r = tool_alloc(sizeof *r);
    int at = line;
    want_name(r->name, sizeof r->name);
    want(":");
    fields(r);
    emit(&o_decl, "struct page_%s {\n", r->name);
    c_fields(&o_decl, r);
    if (!r->n) emit(&o_decl, "    char unused;\n");
    emit(&o_decl, "};\nenum st page_%s(struct html *h, const struct page_ctx *c, const struct page_%s *p);\n\n",
         r->name, r->name);
    page = r;
    begin_body();
    emit(&o_body,
         "enum st page_%s(struct html *h, const struct page_ctx *c, const struct page_%s *p)\n{\n    (void)p;\n",
         r->name, r->name);
    enum ended e = block();
    if (e != END_FILE) tool_die(file, at, "an end or else that closes nothing");
    end_body("this page", at);
    emit(&o_body, "    return html_done(h);\n}\n\n");
}

static void top(const char *path)
{
    char *text = tool_read_file(path, NULL);
    file = path;
    cur = text;
    line = 1;
    for (;;) {
        while (isspace((unsigned char)*cur)) {
            if (*cur == '\n') line++;
            cur++;
        }
        if (!*cur) break;
        if (strncmp(cur, "{{", 2) != 0) DIE("outside a page or a part only declarations may stand");
        dp = cur + 2;
        if (*dp == '#') {
            const char *end = strstr(dp, "}}");
            if (!end) DIE("{{# without }}");
            for (const char *p = dp; p < end; p++) line += *p == '\n';
            cur = end + 2;
            continue;
        }
        dend = directive_end(dp);
        cur = dend + 2;
        next_tok();
        if (!strcmp(tok, "struct")) {
            struct rec *r = tool_alloc(sizeof *r);
            want_name(r->name, sizeof r->name);
            for (int i = 0; i < n_recs; i++)
                if (!strcmp(recs[i]->name, r->name)) DIE("struct \"%s\" is here twice", r->name);
            want(":");
            fields(r);
            emit(&o_decl, "struct ui_%s {\n", r->name);
            c_fields(&o_decl, r);
            emit(&o_decl, "};\n\n");
            recs[n_recs++] = r;
        } else if (!strcmp(tok, "ctx")) {
            want(":");
            fields(&ctx);
            emit(&o_decl, "/* What every page is given beside its own fields. */\nstruct page_ctx {\n    enum lang "
                          "lang;\n    int64_t now_ms;\n    const struct tz *tz; /* NULL is UTC */\n");
            c_fields(&o_decl, &ctx);
            emit(&o_decl, "};\n\n");
        } else if (!strcmp(tok, "define")) {
            d_define();
        } else if (!strcmp(tok, "page")) {
            d_page();
        } else {
            DIE("struct, ctx, define or page is due, not \"%s\"", tok);
        }
    }
    free(text);
}

int main(int argc, char **argv)
{
    if (argc < 5) tool_die("tmplc", 0, "usage: tmplc OUT.h OUT.c en.po FILE.html...");
    po_read(&po, argv[3]);
    emit(&o_decl,
         "/* Made by tools/tmplc.c from ui/templates; do not edit. Texts and lists are borrowed for the call. */\n"
         "#ifndef UI_PAGES_H\n#define UI_PAGES_H\n#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n\n"
         "#include \"base/clock.h\"\n#include \"base/err.h\"\n#include \"i18n/i18n.h\"\n#include \"ui/html.h\"\n\n");
    for (int i = 4; i < argc; i++) top(argv[i]);
    emit(&o_decl, "#endif\n");
    FILE *h = fopen(argv[1], "wb"), *c = fopen(argv[2], "wb");
    if (!h || !c) tool_die(argv[1], 0, "cannot be written");
    fwrite(o_decl.p, 1, o_decl.n, h);
    fprintf(c,
            "/* Made by tools/tmplc.c from ui/templates; do not edit. */\n#include \"ui/pages.h\"\n\n#include "
            "\"base/text.h\"\n#include \"ui/asset.h\"\n\n%s\n%s",
            o_proto.p ? o_proto.p : "", o_body.p ? o_body.p : "");
    if (fclose(h) || fclose(c)) tool_die(argv[1], 0, "cannot be written");
    return 0;
}
