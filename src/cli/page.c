#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "ui/asset.h"

enum st cli_write_page(const char *path, const struct text *page, struct err *e)
{
    const char *text = text_str(page), *head = strstr(text, "<link rel=\"stylesheet\""),
               *rest = head ? strstr(head, "</head>") : NULL;
    const struct asset *css = asset_find(asset_url("waymark.css"));
    FILE *f = fopen(path, "w");
    bool ok = f && rest && css;
    if (ok) {
        fwrite(text, 1, (size_t)(head - text), f);
        fputs("<style>", f);
        fwrite(css->p, 1, css->n, f);
        fputs("</style>", f);
        ok = fputs(rest, f) >= 0;
    }
    if (f && fclose(f) != 0) ok = false;
    return ok ? ST_OK : err_fail(e, ST_IO, "err.io", "%s could not be written", path);
}
