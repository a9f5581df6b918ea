/* Tables in text files. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "lab/lab.h"

enum { TABLE_BYTES_MAX = 1 << 30, BEGIN_BYTES = 4 << 20, PACKED_BYTES = 1 << 17, LET_GO_BYTES = 8 << 20 };

static enum st read_all(struct sheet *t, struct err *e)
{
    gzFile f = gzopen(t->path, "rb");
    if (!f)
        return err_fail(e, errno == ENOENT ? ST_NOT_FOUND : ST_IO, "model.file", "%s: %s", t->path, strerror(errno));
    gzbuffer(f, PACKED_BYTES); /* small beside what is asked for at once, so that zlib unpacks straight into it */
    size_t n = 0, cap = BEGIN_BYTES;
    char *p = malloc(cap + 1);
    enum st st = p ? ST_OK : ST_NOMEM;
    while (st == ST_OK) {
        if (cap - n < 4 * (size_t)PACKED_BYTES) {
            char *more = cap < TABLE_BYTES_MAX ? realloc(p, cap * 2 + 1) : NULL;
            if (!more) {
                st = cap < TABLE_BYTES_MAX ? ST_NOMEM : ST_FULL;
                break;
            }
            p = more;
            cap *= 2;
        }
        int got = gzread(f, p + n, (unsigned)(cap - n));
        if (got < 0) st = ST_IO;
        if (got <= 0) break;
        n += (size_t)got;
    }
    int code;
    const char *why = gzerror(f, &code);
    if (st == ST_IO || (st == ST_OK && code != Z_OK && code != Z_STREAM_END))
        st = err_fail(e, ST_IO, "model.file", "%s: the archive is broken after %zu bytes (%s)", t->path, n, why);
    else if (st == ST_FULL) st = err_fail(e, ST_INVALID, "model.file", "%s: over 1 GiB", t->path);
    else if (st == ST_NOMEM) st = err_fail(e, ST_NOMEM, "err.memory", "reading %s", t->path);
    int closed = gzclose_r(f);
    if (st == ST_OK && closed != Z_OK) st = err_fail(e, ST_IO, "model.file", "%s: the archive ends too soon", t->path);
    if (st == ST_OK && arena_on_release(t->arena, free, p) != 0)
        st = err_fail(e, ST_NOMEM, "err.memory", "reading %s", t->path);
    if (st != ST_OK) {
        free(p);
        return st;
    }
    p[n] = 0;
    t->p = t->gone = p;
    t->end = p + n;
    return ST_OK;
}

enum st sheet_open(struct sheet *t, struct arena *a, const char *path, struct err *e)
{
    *t = (struct sheet){.path = path, .arena = a, .next_line = 1};
    TRY(read_all(t, e));
    if (t->end - t->p >= 3 && memcmp(t->p, "\xEF\xBB\xBF", 3) == 0) t->p += 3;
    if (t->p == t->end) return err_fail(e, ST_INVALID, "model.file", "%s: line 1: the file is empty", path);
    if (memchr(t->p, 0, (size_t)(t->end - t->p)))
        return err_fail(e, ST_INVALID, "model.file", "%s: not a text file", path);
    size_t line = strcspn(t->p, "\n"), tabs = 0, commas = 0, semicolons = 0;
    for (size_t i = 0; i < line; i++) {
        tabs += t->p[i] == '\t';
        commas += t->p[i] == ',';
        semicolons += t->p[i] == ';';
    }
    t->separator = tabs ? '\t' : commas || !semicolons ? ',' : ';';
    return ST_OK;
}

static bool add_field(struct sheet *t, char *p)
{
    if (t->count == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 64;
        char **more = arena_array(t->arena, cap, sizeof *more);
        if (!more) return false;
        if (t->count) memcpy(more, t->fields, t->count * sizeof *more);
        t->fields = more;
        t->cap = cap;
    }
    t->fields[t->count++] = p;
    return true;
}

/* A quoted field is unfolded where it stands. */
static char *quoted(struct sheet *t, char **at)
{
    char *from = *at + 1, *to = from, *begin = from;
    while (from < t->end && !(from[0] == '"' && from[1] != '"')) {
        if (*from == '"') from++;
        if (*from == '\n') t->next_line++;
        *to++ = *from++;
    }
    if (from < t->end) from++;
    while (from < t->end && *from != t->separator && *from != '\n' && *from != '\r') *to++ = *from++;
    *at = from;
    if (to < from) *to = 0;
    return begin;
}

bool sheet_next(struct sheet *t)
{
    while (t->p < t->end && (*t->p == '\n' || *t->p == '\r')) t->next_line += *t->p++ == '\n';
    if (t->p >= t->end) return false;
    t->line = t->next_line;
    t->count = 0;
    char *p = t->p;
    for (;;) {
        char *begin = p;
        if (p < t->end && *p == '"') begin = quoted(t, &p);
        else
            while (p < t->end && *p != t->separator && *p != '\n') p++;
        char stop = p < t->end ? *p : '\n';
        if (stop == '\r') {
            while (p < t->end && *p != '\n') p++;
            stop = '\n';
        }
        if (p > begin && p[-1] == '\r') p[-1] = 0;
        if (p < t->end) *p = 0;
        p++;
        if (!add_field(t, begin)) return false;
        if (stop == '\n') break;
    }
    t->next_line++;
    t->p = p > t->end ? t->end : p;
    return true;
}

void sheet_let_go(struct sheet *t)
{
    if (t->p - t->gone < LET_GO_BYTES) return;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *from = t->gone + (page - (uintptr_t)t->gone % page) % page, *to = t->p - (uintptr_t)t->p % page;
    if (to > from && madvise(from, (size_t)(to - from), MADV_DONTNEED) == 0) t->gone = to;
}

static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

bool column_is(const char *header, const char *name)
{
    for (;;) {
        while (*header && !letter(lower(*header))) header++;
        while (*name && !letter(lower(*name))) name++;
        if (lower(*header) != lower(*name)) return false;
        if (!*header) return true;
        header++, name++;
    }
}
