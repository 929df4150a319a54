/* http_headers.c: header values: those from outside are accepted only when well formed, else
 * created. Any thread, no state. */
#include "http_private.h"

#include "jw/clock.h"
#include "jw/ident.h"
#include "jw/text.h"
#include "jw/trace.h"

#include <string.h>

static void
string_free(gpointer string)
{
    g_string_free(string, TRUE);
}

void
jw_http_headers_join(GPtrArray *headers)
{
    g_autoptr(GHashTable) all = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, string_free);
    guint n = 0;

    for (guint i = 0; i < headers->len; i++) {
        JwHttpPair *pair = g_ptr_array_index(headers, i);
        g_autofree char *name = g_ascii_strdown(pair->name, -1);
        GString *values = g_hash_table_lookup(all, name);

        if (values != NULL) {
            g_string_append_printf(values, ", %s", pair->value);
            jw_http_pair_free(pair);
        } else {
            g_hash_table_insert(all, g_steal_pointer(&name), g_string_new(pair->value));
            headers->pdata[n++] = pair;
        }
    }
    headers->len = n; /* the rest is freed */
    for (guint i = 0; i < n; i++) {
        JwHttpPair *pair = g_ptr_array_index(headers, i);
        g_autofree char *name = g_ascii_strdown(pair->name, -1);
        const GString *values = g_hash_table_lookup(all, name);
        g_free(pair->value);
        pair->value = g_strndup(values->str, values->len);
    }
}

void
jw_http_request_id_take(const char *header, char ret[129])
{
    if (header != NULL && jw_trace_is_request_id(header)) {
        (void)g_strlcpy(ret, header, JW_REQUEST_ID_MAX + 1);
    } else {
        jw_uuid_v7(jw_clock_now_ms(jw_clock_system()), ret);
    }
}

static void
random_hex(char *ret, size_t n_bytes)
{
    unsigned char bytes[16];

    jw_random_bytes(bytes, n_bytes);
    bytes[0] |= 1; /* never all zero */
    for (size_t i = 0; i < n_bytes; i++) {
        ret[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        ret[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
}

void
jw_http_traceparent_take(const char *header, char ret[56])
{
    memcpy(ret, "00-00000000000000000000000000000000-0000000000000000-01", 56);
    if (header != NULL && jw_trace_is_parent(header)) {
        memcpy(ret + 3, header + 3, 32);
        memcpy(ret + 53, header + 53, 2);
    } else {
        random_hex(ret + 3, 16);
    }
    random_hex(ret + 36, 8); /* this hop's own span */
}

/* RFC 6266: an ASCII name for old readers, and the true one in RFC 8187 form. */
char *
jw_http_disposition(const char *file_name)
{
    g_autofree char *name = jw_text_file_name(file_name);
    GString *out = g_string_new("attachment; filename=\"");

    for (const char *p = name; *p != '\0'; p++) {
        bool plain =
            (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x7f && strchr("\"\\%/;", *p) == NULL;
        if (plain || ((unsigned char)*p & 0xc0) != 0x80) { /* one '_' for each character */
            g_string_append_c(out, plain ? *p : '_');
        }
    }
    g_string_append(out, "\"; filename*=UTF-8''");
    for (const char *p = name; *p != '\0'; p++) {
        if (g_ascii_isalnum(*p) || strchr("!#$&+-.^_`|~", *p) != NULL) {
            g_string_append_c(out, *p);
        } else {
            g_string_append_printf(out, "%%%02X", (unsigned int)(unsigned char)*p);
        }
    }
    return g_string_free(out, FALSE);
}
