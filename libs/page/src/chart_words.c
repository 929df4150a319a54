/* chart_words.c: what is seen on a chart, for who does not see it. Pure. */
#include "jw/chart.h"
#include "jw/report_text.h"
#include "jw/report_words.h"

#include <string.h>

/* How many values besides that at @index are the same as people see them. */
static size_t
n_ties(const JwChartData *chart, size_t index, const char *text)
{
    size_t n = 0;

    for (size_t i = 0; i < chart->n_values; i++) {
        g_autofree char *other = jw_chart_value(chart, chart->values[i]);
        n += i != index && strcmp(other, text) == 0 ? 1 : 0;
    }
    return n;
}

/* "10:00 and 1 more (57 %)" in its words. (transfer full) */
static char *
extreme_text(const JwChartData *chart, const JwReportColumn *drawn, size_t at, JwWord word)
{
    const JwValue shown = { .type = JW_VALUE_REAL, .real = chart->values[at] };
    const char *unit = jw_report_column_unit(drawn, &shown, chart->language);
    g_autofree char *number = jw_chart_value(chart, chart->values[at]);
    g_autofree char *value =
        g_strconcat(number, unit != NULL ? unit : jw_report_text_unit(drawn->format), NULL);
    const size_t others = n_ties(chart, at, number);
    g_autofree char *n_others = g_strdup_printf("%zu", others);
    g_autofree char *more =
        jw_report_word_fill(JW_WORD_AND_MORE, chart->language, chart->labels[at], n_others);

    return jw_report_word_fill(word, chart->language, others > 0 ? more : chart->labels[at], value);
}

char *
jw_chart_words(const JwChartData *chart, const char *title, const JwReportColumn *drawn)
{
    const size_t peak = jw_chart_peak(chart);
    const char *named = title != NULL ? title : jw_report_word(JW_WORD_CHART, chart->language);

    if (chart->n_values == 0) {
        return NULL;
    }
    const bool below = peak == chart->n_values;
    const size_t at = below ? jw_chart_least(chart) : peak;
    if (at == chart->n_values) {
        return g_strdup_printf("%s: %s", named, jw_report_word(JW_WORD_NO_DATA, chart->language));
    }
    g_autofree char *words =
        extreme_text(chart, drawn, at, below ? JW_WORD_LEAST_AT : JW_WORD_MOST_AT);
    /* Of several series the words are about the first, which they name. */
    const bool several = chart->n_more > 0 && chart->measure != NULL;
    return g_strdup_printf("%s: %s%s%s", named, several ? chart->measure : "", several ? " " : "",
                           words);
}
