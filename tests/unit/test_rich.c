#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "interop/item_compile.h"
#include "unit.h"

static struct rich *rich;
static struct arena arena;

static int open_all(void **s)
{
    struct err e;
    (void)s;
    arena_init(&arena, 64 * 1024 * 1024);
    return rich_open(&rich, &e) == ST_OK ? 0 : -1;
}

static int close_all(void **s)
{
    (void)s;
    rich_close(rich);
    arena_release(&arena);
    return 0;
}

static const char *made(const char *source, enum rich_place place)
{
    const char *html = NULL;
    struct err e = {0};
    while (rich_warning_next(rich)) continue;
    assert_int_equal(rich_html(rich, &arena, source, place, &html, &e), ST_OK);
    return html;
}
#define IS(source, html) assert_string_equal(made(source, RICH_BLOCK), html)

static const char *warned(void)
{
    const struct rich_warning *w = rich_warning_next(rich);
    return w ? w->code : "";
}

static void markdown_becomes_elements_of_the_list(void **s)
{
    (void)s;
    IS("one *two* **three** `four`", "<p>one <em>two</em> <strong>three</strong> <code>four</code></p>");
    IS("- a\n- b", "<ul><li>a</li><li>b</li></ul>");
    IS("3. a", "<ol start=\"3\"><li>a</li></ol>");
    IS("# Big\n\n### Small", "<h3>Big</h3><h4>Small</h4>");
    IS("> a\n\n---\n\n```\nx < $y$\n```", "<blockquote><p>a</p></blockquote><hr><pre>x &lt; $y$\n</pre>");
    IS("|a|b|\n|---|---|\n|1|2|",
       "<table><thead><tr><th scope=\"col\">a</th><th "
       "scope=\"col\">b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>");
    assert_string_equal(made("one\n\ntwo", RICH_INLINE), "one<br>two");
    assert_string_equal(made("- 3", RICH_INLINE), "- 3");
    assert_string_equal(made("2. x\n# y\n\n+ *z*", RICH_INLINE), "2. x # y<br>+ <em>z</em>");
    IS("`$x$` and `$HOME`", "<p><code>$x$</code> and <code>$HOME</code></p>");
    IS("a\\_b \\$5 &lt; &#8722;", "<p>a_b $5 &lt; &#8722;</p>");
}

static void nothing_else_comes_out(void **s)
{
    (void)s;
    IS("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>");
    IS("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>");
    IS("[x](javascript:alert(1))", "<p>x</p>");
    assert_string_equal(warned(), "rich.link");
    IS("[x](JaVaScRiPt&#58;alert(1))", "<p>x</p>");
    IS("[x](data:text/html,a)", "<p>x</p>");
    IS("[x](https://example.org/?a=1&b=\"2)",
       "<p><a rel=\"noopener noreferrer\" target=\"_blank\" href=\"https://example.org/?a=1&amp;b=&quot;2\">x</a></p>");
    IS("![\"><script>](https://example.org/x.png)", "<p><em>&quot;&gt;&lt;script&gt;</em></p>");
    assert_string_equal(warned(), "rich.figure");
    IS("![a *bar* with $x$](figure:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef)",
       "<p><img src=\"/figure/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\" loading=\"lazy\" "
       "alt=\"a bar with x\"></p>");
    IS("![](figure:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef)",
       "<p><img src=\"/figure/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\" loading=\"lazy\" "
       "alt=\"\"></p>");
    assert_string_equal(warned(), "rich.alt");
    IS("![a](figure:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef)", "<p><em>a</em></p>");
    IS("![$\\frac{1}{2}$ \"x\"](figure:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef)",
       "<p><img src=\"/figure/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\" loading=\"lazy\" "
       "alt=\"1/2 &quot;x&quot;\"></p>");
    IS("[$x$](https://example.org/$x$)",
       "<p><a rel=\"noopener noreferrer\" target=\"_blank\" "
       "href=\"https://example.org/$x$\"><math><mrow><mi>x</mi></mrow></math></a></p>");
    IS("\xee\x80\x80"
       "0\xee\x80\x81",
       "<p>0</p>"); /* our own signs in foreign text */
}

