#include <string.h>

#include "base/json.h"
#include "items/items.h"
#include "unit.h"

enum want { RIGHT, WRONG, FORM, UNIT, UNREAD };

struct row {
    const char *kind, *form, *key, *answer;
    enum want want;
};

static const struct row rows[] = {
    {"number", "any", "0.5", "0.5", RIGHT},
    {"number", "any", "0.5", "1/2", RIGHT},
    {"number", "any", "1/2", ".50", RIGHT},
    {"number", "any", "1000", "1,000", RIGHT},
    {"number", "any", "1000", "1000.0", RIGHT},
    {"number", "any", "1000", "1,00", UNREAD},
    {"number", "any", "-3",
     "\xe2\x88\x92"
     "3",
     RIGHT},
    {"number", "any", "-3", " - 3 ", RIGHT},
    {"number", "any", "3/2", "1 1/2", RIGHT},
    {"number", "any", "3/2", "1\xc2\xbd", RIGHT},
    {"number", "any", "1/2", "\xc2\xbd", RIGHT},
    {"number", "any", "3/2", "1 \xc2\xbd", RIGHT},
    {"number", "any", "0.5", "50%", RIGHT},
    {"number", "any", "5", "x=5", RIGHT},
    {"number", "any", "5", "x = 5", RIGHT},
    {"number", "any", "5", "$5", RIGHT},
    {"number", "any", "5", "$5.00", RIGHT},
    {"number", "any", "8", "2^3", RIGHT},
    {"number", "any", "1/3", "0.333", WRONG},
    {"number", "any", "1/3", "2/6", RIGHT},
    {"number", "any", "12",
     "3\xc3\x97"
     "4",
     RIGHT},
    {"number", "any", "4",
     "\xe2\x88\x9a"
     "16",
     RIGHT},
    {"number", "any", "4", "sqrt(16)", RIGHT},
    {"number", "any", "$$\\frac{-2}{3}$$", "-2/3", RIGHT},
    {"number", "any", "$$3.7\\times{10}^4$$", "37000", RIGHT},
    {"number", "any", "$$5.2\\times{10}^{\\left(-3\\right)}$$", "0.0052", RIGHT},
    {"number", "any", "$$2\\frac{1}{3}$$", "7/3", RIGHT},
    {"number", "any", "$$x=\\frac{11}{8}$$", "1.375", RIGHT},
    {"number", "any", "5", "five", UNREAD},
    {"number", "any", "5", "", UNREAD},
    {"number", "any", "5", "   ", UNREAD},
    {"number", "any", "5", "(5", UNREAD},
    {"number", "any", "5", "5)", UNREAD},
    {"number", "any", "5", "5+", UNREAD},
    {"number", "any", "5", "2+*3", UNREAD},
    {"number", "any", "5", "1.2.3", UNREAD},
    {"number", "any", "5", "5y", UNREAD},
    {"number", "any", "5", "9^9^9^9", WRONG},
    {"number", "any", "5", "1/0", WRONG},
    {"number", "any", "5", "2+3", RIGHT},
    {"number", "lowest_terms", "1/2", "1/2", RIGHT},
    {"number", "lowest_terms", "1/2", "2/4", FORM},
    {"number", "lowest_terms", "1/2", "0.5", FORM},
    {"number", "lowest_terms", "3", "3", RIGHT},
    {"number", "lowest_terms", "3", "3/1", FORM},
    {"number", "lowest_terms", "-2/3", "-2/3", RIGHT},
    {"number", "lowest_terms", "7/3", "2 1/3", RIGHT},
    {"number", "mixed", "7/3", "2 1/3", RIGHT},
    {"number", "mixed", "7/3", "7/3", FORM},
    {"number", "mixed", "7/3", "2 2/6", FORM},
    {"number", "decimal", "1/4", "0.25", RIGHT},
    {"number", "decimal", "1/4", "1/4", FORM},
    {"number", "exact", "0.50", "0.50", RIGHT},
    {"number", "exact", "0.50", "0.5", FORM},
    {"expression", "any", "2x+6", "2(x+3)", RIGHT},
    {"expression", "any", "2x+6", "6+2x", RIGHT},
    {"expression", "any", "2x+6", "2x+5", WRONG},
    {"expression", "any", "2x+6", "2X+6", RIGHT},
    {"expression", "any", "A+a", "A+A", WRONG},
    {"equation", "any", "y=2x", "Y=2X", RIGHT},
    {"expression", "any", "x^2-9", "(x-3)(x+3)", RIGHT},
    {"expression", "any", "x y", "y*x", RIGHT},
    {"expression", "any", "$$\\frac{1}{3q}$$", "1/(3q)", RIGHT},
    {"expression", "any", "$$4q+1-\\frac{1}{3q}$$", "4q + 1 - 1/(3q)", RIGHT},
    {"expression", "any", "$$3\\left(5p+4\\right) \\left(q-1\\right)$$", "3(q-1)(5p+4)", RIGHT},
    {"expression", "any", "$$-1000q^6 p^{12}$$", "-1000p^12q^6", RIGHT},
    {"expression", "any", "x^2", "x\xc2\xb2", RIGHT},
    {"expression", "any", "sqrt(2)", "2^(1/2)", RIGHT},
    {"expression", "any", "2sqrt(2)", "sqrt(8)", RIGHT},
    {"expression", "any", "2sqrt(2)", "sqrt(7)", WRONG},
    {"expression", "any", "$$5x^{2\\left(x-3\\right)} \\left(x+5\\right)$$", "5(x+5)x^(2x-6)", RIGHT},
    {"expression", "any", "1/x", "x^-1", RIGHT},
    {"expression", "any", "a", "banana", UNREAD},
    {"expression", "any", "x", "x+", UNREAD},
    {"expression", "simplified", "5x", "5x", RIGHT},
    {"expression", "simplified", "5x", "2x+3x", FORM},
    {"expression", "simplified", "5x+2", "5x+1+1", FORM},
    {"expression", "simplified", "3^8", "3^8", RIGHT},
    {"expression", "factored", "2(x+3)", "2(x+3)", RIGHT},
    {"expression", "factored", "2(x+3)", "2x+6", FORM},
    {"expression", "factored", "4(x+1)", "2(2x+2)", FORM},
    {"expression", "factored", "(x-2)(x-6)", "(x-6)(x-2)", RIGHT},
    {"expression", "expanded", "2x+6", "2(x+3)", FORM},
    {"expression", "expanded", "x^2+2x+1", "(x+1)^2", FORM},
    {"expression", "expanded", "x^2+2x+1", "1+2x+x^2", RIGHT},
    {"equation", "any", "y=2x+1", "y=2x+1", RIGHT},
    {"equation", "any", "y=2x+1", "2x+1=y", RIGHT},
    {"equation", "any", "y=2x+1", "2y=4x+2", RIGHT},
    {"equation", "any", "y=2x+1", "y-2x=1", RIGHT},
    {"equation", "any", "y=2x+1", "y=2x", WRONG},
    {"equation", "any", "y=2x+1", "2x+1", UNREAD},
    {"interval", "any", "[2,5)", "[2, 5)", RIGHT},
    {"interval", "any", "[2,5)", "(2,5)", WRONG},
    {"interval", "any", "(-\\infty,3]", "(-inf, 3]", RIGHT},
    {"interval", "any", "(-\\infty,3]", "x<=3", RIGHT},
    {"interval", "any", "(-\\infty,3]", "3 \xe2\x89\xa5 x", RIGHT},
    {"interval", "any", "(2,\\infty)", "x>2", RIGHT},
    {"interval", "any", "(2,5]", "2<x<=5", RIGHT},
    {"interval", "any", "(2,5]", "5>=x>2", RIGHT},
    {"interval", "any", "(2,5]", "2<x>5", UNREAD},
    {"interval", "any", "(-\\infty,1)\\cup(4,\\infty)", "x<1 or x>4", RIGHT},
    {"interval", "any", "[2,5)", "hello", UNREAD},
    {"set", "any", "{1,2}", "2, 1", RIGHT},
    {"set", "any", "{1,2}", "{1, 2}", RIGHT},
    {"set", "any", "{1,2}", "1", WRONG},
    {"set", "any", "{1,2}", "1,2,2", WRONG},
    {"set", "any", "{1/2,3}", "3, 0.5", RIGHT},
    {"set", "any", "8,13", "13,8", RIGHT},
    {"pair", "any", "(1,2)", "(1, 2)", RIGHT},
    {"pair", "any", "(1,2)", "1,2", RIGHT},
    {"pair", "any", "(1,2)", "(2,1)", WRONG},
    {"pair", "any", "(1,2),(3,4)", "(1,2), (3,4)", RIGHT},
    {"pair", "any", "(1,2),(3,4)", "(3,4),(1,2)", WRONG},
    {"pair", "any", "-5,-9", "(-5,-9)", RIGHT},
    {"pair", "any", "(1/2,3)", "(0.5, 3)", RIGHT},
    {"relation", "any", "<", "<", RIGHT},
    {"relation", "any", "<", "less than", RIGHT},
    {"relation", "any", "<", ">", WRONG},
    {"relation", "any", "=", "equal", RIGHT},
    {"relation", "any", "<", "banana", UNREAD},
    {"number", "any", "12", "1 2", UNREAD},
    {"number", "any", "1000", "1.000", WRONG},
    {"number", "any", "-3", "(-3)", RIGHT},
    {"number", "any", "24", "48/2", RIGHT},
    {"number", "any", "72", "48\\frac{3}{2}", RIGHT},
    {"number", "any", "7/3", "2\\frac{1}{3}", RIGHT},
    {"number", "exact", "3.7*10^4", "3.7x10^4", RIGHT},
    {"number", "exact", "3.7*10^4", "$$3.7\\times{10}^4$$", RIGHT},
    {"number", "exact", "3.7*10^4", "37000", FORM},
    {"number", "exact", "-27/1", "$$\\frac{-27}{1}$$", RIGHT},
    {"number", "exact", "-27/1", "-27", FORM},
    {"expression", "any", "1/(mn^5)", "\\frac{1}{{mn}^5}", RIGHT},
    {"expression", "any", "2x+6", "y=2x+6", RIGHT},
    {"expression", "any", "2x+6", "x=2x+6", UNREAD},
    {"expression", "simplified", "5x", "10x/2", FORM},
    {"expression", "simplified", "x/2", "x/2", RIGHT},
    {"expression", "simplified", "x/2", "2x/4", FORM},
    {"equation", "any", "x=4", "4", RIGHT},
    {"equation", "any", "x=4", "5", WRONG},
    {"equation", "any", "x=4", "2x=8", RIGHT},
    {"equation", "any", "y=2x+1", "f(x)=2x+1", RIGHT},
    {"equation", "any", "y=2x+1", "2", UNREAD},
    {"interval", "any", "[2,5)", "x>=2 and x<5", RIGHT},
    {"interval", "any", "[2,5)", "x>=2 and x<=5", WRONG},
    {"interval", "any", "[2,5)", "x>=2 and x>5", UNREAD},
    {"set", "any", "{2,-3}", "x=2 or x=-3", RIGHT},
    {"set", "any", "{2,-3}",
     "2 and \xe2\x88\x92"
     "3",
     RIGHT},
    {"set", "any", "{2,-3}", "2 and 3", WRONG},
    {"pair", "any", "(x,(2-2x)/3)", "x,(2-2x)/3", RIGHT},
    {"text", "any", "[[1,2],[3,4]]", "[[1, 2], [3, 8/2]]", RIGHT},
    {"text", "any", "[[1,2],[3,4]]", "[1 2; 3 4]", RIGHT},
    {"text", "any", "[[1,2],[3,4]]", "[[12],[34]]", WRONG},
    {"text", "any", "[[1,2],[3,4]]", "[[1,2,3,4]]", WRONG},
    {"text", "any", "[[1,2],[3,-4]]", "$$\\begin{bmatrix} 1 & 2 \\\\ 3 & -4 \\end{bmatrix}$$", RIGHT},
    {"text", "any", "1.5 lb. 3 oz.", "1.5 lb 3 oz", RIGHT},
    {"text", "any", "1.5 lb", "15 lb", WRONG},
    {"text", "any", "27=-22", "$$27=-22$$", RIGHT},
    {"set", "any", "{(1, 2),(3, 4)}", "(3,4), (1,2)", RIGHT},
    {"set", "any", "{(1, 2),(3, 4)}", "{(1,2),(3,4)}", RIGHT},
    {"set", "any", "{(1, 2),(3, 4)}", "(2,1), (3,4)", WRONG},
    {"set", "any", "{(1, 2),(3, 4)}", "(1,3), (2,4)", WRONG},
    {"set", "any", "{(1, 2),(3, 4)}", "1,2,3,4", WRONG},
    {"set", "any", "{(1, 2),(3, 4)}", "(1,2)", WRONG},
    {"expression", "any", "2x+6", "idk", UNREAD},
    {"expression", "any", "2x+6", "I do not know", UNREAD},
    {"set", "any", "{2,3}", "no idea", UNREAD},
    {"pair", "any", "((x+1)/2,3)", "((x+1)/2, 3)", RIGHT},
    {"text", "any", "Yes", " yes ", RIGHT},
    {"text", "any", "Yes", "no", WRONG},
};

