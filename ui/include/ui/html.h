/* Writers of HTML. The safe form has the short name; HTML that is to go out as it is has a type of its own.
 *
 * A failure (no memory, longer than the text's maximum) is kept by the text; html_done() tells at the end.
 */
#ifndef UI_HTML_H
#define UI_HTML_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "i18n/i18n.h"

enum { HTML_SCRATCH = 8 };

struct html {
    struct text *out;                  /* the caller's */
    struct text scratch[HTML_SCRATCH]; /* words made on the way, used in turn */
    unsigned turn;
};

/* HTML from a renderer with an allow-list (or made by this room). Never from a person's text. */
struct safe_html {
    const char *p;
    size_t n;
};

void html_init(struct html *h, struct text *out);
void html_release(struct html *h); /* the scratch; not the caller's text */
enum st html_done(struct html *h); /* ST_OK, or ST_NOMEM when something did not fit */

void html_put(struct html *h, const char *p, size_t n);
#define html_lit(h, s) html_put((h), "" s "", sizeof(s) - 1) /* a literal, or it does not compile */
void html_text(struct html *h, const char *s); /* & < > " ' escaped; bytes that are no text become U+FFFD */
void html_attr(struct html *h, const char *s); /* the same, and line breaks kept as &#10; for a quoted attribute */
void html_url(struct html *h, const char *s);  /* a whole address: http, https, /path, ?query, #part; else "#" */
/* one piece of an address: everything but letters, digits and -._~ is %XX */
void html_url_part(struct html *h, const char *s);
void html_safe(struct html *h, struct safe_html s);
void html_int(struct html *h, int64_t n); /* plain digits */
void html_int_words(struct html *h, enum lang lang, int64_t n);
void html_decimal(struct html *h, double v); /* at most 4 places, a point; for attributes that machines read */
void html_msg(struct html *h, enum lang lang, enum msg_id id, const struct msg_arg *args, size_t n);
void html_attr_msg(struct html *h, enum lang lang, enum msg_id id, const struct msg_arg *args, size_t n);

enum time_form { TIME_moment, TIME_ago, TIME_day, TIME_weekday, TIME_date, TIME_clock, TIME_exact };
enum prob_form { PROB_percent, PROB_in100 };
/* <time datetime title="exact">words</time>; nothing when at_ms is 0. */
void html_time(struct html *h, enum lang lang, int64_t at_ms, int64_t now_ms, const struct tz *tz, enum time_form form);
/* Words in scratch, valid for the next HTML_SCRATCH - 1 calls. */
const char *html_time_words(struct html *h, enum lang lang, int64_t at_ms, int64_t now_ms, const struct tz *tz,
                            enum time_form form);
const char *html_prob_words(struct html *h, enum lang lang, double p, enum prob_form form);
const char *html_duration_words(struct html *h, enum lang lang, int64_t took_ms);

static inline bool html_has(const char *s) { return s && *s; }
static inline struct safe_html safe_html_trust(const char *p, size_t n) { return (struct safe_html){p, n}; }

/* A QR code as inline SVG, appended to out. ST_INVALID: too long for one (about 1,200 bytes). */
enum st qr_svg(struct text *out, const char *data, struct err *e) WARN_UNUSED;

#endif
