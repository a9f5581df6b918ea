/* waymark user cards: a class's sign-in cards, with new passwords for those who have none. They are shown here and
 * nowhere else: what is kept is a hash. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access/identity.h"
#include "base/json.h"
#include "base/list.h"
#include "cli/cli.h"
#include "store/sql/identity.h"
#include "store/sql/roster.h"
#include "ui/asset.h"
#include "ui/pages.h"
#include "policy/snapshot.h"
#include "ops/ops.h"

struct card {
    int64_t user_id;
    const char *name, *username;
    bool has_password;
    char password[PASSWORD_WORDS], hash[PASSWORD_HASH_TEXT]; /* "" when it keeps the one it has */
};

struct cards {
    struct arena arena;
    int64_t class_id;
    const char *title, *address;
    struct card *list;
    size_t count, cap;
};

/* A class by its id or its exact title. */
static enum st find_class(struct tx *tx, const char *want, struct cards *k, struct err *e)
{
    struct sql_class_find_row r;
    struct rows rows;
    int64_t id = 0, other = 0;
    if (!id_parse(want, &id)) id = 0;
    TRY(sql_class_find(tx, &(struct sql_class_find_in){.class_id = id, .title = want}, &rows, e));
    if (sql_class_find_next(&rows, &r)) {
        k->class_id = r.class_id;
        k->title = arena_strdup(&k->arena, r.title);
        if (!k->title) return err_no_memory(e, "cards");
    }
    if (sql_class_find_next(&rows, &r)) other = r.class_id;
    TRY(rows_end(&rows));
    if (!k->class_id)
        return err_fail(e, ST_NOT_FOUND, "err.no_class", "no class named %s; give its id or its exact title", want);
    if (other)
        return err_fail(e, ST_INVALID, "err.two_classes",
                        "more than one class is named %s; give the id (%lld and %lld)", want, (long long)k->class_id,
                        (long long)other);
    return ST_OK;
}

static enum st load(struct tx *tx, const char *want, struct cards *k, struct err *e)
{
    struct sql_class_students_row class_students;
    struct sql_user_by_name_row user_by_name;
    struct rows rows;
    bool row;
    TRY(find_class(tx, want, k, e));
    TRY(sql_class_students(tx, k->class_id, &rows, e));
    while (sql_class_students_next(&rows, &class_students)) {
        struct card *c = LIST_ADD(&k->arena, k->list, k->count, k->cap);
        if (!c) return err_no_memory(e, "cards");
        const char *given = *class_students.preferred_name ? class_students.preferred_name : class_students.given_name;
        c->user_id = class_students.user_id;
        c->name = arena_printf(&k->arena, "%s %s", given, class_students.family_name);
        c->username = arena_strdup(&k->arena, class_students.username);
        if (!c->name || !c->username) return err_no_memory(e, "cards");
    }
    TRY(rows_end(&rows));
    for (size_t i = 0; i < k->count; i++) {
        TRY(sql_user_by_name(tx, k->list[i].username, &user_by_name, &row, e));
        k->list[i].has_password = row && *user_by_name.password_hash;
    }
    return ST_OK;
}

static enum st give_passwords(struct cli_app *a, struct cards *k, bool reset, struct err *e)
{
    struct tx *tx;
    for (size_t i = 0; i < k->count; i++) {
        struct card *c = &k->list[i];
        if (c->has_password && !reset) continue;
        password_words(c->password);
        TRY(password_hash(c->password, c->hash, e));
    }
    TRY(tx_write(a->conn, a->app.snapshot->district_id, &tx, e));
    enum st st = ST_OK;
    for (size_t i = 0; st == ST_OK && i < k->count; i++)
        if (*k->list[i].hash) st = user_set_password(tx, k->list[i].user_id, k->list[i].hash, e);
    if (st == ST_OK) return tx_commit(tx, e);
    tx_rollback(tx);
    return st;
}

