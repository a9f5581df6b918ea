/* The pages: forms in, pages out. Each room has its tables of routes; here they are joined for the gate. */
#ifndef WEB_WEB_H
#define WEB_WEB_H
#include "frame/page.h"

enum { WEB_TABLES_MAX = 96 };

/* The tables of all rooms; each ends with path NULL. Returns how many. */
size_t web_tables(const struct route *out[WEB_TABLES_MAX]);

#endif
