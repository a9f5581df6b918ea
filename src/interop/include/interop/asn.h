/* Frameworks in: the Achievement Standards Network, as RDF/JSON (subject -> predicate -> values) and as the nested
 * "manifest" JSON. Keys are URIs. */
#ifndef INTEROP_ASN_H
#define INTEROP_ASN_H
#include "base/arena.h"
#include "base/err.h"
#include "domain/framework.h"

/* Told apart by their first member. ST_INVALID "asn.unknown" when it is neither, "json.bad". */
enum st asn_read(struct arena *a, const char *bytes, size_t n, const char *file, struct import_report *r,
                 struct cf_package **out, struct err *e) WARN_UNUSED;

#endif
