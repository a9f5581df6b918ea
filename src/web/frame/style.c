/* Every part of the interface with sample content, to look at and to check: the sample people are invented. */
#include <math.h>

#include "frame/learner.h"
#include "frame/route.h"
#include "ui/chart.h"

#define LIST(a) (a), sizeof(a) / sizeof *(a)
#define SAFE(s) ((struct safe_html){(s), sizeof(s) - 1})

/* The chart frame once with each kind of chart. */
static enum st fill_plates(struct call *c, struct ui_plate *plates, struct err *e)
{
    static const double why_gap[] = {90, 62}, way_gap[] = {70, 66}, grade5[] = {41, 54, 66}, grade6[] = {30, 43, 57},
                        classes[] = {22, 31, 35, 38, 44, 46, 51, 52, 58, 63, 70, 81};
    static const struct chart_row gap[] = {{"Told why it is next", "offered 90%, said so 62%", LIST(why_gap)},
                                           {"Could choose the way", "offered 70%, said so 66%", LIST(way_gap)},
                                           {"English learners", "too few answers to show", NULL, 0}};
    static const struct chart_row bars[] = {{"Grade 5", "54%, middle half 41 to 66", LIST(grade5)},
                                            {"Grade 6", "43%, middle half 30 to 57", LIST(grade6)}};
    static const struct chart_row strip[] = {{"12 classes", NULL, LIST(classes)}};
    static const struct chart charts[] = {
        {CHART_DUMBBELL, "Offered and taken, for two kinds of choice", 0, 100, (double)NAN, LIST(gap)},
        {CHART_INTERVAL, "The middle half of two grades", 0, 100, 50, LIST(bars)},
        {CHART_STRIP, "Each dot is a class", 0, 100, (double)NAN, LIST(strip)}};
    static const char *const told[] = {"90%", "62%"}, *const chose[] = {"70%", "66%"},
                             *const fifth[] = {"41 to 66", "54"}, *const sixth[] = {"30 to 57", "43"},
                             *const ends[] = {"22", "51", "81"};
    static const struct ui_plate_row gap_rows[] = {{"Told why it is next", LIST(told)},
                                                   {"Could choose the way", LIST(chose)}};
    static const struct ui_plate_row bar_rows[] = {{"Grade 5", LIST(fifth)}, {"Grade 6", LIST(sixth)}};
    static const struct ui_plate_row strip_rows[] = {{"12 classes", LIST(ends)}};
    static const char *const gap_heads[] = {"Kind of choice", "Offered", "Taken"};
    static const char *const bar_heads[] = {"Grade", "Middle half", "Middle student"};
    static const char *const strip_heads[] = {"Classes", "Lowest", "Middle", "Highest"};
    static const struct ui_plate tables[] = {{.heads = gap_heads, .heads_n = 3, .rows = gap_rows, .rows_n = 2},
                                             {.heads = bar_heads, .heads_n = 3, .rows = bar_rows, .rows_n = 2},
                                             {.heads = strip_heads, .heads_n = 4, .rows = strip_rows, .rows_n = 1}};
    static const char *const findings[] = {"Students are told why less often than teachers think",
                                           "Grade 6 is below the promise", "Classes differ widely"};
    static const char *const counted[] = {"Hollow: offered. Filled: taken. 412 answers of 614 students.",
                                          "Bar: the middle half of students. Dashed: what we promised.",
                                          "Each dot is a class. Nothing is sorted by outcome."};
    for (size_t i = 0; i < 3; i++) {
        struct text t;
        text_init(&t, 16384);
        chart_svg(&t, &charts[i]);
        const char *svg = arena_strdup(c->arena, text_str(&t));
        text_release(&t);
        if (!svg) return err_fail(e, ST_NOMEM, "err.memory", "chart");
        plates[i] = tables[i];
        plates[i].finding = findings[i];
        plates[i].counted = counted[i];
        plates[i].picture = trusted(svg);
        plates[i].cannot = "Why. It shows what is, not what would help.";
    }
    return ST_OK;
}

static enum st web_style(struct call *c, struct err *e)
{
    static const char *const icons[] = {
        "today", "map",     "folder", "project",  "clock",  "plan",  "people", "book",  "school", "hill",
        "talk",  "compass", "screen", "paper",    "blocks", "alone", "pair",   "group", "hint",   "hands",
        "why",   "print",   "more",   "language", "out",    "check", "next",   "eye",   "pencil", "download"};
    static const char *const spots[] = {"screen", "paper", "talk", "hands", "alone", "pair", "group"};
    static const char *const inks[] = {"sky", "leaf", "sun", "clay", "stone", "soil", "glow"};
    static const char *const stones[] = {"stone0", "stone1", "stone2", "stone3"};
    static const struct ui_blaze_sample blazes[] = {{"river", "Fractions"},   {"heather", "Ratios and rates"},
                                                    {"berry", "Expressions"}, {"fern", "Geometry"},
                                                    {"copper", "Data"},       {"slate", "Reading"}};
    static const struct ui_coat_sample persons[] = {
        {"Maya", "clay"}, {"Leo", "leaf"}, {"Ana", "sky"}, {"Tariq", "sun"}};
    static const struct ui_way ways[] = {
        {"screen", "on a screen, alone", "Kitchen mix-up", "7 questions with hints", "#"},
        {"paper", "on paper, alone", "Paper strips", "Two strips to fold and shade", "#"},
        {"pair", "hands-on, with a partner", "True sums", "Cards on the table", "#"},
        {"talk", "talk, in a group", "Explain it", "To someone who has not seen it", "#"}};
    static const struct ui_path_step glyphs[] = {{2, ""}, {2, ""}, {2, ""}, {0, ""}, {0, ""}};
    struct ui_plate plates[3];
    TRY(fill_plates(c, plates, e));
    static const struct ui_option options[] = {
        {.id = "a", .body = SAFE("<p>10 songs</p>"), .chosen = true},
        {.id = "b", .body = SAFE("<p>12 songs</p>")},
        {.id = "c",
         .body = SAFE("<p><math><mfrac><mn>5</mn><mn>72</mn></mfrac></math> of a song</p>"),
         .name = "5/72 of a song"}};
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
                              .icons = icons,
                              .icons_n = sizeof icons / sizeof *icons,
                              .blazes = blazes,
                              .blazes_n = sizeof blazes / sizeof *blazes,
                              .inks = inks,
                              .inks_n = sizeof inks / sizeof *inks,
                              .spots = spots,
                              .spots_n = sizeof spots / sizeof *spots,
                              .ways = ways,
                              .ways_n = sizeof ways / sizeof *ways,
                              .glyphs = glyphs,
                              .glyphs_n = sizeof glyphs / sizeof *glyphs,
                              .persons = persons,
                              .persons_n = sizeof persons / sizeof *persons,
                              .stones = stones,
                              .stones_n = sizeof stones / sizeof *stones,
                              .plates = plates,
                              .plates_n = 3,
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

const struct route style_routes[] = {
    GET("/style", MAY_ANYONE, web_style, .summary = "All parts of the interface"),
    {0},
};
