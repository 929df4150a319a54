/* mail_address.c: the authenticator for mail addresses and display names.
 * Any thread, no state. Owner: mail.
 * libcurl 7.88 writes an address to the wire as it stands, CR and LF included, so nothing may reach it that
 * did not pass here. Narrower than RFC 5321 on purpose: what no real mailbox needs is refused. */
#include "mail_private.h"

#include "jw/text.h"

#include <string.h>

#define MAX_ADDRESS 254
#define MAX_LOCAL   64
#define MAX_LABEL   63
#define MAX_NAME    200

static bool
check_bytes(const char *address, GError **error)
{
    size_t length = strnlen(address, MAX_ADDRESS + 1);
    if (length == 0) {
        return jw_fail(error, JW_ERROR_INVALID, "the address is empty");
    }
    if (length > MAX_ADDRESS) {
        return jw_fail(error, JW_ERROR_INVALID, "the address is longer than %d bytes", MAX_ADDRESS);
    }
    for (const char *pos = address; *pos != '\0'; pos++) {
        unsigned char c = (unsigned char)*pos;
        if (c < 0x21 || c > 0x7e || c == '<' || c == '>') {
            return jw_fail(error, JW_ERROR_INVALID,
                           "the address has a byte 0x%02x, which no address may have", c);
        }
    }
    return true;
}

/* RFC 5322 atext, of which a dot-atom is made. */
static bool
is_atext(char c)
{
    return g_ascii_isalnum(c) || strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL;
}

static bool
check_local(const char *local, size_t length, GError **error)
{
    if (length == 0 || length > MAX_LOCAL) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "the part before the \"@\" must have 1 to %d characters", MAX_LOCAL);
    }
    if (local[0] == '-') { /* a mail program behind the server may take it for an option */
        return jw_fail(error, JW_ERROR_INVALID, "the address begins with a \"-\"");
    }
    for (size_t i = 0; i < length; i++) {
        if (local[i] == '.') {
            bool edge = i == 0 || i + 1 == length || local[i - 1] == '.';
            if (edge) {
                return jw_fail(error, JW_ERROR_INVALID,
                               "a dot stands at an end of the part before the \"@\", or twice");
            }
        } else if (!is_atext(local[i])) {
            return jw_fail(error, JW_ERROR_INVALID,
                           "the part before the \"@\" has a \"%c\", which is not taken", local[i]);
        }
    }
    if (g_strstr_len(local, (gssize)length, "=?") != NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "the address holds an encoded word");
    }
    return true;
}

static bool
check_label(const char *label, GError **error)
{
    size_t length = strlen(label);
    if (length == 0 || length > MAX_LABEL) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "a label of the domain must have 1 to %d characters", MAX_LABEL);
    }
    for (size_t i = 0; i < length; i++) {
        if (!g_ascii_isalnum(label[i]) && label[i] != '-') {
            return jw_fail(error, JW_ERROR_INVALID,
                           "the domain has a \"%c\"; letters, digits, hyphens and dots are taken",
                           label[i]);
        }
    }
    if (label[0] == '-' || label[length - 1] == '-') {
        return jw_fail(error, JW_ERROR_INVALID, "a hyphen stands at an end of a domain label");
    }
    return true;
}

static bool
check_domain(const char *domain, GError **error)
{
    if (domain[0] == '\0') {
        return jw_fail(error, JW_ERROR_INVALID, "nothing stands after the \"@\"");
    }
    if (domain[0] == '[') {
        return jw_fail(error, JW_ERROR_INVALID, "the domain is an address literal");
    }
    g_auto(GStrv) labels = g_strsplit(domain, ".", -1);
    size_t last = 0;
    for (size_t i = 0; labels[i] != NULL; i++) {
        if (!check_label(labels[i], error)) {
            return false;
        }
        last = i;
    }
    if (strspn(labels[last], "0123456789") == strlen(labels[last])) {
        return jw_fail(error, JW_ERROR_INVALID, "the domain must end in a name, not in a number");
    }
    return true;
}

bool
jw_mail_address_check(const char *address, GError **error)
{
    g_return_val_if_fail(address != NULL, false);
    g_return_val_if_fail(error == NULL || *error == NULL, false);

    if (!check_bytes(address, error)) {
        return false;
    }
    const char *at = strchr(address, '@');
    if (at == NULL || strchr(at + 1, '@') != NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "the address must have exactly one \"@\"");
    }
    return check_local(address, (size_t)(at - address), error) && check_domain(at + 1, error);
}

/* Marks that show nothing or turn the direction of the text: a name with them reads as another. */
static bool
is_invisible(gunichar c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || (c >= 0x200b && c <= 0x200f)
           || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
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
        if (is_invisible(c) || c == '<' || c == '>') {
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
        if (!jw_mail_address_check(text, error)) {
            return false;
        }
        *ret_name = NULL;
        *ret_address = g_strdup(text);
        return true;
    }
    size_t length = strlen(open);
    if (open[length - 1] != '>') {
        return jw_fail(error, JW_ERROR_INVALID, "the address does not end with \">\"");
    }
    g_autofree char *address = g_strndup(open + 1, length - 2);
    if (!jw_mail_address_check(address, error)) {
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
