#include "table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uninorm.h>

#include "base/clock.h"
#include "interop/grade.h"
#include "interop/report.h"
#include "base/list.h"

const char *text_nfc(struct arena *a, const char *s)
{
    const char *p = s;
    while (*p && (unsigned char)*p < 0x80) p++;
    if (!*p) return s;
    size_t n = 0;
    uint8_t *v = u8_normalize(UNINORM_NFC, (const uint8_t *)s, strlen(s), NULL, &n);
    if (!v) return s;
    const char *kept = arena_copy(a, (const char *)v, n);
    free(v);
    return kept ? kept : s;
}

enum st table_open(struct table *t, struct arena *a, struct package *p, const char *name, struct import_report *r,
                   struct err *e)
{
    int i = package_find(p, name);
    if (i < 0) return err_fail(e, ST_NOT_FOUND, "package.missing", "%s", name);
    *t = (struct table){.file = package_name(p, (size_t)i), .arena = a, .report = r};
    if (strcmp(t->file, name) != 0)
        report_problem(r, t->file, 0, NULL, "roster.file_name",
                       "The file should be called %s; it was read all the same.", name);
    const char *bytes;
    size_t n;
    struct err own;
    enum st st = package_read(p, (size_t)i, a, &bytes, &n, &own);
    if (st == ST_OK) st = csv_open(&t->csv, a, bytes, n, &own);
    if (st != ST_OK) {
        report_problem(r, t->file, 0, NULL, "roster.file",
                       "The file cannot be read (%s). Export it again as CSV in UTF-8.", own.detail);
        if (e) *e = own;
        return st;
    }
    t->asked = arena_array(a, CSV_COLUMNS_MAX, sizeof *t->asked);
    if (!t->asked) return err_fail(e, ST_NOMEM, "err.memory", "table");
    if (t->csv.encoding == CSV_LATIN1)
        report_problem(r, t->file, 0, NULL, "roster.encoding",
                       "%zu bytes are not UTF-8 and were read as Windows-1252 (Latin-1). Look at accented names, and "
                       "export as UTF-8.",
                       t->csv.repaired);
    else if (t->csv.encoding != CSV_UTF8)
        report_problem(r, t->file, 0, NULL, "roster.encoding",
                       "The file is UTF-16; it was read. Export it as UTF-8 next time.");
    return ST_OK;
}

void table_hold(struct table *t, const char *id)
{
    const char **slot = LIST_ADD(t->arena, t->held, t->held_count, t->held_cap);
    if (slot) *slot = id;
    else t->unnamed = true;
}

/* Every word of a text that swallowed whole rows, since any may be an id. */
static void hold_words(struct table *t, const char *p, size_t n)
{
    const char separators[] = {t->csv.separator, '"', '\r', '\n', 0};
    for (const char *end = p + n; p < end;) {
        size_t k = 0;
        while (p + k < end && p[k] && !strchr(separators, p[k])) k++;
        while (k && *p == ' ') p++, k--;
        const char *word = k && k <= SOURCE_ID_MAX ? arena_copy(t->arena, p, k) : NULL;
        if (word) table_hold(t, word);
        p += k + 1;
    }
}

static void hold_bad_row(struct table *t)
{
    size_t before = t->held_count;
    for (size_t i = 0; i < t->csv.columns; i++)
        if (*csv_field(&t->csv, (int)i)) table_hold(t, csv_field(&t->csv, (int)i));
    hold_words(t, t->csv.raw, t->csv.raw_bytes);
    if (t->held_count == before) t->unnamed = true;
}

/* A quotation mark that closes rows later than it should takes those rows into one field. */
static void hold_swallowed_rows(struct table *t)
{
    for (size_t i = 0; i < t->csv.columns; i++) {
        const char *v = csv_field(&t->csv, (int)i);
        if (strchr(v, '\n')) hold_words(t, v, strlen(v));
    }
}

bool table_next(struct table *t)
{
    for (;;) {
        enum csv_step s = csv_next(&t->csv);
        if (s == CSV_END) return false;
        t->rows++;
        if (s == CSV_ROW) {
            hold_swallowed_rows(t);
            if (t->csv.extra)
                table_problem(t, NULL, "roster.columns",
                              "The row has more fields than the file has columns; what is too much was left out. A "
                              "comma may need quotation marks.");
            return true;
        }
        table_problem(t, NULL, "roster.row", "The row was left out: %s. What it names was not changed.", t->csv.wrong);
        hold_bad_row(t);
    }
}

