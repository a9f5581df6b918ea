/* Files: the interface's own, and figures of the content. The language of a visitor. The page of all parts. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frame/page.h"
#include "frame/route.h"
#include "store/sql/content.h"
#include "ui/asset.h"

enum { FIGURE_MAX = 16 << 20 };

static enum st web_asset(struct call *c, struct err *e)
{
    const struct asset *a = asset_find(c->http->path);
    if (!a) return err_fail(e, ST_NOT_FOUND, "err.not_found", "asset");
    const char *accept = http_header_in(c->http, "Accept-Encoding");
    bool gz = a->gz && accept && strstr(accept, "gzip");
    c->res.content_type = a->content_type;
    c->res.body = (const char *)(gz ? a->gz : a->p);
    c->res.body_n = gz ? a->gz_n : a->n;
    c->res.body_static = true;
    c->res.encoded_gzip = gz;
    http_res_header(&c->res, "Cache-Control", "public, max-age=31536000, immutable");
    http_res_header(&c->res, "Vary", "Accept-Encoding");
    return ST_OK;
}

static enum st web_icon(struct call *c, struct err *e)
{
    (void)e;
    call_redirect(c, asset_url("icon.svg"));
    return ST_OK;
}

static bool is_sha256(const char *s) { return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64; }

/* Named by its bytes, so that it never changes. Only to people who are signed in: a licence may say so. */
static enum st web_figure(struct call *c, struct err *e)
{
    struct sql_figure_get_row r;
    bool row;
    char path[600];
    const char *sha = call_param(c, "sha256");
    if (!is_sha256(sha)) return err_fail(e, ST_NOT_FOUND, "err.not_found", "figure");
    TRY(sql_figure_get(c->tx, sha, &r, &row, e));
    if (!row) return err_fail(e, ST_NOT_FOUND, "err.not_found", "figure");
    c->res.content_type = arena_strdup(c->arena, r.content_type);
    int64_t n = r.size_bytes;
    if (n < 0 || n > FIGURE_MAX || !c->res.content_type) return err_fail(e, ST_IO, "err.file", "figure %s", sha);
    snprintf(path, sizeof path, "%s/%s", c->app->files_dir, sha);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return err_fail(e, ST_IO, "err.file", "%s: %s", path, strerror(errno));
    char *p = arena_alloc(c->arena, (size_t)n + 1);
    ssize_t got = p ? read(fd, p, (size_t)n) : -1;
    close(fd);
    if (got != n) return err_fail(e, p ? ST_IO : ST_NOMEM, "err.file", "%s is not as long as its row says", path);
    c->res.body = p;
    c->res.body_n = (size_t)n;
    http_res_header(&c->res, "Cache-Control", "private, max-age=31536000, immutable");
    return ST_OK;
}

/* ?to=es&back=/today */
static enum st web_language(struct call *c, struct err *e)
{
    const char *to = http_query(c->http, "to");
    enum lang none = lang_find("en", 0), lang = lang_find(to ? to : "", none);
    const char *from = http_header_in(c->http, "Referer"), *path = NULL;
    (void)e;
    if (from && (path = strstr(from, "://"))) path = strchr(path + 3, '/');
    const char *cookie = arena_printf(c->arena, "lang=%s; Path=/; Max-Age=31536000; SameSite=Lax", lang_code(lang));
    if (cookie) http_res_header(&c->res, "Set-Cookie", cookie);
    call_redirect(c, path && path[1] != '/' && path[1] != '\\' && !strpbrk(path, "\r\n") && strlen(path) < 500 ? path
                                                                                                               : "/");
    return ST_OK;
}

const struct route asset_routes[] = {
    GET("/language", MAY_ANYONE, web_language, .summary = "Another language", .sample = "to=en"),
    GET("/assets/:name", MAY_ANYONE, web_asset, .summary = "A file of the interface"),
    GET("/favicon.ico", MAY_ANYONE, web_icon, .summary = "The icon"),
    GET("/figure/:sha256", MAY_SIGNED_IN, web_figure, .summary = "A figure of a question"),
    {0},
};
