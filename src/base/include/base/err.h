/* Errors: a status to act on, and words the caller owns.
 *
 * A fallible function returns `enum st` and fills a `struct err` that its caller supplied; nothing in it is
 * allocated, so running out of memory can be told too. Outputs are written on ST_OK only. A lower error is passed
 * on, never overwritten.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H
#include <stddef.h>

enum st {
    ST_OK,
    ST_INVALID, /* the input is wrong: say where and what to do */
    ST_NOT_FOUND,
    ST_CONFLICT, /* the same id with another body; a row changed under us */
    ST_DENIED,   /* a permission, a lock, a brake */
    ST_SIGN_IN,  /* nobody is signed in, or the session has ended */
    ST_BUSY,     /* try again shortly */
    ST_FULL,     /* the disk, or a bounded queue */
    ST_NOMEM,
    ST_IO,
    ST_BUG
};

struct err {
    enum st st;
    char user[160];   /* message id, then its arguments, each behind an 0x1f; safe to show through the catalogue */
    char detail[240]; /* for the log and the command line: errno, path, name of the query */
};

#define WARN_UNUSED __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

/* Fill *e (which may be NULL) and return st. msg_id names an entry of the message catalogue. */
enum st err_fail(struct err *e, enum st st, const char *msg_id, const char *detail_fmt, ...) PRINTF_LIKE(4, 5);
/* ST_NOMEM, and of what there was too little memory for. */
enum st err_no_memory(struct err *e, const char *what);
/* Append one argument for the message; cut silently when the words are full. */
void err_arg(struct err *e, const char *arg);
/* The message id alone, copied into out (cut at cap). */
void err_code(const struct err *e, char *out, size_t cap);
/* One table from status to HTTP status, exit code and name. */
int st_http(enum st st);
int st_exit(enum st st);
const char *st_name(enum st st);

/* Return a failure to the caller. Only where nothing is held, or what is held belongs to the request. */
#define TRY(call) \
    do { \
        enum st st_ = (call); \
        if (st_ != ST_OK) return st_; \
    } while (0)

#endif
