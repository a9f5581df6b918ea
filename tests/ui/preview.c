/* Renders every page with realistic and extreme sample data: preview OUTDIR. For looking, and for the accessibility
 * check; not shipped. All people are invented. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ui/asset.h"
#include "ui/pages.h"

#define N(a) (sizeof(a) / sizeof *(a))
#define L(a) (a), N(a)
#define SAFE(s) ((struct safe_html){(s), sizeof(s) - 1})

static const char *out_dir;
static struct html h;
static struct text t;
static struct page_ctx c;
static const int64_t now = 1772534520000; /* Tuesday 3 March 2026, 10:42 */
static const int64_t hour = 3600000, day = 86400000;

/* The same page from right to left: for the look of it, with English words. */
static void mirror(void)
{
    char *p = t.p ? strstr(t.p, "dir=\"ltr\"") : NULL;
    if (p) memcpy(p, "dir=\"rtl\"", 9);
}

static void put(const char *name, const void *p, size_t n)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", out_dir, name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(p, 1, n, f) != n || fclose(f)) {
        fprintf(stderr, "%s cannot be written\n", path);
        exit(1);
    }
}

static void done(const char *name, enum st st)
{
    char file[128];
    if (st != ST_OK) {
        fprintf(stderr, "%s: %s\n", name, st_name(st));
        exit(1);
    }
    snprintf(file, sizeof file, "%s.html", name);
    put(file, t.p, t.n);
    text_clear(&t);
}
#define SHOW(name, page, ...) done(name, page_##page(&h, &c, &(struct page_##page){__VA_ARGS__}))

static const struct ui_link langs[] = {{"Español", "?lang=es"}}, langs_es[] = {{"English", "?lang=en"}};
static const struct ui_nav_item nav_student[] = {{MSG_nav_today, "/today", "today", true, true},
                                                 {MSG_menu_map, "/map", "map", false, false},
                                                 {MSG_menu_my_work, "/report/42", "folder", false, false}};
static const struct ui_nav_item nav_map[] = {{MSG_nav_today, "/today", "today", false, false},
                                             {MSG_menu_map, "/map", "map", true, true},
                                             {MSG_menu_my_work, "/report/42", "folder", false, false}};
static const struct ui_nav_item nav_teacher[] = {{MSG_nav_now, "/now", "clock", true, true},
                                                 {MSG_nav_classes, "/class/7", "people", false, false},
                                                 {MSG_menu_work, "/checkpoints", "folder", false, false},
                                                 {MSG_menu_library, "/frameworks", "book", false, false}};
static const struct ui_nav_item nav_class[] = {{MSG_nav_now, "/now", "clock", false, false},
                                               {MSG_nav_classes, "/class/7", "people", true, false},
                                               {MSG_menu_work, "/checkpoints", "folder", false, false},
                                               {MSG_menu_library, "/frameworks", "book", false, false}};
static const struct ui_nav_item nav_leader[] = {{MSG_nav_school, "/school", "school", false, false},
                                                {MSG_menu_learning, "/goals", "hill", false, false},
                                                {MSG_menu_voices, "/drafts", "talk", false, false},
                                                {MSG_menu_how_we_work, "/definition", "compass", true, false},
                                                {MSG_menu_people, "/programs", "people", false, false}};
static const struct ui_nav_item sub_leader[] = {{MSG_nav_definition, "/definition", NULL, false, false},
                                                {MSG_nav_rules, "/rules", NULL, true, true},
                                                {MSG_nav_needs, "/requirements", NULL, false, false}};
static const struct ui_nav_item nav_family[] = {{MSG_nav_children, "/children", "people", true, true},
                                                {MSG_menu_how_we_work, "/definition", "compass", false, false}};

static void who(const char *name, const char *role, const struct ui_nav_item *nav, size_t n, enum lang lang)
{
    bool student = str_eq(role, "student");
    c = (struct page_ctx){.lang = lang,
                          .now_ms = now,
                          .csrf = "sample",
                          .learner_id = student ? "42" : NULL,
                          .user_name = name,
                          .role = role,
                          .school = "Riverside Middle School (sample)",
                          .home = nav ? nav[0].address : "/",
                          .nav = nav,
                          .nav_n = n,
                          .sub = nav == nav_leader ? sub_leader : NULL,
                          .sub_n = nav == nav_leader ? N(sub_leader) : 0,
                          .languages = lang == LANG_ES ? langs_es : langs,
                          .languages_n = 1};
}

static const struct ui_help_kind kinds[] = {{"hint", MSG_help_kind_hint},
                                            {"explain", MSG_help_kind_explain},
                                            {"check", MSG_help_kind_check},
                                            {"talk", MSG_help_kind_talk}};
static const struct ui_plan_row must[] = {
    {"Multiplying fractions", "Secure. Last practiced Monday.", 3, true, "/why?c=1"},
    {"Paper strips: how many halves in 5?", "With Leo and Ana, at the table", 3, true, NULL},
    {"Dividing fractions", "About 2 more right on your own and this is secure", 1, false, "/item?c=3"},
    {"Unit rates", "Not started yet.", 0, false, "/item?c=4"},
};
static const struct ui_choice_card choices[] = {
    {"Unit rates with bikes", "New. It builds on dividing.", "screen · alone", "/item?c=4"},
    {"Decimals: multiply", "Close: one more and it is secure.", "screen · alone", "/item?c=5"},
    {"Adding fractions", "A quick review.", "review", "/item?c=6"},
};
static const struct ui_path_step steps[] = {{2, "a"}, {2, "b"}, {2, "c"}, {1, "d"}, {0, "e"}, {0, "f"}, {0, "g"}};
static const struct ui_path_step glyphs[] = {{2, ""}, {2, ""}, {2, ""}, {2, ""}, {0, ""},
                                             {0, ""}, {0, ""}, {0, ""}, {0, ""}};
static const struct ui_goal goals[] = {
    {"Ratios and rates", "Four more skills lead to the skate-park plan.", L(steps), 3, 7}};
static const struct ui_next_step next = {"Dividing fractions",
                                         "Dividing fractions",
                                         1,
                                         "“Multiplying fractions” is secure, and “Dividing fractions” builds on it.",
                                         "/item?c=3",
                                         "/item?c=3&other=1",
                                         "/why?c=3",

                                         true};

static struct ui_today_view today_view(void)
{
    return (struct ui_today_view){.learner = "Maya",
                                  .class_title = "Math 7 · period 3",
                                  .next = &next,
                                  .must = must,
                                  .must_n = N(must),
                                  .must_done = 2,
                                  .choices = choices,
                                  .choices_n = N(choices),
                                  .goals = goals,
                                  .goals_n = 1,
                                  .minutes = 22,
                                  .minutes_budget = 45,
                                  .glyphs = glyphs,
                                  .glyphs_n = N(glyphs),
                                  .answers = 9,
                                  .help_kinds = kinds,
                                  .help_kinds_n = N(kinds),
                                  .client_id = "preview-0001"};
}

static const struct ui_map_row rows1[] = {
    {"Multiplying fractions", "5.NF.B.4", 3, "Secure. Last practiced Monday.", "/why?c=1"},
    {"Dividing fractions", "6.NS.A.1", 2,
     "You’ve gotten 4 of 5 right on your own. About 2 more right on your own and this is secure.", "/why?c=3"},
    {"Adding fractions with unlike denominators, also as mixed numbers and in problems about time", "5.NF.A.1", 1,
     "Only 3 answers so far.", "/why?c=6"}};
static const struct ui_map_row rows2[] = {{"Ratios in words", "6.RP.A.1", 1, "Only 1 answer so far.", "/why?c=8"},
                                          {"Unit rates", "6.RP.A.2", 0, "Not started yet.", "/why?c=4"}};
static const struct ui_map_group groups[] = {{"Fractions", L(rows1), 1,
                                              "Standards of an example state, shown by its leave.", "CC BY 4.0",
                                              "https://creativecommons.org/licenses/by/4.0/"},
                                             {"Ratios and rates", L(rows2), 0, NULL, NULL, NULL}};

static const struct ui_fact facts[] = {{"Chance that it is known", "88%", "(needs 95%)", false},
                                       {"Answers that count", "7", "(needs 6)", true}};