static struct item *read(struct arena *a, const char *doc)
{
    struct item *it;
    struct err e = {0};
    enum st st = item_read(a, doc, strlen(doc), &it, &e);
    if (st != ST_OK) print_message("%s: %s\n", e.user, e.detail);
    assert_int_equal(st, ST_OK);
    return it;
}

static enum want ask(const struct row *r)
{
    struct arena a;
    struct verdict v;
    struct err e = {0};
    arena_init(&a, 1 << 20);
    json_t *doc =
        json_pack("{s:s,s:s,s:{s:s},s:{s:s,s:s,s:[s]},s:[s]}", "source_id", "t", "body", "?", "interaction", "type",
                  "text_entry", "key", "kind", r->kind, "form", r->form, "values", r->key, "competencies", "c");
    char *text = json_dumps(doc, 0);
    struct item *it = read(&a, text);
    json_t *answer = json_string(r->answer);
    assert_int_equal(item_score(&a, it, answer, &v, &e), ST_OK);
    enum want got = !v.readable                           ? UNREAD
                    : v.score >= 1                        ? RIGHT
                    : strcmp(v.code, "wrong_form") == 0   ? FORM
                    : strcmp(v.code, "unit_missing") == 0 ? UNIT
                                                          : WRONG;
    json_decref(answer);
    json_decref(doc);
    free(text);
    arena_release(&a);
    return got;
}

