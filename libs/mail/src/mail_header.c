/* mail_header.c: writes header lines as 7-bit text, folded, with RFC 2047 encoded words where
 * needed. Any thread, no state. By hand because GMime passes "=?…?=" through (so a subject could
 * smuggle an encoded line break), writes encoded words longer than 75 characters and chooses
 * other charsets than UTF-8. */
#include "mail_private.h"

#include <string.h>

#define FOLD_AT    76
#define PLAIN_WORD 60 /* a longer word is encoded, so that it can be folded */
#define WORD_FRAME 12 /* of an encoded word, "=?UTF-8?B?" and "?=" */
#define WORD_MIN   9  /* bytes in an encoded word, however short the line */

/* True when a reader sees exactly this text without any encoding. */
static bool
is_plain(const char *text)
{
    size_t word = 0;
    for (const char *pos = text; *pos != '\0'; pos++) {
        unsigned char c = (unsigned char)*pos;
        word = c == ' ' ? 0 : word + 1;
        if (c < 0x20 || c > 0x7e || word > PLAIN_WORD) {
            return false;
        }
    }
    /* Folding may not make a line of spaces only, nor lose those at the ends. */
    return strstr(text, "=?") == NULL && strstr(text, "  ") == NULL && text[0] != ' '
           && (text[0] == '\0' || text[strlen(text) - 1] != ' ');
}

/* The current line of a header: its length, and whether it has more than the name. */
typedef struct {
    size_t column;
    bool begun;
} Line;

/* Appends a token, on a new line when it does not fit on this one. Never right after the
 * header's name: some readers take that line end for a part of the value. */
static void
append_folded(GString *out, Line *line, const char *token, size_t length)
{
    if (line->column + 1 + length > FOLD_AT && line->begun) {
        g_string_append(out, "\r\n");
        line->column = 0;
    }
    g_string_append_c(out, ' ');
    g_string_append_len(out, token, (gssize)length);
    line->column += 1 + length;
    line->begun = true;
}

static void
append_plain(GString *out, Line *line, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (size_t i = 0; words[i] != NULL; i++) {
        append_folded(out, line, words[i], strlen(words[i]));
    }
}

/* Where an encoded word of at most @most bytes may end: between characters, and if there is such a
 * place where base64 needs no padding, because readers that join words before decoding stop at it.
 */
static const char *
word_end(const char *text, size_t most)
{
    const char *end = text;
    const char *unpadded = NULL;
    while (*end != '\0') {
        const char *next = g_utf8_find_next_char(end, NULL);
        if ((size_t)(next - text) > most) {
            return unpadded != NULL ? unpadded : end;
        }
        end = next;
        if ((end - text) % 3 == 0) {
            unpadded = end;
        }
    }
    return end;
}

static void
append_encoded(GString *out, Line *line, const char *text)
{
    const char *pos = text;
    while (*pos != '\0') {
        size_t used = line->column + 1 + WORD_FRAME;
        size_t most = used < FOLD_AT ? (FOLD_AT - used) / 4 * 3 : 0;
        if (most < WORD_MIN) { /* the next line is empty; a first word must stay here */
            most = line->begun ? (FOLD_AT - 1 - WORD_FRAME) / 4 * 3 : WORD_MIN;
        }
        const char *end = word_end(pos, most);
        g_autofree char *base64 = g_base64_encode((const guchar *)pos, (gsize)(end - pos));
        g_autofree char *word = g_strconcat("=?UTF-8?B?", base64, "?=", NULL);
        append_folded(out, line, word, strlen(word));
        pos = end;
    }
}

static Line
begin(GString *out, const char *name)
{
    g_string_append_printf(out, "%s:", name);
    return (Line){ .column = strlen(name) + 1 };
}

void
jw_mail_header_append_raw(GString *out, const char *name, const char *value)
{
    g_string_append_printf(out, "%s: %s\r\n", name, value);
}

void
jw_mail_header_append_text(GString *out, const char *name, const char *value)
{
    Line line = begin(out, name);
    if (is_plain(value)) {
        append_plain(out, &line, value);
    } else {
        append_encoded(out, &line, value);
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
    Line line = begin(out, name);
    /* Readers differ on a phrase that is folded; encoded words may be. */
    if (display != NULL && (!is_plain(display) || line.column + strlen(display) + 3 > FOLD_AT)) {
        append_encoded(out, &line, display);
    } else if (display != NULL && is_phrase(display)) {
        append_plain(out, &line, display);
    } else if (display != NULL) {
        g_autoptr(GString) quoted = g_string_new("\"");
        for (const char *pos = display; *pos != '\0'; pos++) {
            if (*pos == '"' || *pos == '\\') {
                g_string_append_c(quoted, '\\');
            }
            g_string_append_c(quoted, *pos);
        }
        g_string_append_c(quoted, '"');
        append_plain(out, &line, quoted->str);
    }
    g_autofree char *angle =
        display != NULL ? g_strconcat("<", address, ">", NULL) : g_strdup(address);
    append_folded(out, &line, angle, strlen(angle));
    g_string_append(out, "\r\n");
}
