#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"

static enum log_level min_level = LOG_INFO;

void log_set_level(enum log_level min) { min_level = min; }

void log_line(enum log_level level, const char *event, const char *fmt, ...)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    if (level < min_level) return;
    char words[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    struct clock c = clock_system();
    struct text t;
    struct json_out j;
    text_init(&t, 4096);
    json_out_init(&j, &t);
    json_open_obj(&j, NULL);
    json_put_time(&j, "at", clock_now_ms(&c));
    json_put_str(&j, "level", names[level]);
    json_put_str(&j, "event", event);
    json_put_str(&j, "text", words);
    json_close_obj(&j);
    text_char(&t, '\n');
    if (!t.failed && write(STDERR_FILENO, t.p, t.n) < 0) {
        /* Nobody reads our standard error any more; there is no one left to tell. */
    }
    text_release(&t);
}