static void answers_are_scored_fairly(void **s)
{
    static const char *const names[] = {"right", "wrong", "wrong form", "unit missing", "unreadable"};
    int bad = 0;
    (void)s;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum want got = ask(&rows[i]);
        if (got == rows[i].want) continue;
        print_message("%s/%s key %s answer '%s': %s, should be %s\n", rows[i].kind, rows[i].form, rows[i].key,
                      rows[i].answer, names[got], names[rows[i].want]);
        bad++;
    }
    assert_int_equal(bad, 0);
}

static const char units[] =
    "{\"source_id\":\"u\",\"body\":\"?\",\"interaction\":{\"type\":\"text_entry\",\"unit\":\"cm\"},\"key\":{\"kind\":"
    "\"number\",\"values\":[\"5\"],\"unit_required\":true},\"competencies\":[\"c\"]}";

static const char *score_text(struct arena *a, const struct item *it, const char *answer)
{
    struct verdict v;
    struct err e = {0};
    json_t *r = json_string(answer);
    assert_int_equal(item_score(a, it, r, &v, &e), ST_OK);
    json_decref(r);
    return v.code;
}

static void a_unit_is_asked_for_where_asked(void **s)
{
    struct arena a;
    (void)s;
    arena_init(&a, 1 << 20);
    struct item *it = read(&a, units);
    assert_string_equal(score_text(&a, it, "5 cm"), "right");
    assert_string_equal(score_text(&a, it, "5cm"), "right");
    assert_string_equal(score_text(&a, it, "5"), "unit_missing");
    assert_string_equal(score_text(&a, it, "6 cm"), "not_yet");
    it = read(&a, "{\"source_id\":\"u\",\"body\":\"?\",\"interaction\":{\"type\":\"text_entry\",\"unit\":\"$\"},"
                  "\"key\":{\"kind\":\"number\",\"values\":[\"12\"],\"unit_required\":true},\"competencies\":[\"c\"]}");
    assert_string_equal(score_text(&a, it, "$12.00"), "right");
    assert_string_equal(score_text(&a, it, "12 dollars"), "right");
    assert_string_equal(score_text(&a, it, "12"), "unit_missing");
    arena_release(&a);
}