static void tex_becomes_mathml(void **s)
{
    (void)s;
    assert_null(strstr(made("$\\color{red}{x}$", RICH_BLOCK), " style="));
    IS("$\\frac{1}{2}$", "<p><math><mrow><mfrac><mn>1</mn><mn>2</mn></mfrac></mrow></math></p>");
    assert_non_null(strstr(made("$$x_1*y_2*z$$", RICH_BLOCK), "<math display=\"block\">"));
    IS("It costs $5 and $6.", "<p>It costs $5 and $6.</p>");
    assert_string_equal(warned(), "rich.dollar");
    IS("$\\frac{1}{$", "<p><code>\\frac{1}{</code></p>");
    assert_string_equal(warned(), "rich.math");
    IS("\\$5, $5\\$$", "<p>$5, <math><mrow><mn>5</mn><mi mathvariant=\"normal\">$</mi></mrow></math></p>");
    IS("$\\mathbb{R}$", "<p><math><mrow><mi>\xe2\x84\x9d</mi></mrow></math></p>");
    IS("$\\text{ {x} }$", "<p><math><mrow><mtext>\xc2\xa0x\xc2\xa0</mtext></mrow></math></p>");
    assert_null(strstr(made("$\\href{javascript:alert(1)}{x}$", RICH_BLOCK), "href="));
    assert_null(strstr(made("$\\text{<script>}$", RICH_BLOCK), "<script"));
    assert_null(strstr(made("$\\includegraphics{http://example.org/x}$", RICH_BLOCK), "<img"));
    assert_string_equal(warned(), "rich.math");
    assert_null(strstr(made("$\\htmlStyle{color:red}{x}$", RICH_BLOCK), "style="));
    assert_null(strstr(made("$\\htmlId{a}{x}\\htmlData{a=b}{x}\\url{https://example.org}$", RICH_BLOCK), "<math"));
    assert_null(strstr(made("$\\text{<script>}$", RICH_BLOCK), "annotation"));
}

static void variables_stay_variables(void **s)
{
    (void)s;
    IS("{{a}} of {{b_2}}", "<p>{{a}} of {{b_2}}</p>");
    IS("$\\frac{ {{a}} }{ {{b}} }$", "<p><math><mrow><mfrac>{{m:a}}{{m:b}}</mfrac></mrow></math></p>");
    IS("$\\text{ {{a}} apples}+\\mathbf{ {{b}} }$",
       "<p><math><mrow><mrow><mtext>\xc2\xa0</mtext><mtext>{{a}}</mtext><mtext>\xc2\xa0"
       "apples</mtext></mrow><mo>+</mo>{{m:b}}</mrow></math></p>");
    IS("$\\operatorname{ {{a}} }$", "<p><code>\\operatorname{ {{a}} }</code></p>"); /* nowhere to put it */
    assert_string_equal(warned(), "rich.math");
    IS("$\\{\\{x\\}\\}$ $\\text{\\{\\{b\\}\\}}$",
       "<p><math><mrow><mo stretchy=\"false\">&#123;</mo><mo stretchy=\"false\">&#123;</mo><mi>x</mi>"
       "<mo stretchy=\"false\">&#125;</mo><mo stretchy=\"false\">&#125;</mo></mrow></math> "
       "<math><mrow><mtext>&#123;&#123;b&#125;&#125;</mtext></mrow></math></p>");
    IS("$x^{{a}}$", "<p><math><mrow><msup><mi>x</mi>{{m:a}}</msup></mrow></math></p>");
    IS("$3{{a}}$", "<p><math><mrow><mn>3</mn>{{m:a}}</mrow></math></p>");
}

static void hostile_tex_ends(void **s)
{
    (void)s;
    IS("$\\def\\a{\\a\\a}\\a$", "<p><code>\\def\\a{\\a\\a}\\a</code></p>");
    assert_string_equal(warned(), "rich.math");
    char *big = malloc(100001);
    assert_non_null(big);
    memset(big, '{', 100000);
    big[0] = big[99999] = '$';
    big[100000] = 0;
    assert_null(strstr(made(big, RICH_BLOCK), "<math"));
    memset(big + 1, '{', 9000);
    memset(big + 9001, '}', 5000);
    strcpy(big + 14001, "$");
    assert_null(strstr(made(big, RICH_BLOCK), "<math"));
    strcpy(big, "$");
    for (int i = 0; i < 900; i++) strcat(big, "\\sqrt{");
    for (int i = 0; i < 900; i++) strcat(big, "}");
    strcat(big, "$");
    assert_null(strstr(made(big, RICH_BLOCK), "<math"));
    memset(big, '>', 99999);
    big[99999] = 'x';
    assert_in_range(strlen(made(big, RICH_BLOCK)), 10, 24 * 30);
    assert_string_equal(warned(), "rich.depth");
    for (int i = 0; i < 99999; i++) big[i] = "$a "[i % 3]; /* no search each */
    assert_non_null(made(big, RICH_BLOCK));
    big[99999] = 0;
    memset(big, '[', 99999);
    assert_non_null(made(big, RICH_BLOCK));
    free(big);
    IS("$1$", "<p><math><mrow><mn>1</mn></mrow></math></p>"); /* and the helper serves on */
}

static void a_formula_that_fails_is_told_each_time(void **s)
{
    size_t failed = rich_counts(rich).failed;
    (void)s;
    made("$\\frac$", RICH_BLOCK);
    assert_string_equal(warned(), "rich.math");
    made("$\\frac$", RICH_BLOCK);
    assert_string_equal(warned(), "rich.math");
    assert_int_equal(rich_counts(rich).failed, failed + 2);
}

static enum st shout(void *ctx, const char *tex, size_t n, bool display, bool *made_it, struct text *out, struct err *e)
{
    (void)ctx, (void)display, (void)e;
    *made_it = true;
    for (size_t i = 0; i < n; i++) text_char(out, (char)toupper((unsigned char)tex[i]));
    return ST_OK;
}

