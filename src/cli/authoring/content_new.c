/* content new: a small pack that is sound, to write on from. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "content.h"

static const char pack[] =
    "{\n"
    " \"id\": \"example:first-pack\",\n"
    " \"title\": \"My first pack\",\n"
    " \"language\": \"en\",\n"
    " \"version\": \"1\",\n"
    " \"licence\": {\"name\": \"CC BY 4.0\", \"url\": \"https://creativecommons.org/licenses/by/4.0/\"},\n"
    " \"attribution\": {\"text\": \"Your name\"},\n"
    " \"competencies\": [\n"
    "  {\n"
    "   \"id\": \"example:area.rectangle\",\n"
    "   \"code\": \"area.rectangle\",\n"
    "   \"short\": \"Find the area of a rectangle\",\n"
    "   \"statement\": \"Find the area of a rectangle by multiplying its side lengths.\",\n"
    "   \"grades\": [\"04\"],\n"
    "   \"prerequisites\": [],\n"
    "   \"try_at_home\": \"Count how many cards or tiles cover a table. Is there a quicker way than counting one by "
    "one?\"\n"
    "  }\n"
    " ]\n"
    "}\n";

static const char items[] =
    "[\n"
    " {\n"
    "  \"source_id\": \"example:area.rectangle.1\",\n"
    "  \"title\": \"A garden bed\",\n"
    "  \"body\": \"A garden bed is {{a}} meters long and {{b}} meters wide. How many square meters does it cover?\",\n"
    "  \"vars\": {\"a\": {\"from\": 3, \"to\": 12}, \"b\": {\"from\": 2, \"to\": 9}, \"area\": {\"is\": \"a*b\"}},\n"
    "  \"where\": [\"a > b\", \"a*b != 2*a+2*b\", \"a*b != a+b\"],\n"
    "  \"interaction\": {\"type\": \"text_entry\", \"label\": \"Your answer\", \"unit\": \"square meters\"},\n"
    "  \"key\": {\"kind\": \"number\", \"values\": [\"{{area}}\"]},\n"
    "  \"errors\": [\n"
    "   {\"match\": \"2*a+2*b\", \"feedback\": \"That is the way around the bed. How much does it cover inside?\"},\n"
    "   {\"match\": \"a+b\", \"feedback\": \"You added the sides. Think of rows of squares: how many rows, and how "
    "many in each?\"}\n"
    "  ],\n"
    "  \"hints\": [\n"
    "   {\"id\": \"h1\", \"type\": \"hint\", \"body\": \"Picture the bed cut into squares of one meter. How many "
    "squares are in one row?\"},\n"
    "   {\"id\": \"h2\", \"type\": \"scaffold\", \"body\": \"A row has {{a}} squares. How many rows are there?\", "
    "\"depends\": [\"h1\"],\n"
    "    \"interaction\": {\"type\": \"text_entry\"}, \"key\": {\"kind\": \"number\", \"values\": [\"{{b}}\"]}},\n"
    "   {\"id\": \"h3\", \"type\": \"hint\", \"body\": \"{{b}} rows with {{a}} squares each: multiply.\", \"depends\": "
    "[\"h2\"]}\n"
    "  ],\n"
    "  \"competencies\": [\"example:area.rectangle\"]\n"
    " },\n"
    " {\n"
    "  \"source_id\": \"example:area.rectangle.2\",\n"
    "  \"title\": \"Which one covers more?\",\n"
    "  \"body\": \"Which rectangle covers more?\",\n"
    "  \"vars\": {\"a\": {\"from\": 3, \"to\": 9}, \"b\": {\"from\": 3, \"to\": 9}, \"c\": {\"from\": 2, \"to\": 12}, "
    "\"d\": {\"from\": 2, \"to\": 12}},\n"
    "  \"where\": [\"a*b > c*d\", \"c+d > a+b\"],\n"
    "  \"interaction\": {\"type\": \"choice\", \"shuffle\": true, \"choices\": [\n"
    "   {\"id\": \"a\", \"body\": \"{{a}} by {{b}}\"}, {\"id\": \"b\", \"body\": \"{{c}} by {{d}}\"}]},\n"
    "  \"key\": {\"kind\": \"choice\", \"values\": [\"a\"]},\n"
    "  \"errors\": [{\"match\": \"b\", \"feedback\": \"Its sides add up to more, but covering is about rows times "
    "squares in a row.\"}],\n"
    "  \"hints\": [\n"
    "   {\"id\": \"h1\", \"type\": \"hint\", \"body\": \"How many squares cover each of them?\"},\n"
    "   {\"id\": \"h2\", \"type\": \"hint\", \"body\": \"Multiply the two sides of each, and compare.\", \"depends\": "
    "[\"h1\"]}\n"
    "  ],\n"
    "  \"competencies\": [\"example:area.rectangle\"]\n"
    " }\n"
    "]\n";

/* An empty folder, or a new one. */
static enum st empty_folder(const char *dir, struct err *e)
{
    if (mkdir(dir, 0777) == 0) return ST_OK;
    if (errno != EEXIST) return err_fail(e, ST_IO, "err.io", "%s: %s", dir, strerror(errno));
    DIR *d = opendir(dir);
    if (!d) return err_fail(e, ST_IO, "err.io", "%s: %s", dir, strerror(errno));
    bool empty = true;
    for (struct dirent *x; (x = readdir(d));)
        empty = empty && (strcmp(x->d_name, ".") == 0 || strcmp(x->d_name, "..") == 0);
    closedir(d);
    return empty ? ST_OK : err_fail(e, ST_CONFLICT, "content.exists", "%s is not empty; name a new folder", dir);
}

static enum st put_file(const char *dir, const char *name, const char *text, struct err *e)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wxe");
    bool ok = f && fputs(text, f) >= 0;
    if (f && fclose(f) != 0) ok = false;
    return ok ? ST_OK : err_fail(e, ST_IO, "err.io", "%s: %s", path, strerror(errno));
}

static enum st make(const char *dir, struct err *e)
{
    char path[PATH_MAX];
    TRY(empty_folder(dir, e));
    snprintf(path, sizeof path, "%s/items", dir);
    if (mkdir(path, 0777) != 0) return err_fail(e, ST_IO, "err.io", "%s: %s", path, strerror(errno));
    TRY(put_file(dir, "items/area.rectangle.json", items, e));
    return put_file(dir, "pack.json", pack, e);
}

int run_content_new(struct cli *c)
{
    struct err e = {0};
    if (c->count != 1 || strlen(c->positional[0]) > PATH_MAX - 100) return cli_usage(c, "name the new folder");
    if (make(c->positional[0], &e) != ST_OK) return cli_fail(&e);
    printf("%s holds a small pack. Add questions in items/, then run: waymark content check %s\n", c->positional[0],
           c->positional[0]);
    return 0;
}
