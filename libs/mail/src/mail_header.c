/* mail_header.c: writes header lines as 7-bit text, folded, with RFC 2047 encoded words where needed.
 * Any thread, no state. Owner: mail.
 * By hand because GMime passes "=?…?=" in a text through as it is (so a subject could smuggle an encoded
 * line break), makes encoded words longer than 75 characters and chooses other charsets than UTF-8. */
#include "mail_private.h"

#include <string.h>

#define FOLD_AT    76
#define WORD_BYTES 42 /* 56 characters of base64 and 12 of frame */

/* True when a reader sees exactly this text without any encoding. */
static bool
is_plain(const char *text)
{
    size_t word = 0;
    for (const char *pos = text; *pos != '\0'; pos++) {
        unsigned char c = (unsigned char)*pos;
        word = c == ' ' ? 0 : word + 1;
        if (c < 0x20 || c > 0x7e || word > FOLD_AT - 1) {
            return false;
        }
    }
    /* Folding may not make a line of spaces only, nor lose those at the ends. */
    return strstr(text, "=?") == NULL && strstr(text, "  ") == NULL && text[0] != ' '
           && (text[0] == '\0' || text[strlen(text) - 1] != ' ');
}

/* Appends a token, on a new line when it does not fit on this one. @column: where the line stands. */
static void
append_folded(GString *out, size_t *column, const char *token, size_t length)
{
    if (*column + 1 + length > FOLD_AT && *column > 1) {
        g_string_append(out, "\r\n");
        *column = 0;
    }
    g_string_append_c(out, ' ');
    g_string_append_len(out, token, (gssize)length);
    *column += 1 + length;
}

static void
append_plain(GString *out, size_t *column, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (size_t i = 0; words[i] != NULL; i++) {
        append_folded(out, column, words[i], strlen(words[i]));
    }
}

static void
append_encoded(GString *out, size_t *column, const char *text)
{
    const char *pos = text;
    while (*pos != '\0') {
        const char *end = pos;
        while (*end != '\0' && g_utf8_find_next_char(end, NULL) - pos <= WORD_BYTES) {
            end = g_utf8_find_next_char(end, NULL);
        }
        g_autofree char *base64 = g_base64_encode((const guchar *)pos, (gsize)(end - pos));
        g_autofree char *word = g_strconcat("=?UTF-8?B?", base64, "?=", NULL);
        append_folded(out, column, word, strlen(word));
        pos = end;
    }
}

static size_t
begin(GString *out, const char *name)
{
    g_string_append_printf(out, "%s:", name);
    return strlen(name) + 1;
}

void
jw_mail_header_append_raw(GString *out, const char *name, const char *value)
{
    g_string_append_printf(out, "%s: %s\r\n", name, value);
}

void
jw_mail_header_append_text(GString *out, const char *name, const char *value)
{
    size_t column = begin(out, name);
    if (is_plain(value)) {
        append_plain(out, &column, value);
    } else {
        append_encoded(out, &column, value);
    }
    g_string_append(out, "\r\n");
}

static bool
is_phrase(const char *text)
{
    for (const char *pos = text; *pos != '\0'; pos++) {
        if (!g_ascii_isalnum(*pos) && strchr(" !#$%&'*+-/=?^_`{|}~", *pos) == NULL) {
            return false;
        }
    }
    return true;
}

void
jw_mail_header_append_mailbox(GString *out, const char *name, const char *display,
                              const char *address)
{
    size_t column = begin(out, name);
    /* Readers differ on a phrase that is folded; encoded words may be. */
    if (display != NULL && (!is_plain(display) || column + strlen(display) + 3 > FOLD_AT)) {
        append_encoded(out, &column, display);
    } else if (display != NULL && is_phrase(display)) {
        append_plain(out, &column, display);
    } else if (display != NULL) {
        g_autoptr(GString) quoted = g_string_new("\"");
        for (const char *pos = display; *pos != '\0'; pos++) {
            if (*pos == '"' || *pos == '\\') {
                g_string_append_c(quoted, '\\');
            }
            g_string_append_c(quoted, *pos);
        }
        g_string_append_c(quoted, '"');
        append_plain(out, &column, quoted->str);
    }
    g_autofree char *angle =
        display != NULL ? g_strconcat("<", address, ">", NULL) : g_strdup(address);
    append_folded(out, &column, angle, strlen(angle));
    g_string_append(out, "\r\n");
}
