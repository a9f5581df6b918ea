#ifndef HTTP_GZIP_H
#define HTTP_GZIP_H
#include <stddef.h>
/* p, compressed at level 1 by a stream that the thread keeps; caller frees with free(). NULL when out of memory. */
void *gzip_make(const void *p, size_t n, size_t *out_n);
#endif
