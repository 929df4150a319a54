/* address.c: checks a mail address. Any thread, no state. libcurl 7.88 sends an address
 * unchanged, CR and LF included, so every address is checked here first. */
#include "jw/address.h"

#include <stdbool.h>
#include <string.h>

#define MAX_ADDRESS 254 /* RFC 5321 4.5.3.1.3: a path of 256 with its angle brackets */
#define MAX_LOCAL   64  /* RFC 5321 4.5.3.1.1 */
#define MAX_LABEL   63  /* RFC 1035 2.3.4 */

static char *
bad_byte(unsigned char c)
{
    if (c == ' ') {
        return g_strdup("the address has a space in it (byte 0x20); remove it");
    }
    if (c == '<' || c == '>') {
        return g_strdup_printf("the address has a \"%c\" in it (byte 0x%02x); give it alone", c, c);
    }
    return g_strdup_printf("the address has a %s in it (byte 0x%02x); remove it",
                           c > 0x7f ? "character that is not ASCII" : "control character", c);
}

static char *
check_bytes(const char *text)
{
    const size_t length = strnlen(text, MAX_ADDRESS + 1);

    if (length == 0) {
        return g_strdup("the address is empty");
    }
    if (length > MAX_ADDRESS) {
        return g_strdup_printf("the address is longer than %d bytes", MAX_ADDRESS);
    }
    for (const char *pos = text; *pos != '\0'; pos++) {
        unsigned char c = (unsigned char)*pos;
        if (c < 0x21 || c > 0x7e || c == '<' || c == '>') {
            return bad_byte(c);
        }
    }
    return NULL;
}

/* RFC 5322 3.2.3: the characters of an atom. */
static bool
is_atext(char c)
{
    return g_ascii_isalnum(c) || strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL;
}

/* RFC 5322 3.2.3: a dot-atom. */
static char *
check_local(const char *local, size_t length)
{
    if (length == 0 || length > MAX_LOCAL) {
        return g_strdup_printf("the part before the \"@\" must have 1 to %d characters", MAX_LOCAL);
    }
    if (local[0] == '-') { /* a mail program behind the server may take it for an option */
        return g_strdup("the address begins with a \"-\"");
    }
    for (size_t i = 0; i < length; i++) {
        bool edge = i == 0 || i + 1 == length || local[i - 1] == '.';
        if (local[i] == '.' && edge) {
            return g_strdup("the part before the \"@\" begins or ends with a dot, or has two in "
                            "a row");
        }
        if (local[i] != '.' && !is_atext(local[i])) {
            return g_strdup_printf("the part before the \"@\" has a \"%c\", which is not accepted",
                                   local[i]);
        }
    }
    if (g_strstr_len(local, (gssize)length, "=?") != NULL) {
        return g_strdup("the address contains an encoded word"); /* RFC 2047 */
    }
    return NULL;
}

/* RFC 1123 2.1: letters, digits and hyphens, none of these at an end. */
static char *
check_label(const char *label)
{
    const size_t length = strlen(label);

    if (length == 0 || length > MAX_LABEL) {
        return g_strdup_printf("a label of the domain must have 1 to %d characters", MAX_LABEL);
    }
    for (size_t i = 0; i < length; i++) {
        if (!g_ascii_isalnum(label[i]) && label[i] != '-') {
            return g_strdup_printf(
                "the domain has a \"%c\"; letters, digits, hyphens and dots are accepted",
                label[i]);
        }
    }
    return label[0] == '-' || label[length - 1] == '-'
               ? g_strdup("a label of the domain begins or ends with a hyphen")
               : NULL;
}

static char *
check_domain(const char *domain)
{
    if (domain[0] == '\0') {
        return g_strdup("nothing follows the \"@\"");
    }
    if (domain[0] == '[') {
        return g_strdup("the domain is an address literal");
    }
    g_auto(GStrv) labels = g_strsplit(domain, ".", -1);
    const char *last = NULL;
    for (size_t i = 0; labels[i] != NULL; i++) {
        char *wrong = check_label(labels[i]);
        if (wrong != NULL) {
            return wrong;
        }
        last = labels[i];
    }
    return last[strspn(last, "0123456789")] == '\0' /* RFC 3696 2: else it reads as an IP address */
               ? g_strdup("the domain must end in a name, not in a number")
               : NULL;
}

char *
jw_address_check(const char *text)
{
    g_return_val_if_fail(text != NULL, g_strdup("there is no address"));

    char *wrong = check_bytes(text);
    if (wrong != NULL) {
        return wrong;
    }
    const char *at = strchr(text, '@');
    if (at == NULL || strchr(at + 1, '@') != NULL) {
        return g_strdup("the address must have exactly one \"@\"");
    }
    wrong = check_local(text, (size_t)(at - text));
    return wrong != NULL ? wrong : check_domain(at + 1);
}

char *
jw_address_key(const char *address)
{
    char *key = g_strdup(address);

    for (char *pos = strchr(key, '@'); pos != NULL && *pos != '\0'; pos++) {
        *pos = g_ascii_tolower(*pos);
    }
    return key;
}
