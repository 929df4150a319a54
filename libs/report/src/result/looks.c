/* result/looks.c: see result/looks.h. Pure; any thread. */
#include "result/looks.h"

#include "jw/report_text.h"

#include "engine/condition.h"
#include "jw/report_words.h"
#include "text/language.h"

#include <math.h>
#include <string.h>

#define LABELLED_MAX 800 /* bytes of a value that has a label: 200 characters */

JwLevel
jw_look_level(const JwMeasureDef *measure, const JwValue *value)
{
    const double number = value->type == JW_VALUE_INT    ? (double)value->integer
                          : value->type == JW_VALUE_REAL ? value->real
                                                         : NAN;

    if (measure == NULL || measure->thresholds == NULL || isnan(number)) {
        return JW_LEVEL_NONE;
    }
    for (guint i = 0; i < measure->thresholds->len; i++) {
        const JwThreshold *threshold = &g_array_index(measure->thresholds, JwThreshold, i);
        if (threshold->from <= number && number < threshold->below) {
            return threshold->level;
        }
    }
    return JW_LEVEL_NONE;
}

static bool
is_one(const JwValue *value, const char *language)
{
    const double number = value->type == JW_VALUE_INT    ? (double)value->integer
                          : value->type == JW_VALUE_REAL ? value->real
                                                         : NAN;

    return !isnan(number) && jw_report_is_one(number, language);
}

char *
jw_report_unit(const JwUnit *unit, const JwValue *value, const char *language)
{
    const char *word = is_one(value, language) ? unit->one : unit->other;

    return unit->other != NULL ? g_strconcat(" ", word, NULL) : NULL;
}

const char *
jw_report_column_unit(const JwReportColumn *column, const JwValue *value, const char *language)
{
    const bool own = column->unit != NULL && column->unit_one != NULL;

    return own && is_one(value, language) ? column->unit_one : column->unit;
}

const char *
jw_look_label(GHashTable *labels, const JwValue *value)
{
    char text[LABELLED_MAX + 1];

    if (labels == NULL || value->type == JW_VALUE_NULL) {
        return NULL;
    }
    if (value->type != JW_VALUE_TEXT) {
        g_autoptr(GString) raw = g_string_new(NULL);
        jw_value_append(value, raw);
        return g_hash_table_lookup(labels, raw->str);
    }
    if (value->length > LABELLED_MAX) {
        return NULL;
    }
    memcpy(text, value->text, value->length);
    text[value->length] = '\0';
    return g_hash_table_lookup(labels, text);
}

static bool
is_text(const JwValue *value, const char *text)
{
    return value->type == JW_VALUE_TEXT && value->length == strlen(text)
           && memcmp(value->text, text, value->length) == 0;
}

const char *
jw_look_word(const JwDimensionDef *dimension, const JwValue *value, const char *language)
{
    static const JwWord words[] = { JW_WORD_NO_VALUE, JW_WORD_OTHER };

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (is_text(value, jw_report_word(words[i], NULL))) {
            return jw_report_word(words[i], language);
        }
    }
    for (size_t i = 0; dimension->part == JW_PART_WEEKDAY && i < 7; i++) {
        if (is_text(value, jw_language_find(NULL)->weekdays[i])) {
            return jw_language_find(language)->weekdays[i];
        }
    }
    return NULL;
}
