/* definition/def_check.c: whether a report definition makes sense as a whole. The tables of
 * def_json.c check single values; here are the rules between values, all of which are asked, so
 * that a definition is corrected in one round. Pure, any thread. */
#include "definition/def_looks.h"
#include "definition/measure_ops.h"
#include "definition/rows_json.h"
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

/* Whether the values of groups add up to that of all records. */
static bool
adds_up(const JwMeasureDef *measure)
{
    return measure->op == JW_MEASURE_COUNT || measure->op == JW_MEASURE_SUM;
}

/* Whether something is wrong there already, or with what it is in. */
static bool
is_noted(const JwViolations *violations, const char *pointer)
{
    for (size_t i = 0; i < jw_violations_count(violations); i++) {
        const char *noted = jw_violations_get(violations, i)->pointer;
        const size_t length = strlen(noted);
        if (length > 0 && strncmp(pointer, noted, length) == 0
            && (pointer[length] == '\0' || pointer[length] == '/')) {
            return true;
        }
    }
    return false;
}

/* @format: "/pointer: message" */
static void G_GNUC_PRINTF(2, 3) fault(JwViolations *violations, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    char *colon = strstr(text, ": ");
    *colon = '\0';
    if (!is_noted(violations, text)) {
        (void)jw_violations_add(violations, text, "%s", colon + 2);
    }
}

/* Adds @name to the names @seen so far. */
static void
take_name(GHashTable *seen, const char *name, const char *list, guint index, const char *key,
          JwViolations *violations)
{
    if (is_blank(name)) {
        fault(violations, "/%s/%u/%s: is missing", list, index, key);
    } else if (!g_hash_table_add(seen, g_strdup(name))) {
        fault(violations, "/%s/%u/%s: '%s' is already defined", list, index, key, name);
    }
}

static GHashTable *
names_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void
check_head(const JwReportDef *self, JwViolations *violations)
{
    const struct {
        const char *pointer, *text;
    } needed[] = {
        { "/reportType", self->report_type }, { "/title", self->title },
        { "/filePrefix", self->file_prefix }, { "/collection", self->collection },
        { "/dateField", self->date_field },
    };
    g_autoptr(GError) error = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(needed); i++) {
        if (is_blank(needed[i].text)) {
            fault(violations, "%s: is missing", needed[i].pointer);
        }
    }
    if (self->time_zone != NULL) {
        g_autoptr(GTimeZone) zone = jw_zone_new(self->time_zone, &error);
        if (zone == NULL) {
            fault(violations, "/timeZone: %s", jw_error_message(error));
        }
    }
    if ((self->inactive_field == NULL) != (self->inactive_value == NULL)) {
        fault(violations, "/inactive: field and value must both be there, or neither");
    }
    if (self->open_to_all_departments
        && jw_report_def_filter(self, JW_REPORT_DEPARTMENTS) != NULL) {
        fault(violations,
              "/openToAllDepartments: contradicts the filter '%s', which limits the report "
              "to departments; keep one of them",
              JW_REPORT_DEPARTMENTS);
    }
    if (self->max_groups < 1) {
        fault(violations, "/maxGroups: %d is not positive", self->max_groups);
    }
}

static void
check_decimals(const JwColumnDef *column, guint index, JwViolations *violations)
{
    if (!jw_format_is_number(column->format) && column->decimals >= 0) {
        fault(violations,
              "/columns/%u/decimals: is for the formats integer, decimal, percent and seconds",
              index);
    }
}

/* The filter that limits reports to departments must not be asked for all others. */
static void
check_departments(const JwFilterDef *filter, guint index, JwViolations *violations)
{
    if (g_strcmp0(filter->name, JW_REPORT_DEPARTMENTS) == 0
        && jw_report_filter_operators(filter) != JW_FILTER_IN) {
        fault(violations,
              "/filters/%u/operators: '%s' limits the report to departments, which only the "
              "operator in does; leave operators out",
              index, JW_REPORT_DEPARTMENTS);
    }
}

