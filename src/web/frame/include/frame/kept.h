/* A form that arrives after its session has ended is not lost: signing in carries it on, and the person sends it again.
 *
 * The form goes with the page of the sign-in, in its hidden fields: nothing of it is stored, and nothing is in an
 * address. It is offered again only to the person that it was made for: a cookie of the browser holds a hash of each
 * of its latest sessions' form secret with its user, which only that session's own forms and that same user fit. The
 * secret of a session that has ended opens nothing, another person who signs in is shown nothing, and a form that some
 * other site has made up fits no cookie. What is offered is sent by the person with a button, never by itself.
 */
#ifndef FRAME_KEPT_H
#define FRAME_KEPT_H
#include "frame/page.h"

/* In place of an error's page: signing in that carries on what was sent, or, for somebody who has signed in again
 * since, what was sent. False: there is nothing to keep. */
bool kept_page(struct call *c);

/* For the page of the sign-in: what it carries on, when the sign-in is tried again. */
enum st kept_carry(struct call *c, struct page_sign_in *page, struct err *e) WARN_UNUSED;
/* The person has signed in with this token. *shown: a page offers what was carried, which is theirs. */
enum st kept_signed_in(struct call *c, int64_t user_id, const char *token, bool *shown, struct err *e) WARN_UNUSED;

#endif
