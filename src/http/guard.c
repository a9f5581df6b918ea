/* Request smuggling and its kin: a request that two readers would cut in different places is refused and its
 * connection closed. RFC 9112 section 6.1 (both lengths), 6.3 (differing lengths), 3.2 (Host), 2.2 (bare CR). */
#include "guard.h"

#include <string.h>
#include <strings.h>

struct head {
    int hosts, lengths, codings;
    const char *coding;
    const char *wrong;
};

static enum MHD_Result look(void *ctx, enum MHD_ValueKind kind, const char *key, size_t key_n, const char *value,
                            size_t value_n)
{
    struct head *h = ctx;
    (void)kind;
    if (memchr(key, 0, key_n) || (value && memchr(value, 0, value_n))) h->wrong = "a NUL in a header";
    if (value && (memchr(value, '\r', value_n) || memchr(value, '\n', value_n))) h->wrong = "a line break in a header";
    if (key_n == 0 || memchr(key, ' ', key_n) || memchr(key, '\t', key_n)) h->wrong = "a space in a header's name";
    if (strcasecmp(key, "Host") == 0) h->hosts++;
    if (strcasecmp(key, "Content-Length") == 0) {
        h->lengths++;
        if (!value || !value_n || strspn(value, "0123456789") != value_n) h->wrong = "Content-Length is not a number";
    }
    if (strcasecmp(key, "Transfer-Encoding") == 0) {
        h->codings++;
        h->coding = value;
    }
    return MHD_YES;
}

const char *guard_head(struct MHD_Connection *c, const char *version, const char *method)
{
    struct head h = {0};
    MHD_get_connection_values_n(c, MHD_HEADER_KIND, look, &h);
    if (h.wrong) return h.wrong;
    if (strlen(method) > 16) return "a method longer than any known";
    if (h.lengths > 1) return "more than one Content-Length";
    if (h.codings > 1) return "more than one Transfer-Encoding";
    if (h.codings && h.lengths) return "both Content-Length and Transfer-Encoding";
    if (h.codings && (!h.coding || strcasecmp(h.coding, "chunked") != 0))
        return "a Transfer-Encoding other than chunked";
    if (h.codings && strcmp(version, MHD_HTTP_VERSION_1_1) != 0) return "Transfer-Encoding before HTTP/1.1";
    if (strcmp(version, MHD_HTTP_VERSION_1_1) == 0 && h.hosts != 1) return "not exactly one Host";
    if (h.hosts > 1) return "more than one Host";
    return NULL;
}