/* Names of both kinds would hide each other. */
static void
check_lookup(const JwLookup *lookup, const GHashTable *labels, const char *list, guint index,
             JwViolations *violations)
{
    if (lookup->collection != NULL && labels != NULL) {
        fault(violations,
              "/%s/%u/labels: a lookup names the values already; leave out one of the two", list,
              index);
    }
}

static void
check_lists(const JwReportDef *self, JwViolations *violations)
{
    g_autoptr(GHashTable) filters = names_new();
    g_autoptr(GHashTable) dimensions = names_new();
    g_autoptr(GHashTable) columns = names_new();

    for (guint i = 0; i < self->filters->len; i++) {
        const JwFilterDef *filter = &g_array_index(self->filters, JwFilterDef, i);
        take_name(filters, filter->name, "filters", i, "name", violations);
        if (is_blank(filter->field)) {
            fault(violations, "/filters/%u/field: is missing", i);
        }
        check_departments(filter, i, violations);
    }
    for (guint i = 0; i < self->dimensions->len; i++) {
        const JwDimensionDef *dimension = &g_array_index(self->dimensions, JwDimensionDef, i);
        take_name(dimensions, dimension->name, "dimensions", i, "name", violations);
        if (is_blank(dimension->field)) {
            fault(violations, "/dimensions/%u/field: is missing", i);
        }
        if (dimension->week_start != 0 && dimension->part != JW_PART_WEEK
            && dimension->part != JW_PART_WEEKDAY) {
            fault(violations, "/dimensions/%u/weekStart: is for the parts week and weekday", i);
        }
        if (dimension->lookup.collection != NULL && dimension->part != JW_PART_VALUE) {
            fault(
                violations,
                "/dimensions/%u/lookup: is for values, and the part of a date has a name already; "
                "leave out one of lookup and part",
                i);
        }
        check_lookup(&dimension->lookup, dimension->labels, "dimensions", i, violations);
    }
    /* Column i is value i of a row, so a field can be listed only once. */
    for (guint i = 0; i < self->columns->len; i++) {
        const JwColumnDef *column = &g_array_index(self->columns, JwColumnDef, i);
        take_name(columns, column->field, "columns", i, "field", violations);
        check_decimals(column, i, violations);
        if (column->lookup.collection != NULL && column->format != JW_FORMAT_TEXT) {
            fault(violations,
                  "/columns/%u/format: the names of a lookup are texts; leave format out", i);
        }
        check_lookup(&column->lookup, column->labels, "columns", i, violations);
    }
}

/* The earlier measure that a member names; NULL: noted. */
static const JwMeasureDef *
check_earlier(const JwReportDef *self, guint index, const char *key, const char *name,
              JwViolations *violations)
{
    for (guint i = 0; i < index; i++) {
        const JwMeasureDef *measure = &g_array_index(self->measures, JwMeasureDef, i);
        if (g_strcmp0(measure->name, name) != 0) {
            continue;
        }
        if (measure->op == JW_MEASURE_PEAK) {
            fault(violations, "/measures/%u/%s: '%s' is not a number", index, key, name);
            return NULL;
        }
        return measure;
    }
    fault(violations, "/measures/%u/%s: '%s' is not an earlier measure", index, key,
          name != NULL ? name : "");
    return NULL;
}

static bool
is_date(JwFormat format)
{
    return format == JW_FORMAT_DATETIME || format == JW_FORMAT_DATE;
}

/* What it is computed from. */
static void
check_parts(const JwReportDef *self, guint index, const JwMeasureDef *measure,
            JwViolations *violations)
{
    const char *name = NULL;

    for (size_t i = 0; (name = jw_measure_part(measure, i)) != NULL; i++) {
        const char *key = jw_measure_part_member(measure, i);
        const JwMeasureDef *part = check_earlier(self, index, key, name, violations);
        if (part == NULL) {
            continue;
        }
        if (measure->op == JW_MEASURE_FORMULA && is_date(part->format)) {
            fault(violations, "/measures/%u/%s: '%s' is a date, and formulas are of numbers", index,
                  key, name);
        } else if (measure->op == JW_MEASURE_SHARE && !jw_measure_ops[part->op].additive) {
            fault(violations,
                  "/measures/%u/%s: '%s' is neither a count nor a sum, so that its parts make no "
                  "whole",
                  index, key, name);
        }
    }
}

