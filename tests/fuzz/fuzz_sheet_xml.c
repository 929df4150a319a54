/* fuzz_sheet_xml.c: any bytes as the text of a cell. A reader of XML that undoes _xHHHH_ gets back
 * the text that was to be shown. */
#include "fuzz.h"

#include "render/xlsx/sheet_xml.h"
#include "render/xlsx/list.h"

#include <string.h>

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    jw_base_init();
    return 0;
}

static void
take_text(GMarkupParseContext *context G_GNUC_UNUSED, const char *text, gsize length, gpointer into,
          GError **error G_GNUC_UNUSED)
{
    g_string_append_len(into, text, (gssize)length);
}

static bool
is_code(const char *at, size_t left)
{
    return left >= 7 && at[0] == '_' && at[1] == 'x' && g_ascii_isxdigit(at[2])
           && g_ascii_isxdigit(at[3]) && g_ascii_isxdigit(at[4]) && g_ascii_isxdigit(at[5])
           && at[6] == '_';
}

/* As spreadsheets read it. (transfer full) */
static GString *
undo_codes(const GString *text)
{
    GString *plain = g_string_new(NULL);

    for (size_t i = 0; i < text->len; i++) {
        if (is_code(text->str + i, text->len - i)) {
            g_autofree char *digits = g_strndup(text->str + i + 2, 4);
            g_string_append_unichar(plain, (gunichar)g_ascii_strtoull(digits, NULL, 16));
            i += 6;
        } else {
            g_string_append_c(plain, text->str[i]);
        }
    }
    return plain;
}

/* U+FFFE and U+FFFF as U+FFFD. (transfer full) */
static char *
shown(const char *text, size_t length)
{
    char *copy = g_strndup(text, length);

    for (char *at = copy; (at = strstr(at, "\xef\xbf")) != NULL; at += 3) {
        if ((unsigned char)at[2] >= 0xbe) {
            at[2] = (char)0xbd;
        }
    }
    return copy;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const GMarkupParser parser = { .text = take_text };
    static const int style = 1;
    g_autoptr(GString) scratch = g_string_new(NULL);
    g_autoptr(GString) read = g_string_new(NULL);
    g_autoptr(ExeSheetXml) xml = exe_sheet_xml_new(&style, 1);
    g_autoptr(GByteArray) row = g_byte_array_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes =
        g_strndup(size > 0 ? (const char *)data : "", size); /* with an end, as records have */
    size_t length = 0;
    const char *text = exe_xlsx_text(scratch, bytes, size, &length);

    g_assert_true(g_utf8_validate_len(text, length, NULL));
    g_assert_cmpint(g_utf8_strlen(text, (gssize)length), <=, 32767);
    exe_sheet_xml_begin_row(xml, row, 1);
    exe_sheet_xml_text(xml, row, 0, text, length);
    exe_sheet_xml_end_row(row);
    GMarkupParseContext *context = g_markup_parse_context_new(&parser, 0, read, NULL);
    g_assert_true(g_markup_parse_context_parse(context, (const char *)row->data, row->len, &error));
    g_assert_true(g_markup_parse_context_end_parse(context, &error));
    g_markup_parse_context_free(context);
    g_autoptr(GString) plain = undo_codes(read);
    g_autofree char *expected = shown(text, length);
    g_assert_cmpstr(plain->str, ==, expected);
    return 0;
}