static const char family[] =
    "{\"source_id\":\"f\",\"body\":\"{{a}}/{{b}} + "
    "{{m:c}}\",\"vars\":{\"a\":{\"from\":1,\"to\":8},\"b\":{\"from\":2,\"to\":9},\"c\":{\"is\":\"a/"
    "b\"},\"w\":{\"of\":[\"cats\",\"dogs\"]}},"
    "\"where\":[\"a < b\",\"gcd(a,b) = "
    "1\"],\"interaction\":{\"type\":\"text_entry\"},\"key\":{\"kind\":\"number\",\"values\":[\"{{c}}\"]},"
    "\"errors\":[{\"match\":\"b/a\",\"feedback\":\"upside down, {{w}}\"}],\"competencies\":[\"c\"]}";

static void a_family_gives_the_same_variant_again(void **s)
{
    struct arena a;
    struct err e = {0};
    int different = 0;
    (void)s;
    arena_init(&a, 8 << 20);
    struct item *f = read(&a, family), *x, *y, *first = NULL;
    for (uint32_t v = 0; v < 200; v++) {
        assert_int_equal(item_make(&a, f, v, ITEM_WHOLE, &x, &e), ST_OK);
        assert_int_equal(item_make(&a, f, v, ITEM_WHOLE, &y, &e), ST_OK);
        assert_string_equal(x->body_html, y->body_html);
        assert_null(strstr(x->body_html, "{{"));
        assert_non_null(strstr(x->body_html, "<mfrac>"));
        assert_string_equal(score_text(&a, x, x->question.key.values[0]), "right");
        assert_string_equal(score_text(&a, x, x->errors[0].match), "known_error");
        if (!first) first = x;
        different += strcmp(first->body_html, x->body_html) != 0;
    }
    assert_true(different > 150);
    arena_release(&a);
}

