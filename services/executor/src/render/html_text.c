/* render/html_text.c: see render/html_text.h. */
#include "render/html_text.h"

#include <math.h>
#include <string.h>

#include "jw/report_words.h"
#include "jw/text.h"

static const char *
entity(gunichar c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* What of a character goes into the page: its entity, a space, or U+FFFD. NULL: itself. */
static const char *
in_page(gunichar c)
{
    if (c == '\r') {
        return "";
    }
    if ((c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0)) {
        return "\xef\xbf\xbd";
    }
    return entity(c);
}

void
exe_html_text(GString *out, const char *text, size_t length, size_t max)
{
    g_autoptr(GString) scratch = g_string_new(NULL);
    size_t n = 0;
    const char *sane = jw_text_sane(scratch, text, length, &n);
    const char *begin = sane;
    size_t count = 0;

    for (const char *at = sane; at < sane + n; at = g_utf8_find_next_char(at, NULL)) {
        const char *instead = in_page(g_utf8_get_char(at));
        if (max > 0 && count++ == max) {
            g_string_append_len(out, begin, at - begin);
            g_string_append(out, "…");
            return;
        }
        if (instead != NULL) {
            g_string_append_len(out, begin, at - begin);
            g_string_append(out, instead);
            begin = g_utf8_find_next_char(at, NULL);
        }
    }
    g_string_append_len(out, begin, sane + n - begin);
}

static void
append_number(GString *out, const JwValue *value, const JwTextForm *given, const char *language)
{
    JwTextForm form = *given;
    char buffer[JW_TEXT_REAL_MAX];
    g_autofree char *text = NULL;

    form.language = language;
    if (value->type == JW_VALUE_REAL && !isfinite(value->real)) {
        return;
    }
    if (value->type == JW_VALUE_INT || form.decimals >= 0 || form.format == JW_FORMAT_HOUR) {
        text = jw_report_text_form(value, &form);
    } else {
        const char *digits = jw_text_real(value->real, buffer);
        g_autofree char *number =
            strchr(digits, 'e') != NULL ? g_strdup(digits) : jw_text_thousands(digits);
        g_autofree char *local = jw_report_number(number, form.language);
        text = g_strconcat(local, form.unit != NULL ? form.unit : jw_report_text_unit(form.format),
                           NULL);
    }
    exe_html_text(out, text, strlen(text), 0);
}

void
exe_html_value(GString *out, const JwValue *value, const JwTextForm *form, JwZoneCache *zone,
               const char *language, size_t max)
{
    switch (value->type) {
    case JW_VALUE_NULL:
        break;
    case JW_VALUE_BOOL:
        g_string_append(out, jw_report_word(value->boolean ? JW_WORD_YES : JW_WORD_NO, language));
        break;
    case JW_VALUE_INT:
    case JW_VALUE_REAL:
        append_number(out, value, form, language);
        break;
    case JW_VALUE_TEXT:
        exe_html_text(out, value->text, value->length, max);
        break;
    case JW_VALUE_TIME: {
        g_autofree char *text = jw_report_text_time_cached(value->time_ms, form->format, zone);
        g_string_append(out, text);
        break;
    }
    }
}

void
exe_html_png(GString *out, GBytes *png)
{
    size_t length = 0;
    const guchar *bytes = g_bytes_get_data(png, &length);
    g_autofree char *text = g_base64_encode(bytes, length);

    g_string_append(out, "data:image/png;base64,");
    g_string_append(out, text);
}
