/* What the commands that run a school share with the others: whose rules, whose account, a new district, the server. */
#ifndef OPS_OPS_H
#define OPS_OPS_H
#include "cli/cli.h"
#include "domain/policy.h"

/* policy.c: --school NAME|ID as a scope; without it the district. ST_NOT_FOUND: no such school */
/* By user name or id. ST_NOT_FOUND: nobody. */
enum st cli_find_user(struct tx *tx, const char *who, int64_t *user_id, struct err *e) WARN_UNUSED;
enum st cli_scope(struct cli *c, struct cli_app *a, enum policy_scope *scope, int64_t *id, struct err *e) WARN_UNUSED;

/* admin.c: the first rows of a new database. ST_DENIED: it holds a district already. */
enum st cli_add_district(const struct cli *c, struct db *db, const char *name, const char *zone,
                         struct err *e) WARN_UNUSED;

int cli_cards(struct cli *c); /* cards.c */

/* serve.c */
struct serve_options {
    const char *listen, *public_url, *tls_cert, *tls_key, *trusted_proxy, *files_dir;
    const char *refit, *retention; /* NULL: the usual hour */
};
int serve_run(struct db *db, struct clock clock, const struct serve_options *o);

#endif
