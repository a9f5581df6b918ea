/* Every importer on small files of our own; the larger foreign sets are in test_interop_shared.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/csv.h"
#include "interop/asn.h"
#include "interop/case.h"
#include "interop/grade.h"
#include "interop/mathcamps.h"
#include "interop/oatutor.h"
#include "interop/oneroster.h"
#include "interop/report.h"
#include "problems.h"
#include "unit.h"

struct run {
    struct arena a;
    struct import_report r;
    struct err e;
};

static int begin(void **s)
{
    struct run *t = calloc(1, sizeof *t);
    arena_init(&t->a, 256u << 20);
    report_init(&t->r, &t->a);
    *s = t;
    return 0;
}

static int end(void **s)
{
    struct run *t = *s;
    arena_release(&t->a);
    free(t);
    return 0;
}

static const char *fixture(const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", FIXTURES, name);
    return path;
}

static struct package *opened(struct run *t, const char *name)
{
    struct package *p;
    if (package_open(&t->a, fixture(name), &t->r, &p, &t->e) != ST_OK) fail_msg("%s: %s", name, t->e.detail);
    return p;
}

static const char *slurp(struct run *t, const char *name, size_t *n)
{
    FILE *f = fopen(fixture(name), "rb");
    assert_non_null(f);
    char *b = arena_alloc(&t->a, 1 << 20);
    *n = fread(b, 1, 1 << 20, f);
    fclose(f);
    return b;
}

static void problem_at(struct run *t, const char *file, int64_t row, const char *code)
{
    for (size_t i = 0; i < t->r.problem_count; i++) {
        const struct import_problem *p = &t->r.problems[i];
        if (strcmp(p->code, code) == 0 && (!file || strcmp(p->file, file) == 0) && (row == 0 || p->row == row)) return;
    }
    for (size_t i = 0; i < t->r.problem_count; i++)
        fprintf(stderr, "  %s:%lld %s\n", t->r.problems[i].file, (long long)t->r.problems[i].row,
                t->r.problems[i].code);
    fail_msg("no problem %s at %s:%lld", code, file ? file : "*", (long long)row);
}

/* --- CSV --- */

static void csv_of(struct run *t, struct csv *c, const char *text)
{
    assert_int_equal(csv_open(c, &t->a, text, strlen(text), &t->e), ST_OK);
}

static void csv_reads_what_spreadsheets_write(void **s)
{
    struct run *t = *s;
    struct csv c;
    csv_of(t, &c, "\xef\xbb\xbf Sourced ID ,b\r\n1,\"x \"\"y\"\"\n z\"\r\n\r\n,\n2,last");
    assert_int_equal(csv_next(&c), CSV_ROW);
    assert_string_equal(csv_get(&c, "sourcedid"), "1");
    assert_string_equal(csv_get(&c, "B"), "x \"y\"\n z");
    assert_int_equal(c.line, 2);
    assert_int_equal(csv_next(&c), CSV_ROW);
    assert_int_equal(c.line, 6); /* the quoted line end, the blank line and the row of commas count */
    assert_string_equal(csv_get(&c, "b"), "last");
    assert_string_equal(csv_get(&c, "none"), "");
    assert_int_equal(csv_next(&c), CSV_END);
    csv_of(t, &c, "a;b\n1,5;2\n");
    assert_int_equal(csv_next(&c), CSV_ROW);
    assert_string_equal(csv_get(&c, "a"), "1,5");
}

static void csv_goes_on_behind_a_bad_row(void **s)
{
    struct run *t = *s;
    struct csv c;
    csv_of(t, &c, "a,b\n1,\"open\n2,x\n3,y\n");
    assert_int_equal(csv_next(&c), CSV_BAD);
    assert_int_equal(c.line, 2);
    assert_non_null(c.wrong);
    assert_int_equal(csv_next(&c), CSV_ROW);
    assert_string_equal(csv_get(&c, "a"), "2");
    assert_int_equal(c.line, 3);
    csv_of(t, &c, "a\n1,too much\n");
    assert_int_equal(csv_next(&c), CSV_ROW);
    assert_true(c.extra);
    assert_int_equal(csv_open(&c, &t->a, "\n\n", 2, &t->e), ST_INVALID);
}

