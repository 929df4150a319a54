/* address.c: checks a mail address, and converts its domain. Any thread, no state. libcurl 7.88
 * sends an address unchanged, CR and LF included, so every address is checked here first. */
#include "jw/address.h"

#include "jw/text.h"

#include <idn2.h>
#include <stdbool.h>
#include <string.h>

#define MAX_ADDRESS 254  /* RFC 5321 4.5.3.1.3: a path of 256 with its angle brackets */
#define MAX_LOCAL   64   /* RFC 5321 4.5.3.1.1 */
#define MAX_LABEL   63   /* RFC 1035 2.3.4 */
#define MAX_DOMAIN  1024 /* bytes, before it is converted */

static char *
bad_byte(unsigned char c)
{
    if (c == ' ') {
        return g_strdup("the address has a space in it (byte 0x20); remove it");
    }
    if (c == '<' || c == '>') {
        return g_strdup_printf("the address has a \"%c\" in it (byte 0x%02x); give it alone", c, c);
    }
    return g_strdup_printf("the address has a control character in it (byte 0x%02x); remove it", c);
}

static char *
check_bytes(const char *text)
{
    for (const char *pos = text; *pos != '\0'; pos++) {
        unsigned char c = (unsigned char)*pos;
        if (c < 0x21 || c == 0x7f || c == '<' || c == '>') {
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

/* Latin, Greek and Cyrillic have letters that nobody can tell apart: one word is of one of them. */
static bool
mixes_alphabets(const char *text)
{
    GUnicodeScript of_word = G_UNICODE_SCRIPT_COMMON;

    for (const char *pos = text; *pos != '\0'; pos = g_utf8_find_next_char(pos, NULL)) {
        GUnicodeScript script = g_unichar_get_script(g_utf8_get_char(pos));
        if (strchr(".-_+", *pos) != NULL) {
            of_word = G_UNICODE_SCRIPT_COMMON;
        } else if (script == G_UNICODE_SCRIPT_LATIN || script == G_UNICODE_SCRIPT_GREEK
                   || script == G_UNICODE_SCRIPT_CYRILLIC) {
            if (of_word != G_UNICODE_SCRIPT_COMMON && of_word != script) {
                return true;
            }
            of_word = script;
        }
    }
    return false;
}

/* RFC 6531 3.3 lets nearly all characters in; here none that nobody sees, and none that reads as
 * another: a full-width "@" or a ligature. @ret: composed (NFC, RFC 6532 3.1). */
static char *
check_local_unicode(const char *local, char **ret)
{
    if (!g_utf8_validate(local, -1, NULL)) {
        return g_strdup("the part before the \"@\" is not valid UTF-8");
    }
    for (const char *pos = local; *pos != '\0'; pos = g_utf8_find_next_char(pos, NULL)) {
        gunichar c = g_utf8_get_char(pos);
        if (jw_text_invisible(c) || g_unichar_isspace(c) || !g_unichar_isgraph(c)) {
            return g_strdup_printf("the part before the \"@\" has a character U+%04X, which nobody "
                                   "can see",
                                   c);
        }
    }
    g_autofree char *composed = g_utf8_normalize(local, -1, G_NORMALIZE_NFC);
    g_autofree char *plain = g_utf8_normalize(local, -1, G_NORMALIZE_NFKC);
    if (g_strcmp0(composed, plain) != 0) {
        return g_strdup_printf(
            "the part before the \"@\" has a variant of a character; write it as "
            "\"%s\"",
            plain);
    }
    if (mixes_alphabets(composed)) {
        return g_strdup("a word before the \"@\" mixes letters of alphabets that look alike");
    }
    *ret = g_steal_pointer(&composed);
    return NULL;
}

/* RFC 5322 3.2.3: a dot-atom; RFC 6531 3.3: with other characters than those of ASCII. */
static char *
check_local(const char *local)
{
    const size_t length = strlen(local);

    if (length == 0 || length > MAX_LOCAL) {
        return g_strdup_printf("the part before the \"@\" must have 1 to %d bytes", MAX_LOCAL);
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
        if (local[i] != '.' && (unsigned char)local[i] < 0x80 && !is_atext(local[i])) {
            return g_strdup_printf("the part before the \"@\" has a \"%c\", which is not accepted",
                                   local[i]);
        }
    }
    if (strstr(local, "=?") != NULL) {
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

/* RFC 3696 2: such a last label reads as an IP address, in hexadecimal as well. */
static bool
is_number(const char *label)
{
    return label[strspn(label, "0123456789")] == '\0'
           || (g_ascii_strncasecmp(label, "0x", 2) == 0
               && label[2 + strspn(label + 2, "0123456789abcdefABCDEF")] == '\0');
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
    return is_number(last) ? g_strdup("the domain must end in a name, not in a number") : NULL;
}

/* The characters of a domain that is not all ASCII: idn2 would drop some, and a name with them
 * reads as another. */
static char *
check_unicode(const char *domain)
{
    if (!g_utf8_validate(domain, -1, NULL)) {
        return g_strdup("the domain is not valid UTF-8");
    }
    for (const char *pos = domain; *pos != '\0'; pos = g_utf8_find_next_char(pos, NULL)) {
        gunichar c = g_utf8_get_char(pos);
        if (jw_text_invisible(c) || g_unichar_isspace(c)) {
            return g_strdup_printf("the domain has a character U+%04X, which nobody can see", c);
        }
    }
    return NULL;
}

/* @ret: the domain as mail servers know it (RFC 5891, with the mapping of UTS 46), to be checked
 * as any other: a character may stand for a dot or a slash. */
static char *
convert_domain(const char *domain, char **ret)
{
    char *wrong = check_unicode(domain);
    char *ascii = NULL;

    if (wrong != NULL) {
        return wrong;
    }
    int code = idn2_to_ascii_8z(domain, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    if (code != IDN2_OK) {
        return g_strdup_printf("the domain is no international name: %s", idn2_strerror(code));
    }
    *ret = g_strdup(ascii);
    idn2_free(ascii);
    return NULL;
}

/* @ret: the domain as it is sent. */
static char *
read_domain(const char *domain, char **ret)
{
    g_autofree char *ascii = NULL;
    char *wrong = g_str_is_ascii(domain) ? NULL : convert_domain(domain, &ascii);

    if (wrong == NULL) {
        wrong = check_domain(ascii != NULL ? ascii : domain);
    }
    if (wrong == NULL) {
        *ret = ascii != NULL ? g_steal_pointer(&ascii) : g_strdup(domain);
    }
    return wrong;
}

/* @ret: the part before the "@" as it is sent. */
static char *
read_local(const char *local, char **ret)
{
    g_autofree char *composed = NULL;
    char *wrong = g_str_is_ascii(local) ? NULL : check_local_unicode(local, &composed);

    if (wrong == NULL) {
        wrong = check_local(composed != NULL ? composed : local);
    }
    if (wrong == NULL) {
        *ret = composed != NULL ? g_steal_pointer(&composed) : g_strdup(local);
    }
    return wrong;
}

static char *
check_length(size_t length)
{
    return length > MAX_ADDRESS
               ? g_strdup_printf("the address is longer than %d bytes", MAX_ADDRESS)
               : NULL;
}

/* What is wrong; or NULL, and @ret the address as it is sent. */
static char *
read_address(const char *text, char **ret)
{
    const size_t length = strnlen(text, MAX_LOCAL + 1 + MAX_DOMAIN + 1);
    g_autofree char *domain = NULL;
    char *wrong = length == 0 ? g_strdup("the address is empty")
                  : length > MAX_LOCAL + 1 + MAX_DOMAIN || g_str_is_ascii(text)
                      ? check_length(length)
                      : NULL;

    if (wrong == NULL) {
        wrong = check_bytes(text);
    }
    if (wrong != NULL) {
        return wrong;
    }
    const char *at = strchr(text, '@');
    if (at == NULL || strchr(at + 1, '@') != NULL) {
        return g_strdup("the address must have exactly one \"@\"");
    }
    g_autofree char *given = g_strndup(text, (gsize)(at - text));
    g_autofree char *local = NULL;
    wrong = read_local(given, &local);
    if (wrong == NULL) {
        wrong = read_domain(at + 1, &domain);
    }
    if (wrong == NULL) {
        wrong = check_length(strlen(local) + 1 + strlen(domain));
    }
    if (wrong == NULL) {
        *ret = g_strconcat(local, "@", domain, NULL);
    }
    return wrong;
}

char *
jw_address_check(const char *text)
{
    g_return_val_if_fail(text != NULL, g_strdup("there is no address"));
    g_autofree char *address = NULL;

    return read_address(text, &address);
}

char *
jw_address_sent(const char *text)
{
    char *address = NULL;

    if (text != NULL) {
        g_free(read_address(text, &address)); /* what is wrong, which the caller does not ask */
    }
    return address;
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
