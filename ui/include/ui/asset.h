/* Files of the interface, inside the program: styles, scripts, the icon. */
#ifndef UI_ASSET_H
#define UI_ASSET_H
#include <stddef.h>

struct asset {
    const char *name; /* waymark.css */
    const char *path; /* /assets/waymark-0123456789ab.css: these bytes for ever */
    const char *content_type;
    const unsigned char *p;
    size_t n;
    const unsigned char *gz; /* the same, gzipped */
    size_t gz_n;
};

extern const struct asset assets[];
extern const size_t assets_n;

const struct asset *asset_find(const char *path); /* by the whole path; NULL when there is none */
const char *asset_url(const char *name);          /* path of a file by its plain name; "" when there is none */

#endif
