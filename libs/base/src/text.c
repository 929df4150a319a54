/* text.c: checks and small conversions on text from outside.
 * Any thread, no state. */
#include "jw/text.h"
#include "jw/error.h"

#include <math.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MAX_NAME_BYTES      150
#define MAX_EXTENSION_BYTES 16

/* g_utf8_next_char casts const away, which clang reports. */
static size_t
char_width(const char *pos)
{
    return (size_t)g_utf8_skip[(guchar)*pos];
}

bool
jw_text_clean(const char *text, size_t length)
{
    if (length == 0) {
        return true;
    }
    g_return_val_if_fail(text != NULL, false);

    if (!g_utf8_validate_len(text, length, NULL)) {
        return false;
    }
    const char *end = text + length;
    for (const char *pos = text; pos < end; pos += char_width(pos)) {
        gunichar c = g_utf8_get_char(pos);
        bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
        if (control && c != '\t' && c != '\n' && c != '\r') {
            return false;
        }
    }
    return true;
}

/* The next U+FFFE or U+FFFF from @at on, in valid UTF-8 before @end; NULL: none. */
static char *
find_never(const char *at, const char *end)
{
    while ((at = memchr(at, 0xef, (size_t)(end - at))) != NULL) {
        if ((guchar)at[1] == 0xbf && (guchar)at[2] >= 0xbe) {
            return (char *)(uintptr_t)at;
        }
        at += 3;
    }
    return NULL;
}

const char *
jw_text_sane(GString *scratch, const char *text, size_t length, size_t *ret_length)
{
    const bool valid = g_utf8_validate_len(text, length, NULL);

    *ret_length = length;
    if (valid && find_never(text, text + length) == NULL) {
        return text;
    }
    if (valid) {
        g_string_truncate(scratch, 0);
        g_string_append_len(scratch, text, (gssize)length);
    } else {
        g_autofree char *repaired = g_utf8_make_valid(text, (gssize)length);
        g_string_assign(scratch, repaired);
    }
    char *at = scratch->str;
    while ((at = find_never(at, scratch->str + scratch->len)) != NULL) {
        at[2] = (char)0xbd; /* U+FFFD */
    }
    *ret_length = scratch->len;
    return scratch->str;
}

/* @kept: controls that stay */
static char *
without_controls(const char *text, const char *kept)
{
    g_autoptr(GString) scratch = g_string_new(NULL);
    g_autoptr(GString) line = g_string_new(NULL);
    size_t length = 0;
    const char *sane = jw_text_sane(scratch, text, strlen(text), &length);

    for (const char *pos = sane; *pos != '\0'; pos += char_width(pos)) {
        const gunichar c = g_utf8_get_char(pos);
        const bool gone = g_unichar_iscntrl(c) && (c > 0x7f || strchr(kept, (int)c) == NULL);
        g_string_append_unichar(line, gone ? ' ' : c);
    }
    return g_string_free(g_steal_pointer(&line), FALSE);
}

char *
jw_text_one_line(const char *text)
{
    return without_controls(text, "");
}

char *
jw_text_lines(const char *text)
{
    return without_controls(text, "\n\t");
}

bool
jw_text_int64(const char *text, const char *what, int64_t min, int64_t max, int64_t *ret,
              GError **error)
{
    g_return_val_if_fail(what != NULL && ret != NULL && min <= max, false);

    g_autoptr(GError) cause = NULL;
    gint64 value;
    bool plus =
        text != NULL && *text == '+'; /* the signed reader takes it, the unsigned one does not */
    if (text != NULL && !plus && g_ascii_string_to_signed(text, 10, min, max, &value, &cause)) {
        *ret = value;
        return true;
    }
    if (g_error_matches(cause, G_NUMBER_PARSER_ERROR, G_NUMBER_PARSER_ERROR_OUT_OF_BOUNDS)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "%s must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, what, min, max);
    }
    return jw_fail(error, JW_ERROR_INVALID, "%s is not a whole number", what);
}

