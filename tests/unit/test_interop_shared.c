/* The importers on foreign material: $WAYMARK_SHARED/data, or ../shared/data beside the project. Skipped, loudly,
 * where absent. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "interop/asn.h"
#include "interop/case.h"
#include "interop/mathcamps.h"
#include "interop/oatutor.h"
#include "interop/oneroster.h"
#include "interop/report.h"
#include "problems.h"
#include "unit.h"

static const char *shared(const char *name)
{
    static char path[4096];
    const char *root = getenv("WAYMARK_SHARED");
    snprintf(path, sizeof path, "%s/data/%s", root ? root : SHARED, name);
    if (access(path, R_OK) != 0) {
        fprintf(stderr, "SKIPPED: %s is not here\n", path);
        skip();
    }
    return path;
}

struct run {
    struct arena a;
    struct import_report r;
    struct err e;
};

static int begin(void **s)
{
    struct run *t = calloc(1, sizeof *t);
    arena_init(&t->a, (size_t)1 << 30);
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

static void roster_is(struct run *t, const char *name, enum roster_format format, size_t orgs, size_t sessions,
                      size_t courses, size_t classes, size_t users, size_t roles, size_t enrollments, size_t relations)
{
    struct package *p;
    struct roster *o;
    assert_int_equal(package_open(&t->a, shared(name), &t->r, &p, &t->e), ST_OK);
    assert_int_equal(roster_read(&t->a, p, &t->r, &o, &t->e), ST_OK);
    assert_int_equal(o->format, format);
    assert_int_equal(o->orgs_count, orgs);
    assert_int_equal(o->sessions_count, sessions);
    assert_int_equal(o->courses_count, courses);
    assert_int_equal(o->classes_count, classes);
    assert_int_equal(o->users_count, users);
    assert_int_equal(o->roles_count, roles);
    assert_int_equal(o->enrollments_count, enrollments);
    assert_int_equal(o->relations_count, relations);
}

static void roster_minimal(void **s)
{
    roster_is(*s, "rosters/moodle-enrol-oneroster/Test_minimal_data_set.zip", ROSTER_ONEROSTER_11, 1, 5, 0, 2, 6, 6, 6,
              0);
}
static void roster_full(void **s)
{
    roster_is(*s, "rosters/moodle-enrol-oneroster/v1p2_full_dataset.zip", ROSTER_ONEROSTER_12, 1, 5, 0, 2, 6, 7, 6, 5);
}
static void roster_hub(void **s)
{
    roster_is(*s, "rosters/roster-hub-en", ROSTER_ONEROSTER_11, 1, 4, 2, 5, 20, 20, 30, 0);
}
static void roster_sds_2(void **s) { roster_is(*s, "rosters/ms-sds-v2.1", ROSTER_SDS_21, 4, 2, 3, 2, 8, 7, 6, 3); }
static void roster_sds_1(void **s)
{
    roster_is(*s, "rosters/ms-sds-v1-100-users", ROSTER_SDS_1, 2, 1, 28, 28, 98, 98, 630, 0);
}

static struct cf_package *framework_of(struct run *t, const char *name)
{
    FILE *f = fopen(shared(name), "rb");
    assert_non_null(f);
    char *b = arena_alloc(&t->a, 8 << 20);
    size_t n = fread(b, 1, 8 << 20, f);
    fclose(f);
    struct cf_package *out;
    enum st st = strstr(name, ".csv")    ? opensalt_read(&t->a, b, n, name, &t->r, &out, &t->e)
                 : strstr(name, "/asn-") ? asn_read(&t->a, b, n, name, &t->r, &out, &t->e)
                                         : case_read(&t->a, b, n, name, &t->r, &out, &t->e);
    if (st != ST_OK) fail_msg("%s: %s", name, t->e.detail);
    for (size_t i = 0; i < out->competency_count; i++) assert_true(out->competencies[i].parent < (int)i);
    return out;
}

static void frameworks_of_asn(void **s)
{
    struct run *t = *s;
    static const struct {
        const char *name;
        size_t statements, codes;
    } want[] = {{"CCSS-Math-D10003FB", 703, 664},
                {"MD-science-3-8", 541, 0},
                {"PA-english", 481, 158},
                {"PA-economics", 153, 148},
                {"DC-math", 537, 511}};
    for (size_t i = 0; i < 5; i++) {
        char name[128];
        snprintf(name, sizeof name, "standards/asn-rdf-json/%s.json", want[i].name);
        struct cf_package *f = framework_of(t, name);
        size_t codes = 0, guids = 0;
        for (size_t k = 0; k < f->competency_count; k++)
            codes += f->competencies[k].code[0] != 0, guids += f->competencies[k].identifier[0] != 0;
        assert_int_equal(f->competency_count, want[i].statements);
        assert_int_equal(codes, want[i].codes);
        assert_string_equal(f->document.licence, "CC BY 3.0 US");
        if (i == 0) {
            assert_int_equal(guids, 663);
            assert_non_null(strstr(f->document.notice, "National Governors Association"));
        }
    }
    struct cf_package *ela = framework_of(t, "standards/asn-manifest/CCSS-ELA-D10003FC.json");
    assert_int_equal(ela->competency_count, 1084);
    assert_non_null(strstr(ela->document.notice, "All rights reserved."));
    assert_int_equal(t->r.problem_total, 0);
}

static void frameworks_of_case(void **s)
{
    struct run *t = *s;
    static const struct {
        const char *name;
        size_t items;
    } want[] = {{"AdoptedTestFramework", 1}, {"EmptyExternalFramework", 0},  {"ItemTypeTestFramework", 1},
                {"MarkdownFramework", 2},    {"SequenceNumberFramework", 2}, {"SmartLevelFramework", 14},
                {"Utf8TestFramework", 1}};
    for (size_t i = 0; i < 7; i++) {
        char name[128];
        snprintf(name, sizeof name, "standards/case-opensalt/%s.json", want[i].name);
        assert_int_equal(framework_of(t, name)->competency_count, want[i].items);
    }
    struct cf_package *f = framework_of(t, "standards/case-opensalt/SequenceNumberFramework.json");
    assert_string_equal(f->competencies[0].code, "SNT.2");
    assert_int_equal(framework_of(t, "standards/case-opensalt/ccsso_ela_item.csv")->competency_count, 1189);
    assert_int_equal(framework_of(t, "standards/case-opensalt/children.csv")->competency_count, 4);
}

static struct content_pack *oatutor_of(struct run *t, const char *name)
{
    struct package *p;
    struct content_pack *o;
    assert_int_equal(package_open(&t->a, shared(name), &t->r, &p, &t->e), ST_OK);
    assert_int_equal(oatutor_read(&t->a, p, &t->r, &o, &t->e), ST_OK);
    return o;
}

static void content_of_oatutor(void **s)
{
    struct run *t = *s;
    struct content_pack *o = oatutor_of(t, "content/oatutor/elementary-algebra-ch1-7.zip");
    assert_int_equal(o->problem_count, 1341);
    assert_int_equal(o->item_count, 1739);
    assert_int_equal(o->hint_count, 7596);
    assert_int_equal(o->figure_count, 114);
    assert_int_equal(o->framework->competency_count, 149);
    assert_int_equal(report_problems_of(&t->r, "oatutor.choice_twice"), 4);
    assert_int_equal(report_problems_of(&t->r, "oatutor.hint_dangling"), 2);
    size_t text = 0;
    for (size_t i = 0; i < o->item_count; i++) {
        assert_true(json_array_size(json_object_get(o->items[i].doc, "competencies")) >= 1);
        assert_non_null(json_object_get(o->items[i].doc, "attribution"));
        text += strcmp(json_str(json_object_get(o->items[i].doc, "key"), "kind", ""), "text") == 0;
    }
    assert_true(text <= 20);
    assert_int_equal(oatutor_of(t, "content/oatutor/sample")->item_count, 196);
}

static void content_of_mathcamps(void **s)
{
    struct run *t = *s;
    struct package *p;
    struct content_pack *o;
    assert_int_equal(package_open(&t->a, shared("content/mathcamps"), &t->r, &p, &t->e), ST_OK);
    assert_int_equal(mathcamps_read(&t->a, p, &t->r, &o, &t->e), ST_OK);
    assert_int_equal(o->problem_count, 3500);
    assert_int_equal(o->item_count, 3500 + 3623);
    assert_int_equal(o->alignment_count, 3500 + 3623);
    assert_int_equal(report_problems_of(&t->r, "mathcamps.answer_text"), 0);
    struct cf_package *f = framework_of(t, "standards/asn-rdf-json/CCSS-Math-D10003FB.json");
    for (size_t i = 0; i < o->alignment_count; i += 37) { /* every code is there */
        bool found = false;
        for (size_t k = 0; k < f->competency_count; k++)
            found = found || strcmp(f->competencies[k].code, o->alignments[i].code) == 0;
        if (!found) fail_msg("%s", o->alignments[i].code);
    }
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {T(roster_minimal),     T(roster_full),        T(roster_hub),
                                       T(roster_sds_2),       T(roster_sds_1),       T(frameworks_of_asn),
                                       T(frameworks_of_case), T(content_of_oatutor), T(content_of_mathcamps)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
