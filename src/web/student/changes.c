/* What a change of the rules means for one student: told before it holds, and for a month after. */
#include "progress/notice.h"
#include "policy/policy.h"
#include "frame/page.h"
#include "frame/route.h"

/* As reports call it; where they call both the same, the levels of the fold. */
static struct ui_level_change change_row(struct call *c, const struct level_change *k)
{
    enum lang lang = page_lang(c);
    const struct report_level *x = k->called_before, *y = k->called_after;
    if (str_eq(scale_name(lang, x), scale_name(lang, y)))
        return (struct ui_level_change){k->competency->name, (int64_t)k->before, (int64_t)k->after,
                                        msg(lang, level_words(k->before)), msg(lang, level_words(k->after))};
    return (struct ui_level_change){k->competency->name, (int64_t)x->level, (int64_t)y->level, scale_name(lang, x),
                                    scale_name(lang, y)};
}

static enum st web_changes(struct call *c, struct err *e)
{
    struct page *p;
    struct notice n;
    struct actor who;
    const char **rules;
    struct ui_level_change *rows;
    TRY(page_begin(c,
                   c->relation == MAY_OWN_RECORD    ? "/today"
                   : c->relation == MAY_GUARDIAN_OF ? "/children"
                                                    : "/classes",
                   &p, e));
    TRY(actor_load(c->tx, c->learner.learner_id, &who, e));
    TRY(notice_levels(c->app, c->snapshot, c->tx, c->arena, &c->learner, &n, e));
    struct page_changes page = {.back_url = page_home(c->who.roles),
                                .own = c->relation == MAY_OWN_RECORD,
                                .name = arena_strdup(c->arena, who.given_name)};
    if (!n.after) return page_end(p, page_changes(&p->html, &p->ctx, &page), e);
    TRY(call_alloc(c, (n.rule_count + 1) * sizeof *rules, (void **)&rules, e));
    TRY(call_alloc(c, (n.count + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < n.rule_count; i++) {
        struct text t;
        text_init(&t, 8000);
        policy_change_words(&t, page_lang(c), &n.rules[i]);
        rules[i] = arena_strdup(c->arena, text_str(&t));
        text_release(&t);
    }
    for (size_t i = 0; i < n.count; i++) rows[i] = change_row(c, &n.levels[i]);
    page.waits = n.at_ms > c->now_ms;
    page.at = n.at_ms;
    page.reason = n.after->reason;
    page.rules = rules;
    page.rules_n = n.rule_count;
    page.levels = rows;
    page.levels_n = n.count;
    return page_end(p, page_changes(&p->html, &p->ctx, &page), e);
}

const struct route changes_routes[] = {
    GET("/changes/:learner", STUDENT | MAY_TEACHES | MAY_GUARDIAN_OF, web_changes, OF_LEARNER,
        .summary = "What a change of the rules changes for one student", .part = MSG_views_part_changes),
    {0},
};
