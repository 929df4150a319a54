/* import/csv_start.c: byte order marks, the line "sep=;" that Excel reads and writes, and files
 * that are not UTF-8 text, told by how they begin. Any thread, no state. */
#include "import/csv_start.h"

#include <string.h>

#define UTF8_MARK "\xEF\xBB\xBF"

static const char as_csv[] = "open it and save the sheet as \"CSV UTF-8\"";
static const char utf16[] = "save it as \"CSV UTF-8\", or convert it: iconv -f UTF-16 -t UTF-8";

/* The longer ones first. */
static const struct {
    const char *start;
    size_t length;
    const char *what, *cure;
} formats[] = {
    { "\xFF\xFE\0\0", 4, "UTF-32", "convert it: iconv -f UTF-32 -t UTF-8" },
    { "\0\0\xFE\xFF", 4, "UTF-32", "convert it: iconv -f UTF-32 -t UTF-8" },
    { "\xFF\xFE", 2, "UTF-16", utf16 },
    { "\xFE\xFF", 2, "UTF-16", utf16 },
    { "PK\003\004", 4, "an Excel workbook or another ZIP file", as_csv },
    { "\xD0\xCF\x11\xE0", 4, "a workbook of an old Excel", as_csv },
    { "%PDF-", 5, "a PDF file", "ask for the data as CSV" },
    { "\x1F\x8B", 2, "compressed (gzip)", "unpack it first: gunzip" },
};

static bool
check_format(const char *bytes, size_t n_bytes, const char *name, GError **error)
{
    size_t zeros[2] = { 0, 0 }; /* at even and odd places */

    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (n_bytes >= formats[i].length
            && memcmp(bytes, formats[i].start, formats[i].length) == 0) {
            return jw_fail(error, JW_ERROR_INVALID, "%s is %s; Jobwire reads CSV in UTF-8: %s",
                           name, formats[i].what, formats[i].cure);
        }
    }
    for (size_t i = 0; i < n_bytes; i++) {
        zeros[i % 2] += bytes[i] == '\0' ? 1 : 0;
    }
    if (MAX(zeros[0], zeros[1]) > n_bytes / 4) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "%s seems to be UTF-16 without a byte order mark; Jobwire reads CSV in "
                       "UTF-8: convert it: iconv -f UTF-16%s -t UTF-8",
                       name, zeros[0] > zeros[1] ? "BE" : "LE");
    }
    return true;
}

/* The length of a line such as sep=; with its line break, and what it names; 0: another line. */
static size_t
separator_line(const char *bytes, size_t n_bytes, char *ret_delimiter)
{
    const size_t quote = n_bytes > 0 && bytes[0] == '"' ? 1 : 0;
    size_t at = quote + 4;

    if (n_bytes <= at || g_ascii_strncasecmp(bytes + quote, "sep=", 4) != 0) {
        return 0;
    }
    *ret_delimiter = bytes[at++];
    if (quote == 1 && (at >= n_bytes || bytes[at++] != '"')) {
        return 0;
    }
    at += at < n_bytes && bytes[at] == '\r' ? 1 : 0;
    return at < n_bytes && bytes[at] == '\n' ? at + 1 : 0;
}

bool
jc_csv_start(const char *bytes, size_t n_bytes, const char *name, size_t *ret_skip,
             int64_t *ret_lines, char *delimiter, GError **error)
{
    size_t marks = 0;
    char named = '\0';

    if (!check_format(bytes, n_bytes, name, error)) {
        return false;
    }
    while (n_bytes - marks >= strlen(UTF8_MARK)
           && memcmp(bytes + marks, UTF8_MARK, strlen(UTF8_MARK)) == 0) {
        marks += strlen(UTF8_MARK);
    }
    const size_t line = separator_line(bytes + marks, n_bytes - marks, &named);
    if (line > 0 && strchr(",;|\t", named) == NULL) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "%s:1: the line sep=%c names a delimiter that is not known; known are , ; | "
                       "and the tab",
                       name, g_ascii_isprint(named) ? named : '?');
    }
    *ret_skip = marks + line;
    *ret_lines = line > 0 ? 1 : 0;
    *delimiter = line > 0 ? named : *delimiter;
    return true;
}
