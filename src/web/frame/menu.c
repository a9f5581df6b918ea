/* The main menu of a person, from the route rows they may reach: a word for each group, and the group's pages. */
#include <string.h>

#include "frame/menu.h"

enum {
    STUDENT = MAY_OWN_RECORD,
    TEACHER = MAY_TEACHES,
    LEADER = MAY_COACHES | MAY_LEADS_SCHOOL | MAY_LEADS_DISTRICT,
    OTHER_STAFF = MAY_COUNSELS | MAY_SEES_PROGRAMS,
    FAMILY = MAY_GUARDIAN_OF
};

/* In the order of enum menu. */
static const struct word {
    unsigned relations; /* who sees it, if any of its pages is theirs */
    enum msg_id label;
    const char *icon; /* of ui/img/icons.svg */
} words[MENU_WORDS] = {{STUDENT, MSG_nav_today, "today"},
                       {STUDENT, MSG_menu_map, "map"},
                       {STUDENT, MSG_menu_my_work, "folder"},
                       {TEACHER, MSG_nav_now, "clock"},
                       {TEACHER, MSG_nav_classes, "people"},
                       {TEACHER, MSG_menu_work, "folder"},
                       {TEACHER, MSG_menu_library, "book"},
                       {LEADER, MSG_nav_school, "school"},
                       {LEADER, MSG_menu_learning, "hill"},
                       {LEADER, MSG_menu_voices, "talk"},
                       {FAMILY, MSG_nav_children, "people"},
                       {LEADER | OTHER_STAFF | FAMILY, MSG_nav_definition, "compass"},
                       {LEADER | OTHER_STAFF, MSG_menu_people, "people"}};

static bool reaches(const struct call *c, const struct route *r, unsigned word)
{
    enum relation via;
    struct err ignored = {0};
    return (r->menu & (1u << word)) && may_own(&c->who, r->may & words[word].relations, &via, &ignored) == ST_OK;
}

/* The row's path; ":learner" is the person, for pages about oneself. */
static const char *address(const struct call *c, const struct route *r)
{
    const char *param = strchr(r->path, ':');
    if (!param) return r->path;
    const char *s = arena_printf(c->arena, "%.*s%lld", (int)(param - r->path), r->path, (long long)c->who.user_id);
    return s ? s : "";
}

/* The row that is open: the request's own, or the one at the path that the handler names. */
static bool is_open(const struct call *c, const struct route *r, const char *current)
{
    return r == c->route || str_eq(current, r->path);
}

static bool own_row_is_open(const struct call *c, unsigned word)
{
    return c->route && c->route->menu && reaches(c, c->route, word);
}

enum st menu_fill(struct call *c, const char *current, struct page_ctx *ctx, struct err *e)
{
    struct ui_nav_item *nav, *sub;
    bool found = false;
    TRY(call_alloc(c, MENU_WORDS * sizeof *nav, (void **)&nav, e));
    for (unsigned w = 0; w < MENU_WORDS; w++)
        if (own_row_is_open(c, w)) current = NULL; /* the row knows better than the handler's default */
    for (unsigned w = 0; w < MENU_WORDS; w++) {
        size_t n = 0;
        bool open = false;
        TRY(call_alloc(c, MENU_PAGES * sizeof *sub, (void **)&sub, e));
        for (size_t t = 0; c->gate->tables[t]; t++)
            for (const struct route *r = c->gate->tables[t]; r->path; r++) {
                if (!reaches(c, r, w) || n == MENU_PAGES) continue;
                bool here = is_open(c, r, current);
                open |= here;
                sub[n++] = (struct ui_nav_item){
                    .label = r->title, .address = address(c, r), .current = here, .exact = r == c->route};
            }
        if (!n) continue;
        bool first = open && !found;
        nav[ctx->nav_n++] = (struct ui_nav_item){.label = words[w].label,
                                                 .address = sub[0].address,
                                                 .icon = words[w].icon,
                                                 .current = first,
                                                 .exact = first && n == 1 && sub[0].exact};
        if (first && n > 1) ctx->sub = sub, ctx->sub_n = n;
        found |= first;
    }
    ctx->nav = nav;
    return ST_OK;
}