static void csv_reads_other_encodings(void **s)
{
    struct run *t = *s;
    struct csv c;
    static const char utf16[] = "\xff\xfe"
                                "a\0\n\0\xe9\0=\xd8\0\xde\n\0";
    assert_int_equal(csv_open(&c, &t->a, utf16, sizeof utf16 - 1, &t->e), ST_OK);
    assert_int_equal(c.encoding, CSV_UTF16LE);
    assert_int_equal(csv_next(&c), CSV_ROW);
    assert_string_equal(csv_get(&c, "a"), "é😀");
    csv_of(t, &c, "a\ncaf\xe9 \x80 \xc3\xa9\n");
    assert_int_equal(c.encoding, CSV_LATIN1);
    assert_int_equal(c.repaired, 2);
    assert_int_equal(csv_next(&c), CSV_ROW);
    assert_string_equal(csv_get(&c, "a"), "café € é");
}

static void csv_writer_disarms_formulas(void **s)
{
    (void)s;
    struct text t;
    text_init(&t, 1000);
    csv_put(&t, "=1+1", false);
    csv_put(&t, "-5.5", false);
    csv_put(&t, "@x", false);
    csv_put(&t, "a,\"b", true);
    assert_string_equal(text_str(&t), "\"'=1+1\",-5.5,\"'@x\",\"a,\"\"b\"\r\n");
    text_release(&t);
}

/* --- packages --- */

static char *zip_made(struct run *t, const char *const *names, size_t count, size_t filler, size_t *n)
{
    zip_error_t ze;
    zip_error_init(&ze);
    zip_source_t *s = zip_source_buffer_create(NULL, 0, 0, &ze);
    zip_source_keep(s);
    zip_t *z = zip_open_from_source(s, ZIP_TRUNCATE, &ze);
    assert_non_null(z);
    char *body = arena_alloc(&t->a, filler + 1);
    memset(body, 'a', filler);
    for (size_t i = 0; i < count; i++) {
        zip_int64_t at = zip_file_add(z, names[i], zip_source_buffer(z, body, filler, 0), ZIP_FL_ENC_UTF_8);
        assert_true(at >= 0);
        if (strstr(names[i], "link"))
            zip_file_set_external_attributes(z, (zip_uint64_t)at, 0, ZIP_OPSYS_UNIX, (zip_uint32_t)0120777 << 16);
    }
    assert_int_equal(zip_close(z), 0);
    zip_stat_t st;
    zip_source_open(s);
    zip_source_stat(s, &st);
    char *out = arena_alloc(&t->a, (size_t)st.size + 1);
    *n = (size_t)zip_source_read(s, out, st.size);
    zip_source_close(s);
    zip_source_free(s);
    return out;
}

static void package_refuses_hostile_names(void **s)
{
    struct run *t = *s;
    static const char *const names[] = {"in/ok.csv", "in/../../evil", "/etc/passwd", "in/link",
                                        "c:x",       "in/__MACOSX",   "in/.DS_Store"};
    size_t n;
    char *z = zip_made(t, names, 7, 10, &n);
    struct package *p;
    assert_int_equal(package_open_bytes(&t->a, z, n, &t->r, &p, &t->e), ST_OK);
    assert_int_equal(report_problems_of(&t->r, "package.refused"), 4);
    assert_int_equal(package_count(p), 2);
    assert_int_equal(package_find(p, "OK.CSV") >= 0, 1); /* through the one enclosing folder, without case */
}

