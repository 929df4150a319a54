/* mail_address.c: addresses with display names. Any thread, no state. */
#include "mail_private.h"

#include "jw/address.h"
#include "jw/text.h"

#include <string.h>

#define MAX_NAME 200

bool
jw_mail_address_check(const char *address, GError **error)
{
    g_autofree char *wrong = jw_address_check(address);
    g_autofree char *sent = jw_address_sent(address);

    if (wrong != NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "%s", wrong);
    }
    return strcmp(address, sent) == 0
           || jw_fail(error, JW_ERROR_INVALID, "the address is not in the form that is sent");
}

/* @ret: the address as it is sent. */
static bool
take_address(const char *text, char **ret, GError **error)
{
    g_autofree char *wrong = jw_address_check(text);

    if (wrong != NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "%s", wrong);
    }
    *ret = jw_address_sent(text);
    return true;
}

static bool
check_name(const char *name, bool quoted, GError **error)
{
    if (strlen(name) > MAX_NAME || !g_utf8_validate(name, -1, NULL)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "the display name must be UTF-8 of at most %d bytes", MAX_NAME);
    }
    for (const char *pos = name; *pos != '\0'; pos = g_utf8_find_next_char(pos, NULL)) {
        gunichar c = g_utf8_get_char(pos);
        if (jw_text_invisible(c) || c == '<' || c == '>') {
            return jw_fail(error, JW_ERROR_INVALID,
                           "the display name has a character U+%04X, which is not taken", c);
        }
        if (!quoted && c < 0x80 && strchr("()[]:;@\\,\"", (int)c) != NULL) {
            return jw_fail(error, JW_ERROR_INVALID,
                           "the display name has a \"%c\"; put the name in quotes", (char)c);
        }
    }
    if (strstr(name, "=?") != NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "the display name holds an encoded word");
    }
    return true;
}

/* The content of a quoted string that spans all of @text; NULL when it does not. (transfer full) */
static char *
unquote(const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (const char *pos = text + 1; *pos != '\0'; pos++) {
        if (*pos == '"') {
            return pos[1] == '\0' ? g_strdup(out->str) : NULL;
        }
        if (*pos == '\\' && pos[1] != '\0') {
            pos++;
        }
        g_string_append_c(out, *pos);
    }
    return NULL;
}

bool
jw_mail_address_parse(const char *text, char **ret_name, char **ret_address, GError **error)
{
    g_return_val_if_fail(text != NULL && ret_name != NULL && ret_address != NULL, false);
    g_return_val_if_fail(error == NULL || *error == NULL, false);

    const char *open = strrchr(text, '<');
    if (open == NULL) {
        if (!take_address(text, ret_address, error)) {
            return false;
        }
        *ret_name = NULL;
        return true;
    }
    size_t length = strlen(open);
    if (open[length - 1] != '>') {
        return jw_fail(error, JW_ERROR_INVALID, "the address does not end with \">\"");
    }
    g_autofree char *inside = g_strndup(open + 1, length - 2);
    g_autofree char *address = NULL;
    if (!take_address(inside, &address, error)) {
        return false;
    }
    g_autofree char *name = g_strndup(text, (gsize)(open - text));
    /* Spaces only: a line break at an end must be refused, not trimmed away. */
    size_t skip = strspn(name, " ");
    memmove(name, name + skip, strlen(name + skip) + 1);
    for (size_t end = strlen(name); end > 0 && name[end - 1] == ' '; end--) {
        name[end - 1] = '\0';
    }
    bool quoted = name[0] == '"';
    if (quoted) {
        char *plain = unquote(name);
        if (plain == NULL) {
            return jw_fail(error, JW_ERROR_INVALID, "the display name's quotes do not match");
        }
        g_free(name);
        name = plain;
    }
    if (!check_name(name, quoted, error)) {
        return false;
    }
    *ret_name = name[0] != '\0' ? g_steal_pointer(&name) : NULL;
    *ret_address = g_steal_pointer(&address);
    return true;
}
