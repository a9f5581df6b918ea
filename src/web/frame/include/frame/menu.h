/* The main menu of whoever asks. */
#ifndef FRAME_MENU_H
#define FRAME_MENU_H
#include "gate/gate.h"
#include "ui/pages.h"

enum { MENU_PAGES = 48 }; /* of one person, under all words, at most */

/* Fills ctx->nav, and ctx->sub when the open word has more than one page. current: the path of the menu's page that a
 * page below it belongs to, or NULL; a request for a page of the menu needs none. */
enum st menu_fill(struct call *c, const char *current, struct page_ctx *ctx, struct err *e) WARN_UNUSED;

#endif