static void
check_peak(const JwReportDef *self, guint index, const JwMeasureDef *measure,
           JwViolations *violations)
{
    const JwMeasureDef *of = jw_report_def_measure(self, measure->of);

    if (jw_report_def_dimension(self, measure->dimension) == NULL) {
        fault(violations, "/measures/%u/dimension: no dimension '%s'", index,
              measure->dimension != NULL ? measure->dimension : "");
    }
    if (of == NULL) {
        fault(violations, "/measures/%u/of: no measure '%s'", index,
              measure->of != NULL ? measure->of : "");
    } else if (!jw_report_def_has_groups(self, of)) {
        fault(violations, "/measures/%u/of: '%s' has no value inside a group", index, measure->of);
    }
}

/* Whether a member that some ops need is there. */
static bool
has_member(const JwMeasureDef *measure, JwMember member)
{
    switch (member) {
    case JW_MEMBER_FIELD:
        return !is_blank(measure->field);
    case JW_MEMBER_NUMERATOR:
        return !is_blank(measure->numerator);
    case JW_MEMBER_DENOMINATOR:
        return !is_blank(measure->denominator);
    case JW_MEMBER_DIMENSION:
        return !is_blank(measure->dimension);
    case JW_MEMBER_OF:
        return !is_blank(measure->of);
    case JW_MEMBER_FORMULA:
        return measure->formula != NULL;
    case JW_MEMBER_P:
        return measure->p >= 0;
    case JW_MEMBER_WHERE:
    case JW_MEMBER_SCALE:
    case JW_MEMBER_ZERO:
        break;
    }
    return true;
}

static void
check_measure_op(const JwReportDef *self, guint index, const JwMeasureDef *measure,
                 JwViolations *violations)
{
    if ((unsigned)measure->op >= JW_MEASURE_N) {
        fault(violations, "/measures/%u/op: unknown", index);
        return;
    }
    for (size_t i = 0; i < JW_MEMBERS_N; i++) {
        if ((jw_measure_ops[measure->op].needed & 1u << i) != 0
            && !has_member(measure, (JwMember)(1u << i))) {
            fault(violations, "/measures/%u/%s: is missing", index, jw_member_names[i]);
        }
    }
    check_parts(self, index, measure, violations);
    if (measure->op == JW_MEASURE_RATIO && !(measure->scale < 0.0) && !(measure->scale > 0.0)) {
        fault(violations, "/measures/%u/scale: must not be 0", index);
    }
    if (jw_measure_ops[measure->op].whole) {
        check_peak(self, index, measure, violations);
    }
}

/* Whether the value may be a date: that of an extreme, or in a peak. */
static bool
may_be_date(const JwReportDef *self, const JwMeasureDef *measure)
{
    const JwMeasureDef *of =
        measure->op == JW_MEASURE_PEAK_VALUE ? jw_report_def_measure(self, measure->of) : measure;

    return of == NULL || jw_measure_ops[of->op].dates;
}

static void
check_format(const JwReportDef *self, guint index, const JwMeasureDef *measure,
             JwViolations *violations)
{
    if (measure->format == JW_FORMAT_BOOL) {
        fault(violations,
              "/measures/%u/format: bool is a format of columns, and no measure is true or false; "
              "count the records that are, with a condition in where",
              index);
    } else if (is_date(measure->format) && !may_be_date(self, measure)) {
        fault(violations,
              "/measures/%u/format: datetime and date are formats of min and max, and '%s' is a "
              "number; take one of integer, decimal, percent, seconds and hour",
              index, measure->name != NULL ? measure->name : "");
    }
}

