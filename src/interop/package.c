#include "interop/package.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "interop/report.h"
#include "base/list.h"

struct entry {
    const char *name; /* without the enclosing folder */
    const char *full;
    zip_int64_t index; /* in the zip */
    uint64_t packed_bytes, bytes;
};

struct package {
    zip_t *zip;
    int dir; /* of a folder, or of the folder that holds the one file; -1 for a zip */
    struct entry *entries;
    size_t count, cap;
    uint64_t read_bytes;
};

static void package_close(void *arg)
{
    struct package *p = arg;
    if (p->zip) zip_discard(p->zip);
    if (p->dir >= 0) close(p->dir);
}

static const char *unsafe_name(const char *name)
{
    if (!*name) return "has no name";
    if (name[0] == '/' || name[0] == '\\' || (name[0] && name[1] == ':')) return "has an absolute name";
    if (strlen(name) > 1000) return "has a name of more than 1,000 bytes";
    if (strchr(name, '\\')) return "has a backslash in its name";
    if (!utf8_valid(name, strlen(name))) return "has a name that is not UTF-8";
    for (const char *p = name; *p; p++)
        if ((unsigned char)*p < 0x20) return "has a control character in its name";
    int depth = 0;
    for (const char *p = name; p;) {
        const char *slash = strchr(p, '/');
        size_t n = slash ? (size_t)(slash - p) : strlen(p);
        if (n == 2 && p[0] == '.' && p[1] == '.') return "leads out of the package (..)";
        if (++depth > PACKAGE_DEPTH_MAX) return "lies too deep in folders";
        p = slash ? slash + 1 : NULL;
    }
    return NULL;
}

static bool clutter(const char *name)
{
    const char *base = strrchr(name, '/');
    base = base ? base + 1 : name;
    return strncmp(name, "__MACOSX/", 9) == 0 || strcmp(base, ".DS_Store") == 0 || strcasecmp(base, "thumbs.db") == 0 ||
           strncmp(base, "._", 2) == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->full, ((const struct entry *)b)->full);
}

/* Sort, refuse names that occur twice, look through one enclosing folder. */
static void settle(struct package *p, struct import_report *r)
{
    if (p->count) qsort(p->entries, p->count, sizeof *p->entries, by_name);
    size_t kept = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (kept && strcmp(p->entries[kept - 1].full, p->entries[i].full) == 0) {
            report_problem(
                r, p->entries[i].full, 0, NULL, "package.twice",
                "The package holds this name twice; the first was taken. Pack it again with each file once.");
            continue;
        }
        p->entries[kept++] = p->entries[i];
    }
    p->count = kept;
    if (!kept) return;
    const char *slash = strchr(p->entries[0].full, '/');
    size_t prefix = slash ? (size_t)(slash - p->entries[0].full) + 1 : 0;
    for (size_t i = 1; i < kept && prefix; i++)
        if (strncmp(p->entries[i].full, p->entries[0].full, prefix) != 0) prefix = 0;
    for (size_t i = 0; i < kept; i++) p->entries[i].name = p->entries[i].full + prefix;
}

