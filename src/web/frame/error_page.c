/* The page in place of one that could not be made: what happened, and what to do. */
#include <string.h>

#include "frame/kept.h"
#include "frame/page.h"

void web_render_error(struct call *c)
{
    struct err e = {0};
    struct page *p;
    struct text words;
    enum lang lang = page_lang(c);
    int status = st_http(c->st);
    const char *accept = http_header_in(c->http, "Accept");
    text_clear(&c->out);
    text_init(&words, 4096);
    msg_err(&words, lang, c->err.user);
    if (accept && strstr(accept, "application/json")) {
        c->res.content_type = "application/json";
        text_add(&c->out, "{\"error\":true}");
    } else if (c->st == ST_SIGN_IN && c->route && c->route->method == HTTP_GET) {
        c->res.status = 303;
        http_res_header(&c->res, "Location", "/sign-in");
    } else if (kept_page(c)) {
        /* it is not lost */
    } else if (c->refusal && page_begin(c, NULL, &p, &e) == ST_OK) { /* frame/based_on.h */
        if (page_conflict(&p->html, &p->ctx, c->refusal) != ST_OK) text_add(&c->out, "error");
    } else if (page_begin(c, NULL, &p, &e) == ST_OK) {
        static const enum msg_id heads[][2] = {
            {400, MSG_error_head_400}, {401, MSG_error_head_401}, {403, MSG_error_head_403}, {404, MSG_error_head_404},
            {409, MSG_error_head_409}, {413, MSG_error_head_413}, {503, MSG_error_head_503}};
        enum msg_id head = MSG_error_head_500;
        for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
            if ((int)heads[i][0] == status) head = heads[i][1];
        struct page_error page = {.status = status,
                                  .head = head,
                                  .what = arena_strdup(c->arena, text_str(&words)),
                                  .back_url = c->st == ST_SIGN_IN ? "/sign-in" : page_home(c->who.roles),
                                  .back_label = MSG_error_home};
        if (page_error(&p->html, &p->ctx, &page) != ST_OK) text_add(&c->out, "error");
    }
    text_release(&words);
}
