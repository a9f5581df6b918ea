/* user add, passwd, list, cards; token create. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access/identity.h"
#include "base/json.h"
#include "cli/cli.h"
#include "policy/snapshot.h"
#include "ops/ops.h"
#include "store/sql/identity.h"
#include "store/sql/import.h"
#include "store/sql/roster.h"

/* From the terminal or the first line of standard input; never from an argument, which others could see. */
static bool read_password(char *out, size_t cap)
{
    if (isatty(STDIN_FILENO)) {
        char *p = getpass("Password: ");
        if (!p || strlen(p) >= cap) return false;
        memcpy(out, p, strlen(p) + 1);
        return true;
    }
    if (!fgets(out, (int)cap, stdin)) return false;
    out[strcspn(out, "\r\n")] = 0;
    return true;
}

enum st cli_find_user(struct tx *tx, const char *who, int64_t *user_id, struct err *e)
{
    struct sql_user_by_name_row r;
    bool row;
    TRY(sql_user_by_name(tx, who, &r, &row, e));
    if (row) {
        *user_id = r.user_id;
        return ST_OK;
    }
    struct actor a;
    if (id_parse(who, user_id) && actor_load(tx, *user_id, &a, e) == ST_OK) return ST_OK;
    return err_fail(e, ST_NOT_FOUND, "err.no_user", "no user named %s; `waymark user list` shows them", who);
}

static enum st org_by_name(struct tx *tx, const char *name, int64_t *org_id, struct err *e)
{
    struct sql_org_list_row r;
    struct rows rows;
    TRY(sql_org_list(tx, &rows, e));
    while (sql_org_list_next(&rows, &r)) {
        if (strcmp(r.name, name) != 0) continue;
        *org_id = r.org_id;
        return rows_end(&rows);
    }
    TRY(rows_end(&rows));
    return err_fail(e, ST_NOT_FOUND, "err.no_org", "no school named %s", name);
}

static int run_add(struct cli *c)
{
    struct err e = {0};
    struct cli_app a;
    char password[300], hash[PASSWORD_HASH_TEXT];
    int64_t id = 0;
    if (c->count != 1)
        return cli_usage(
            c, "name the user: waymark user add --db … --role ROLE USERNAME (the password comes from standard input)");
    const char *role = cli_opt(c, "--role"), *given = cli_opt(c, "--given"), *family = cli_opt(c, "--family"),
               *school = cli_opt(c, "--school");
    if (!role || !role_parse(role))
        return cli_usage(
            c, "--role is one of student, teacher, coach, counselor, principal, district, guardian, programs");
    if (!read_password(password, sizeof password)) return cli_usage(c, "no password on standard input");
    if (password_check(password, &e) != ST_OK) return cli_fail(&e);
    if (cli_open(c, &a, &e) != ST_OK) return cli_fail(&e);
    struct tx *tx;
    struct new_user u = {.username = c->positional[0],
                         .given_name = given ? given : c->positional[0],
                         .family_name = family,
                         .role = role,
                         .grade = cli_opt(c, "--grade"),
                         .language = cli_opt(c, "--language")};
    enum st st = password_hash(password, hash, &e);
    if (st == ST_OK) st = tx_write(a.conn, a.app.snapshot->district_id, &tx, &e);
    if (st == ST_OK) {
        if (school) st = org_by_name(tx, school, &u.org_id, &e);
        if (st == ST_OK) st = user_create(&a.app, tx, &u, hash, &id, &e);
        if (st == ST_OK) st = tx_commit(tx, &e);
        else tx_rollback(tx);
    }
    cli_close(&a);
    if (st != ST_OK) return cli_fail(&e);
    if (c->json) printf("{\"user_id\":\"%lld\"}\n", (long long)id);
    else printf("%lld\n", (long long)id);
    return 0;
}

