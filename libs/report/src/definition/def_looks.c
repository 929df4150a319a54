/* definition/def_looks.c: see definition/def_looks.h. Any thread, no state. */
#include "definition/def_looks.h"

#include "jw/text.h"
#include "names.h"

#include <math.h>
#include <string.h>

#define UNIT_MAX 20 /* characters */

static const JwField threshold_fields[] = {
    { .name = "level",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .values = &jw_level_names[JW_LEVEL_GOOD] },
    { .name = "from", .type = JW_FIELD_NUMBER },
    { .name = "below", .type = JW_FIELD_NUMBER },
    { .name = NULL },
};
const JwField jw_def_threshold_item = { .type = JW_FIELD_OBJECT, .fields = threshold_fields };
const JwField jw_def_label_item = { .type = JW_FIELD_STRING, .min = 1, .max = 100 };

static const JwField unit_forms[] = {
    { .name = "one",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .min = 1,
      .max = UNIT_MAX },
    { .name = "other",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .min = 1,
      .max = UNIT_MAX },
    { .name = NULL },
};
static double
read_bound(const json_t *item, const char *name, double otherwise)
{
    const json_t *bound = json_object_get(item, name);

    return json_is_number(bound) ? json_number_value(bound) : otherwise;
}

GArray *
jw_def_read_thresholds(const json_t *list)
{
    GArray *thresholds = NULL;
    const json_t *item = NULL;
    size_t i = 0;

    if (!json_is_array(list)) {
        return NULL;
    }
    thresholds = g_array_new(FALSE, TRUE, sizeof(JwThreshold));
    json_array_foreach(list, i, item)
    {
        const JwThreshold threshold = {
            .level = (JwLevel)jw_name_read(item, "level", jw_level_names, JW_LEVEL_NONE),
            .from = read_bound(item, "from", -INFINITY),
            .below = read_bound(item, "below", INFINITY),
        };
        g_array_append_val(thresholds, threshold);
    }
    return thresholds;
}

JwUnit
jw_def_read_unit(const json_t *value)
{
    const char *one = json_is_string(value) ? json_string_value(value) : jw_json_text(value, "one");
    const char *other =
        json_is_string(value) ? json_string_value(value) : jw_json_text(value, "other");

    return (JwUnit){ g_strdup(one), g_strdup(other) };
}

GHashTable *
jw_def_read_labels(const json_t *object)
{
    GHashTable *labels = NULL;
    const char *name = NULL;
    json_t *label = NULL;

    if (!json_is_object(object)) {
        return NULL;
    }
    labels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    json_object_foreach(jw_json_mutable(object), name, label)
    {
        if (json_is_string(label)) {
            g_hash_table_insert(labels, g_strdup(name), g_strdup(json_string_value(label)));
        }
    }
    return labels;
}

/* Those of groups, of which no two may look the same: values of one label have it with the value
 * behind. */
GHashTable *
jw_def_read_group_labels(const json_t *object)
{
    GHashTable *labels = jw_def_read_labels(object);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) shared = g_hash_table_new(g_str_hash, g_str_equal);
    const char *name = NULL;
    json_t *label = NULL;

    json_object_foreach(jw_json_mutable(object), name, label)
    {
        gpointer text = (gpointer)(uintptr_t)json_string_value(label);
        if (text != NULL && !g_hash_table_add(seen, text)) {
            g_hash_table_add(shared, text);
        }
    }
    json_object_foreach(jw_json_mutable(object), name, label)
    {
        const char *text = json_string_value(label);
        if (text != NULL && g_hash_table_contains(shared, text)) {
            g_hash_table_insert(labels, g_strdup(name), g_strdup_printf("%s (%s)", text, name));
        }
    }
    return labels;
}

/* The checker's tables know one type a member. */
void
jw_def_check_unit(const json_t *unit, const char *pointer, JwViolations *violations)
{
    const char *text = json_string_value(unit);
    const size_t length = text != NULL ? (size_t)g_utf8_strlen(text, -1) : 0;

    if (json_is_object(unit)) {
        (void)jw_check_object(unit, unit_forms, pointer, violations);
    } else if (length == 0 || length > UNIT_MAX || !jw_text_clean(text, strlen(text))
               || strpbrk(text, "\t\r\n") != NULL) {
        (void)jw_violations_add(violations, pointer,
                                "must be a text of 1 to %d characters, or an object of one and "
                                "other",
                                UNIT_MAX);
    }
}

