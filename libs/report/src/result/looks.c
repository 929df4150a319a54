/* result/looks.c: see result/looks.h. Pure; any thread. */
#include "result/looks.h"

#include "engine/condition.h"

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

char *
jw_look_unit(const JwUnit *unit, const JwValue *value)
{
    const bool one = (value->type == JW_VALUE_INT && (value->integer == 1 || value->integer == -1))
                     || (value->type == JW_VALUE_REAL && fabs(value->real) == 1);

    return unit->other != NULL ? g_strconcat(" ", one ? unit->one : unit->other, NULL) : NULL;
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