static void choices_are_checked(void **s)
{
    static const char doc[] =
        "{\"source_id\":\"c\",\"body\":\"?\",\"interaction\":{\"type\":\"choices\",\"choices\":[{\"id\":\"a\",\"body\":"
        "\"A\"},{\"id\":\"b\",\"body\":\"B\"},{\"id\":\"c\",\"body\":\"C\"}]},"
        "\"key\":{\"values\":[\"a\",\"c\"]},\"competencies\":[\"c\"]}";
    struct arena a;
    struct verdict v;
    struct err e = {0};
    (void)s;
    arena_init(&a, 1 << 20);
    struct item *it = read(&a, doc);
    static const struct {
        const char *response;
        enum st st;
        double score;
    } tries[] = {{"[\"a\",\"c\"]", ST_OK, 1},       {"[\"c\",\"a\"]", ST_OK, 1}, {"[\"a\"]", ST_OK, 0},
                 {"[\"a\",\"b\",\"c\"]", ST_OK, 0}, {"[\"z\"]", ST_INVALID, 0},  {"\"a\"", ST_INVALID, 0},
                 {"[\"a\",\"a\"]", ST_INVALID, 0},  {"[1]", ST_INVALID, 0}};
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        json_t *r;
        assert_int_equal(json_read_owned(tries[i].response, strlen(tries[i].response), &r, &e), ST_OK);
        assert_int_equal(item_score(&a, it, r, &v, &e), tries[i].st);
        if (tries[i].st == ST_OK) assert_true(v.score == tries[i].score);
        json_decref(r);
    }
    arena_release(&a);
}

