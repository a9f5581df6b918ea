/* The JavaScript engine that runs KaTeX: QuickJS where Debian has it (13 and later, whose KaTeX is written for it),
 * Duktape where not (Debian 12). One engine a process, used by the helper only. */
#ifndef INTEROP_TEX_ENGINE_H
#define INTEROP_TEX_ENGINE_H
#include <stdbool.h>
#include <stddef.h>

enum { TEX_HEAP_MAX = 96 * 1024 * 1024 }; /* bytes; what asks for more is told there is none */

bool tex_engine_open(void);
/* Runs a script, which ends with a NUL that n does not count; false when it throws. */
bool tex_engine_run(const char *script, size_t n);
/* Calls the global function `waymark` with the formula (UTF-8) and whether it stands alone. True: *out is what it
 * returned; false: why not. Valid until the next call. */
bool tex_engine_call(const char *tex, size_t n, bool display, const char **out, size_t *out_n);

#endif