/* A date or a text that is not there is not 0. */
static void
check_zero(guint index, const JwMeasureDef *measure, JwViolations *violations)
{
    if (measure->zero && !jw_format_is_number(measure->format)
        && measure->format != JW_FORMAT_HOUR) {
        fault(violations,
              "/measures/%u/zero: is for numbers, the formats integer, decimal, percent, seconds "
              "and hour",
              index);
    }
}

static void
check_measures(const JwReportDef *self, JwViolations *violations)
{
    g_autoptr(GHashTable) names = names_new();

    for (guint i = 0; i < self->measures->len; i++) {
        const JwMeasureDef *measure = &g_array_index(self->measures, JwMeasureDef, i);
        take_name(names, measure->name, "measures", i, "name", violations);
        if (measure->name != NULL && jw_report_def_dimension(self, measure->name) != NULL) {
            fault(violations,
                  "/measures/%u/name: '%s' is a dimension, and rows are sorted and translated by "
                  "these names; take another for one of them",
                  i, measure->name);
        }
        check_measure_op(self, i, measure, violations);
        check_format(self, i, measure, violations);
        check_zero(i, measure, violations);
        if (measure->decimals < 0 || measure->decimals > MOST_DECIMALS) {
            fault(violations, "/measures/%u/decimals: %d is not within 0-%d", i, measure->decimals,
                  MOST_DECIMALS);
        }
        for (guint k = 0; measure->where != NULL && k < measure->where->len; k++) {
            const JwCondition *condition = &g_array_index(measure->where, JwCondition, k);
            if (condition->parts == NULL && is_blank(condition->field)) {
                fault(violations, "/measures/%u/where/%u/field: is missing", i, k);
            }
        }
    }
    for (guint i = 0; self->summary != NULL && self->summary[i] != NULL; i++) {
        if (jw_report_def_measure(self, self->summary[i]) == NULL) {
            fault(violations, "/summary/%u: no measure '%s'", i, self->summary[i]);
        }
    }
}

/* Whether all of its dimensions are known. */
static bool
check_dimensions(const JwReportDef *self, guint index, const JwTableDef *table,
                 JwViolations *violations)
{
    g_autofree const char **names = jw_report_table_dimensions(table);
    bool known = true;

    if ((table->dimension == NULL) == (table->dimensions == NULL)) {
        fault(violations, "/tables/%u/%s: one of dimension and dimensions must be there", index,
              table->dimension == NULL ? "dimension" : "dimensions");
        return false;
    }
    if (table->dimension != NULL && jw_report_def_dimension(self, table->dimension) == NULL) {
        fault(violations, "/tables/%u/dimension: no dimension '%s'", index, table->dimension);
        return false;
    }
    for (guint i = 0; table->dimensions != NULL && names[i] != NULL; i++) {
        if (jw_report_def_dimension(self, names[i]) == NULL) {
            fault(violations, "/tables/%u/dimensions/%u: no dimension '%s'", index, i, names[i]);
            known = false;
        }
    }
    return known && names[0] != NULL;
}

static void
check_rows(const JwReportDef *self, guint index, const JwTableDef *table, JwViolations *violations)
{
    g_autofree const char **names = jw_report_table_dimensions(table);
    g_autofree char *base = g_strdup_printf("/tables/%u", index);
    const size_t n_keys =
        g_strv_length((char **)(uintptr_t)names) - (table->rows.pivot != NULL ? 1 : 0);

    if (table->compare && names[1] != NULL) {
        fault(
            violations,
            "/tables/%u/compare: a table of one dimension is compared with the period before, and "
            "this one has %u; leave compare out, or name one dimension",
            index, g_strv_length((char **)(uintptr_t)names));
    }
    if (jw_table_rows_note(self, &table->rows, names, base, violations) && n_keys > 1
        && table->chart != JW_CHART_NONE) {
        fault(
            violations,
            "/tables/%u/chart: draws the groups of one dimension, and this table has rows of %zu; "
            "leave out the chart, or let a dimension go across with pivot",
            index, n_keys);
    }
}

