/* Every part of the interface with sample content, to look at and to check: the sample people are invented. */
#include "frame/page.h"

#define LIST(a) (a), sizeof(a) / sizeof *(a)
#define SAFE(s) ((struct safe_html){(s), sizeof(s) - 1})

enum st web_style(struct call *c, struct err *e)
{
    static const struct ui_option options[] = {
        {"a", SAFE("<p>10 songs</p>"), true, NULL},
        {"b", SAFE("<p>12 songs</p>"), false, NULL},
        {"c", SAFE("<p><math><mfrac><mn>5</mn><mn>72</mn></mfrac></math> of a song</p>"), false, "5/72 of a song"}};
    static const struct ui_hint hints[] = {{"h1",
                                            SAFE("A common size"),
                                            SAFE("<p>Draw the hour in twelfths.</p>"),
                                            false,
                                            NULL,
                                            NULL,
                                            NULL,
                                            0,
                                            NULL,
                                            0,
                                            {0},
                                            false},
                                           {"h2",
                                            {0},
                                            SAFE("<p>How many twelfths are in one sixth?</p>"),
                                            true,
                                            "text_entry",
                                            NULL,
                                            NULL,
                                            0,
                                            "2",
                                            1,
                                            SAFE("Two twelfths make one sixth."),
                                            false},
                                           {"h3",
                                            {0},
                                            SAFE("<p>And in five sixths?</p>"),
                                            true,
                                            "text_entry",
                                            NULL,
                                            NULL,
                                            0,
                                            "5",
                                            2,
                                            SAFE("Five is the number of sixths."),
                                            false}};
    static const struct ui_path_step steps[] = {{2, "a"}, {2, "b"}, {1, "c"}, {0, "d"}, {0, "e"}};
    static const struct ui_plan_row must[] = {
        {"Multiplying fractions", "Secure. Last practiced Monday.", 3, true, NULL},
        {"Dividing fractions", "About 2 more right on your own and this is secure", 1, false, "/today"}};
    static const struct ui_fact facts[] = {{"Chance that it is known", "88%", "(needs 95%)", false},
                                           {"Answers that count", "7", "(needs 5)", true}};
    const struct ui_evidence_row evidence[] = {
        {c->now_ms - 240000, "5/6 ÷ 1/12", NULL, "10", 1, 0, 48000, NULL, 0.82, 0.88, 6, true},
        {c->now_ms - 540000, "2/3 ÷ 4/5", NULL, "3/2 × 4/5", 0, 0, 61000, NULL, 0.86, 0.82, -4, true}};
    struct page *p;
    TRY(page_begin(c, NULL, &p, e));
    enum lang lang = page_lang(c);
    const struct ui_feedback_view feedbacks[] = {
        {1, NULL, SAFE("<p>Five sixths is ten twelfths.</p>"), 2, NULL, NULL, MSG_NONE, false},
        {2, msg(lang, MSG_feedback_try_again), {0}, 0, NULL, NULL, MSG_NONE, true},
        {3, msg(lang, MSG_feedback_unread_words), {0}, 0, NULL, NULL, MSG_NONE, true},
        {4, NULL, {0}, 0, NULL, NULL, MSG_NONE, false}};
    struct page_style page = {LIST(options),
                              LIST(feedbacks),
                              .hints = {"1", 1, 1, LIST(hints), 4, 3, "h4"},
                              .steps = steps,
                              .steps_n = 5,
                              .kinds = web_help_kinds,
                              .kinds_n = WEB_HELP_KINDS,
                              .must = must,
                              .must_n = 2,
                              .why = {.learner = "Maya Okafor",
                                      .skill = "Dividing fractions",
                                      .code = "6.NS.A.1",
                                      .level = 2,
                                      .summary = "4 of 5 right without help so far.",
                                      .rule = "Secure means very likely known (95%), after at least 5 first attempts.",
                                      .rule_version = 7,
                                      .facts = facts,
                                      .facts_n = sizeof facts / sizeof *facts,
                                      .change = "two more right on her own.",
                                      .show_steps = true,
                                      .evidence = evidence,
                                      .evidence_n = sizeof evidence / sizeof *evidence,
                                      .more = 3,
                                      .form_url = "/style"}};
    return page_end(p, page_style(&p->html, &p->ctx, &page), e);
}