static void what_is_remembered_has_an_end(void **s)
{
    struct err e;
    struct rich *r;
    struct text t;
    const char *html;
    struct arena a;
    (void)s;
    arena_init(&a, 64 * 1024 * 1024);
    text_init(&t, RICH_SOURCE_MAX);
    assert_int_equal(rich_open_with(&r, &(struct rich_math){shout, NULL}, &e), ST_OK);
    for (int i = 0; i < 30; i++) {
        text_clear(&t);
        for (int k = 0; k < 1500; k++) text_printf(&t, "$a%d$ ", i * 1500 + k);
        assert_int_equal(rich_html(r, &a, text_str(&t), RICH_BLOCK, &html, &e), ST_OK);
        assert_memory_equal(html, "<p>A", 4);
        assert_int_equal(strtol(html + 4, NULL, 10), i * 1500);
        arena_reset(&a);
    }
    for (int k = 0; k < 1500; k++) text_add(&t, "$a$ ");
    assert_int_equal(rich_html(r, &a, text_str(&t), RICH_BLOCK, &html, &e), ST_INVALID);
    rich_close(r);
    text_release(&t);
    arena_release(&a);
}

static pid_t helper(void)
{
    int pid = 0;
    FILE *f = fopen("/proc/thread-self/children", "r");
    if (!f) return 0;
    if (fscanf(f, "%d", &pid) != 1) pid = 0;
    fclose(f);
    return pid;
}

static void a_helper_that_dies_or_hangs_is_replaced(void **s)
{
    (void)s;
    made("$q_0$", RICH_BLOCK);
    if (!helper()) {
        print_message("SKIPPED: this system does not say who a process's children are\n");
        skip();
    }
    assert_int_equal(kill(helper(), SIGKILL), 0);
    IS("$q_1$", "<p><math><mrow><msub><mi>q</mi><mn>1</mn></msub></mrow></math></p>"); /* asked again */
    assert_string_equal(warned(), "");
    assert_int_equal(kill(helper(), SIGSTOP), 0);
    IS("$q_2$", "<p><code>q_2</code></p>"); /* after 5 s */
    assert_string_equal(warned(), "rich.math");
    IS("$q_3$", "<p><math><mrow><msub><mi>q</mi><mn>3</mn></msub></mrow></math></p>");
}

static void what_was_made_is_not_made_again(void **s)
{
    (void)s;
    size_t asked = rich_counts(rich).asked;
    made("$x+y+z$ and $x+y+z$", RICH_BLOCK);
    made("$x+y+z$", RICH_INLINE);
    assert_int_equal(rich_counts(rich).asked, asked + 1);
}

static void broken_text_is_refused(void **s)
{
    const char *html;
    struct err e;
    (void)s;
    assert_int_equal(rich_html(rich, &arena, "\xff", RICH_BLOCK, &html, &e), ST_INVALID);
}

static void an_item_is_compiled_to_its_last_hint(void **s)
{
    struct err e;
    json_t *doc = json_loads(
        "{\"body\":\"*a*\",\"interaction\":{\"choices\":[{\"id\":\"1\",\"body\":\"$2$\"}]},\"errors\":[{\"match\":"
        "\"1\",\"feedback\":\"f\"}],"
        "\"hints\":[{\"body\":\"h\",\"hints\":[{\"title\":\"t\",\"body\":\"s\"}]}],\"title_html\":\"<script>\"}",
        0, NULL);
    (void)s;
    assert_int_equal(item_compile(rich, &arena, doc, &e), ST_OK);
    char *text = json_dumps(doc, JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(
        text, "{\"body\":\"*a*\",\"body_html\":\"<p><em>a</em></"
              "p>\",\"errors\":[{\"feedback\":\"f\",\"feedback_html\":\"<p>f</p>\",\"match\":\"1\"}],"
              "\"hints\":[{\"body\":\"h\",\"body_html\":\"<p>h</p>\",\"hints\":[{\"body\":\"s\",\"body_html\":\"<p>s</"
              "p>\",\"title\":\"t\",\"title_html\":\"t\"}]}],"
              "\"interaction\":{\"choices\":[{\"body\":\"$2$\",\"body_html\":\"<math><mrow><mn>2</mn></mrow></"
              "math>\",\"id\":\"1\"}]}}");
    free(text);
    json_decref(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(markdown_becomes_elements_of_the_list),
                                       cmocka_unit_test(nothing_else_comes_out),
                                       cmocka_unit_test(tex_becomes_mathml),
                                       cmocka_unit_test(variables_stay_variables),
                                       cmocka_unit_test(hostile_tex_ends),
                                       cmocka_unit_test(a_formula_that_fails_is_told_each_time),
                                       cmocka_unit_test(what_is_remembered_has_an_end),
                                       cmocka_unit_test(a_helper_that_dies_or_hangs_is_replaced),
                                       cmocka_unit_test(what_was_made_is_not_made_again),
                                       cmocka_unit_test(broken_text_is_refused),
                                       cmocka_unit_test(an_item_is_compiled_to_its_last_hint)};
    return cmocka_run_group_tests(tests, open_all, close_all);
}
