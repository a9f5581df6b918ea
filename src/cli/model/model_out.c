#include "model_out.h"

enum { JSON_BYTES_MAX = 256 << 20 };

struct json_out *model_out_open(struct model_out *o)
{
    text_init(&o->t, JSON_BYTES_MAX);
    json_out_init(&o->j, &o->t);
    json_open_obj(&o->j, NULL);
    return &o->j;
}

static enum st write_document(const struct text *t, const char *path, struct err *e)
{
    FILE *f;
    TRY(model_file_open(path, &f, e));
    fwrite(text_str(t), 1, t->n, f);
    fputc('\n', f);
    return model_file_close(f, path, true, e);
}

enum st model_out_close(struct model_out *o, const struct cli *c, const char *path, enum st st, struct err *e)
{
    json_close_obj(&o->j);
    if (st == ST_OK && o->t.failed && (path || c->json)) st = err_fail(e, ST_NOMEM, "err.memory", "the document");
    if (st == ST_OK && path) st = write_document(&o->t, path, e);
    if (st == ST_OK && c->json) cli_print_json(&o->t);
    else text_release(&o->t);
    return st;
}