static const struct ui_evidence_row evidence[] = {
    {now - 4 * 60000, "5/6 ÷ 1/12, songs", NULL, "10", 1, 0, 48000, NULL, 0.82, 0.88, 6, true},
    {now - 9 * 60000, "2/3 ÷ 4/5, songs", NULL, "3/2 × 4/5", 0, 0, 61000, "turned the first fraction over", 0.86, 0.82,
     -4, true},
    {now - 11 * 60000, "2/3 ÷ 4/5, songs", NULL, "two thirds over <b>4</b>", 3, 0, 8000, NULL, 0.86, 0.86, 0, false},
    {now - day, "Paper strips with Leo and Ana", NULL, NULL, 4, 0, 0, "scored by Ms. Rivera", 0.77, 0.86, 9, true},
    {now - day - hour, "3/4 ÷ 1/2, recipes", NULL, "1 1/2", 1, 1, 93000, NULL, 0.74, 0.77, 3, true},
    {now - 9 * day, "1/2 ÷ 1/8, ribbons", NULL, "4", 1, 2, 150000, NULL, 0.7, 0.74, 4, true}};
static const struct ui_look_row looks[] = {
    {now - 2 * day, "5", "42", "I did two of these on paper last week",
     "You are right, bring them tomorrow and we look together.", "Ana Rivera", now - day},
    {now - hour, "6", "42", "The last one was a slip of the pen", NULL, NULL, 0}};
static const struct ui_why_view why = {
    .learner = "Maya Okafor",
    .skill = "Dividing fractions",
    .code = "6.NS.A.1",
    .level = 2,
    .summary = "Right on 4 of the last 5, two of them without hints. The one miss was turning the first fraction over "
               "instead of the second.",
    .rule = "Secure means very likely known (95%), after at least 6 first attempts.",
    .rule_version = 7,
    .facts = facts,
    .facts_n = N(facts),
    .change = "two more right on her own, one of them on Friday or later.",
    .show_steps = true,
    .evidence = evidence,
    .evidence_n = N(evidence),
    .more = 3,
    .competency_id = "4",
    .learner_id = "42",
    .form_url = "/class/7/cell",
    .looks = looks,
    .looks_n = N(looks)};

#define FRAC(a, b) "<math><mfrac><mn>" #a "</mn><mn>" #b "</mn></mfrac></math>"
#define STEM \
    "<p>A playlist has " FRAC(5, 6) " of an hour left. Each song takes " FRAC( \
        1, 12) " of an hour. How many songs can still play?</p>"

static const struct ui_option opts[] = {
    {.id = "a", .body = SAFE("<p>" FRAC(5, 72) " of a song</p>")},
    {.id = "b", .body = SAFE("<p>10 songs</p>"), .chosen = true},
    {.id = "c",
     .body = SAFE("<p>12 songs, because there are twelve twelfths in an hour and each song takes one of them</p>")},
    {.id = "d", .body = SAFE("<p>It cannot be said</p>")}};
static const struct ui_option order_opts[] = {{.id = "a", .body = SAFE("<p>" FRAC(1, 2) "</p>")},
                                              {.id = "b", .body = SAFE("<p>" FRAC(3, 8) "</p>")},
                                              {.id = "c", .body = SAFE("<p>0.6</p>")},
                                              {.id = "d", .body = SAFE("<p>" FRAC(2, 3) "</p>")}};
static const struct ui_hint hints1[] = {{"h1",
                                         SAFE("A common size"),
                                         SAFE("<p>Draw the hour in twelfths. Colour " FRAC(5, 6) " of it.</p>"),
                                         false,
                                         NULL,
                                         NULL,
                                         NULL,
                                         0,
                                         NULL,
                                         0,
                                         {0},
                                         false}};
