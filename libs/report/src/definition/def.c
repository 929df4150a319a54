/* definition/def.c: report definitions: new, free, look up, list the fields to read. Owned by
 * their catalog; immutable once parsed, then shared by any thread. */
#include "definition/conditions.h"
#include "definition/measure_ops.h"
#include "engine/formula.h"
#include "jw/text.h"
#include "names.h"

#include <string.h>

bool
jw_format_is_number(JwFormat format)
{
    return format == JW_FORMAT_INTEGER || format == JW_FORMAT_DECIMAL || format == JW_FORMAT_PERCENT
           || format == JW_FORMAT_SECONDS;
}

bool
jw_part_is_in_time(JwPart part)
{
    return part != JW_PART_VALUE && part != JW_PART_HOUR && part != JW_PART_WEEKDAY;
}

static const size_t def_texts[] = {
    offsetof(JwReportDef, language),       offsetof(JwReportDef, report_type),
    offsetof(JwReportDef, title),          offsetof(JwReportDef, description),
    offsetof(JwReportDef, file_prefix),    offsetof(JwReportDef, collection),
    offsetof(JwReportDef, date_field),     offsetof(JwReportDef, time_zone),
    offsetof(JwReportDef, inactive_field), offsetof(JwReportDef, inactive_value),
    offsetof(JwReportDef, list_title),     offsetof(JwReportDef, mail_chart_table),
    offsetof(JwReportDef, sha256),
};

static void
filter_def_clear(gpointer data)
{
    JwFilterDef *filter = data;

    g_clear_pointer(&filter->name, g_free);
    g_clear_pointer(&filter->field, g_free);
    g_clear_pointer(&filter->label, g_free);
}

static void
lookup_clear(JwLookup *lookup)
{
    g_clear_pointer(&lookup->collection, g_free);
    g_clear_pointer(&lookup->key, g_free);
    g_clear_pointer(&lookup->label, g_free);
}

static void
dimension_clear(gpointer data)
{
    JwDimensionDef *dimension = data;

    g_clear_pointer(&dimension->name, g_free);
    g_clear_pointer(&dimension->label, g_free);
    g_clear_pointer(&dimension->field, g_free);
    g_clear_pointer(&dimension->labels, g_hash_table_unref);
    lookup_clear(&dimension->lookup);
}

static void
measure_clear(gpointer data)
{
    static const size_t texts[] = {
        offsetof(JwMeasureDef, name),        offsetof(JwMeasureDef, label),
        offsetof(JwMeasureDef, field),       offsetof(JwMeasureDef, numerator),
        offsetof(JwMeasureDef, denominator), offsetof(JwMeasureDef, dimension),
        offsetof(JwMeasureDef, of),          offsetof(JwMeasureDef, unit.one),
        offsetof(JwMeasureDef, unit.other),
    };
    JwMeasureDef *measure = data;

    jw_texts_clear(measure, texts, G_N_ELEMENTS(texts));
    g_clear_pointer(&measure->where, g_array_unref);
    g_clear_pointer(&measure->thresholds, g_array_unref);
    g_clear_pointer(&measure->formula, jw_formula_free);
}

static void
column_clear(gpointer data)
{
    JwColumnDef *column = data;

    g_clear_pointer(&column->field, g_free);
    g_clear_pointer(&column->label, g_free);
    g_clear_pointer(&column->unit.one, g_free);
    g_clear_pointer(&column->unit.other, g_free);
    g_clear_pointer(&column->labels, g_hash_table_unref);
    lookup_clear(&column->lookup);
}

static void
table_clear(gpointer data)
{
    JwTableDef *table = data;

    g_clear_pointer(&table->title, g_free);
    g_clear_pointer(&table->dimension, g_free);
    g_clear_pointer(&table->dimensions, g_strfreev);
    jw_table_rows_clear(&table->rows);
    g_clear_pointer(&table->measures, g_strfreev);
    g_clear_pointer(&table->chart_measure, g_free);
    g_clear_pointer(&table->chart_measures, g_strfreev);
}

static GArray *
array_new(guint item_size, GDestroyNotify clear)
{
    GArray *array = g_array_new(FALSE, TRUE, item_size);

    g_array_set_clear_func(array, clear);
    return array;
}

JwReportDef *
jw_report_def_new(void)
{
    JwReportDef *def = g_new0(JwReportDef, 1);

    def->where = jw_report_conditions_new();
    def->filters = array_new(sizeof(JwFilterDef), filter_def_clear);
    def->dimensions = array_new(sizeof(JwDimensionDef), dimension_clear);
    def->measures = array_new(sizeof(JwMeasureDef), measure_clear);
    def->columns = array_new(sizeof(JwColumnDef), column_clear);
    def->tables = array_new(sizeof(JwTableDef), table_clear);
    def->max_groups = 1000;
    return def;
}

void
jw_report_def_free(gpointer data)
{
    JwReportDef *self = data;

    if (self == NULL) {
        return;
    }
    jw_mail_texts_free(self->mail);
    jw_texts_clear(self, def_texts, G_N_ELEMENTS(def_texts));
    g_clear_pointer(&self->where, g_array_unref);
    g_clear_pointer(&self->filters, g_array_unref);
    g_clear_pointer(&self->dimensions, g_array_unref);
    g_clear_pointer(&self->measures, g_array_unref);
    g_clear_pointer(&self->columns, g_array_unref);
    g_clear_pointer(&self->tables, g_array_unref);
    g_strfreev(self->summary);
    g_clear_pointer(&self->others, g_hash_table_unref);
    g_free(self);
}