static enum st list_zip(struct arena *a, struct package *p, struct import_report *r, struct err *e)
{
    zip_int64_t n = zip_get_num_entries(p->zip, 0);
    if (n > PACKAGE_ENTRIES_MAX)
        return err_fail(e, ST_INVALID, "package.many", "%lld entries; at most %d are read", (long long)n,
                        PACKAGE_ENTRIES_MAX);
    for (zip_int64_t i = 0; i < n; i++) {
        zip_stat_t st;
        if (zip_stat_index(p->zip, (zip_uint64_t)i, ZIP_FL_ENC_GUESS, &st) || !(st.valid & ZIP_STAT_NAME)) {
            report_problem(r, "", 0, NULL, "package.entry", "Entry %lld of the zip cannot be read; it was left out.",
                           (long long)i + 1);
            continue;
        }
        const char *why = unsafe_name(st.name);
        char shown[200];
        snprintf(shown, sizeof shown, "%s", st.name);
        for (size_t k = strlen(shown); k && !utf8_valid(shown, k);) shown[--k] = 0;
        const char *kept = arena_strdup(a, shown);
        zip_uint8_t system;
        zip_uint32_t attributes;
        if (!why && zip_file_get_external_attributes(p->zip, (zip_uint64_t)i, 0, &system, &attributes) == 0 &&
            system == ZIP_OPSYS_UNIX && ((attributes >> 16) & 0170000) == 0120000)
            why = "is a link";
        if (!why && (st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE)
            why = "is encrypted";
        if (why) {
            report_problem(r, kept, 0, NULL, "package.refused", "This entry %s; it was left out.", why);
            continue;
        }
        size_t len = strlen(st.name);
        if (st.name[len - 1] == '/' || clutter(st.name)) continue;
        struct entry *x = LIST_ADD(a, p->entries, p->count, p->cap);
        if (!x) return err_fail(e, ST_NOMEM, "err.memory", "package");
        x->full = arena_strdup(a, st.name);
        x->index = i;
        x->bytes = st.valid & ZIP_STAT_SIZE ? st.size : 0;
        x->packed_bytes = st.valid & ZIP_STAT_COMP_SIZE ? st.comp_size : 0;
        if (!x->full) return err_fail(e, ST_NOMEM, "err.memory", "package");
    }
    settle(p, r);
    return ST_OK;
}

static enum st list_folder(struct arena *a, struct package *p, int dir, const char *under, int depth,
                           struct import_report *r, struct err *e)
{
    DIR *d = fdopendir(dir); /* owns dir from here on */
    if (!d) {
        close(dir);
        return err_fail(e, ST_IO, "err.io", "reading folder %s: %s", under, strerror(errno));
    }
    enum st st = ST_OK;
    for (struct dirent *x; st == ST_OK && (x = readdir(d));) {
        if (strcmp(x->d_name, ".") == 0 || strcmp(x->d_name, "..") == 0) continue;
        char *name = arena_printf(a, "%s%s", under, x->d_name);
        struct stat s;
        if (!name) {
            st = err_fail(e, ST_NOMEM, "err.memory", "package");
            break;
        }
        const char *why = unsafe_name(name);
        if (!why && fstatat(dirfd(d), x->d_name, &s, AT_SYMLINK_NOFOLLOW)) why = "cannot be read";
        if (!why && !S_ISREG(s.st_mode) && !S_ISDIR(s.st_mode))
            why = S_ISLNK(s.st_mode) ? "is a link" : "is not a file";
        if (why) {
            report_problem(r, utf8_valid(name, strlen(name)) ? name : "", 0, NULL, "package.refused",
                           "This entry %s; it was left out.", why);
        } else if (S_ISDIR(s.st_mode)) {
            int sub = depth < PACKAGE_DEPTH_MAX
                          ? openat(dirfd(d), x->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                          : -1;
            char *deeper = arena_printf(a, "%s/", name);
            if (!deeper) {
                if (sub >= 0) close(sub);
                st = err_fail(e, ST_NOMEM, "err.memory", "package");
            } else if (sub < 0) {
                report_problem(r, name, 0, NULL, "package.refused", "This folder cannot be opened; it was left out.");
            } else {
                st = list_folder(a, p, sub, deeper, depth + 1, r, e);
            }
        } else if (!clutter(name)) {
            if (p->count >= PACKAGE_ENTRIES_MAX) {
                st = err_fail(e, ST_INVALID, "package.many", "more than %d files", PACKAGE_ENTRIES_MAX);
                break;
            }
            struct entry *en = LIST_ADD(a, p->entries, p->count, p->cap);
            if (!en) st = err_fail(e, ST_NOMEM, "err.memory", "package");
            else *en = (struct entry){.full = name, .bytes = (uint64_t)s.st_size};
        }
    }
    closedir(d);
    return st;
}

static struct package *package_new(struct arena *a)
{
    struct package *p = arena_alloc(a, sizeof *p);
    if (!p) return NULL;
    p->dir = -1;
    return arena_on_release(a, package_close, p) ? NULL : p;
}

static enum st open_zip(struct arena *a, zip_source_t *source, struct import_report *r, struct package **out,
                        struct err *e)
{
    struct package *p = package_new(a);
    zip_error_t ze;
    zip_error_init(&ze);
    if (!p) {
        zip_source_free(source);
        return err_fail(e, ST_NOMEM, "err.memory", "package");
    }
    p->zip = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &ze);
    if (!p->zip) {
        zip_source_free(source);
        enum st st = err_fail(e, ST_INVALID, "package.bad", "this is not a sound zip: %s", zip_error_strerror(&ze));
        zip_error_fini(&ze);
        return st;
    }
    zip_error_fini(&ze);
    TRY(list_zip(a, p, r, e));
    *out = p;
    return ST_OK;
}

enum st package_open_bytes(struct arena *a, const void *bytes, size_t n, struct import_report *r, struct package **out,
                           struct err *e)
{
    zip_error_t ze;
    zip_error_init(&ze);
    zip_source_t *s = zip_source_buffer_create(bytes, n, 0, &ze);
    zip_error_fini(&ze);
    if (!s) return err_fail(e, ST_NOMEM, "err.memory", "package");
    return open_zip(a, s, r, out, e);
}

static enum st open_one_file(struct arena *a, const char *path, const struct stat *s, struct package **out,
                             struct err *e)
{
    const char *slash = strrchr(path, '/');
    struct package *p = package_new(a);
    struct entry *x = p ? LIST_ADD(a, p->entries, p->count, p->cap) : NULL;
    const char *folder = !slash ? "." : slash == path ? "/" : arena_copy(a, path, (size_t)(slash - path));
    if (!x || !folder) return err_fail(e, ST_NOMEM, "err.memory", "package");
    p->dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (p->dir < 0) return err_fail(e, ST_IO, "err.io", "%s: %s", folder, strerror(errno));
    x->full = arena_strdup(a, slash ? slash + 1 : path);
    x->name = x->full;
    x->bytes = (uint64_t)s->st_size;
    if (!x->full) return err_fail(e, ST_NOMEM, "err.memory", "package");
    *out = p;
    return ST_OK;
}

enum st package_open(struct arena *a, const char *path, struct import_report *r, struct package **out, struct err *e)
{
    struct stat s;
    if (stat(path, &s)) return err_fail(e, ST_NOT_FOUND, "package.missing", "%s: %s", path, strerror(errno));
    if (S_ISDIR(s.st_mode)) {
        struct package *p = package_new(a);
        if (!p) return err_fail(e, ST_NOMEM, "err.memory", "package");
        p->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        int list = p->dir < 0 ? -1 : openat(p->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (list < 0) return err_fail(e, ST_IO, "err.io", "%s: %s", path, strerror(errno));
        TRY(list_folder(a, p, list, "", 0, r, e));
        settle(p, r);
        *out = p;
        return ST_OK;
    }
    if (!S_ISREG(s.st_mode))
        return err_fail(e, ST_INVALID, "package.special", "%s is neither a file nor a folder", path);
    FILE *f = fopen(path, "rbe");
    if (!f) return err_fail(e, ST_IO, "err.io", "%s: %s", path, strerror(errno));
    char magic[4] = {0};
    size_t got = fread(magic, 1, 4, f);
    fclose(f);
    if (got < 4 || memcmp(magic, "PK", 2) != 0 ||
        !((magic[2] == 3 && magic[3] == 4) || (magic[2] == 5 && magic[3] == 6)))
        return open_one_file(a, path, &s, out, e);
    zip_error_t ze;
    zip_error_init(&ze);
    zip_source_t *source = zip_source_file_create(path, 0, -1, &ze);
    zip_error_fini(&ze);
    if (!source) return err_fail(e, ST_IO, "err.io", "%s cannot be opened", path);
    return open_zip(a, source, r, out, e);
}

size_t package_count(const struct package *p) { return p->count; }
const char *package_name(const struct package *p, size_t i) { return p->entries[i].name; }

int package_find(const struct package *p, const char *name)
{
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->entries[i].name, name) == 0) return (int)i;
    for (size_t i = 0; i < p->count; i++)
        if (str_ieq(p->entries[i].name, name)) return (int)i;
    return -1;
}

