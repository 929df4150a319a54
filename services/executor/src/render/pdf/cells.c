/* render/pdf/cells.c: see render/pdf/cells.h. */
#include "render/pdf/cells.h"

#include <math.h>
#include <string.h>

#include "jw/report_text.h"
#include "jw/report_words.h"
#include "jw/text.h"

#define NOTHING "–"

/* What a line cannot hold. */
static bool
is_space(gunichar c)
{
    return g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029;
}

static bool
is_plain(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] < ' ' || text[i] == 0x7f) { /* bytes of other characters are negative */
            return false;
        }
    }
    return true;
}

char *
exe_pdf_clean(const char *text, size_t length)
{
    if (is_plain(text, length)) {
        return g_strndup(text, length);
    }
    g_autoptr(GString) scratch = g_string_new(NULL);
    GString *line = g_string_sized_new(length);
    size_t n = 0;
    const char *sane = jw_text_sane(scratch, text, length, &n);

    for (const char *at = sane; at < sane + n; at = g_utf8_find_next_char(at, NULL)) {
        const gunichar c = g_utf8_get_char(at);
        const bool space = is_space(c);
        if (!space || (line->len > 0 && line->str[line->len - 1] != ' ')) {
            g_string_append_unichar(line, space ? ' ' : c);
        }
    }
    return g_string_free(line, FALSE);
}

bool
exe_pdf_is_right(JwFormat format)
{
    return jw_format_is_number(format);
}

/* What needs no column. NULL: it is a number. */
static char *
plain_value(const JwValue *value, JwFormat format, JwZoneCache *zone, const char *language)
{
    switch (value->type) {
    case JW_VALUE_TEXT:
        return exe_pdf_clean(value->text, value->length);
    case JW_VALUE_BOOL:
        return g_strdup(jw_report_word(value->boolean ? JW_WORD_YES : JW_WORD_NO, language));
    case JW_VALUE_TIME:
        return jw_report_text_time_cached(value->time_ms, format, zone);
    case JW_VALUE_NULL:
        return g_strdup("");
    case JW_VALUE_REAL:
        return isfinite(value->real) ? NULL : g_strdup("");
    case JW_VALUE_INT:
        break;
    }
    return NULL;
}

char *
exe_pdf_cell(const JwValue *value, const JwReportColumn *column, JwZoneCache *zone,
             const char *language)
{
    g_autofree char *plain = plain_value(value, column->format, zone, language);

    if (plain != NULL) {
        return g_strdup(plain[0] != '\0' || value->type == JW_VALUE_TEXT ? plain : NOTHING);
    }
    const JwTextForm form = { .format = column->format,
                              .decimals = MAX(column->decimals, 0),
                              .unit = jw_report_column_unit(column, value, language),
                              .sign = column->role == JW_COLUMN_DIFFERENCE
                                      || column->role == JW_COLUMN_PERCENT,
                              .language = language };
    return jw_report_text_form(value, &form);
}

char *
exe_pdf_list_cell(const JwValue *value, const JwColumnDef *column, JwZoneCache *zone,
                  const char *language)
{
    char *plain = plain_value(value, column->format, zone, language);
    char digits[JW_TEXT_REAL_MAX];

    if (plain != NULL) {
        return plain;
    }
    g_autofree char *unit = jw_report_unit(&column->unit, value, language);
    if (value->type == JW_VALUE_INT || column->decimals >= 0 || column->format == JW_FORMAT_HOUR) {
        const JwTextForm form = { .format = column->format,
                                  .decimals = MAX(column->decimals, 0),
                                  .unit = unit,
                                  .language = language };
        return jw_report_text_form(value, &form);
    }
    g_autofree char *english = jw_text_thousands(jw_text_real(value->real, digits));
    g_autofree char *number = jw_report_number(english, language);
    return g_strconcat(number, unit != NULL ? unit : jw_report_text_unit(column->format), NULL);
}