static void package_refuses_bombs_and_damage(void **s)
{
    struct run *t = *s;
    static const char *const one[] = {"big.csv"};
    size_t n, got;
    const char *bytes;
    char *z = zip_made(t, one, 1, 4 << 20, &n);
    struct package *p;
    assert_int_equal(package_open_bytes(&t->a, z, n, &t->r, &p, &t->e), ST_OK);
    assert_int_equal(package_read(p, 0, &t->a, &bytes, &got, &t->e), ST_INVALID);
    char code[64];
    err_code(&t->e, code, sizeof code);
    assert_string_equal(code, "package.bomb");
    char *small = zip_made(t, one, 1, 100, &n);
    for (size_t cut = 1; cut < n; cut += 7)
        assert_int_equal(package_open_bytes(&t->a, small, n - cut, &t->r, &p, &t->e), ST_INVALID);
    assert_int_equal(package_open(&t->a, "/no/such/place", &t->r, &p, &t->e), ST_NOT_FOUND);
}

static void package_does_not_follow_links(void **s)
{
    struct run *t = *s;
    char dir[] = "/tmp/waymark-test-XXXXXX", path[128];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/users.csv", dir);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    struct package *p;
    assert_int_equal(package_open(&t->a, dir, &t->r, &p, &t->e), ST_OK);
    assert_int_equal(package_count(p), 0);
    problem_at(t, "users.csv", 0, "package.refused");
    unlink(path);
    rmdir(dir);
}

/* --- rosters --- */

static struct roster *roster(struct run *t, const char *name)
{
    struct roster *o;
    if (roster_read(&t->a, opened(t, name), &t->r, &o, &t->e) != ST_OK) fail_msg("%s", t->e.detail);
    return o;
}

static void oneroster_1_1_is_read_leniently(void **s)
{
    struct run *t = *s;
    struct roster *o = roster(t, "oneroster-1.1");
    assert_int_equal(o->format, ROSTER_ONEROSTER_11);
    assert_string_equal(o->system_name, "Invented SIS");
    assert_int_equal(o->orgs_count, 3);
    assert_string_equal(o->orgs[2].name, "Birch, \"Upper\" School");
    assert_string_equal(o->orgs[2].parent_id, "");
    problem_at(t, "orgs.csv", 4, "roster.reference");
    assert_int_equal(o->sessions_count, 3);
    assert_int_equal(o->sessions[1].start, date_from_ymd(2026, 8, 24));
    assert_int_equal(o->sessions[1].end, date_from_ymd(2026, 12, 13));
    assert_int_equal(o->sessions[2].start, DATE_NONE);
    problem_at(t, "academicSessions.csv", 4, "roster.date");
    assert_string_equal(o->classes[0].grades, "KG,05");
    assert_string_equal(o->classes[1].grades, "09,10,11");
    assert_int_equal(o->classes[0].session_count, 2);
    assert_int_equal(o->classes[1].session_count, 1);
    assert_string_equal(o->classes[0].course_id, "co1"); /* courses are absent: an earlier import may have it */
    assert_int_equal(o->courses_mode, ROSTER_ABSENT);
    assert_int_equal(o->users_count, 5);
    assert_string_equal(o->users[1].metadata, "{\"house\":\"Owls\"}");
    assert_true(o->users[1].enabled);
    assert_false(o->users[2].enabled);
    assert_string_equal(o->users[2].given_name, "José\nMaria");
    assert_string_equal(o->users[2].grades, "05");
    problem_at(t, "users.csv", 3, "roster.boolean");
    problem_at(t, "users.csv", 6, "roster.boolean");
    problem_at(t, "users.csv", 7, "roster.id_missing"); /* the two-line name moved it */
    problem_at(t, "users.csv", 8, "roster.twice");
    problem_at(t, "users.csv", 9, "roster.role");
    problem_at(t, "users.csv", 9, "roster.status");
    problem_at(t, "users.csv", 9, "roster.grade");
    problem_at(t, "users.csv", 3, "roster.user_ids");
    assert_int_equal(o->outside_ids_count, 2);
    assert_int_equal(o->roles_count, 6); /* u2 belongs to two schools */
    /* Line 7 names nobody, so it may be anybody: users.csv closes nothing, references to people are judged later. */
    problem_at(t, "users.csv", 0, "roster.closes_nothing");
    assert_int_equal(o->users_mode, ROSTER_DELTA);
    assert_int_equal(o->roles_mode, ROSTER_DELTA);
    assert_int_equal(o->relations_count, 2);
    assert_string_equal(o->relations[0].agent_id, "u4");
    assert_int_equal(o->enrollments_count, 4);
    problem_at(t, "enrollments.csv", 4, "roster.reference");
    problem_at(t, "manifest.csv", 11, "oneroster.manifest_property");
}