static const struct ui_hint hints3[] = {{"h1",
                                         SAFE("A common size"),
                                         SAFE("<p>Draw the hour in twelfths. Colour " FRAC(5, 6) " of it.</p>"),
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
                                        {"h2s1",
                                         {0},
                                         SAFE("<p>Look at your drawing: each sixth is cut in two.</p>"),
                                         false,
                                         NULL,
                                         NULL,
                                         NULL,
                                         0,
                                         NULL,
                                         0,
                                         {0},
                                         true},
                                        {"h3",
                                         {0},
                                         SAFE("<p>So how many twelfths are in five sixths?</p>"),
                                         true,
                                         "text_entry",
                                         NULL,
                                         NULL,
                                         0,
                                         "5",
                                         2,
                                         SAFE("Five is the number of sixths. Each holds two twelfths."),
                                         false}};

static struct page_item item(const char *kind)
{
    return (struct page_item){.item_id = "1001",
                              .variant = 3,
                              .client_id = "preview-0002",
                              .title = "Songs in a playlist",
                              .skill = "Dividing fractions",
                              .skill_level = 1,
                              .body = SAFE(STEM),
                              .kind = kind,
                              .hints = {.item_id = "1001", .variant = 3, .total = 3, .used = 0, .next_id = "h1"},
                              .path = steps,
                              .path_n = N(steps),
                              .path_done = 3,
                              .opens = "Unit rates",
                              .why = "“Multiplying fractions” is secure, and “Dividing fractions” builds on it.",
                              .why_url = "/why?c=3",
                              .attribution = "Sample pack",
                              .attribution_url = "https://example.org/",
                              .licence = "CC BY 4.0",
                              .licence_url = "https://creativecommons.org/licenses/by/4.0/",
                              .leave_url = "/today",
                              .post_url = "/answer",
                              .help_kinds = kinds,
                              .help_kinds_n = N(kinds),
                              .help_client_id = "preview-0003"};
}

static const char *const names[] = {
    "Abdi Hassan",  "Amara Nwosu",   "Ana Lucía Paredes", "Aria Chen",      "Ben Whitfield",
    "Camila Ortiz", "Chidi Eze",     "Dilnoza Karimova",  "Elias Berg",     "Fatima Zahra El Idrissi Bouanani",
    "Finn O’Leary", "Grace Park",    "Hana 鈴木",         "Ibrahim Diallo", "Isla Morgan",
    "Jamal Carter", "Jonas Weber",   "Kaia Lindqvist",    "Leo Martins",    "Lucía Fernández-Gómez de la Torre",
    "Maya Okafor",  "Mei 田中",      "Noah Friedman",     "نور حداد",       "Оскар Новак",
    "Priya Raman",  "Quinn Delaney", "Rosa Jiménez",      "Sam Whitehorse", "Sofia Rossi",
    "Tariq Aziz",   "உமா கிருஷ்ணன்",   "Victor Dubois",     "Yusuf Demir",    "Zoe Παπαδάκη"};
static const char *const skills[] = {"Place value to millions",
                                     "Factors and multiples",
                                     "Adding fractions",
                                     "Multiplying fractions",
                                     "Dividing fractions",
                                     "Decimals: multiply",
                                     "Decimals: divide",
                                     "Ratios in words",
                                     "Unit rates",
                                     "Percent of a number",
                                     "Negative numbers",
                                     "Coordinates in all four quadrants of the plane",
                                     "Expressions",
                                     "One-step equations",
                                     "Inequalities",
                                     "Area of triangles",
                                     "Nets and surface",
                                     "Mean and median"};

static void class_page(const char *file, size_t n_rows, size_t n_cols, bool es)
{
    struct ui_skill_col *cols = calloc(n_cols + 1, sizeof *cols);
    struct ui_grid_row *rows = calloc(n_rows + 1, sizeof *rows);
    struct ui_grid_cell *cells = calloc(n_rows * n_cols + 1, sizeof *cells);
    char(*ids)[16] = calloc(n_rows + n_cols + 1, sizeof *ids);
    if (!cols || !rows || !cells || !ids) exit(1);
    uint32_t r = 7;
    for (size_t k = 0; k < n_cols; k++) {
        snprintf(ids[k], 16, "%zu", 500 + k);
        cols[k] = (struct ui_skill_col){ids[k], skills[k % N(skills)], "6.NS", NULL, 0};
    }
    for (size_t i = 0; i < n_rows; i++) {
        snprintf(ids[n_cols + i], 16, "%zu", 100 + i);
        r = r * 1664525u + 1013904223u;
        double able = (double)(r >> 8) / 16777216.0 * 3.4;
        for (size_t k = 0; k < n_cols; k++) {
            r = r * 1664525u + 1013904223u;
            double v = able + 1.2 - (double)k * 3.0 / (double)n_cols + ((double)(r >> 8) / 16777216.0 - 0.5) * 1.6;
            int level = v < 0.5 ? 0 : v < 1.5 ? 1 : v < 2.5 ? 2 : 3;
            cells[i * n_cols + k] = (struct ui_grid_cell){ids[k], level};
            cols[k].secure += level == 3;
        }
        rows[i] = (struct ui_grid_row){ids[n_cols + i],    names[i % N(names)],
                                       "/student/100",     i == 13 ? "back after 2 weeks" : NULL,
                                       cells + i * n_cols, n_cols};
    }
    who("Ms. Rivera", "teacher", L(nav_class), es ? LANG_ES : LANG_EN);
    SHOW(file, class_grid, .class_id = "7", .title = "Math 7 · period 3", .as_of = now, .live = true, .cols = cols,
         .cols_n = n_cols, .rows = rows, .rows_n = n_rows, .csv_url = "/class/7.csv", .cards_url = "/class/7/cards");
    free(cols);
    free(rows);
    free(cells);
    free(ids);
}

static void student_pages(void)
{
    who("Maya Okafor", "student", L(nav_student), LANG_EN);
    SHOW("today", today, .t = today_view());
    c.lang = LANG_ES;
    SHOW("today-es", today, .t = today_view());
    c.lang = LANG_EN;
    struct page_today mirrored = {.t = today_view()};
    enum st st = page_today(&h, &c, &mirrored);
    mirror();
    done("today-rtl", st);
    struct ui_today_view v = {
        .learner = "Leo", .class_title = "Math 7 · period 3", .help_waiting = msg(LANG_EN, MSG_help_sent)};
    SHOW("today-empty", today, .t = v);
    c.big = true;
    struct page_item it = item("text_entry");
    it.saved_at = now;
    done("item", page_item(&h, &c, &it));
    it.response = "5/72";
    it.hints = (struct ui_hints_view){"1001", 1, 3, L(hints1), 3, 1, "h2"};
    it.feedback = (struct ui_feedback_view){
        2,
        "5/72 of a song is less than one song. Did you multiply? Ask: how many twelfths fit into five sixths?",
        {0},
        0,
        NULL,
        NULL,
        MSG_NONE,
        true};
    done("item-wrong", page_item(&h, &c, &it));
    it.feedback =
        (struct ui_feedback_view){3, msg(LANG_EN, MSG_feedback_unread_words), {0}, 0, NULL, NULL, MSG_NONE, true};
    it.response = "ten-ish";
    done("item-unread", page_item(&h, &c, &it));
    it.response = "10";
    it.feedback = (struct ui_feedback_view){1,
                                            "Five sixths is ten twelfths, so ten songs.",
                                            {0},
                                            2,
                                            "Dividing fractions is now: nearly.",
                                            "/item",
                                            MSG_NONE,
                                            false};
    done("item-right", page_item(&h, &c, &it));
    it = item("text_entry");
    it.hints = (struct ui_hints_view){"1001", 1, 3, L(hints3), 4, 4, NULL};
    it.part_n = 2;
    it.part_of = 3;
    it.unit = "songs";
    it.stimulus = SAFE("<p>Ana makes a playlist for the bus. It is an hour "
                       "long.</p><table><tr><th>Song</th><th>Hours</th></tr><tr><td>Short</td><td>" FRAC(
                           1, 24) "</td></tr><tr><td>Long</td><td>" FRAC(1, 12) "</td></tr></table>");
    done("item-scaffold", page_item(&h, &c, &it));
    it = item("choice");
    it.options = opts;
    it.options_n = N(opts);
    done("item-choice", page_item(&h, &c, &it));
    it.kind = "choices";
    done("item-choices", page_item(&h, &c, &it));
    it = item("order");
    it.order_url = "/draft";
    it.options = order_opts;
    it.options_n = N(order_opts);
    it.body = SAFE("<p>Order these from smallest to largest.</p>");
    done("item-order", page_item(&h, &c, &it));
    who("Maya Okafor", "student", L(nav_map), LANG_EN);
    SHOW("map", map, .groups = groups, .groups_n = N(groups), .skills = 5, .secure = 1);
    SHOW("map-empty", map, .skills = 0);
    struct ui_why_view w = why;
    w.learner = NULL;
    w.summary = "You’ve gotten 4 of 5 right on your own.";
    w.change = "two more right on your own, one of them on Friday or later.";
    SHOW("why", why, .w = w, .back_url = "/map", .practise_url = "/item?c=3");
    done("hints", page_hints(&h, &c, &(struct page_hints){{"1001", 1, 3, L(hints1), 3, 1, "h2"}}));
    done("feedback",
         page_feedback(&h, &c,
                       &(struct page_feedback){
                           {2, "Check your work and try again, or use a hint.", {0}, 0, NULL, NULL, MSG_NONE, true}}));
}

static void staff_pages(void)
{
    static const struct ui_class_row classes[] = {
        {"Math 7 · period 2", NULL, "/class/6", 34, 0, now - 23 * hour},
        {"Math 7 · period 3", NULL, "/class/7", 35, 33, now},
        {"Math 8 · period 5", "no sign-in cards printed yet", "/class/8", 1, 0, 0}};
    static const struct ui_help_row help[] = {
        {"Nour Haddad", MSG_help_kind_explain, now - 4 * 60000, "Unit rates",
         "I don’t get why you divide by the hours.", "/student/23", "9", "23"},
        {"Fatima Zahra El Idrissi Bouanani", MSG_help_kind_check, now - 60000, NULL, NULL, "/student/10", "10", "10"}};
    static const struct ui_queue_row queue[] = {
        {"Jamal Carter", "Math 7 · period 3", NULL, 0,
         "Same mistake 3 times: turns the first fraction over, not the second.", "answered 3/2 × 4/5 for 2/3 ÷ 4/5",
         MSG_queue_open, "/class/7/cell?learner=15&competency=4"},
        {"Victor Dubois", "Math 8 · period 5", "behind", 0,
         "Answering too fast: 14 answers in under 3 seconds each, and fewer than half right this week. More practice "
         "questions won’t help; talk first.",
         NULL, MSG_queue_talk, "/student/32"},
        {"Ibrahim Diallo", "Math 7 · period 3", NULL, 0, "Back after 15 days without answers.", NULL, MSG_queue_view,
         "/student/13"},
        {"Grace Park", "Math 7 · period 3", NULL, 0, "Everything assigned is secure. Ready for something richer.", NULL,
         MSG_queue_view, "/student/12"}};
    who("Ms. Rivera", "teacher", L(nav_teacher), LANG_EN);
    SHOW("now", now, .students = 148, .classes = classes, .classes_n = N(classes), .help = help, .help_n = N(help),
         .queue = queue, .queue_n = N(queue), .queue_more = 8);
    SHOW("classes", classes, .classes = classes, .classes_n = N(classes));
    SHOW("now-quiet", now, .students = 0);
    class_page("class", 35, 18, false);
    class_page("class-60", 35, 60, false);
    class_page("class-150x60", 150, 60, false);
    class_page("class-one", 1, 18, false);
    class_page("class-empty", 0, 18, false);
    class_page("class-no-skills", 35, 0, false);
    class_page("class-es", 35, 18, true);
    who("Ms. Rivera", "teacher", L(nav_class), LANG_EN);
    done("cell", page_cell(&h, &c,
                           &(struct page_cell){.w = why,
                                               .view_url = "/student/42",
                                               .why_url = "/class/7/cell?learner=42&competency=4&page=1",
                                               .post_url = "/class/7/observe",
                                               .learner_id = "42",
                                               .competency_id = "4",
                                               .client_id = "seen-00000001"}));
    SHOW("cell-page", cell_page, .w = why, .view_url = "/student/42", .back_url = "/class/7",
         .class_title = "Math 7 · period 3", .post_url = "/class/7/observe", .learner_id = "42", .competency_id = "4",
         .client_id = "seen-00000001");
    c.read_only = true;
    SHOW("student-view", student_view, .t = today_view(), .groups = groups, .groups_n = N(groups),
         .back_url = "/class/7", .class_title = "Math 7 · period 3");
    static const struct ui_rule_row rules[] = {
        {"When a skill is secure", "Chance that it is known: 95%",
         "So that a skill we call secure is still there next month.", "Set by the district"},
        {"Answers needed", "At least 6 first attempts", "So that one lucky answer does not decide it.",
         "Each school can set this within the district’s limits"},
        {"Answers after a hint", "Count as practice only",
         "So that students can use hints freely, and help is not mistaken for knowing.", NULL},
        {"Review", "After 21 days", "So that it lasts.", NULL}};
    static const struct ui_staff_row staff[] = {
        {"Ana Rivera", MSG_role_teacher, "Math 7 · period 2, Math 7 · period 3, Math 8 · period 5"},
        {"Tomasz Wieczorek-Adebayo", MSG_role_teacher, "Math 5 · room 12"},
        {"Ines Kaur", MSG_role_coach, "Riverside Middle School"}};
    static const struct ui_source_row sources[] = {{"Student information system", "People and classes (OneRoster)",
                                                    now - 6 * hour, "412 people, nothing changed", false},
                                                   {"Standards", "CASE", now - 40 * day, NULL, true},
                                                   {"Attendance", "daily file", 0, NULL, false}};
    static const struct ui_school_row schools[] = {{"Riverside Middle School", 612, 41, 58},
                                                   {"Hill Street Elementary", 240, 14, 1}};
    static const struct ui_class_row led[] = {{"Math 7 · period 2", "Ana Rivera", NULL, 34, 0, 0},
                                              {"Math 7 · period 3", "Ana Rivera", NULL, 35, 0, 0}};
    who("Mr. Lindgren", "principal", L(nav_leader), LANG_EN);
    SHOW("principal", school_home, .title = "Riverside Middle School", .intro = MSG_school_intro_principal,
         .rules = rules, .rules_n = N(rules), .rules_version = 7, .rules_since = now - 90 * day, .staff = staff,
         .staff_n = N(staff), .sources = sources, .sources_n = N(sources), .classes = led, .classes_n = N(led));
    SHOW("district", school_home, .title = "Sample Unified District", .intro = MSG_school_intro_district,
         .rules = rules, .rules_n = N(rules), .rules_version = 7, .rules_since = now - 90 * day, .schools = schools,
         .schools_n = N(schools));
    static const struct ui_card cards_list[] = {
        {"Abdi Hassan", "abdi.hassan", "maple-otter-71", {0}},
        {"Fatima Zahra El Idrissi Bouanani", "fatimazahra.elidrissibouanani", "river-lamp-08", {0}},
        {"نور حداد", "nour.haddad", "stone-kite-55", {0}},
        {"Mei 田中", "mei.tanaka", NULL, {0}}};
    struct ui_card cards[4];
    struct text qr[4];
    for (int i = 0; i < 4; i++) {
        text_init(&qr[i], 65536);
        if (qr_svg(&qr[i], "http://waymark.example.org/sign-in?u=abdi.hassan", NULL) != ST_OK) exit(1);
        cards[i] = cards_list[i];
        cards[i].qr = safe_html_trust(qr[i].p, qr[i].n);
    }
    who("Ms. Rivera", "teacher", L(nav_class), LANG_EN);
    SHOW("cards", cards, .class_title = "Math 7 · period 3", .address = "waymark.example.org", .list = cards,
         .list_n = 4, .back_url = "/class/7", .cards_note = true);
    for (int i = 0; i < 4; i++) text_release(&qr[i]);
    static const struct ui_session_row sessions[] = {{"Chromium on Linux", now, true},
                                                     {"Safari on iPad", now - 3 * day, false}};
    SHOW("account", account, .name = "Ana Rivera", .username = "ana.rivera", .role = MSG_role_teacher,
         .error = "Your current password is not correct.", .sessions = sessions, .sessions_n = 2);
}

static const struct ui_report_cut report_cuts[] = {{"A", "3.40", "4.00", "95", "4.0"},
                                                   {"B", "2.50", "3.40", "85", "3.0"}};
static const struct ui_report_level report_levels[] = {
    {3, "Exceeding", "Explains it to others, and uses it where nobody asked for it.", "counts 4"},
    {3, "Meeting the standard at this grade", "Alone and reliably, by the school's rule.", "counts 3"},
    {1, "Approaching", "Mostly alone, not yet reliably.", "counts 2"},
    {0, "Beginning", "We have seen nothing yet that shows it.", NULL}};
static const struct ui_report_scale report_scales[] = {
    {"Current version",
     "Each skill has one of 4 levels, from what was shown. The grade of a course comes from the mean of the levels "
     "shown.",
     "Where each begins, with what it counts: Beginning 1 (from not yet), Approaching 2 (from started), Exceeding 4 "
     "(from secure, 98%).",
     "A skill without evidence yet is left out, not counted as zero.", report_levels, 4, report_cuts, 2},
    {"Used in: Fall term",
     "Each skill has one of 4 levels, from what was shown. The grade of a course comes from the mean of the levels "
     "shown.",
     NULL, "A skill without evidence yet is left out, not counted as zero.", report_levels + 1, 3, report_cuts, 2}};

static void rules_pages(void)
{
    static const struct ui_report_cut cuts[] = {{"B", "1", "3.4", "85", "3"}, {"A", "3.4", "4", "95", "4"}};
    static const struct ui_rule_purpose purposes[] = {
        {"a", "so that our students can explain what they are learning, and why", "the student survey",
         "61% skills moved in the last 30 days", NULL, 0},
        {"b", "so that no one is left waiting, and no one is left behind alone", "days without a step forward", NULL,
         NULL, 0}};
    static const struct ui_rule_option rule_kinds[] = {{"model", "estimated from all answers", true},
                                                       {"recent", "right on enough recent answers", false}};
    static const struct ui_rule_setting settings[] = {
        {.name = "mastery.rule",
         .title = "How levels are determined",
         .help = "Which rule turns answers and observations into a level.",
         .kind = 2,
         .options = L(rule_kinds)},
        {.name = "mastery.secure_at",
         .title = "Value for “secure”",
         .help = "How sure we must be.",
         .serves = "serves A",
         .value = "90",
         .was = "95",
         .in_100 = true,
         .kind = 1,
         .bounds = "85 to 97"},
        {.name = "mastery.gap_days",
         .title = "Days before it must be shown again",
         .help = "So that it lasts.",
         .shown = "7",
         .locked = true,
         .waiver_url = "#waiver"}};
    static const struct ui_rule_option begin_0[] = {{"not_yet", "not yet", true},
                                                    {"started", "started", false},
                                                    {"nearly", "nearly", false},
                                                    {"secure", "secure", false}},
                                       begin_3[] = {{"not_yet", "not yet", false},
                                                    {"started", "started", false},
                                                    {"nearly", "nearly", false},
                                                    {"secure", "secure", true}};
    static const struct ui_scale_row own_scale[] = {
        {"Beginning", "We have seen nothing yet that shows it, or only with help.", L(begin_0), "not yet", "", "1"},
        {"Meeting the standard at this grade", "Alone and reliably, by the school's rule.", L(begin_3), "secure", "",
         "3"},
        {"Exceeding", "Explains it to others, and uses it where nobody asked for it.", L(begin_3), "secure, from 98%",
         "98", "4"},
        {"", "", L(begin_3), "secure", "", ""}};
    static const struct ui_rule_setting scale_head = {.name = "grades.scale",
                                                      .title = "Report card levels",
                                                      .help = "Two to seven levels in the school's words.",
                                                      .locked = true,
                                                      .waiver_url = "#waiver"},
                                        cuts_head = {.name = "grades.conversion",
                                                     .title = "Grading scale (from levels to grades)",
                                                     .help = "The mean of the points.",
                                                     .locked = true,
                                                     .waiver_url = "#waiver"};
    static const struct ui_rule_setting scale_open = {
        .name = "grades.scale",
        .title = "Report card levels",
        .help = "Two to seven levels in the school's words.",
        .purposes = L(rule_kinds),
        .locks = L(rule_kinds),
        .why = "",
        .error = "No student could reach report card level 3: no mastery value falls in it."};
    const struct ui_rule_group rule_groups[] = {{.title = MSG_rules_group_mastery, .settings = L(settings)},
                                                {.title = MSG_rules_group_grades,
                                                 .cuts = L(cuts),
                                                 .cuts_head = &cuts_head,
                                                 .scale_head = &scale_head,
                                                 .scale = own_scale,
                                                 .scale_n = 3}};
    const struct ui_rule_group edit_groups[] = {{.title = MSG_rules_group_mastery, .settings = L(settings)},
                                                {.title = MSG_rules_group_grades,
                                                 .cuts = L(cuts),
                                                 .cuts_head = &cuts_head,
                                                 .cuts_edit = true,
                                                 .scale_head = &scale_open,
                                                 .scale_edit = true,
                                                 .scale = L(own_scale)}};
    static const char *const changes[] = {"Value for “secure”: from 95% to 90%"};
    const struct ui_rule_version versions[] = {
        {.title = "Version 8",
         .at = now + 40 * day,
         .waits = true,
         .reason = "Four in a row are enough.",
         .by = "Ingrid Lindgren",
         .changes = L(changes)},
        {.title = "Version 7", .at = now - 200 * day, .now = true, .reason = "as discussed in May"}};
    static const struct ui_rule_move moves[] = {{41, 2, 3}, {3, 1, 2}};
    static const struct ui_rule_person persons[] = {{"Maya Okafor", "Dividing fractions: nearly → secure"}};
    const struct ui_rule_preview tried = {.changes = L(changes),
                                          .at = now + 40 * day,
                                          .learners = "Levels would change for 41 students.",
                                          .grades = "12 of 160 course grades would change.",
                                          .reported = "310 of 940 levels on report cards would change.",
                                          .moves = L(moves),
                                          .facts = 61300,
                                          .levels = true,
                                          .people = L(persons),
                                          .people_more = 40,
                                          .carried = 1};
    const struct ui_rule_waiver waivers[] = {
        {"1", "Riverside Middle School (sample)", "Days before it must be shown again", "Our terms are short.",
         "2027-06-30", 0, NULL, NULL, now - 3 * day, true},
        {"2", "Riverside Middle School (sample)", "How levels are determined", "A pilot.", "2027-06-30", 1,
         "Granted for the pilot.", "Iris Vogel", now - 30 * day, false}};
    static const struct ui_definition_line means[] = {
        {"When a skill is secure", "Very likely known (95%), from at least 4 answers on first attempt."},
        {"Working together", "We aim for at least 30% of work with others."}};
    SHOW("definition", definition, .school = "Riverside Middle School (sample)",
         .lead = "What counts toward your levels, what you decide, and how to tell how you’re doing.",
         .purposes = L(purposes), .lines = L(means), .since = now - 200 * day, .reason = "as discussed in May",
         .by = "Ingrid Lindgren", .staff = true, .may_confirm = true, .policy_id = "1",
         .readers = "23 of 41 teachers have confirmed reading this version.");
    const struct ui_barrier_row filed[] = {
        {"1", "3", now - 20 * day, "Riverside Middle School (sample)", MSG_barrier_kind_schedule,
         "Periods of 40 minutes cut every project in two.", "the schedule office", "2026-11-01", true, NULL, 0, true},
        {"2", "3", now - 60 * day, "Riverside Middle School (sample)", MSG_barrier_kind_money, "No paper since May.",
         NULL, NULL, false, "A pallet came on Monday.", now - 50 * day, false}};
    static const struct ui_rule_option barrier_options[] = {{"schedule", "Schedule", false}, {"money", "Money", false}};
    SHOW("barriers", barriers, .rows = L(filed), .kinds = L(barrier_options), .client_id = "c1",
         .times = "1 answered so far. Median 10 days, longest 10.", .late = "1 answer is overdue.");
    const struct ui_draft_comment said[] = {
        {"1", now - day, "Ana Rivera", "95 keeps quick students in drill for a week.", "That is why we ask for 90.",
         false, "Value for “secure”"},
        {"2", now - day, "Karim Haddad", "And those who were away?", NULL, true, NULL}};
    const struct ui_draft_row drafts[] = {{"1", now - 3 * day, "Four in a row are enough.", "Ingrid Lindgren",
                                           "2026-12-07", true, false, true, false, "One comment has no answer yet.",
                                           L(changes), L(said), L(barrier_options)}};
    const struct ui_counted_row counted[] = {
        {"Mathematics, grade 7", MSG_goals_by_state, MSG_standing_below, true,
         "State test, May 18: 474, plus or minus 14. Passing score: 500.",
         "Our estimate: Met. 14 of 20 standards secure, 3 without evidence.",
         "The test and our estimate say different things."},
        {"Reading", MSG_goals_by_district, MSG_standing_unknown, false, NULL, NULL, NULL}};
    const struct ui_credit_row credits[] = {{"1", "12 Nov", "3 h · Food bank on Elm Street, sorting", "Ana Rivera"}};
    const struct ui_need_row needs[] = {{"math", "Mathematics", MSG_needs_graduation, "8 of 20 skills secure.",
                                         "About 3 a month to finish by June 2027.",
                                         "Not on pace to finish by June 2027", "/pace/1", false, NULL, 0},
                                        {"service", "Help in the community", MSG_needs_promotion, "20 of 20 hours.",
                                         NULL, NULL, NULL, true, L(credits)}};
    const struct ui_program_row programs[] = {{"IEP", "1 September", "30 June 2027"}};
    SHOW("standing", standing, .name = "Maya Okafor",
         .lead = "What the school requires, what the state measures, and what the student is working on.",
         .goals = L(counted), .needs = L(needs), .working = "Dividing fractions",
         .away = "2 days absent in the last 90 days. They do not count against the pace.", .programs = L(programs),
         .can_record = true, .record_options = L(barrier_options), .post_url = "/standing/1", .back_url = "/classes",
         .client_id = "c1", .today = "2026-11-24");
    SHOW("standing-none", standing, .name = "Leo Okafor", .own = true, .lead = "What the school asks of you.",
         .back_url = "/map", .post_url = "/standing/1", .client_id = "c1", .today = "2026-11-24");
    const struct ui_counted_by counts[] = {{"The test (State test)", "22", "17", "21", "0"},
                                           {"Our estimate", "not shown", "0", "0", "not shown"}};
    const struct ui_goal_entry goal_entries[] = {
        {"1", "Mathematics, grade 7", MSG_goals_by_state,
         "70% of the 20 standards under “Grade 7” secure · State test, 500 or higher", L(counts),
         "The test and our estimate disagree for 7 students.", true}};
    SHOW("goals", goals, .rows = L(goal_entries), .schools = L(barrier_options),
         .school = "Riverside Middle School (sample)", .can_add = true, .tops = L(barrier_options), .client_id = "c1",
         .counted = true, .smallest = 5, .many = true);
    const struct ui_asked_row asked[] = {{"Mathematics", MSG_needs_graduation, "18 secure skills under “Mathematics”",
                                          "by the end of grade 12", "math"}};
    SHOW("needs", needs, .rows = L(asked), .can_edit = true, .tops = L(barrier_options), .version = 7);
    const struct ui_program_person people[] = {{"Maya Okafor", "IEP", "1 September", NULL}};
    const struct ui_model_figure fit_figures[] = {
        {MSG_models_log_loss, "0.5870", "0.6083", MSG_models_less},
        {MSG_models_ece, "3.4", "8.3", MSG_models_less},
        {MSG_models_auc, "0.666 (0.651 to 0.681)", "0.661 (0.646 to 0.676)", MSG_models_more}};
    const struct ui_model_group fit_groups[] = {
        {"IEP", 14, 1140, "1.2 (\u22122.1 to 4.5)", "\u22123.0 (\u22126.2 to 0.2)", "21 (8 to 41)", "30 (18 to 44)",
         "0.67 (0.62 to 0.73)", "\u22120.030 (\u22120.061 to 0.002)"},
        {"in none", 51, 4095, "2.9 (0.5 to 5.4)", "\u22122.0 (\u22123.7 to \u22120.3)", "18 (12 to 25)",
         "27 (22 to 32)", "0.67 (0.65 to 0.68)", "\u22120.020 (\u22120.029 to \u22120.011)"}};
    const struct ui_model_fit_row fits[] = {
        {.at = now - 20 * hour,
         .kind = MSG_models_kind_bkt,
         .verdict = MSG_model_verdict_taken_back,
         .bad = true,
         .why = "Someone went back to the previous version.",
         .number = "914296392009150464",
         .note = "Teachers saw levels rise too late.",
         .by = "Iris Vogel"},
        {.at = now - 40 * hour,
         .kind = MSG_models_kind_bkt,
         .verdict = MSG_model_verdict_live,
         .live = true,
         .why = "On 5,235 answers from 65 students who were set aside to check it, its predictions were 3.5% "
                "better than "
                "the previous version’s, and it was not worse for any group shown.",
         .range = "Based on 19,487 answers from 235 students, Jul 14 to Nov 27.",
         .number = "914296389252300801",
         .figures = L(fit_figures),
         .groups = L(fit_groups),
         .hidden = "1 group is not shown: it has fewer than 5 students, or would reveal a group that does.",
         .fitted = "Skills with numbers of their own: 22."}};
    const struct ui_model_run runs[] = {{now - 20 * hour, true, "Nothing new"}, {now - 40 * hour, false, "Current"}};
    SHOW("models", models, .in_force = "The numbers of an earlier version. A later version was withdrawn.",
         .since = now - 20 * hour, .number = "914296392009150464", .rows = L(fits), .runs = L(runs), .can_revert = true,
         .client_id = "c1");
    const struct ui_counselor_row late[] = {
        {"Fatima Zahra El Idrissi Bouanani", "/standing/1",
         "8 of 20 skills secure. 3 a month to finish by June 2027. 1 in the last 8 weeks."},
        {"Maya Okafor", "/standing/2",
         "10 of 20 skills secure. 2 a month to finish by June 2027. 1 in the last 8 weeks."}};
    const struct ui_counselor_row still[] = {{"Leo Okafor", "/standing/3", "12 of 20 hours."}},
                                  through[] = {{"Abdi Hassan", "/student/4", NULL}};
    const struct ui_counselor_need counselor_needs[] = {
        {"Mathematics", "Graduation · by the end of grade 12", L(late), NULL, 0, L(still),
         "1 student still has requirements to meet and is on pace, or it is too early to tell"},
        {"Help in the community", "Promotion to the next grade · by the end of grade 12", NULL, 0, L(still), L(still),
         "1 student still has requirements to meet and is on pace, or it is too early to tell"}};
    static const struct ui_link grades_of[] = {
        {"grade 12", NULL}, {"grade 11", "/counselor?grade=11"}, {"grade 10", "/counselor?grade=10"}};
    SHOW("counselor", counselor, .school = "Riverside Middle School (sample)", .grades = L(grades_of),
         .needs = L(counselor_needs), .done = L(through), .students = 4);
    SHOW("counselor-none", counselor, .school = "Riverside Middle School (sample)", .none = true);
    SHOW("programs", programs, .rows = L(people));
    static const char *const risks[] = {"Not on pace: Mathematics"};
    const struct ui_class_need class_needs[] = {
        {"Maya Okafor", "/standing/1", "1 of 3 requirements met", L(risks),
         "Three weeks behind: speak with the student."},
        {"Leo Okafor", "/standing/2", "0 of 3 requirements met", NULL, 0, NULL}};
    static const struct ui_framework_row frameworks[] = {
        {"Grade 7 mathematics", "State board", "Version 2, 3 local changes", "CC BY 4.0", "https://example.org/licence",
         "© the board", "23 skills, 138 questions", "/frameworks/tree?f=1", "/frameworks/map?f=1"}};
    SHOW("frameworks", frameworks, .rows = L(frameworks));
    static const struct ui_tree_row tree[] = {
        {0, "7.NS", "The number system", "/frameworks/skill?k=1", false, false, "0 questions", true, true, true},
        {1, "7.NS.1", "Dividing fractions", "/frameworks/skill?k=2", false, true, "6 questions", false, false, true},
        {2, NULL, "Explain why you turn the second one round, in words a younger student would follow",
         "/frameworks/skill?k=3", true, true, "0 questions", true, true, true}};
    const struct ui_edit_row edits[] = {{now - day, "Added “Explain why”", "Ana Rivera"}};
    SHOW("framework-tree", framework_tree, .title = "Grade 7 mathematics", .version = "Version 2, 1 local change",
         .rows = L(tree), .edits = L(edits),
         .summary = "2 skills: 1 without questions, 1 without evidence, 2 never observed off screen.", .only = "",
         .all_url = "#", .items_url = "#", .evidence_url = "#", .seen_url = "#", .map_url = "#");
    static const struct ui_map_node map_nodes[] = {{10, 10, 18, 32, "Understand fractions", "#"},
                                                   {270, 10, 278, 32, "Find equal fractions", "#"}};
    static const struct ui_map_edge map_edges[] = {{210, 27, 270, 27, 240}};
    static const struct ui_map_line map_lines[] = {{"Understand fractions", "Find equal fractions"}};
    SHOW("framework-map", framework_map, .title = "Grade 7 mathematics", .tree_url = "#", .nodes = L(map_nodes),
         .edges = L(map_edges), .lines = L(map_lines), .width = 480, .height = 60, .left_out = 3);
    static const struct ui_skill_link links[] = {{"5", "Understand fractions", "#", true}};
    static const struct ui_item_line lines[] = {{"1", "Share: How many sixths are in one half?"}};
    SHOW("framework-skill", framework_skill, .skill_id = "2", .name = "Dividing fractions", .code = "7.NS.1",
         .statement = "Divide fractions by fractions.", .home = "Fold a strip of paper.", .type = "Standard",
         .framework = "Grade 7 mathematics", .tree_url = "#", .parent = "The number system", .parent_url = "#",
         .own = true, .can_edit = true, .before = L(links), .after = L(links), .below = L(links), .items = L(lines),
         .items_n_all = 6, .others = L(lines), .choices = L(barrier_options), .courses = L(barrier_options),
         .client_id = "c1", .saved = true);
    static const struct ui_class_setting class_settings[] = {{.name = "mastery.review_after_days",
                                                              .title = "Days before it must be shown again",
                                                              .school = "21",
                                                              .own = "14",
                                                              .bounds = "7 to 60",
                                                              .binds = true,
                                                              .students = "7 to 30",
                                                              .least = "7",
                                                              .most = "30"},
                                                             {.name = "pace.behind_weeks",
                                                              .title = "Weeks behind before an adult must follow up",
                                                              .school = "2",
                                                              .bounds = "1 to 20",
                                                              .binds = true,
                                                              .students = "same for the whole class",
                                                              .students_locked = true,
                                                              .least = "",
                                                              .most = ""},
                                                             {.name = "mastery.stuck_below",
                                                              .title =
                                                                  "Estimate below which a student is flagged as stuck",
                                                              .school = "40",
                                                              .locked = true,
                                                              .by = "locked by the school",
                                                              .in_100 = true}},
                                         student_settings[] = {{.name = "mastery.review_after_days",
                                                                .title = "Days before it must be shown again",
                                                                .school = "14",
                                                                .own = "10",
                                                                .bounds = "7 to 30",
                                                                .by = "set by Math 7 · period 3"},
                                                               {.name = "pace.behind_weeks",
                                                                .title = "Weeks behind before an adult must follow up",
                                                                .school = "2",
                                                                .locked = true,
                                                                .by = "locked by Math 7 · period 3"}};
    SHOW("class-rules", class_rules, .title = "Math 7 · period 3", .back_url = "/class/1", .post_url = "/class/1/rules",
         .rows = L(class_settings), .versions = L(edits), .saved = true);
    SHOW("student-rules", class_rules, .title = "Maya Okafor", .back_url = "/student/1", .post_url = "/student/1/rules",
         .of_student = true, .rows = L(student_settings));
    static const struct ui_conflict_row conflicts[] = {{"Days until a secure skill is reviewed", "14", "30"},
                                                       {"Answers before a student may be flagged as stuck", "9", "6"}};
    static const struct ui_sent_field sent[] = {{"mastery.review_after_days", "14"}, {"mastery.stuck_after", "9"}};
    SHOW("conflict", conflict, .title = "Math 7 · period 3", .by = "Tamsin Thornquist", .at = now - day / 24,
         .rows = L(conflicts), .fields = L(sent), .post_url = "/class/1/rules", .back_url = "/class/1/rules",
         .based_on = "0123456789abcdef");
    static const struct ui_report_dot dots[] = {{40, 280, 3}, {160, 150, 6}, {280, 40, 4}};
    static const struct ui_report_tick ticks[] = {{40, "0"}, {165, "0.5"}, {290, "1"}},
                                       opportunity_ticks[] = {{46, "1"}, {96, "5"}, {159, "10"}};
    static const struct ui_report_point points[] = {{"0.0 – 0.1", "0.0900", "0.1000", 120},
                                                    {"0.5 – 0.6", "0.5300", "0.5000", 900},
                                                    {"0.9 – 1.0", "0.9000", "0.9000", 300}},
                                        opportunities[] = {{"1", "0.5300", "0.5400", 120},
                                                           {"2", "0.6500", "0.6400", 1200}};
    const struct ui_report_plot reliability[] =
        {{.title = "All answers", .reliability = true, .dots = L(dots), .ticks = L(ticks), .points = L(points)},
         {.title = "Opportunity 1", .reliability = true, .dots = L(dots), .ticks = L(ticks), .points = L(points)}},
                                curves[] = {{.title = "All skills",
                                             .line = "M46 120L96 80L159 60",
                                             .dots = L(dots),
                                             .ticks = L(opportunity_ticks),
                                             .points = L(opportunities)}};
    static const struct ui_report_stage stages[] = {{"1", 120, "0.5300", "0.7070", "0.4660", "0.6219", "0.0455"},
                                                    {"2-3", 1200, "0.6500", "0.7500", "0.4290", "0.5460", "0.0512"}};
    SHOW("model-report", model_report, .kind = "bkt", .lead = "1320 answers: AUC 0.7563 (0.7530 to 0.7596)",
         .reliability = L(reliability), .curves = L(curves), .stages = L(stages));
    static const struct ui_habit_choice marks[] = {{1, MSG_habits_mark_1, false}, {2, MSG_habits_mark_2, true}};
    static const struct ui_habit_cell habit_cells[] = {{"h0_1", "Maya Okafor: Comes prepared", L(marks)},
                                                       {"h1_1", "Maya Okafor: Keeps at it", L(marks)}};
    static const struct ui_habit_row habit_rows[] = {{"Maya Okafor", L(habit_cells)}};
    static const char *const habit_heads[] = {"Comes prepared", "Keeps trying when it’s hard"};
    SHOW("habits", habits, .class_title = "Math 7 · period 3", .term = "Fall term", .back_url = "/class/1",
         .post_url = "/class/1/habits", .client_id = "c1", .heads = L(habit_heads), .rows = L(habit_rows),
         .saved = true);
    const struct ui_transcript_course given_out[] = {
        {"Math 7", true, "B", "85", "3.0", "12 of 18", now - 90 * day, 4},
        {"Science 7", true, NULL, NULL, NULL, "2 of 9", now - 90 * day, 4}};
    const struct ui_transcript_term given_terms[] = {{"Fall term", L(given_out), "3.00"}};
    const struct ui_report_scale read_by[] = {report_scales[0], report_scales[1]};
    SHOW("transcript", transcript, .name = "Maya Okafor", .school = "Riverside Middle School (sample)", .grade = "7",
         .terms = L(given_terms), .now_rows = L(given_out), .gpa = "3.00", .needs = L(needs), .scales = L(read_by),
         .rule = "Secure from 95%.", .version = 7, .since = now - 200 * day, .back_url = "/children");
    const struct ui_checkpoint_entry entries[] = {
        {"1", "", "4", NULL, L(barrier_options)},
        {"2", "Draw it.", "lots", "Each part is worth 1 to 20 points.", L(barrier_options)}};
    static const struct ui_link own[] = {{"Math 7 · period 3", "/class/1/checkpoint?c=1"}};
    const struct ui_checkpoint_row checkpoints[] = {{"Fractions in October",
                                                     "Dividing fractions · Adding unlike fractions", "All schools",
                                                     "/checkpoints/print?c=1", "/calibration?c=1", L(own)}};
    SHOW("checkpoints", checkpoints, .rows = L(checkpoints), .entries = L(entries), .form_title = "Fractions",
         .client_id = "c1", .can_make = true, .error = "1 entry needs a change. It is marked below.");
    const struct ui_checkpoint_task tasks[] = {
        {1, "Dividing fractions", "How many sixths are in one half? Draw it.", SAFE(""), SAFE(""), NULL, 0, 4}};
    SHOW("checkpoint-print", checkpoint_print, .title = "Fractions in October", .tasks = L(tasks),
         .back_url = "/checkpoints");
    const struct ui_enter_head heads[] = {{"Dividing fractions", "of 4 points"},
                                          {"Adding unlike fractions", "of 2 points"}};
    const struct ui_enter_cell cells_open[] = {
        {"p0_1", "Maya Okafor: Dividing fractions, of 4 points", "3", false, "", NULL},
        {"p2_1", "Maya Okafor: Dividing decimals, of 4 points", NULL, false, "3,5",
         "Enter points from 0 to 4, such as 2 or 1.5."},
        {"p1_1", "Maya Okafor: Adding unlike fractions, of 2 points", "1, 2, 2", true, "", NULL}};
    const struct ui_enter_row enter[] = {{"Maya Okafor", L(cells_open)}};
    SHOW("checkpoint-enter", checkpoint_enter, .title = "Fractions in October", .class_title = "Math 7 · period 3",
         .back_url = "/checkpoints", .post_url = "/class/1/checkpoint?c=1", .client_id = "c1", .heads = L(heads),
         .rows = L(enter), .retakes = 2, .saved = true);
    static const struct ui_calibration_row calibration[] = {{3, "Math 7 · period 3", 12, "81", "70 – 92"},
                                                            {3, "All classes", 120, "74", "71 – 77"},
                                                            {2, "Math 7 · period 3", 9, "60", "44 – 76"}};
    SHOW("calibration", calibration, .title = "Fractions in October", .back_url = "/checkpoints",
         .rows = L(calibration), .lead = MSG_calibration_lead);
    static const struct ui_moderation_row moderations[] = {
        {"Explaining fractions", "Dividing fractions", "6 work samples", "/moderation/session?m=1"}};
    SHOW("moderation", moderation, .rows = L(moderations), .skills = L(barrier_options), .client_id = "c1",
         .can_open = true);
    static const char *const reasons[] = {"says why, not only that"};
    const struct ui_work_score scores[] = {{3, 2, L(reasons)}, {2, 1, NULL, 0}};
    const struct ui_work_row works[] = {{"1", "Work 1", "Because six sixths are one whole, and half of them are three.",
                                         3, true, L(scores), true, 3, "Says why."},
                                        {"2", "Work 2", "I multiplied.", 0, false, NULL, 0, false, 0, NULL}};
    SHOW("moderation-session", moderation_session, .title = "Explaining fractions", .skill = "Dividing fractions",
         .rows = L(works), .client_id = "c1", .moderation_id = "1", .can_add = true, .can_anchor = true,
         .can_score = true, .agreement = "Same level in 67 of 100 pairs. Weighted kappa: 0.79.",
         .scorers = "2 scorers, 6 pairs of scores");
    SHOW("class-standing", class_standing, .title = "Math 7 · period 3", .back_url = "/class/1",
         .rows = L(class_needs));
    SHOW("drafts", drafts, .rows = L(drafts), .client_id = "c1");
    SHOW("rules", rules, .title = "Policy of Riverside Middle School (sample)",
         .lead = "What counts here, why, and since when.", .school = "1", .purposes = L(purposes),
         .groups = L(rule_groups), .versions = L(versions), .version = 7, .since = now - 200 * day, .export_url = "#");
    SHOW("rules-tried", rules, .title = "Policy of Riverside District (sample)",
         .lead = "Change a value, look at what it would do.", .school = "", .can_edit = true, .district = true,
         .purposes = L(purposes), .groups = L(edit_groups), .versions = L(versions), .version = 7,
         .since = now - 200 * day, .preview = &tried, .waivers = L(waivers), .export_url = "#",
         .form_reason = "Four in a row are enough.");
}

static void other_pages(void)
{
    who("Ms. Vogel", "district", L(nav_leader), LANG_EN);
    rules_pages();
    static const struct ui_child_work work[] = {
        {now - 20 * 60000, "5/6 ÷ 1/12, songs", "right, without hints"},
        {now - day, "Paper strips with Leo and Ana", "seen by Ms. Rivera"},
        {now - 4 * day, "2/3 ÷ 4/5, songs", "not yet: turned the first fraction over"}};
    static const struct ui_map_row at[] = {{"Multiplying fractions", NULL, 3, "secure", NULL},
                                           {"Dividing fractions", NULL, 2, "nearly", NULL},
                                           {"Unit rates", NULL, 0, "not yet", NULL}};
    static const struct ui_child kids[] = {
        {"Maya",
         "Math 7 · period 3",
         "7 of Maya’s 18 skills are secure. Working on “Dividing fractions” now.",
         "Dividing fractions",
         "4 of 5 right without help so far. Two more on her own, one of them on Friday or later, and this is secure.",
         "/suggestion/1",
         L(work),
         L(at),
         "Open the question",
         "One question of the kind Maya is working on. Let her explain it to you; if she can, she has it.",
         "/try/1001",
         "Fold a strip of paper into six parts and ask how many parts make one half.",
         "/report/1",
         {"How levels are decided will change on January 4. See what it means for Maya.", "/changes/1"},
         "/letter/1",
         "/standing/1",
         "/views/1"},
        {"Leo",
         "Math 5 · room 12",
         "Leo has just started.",
         NULL,
         NULL,
         NULL,
         NULL,
         0,
         NULL,
         0,
         NULL,
         NULL,
         NULL,
         NULL,
         NULL,
         {NULL, NULL},
         NULL,
         NULL,
         NULL}};
    who("Ngozi Okafor", "guardian", L(nav_family), LANG_EN);
    SHOW("children", children, .children = kids, .children_n = 2, .school = "Riverside Middle School (sample)");
    static const struct ui_report_course courses[] = {
        {"Math 7 · period 3", true, L(at), 2, 3, "B", "85", "3.0", "3.50", "/grade/1"},
        {"Science 7", true, NULL, 0, 1, 9, NULL, NULL, NULL, NULL, NULL}};
    static const struct ui_report_term terms[] = {
        {"Fall term", "Math 7 · period 3", "B", "85", "3.0", now - 60 * day, "/report/1?term=1"},
        {"Fall term", "Science 7", NULL, "0", "0.0", now - 60 * day, "/report/1?term=1"}};
    const struct ui_report_scale scale[] = {report_scales[1]};
    static const struct ui_level_change moved[] = {{"Dividing fractions", 2, 3, "nearly", "secure"}};
    static const char *const rule_lines[] = {"Value for “secure”: from 95% to 90%"};
    const struct ui_letter_course letter_courses[] = {
        {"Math 7 · period 3", L(at), "7 of Maya’s 18 skills are secure.",
         "B, as things stand. The back of the report says how levels become grades."}};
    SHOW("letter", letter, .name = "Maya", .full_name = "Maya Okafor", .grade = "7",
         .school = "Riverside Middle School (sample)", .courses = L(letter_courses), .next_skill = "Dividing fractions",
         .next = "Two more on her own, and this is secure.",
         .by = "2 more right answers needed; at the pace of the last four weeks, by about December 12.",
         .level = "nearly", .levels = report_levels, .levels_n = 4, .why = "4 of 5 right without help so far.",
         .rule = "Secure from 95%.", .week = "2 hours on a screen this week.", .seen = "Seen twice off the screen.",
         .teachers = "Call: Ana Rivera.", .home = "Fold a strip of paper into six parts.", .back_url = "/children",
         .report_url = "/report/1");
    SHOW("changes", changes, .name = "Maya", .waits = true, .at = now + 40 * day, .reason = "Four in a row are enough.",
         .rules = L(rule_lines), .levels = L(moved), .back_url = "/children");
    static const struct ui_view_row views[] = {
        {"You", MSG_role_guardian, MSG_views_part_report, NULL, now - day / 3, 1},
        {"Tamsin Thornquist", MSG_role_teacher, MSG_views_part_class, "Math 7 · period 3", now - day, 14},
        {"Tamsin Thornquist", MSG_role_teacher, MSG_views_part_skill, NULL, now - 2 * day, 1}};
    SHOW("views", views, .name = "Maya", .rows = L(views), .back_url = "/children", .older_url = "/views/1?before=9");
    SHOW("views-none", views, .name = "Maya", .own = true, .back_url = "/map");
    static const struct ui_report_habit habits[] = {
        {"Fall term", "Math 7 · period 3", "Keeps trying when it’s hard", MSG_habits_mark_3}};
    SHOW("report", report, .name = "Maya Okafor", .school = "Riverside Middle School (sample)", .courses = courses,
         .courses_n = 2, .terms = terms, .terms_n = 2, .scales = L(scale), .version = 7, .form_url = "/report/1",
         .back_url = "/children", .habits = L(habits), .transcript_url = "/transcript/1");
    SHOW("report-term", report, .name = "Maya Okafor", .school = "Riverside Middle School (sample)", .courses = courses,
         .courses_n = 1, .scales = L(scale), .version = 4, .term = "Fall term", .given_at = now - 60 * day,
         .form_url = "/report/1", .back_url = "/report/1");
    SHOW("report-none", report, .name = "Leo Okafor", .school = "Riverside Middle School (sample)", .scales = L(scale),
         .version = 7, .form_url = "/report/2", .back_url = "/children");
    SHOW("children-none", children, .school = "Riverside Middle School (sample)");
    who("Ngozi Okafor", "guardian", L(nav_family), LANG_ES);
    SHOW("children-es", children, .children = kids, .children_n = 1, .school = "Riverside Middle School (sample)");
    struct page_item it = item("text_entry");
    it.no_trace = true;
    it.path = NULL;
    it.path_n = 0;
    it.why = NULL;
    it.post_url = "/try/1001";
    it.leave_url = "/children";
    done("item-try", page_item(&h, &c, &it));
    who(NULL, NULL, NULL, 0, LANG_EN);
    SHOW("sign-in", sign_in, .next_path = "/today", .code_url = "/class-code");
    static const struct ui_sent_field kept_fields[] = {{"kept.response", "3/4"}};
    SHOW("sign-in-kept", sign_in, .next_path = "", .kept_path = "/answer", .kept = L(kept_fields));
    SHOW("kept", kept, .post_url = "/answer", .home_url = "/", .fields = L(kept_fields));
    SHOW("sign-in-error", sign_in, .error = msg(LANG_EN, MSG_sign_in_wrong), .username = "maya.okafor");
    c.lang = LANG_ES;
    SHOW("sign-in-es", sign_in, .next_path = "/today");
    c.lang = LANG_EN;
    SHOW("error", error, .status = 404, .head = MSG_error_head_404, .what = msg(LANG_EN, MSG_err_not_found),
         .back_url = "/", .request_id = "7f3a-91");
    static const struct ui_feedback_view fbs[] = {
        {1, "Five sixths is ten twelfths, so ten songs.", {0}, 2, NULL, NULL, MSG_NONE, false},
        {2, "Check your work and try again, or use a hint.", {0}, 0, NULL, NULL, MSG_NONE, true},
        {3, "It costs nothing and is not an attempt.", {0}, 0, NULL, NULL, MSG_NONE, true},
        {4, NULL, {0}, 0, NULL, NULL, MSG_NONE, false}};
    SHOW("style", style, .options = opts, .options_n = N(opts), .feedbacks = fbs, .feedbacks_n = N(fbs),
         .hints = {"1001", 1, 3, L(hints3), 5, 4, "h4"}, .why = why, .steps = steps, .steps_n = N(steps),
         .kinds = kinds, .kinds_n = N(kinds), .must = must, .must_n = N(must));
}

int main(int argc, char **argv)
{
    if (argc != 2) return fprintf(stderr, "usage: preview OUTDIR\n"), 2;
    out_dir = argv[1];
    char path[1024];
    snprintf(path, sizeof path, "%s/assets", out_dir);
    mkdir(out_dir, 0777);
    mkdir(path, 0777);
    for (size_t i = 0; i < assets_n; i++) put(assets[i].path + 1, assets[i].p, assets[i].n);
    text_init(&t, 8 << 20);
    html_init(&h, &t);
    student_pages();
    staff_pages();
    other_pages();
    html_release(&h);
    text_release(&t);
    return 0;
}
