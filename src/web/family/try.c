/* The question that a family tries together. */
#include <stdio.h>

#include "content/items.h"
#include "frame/response.h"
#include "frame/route.h"

/* A question for a family to try together. Nothing is stored. */
static enum st web_try(struct call *c, struct err *e)
{
    const struct item_ref *ref;
    const struct item *item;
    int32_t version = 0;
    struct page *p;
    int64_t item_id, variant = 1;
    bool post = c->http->method == HTTP_POST;
    const char *vs = post ? http_form(c->http, "variant", 0) : http_query(c->http, "v");
    TRY(call_id(c, "item", &item_id, e));
    if (vs && *vs) TRY(response_number(vs, "variant", INT64_C(1) << 40, &variant, e));
    ref = catalogue_item(&c->snapshot->catalogue, item_id);
    if (!ref || !ref->open) return err_fail(e, ST_NOT_FOUND, "err.not_found", "item");
    if (post) TRY(response_version(c, &version, e));
    if (!version) version = ref->version;
    TRY(app_item_variant(c->app, c->tx, c->arena, item_id, version, variant, ITEM_WHOLE, &item, e));
    TRY(page_begin(c, "/children", &p, e));
    struct page_item page = {.item_id = id_text(c, item_id),
                             .version = version,
                             .variant = variant,
                             .client_id = new_client_id(c),
                             .no_trace = true,
                             .leave_url = "/children",
                             .post_url = arena_printf(c->arena, "/try/%lld", (long long)item_id),
                             .help_client_id = ""};
    page.order_url = page.post_url;
    response_question(item, &page);
    const struct competency *about =
        ref->competency_count ? catalogue_competency(&c->snapshot->catalogue, ref->competency_ids[0]) : NULL;
    if (about) page.skill = about->name;
    if (post) page.response = response_moved(c);
    if (post && !page.response) {
        json_t *response;
        struct verdict verdict = {0};
        TRY(response_form(c, &item->question, &response, e));
        TRY(item_score(c->arena, item, response, &verdict, e));
        page.response = response_field(c, response);
        response_feedback(c, &verdict, &page.feedback);
        if (page.feedback.kind == 1) {
            page.feedback.next_url =
                arena_printf(c->arena, "/try/%lld?v=%lld", (long long)item_id, (long long)variant + 1);
            page.feedback.next_label = MSG_player_again;
        }
    }
    TRY(response_options(c, &item->question, page.response, &page.options, &page.options_n, e));
    return page_end(p, page_item(&p->html, &p->ctx, &page), e);
}

const struct route try_routes[] = {
    GET("/try/:item", MAY_GUARDIAN_OF, web_try, .summary = "A question without a trace"),
    {.method = HTTP_POST,
     .path = "/try/:item",
     .may = MAY_GUARDIAN_OF,
     .read = web_try,
     .body_max = FORM_BYTES,
     .summary = "A question without a trace",
     .sample = "variant=0&response=3/4"},
    {0},
};