/* Columns of OneRoster 1.1, 1.2 and SDS that are known and not imported. */
static bool not_imported(const char *name)
{
    static const char *const known[] = {"dateLastModified",
                                        "userMasterIdentifier",
                                        "identifier",
                                        "subjectCodes",
                                        "agentSourcedIds",
                                        "agents",
                                        "userIds",
                                        "hispanicOrLatinoEthnicity",
                                        "grades",
                                        "grade",
                                        "subjects",
                                        "subject",
                                        "resourceSourcedIds",
                                        "resources",
                                        "location",
                                        "classType",
                                        "courseType",
                                        "userProfileSourcedId",
                                        "roleType",
                                        "isPrimary",
                                        "primary",
                                        "status",
                                        "sourcedId",
                                        "username",
                                        "password",
                                        "activeDirectoryMatchId",
                                        "legalFirstName",
                                        "legalLastName",
                                        "preferredMiddleName",
                                        "publicSchoolResidenceStatus",
                                        "orgSourcedIds",
                                        "role",
                                        "schoolYearSourcedId",
                                        "schoolSourcedId",
                                        "sessionSourcedId",
                                        "State ID",
                                        "School NCES_ID",
                                        "Grade Low",
                                        "Grade High",
                                        "Principal SIS ID",
                                        "Principal Name",
                                        "Principal Secondary Email",
                                        "Address",
                                        "City",
                                        "State",
                                        "Country",
                                        "Zip",
                                        "Phone",
                                        "Zone",
                                        "Course Description",
                                        "Mailing Address",
                                        "Mailing City",
                                        "Mailing State",
                                        "Mailing Zip",
                                        "Mailing Country",
                                        "Mailing Latitude",
                                        "Mailing Longitude",
                                        "Residence Address",
                                        "Residence City",
                                        "Residence State",
                                        "Residence Zip",
                                        "Residence Country",
                                        "Residence Latitude",
                                        "Residence Longitude",
                                        "Gender",
                                        "ELL Status",
                                        "FederalRace",
                                        "Graduation Year",
                                        "Status",
                                        "Title",
                                        "Qualification",
                                        "Section Description"};
    if (!*name || strncasecmp(name, "metadata.", 9) == 0) return true;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (csv_same_name(name, known[i])) return true;
    return false;
}

void table_check_headings(struct table *t)
{
    char list[300] = "";
    size_t n = 0;
    for (size_t i = 0; t->rows && i < t->csv.columns; i++) {
        if (t->asked[i] || not_imported(t->csv.names[i])) continue;
        size_t at = strlen(list);
        snprintf(list + at, sizeof list - at, "%s\"%.60s\"", n ? ", " : "", t->csv.names[i]);
        n++;
    }
    if (n)
        report_problem(t->report, t->file, 1, NULL, "roster.heading", "Unknown heading%s %s: not read.",
                       n > 1 ? "s" : "", list);
}

struct source_ref table_ref(const struct table *t) { return (struct source_ref){t->file, (int64_t)t->csv.line}; }

void table_problem(struct table *t, const char *field, const char *code, const char *fmt, ...)
{
    char words[500];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    report_problem(t->report, t->file, (int64_t)t->csv.line, field, code, "%s", words);
}

/* The column, and its name without the alternatives. */
static int find(const struct table *t, const char *columns, const char **name)
{
    char one[64];
    for (const char *p = columns; *p;) {
        size_t n = strcspn(p, "|");
        snprintf(one, sizeof one, "%.*s", (int)n, p);
        int c = csv_column(&t->csv, one);
        if (c >= 0) {
            *name = t->csv.names[c];
            if (t->asked) t->asked[c] = true;
            return c;
        }
        p += n + (p[n] == '|');
    }
    *name = columns[strcspn(columns, "|")] ? NULL : columns;
    return -1;
}

static const char *first_name(const struct table *t, const char *columns)
{
    const char *name;
    find(t, columns, &name);
    return name ? name : arena_copy(t->arena, columns, strcspn(columns, "|"));
}

bool table_has(const struct table *t, const char *columns)
{
    const char *name;
    return find(t, columns, &name) >= 0;
}

static const char *raw(struct table *t, const char *columns, const char **name)
{
    return csv_field(&t->csv, find(t, columns, name));
}

const char *table_text(struct table *t, const char *columns)
{
    const char *name, *v = raw(t, columns, &name);
    size_t n = strlen(v);
    if (n > 1000) {
        n = 1000;
        while (n && ((unsigned char)v[n] & 0xc0) == 0x80) n--;
        char *cut = arena_copy(t->arena, v, n);
        table_problem(t, name, "roster.long", "The text is longer than 1,000 bytes; the rest was left out.");
        v = cut ? cut : "";
    }
    return text_nfc(t->arena, v);
}

const char *table_id(struct table *t, const char *columns, bool must)
{
    const char *name, *v = raw(t, columns, &name);
    if (*v && strlen(v) <= SOURCE_ID_MAX) return v;
    if (!*v && !must) return "";
    if (!*v) {
        t->unnamed = true;
        table_problem(t, first_name(t, columns), "roster.id_missing",
                      "The row has no %s and was left out. Give it one in the sending system.", first_name(t, columns));
    } else
        table_problem(t, name, "roster.id_long", "The id is longer than %d bytes; the row was left out.",
                      SOURCE_ID_MAX);
    return NULL;
}