static void oneroster_1_2_obeys_its_manifest(void **s)
{
    struct run *t = *s;
    struct roster *o = roster(t, "oneroster-1.2");
    assert_int_equal(o->format, ROSTER_ONEROSTER_12);
    assert_int_equal(o->users_mode, ROSTER_DELTA);
    assert_int_equal(o->enrollments_count, 0);
    problem_at(t, "Manifest.csv", 8, "oneroster.file_absent");
    problem_at(t, "Manifest.csv", 10, "oneroster.manifest_mode");
    problem_at(t, "ORGS.csv", 0, "roster.file_name");
    problem_at(t, "resources.csv", 0, "roster.not_read");
    problem_at(t, "classes.csv", 0, "roster.encoding");
    assert_string_equal(o->classes[0].title, "Café maths");
    assert_int_equal(o->roles_count, 4); /* users are a delta: u77 may be known already */
    assert_int_equal(o->roles[0].role, ROSTER_ROLE_PRINCIPAL);
    assert_true(o->roles[0].primary);
    assert_false(o->roles[1].primary);
    assert_int_equal(o->users[1].status, ROW_TOBEDELETED);
    assert_string_equal(o->users[1].preferred_given, "Sammy");
    assert_string_equal(o->users[0].pronouns, "they/them");
    assert_int_equal(o->demographics_count, 1);
    assert_string_equal(o->demographics[0].race, "asian");
    assert_string_equal(o->demographics[0].ethnicity, "hispanicOrLatinoEthnicity");
}

static void sds_1_comes_out_as_a_roster(void **s)
{
    struct run *t = *s;
    struct roster *o = roster(t, "sds-1");
    assert_int_equal(o->format, ROSTER_SDS_1);
    assert_int_equal(o->sessions_count, 1);
    assert_int_equal(o->sessions[0].start, date_from_ymd(2026, 8, 3));
    assert_int_equal(o->courses_count, 1);
    assert_int_equal(o->classes_count, 2);
    assert_int_equal(o->users_count, 3);
    assert_string_equal(o->users[2].id, "teacher:51"); /* a student has 51 too */
    problem_at(t, "Teacher.csv", 2, "roster.id_shared");
    assert_int_equal(o->enrollments_count, 3);
    assert_string_equal(o->enrollments[2].user_id, "teacher:51");
    problem_at(t, "StudentEnrollment.csv", 4, "roster.reference");
    assert_int_equal(report_problems_of(&t->r, "roster.date_order"), 0);
}

static void sds_2_1_comes_out_as_a_roster(void **s)
{
    struct run *t = *s;
    struct roster *o = roster(t, "sds-2.1");
    assert_int_equal(o->format, ROSTER_SDS_21);
    assert_int_equal(o->relations_count, 1);
    assert_string_equal(o->relations[0].kind, "guardian");
    problem_at(t, "relationships.csv", 3, "roster.reference");
    assert_string_equal(o->users[0].grades, "10");
    assert_int_equal(o->flags_count, 1);
    assert_string_equal(o->enrollments[0].id, "c1/u1/student");
    assert_int_equal(report_problems_of(&t->r, "oneroster.manifest_missing"), 0);
}

