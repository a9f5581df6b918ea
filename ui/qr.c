#include <qrencode.h>
#include <string.h>

#include "ui/html.h"

enum { QUIET = 4, LENGTH_MAX = 1200 };

enum st qr_svg(struct text *out, const char *data, struct err *e)
{
    if (!data || !*data || strlen(data) > LENGTH_MAX)
        return err_fail(e, ST_INVALID, "qr.length", "a QR code holds 1 to %d bytes", LENGTH_MAX);
    QRcode *q = QRcode_encodeString(data, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    if (!q) return err_fail(e, ST_NOMEM, "error.busy", "QRcode_encodeString failed");
    int w = q->width, all = w + 2 * QUIET;
    text_printf(out,
                "<svg class=\"qr\" viewBox=\"0 0 %d %d\" aria-hidden=\"true\" shape-rendering=\"crispEdges\"><path "
                "class=\"qr-ground\" d=\"M0 0h%dv%dH0z\"/><path class=\"qr-ink\" d=\"",
                all, all, all, all);
    for (int y = 0; y < w; y++)
        for (int x = 0; x < w;) {
            int from = x;
            while (x < w && (q->data[y * w + x] & 1)) x++;
            if (x > from) text_printf(out, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
            else x++;
        }
    text_add(out, "\"/></svg>");
    QRcode_free(q);
    return out->failed ? ST_NOMEM : ST_OK;
}
