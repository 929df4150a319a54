/* import/cell.c: the text of a cell. Any thread, no state. */
#include "import/cell.h"

#include <string.h>

#include "jw/text.h"

#define SHOWN_MAX 60

/* g_utf8_next_char casts const away, which clang reports. */
static size_t
char_width(const char *at)
{
    return (size_t)g_utf8_skip[(guchar)*at];
}

static bool
is_control(gunichar c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

static bool
is_edge(gunichar c)
{
    return c < 0x80 ? g_ascii_isspace((char)c)
                    : !is_control(c) && (g_unichar_isspace(c) || jw_text_invisible(c));
}

void
jc_cell_trim(const char *text, size_t length, size_t *ret_start, size_t *ret_end)
{
    size_t start = 0, end = length;

    while (start < end) {
        const gunichar c = g_utf8_get_char_validated(text + start, (gssize)(end - start));
        if (c == (gunichar)-1 || c == (gunichar)-2 || !is_edge(c)) {
            break;
        }
        start += char_width(text + start);
    }
    while (end > start) {
        const char *last = g_utf8_find_prev_char(text + start, text + end);
        const gunichar c =
            last != NULL ? g_utf8_get_char_validated(last, text + end - last) : (gunichar)-1;
        if (c == (gunichar)-1 || c == (gunichar)-2 || !is_edge(c)
            || last + char_width(last) != text + end) {
            break;
        }
        end = (size_t)(last - text);
    }
    *ret_start = start;
    *ret_end = end;
}

char *
jc_cell_fault(const char *text, size_t length)
{
    const char *bad = NULL;

    if (jw_text_clean(text, length)) {
        return NULL;
    }
    if (!g_utf8_validate_len(text, length, &bad) && *bad != '\0') {
        return g_strdup_printf(
            "the byte 0x%02X is not UTF-8: the file seems to be in a Windows code page; save it as "
            "UTF-8, or convert it: iconv -f WINDOWS-1252 -t UTF-8 (WINDOWS-1254 for Turkish)",
            (guchar)*bad);
    }
    for (const char *at = text; at < text + length; at += char_width(at)) {
        const gunichar c = g_utf8_get_char(at);
        if (is_control(c) && strchr("\t\r\n", (int)c) == NULL) {
            return g_strdup_printf("holds the control character U+%04X; remove it", c);
        }
    }
    return g_strdup("holds the control character U+0000; remove it");
}

char *
jc_cell_show(const char *text, size_t length)
{
    g_autofree char *valid = g_utf8_make_valid(text, (gssize)length);
    GString *shown = g_string_new(NULL);
    const char *at = valid;

    for (int i = 0; *at != '\0' && i < SHOWN_MAX; at += char_width(at), i++) {
        const gunichar c = g_utf8_get_char(at);
        if (c != ' ' && (jw_text_invisible(c) || g_unichar_isspace(c))) {
            g_string_append_printf(shown, "<U+%04X>", c);
        } else {
            g_string_append_unichar(shown, c);
        }
    }
    if (*at != '\0') {
        g_string_append(shown, "…");
    }
    return g_string_free(shown, FALSE);
}

/* The bytes of the mark between thousands at @at; 0: there is none. */
static size_t
mark_width(const char *at, char thousands)
{
    static const struct {
        char mark;
        const char *other;
    } others[] = {
        { ' ', "\xC2\xA0" /* no-break */ },
        { ' ', "\xE2\x80\xAF" /* narrow no-break */ },
        { ' ', "\xE2\x80\x89" /* thin */ },
        { '\'', "\xE2\x80\x99" /* ’ */ },
    };

    if (thousands != '\0' && *at == thousands) {
        return 1;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        if (others[i].mark == thousands && g_str_has_prefix(at, others[i].other)) {
            return strlen(others[i].other);
        }
    }
    return 0;
}

char *
jc_cell_number(const char *text, char decimal, char thousands)
{
    g_autoptr(GString) number = g_string_new(NULL);
    const char *at = text;
    size_t digits = 0, width = 0;
    bool grouped = false;

    if (*at == '-') {
        g_string_append_c(number, *at++);
    }
    for (;;) {
        for (digits = 0; g_ascii_isdigit(*at); digits++) {
            g_string_append_c(number, *at++);
        }
        width = mark_width(at, thousands);
        if ((grouped && digits != 3) || (width > 0 && (digits == 0 || digits > 3))) {
            return NULL;
        }
        if (width == 0) {
            break;
        }
        grouped = true;
        at += width;
    }
    if (*at == decimal) {
        g_string_append_c(number, '.');
        at++;
        if (strpbrk(at, ".,") != NULL) {
            return NULL;
        }
    } else if (*at == '.' || *at == ',') {
        return NULL;
    }
    g_string_append(number, at);
    return g_strdup(number->str);
}