/* Reads what there is, never more than the entry's size says, and one byte further to see whether that was the
 * truth. */
static enum st read_all(struct package *p, const struct entry *x, struct arena *a, const char **bytes, size_t *n,
                        struct err *e)
{
    if (x->bytes > PACKAGE_ENTRY_BYTES_MAX)
        return err_fail(e, ST_INVALID, "package.large", "%s: larger than %d MB", x->full,
                        PACKAGE_ENTRY_BYTES_MAX >> 20);
    if (p->read_bytes + x->bytes > PACKAGE_TOTAL_BYTES_MAX)
        return err_fail(e, ST_INVALID, "package.large", "%s: the package unpacks to more than 1 GB", x->full);
    if (p->zip && x->bytes > PACKAGE_RATIO_FROM && x->bytes / PACKAGE_RATIO_MAX > x->packed_bytes)
        return err_fail(e, ST_INVALID, "package.bomb", "%s: unpacks to more than %d times its size", x->full,
                        PACKAGE_RATIO_MAX);
    size_t want = (size_t)x->bytes, got = 0;
    char *buf = arena_alloc(a, want + 2);
    if (!buf) return err_fail(e, ST_NOMEM, "err.memory", "%s", x->full);
    if (p->zip) {
        zip_file_t *f = zip_fopen_index(p->zip, (zip_uint64_t)x->index, 0);
        if (!f) return err_fail(e, ST_INVALID, "package.bad", "%s: %s", x->full, zip_strerror(p->zip));
        zip_int64_t k = 0;
        while (got < want + 1 && (k = zip_fread(f, buf + got, want + 1 - got)) > 0) got += (size_t)k;
        zip_fclose(f);
        if (k < 0) return err_fail(e, ST_INVALID, "package.bad", "%s: the packed bytes are damaged", x->full);
    } else {
        int fd = openat(p->dir, x->full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0) return err_fail(e, ST_IO, "err.io", "%s: %s", x->full, strerror(errno));
        ssize_t k = 0;
        while (got < want + 1 && (k = read(fd, buf + got, want + 1 - got)) > 0) got += (size_t)k;
        close(fd);
        if (k < 0) return err_fail(e, ST_IO, "err.io", "%s: %s", x->full, strerror(errno));
    }
    p->read_bytes += got;
    if (got > want) return err_fail(e, ST_INVALID, "package.bad", "%s: is longer than it says", x->full);
    buf[got] = 0;
    *bytes = buf;
    *n = got;
    return ST_OK;
}

enum st package_read(struct package *p, size_t i, struct arena *a, const char **bytes, size_t *n, struct err *e)
{
    return read_all(p, &p->entries[i], a, bytes, n, e);
}
