/* An item from its source by way of the renderer to what a learner sees of one variant. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "interop/item_compile.h"
#include "items/items.h"
#include "unit.h"

static const char source[] = "{\"source_id\":\"f\",\"title\":\"{{w}} & co\",\"body\":\"{{a}} {{w}}: $\\\\frac{ {{a}} "
                             "}{ {{b}} }$, $2{{a}}$, $x^{{n}}$, $\\\\text{about {{w}}}$, ![{{a}} of {{w}}](figure:"
                             "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef)\","
                             "\"vars\":{\"a\":{\"of\":[\"3\"]},\"b\":{\"is\":\"a+1\"},\"n\":{\"is\":\"0-a/"
                             "2\"},\"w\":{\"of\":[\"<b>\\\"pears\\\"\"]}},"
                             "\"interaction\":{\"type\":\"choice\",\"choices\":[{\"id\":\"x\",\"body\":\"${{b}}$\"},{"
                             "\"id\":\"y\",\"body\":\"- {{b}}\"}]},\"key\":{\"values\":[\"x\"]},"
                             "\"errors\":[{\"match\":\"y\",\"feedback\":\"${{w}}$\"}],\"competencies\":[\"c\"]}";

static void a_variant_is_filled_into_words_and_mathematics(void **s)
{
    struct arena a;
    struct err e = {0};
    struct rich *r;
    struct item *family, *it;
    json_t *doc = json_loads(source, 0, NULL);
    (void)s;
    arena_init(&a, 16 << 20);
    assert_non_null(doc);
    assert_int_equal(rich_open(&r, &e), ST_OK);
    assert_int_equal(item_compile(r, &a, doc, &e), ST_OK);
    assert_null(rich_warning_next(r));
    char *text = json_dumps(doc, JSON_COMPACT);
    assert_int_equal(item_read(&a, text, strlen(text), &family, &e), ST_OK);
    assert_int_equal(item_make(&a, family, 1, ITEM_WHOLE, &it, &e), ST_OK);
    assert_string_equal(it->title, "<b>\"pears\" & co"); /* as words, for a template to escape */
    assert_string_equal(it->title_html, "&lt;b&gt;&quot;pears&quot; &amp; co");
    assert_string_equal(
        it->body_html,
        "<p>3 &lt;b&gt;&quot;pears&quot;: <math><mrow><mfrac><mn>3</mn><mn>4</mn></mfrac></mrow></math>, "
        "<math><mrow><mn>2</mn><mn>3</mn></mrow></math>, "
        "<math><mrow><msup><mi>x</mi><mrow><mo>\xe2\x88\x92</mo><mfrac><mn>3</mn><mn>2</mn></mfrac></mrow></msup></"
        "mrow></math>, "
        "<math><mrow><mtext>about\xc2\xa0</mtext><mtext>&lt;b&gt;&quot;pears&quot;</mtext></mrow></math>, "
        "<img src=\"/figure/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\" loading=\"lazy\" "
        "alt=\"3 of &lt;b&gt;&quot;pears&quot;\"></p>");
    assert_string_equal(it->question.choices[0].body_html, "<math><mrow><mn>4</mn></mrow></math>");
    assert_string_equal(it->question.choices[1].body_html, "- 4");
    assert_string_equal(it->errors[0].feedback_html,
                        "<p><math><mrow><mtext>&lt;b&gt;&quot;pears&quot;</mtext></mrow></math></p>");
    free(text);
    json_decref(doc);
    rich_close(r);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_variant_is_filled_into_words_and_mathematics)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
