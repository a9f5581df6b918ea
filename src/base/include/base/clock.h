/* Time, asked in one place, and calendar arithmetic without a process-wide zone.
 *
 * Instants are milliseconds since 1970 in UTC; dates are days since 1970-01-01 (proleptic Gregorian).
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H
#include <stdbool.h>
#include <stdint.h>

struct clock {
    int64_t (*now_ms)(void *ctx);
    void *ctx;
    int64_t offset_ms; /* --now: added to what the source says */
};

struct clock clock_system(void);
int64_t clock_now_ms(const struct clock *c);
int64_t clock_mono_us(void); /* for durations only */
int64_t clock_cpu_us(void);  /* of this thread: what it has worked, without what it has waited */

void time_format_utc(int64_t at_ms, char out[32]);  /* 2026-11-23T10:42:00.000Z */
bool time_parse_utc(const char *s, int64_t *at_ms); /* RFC 3339, or a bare date (midnight UTC) */
int32_t date_from_ymd(int y, int m, int d);
void date_to_ymd(int32_t day, int *y, int *m, int *d);
bool date_parse(const char *s, int32_t *day); /* YYYY-MM-DD; real dates only */
void date_format(int32_t day, char out[16]);
int date_weekday(int32_t day); /* 0 = Monday */

/* An IANA zone read from its TZif file (RFC 8536). */
struct tz;
struct tz *tz_open(const char *name); /* NULL when there is no such zone; caller frees with tz_free */
void tz_free(struct tz *z);
int32_t tz_offset_s(const struct tz *z, int64_t at_ms); /* seconds east of UTC; NULL is UTC */
int32_t tz_date(const struct tz *z, int64_t at_ms);     /* the local date */

#endif