const JwReportDef *
jw_report_def_in(const JwReportDef *self, const char *language)
{
    g_return_val_if_fail(self != NULL, NULL);
    const JwReportDef *found = self->others != NULL && language != NULL
                                   ? g_hash_table_lookup(self->others, language)
                                   : NULL;

    return found != NULL ? found : self;
}

const char **
jw_report_table_dimensions(const JwTableDef *table)
{
    const size_t n = table->dimensions != NULL ? g_strv_length(table->dimensions) : 0;
    const char **names = g_new0(const char *, MAX(n, 1) + 1);

    names[0] = table->dimension;
    for (size_t i = 0; i < n; i++) {
        names[i] = table->dimensions[i];
    }
    return names;
}

const JwFilterDef *
jw_report_def_filter(const JwReportDef *self, const char *name)
{
    size_t i = 0;

    g_return_val_if_fail(self != NULL, NULL);
    return jw_names_index(self->filters, name, &i) ? &g_array_index(self->filters, JwFilterDef, i)
                                                   : NULL;
}

bool
jw_report_def_is_closed(const JwReportDef *self)
{
    g_return_val_if_fail(self != NULL, true);
    return !self->open_to_all_departments
           && jw_report_def_filter(self, JW_REPORT_DEPARTMENTS) == NULL;
}

const JwDimensionDef *
jw_report_def_dimension(const JwReportDef *self, const char *name)
{
    size_t i = 0;

    g_return_val_if_fail(self != NULL, NULL);
    return jw_names_index(self->dimensions, name, &i)
               ? &g_array_index(self->dimensions, JwDimensionDef, i)
               : NULL;
}

const JwMeasureDef *
jw_report_def_measure(const JwReportDef *self, const char *name)
{
    size_t i = 0;

    g_return_val_if_fail(self != NULL, NULL);
    return jw_names_index(self->measures, name, &i)
               ? &g_array_index(self->measures, JwMeasureDef, i)
               : NULL;
}

/* Only of earlier measures, so that a definition that is still to be checked ends as well.
 * @known: whether the measures before @index have values in groups. */
static bool
part_has_groups(const JwReportDef *self, const bool *known, size_t index, const char *name)
{
    size_t part = 0;

    return !jw_names_index(self->measures, name, &part) || part >= index || known[part];
}

static bool
measure_has_groups(const JwReportDef *self, const bool *known, size_t index)
{
    const JwMeasureDef *measure = &g_array_index(self->measures, JwMeasureDef, index);
    const char *part = NULL;

    for (size_t i = 0; (part = jw_measure_part(measure, i)) != NULL; i++) {
        if (!part_has_groups(self, known, index, part)) {
            return false;
        }
    }
    return !jw_measure_ops[measure->op].whole;
}

bool
jw_report_def_has_groups(const JwReportDef *self, const JwMeasureDef *measure)
{
    g_return_val_if_fail(self != NULL && measure != NULL, false);

    /* From the first on: the parts of a measure are earlier ones, each of which is asked once. */
    const size_t index =
        (size_t)((const char *)measure - self->measures->data) / sizeof(JwMeasureDef);
    g_return_val_if_fail(index < self->measures->len, false);
    g_autofree bool *known = g_new0(bool, index + 1);
    for (size_t i = 0; i <= index; i++) {
        known[i] = measure_has_groups(self, known, i);
    }
    return known[index];
}

static void
add_field(const char *field, gpointer data)
{
    GPtrArray *fields = data;

    if (field == NULL) {
        return;
    }
    for (guint i = 0; i < fields->len; i++) {
        if (strcmp(g_ptr_array_index(fields, i), field) == 0) {
            return;
        }
    }
    g_ptr_array_add(fields, g_strdup(field));
}

char **
jw_report_def_fields(const JwReportDef *self)
{
    GPtrArray *fields = NULL;

    g_return_val_if_fail(self != NULL, NULL);
    fields = g_ptr_array_new();
    for (guint i = 0; i < self->columns->len; i++) {
        add_field(g_array_index(self->columns, JwColumnDef, i).field, fields);
    }
    for (guint i = 0; i < self->dimensions->len; i++) {
        add_field(g_array_index(self->dimensions, JwDimensionDef, i).field, fields);
    }
    for (guint i = 0; i < self->measures->len; i++) {
        const JwMeasureDef *measure = &g_array_index(self->measures, JwMeasureDef, i);
        add_field(measure->field, fields);
        jw_conditions_fields(measure->where, add_field, fields);
    }
    for (guint i = 0; i < self->filters->len; i++) {
        add_field(g_array_index(self->filters, JwFilterDef, i).field, fields);
    }
    jw_conditions_fields(self->where, add_field, fields);
    add_field(self->inactive_field, fields);
    add_field(self->date_field, fields);
    g_ptr_array_add(fields, NULL);
    return (char **)g_ptr_array_free(fields, FALSE);
}
