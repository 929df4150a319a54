/* trace.c: see jw/trace.h. */
#include "jw/trace.h"

#include <string.h>

bool
jw_trace_is_request_id(const char *text)
{
    g_return_val_if_fail(text != NULL, false);
    const size_t length = strnlen(text, JW_REQUEST_ID_MAX + 1);

    return length > 0 && length <= JW_REQUEST_ID_MAX
           && strspn(text, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._-") == length;
}

/* @length lower-case hex digits, not all zero */
static bool
is_hex(const char *text, size_t length)
{
    bool other = false;

    for (size_t i = 0; i < length; i++) {
        if (strchr("0123456789abcdef", text[i]) == NULL || text[i] == '\0') {
            return false;
        }
        other |= text[i] != '0';
    }
    return other;
}

static bool
is_hex_byte(const char *text)
{
    return (is_hex(text, 2) || strncmp(text, "00", 2) == 0);
}

bool
jw_trace_is_parent(const char *text)
{
    g_return_val_if_fail(text != NULL, false);
    const size_t length = strnlen(text, JW_TRACE_PARENT_LEN + 1);

    if (length < JW_TRACE_PARENT_LEN || text[2] != '-' || text[35] != '-' || text[52] != '-') {
        return false;
    }
    if (!is_hex_byte(text) || strncmp(text, "ff", 2) == 0 || !is_hex_byte(text + 53)) {
        return false;
    }
    if (length > JW_TRACE_PARENT_LEN
        && (strncmp(text, "00", 2) == 0 || text[JW_TRACE_PARENT_LEN] != '-')) {
        return false;
    }
    return is_hex(text + 3, 32) && is_hex(text + 36, 16);
}

char *
jw_trace_parent_dup(const char *text)
{
    if (text == NULL || !jw_trace_is_parent(text)) {
        return NULL;
    }
    char *parent = g_strndup(text, JW_TRACE_PARENT_LEN);

    memcpy(parent, "00", 2);
    return parent;
}