static void what_is_no_roster_is_refused(void **s)
{
    struct run *t = *s;
    struct roster *o;
    assert_int_equal(roster_read(&t->a, opened(t, "case"), &t->r, &o, &t->e), ST_INVALID);
    char code[64];
    err_code(&t->e, code, sizeof code);
    assert_string_equal(code, "roster.unknown");
}

static void grades_are_ceds_codes(void **s)
{
    (void)s;
    char out[128], bad[32];
    grade_list("09.10", out, bad);
    assert_string_equal(out, "09,10");
    grade_list("Pre-K, K,1st", out, bad);
    assert_string_equal(out, "PK,KG,01");
    grade_list("K-2", out, bad);
    assert_string_equal(out, "KG,01,02");
    grade_list("ps1", out, bad);
    assert_string_equal(out, "PS");
    grade_list("99,3", out, bad);
    assert_string_equal(out, "03");
    assert_string_equal(bad, "99");
}

/* --- frameworks --- */

static struct cf_package *case_of(struct run *t, const char *name)
{
    size_t n;
    struct cf_package *f;
    const char *b = slurp(t, name, &n);
    enum st st = strstr(name, ".csv")   ? opensalt_read(&t->a, b, n, name, &t->r, &f, &t->e)
                 : strstr(name, "asn/") ? asn_read(&t->a, b, n, name, &t->r, &f, &t->e)
                                        : case_read(&t->a, b, n, name, &t->r, &f, &t->e);
    if (st != ST_OK) fail_msg("%s: %s", name, t->e.detail);
    return f;
}

static void case_packages_are_read_leniently(void **s)
{
    struct run *t = *s;
    struct cf_package *f = case_of(t, "case/wrapped.json");
    assert_string_equal(f->document.title, "Invented arithmetic 𝑑");
    assert_string_equal(f->document.licence, "CC BY 4.0");
    assert_string_equal(f->document.licence_url, "https://creativecommons.org/licenses/by/4.0/");
    assert_string_equal(f->document.notice, "Invented by Alder Valley. Show this.");
    assert_int_equal(f->competency_count, 3);
    assert_string_equal(f->competencies[0].statement, "Fractions");
    assert_string_equal(f->competencies[0].grades, "KG,05");
    assert_false(f->competencies[0].leaf);
    assert_string_equal(f->competencies[1].statement, "Add with unequal parts"); /* by sequenceNumber */
    assert_string_equal(f->competencies[1].uri, "urn:uuid:a0000000-0000-4000-8000-000000000003");
    assert_int_equal(f->competencies[2].parent, 0);
    assert_int_equal(f->association_count, 3);
    assert_int_equal(f->associations[0].kind, ASSOCIATION_PRECEDES);
    assert_int_equal(f->associations[0].from_index, 2);
    assert_int_equal(f->associations[0].to_index, 1);
    assert_int_equal(f->associations[1].to_index, -1);
    problem_at(t, NULL, 0, "case.key");
    problem_at(t, NULL, 0, "framework.twice");
    problem_at(t, NULL, 0, "framework.grade");
    problem_at(t, NULL, 0, "framework.reference");
    problem_at(t, NULL, 0, "case.association_type");
}

static void cycles_and_lost_parents_are_reported(void **s)
{
    struct run *t = *s;
    struct cf_package *f = case_of(t, "case/cycle.json");
    assert_int_equal(f->competency_count, 3);
    problem_at(t, NULL, 0, "framework.cycle");
    problem_at(t, NULL, 0, "framework.parent");
    int tops = 0;
    for (size_t i = 0; i < 3; i++) {
        tops += f->competencies[i].parent < 0;
        assert_true(f->competencies[i].parent < (int)i);
    }
    assert_int_equal(tops, 2);
}

