/* The process that runs KaTeX. */
#ifndef INTEROP_TEX_HELPER_H
#define INTEROP_TEX_HELPER_H
#include <stdbool.h>
#include <stddef.h>

enum { TEX_FORMULA_MAX = 16 * 1024, TEX_REPLY_MAX = 512 * 1024 }; /* bytes */

/* A message each way: two 32-bit numbers (asked: display; told: made) and (bytes), then the bytes. */

/* Formulas in, MathML or a line of why not out, until the other end of the socket is closed. Called in a child;
 * never returns. */
_Noreturn void tex_helper(int socket);

bool tex_write_all(int socket, const void *p, size_t n); /* no signal when the other end is gone */

#endif