static void a_broken_document_is_named(void **s)
{
    static const char *const docs[] = {"{}",
                                       "{\"source_id\":\"x\",\"body\":5}",
                                       "{\"source_id\":\"x\",\"body\":\"?\",\"interaction\":{\"type\":\"dance\"}}",
                                       "{\"source_id\":\"x\",\"body\":\"?\",\"interaction\":{\"type\":\"choice\","
                                       "\"choices\":[]},\"key\":{\"values\":[\"a\"]}}",
                                       "[]",
                                       "nonsense"};
    struct arena a;
    struct item *it;
    (void)s;
    for (size_t i = 0; i < sizeof docs / sizeof *docs; i++) {
        struct err e = {0};
        arena_init(&a, 1 << 20);
        assert_int_equal(item_read(&a, docs[i], strlen(docs[i]), &it, &e), ST_INVALID);
        assert_true(strlen(e.detail) > 5);
        arena_release(&a);
    }
}

static void check_finds_what_is_wrong(void **s)
{
    static const char *const docs[] = {
        "{\"source_id\":\"x\",\"body\":\"?\",\"interaction\":{\"type\":\"text_entry\"},\"key\":{\"kind\":\"number\","
        "\"values\":[\"5\"]}}",
        "{\"source_id\":\"x\",\"body\":\"?\",\"interaction\":{\"type\":\"text_entry\"},\"key\":{\"kind\":\"number\","
        "\"values\":[\"2/4\"],\"form\":\"lowest_terms\"},\"competencies\":[\"c\"]}",
        "{\"source_id\":\"x\",\"body\":\"?\",\"interaction\":{\"type\":\"text_entry\"},\"key\":{\"kind\":\"number\","
        "\"values\":[\"5\"]},\"errors\":[{\"match\":\"10/2\",\"feedback\":\"f\"}],\"competencies\":[\"c\"]}",
        "{\"source_id\":\"x\",\"body\":\"?\",\"interaction\":{\"type\":\"text_entry\"},\"key\":{\"kind\":\"number\","
        "\"values\":[\"5\"]},\"hints\":[{\"id\":\"a\",\"body\":\"b\",\"depends\":[\"zz\"]}],\"competencies\":[\"c\"]}",
        "{\"source_id\":\"x\",\"body\":\"?\",\"vars\":{\"a\":{\"from\":1,\"to\":2}},\"where\":[\"a > "
        "5\"],\"interaction\":{\"type\":\"text_entry\"},\"key\":{\"kind\":\"number\",\"values\":[\"5\"]},"
        "\"competencies\":[\"c\"]}"};
    struct arena a;
    struct item_problem *p;
    struct err e = {0};
    size_t n;
    (void)s;
    for (size_t i = 0; i < sizeof docs / sizeof *docs; i++) {
        json_t *doc;
        arena_init(&a, 8 << 20);
        assert_int_equal(json_read(&a, docs[i], strlen(docs[i]), &doc, &e), ST_OK);
        assert_int_equal(item_check(&a, doc, &p, &n, &e), ST_OK);
        assert_true(n > 0);
        arena_release(&a);
    }
    json_t *doc;
    arena_init(&a, 8 << 20);
    assert_int_equal(json_read(&a, family, strlen(family), &doc, &e), ST_OK);
    assert_int_equal(item_check(&a, doc, &p, &n, &e), ST_OK);
    assert_int_equal(n, 0);
    arena_release(&a);
}