/* @member: "chartMeasure", "chartMeasures/1". */
static void
check_chart_measure(const JwReportDef *self, guint index, const char *member, const char *name,
                    JwViolations *violations)
{
    const JwTableDef *table = &g_array_index(self->tables, JwTableDef, index);
    const JwMeasureDef *measure = jw_report_def_measure(self, name);

    if (!names_contain(table->measures, name)) {
        fault(violations, "/tables/%u/%s: '%s' is not a measure of this table", index, member,
              name != NULL ? name : "");
    } else if (measure != NULL && is_date(measure->format)) {
        fault(violations,
              "/tables/%u/%s: '%s' is a date, and a chart draws numbers; name "
              "another measure of this table, or leave out the chart",
              index, member, name);
    } else if (measure != NULL && table->chart == JW_CHART_PIE && !adds_up(measure)) {
        fault(violations,
              "/tables/%u/%s: '%s' does not add up to a whole, which a pie shows the parts of; "
              "name a count or a sum, or take another chart",
              index, member, name);
    }
}

static void
check_chart(const JwReportDef *self, guint index, const JwTableDef *table, JwViolations *violations)
{
    const guint n_series = table->chart_measures != NULL ? g_strv_length(table->chart_measures) : 1;

    if (n_series == 1) {
        check_chart_measure(self, index, "chartMeasure", table->chart_measure, violations);
    }
    for (guint i = 0; i < n_series && n_series > 1; i++) {
        g_autofree char *member = g_strdup_printf("chartMeasures/%u", i);
        check_chart_measure(self, index, member, table->chart_measures[i], violations);
    }
    if (table->chart == JW_CHART_PIE && n_series > 1) {
        fault(violations,
              "/tables/%u/chartMeasures: a pie shows one measure; name it in "
              "chartMeasure",
              index);
    } else if (table->chart == JW_CHART_STACKED && n_series == 1 && table->rows.pivot == NULL) {
        fault(violations,
              "/tables/%u/chart: a stacked chart shows two to four measures on each "
              "other; name them in chartMeasures",
              index);
    }
}

static void
check_table(const JwReportDef *self, guint index, const JwTableDef *table, JwViolations *violations)
{
    if (check_dimensions(self, index, table, violations)) {
        check_rows(self, index, table, violations);
    }
    if (table->measures == NULL || table->measures[0] == NULL) {
        fault(violations, "/tables/%u/measures: is empty", index);
    }
    for (guint i = 0; table->measures != NULL && table->measures[i] != NULL; i++) {
        const JwMeasureDef *measure = jw_report_def_measure(self, table->measures[i]);
        if (measure == NULL) {
            fault(violations, "/tables/%u/measures/%u: no measure '%s'", index, i,
                  table->measures[i]);
        } else if (!jw_report_def_has_groups(self, measure)) {
            fault(violations, "/tables/%u/measures/%u: '%s' has no value inside a group", index, i,
                  table->measures[i]);
        }
    }
    if (table->chart != JW_CHART_NONE) {
        check_chart(self, index, table, violations);
    }
}

static void
check_tables(const JwReportDef *self, JwViolations *violations)
{
    g_autoptr(GHashTable) titles = names_new();
    bool mail_chart_found = self->mail_chart_table == NULL;

    for (guint i = 0; i < self->tables->len; i++) {
        const JwTableDef *table = &g_array_index(self->tables, JwTableDef, i);
        take_name(titles, table->title, "tables", i, "title", violations);
        check_table(self, i, table, violations);
        if (table->chart != JW_CHART_NONE && g_strcmp0(table->title, self->mail_chart_table) == 0) {
            mail_chart_found = true;
        }
    }
    if (!mail_chart_found) {
        fault(violations, "/mailChartTable: no table '%s' with a chart", self->mail_chart_table);
    }
}

void
jw_report_def_note(const JwReportDef *self, JwViolations *violations)
{
    g_return_if_fail(self != NULL && violations != NULL);

    check_head(self, violations);
    check_lists(self, violations);
    check_measures(self, violations);
    check_tables(self, violations);
    jw_def_note_looks(self, violations);
}