static void opensalt_rows_make_a_tree(void **s)
{
    struct run *t = *s;
    struct cf_package *f = case_of(t, "case/tree.csv");
    assert_int_equal(f->competency_count, 4);
    assert_string_equal(f->competencies[0].statement, "Top");
    assert_string_equal(f->competencies[1].statement, "First");
    assert_string_equal(f->competencies[2].grades, "09,10");
    assert_int_equal(f->competencies[3].parent, 0);
    assert_int_equal(f->associations[0].kind, ASSOCIATION_PRECEDES);
    assert_int_equal(f->associations[0].to_index, 2);
    problem_at(t, NULL, 5, "case.key");
    problem_at(t, NULL, 6, "case.statement");
}

static void asn_trees_keep_order_rights_and_matches(void **s)
{
    struct run *t = *s;
    struct cf_package *f = case_of(t, "asn/small.json");
    assert_int_equal(f->competency_count, 3);
    assert_string_equal(f->competencies[0].statement, "Strand");
    assert_string_equal(f->competencies[1].statement, "Air & • water");
    assert_string_equal(f->competencies[1].grades, "PK,03");
    assert_string_equal(f->competencies[1].identifier, "00112233-4455-6677-8899-aabbccddeeff");
    assert_int_equal(f->association_count, 2);
    assert_non_null(strstr(f->document.notice, "© Alder Valley"));
    assert_string_equal(f->document.licence, "CC BY 3.0 US");
    problem_at(t, NULL, 0, "framework.parent");
    problem_at(t, NULL, 0, "framework.reference");
    f = case_of(t, "asn/manifest.json");
    assert_int_equal(f->competency_count, 2);
    assert_string_equal(f->competencies[1].statement, "Ask \"why\"");
    assert_string_equal(f->competencies[1].grades, "KG,01");
    problem_at(t, NULL, 0, "asn.key");
}

static void what_is_no_framework_is_refused(void **s)
{
    struct run *t = *s;
    struct cf_package *f;
    static const char *const bad[] = {
        "", "{", "[]", "{}", "{\"CFDocument\": {}}", "{\"CFItems\": []}", "nope", "{\"a\": {\"b\": 1}}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(case_read(&t->a, bad[i], strlen(bad[i]), "x.json", &t->r, &f, &t->e), ST_INVALID);
        assert_int_equal(asn_read(&t->a, bad[i], strlen(bad[i]), "x.json", &t->r, &f, &t->e), ST_INVALID);
        assert_int_equal(opensalt_read(&t->a, bad[i], strlen(bad[i]), "x.csv", &t->r, &f, &t->e), ST_INVALID);
    }
}

/* --- content --- */

static const json_t *item(const struct content_pack *p, const char *id)
{
    for (size_t i = 0; i < p->item_count; i++)
        if (strcmp(p->items[i].source_id, id) == 0) return p->items[i].doc;
    fail_msg("no item %s", id);
    return NULL;
}

static void key_is(const struct content_pack *p, const char *id, const char *kind, const char *form, const char *value)
{
    const json_t *k = json_object_get(item(p, id), "key");
    assert_string_equal(json_str(k, "kind", ""), kind);
    if (form) assert_string_equal(json_str(k, "form", ""), form);
    assert_string_equal(json_string_value(json_array_get(json_object_get(k, "values"), 0)), value);
}

