/* render/xlsx/xml_text.c: see render/xlsx/xml_text.h. */
#include "render/xlsx/xml_text.h"

#include "jw/report_sheets.h"

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

        /* Text that looks like a code: its first "_" is given as one. */
        if (jw_sheet_byte_needs_code(*text)
            || (c == '_' && jw_sheet_looks_like_code(text, (size_t)(end - text)))) {
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
