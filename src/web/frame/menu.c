/* The main menu of a person, from the route rows they may reach: a word for each group, and the group's pages. */
#include <string.h>

#include "frame/menu.h"
#include "frame/page.h"

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
                       {LEADER | OTHER_STAFF | FAMILY, MSG_menu_how_we_work, "compass"},
                       {LEADER | OTHER_STAFF, MSG_menu_people, "people"}};

const char *page_home(unsigned roles)
{
    if (roles & ROLE_STUDENT) return "/today";
    if (roles & ROLE_TEACHER) return "/now";
    if (roles & (ROLE_COACH | ROLE_PRINCIPAL | ROLE_DISTRICT)) return "/school";
    if (roles & ROLE_COUNSELOR) return "/counselor";
    if (roles & ROLE_GUARDIAN) return "/children";
    if (roles & ROLE_PROGRAMS) return "/programs";
    return "/sign-in";
}

static bool reaches(const struct call *c, const struct route *r, unsigned word)
{
    if (!(r->menu & (1u << word))) return false;
    enum relation via;
    return may_own(&c->who, r->may & words[word].relations, &via, NULL) == ST_OK;
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

/* A counselor begins with people, where a leader ends with them. */
static void home_first(struct ui_nav_item *nav, size_t n, const char *home)
{
    size_t i = 0;
    while (i < n && !str_eq(nav[i].address, home)) i++;
    if (i == n) return;
    struct ui_nav_item first = nav[i];
    memmove(nav + 1, nav, i * sizeof *nav);
    nav[0] = first;
}

/* The rows of all menus: few of a table's rows, and each word looks at them. */
struct rows_of_menus {
    const struct route *row[MENU_PAGES];
    size_t n;
};

static void add_rows(const struct call *c, bool first, struct rows_of_menus *out)
{
    for (size_t t = 0; c->gate->tables[t]; t++)
        for (const struct route *r = c->gate->tables[t]; r->path; r++)
            if (r->menu && r->menu_first == first && out->n < MENU_PAGES) out->row[out->n++] = r;
}

static void find_rows(const struct call *c, struct rows_of_menus *out)
{
    out->n = 0;
    add_rows(c, true, out);
    add_rows(c, false, out);
}

/* The pages of one word. Returns how many; *open: one of them is open. */
static size_t fill_pages(struct call *c, const struct rows_of_menus *rows, unsigned word, const char *current,
                         struct ui_nav_item *pages, size_t max, bool *open)
{
    size_t n = 0;
    *open = false;
    for (size_t i = 0; i < rows->n && n < max; i++) {
        const struct route *r = rows->row[i];
        if (!reaches(c, r, word)) continue;
        bool here = is_open(c, r, current);
        *open |= here;
        pages[n++] =
            (struct ui_nav_item){.label = r->title, .address = address(c, r), .current = here, .exact = r == c->route};
    }
    return n;
}

enum st menu_fill(struct call *c, const char *current, struct page_ctx *ctx, struct err *e)
{
    struct ui_nav_item *nav, *pages;
    struct rows_of_menus rows;
    size_t left = MENU_PAGES;
    bool found = false;
    find_rows(c, &rows);
    TRY(call_alloc(c, MENU_WORDS * sizeof *nav, (void **)&nav, e));
    TRY(call_alloc(c, MENU_PAGES * sizeof *pages, (void **)&pages, e));
    for (unsigned w = 0; c->route && w < MENU_WORDS; w++)
        if (reaches(c, c->route, w)) current = NULL; /* the row knows better than the handler's default */
    for (unsigned w = 0; w < MENU_WORDS; w++) {
        bool open;
        size_t n = fill_pages(c, &rows, w, current, pages, left, &open);
        if (!n) continue;
        bool first = open && !found;
        nav[ctx->nav_n++] = (struct ui_nav_item){.label = words[w].label,
                                                 .address = pages[0].address,
                                                 .icon = words[w].icon,
                                                 .current = first,
                                                 .exact = first && n == 1 && pages[0].exact};
        if (first && n > 1) ctx->sub = pages, ctx->sub_n = n;
        found |= first;
        pages += n;
        left -= n;
    }
    home_first(nav, ctx->nav_n, page_home(c->who.roles));
    ctx->nav = nav;
    return ST_OK;
}