static void oatutor_steps_become_items(void **s)
{
    struct run *t = *s;
    struct content_pack *p;
    assert_int_equal(oatutor_read(&t->a, opened(t, "oatutor"), &t->r, &p, &t->e), ST_OK);
    assert_int_equal(p->item_count, 10);
    key_is(p, "pa1a", "number", "lowest_terms", "3/4");
    key_is(p, "pa1b", "choice", NULL, "a");
    key_is(p, "pa2a", "expression", "factored", "(x+2)*(x+3)");
    key_is(p, "pa2b", "expression", "factored", "5x^2*(x-1)");
    key_is(p, "pa3a", "interval", "any", "(-inf,3]");
    key_is(p, "pa3b", "number", "any", "1.79");
    key_is(p, "pa3c", "set", "any", "{4,-3}");
    key_is(p, "pa3d", "text", "any", "42a105c");
    key_is(p, "pa3e", "equation", "any", "x=11/8");
    key_is(p, "pa3f", "text", "any", "[[1,2],[3,4]]");
    const json_t *doc = item(p, "pa1a"), *hints = json_object_get(doc, "hints");
    assert_int_equal(json_array_size(hints), 5);
    assert_string_equal(json_str(json_array_get(hints, 2), "id", ""), "pa1a-h2-2");
    assert_int_equal(json_array_size(json_object_get(json_array_get(hints, 2), "depends")), 1); /* zz-h9 is nowhere */
    assert_string_equal(json_str(json_array_get(json_object_get(json_array_get(hints, 1), "hints"), 0), "body", ""),
                        "Count \\*two\\* by two.");
    assert_string_equal(json_str(doc, "stimulus", ""), "Simplify.");
    assert_string_equal(json_str(doc, "body", ""), "$\\frac{6}{8}$");
    assert_string_equal(json_str(json_object_get(doc, "licence"), "name", ""), "CC BY 4.0");
    assert_string_equal(json_str(json_object_get(doc, "attribution"), "text", ""),
                        "Invented Algebra; hints by Hint Makers");
    assert_int_equal(json_array_size(json_object_get(json_object_get(item(p, "pa1b"), "interaction"), "choices")), 2);
    assert_int_equal(json_array_size(json_object_get(item(p, "pa2a"), "competencies")), 2);
    assert_int_equal(p->figure_count, 1);
    assert_string_equal(p->figures[0].media_type, "image/png"); /* named .gif */
    char want[128];
    snprintf(want, sizeof want, "![Figure of this problem](figure:%s)", p->figures[0].sha256);
    assert_non_null(strstr(json_str(item(p, "pa1b"), "body", ""), want));
    assert_string_equal(json_str(item(p, "pa3a"), "stimulus", ""), "It costs \\$5 \\& more\\_or\\_less.");
    assert_int_equal(p->framework->competency_count, 3);
    assert_string_equal(p->framework->competencies[0].statement, "Simplify fractions");
    assert_int_equal(p->groups[0].count, 1);
    static const char *const codes[] = {"oatutor.choice_twice",   "oatutor.choice_missing",  "oatutor.exponent",
                                        "oatutor.figure_missing", "oatutor.hint_twice",      "oatutor.hint_dangling",
                                        "oatutor.hint_cycle",     "oatutor.problem_missing", "oatutor.bkt_params",
                                        "oatutor.lesson_skill"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) problem_at(t, NULL, 0, codes[i]);
}

static void mathcamps_groups_keep_their_follow_ups(void **s)
{
    struct run *t = *s;
    struct content_pack *p;
    assert_int_equal(mathcamps_read(&t->a, opened(t, "mathcamps"), &t->r, &p, &t->e), ST_OK);
    assert_int_equal(p->item_count, 6);
    key_is(p, "m-0-0", "relation", NULL, ">");
    const json_t *group = json_object_get(item(p, "m-0-1"), "group");
    assert_string_equal(json_str(group, "id", ""), "m-0-0");
    assert_string_equal(json_str(group, "relation", ""), "follow_up");
    assert_int_equal(json_i64(group, "position", 0), 2);
    assert_string_equal(json_str(item(p, "m-0-0"), "body", ""), "Fill in \\<, \\> or =:\n\n(1 / 2) \\_ (1 / 3)");
    key_is(p, "m-3-0", "number", "any", "26.3");
    key_is(p, "m-4-0", "number", "any", "6/4");
    key_is(p, "m-5-0", "set", "any", "{(1, 2),(3, 4)}");
    assert_int_equal(json_i64(json_object_get(item(p, "m-2-0"), "key"), "places", 0), 2);
    assert_string_equal(p->alignments[0].code, "CCSS.Math.Content.4.NF.A.2");
    assert_string_equal(p->alignments[2].code, "CCSS.Math.Content.6.NS.B.3");
    problem_at(t, "4.NF.A.2.json", 2, "mathcamps.problem");
    problem_at(t, "4.NF.A.2.json", 2, "mathcamps.follow_up");
    problem_at(t, NULL, 0, "mathcamps.rounded");
    problem_at(t, NULL, 0, "mathcamps.twice");
}

