/* Words, numbers and dates in the reader's language.
 *
 * Every word of the interface is a message of src/i18n/po/en.po, named by its msgctxt; `enum msg_id` and `enum lang`
 * are made from the .po files at build. A message holds {name} for each argument; one with a plural is chosen by its
 * argument "n". What a language lacks is shown in English. Nothing here knows HTML: the writer of a page escapes.
 */
#ifndef I18N_I18N_H
#define I18N_I18N_H
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/text.h"
#include "i18n/ids.h"

struct msg_arg {
    const char *name; /* as between the braces */
    const char *text; /* shown as it is; NULL: the number n in the language's form */
    int64_t n;
};
static inline struct msg_arg msg_arg_text(const char *name, const char *s)
{
    return (struct msg_arg){.name = name, .text = s ? s : ""};
}
#define MSG_T(arg_name, value) msg_arg_text((arg_name), (value))
#define MSG_N(arg_name, value) ((struct msg_arg){.name = (arg_name), .n = (value)})
/* MSG_ARGS(MSG_T("name", s), MSG_N("n", 3)) gives the two last arguments of msg_format(). */
#define MSG_ARGS(...) \
    ((const struct msg_arg[]){__VA_ARGS__}), (sizeof((const struct msg_arg[]){__VA_ARGS__}) / sizeof(struct msg_arg))

/* The text of a message without arguments; static, never NULL. */
const char *msg(enum lang lang, enum msg_id id);
/* The text with its arguments, appended to out. An argument that is not given shows as its {name}. */
void msg_format(struct text *out, enum lang lang, enum msg_id id, const struct msg_arg *args, size_t n_args);
/* The id by its name ("json.bad"); MSG_NONE when there is none. */
enum msg_id msg_find(const char *id);
const char *msg_name(enum msg_id id);
/* The words for err.user: an id, then its arguments, each behind an 0x1f, filling the {names} in the order of the
 * English text. An unknown id gives the words of error.unknown. */
void msg_err(struct text *out, enum lang lang, const char *err_user);
/* The words of a reason or label known by a prefix and a code, e.g. ("reason", "review"); fallback when absent. */
enum msg_id msg_find_code(const char *prefix, const char *code, enum msg_id fallback);

const char *lang_code(enum lang lang);                          /* "en" */
const char *lang_dir(enum lang lang);                           /* "ltr" or "rtl" */
enum lang lang_find(const char *code, enum lang dflt);          /* "es", "es-MX" */
enum lang lang_from_accept(const char *accept, enum lang dflt); /* an Accept-Language header; NULL allowed */

/* Numbers. */
void format_int(struct text *out, enum lang lang, int64_t n);                /* 12,345 */
void format_decimal(struct text *out, enum lang lang, double v, int places); /* 0.5; places 0 to 6 */
void format_percent(struct text *out, enum lang lang, double share);         /* 0.874 gives 87% */
/* 87%; never 0 or 100 unless it is */
void format_in_100(struct text *out, enum lang lang, double p);
void format_duration(struct text *out, enum lang lang, int64_t took_ms); /* 48 sec, 3 min, 1 hr 10 min */

/* Dates as people say them. Days are days since 1970-01-01, moments milliseconds UTC, tz may be NULL (UTC). */
void format_day(struct text *out, enum lang lang, int32_t day, int32_t today);          /* today, Tuesday, Nov 12 */
void format_weekday(struct text *out, enum lang lang, int32_t day);                     /* Tuesday */
void format_month(struct text *out, enum lang lang, int32_t day);                       /* November 2024 */
void format_date(struct text *out, enum lang lang, int32_t day);                        /* Tuesday, November 12, 2024 */
void format_time(struct text *out, enum lang lang, int64_t at_ms, const struct tz *tz); /* 2:05 PM; 14:05 in Spanish */
/* Today 10:42 AM, Mon 11:15 AM, Nov 12 */
void format_moment(struct text *out, enum lang lang, int64_t at_ms, int64_t now_ms, const struct tz *tz);
/* Tuesday, November 12, 2024, 10:42 AM */
void format_moment_exact(struct text *out, enum lang lang, int64_t at_ms, const struct tz *tz);
/* 4 minutes ago */
void format_ago(struct text *out, enum lang lang, int64_t at_ms, int64_t now_ms);

#endif