static int run_role(struct cli *c)
{
    struct err e = {0};
    struct cli_app a;
    struct tx *tx;
    int64_t id, org_id = 0;
    const char *add = cli_opt(c, "--add"), *remove = cli_opt(c, "--remove"), *role = add ? add : remove,
               *school = cli_opt(c, "--school");
    if (c->count != 1 || !role || (add && remove))
        return cli_usage(c, "name the user, and one of --add ROLE, --remove ROLE");
    if (!role_parse(role))
        return cli_usage(
            c, "the role is one of student, teacher, coach, counselor, principal, district, guardian, programs");
    if (cli_open(c, &a, &e) != ST_OK) return cli_fail(&e);
    enum st st = tx_write(a.conn, a.app.snapshot->district_id, &tx, &e);
    if (st == ST_OK) {
        st = cli_find_user(tx, c->positional[0], &id, &e);
        if (st == ST_OK && school) st = org_by_name(tx, school, &org_id, &e);
        if (st == ST_OK)
            st = add ? sql_role_insert(tx, &(struct sql_role_insert_in){.user_id = id, .org_id = org_id, .role = role},
                                       NULL, &e)
                     : sql_role_close(tx, &(struct sql_role_close_in){.user_id = id, .org_id = org_id, .role = role},
                                      NULL, &e);
        if (st == ST_OK && remove) st = sessions_end(tx, id, NULL, &e); /* what it opened closes at once */
        if (st == ST_OK) st = tx_commit(tx, &e);
        else tx_rollback(tx);
    }
    cli_close(&a);
    return st == ST_OK ? 0 : cli_fail(&e);
}

static int run_passwd(struct cli *c)
{
    struct err e = {0};
    struct cli_app a;
    char password[300], hash[PASSWORD_HASH_TEXT];
    int64_t id;
    if (c->count != 1) return cli_usage(c, "name the user");
    if (!read_password(password, sizeof password)) return cli_usage(c, "no password on standard input");
    if (password_check(password, &e) != ST_OK) return cli_fail(&e);
    if (cli_open(c, &a, &e) != ST_OK) return cli_fail(&e);
    struct tx *tx;
    enum st st = password_hash(password, hash, &e);
    if (st == ST_OK) st = tx_write(a.conn, a.app.snapshot->district_id, &tx, &e);
    if (st == ST_OK) {
        st = cli_find_user(tx, c->positional[0], &id, &e);
        if (st == ST_OK)
            st = sql_user_set_password(tx, &(struct sql_user_set_password_in){.user_id = id, .password_hash = hash},
                                       NULL, &e);
        if (st == ST_OK) {
            if (st == ST_OK) st = sessions_end(tx, id, NULL, &e);
        }
        if (st == ST_OK) st = tx_commit(tx, &e);
        else tx_rollback(tx);
    }
    cli_close(&a);
    return st == ST_OK ? 0 : cli_fail(&e);
}

struct listed {
    int64_t id;
    char name[208];
};

static enum st list_users(struct cli *c, struct tx *tx, int64_t class_id, struct text *out, struct err *e)
{
    struct sql_user_name_row r;
    struct rows rows = {0};
    struct json_out j;
    struct listed *list = NULL;
    size_t n = 0, cap = 0;
    enum st st = class_id ? sql_user_list_class(tx, class_id, &rows, e) : sql_user_list(tx, &rows, e);
    while (st == ST_OK && (class_id ? sql_user_list_class_next(&rows, &r) : sql_user_list_next(&rows, &r))) {
        if (n == cap) {
            cap = cap ? cap * 2 : 256;
            struct listed *more = realloc(list, cap * sizeof *list);
            if (!more) {
                st = err_fail(e, ST_NOMEM, "err.memory", "users");
                break;
            }
            list = more;
        }
        list[n].id = r.user_id;
        snprintf(list[n++].name, sizeof list->name, "%s", r.username);
    }
    if (st == ST_OK) st = rows_end(&rows);
    json_out_init(&j, out);
    if (c->json) json_open_list(&j, NULL);
    for (size_t i = 0; st == ST_OK && i < n; i++) {
        struct actor who;
        st = actor_load(tx, list[i].id, &who, e);
        if (c->json) {
            json_open_obj(&j, NULL);
            json_put_id(&j, "user_id", list[i].id);
            json_put_str(&j, "username", list[i].name);
            json_open_list(&j, "roles");
        } else {
            text_printf(out, "%lld\t%s\t", (long long)list[i].id, list[i].name);
        }
        for (unsigned role = 1, any = 0; role <= ROLE_LAST; role <<= 1) {
            if (!(who.roles & role)) continue;
            if (c->json) json_put_str(&j, NULL, role_code((enum role)role));
            else text_printf(out, "%s%s", any++ ? "," : "", role_code((enum role)role));
        }
        if (c->json) {
            json_close_list(&j);
            json_close_obj(&j);
        } else {
            text_char(out, '\n');
        }
    }
    if (c->json) {
        json_close_list(&j);
        text_char(out, '\n');
    }
    free(list);
    return st;
}