/* Doc, and the code that a review finds in it; NULL: nothing. */
static const struct {
    const char *doc, *code;
    bool advice;
} reviews[] = {
    {family, NULL, false},
    {"{\"source_id\":\"x\",\"body\":\"{{a}} + "
     "{{z}}\",\"vars\":{\"a\":{\"from\":1,\"to\":90}},\"interaction\":{\"type\":\"text_entry\"},\"key\":{\"kind\":"
     "\"number\",\"values\":[\"{{a}}\"]},\"competencies\":[\"c\"]}",
     "var.unknown", false},
    {"{\"source_id\":\"x\",\"body\":\"{{a}}\",\"vars\":{\"a\":{\"from\":1,\"to\":3}},\"interaction\":{\"type\":\"text_"
     "entry\"},\"key\":{\"kind\":\"number\",\"values\":[\"{{a}}\"]},\"competencies\":[\"c\"]}",
     "family.narrow", true},
    {"{\"source_id\":\"x\",\"body\":\"?\",\"interaction\":{\"type\":\"text_entry\"},\"key\":{\"kind\":\"number\","
     "\"values\":[\"5\"]},\"errors\":[{\"match\":\"qq\",\"feedback\":\"f\"}],\"competencies\":[\"c\"]}",
     "error.unreadable", true},
    {"{\"source_id\":\"x\",\"body\":\"?\",\"interaction\":{\"type\":\"choice\",\"choices\":[{\"id\":\"a\",\"body\":"
     "\"A\"},{\"id\":\"b\",\"body\":\"A\"}]},\"key\":{\"values\":[\"a\"]},\"competencies\":[\"c\"]}",
     "choice.same", true},
    {"{\"source_id\":\"x\",\"body\":\"?\",\"interaction\":{\"type\":\"choice\",\"choices\":[{\"id\":\"a\",\"body\":"
     "\"A\"},{\"id\":\"b\",\"body\":\"B\"}]},\"key\":{\"values\":[\"a\"]},\"errors\":[{\"match\":\"a\",\"feedback\":"
     "\"f\"}],\"competencies\":[\"c\"]}",
     "error.right", false},
    {"{\"source_id\":\"x\",\"body\":\"?\",\"interaction\":{\"type\":\"text_entry\"},\"key\":{\"kind\":\"number\","
     "\"values\":[\"5\"]},\"hints\":[{\"id\":\"h\",\"type\":\"scaffold\",\"body\":\"b\",\"interaction\":{\"type\":"
     "\"text_entry\"},\"key\":{\"kind\":\"number\",\"values\":[\"five\"]}}],\"competencies\":[\"c\"]}",
     "key.unreadable", false},
};

static void a_review_tells_authors_more(void **s)
{
    struct arena a;
    struct item_problem *p;
    struct err e = {0};
    size_t n;
    (void)s;
    for (size_t i = 0; i < sizeof reviews / sizeof *reviews; i++) {
        json_t *doc;
        arena_init(&a, 8 << 20);
        assert_int_equal(json_read(&a, reviews[i].doc, strlen(reviews[i].doc), &doc, &e), ST_OK);
        assert_int_equal(item_review(&a, doc, 200, &p, &n, &e), ST_OK);
        for (size_t k = 0; k < n && (n > 1 || !reviews[i].code); k++)
            print_message("%zu: %s %s %s\n", i, p[k].member, p[k].code, p[k].text);
        assert_int_equal(n, reviews[i].code ? 1 : 0);
        if (n) {
            assert_string_equal(p[0].code, reviews[i].code);
            assert_true(p[0].advice == reviews[i].advice);
        }
        assert_int_equal(item_check(&a, doc, &p, &n, &e), ST_OK);
        if (reviews[i].advice) assert_int_equal(n, 0);
        arena_release(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_scored_fairly),
        cmocka_unit_test(a_unit_is_asked_for_where_asked),
        cmocka_unit_test(a_family_gives_the_same_variant_again),
        cmocka_unit_test(choices_are_checked),
        cmocka_unit_test(a_broken_document_is_named),
        cmocka_unit_test(check_finds_what_is_wrong),
        cmocka_unit_test(a_review_tells_authors_more),
    };
    return cmocka_run_group_tests_name("items", tests, NULL, NULL);
}