bool
jw_text_invisible(gunichar c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || (c >= 0x200b && c <= 0x200f)
           || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

static void
trim_end(GString *name)
{
    while (name->len > 0 && strchr(". ", name->str[name->len - 1]) != NULL) {
        g_string_truncate(name, name->len - 1);
    }
}

/* Cuts the stem, not the extension, and never inside a character. */
static void
limit_length(GString *name)
{
    if (name->len <= MAX_NAME_BYTES) {
        return;
    }
    const char *dot = strrchr(name->str, '.');
    g_autofree char *extension = NULL;
    if (dot != NULL && strlen(dot) <= MAX_EXTENSION_BYTES) {
        extension = g_strdup(dot);
    }
    size_t room = MAX_NAME_BYTES - (extension != NULL ? strlen(extension) : 0);
    const char *cut = g_utf8_find_prev_char(name->str, name->str + room + 1);
    g_string_truncate(name, (gsize)(cut - name->str));
    trim_end(name);
    if (extension != NULL) {
        g_string_append(name, extension);
    }
}

static char *
replaced(const char *text, const char *what, const char *with)
{
    g_auto(GStrv) parts = g_strsplit(text, what, -1);

    return g_strjoinv(with, parts);
}

char *
jw_text_fold(const char *text, gssize length)
{
    g_autofree char *folded = g_utf8_casefold(text, length);
    g_autofree char *undotted = replaced(folded, "i\xcc\x87", "i"); /* İ */

    return replaced(undotted, "\xc4\xb1", "i"); /* ı */
}

char *
jw_text_file_name(const char *wanted)
{
    g_autofree char *valid = g_utf8_make_valid(wanted != NULL ? wanted : "", -1);
    const char *base = valid;
    for (const char *pos = valid; *pos != '\0'; pos++) {
        if (*pos == '/' || *pos == '\\') {
            base = pos + 1;
        }
    }
    GString *name = g_string_new(NULL);
    for (const char *pos = base; *pos != '\0'; pos += char_width(pos)) {
        gunichar c = g_utf8_get_char(pos);
        bool leading = name->len == 0 && (c == '.' || c == ' ');
        if (leading || jw_text_invisible(c)) {
            continue;
        }
        g_string_append_unichar(name, c < 0x80 && strchr("<>:\"|?*", (int)c) != NULL ? '_' : c);
    }
    trim_end(name);
    limit_length(name);
    if (name->len == 0) {
        g_string_assign(name, "report");
    }
    return g_string_free(name, FALSE);
}

char *
jw_text_thousands(const char *number)
{
    g_return_val_if_fail(number != NULL, NULL);

    const char *digits = number[0] == '-' ? number + 1 : number;
    size_t whole = strspn(digits, "0123456789");
    GString *text = g_string_new(number[0] == '-' ? "-" : NULL);

    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0) {
            g_string_append_c(text, ',');
        }
        g_string_append_c(text, digits[i]);
    }
    g_string_append(text, digits + whole);
    return g_string_free(text, FALSE);
}

char *
jw_text_bytes(int64_t bytes)
{
    static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
    if (bytes < 1024) {
        return g_strdup_printf("%" G_GINT64_FORMAT " B", MAX(bytes, 0));
    }
    double value = (double)bytes / 1024;
    size_t unit = 0;
    while (value >= 1023.95 && unit + 1 < G_N_ELEMENTS(units)) { /* 1023.96 would print as 1024.0 */
        value /= 1024;
        unit++;
    }
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    return g_strconcat(g_ascii_formatd(number, sizeof number, "%.1f", value), " ", units[unit],
                       NULL);
}

/* Levenshtein distance, case-insensitive, with one row of memory. */
static size_t
edit_distance(const char *a, const char *b)
{
    const size_t length = strlen(b);
    g_autofree size_t *row = g_new(size_t, length + 1);

    for (size_t j = 0; j <= length; j++) {
        row[j] = j;
    }
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < length; j++) {
            size_t above = row[j + 1];
            size_t same = g_ascii_tolower(a[i]) == g_ascii_tolower(b[j]) ? 0 : 1;
            row[j + 1] = MIN(diagonal + same, MIN(above, row[j]) + 1);
            diagonal = above;
        }
    }
    return row[length];
}

