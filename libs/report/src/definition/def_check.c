/* definition/def_check.c: whether a report definition makes sense as a whole. The tables of
 * def_json.c check single values; here are the rules between values. Pure, any thread. */
#include "jw/cron.h"
#include "jw/error.h"
#include "jw/report_def.h"

#include <string.h>

#define MOST_DECIMALS 9

static bool
is_blank(const char *text)
{
    return text == NULL || text[0] == '\0';
}

static bool
names_contain(char **names, const char *name)
{
    return names != NULL && name != NULL && g_strv_contains((const char *const *)names, name);
}

static bool
is_peak(const JwMeasureDef *measure)
{
    return measure->op == JW_MEASURE_PEAK || measure->op == JW_MEASURE_PEAK_VALUE;
}

/* Adds @name to the names @seen so far; false when it is missing or there already. */
static bool
take_name(GHashTable *seen, const char *name, const char *list, guint index, const char *key,
          GError **error)
{
    if (is_blank(name)) {
        return jw_fail(error, JW_ERROR_INVALID, "/%s/%u/%s: is missing", list, index, key);
    }
    if (!g_hash_table_add(seen, g_strdup(name))) {
        return jw_fail(error, JW_ERROR_INVALID, "/%s/%u/%s: '%s' is already defined", list, index,
                       key, name);
    }
    return true;
}

static GHashTable *
names_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static bool
check_head(const JwReportDef *self, GError **error)
{
    const struct {
        const char *pointer, *text;
    } needed[] = {
        { "/reportType", self->report_type }, { "/title", self->title },
        { "/filePrefix", self->file_prefix }, { "/collection", self->collection },
        { "/dateField", self->date_field },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(needed); i++) {
        if (is_blank(needed[i].text)) {
            return jw_fail(error, JW_ERROR_INVALID, "%s: is missing", needed[i].pointer);
        }
    }
    if (self->time_zone != NULL) {
        g_autoptr(GTimeZone) zone = jw_zone_new(self->time_zone, error);
        if (zone == NULL) {
            return jw_prefix(error, "/timeZone");
        }
    }
    if ((self->inactive_field == NULL) != (self->inactive_value == NULL)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "/inactive: field and value must both be there, or neither");
    }
    if (self->open_to_all_departments
        && jw_report_def_filter(self, JW_REPORT_DEPARTMENTS) != NULL) {
        return jw_fail(
            error, JW_ERROR_INVALID,
            "/openToAllDepartments: contradicts the filter '%s', which limits the report "
            "to departments; keep one of them",
            JW_REPORT_DEPARTMENTS);
    }
    if (self->max_groups < 1) {
        return jw_fail(error, JW_ERROR_INVALID, "/maxGroups: %d is not positive", self->max_groups);
    }
    return true;
}

static bool
check_lists(const JwReportDef *self, GError **error)
{
    g_autoptr(GHashTable) filters = names_new();
    g_autoptr(GHashTable) dimensions = names_new();
    g_autoptr(GHashTable) columns = names_new();

    for (guint i = 0; i < self->filters->len; i++) {
        const JwFilterDef *filter = &g_array_index(self->filters, JwFilterDef, i);
        if (!take_name(filters, filter->name, "filters", i, "name", error)) {
            return false;
        }
        if (is_blank(filter->field)) {
            return jw_fail(error, JW_ERROR_INVALID, "/filters/%u/field: is missing", i);
        }
    }
    for (guint i = 0; i < self->dimensions->len; i++) {
        const JwDimensionDef *dimension = &g_array_index(self->dimensions, JwDimensionDef, i);
        if (!take_name(dimensions, dimension->name, "dimensions", i, "name", error)) {
            return false;
        }
        if (is_blank(dimension->field)) {
            return jw_fail(error, JW_ERROR_INVALID, "/dimensions/%u/field: is missing", i);
        }
    }
    /* Column i is value i of a row, so a field can be listed only once. */
    for (guint i = 0; i < self->columns->len; i++) {
        const JwColumnDef *column = &g_array_index(self->columns, JwColumnDef, i);
        if (!take_name(columns, column->field, "columns", i, "field", error)) {
            return false;
        }
    }
    return true;
}

static bool
check_earlier(const JwReportDef *self, guint index, const char *key, const char *name,
              GError **error)
{
    for (guint i = 0; i < index; i++) {
        const JwMeasureDef *measure = &g_array_index(self->measures, JwMeasureDef, i);
        if (g_strcmp0(measure->name, name) != 0) {
            continue;
        }
        if (measure->op == JW_MEASURE_PEAK) {
            return jw_fail(error, JW_ERROR_INVALID, "/measures/%u/%s: '%s' is not a number", index,
                           key, name);
        }
        return true;
    }
    return jw_fail(error, JW_ERROR_INVALID, "/measures/%u/%s: '%s' is not an earlier measure",
                   index, key, name != NULL ? name : "");
}

static bool
check_peak(const JwReportDef *self, guint index, const JwMeasureDef *measure, GError **error)
{
    const JwMeasureDef *of = jw_report_def_measure(self, measure->of);

    if (jw_report_def_dimension(self, measure->dimension) == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "/measures/%u/dimension: no dimension '%s'", index,
                       measure->dimension != NULL ? measure->dimension : "");
    }
    if (of == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "/measures/%u/of: no measure '%s'", index,
                       measure->of != NULL ? measure->of : "");
    }
    if (is_peak(of)) {
        return jw_fail(error, JW_ERROR_INVALID, "/measures/%u/of: '%s' has no value inside a group",
                       index, measure->of);
    }
    return true;
}