static int run_list(struct cli *c)
{
    struct err e = {0};
    struct cli_app a;
    struct tx *tx;
    struct text out;
    int64_t class_id = 0;
    const char *of = cli_opt(c, "--class");
    if (of && !id_parse(of, &class_id)) return cli_usage(c, "--class takes a class id");
    if (cli_open(c, &a, &e) != ST_OK) return cli_fail(&e);
    text_init(&out, 256u << 20);
    enum st st = tx_read(a.conn, a.app.snapshot->district_id, &tx, &e);
    if (st == ST_OK) {
        st = list_users(c, tx, class_id, &out, &e);
        tx_rollback(tx);
    }
    if (st == ST_OK) fwrite(text_str(&out), 1, out.n, stdout);
    text_release(&out);
    cli_close(&a);
    return st == ST_OK ? 0 : cli_fail(&e);
}

/* 90d, 12h, 30m */
static bool parse_ttl(const char *s, int64_t *ms)
{
    char number[24];
    size_t n = strspn(s, "0123456789");
    if (!n || n >= sizeof number || strlen(s) != n + 1) return false;
    memcpy(number, s, n);
    number[n] = 0;
    int64_t v, unit = s[n] == 'd' ? 86400000 : s[n] == 'h' ? 3600000 : s[n] == 'm' ? 60000 : s[n] == 's' ? 1000 : 0;
    if (!unit || !parse_i64(number, &v) || v < 1 || v > 100000) return false;
    *ms = v * unit;
    return true;
}

static int run_token(struct cli *c)
{
    struct err e = {0};
    struct cli_app a;
    struct tx *tx;
    int64_t id, ttl = INT64_C(90) * 86400000;
    char token[TOKEN_TEXT];
    const char *user = cli_opt(c, "--user"), *for_ = cli_opt(c, "--ttl");
    if (!user) return cli_usage(c, "--user NAME|ID is required");
    if (for_ && !parse_ttl(for_, &ttl)) return cli_usage(c, "--ttl takes a time such as 90d, 12h or 30m");
    if (cli_open(c, &a, &e) != ST_OK) return cli_fail(&e);
    enum st st = tx_write(a.conn, a.app.snapshot->district_id, &tx, &e);
    if (st == ST_OK) {
        st = cli_find_user(tx, user, &id, &e);
        if (st == ST_OK) st = api_token_create(&a.app, tx, id, ttl, token, &e);
        if (st == ST_OK) st = tx_commit(tx, &e);
        else tx_rollback(tx);
    }
    cli_close(&a);
    if (st != ST_OK) return cli_fail(&e);
    puts(token);
    return 0;
}

const struct cli_command cli_commands_user[] = {
    {"user add",
     "USERNAME",
     "Add a person; the password is read from standard input.",
     run_add,
     true,
     {{"--role", "ROLE",
       "student, teacher, coach, counselor, principal, district, guardian or programs (sees who is in which program)"},
      {"--given", "NAME", "given name"},
      {"--family", "NAME", "family name"},
      {"--grade", "GRADE", "CEDS code, 01 to 12"},
      {"--language", "LANG", "of the interface: en, es"},
      {"--school", "NAME", "school of the role (default: the whole district)"}}},
    {"user role",
     "USERNAME",
     "Add or remove a role of a person.",
     run_role,
     true,
     {{"--add", "ROLE", "the role to add, as in user add"},
      {"--remove", "ROLE", "the role to remove"},
      {"--school", "NAME", "school of the role (default: the whole district)"}}},
    {"user passwd", "USERNAME", "Set a password, read from standard input.", run_passwd, true, {{0}}},
    {"user list",
     "",
     "List people: id, name, roles.",
     run_list,
     true,
     {{"--class", "ID", "only the students of a class"}}},
    {"user cards",
     "",
     "Print sign-in cards for a class. Students without a password get one; it is shown here and nowhere else.",
     cli_cards,
     true,
     {{"--class", "ID|TITLE", "the class"},
      {"--reset", NULL, "new passwords for the whole class"},
      {"--html", "FILE", "write a page to print, with a QR code on each card"},
      {"--public-url", "URL", "how people reach the server"}}},
    {"token create",
     "",
     "Make an API token. It is printed once; only its hash is stored.",
     run_token,
     true,
     {{"--user", "NAME|ID", "the person the token acts as"},
      {"--ttl", "TIME", "how long it is valid: 90d (default), 12h, 30m"}}},
    {0},
};