static void print_text(const struct cards *k)
{
    printf("%s · %s\n", k->title, k->address);
    for (size_t i = 0; i < k->count; i++) {
        const struct card *c = &k->list[i];
        printf("- - - - - - - - - - - - - - - - - - - -\n%s\n  name      %s\n  password  %s\n", c->name, c->username,
               *c->password ? c->password : "(as before; --reset gives a new one)");
    }
}

static void print_json(const struct cards *k)
{
    struct text t;
    struct json_out j;
    text_init(&t, 16 << 20);
    json_out_init(&j, &t);
    json_open_list(&j, NULL);
    for (size_t i = 0; i < k->count; i++) {
        const struct card *c = &k->list[i];
        json_open_obj(&j, NULL);
        json_put_id(&j, "user_id", c->user_id);
        json_put_str(&j, "name", c->name);
        json_put_str(&j, "username", c->username);
        json_put_str(&j, "password", *c->password ? c->password : NULL);
        json_put_str(&j, "address", k->address);
        json_close_obj(&j);
    }
    json_close_list(&j);
    fwrite(text_str(&t), 1, t.n, stdout);
    putchar('\n');
    text_release(&t);
}

/* The page that the teacher prints. */
static enum st write_page(struct cards *k, const char *path, bool reset, struct err *e)
{
    struct arena *a = &k->arena;
    struct ui_card *list = arena_array(a, k->count + 1, sizeof *list);
    struct html h;
    struct text out;
    if (!list) return err_no_memory(e, "cards");
    for (size_t i = 0; i < k->count; i++) {
        struct text qr;
        text_init(&qr, 65536);
        const char *address = arena_printf(a, "%s/sign-in?u=%s", k->address, k->list[i].username);
        list[i] = (struct ui_card){.name = k->list[i].name,
                                   .username = k->list[i].username,
                                   .code = *k->list[i].password ? k->list[i].password : NULL};
        if (address && qr_svg(&qr, address, NULL) == ST_OK)
            list[i].qr = (struct safe_html){arena_strdup(a, text_str(&qr)), qr.n};
        text_release(&qr);
    }
    text_init(&out, 16 << 20);
    html_init(&h, &out);
    struct page_ctx ctx = {.lang = LANG_EN, .csrf = "", .user_name = "", .role = "", .home = "#"};
    struct page_cards page = {.class_title = k->title,
                              .address = k->address,
                              .list = list,
                              .list_n = k->count,
                              .back_url = "#",
                              .cards_note = reset};
    enum st st = page_cards(&h, &ctx, &page);
    html_release(&h);
    if (st == ST_OK) st = cli_write_page(path, &out, e);
    text_release(&out);
    return st;
}

int cli_cards(struct cli *c)
{
    struct err e = {0};
    struct cli_app a;
    struct tx *tx;
    const char *class_ = cli_opt(c, "--class"), *page = cli_opt(c, "--html"),
               *address = cli_setting(c, "--public-url", "WAYMARK_PUBLIC_URL", "http://127.0.0.1:8080");
    bool reset = cli_opt(c, "--reset") != NULL;
    struct cards k = {.address = address};
    if (!class_) return cli_usage(c, "--class ID|TITLE is required");
    if (cli_open(c, &a, &e) != ST_OK) return cli_fail(&e);
    arena_init(&k.arena, 64u << 20);
    enum st st = tx_read(a.conn, a.app.snapshot->district_id, &tx, &e);
    if (st == ST_OK) {
        st = load(tx, class_, &k, &e);
        tx_rollback(tx);
    }
    if (st == ST_OK) st = give_passwords(&a, &k, reset, &e);
    if (st == ST_OK && page) st = write_page(&k, page, reset, &e);
    if (st == ST_OK && c->json) print_json(&k);
    else if (st == ST_OK && !page) print_text(&k);
    arena_release(&k.arena);
    cli_close(&a);
    return st == ST_OK ? 0 : cli_fail(&e);
}