bool table_bool(struct table *t, const char *columns, bool dflt)
{
    const char *name, *v = raw(t, columns, &name);
    static const char *const yes[] = {"true", "1", "yes", "y", "t", "on", "active", "enabled"},
                             *const no[] = {"false", "0", "no", "n", "f", "off", "inactive", "disabled"};
    if (!*v) return dflt;
    for (size_t i = 0; i < 8; i++) {
        if (!str_ieq(v, yes[i]) && !str_ieq(v, no[i])) continue;
        if (i)
            table_problem(t, name, "roster.boolean", "\"%s\" was read as %s; write true or false.", v,
                          str_ieq(v, yes[i]) ? "true" : "false");
        return str_ieq(v, yes[i]);
    }
    table_problem(t, name, "roster.boolean", "\"%.40s\" is neither true nor false; it was read as %s.", v,
                  dflt ? "true" : "false");
    return dflt;
}

bool date_parse_leniently(const char *s, int32_t *day, bool *ambiguous)
{
    *ambiguous = false;
    char iso[32];
    if (strlen(s) >= 10 && s[4] == '-' && s[7] == '-' && (s[10] == 0 || s[10] == 'T' || s[10] == ' ')) {
        memcpy(iso, s, 10);
        iso[10] = 0;
        return date_parse(iso, day);
    }
    int a = 0, b = 0, y = 0, used = 0;
    char sep = 0, sep2 = 0;
    if (sscanf(s, "%2d%c%2d%c%4d%n", &a, &sep, &b, &sep2, &y, &used) == 5 && sep == sep2 &&
        (sep == '/' || sep == '.' || sep == '-') && y >= 1800) {
        if (s[used] && s[used] != ' ') return false;
        bool day_first = sep == '.' || a > 12;
        *ambiguous = !day_first && b <= 12 && a != b;
        snprintf(iso, sizeof iso, "%04d-%02d-%02d", y, day_first ? b : a, day_first ? a : b);
        return date_parse(iso, day);
    }
    if (strlen(s) == 8 && strspn(s, "0123456789") == 8) {
        snprintf(iso, sizeof iso, "%.4s-%.2s-%.2s", s, s + 4, s + 6);
        return date_parse(iso, day);
    }
    return false;
}

int32_t table_date(struct table *t, const char *columns)
{
    const char *name, *v = raw(t, columns, &name);
    int32_t day;
    bool ambiguous;
    if (!*v) return DATE_NONE;
    if (!date_parse_leniently(v, &day, &ambiguous)) {
        table_problem(t, name, "roster.date", "\"%.40s\" is not a date; it was left empty. Write YYYY-MM-DD.", v);
        return DATE_NONE;
    }
    if (ambiguous && !t->month_first)
        table_problem(t, name, "roster.date_order", "\"%s\" was read as month/day/year. Write YYYY-MM-DD.", v);
    return day;
}

enum row_status table_status(struct table *t)
{
    const char *name, *v = raw(t, "status", &name);
    if (!*v || str_ieq(v, "active") || str_ieq(v, "enabled")) return ROW_ACTIVE;
    if (str_ieq(v, "tobedeleted") || str_ieq(v, "to be deleted") || str_ieq(v, "deleted")) return ROW_TOBEDELETED;
    if (str_ieq(v, "inactive") || str_ieq(v, "disabled")) return ROW_INACTIVE;
    table_problem(t, name, "roster.status", "\"%.40s\" is no known status; the row was taken as active.", v);
    return ROW_ACTIVE;
}

const char *table_grades(struct table *t, const char *columns)
{
    const char *name, *v = raw(t, columns, &name);
    char list[128], bad[32];
    if (!*v) return "";
    grade_list(v, list, bad);
    if (bad[0])
        table_problem(t, name, "roster.grade",
                      "\"%s\" is no grade that is known; it was left out. Write CEDS codes: PK, KG, 01 to 12.", bad);
    const char *kept = arena_strdup(t->arena, list);
    return kept ? kept : "";
}

size_t table_list(struct table *t, const char *columns, const char ***out)
{
    const char *name;
    char *v = arena_strdup(t->arena, raw(t, columns, &name));
    const char **list = NULL;
    size_t count = 0, cap = 0;
    for (char *save = NULL, *x = v ? strtok_r(v, ",", &save) : NULL; x; x = strtok_r(NULL, ",", &save)) {
        while (*x == ' ') x++;
        size_t n = strlen(x);
        while (n && x[n - 1] == ' ') x[--n] = 0;
        if (!n) continue;
        const char **slot = LIST_ADD(t->arena, list, count, cap);
        if (!slot) return 0;
        *slot = x;
    }
    *out = list;
    return count;
}