JwNearest
jw_nearest_begin(const char *wanted)
{
    const size_t length = strlen(wanted);

    return (JwNearest){ .wanted = wanted, .distance = MIN(CLAMP(length / 3, 1, 3) + 1, length) };
}

void
jw_nearest_offer(JwNearest *self, const char *name)
{
    const size_t length = strlen(name), wanted = strlen(self->wanted);

    /* Names from outside may be long; a difference in length is a difference. */
    if (MAX(length, wanted) - MIN(length, wanted) >= self->distance) {
        return;
    }
    size_t distance = edit_distance(self->wanted, name);
    if (distance < self->distance) {
        self->distance = distance;
        self->name = name;
    }
}

static bool
read_all(int fd, const char *path, size_t limit, GString *content, GError **error)
{
    char buffer[16 * 1024];
    for (;;) {
        ssize_t got = read(fd, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return jw_fail(error, JW_ERROR_UNAVAILABLE, "cannot read %s: %s", path,
                           g_strerror(errno));
        }
        if (got == 0) {
            return true;
        }
        if ((size_t)got > limit - content->len) {
            return jw_fail(error, JW_ERROR_TOO_LARGE, "%s is larger than %zu bytes", path, limit);
        }
        g_string_append_len(content, buffer, got);
    }
}

char *
jw_file_read(const char *path, size_t limit, size_t *ret_length, GError **error)
{
    g_return_val_if_fail(path != NULL, NULL);

    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        int cause = errno;
        bool absent = cause == ENOENT || cause == ENOTDIR;
        return jw_fail_null(error, absent ? JW_ERROR_NOT_FOUND : JW_ERROR_UNAVAILABLE,
                            "cannot open %s: %s", path, g_strerror(cause));
    }
    GString *content = g_string_new(NULL);
    bool ok = read_all(fd, path, limit, content, error);
    (void)close(fd);
    if (!ok) {
        g_string_free(content, TRUE);
        return NULL;
    }
    if (ret_length != NULL) {
        *ret_length = content->len;
    }
    return g_string_free(content, FALSE);
}

const char *
jw_text_real(double value, char buffer[JW_TEXT_REAL_MAX])
{
    static const char *const forms[] = { "%.15g", "%.16g", "%.17g" };

    if (value == floor(value) && fabs(value) < 9223372036854775808.0) { /* 2^63 */
        (void)g_snprintf(buffer, JW_TEXT_REAL_MAX, "%" G_GINT64_FORMAT, (gint64)value);
        return buffer;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_ascii_formatd(buffer, JW_TEXT_REAL_MAX, forms[i], value);
        if (g_ascii_strtod(buffer, NULL) == value) {
            break;
        }
    }
    return buffer;
}

char **
jw_text_list(const char *text)
{
    g_auto(GStrv) items = g_strsplit(text != NULL ? text : "", ",", -1);
    g_autoptr(GPtrArray) list = g_ptr_array_new();

    for (size_t i = 0; items[i] != NULL; i++) {
        const char *item = g_strstrip(items[i]);
        if (item[0] != '\0') {
            g_ptr_array_add(list, g_strdup(item));
        }
    }
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&list), FALSE);
}

void
jw_texts_dup(gpointer object, const size_t *offsets, size_t n_offsets)
{
    for (size_t i = 0; i < n_offsets; i++) {
        char **text = &G_STRUCT_MEMBER(char *, object, offsets[i]);
        *text = g_strdup(*text);
    }
}

void
jw_texts_clear(gpointer object, const size_t *offsets, size_t n_offsets)
{
    for (size_t i = 0; i < n_offsets; i++) {
        g_clear_pointer(&G_STRUCT_MEMBER(char *, object, offsets[i]), g_free);
    }
}
