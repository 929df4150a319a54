/* render/xlsx/xml_text.c: see render/xlsx/xml_text.h. */
#include "render/xlsx/xml_text.h"

#include <string.h>

#define PUT(at, literal) ((char *)memcpy(at, literal, sizeof(literal) - 1) + sizeof(literal) - 1)

static char *
put_code(char *at, unsigned code)
{
    static const char digits[] = "0123456789ABCDEF";

    at = PUT(at, "_x00");
    *at++ = digits[code >> 4 & 0xf];
    *at++ = digits[code & 0xf];
    *at++ = '_';
    return at;
}

static bool
needs_code(char c)
{
    return (unsigned char)c < 0x20 && c != '\t' && c != '\n';
}

/* "_x0041_" in a string would be read as "A": its first "_" must be given as a code itself. What
 * ends it may also be the code of the next character. */
static bool
looks_like_code(const char *text, const char *end)
{
    return end - text >= 7 && text[1] == 'x' && g_ascii_isxdigit(text[2])
           && g_ascii_isxdigit(text[3]) && g_ascii_isxdigit(text[4]) && g_ascii_isxdigit(text[5])
           && (text[6] == '_' || needs_code(text[6]));
}

/* A byte of markup, or @c itself. */
static char *
put_byte(char *at, char c, bool markup)
{
    if (markup && c == '&') {
        return PUT(at, "&amp;");
    }
    if (markup && c == '<') {
        return PUT(at, "&lt;");
    }
    if (markup && c == '>') {
        return PUT(at, "&gt;");
    }
    *at = c;
    return at + 1;
}

char *
exe_xml_put_text(char *at, const char *text, size_t length, bool markup)
{
    const char *end = text + length;

    for (; text < end; text++) {
        unsigned char c = (unsigned char)*text;

        if (needs_code(*text) || (c == '_' && looks_like_code(text, end))) {
            at = put_code(at, c);
        } else if (c == 0xef && end - text >= 3 && (unsigned char)text[1] == 0xbf
                   && (unsigned char)text[2] >= 0xbe) {
            at = PUT(at, "\xef\xbf\xbd"); /* U+FFFE and U+FFFF are not characters of XML */
            text += 2;
        } else {
            at = put_byte(at, *text, markup);
        }
    }
    return at;
}
