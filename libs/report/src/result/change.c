/* result/change.c: the difference between two values, and its words. Pure; any thread. */
#include "result/compare.h"

#include "engine/number.h"
#include "jw/report_change.h"
#include "jw/report_words.h"

static bool
is_number(const JwValue *value)
{
    return value->type == JW_VALUE_INT || value->type == JW_VALUE_REAL;
}

/* Hours of the day, dates and texts have no difference that says anything. */
bool
jw_compare_has_difference(JwFormat format)
{
    return jw_format_is_number(format);
}

/* The change of a share is in points; of these no percentage is taken. */
bool
jw_compare_has_percent(JwFormat format)
{
    return jw_compare_has_difference(format) && format != JW_FORMAT_PERCENT;
}

static JwNumber
number_of(const JwValue *value)
{
    return value->type == JW_VALUE_INT ? jw_number_int(value->integer) : jw_number_of(value);
}

JwValue
jw_compare_difference(const JwValue *now, const JwValue *before, int decimals)
{
    int64_t whole = 0;

    if (!is_number(now) || !is_number(before)) {
        return (JwValue){ .type = JW_VALUE_NULL };
    }
    if (now->type == JW_VALUE_INT && before->type == JW_VALUE_INT
        && !__builtin_sub_overflow(now->integer, before->integer, &whole)) {
        return (JwValue){ .type = JW_VALUE_INT, .integer = whole };
    }
    const JwNumber a = number_of(now), b = number_of(before);
    JwNumber number = jw_number_real(jw_number_double(&a) - jw_number_double(&b));
    number.computed = true;
    return jw_number_value(&number, decimals);
}

/* Of what was 0 there is none. */
JwValue
jw_compare_percent(const JwValue *change, const JwValue *before)
{
    if (!is_number(change) || !is_number(before)) {
        return (JwValue){ .type = JW_VALUE_NULL };
    }
    const JwNumber top = number_of(change);
    JwNumber bottom = number_of(before);
    const double sign = jw_number_double(&bottom) < 0 ? -100 : 100;
    const JwNumber number = jw_number_ratio(&top, &bottom, sign);
    return jw_number_value(&number, JW_CHANGE_DECIMALS);
}

char *
jw_compare_points(const char *language)
{
    return g_strconcat(" ", jw_report_word(JW_WORD_POINTS, language), NULL);
}

char *
jw_report_change_text(const JwReportFigure *figure, const char *language)
{
    const JwReportComparison *beside = &figure->comparison;
    const JwNumber change = number_of(&beside->difference);
    const double size = jw_number_double(&change);

    if (beside->previous_text == NULL) {
        return NULL;
    }
    if (!is_number(&beside->difference)) {
        return jw_report_word_fill(JW_WORD_BEFORE, language, beside->previous_text, NULL);
    }
    if (size == 0) {
        return g_strdup(jw_report_word(JW_WORD_UNCHANGED, language));
    }
    const char *arrow = size > 0 ? "▲" : "▼";
    return beside->percent.type == JW_VALUE_NULL
               ? g_strdup_printf("%s %s", arrow, beside->difference_text)
               : g_strdup_printf("%s %s (%s)", arrow, beside->difference_text,
                                 beside->percent_text);
}

static const struct {
    const char *sign;
    JwWord word;
} levels[] = {
    [JW_LEVEL_NONE] = { "", JW_WORD_N },
    [JW_LEVEL_GOOD] = { "✓", JW_WORD_GOOD },
    [JW_LEVEL_WARN] = { "!", JW_WORD_WARN },
    [JW_LEVEL_BAD] = { "✗", JW_WORD_BAD },
};

const char *
jw_report_level_sign(JwLevel level)
{
    return levels[level].sign;
}

const char *
jw_report_level_word(JwLevel level, const char *language)
{
    return level == JW_LEVEL_NONE ? NULL : jw_report_word(levels[level].word, language);
}

char *
jw_report_level_text(JwLevel level, const char *language)
{
    return level == JW_LEVEL_NONE ? NULL
                                  : g_strdup_printf("%s %s", levels[level].sign,
                                                    jw_report_level_word(level, language));
}