static bool
check_measure_op(const JwReportDef *self, guint index, const JwMeasureDef *measure, GError **error)
{
    switch (measure->op) {
    case JW_MEASURE_COUNT:
        return true;
    case JW_MEASURE_SUM:
    case JW_MEASURE_AVG:
    case JW_MEASURE_MIN:
    case JW_MEASURE_MAX:
        return !is_blank(measure->field)
               || jw_fail(error, JW_ERROR_INVALID, "/measures/%u/field: is missing", index);
    case JW_MEASURE_RATIO:
        if (!check_earlier(self, index, "numerator", measure->numerator, error)
            || !check_earlier(self, index, "denominator", measure->denominator, error)) {
            return false;
        }
        return measure->scale != 0.0
               || jw_fail(error, JW_ERROR_INVALID, "/measures/%u/scale: must not be 0", index);
    case JW_MEASURE_PEAK:
    case JW_MEASURE_PEAK_VALUE:
        return check_peak(self, index, measure, error);
    }
    return jw_fail(error, JW_ERROR_INVALID, "/measures/%u/op: unknown", index);
}

static bool
check_measures(const JwReportDef *self, GError **error)
{
    g_autoptr(GHashTable) names = names_new();

    for (guint i = 0; i < self->measures->len; i++) {
        const JwMeasureDef *measure = &g_array_index(self->measures, JwMeasureDef, i);
        if (!take_name(names, measure->name, "measures", i, "name", error)
            || !check_measure_op(self, i, measure, error)) {
            return false;
        }
        if (measure->decimals < 0 || measure->decimals > MOST_DECIMALS) {
            return jw_fail(error, JW_ERROR_INVALID, "/measures/%u/decimals: %d is not within 0-%d",
                           i, measure->decimals, MOST_DECIMALS);
        }
        for (guint k = 0; measure->where != NULL && k < measure->where->len; k++) {
            if (is_blank(g_array_index(measure->where, JwCondition, k).field)) {
                return jw_fail(error, JW_ERROR_INVALID, "/measures/%u/where/%u/field: is missing",
                               i, k);
            }
        }
    }
    for (guint i = 0; self->summary != NULL && self->summary[i] != NULL; i++) {
        if (jw_report_def_measure(self, self->summary[i]) == NULL) {
            return jw_fail(error, JW_ERROR_INVALID, "/summary/%u: no measure '%s'", i,
                           self->summary[i]);
        }
    }
    return true;
}

static bool
check_table_chart(guint index, const JwTableDef *table, GError **error)
{
    if (table->chart == JW_CHART_NONE || names_contain(table->measures, table->chart_measure)) {
        return true;
    }
    return jw_fail(error, JW_ERROR_INVALID,
                   "/tables/%u/chartMeasure: '%s' is not a measure of this table", index,
                   table->chart_measure != NULL ? table->chart_measure : "");
}

static bool
check_table(const JwReportDef *self, guint index, const JwTableDef *table, GError **error)
{
    if (jw_report_def_dimension(self, table->dimension) == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "/tables/%u/dimension: no dimension '%s'", index,
                       table->dimension != NULL ? table->dimension : "");
    }
    if (table->measures == NULL || table->measures[0] == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "/tables/%u/measures: is empty", index);
    }
    for (guint i = 0; table->measures[i] != NULL; i++) {
        const JwMeasureDef *measure = jw_report_def_measure(self, table->measures[i]);
        if (measure == NULL) {
            return jw_fail(error, JW_ERROR_INVALID, "/tables/%u/measures/%u: no measure '%s'",
                           index, i, table->measures[i]);
        }
        if (is_peak(measure)) {
            return jw_fail(error, JW_ERROR_INVALID,
                           "/tables/%u/measures/%u: '%s' has no value inside a group", index, i,
                           table->measures[i]);
        }
    }
    return check_table_chart(index, table, error);
}

static bool
check_tables(const JwReportDef *self, GError **error)
{
    g_autoptr(GHashTable) titles = names_new();
    bool mail_chart_found = self->mail_chart_table == NULL;

    for (guint i = 0; i < self->tables->len; i++) {
        const JwTableDef *table = &g_array_index(self->tables, JwTableDef, i);
        if (!take_name(titles, table->title, "tables", i, "title", error)
            || !check_table(self, i, table, error)) {
            return false;
        }
        if (table->chart != JW_CHART_NONE && g_strcmp0(table->title, self->mail_chart_table) == 0) {
            mail_chart_found = true;
        }
    }
    return mail_chart_found
           || jw_fail(error, JW_ERROR_INVALID, "/mailChartTable: no table '%s' with a chart",
                      self->mail_chart_table);
}

bool
jw_report_def_check(const JwReportDef *self, GError **error)
{
    g_return_val_if_fail(self != NULL, false);
    g_return_val_if_fail(error == NULL || *error == NULL, false);

    return check_head(self, error) && check_lists(self, error) && check_measures(self, error)
           && check_tables(self, error);
}