void
jw_def_check_units(const json_t *definition, JwViolations *violations)
{
    static const char *const lists[] = { "measures", "columns" };

    for (size_t k = 0; k < G_N_ELEMENTS(lists); k++) {
        g_autofree char *list = jw_pointer("", lists[k]);
        const json_t *item = NULL;
        size_t i = 0;
        json_array_foreach(json_object_get(definition, lists[k]), i, item)
        {
            g_autofree char *base = jw_pointer_index(list, i);
            g_autofree char *pointer = jw_pointer(base, "unit");
            if (json_object_get(item, "unit") != NULL) {
                jw_def_check_unit(json_object_get(item, "unit"), pointer, violations);
            }
        }
    }
}

/* The least value of at least @from that none of the first @n thresholds takes. */
static double
first_free(const GArray *thresholds, guint n, double from)
{
    bool moved = true;

    while (moved) {
        moved = false;
        for (guint i = 0; i < n; i++) {
            const JwThreshold *earlier = &g_array_index(thresholds, JwThreshold, i);
            if (earlier->from <= from && from < earlier->below) {
                from = earlier->below;
                moved = true;
            }
        }
    }
    return from;
}

static void
note_thresholds(const JwMeasureDef *measure, guint index, JwViolations *violations)
{
    for (guint i = 0; i < measure->thresholds->len; i++) {
        const JwThreshold *threshold = &g_array_index(measure->thresholds, JwThreshold, i);
        g_autofree char *pointer = g_strdup_printf("/measures/%u/thresholds/%u", index, i);
        if (isinf(threshold->from) && isinf(threshold->below)) {
            (void)jw_violations_add(violations, pointer,
                                    "needs from, below or both: what the level begins and ends at");
        } else if (threshold->from >= threshold->below) {
            (void)jw_violations_add(violations, pointer, "from must be less than below");
        } else if (first_free(measure->thresholds, i, threshold->from) >= threshold->below) {
            (void)jw_violations_add(violations, pointer,
                                    "never holds, because those before it take all its values: "
                                    "the first that holds counts; change their order or bounds");
        }
    }
}

static bool
takes_unit(JwFormat format)
{
    return format == JW_FORMAT_INTEGER || format == JW_FORMAT_DECIMAL;
}

static void
note_measure(const JwMeasureDef *measure, guint index, JwViolations *violations)
{
    const bool text = measure->op == JW_MEASURE_PEAK;

    if (measure->thresholds != NULL && (text || !jw_format_is_number(measure->format))) {
        g_autofree char *pointer = g_strdup_printf("/measures/%u/thresholds", index);
        (void)jw_violations_add(violations, pointer,
                                "are of numbers: of the formats integer, decimal, percent and "
                                "seconds, and not of the op peak");
    } else if (measure->thresholds != NULL) {
        note_thresholds(measure, index, violations);
    }
    if (measure->unit.other != NULL && (text || !takes_unit(measure->format))) {
        g_autofree char *pointer = g_strdup_printf("/measures/%u/unit", index);
        (void)jw_violations_add(violations, pointer,
                                "is of the formats integer and decimal, and not of the op peak; "
                                "percent, seconds and hour have their own");
    }
}

static void
note_column(const JwColumnDef *column, guint index, JwViolations *violations)
{
    if (column->unit.other != NULL && !takes_unit(column->format)) {
        g_autofree char *pointer = g_strdup_printf("/columns/%u/unit", index);
        (void)jw_violations_add(violations, pointer,
                                "is of the formats integer and decimal; percent, seconds and hour "
                                "have their own");
    }
    if (column->labels != NULL
        && (column->format == JW_FORMAT_DATETIME || column->format == JW_FORMAT_DATE)) {
        g_autofree char *pointer = g_strdup_printf("/columns/%u/labels", index);
        (void)jw_violations_add(violations, pointer,
                                "are of texts, numbers and yes or no; a date is shown as it is");
    }
}

void
jw_def_note_looks(const JwReportDef *self, JwViolations *violations)
{
    for (guint i = 0; i < self->dimensions->len; i++) {
        const JwDimensionDef *dimension = &g_array_index(self->dimensions, JwDimensionDef, i);
        if (dimension->labels != NULL && dimension->part != JW_PART_VALUE) {
            g_autofree char *pointer = g_strdup_printf("/dimensions/%u/labels", i);
            (void)jw_violations_add(violations, pointer,
                                    "are of the part value; hours, days, weekdays and months have "
                                    "names of their own");
        }
        if (dimension->labels != NULL && g_hash_table_contains(dimension->labels, "")) {
            g_autofree char *pointer = g_strdup_printf("/dimensions/%u/labels/", i);
            (void)jw_violations_add(violations, pointer,
                                    "an empty text is no value of a group; records without one are "
                                    "the group '(none)'");
        }
    }
    for (guint i = 0; i < self->measures->len; i++) {
        note_measure(&g_array_index(self->measures, JwMeasureDef, i), i, violations);
    }
    for (guint i = 0; i < self->columns->len; i++) {
        note_column(&g_array_index(self->columns, JwColumnDef, i), i, violations);
    }
}