/* --- reports --- */

static void reports_are_bounded_and_count_everything(void **s)
{
    struct run *t = *s;
    for (int i = 0; i < 3000; i++) report_problem(&t->r, "f", i + 1, "x", "code.a", "%s", "w");
    assert_int_equal(t->r.problem_total, 3000);
    assert_int_equal(t->r.problem_count, IMPORT_PROBLEMS_KEPT);
    assert_int_equal(report_problems_of(&t->r, "code.a"), 3000);
    report_kind(&t->r, "user")->added = 2;
    report_kind(&t->r, "class")->closed = 1;
    struct text out;
    json_t *v;
    text_init(&out, 1 << 20);
    report_json(&t->r, &out);
    assert_int_equal(json_read(&t->a, out.p, out.n, &v, &t->e), ST_OK);
    assert_int_equal(json_i64(v, "added", 0), 2);
    assert_int_equal(json_i64(v, "closed", 0), 1);
    assert_int_equal(json_i64(json_object_get(json_object_get(v, "by_kind"), "user"), "added", 0), 2);
    text_release(&out);
}

static void memory_may_run_out_anywhere(void **s)
{
    (void)s;
    for (size_t cap = 4096; cap < 4 << 20; cap += cap / 3) {
        struct run t = {0};
        struct package *p;
        struct roster *o;
        struct content_pack *c;
        arena_init(&t.a, cap);
        report_init(&t.r, &t.a);
        enum st st = package_open(&t.a, fixture("oneroster-1.1"), &t.r, &p, &t.e);
        if (st == ST_OK) st = roster_read(&t.a, p, &t.r, &o, &t.e);
        assert_true(st == ST_OK || st == ST_NOMEM);
        arena_release(&t.a);
        arena_init(&t.a, cap);
        report_init(&t.r, &t.a);
        st = package_open(&t.a, fixture("oatutor"), &t.r, &p, &t.e);
        if (st == ST_OK) st = oatutor_read(&t.a, p, &t.r, &c, &t.e);
        assert_true(st == ST_OK || st == ST_NOMEM);
        arena_release(&t.a);
    }
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        T(csv_reads_what_spreadsheets_write),
        T(csv_goes_on_behind_a_bad_row),
        T(csv_reads_other_encodings),
        T(csv_writer_disarms_formulas),
        T(package_refuses_hostile_names),
        T(package_refuses_bombs_and_damage),
        T(package_does_not_follow_links),
        T(oneroster_1_1_is_read_leniently),
        T(oneroster_1_2_obeys_its_manifest),
        T(sds_1_comes_out_as_a_roster),
        T(sds_2_1_comes_out_as_a_roster),
        T(what_is_no_roster_is_refused),
        T(grades_are_ceds_codes),
        T(case_packages_are_read_leniently),
        T(cycles_and_lost_parents_are_reported),
        T(opensalt_rows_make_a_tree),
        T(asn_trees_keep_order_rights_and_matches),
        T(what_is_no_framework_is_refused),
        T(oatutor_steps_become_items),
        T(mathcamps_groups_keep_their_follow_ups),
        T(reports_are_bounded_and_count_everything),
        T(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
