/* definition/def_json.c: a report definition from its JSON (schemas/report-definition.v1.json).
 * Any thread, no state. The tables check single values, def_check.c the definition as a
 * whole. */
#include "definition/rows_json.h"
#include "jw/catalog.h"
#include "jw/json.h"
#include "names.h"

static const char *const ops[] = {
    [JW_MEASURE_COUNT] = "count",
    [JW_MEASURE_SUM] = "sum",
    [JW_MEASURE_AVG] = "avg",
    [JW_MEASURE_MIN] = "min",
    [JW_MEASURE_MAX] = "max",
    [JW_MEASURE_RATIO] = "ratio",
    [JW_MEASURE_PEAK] = "peak",
    [JW_MEASURE_PEAK_VALUE] = "peakValue",
    NULL,
};
static const char *const parts[] = {
    [JW_PART_VALUE] = "value",     [JW_PART_HOUR] = "hour",   [JW_PART_DATE] = "date",
    [JW_PART_WEEKDAY] = "weekday", [JW_PART_MONTH] = "month", [JW_PART_WEEK] = "week",
    [JW_PART_QUARTER] = "quarter", [JW_PART_YEAR] = "year",   NULL,
};
/* Of 0 nothing is written. */
static const char *const weekdays[] = { "",       "monday",   "tuesday", "wednesday", "thursday",
                                        "friday", "saturday", "sunday",  NULL };

/* Fields of a few kinds: a name that @form checks, a label of 1 to @most characters, an
 * array of objects. */
#define NAME(field, needed, form)                                                                  \
    {                                                                                              \
        .name = (field), .type = JW_FIELD_STRING, .flags = (needed), .check = (form)               \
    }
#define LABEL(field, needed, most)                                                                 \
    {                                                                                              \
        .name = (field), .type = JW_FIELD_STRING, .flags = (needed), .min = 1, .max = (most)       \
    }
#define LIST(list_name, list_flags, least, most, what)                                             \
    {                                                                                              \
        .name = (list_name), .type = JW_FIELD_ARRAY, .flags = (list_flags), .min = (least),        \
        .max = (most), .item = &(what)                                                             \
    }

static const JwField name_item = { .type = JW_FIELD_STRING, .check = jw_check_identifier };
static const JwField equals_item = { .type = JW_FIELD_STRING, .max = 200 };
static const JwField inactive_fields[] = {
    NAME("field", JW_FIELD_REQUIRED, jw_check_field_name),
    LABEL("value", JW_FIELD_REQUIRED, 200),
    { .name = NULL },
};
static const JwField filter_fields[] = {
    NAME("name", JW_FIELD_REQUIRED, jw_check_identifier),
    NAME("field", JW_FIELD_REQUIRED, jw_check_field_name),
    { .name = NULL },
};
static const JwField dimension_fields[] = {
    NAME("name", JW_FIELD_REQUIRED, jw_check_identifier),
    LABEL("label", JW_FIELD_REQUIRED, 100),
    NAME("field", JW_FIELD_REQUIRED, jw_check_field_name),
    { .name = "part", .type = JW_FIELD_STRING, .values = parts },
    { .name = "weekStart", .type = JW_FIELD_STRING, .values = &weekdays[1] },
    { .name = NULL },
};
static const JwField condition_fields[] = {
    NAME("field", JW_FIELD_REQUIRED, jw_check_field_name),
    { .name = "equals", .type = JW_FIELD_ARRAY, .min = 1, .max = 100, .item = &equals_item },
    { .name = "not", .type = JW_FIELD_BOOL },
    { .name = NULL },
};
static const JwField condition_item = { .type = JW_FIELD_OBJECT, .fields = condition_fields };
static const JwField measure_fields[] = {
    NAME("name", JW_FIELD_REQUIRED, jw_check_identifier),
    LABEL("label", JW_FIELD_REQUIRED, 100),
    { .name = "op", .type = JW_FIELD_STRING, .flags = JW_FIELD_REQUIRED, .values = ops },
    NAME("field", 0, jw_check_field_name),
    { .name = "where", .type = JW_FIELD_ARRAY, .max = 20, .item = &condition_item },
    NAME("numerator", 0, jw_check_identifier),
    NAME("denominator", 0, jw_check_identifier),
    NAME("dimension", 0, jw_check_identifier),
    NAME("of", 0, jw_check_identifier),
    { .name = "scale", .type = JW_FIELD_NUMBER, .min = -1000000, .max = 1000000 },
    { .name = "decimals", .type = JW_FIELD_INT, .min = 0, .max = 9 },
    { .name = "format", .type = JW_FIELD_STRING, .values = jw_format_names },
    { .name = NULL },
};
static const JwField column_fields[] = {
    NAME("field", JW_FIELD_REQUIRED, jw_check_field_name),
    LABEL("label", JW_FIELD_REQUIRED, 100),
    { .name = "format", .type = JW_FIELD_STRING, .values = jw_format_names },
    { .name = "width", .type = JW_FIELD_INT, .min = 1, .max = 255 },
    { .name = "decimals", .type = JW_FIELD_INT, .min = 0, .max = 9 },
    { .name = NULL },
};
static const JwField table_fields[] = {
    LABEL("title", JW_FIELD_REQUIRED, 31),
    NAME("dimension", 0, jw_check_identifier),
    { .name = "dimensions",
      .type = JW_FIELD_ARRAY,
      .flags = JW_FIELD_UNIQUE,
      .min = 1,
      .max = JW_TABLE_DIMENSIONS_MAX,
      .item = &name_item },
    JW_TABLE_ROWS_FIELDS,
    { .name = "maxRows", .type = JW_FIELD_INT, .min = 1, .max = 100000 },
    { .name = "measures",
      .type = JW_FIELD_ARRAY,
      .flags = JW_FIELD_REQUIRED | JW_FIELD_UNIQUE,
      .min = 1,
      .max = 20,
      .item = &name_item },
    { .name = "chart",
      .type = JW_FIELD_STRING,
      .values = &jw_chart_names[JW_CHART_COLUMN] }, /* "none" is said by leaving it out */
    NAME("chartMeasure", 0, jw_check_identifier),
    { .name = "chartMeasures",
      .type = JW_FIELD_ARRAY,
      .flags = JW_FIELD_UNIQUE,
      .min = 2,
      .max = JW_CHART_SERIES_MAX,
      .item = &name_item },
    { .name = NULL },
};
static const JwField filter_item = { .type = JW_FIELD_OBJECT, .fields = filter_fields };
static const JwField dimension_item = { .type = JW_FIELD_OBJECT, .fields = dimension_fields };
static const JwField measure_item = { .type = JW_FIELD_OBJECT, .fields = measure_fields };
static const JwField column_item = { .type = JW_FIELD_OBJECT, .fields = column_fields };
static const JwField table_item = { .type = JW_FIELD_OBJECT, .fields = table_fields };

static const JwField def_fields[] = {
    { .name = "$schema", .type = JW_FIELD_STRING },
    NAME("reportType", JW_FIELD_REQUIRED, jw_check_slug),
    LABEL("title", JW_FIELD_REQUIRED, 100),
    { .name = "description", .type = JW_FIELD_STRING, .flags = JW_FIELD_LINES, .max = 2000 },
    NAME("filePrefix", JW_FIELD_REQUIRED, jw_check_identifier),
    NAME("collection", JW_FIELD_REQUIRED, jw_check_collection),
    NAME("dateField", JW_FIELD_REQUIRED, jw_check_field_name),
    NAME("timeZone", 0, jw_check_zone),
    { .name = "inactive", .type = JW_FIELD_OBJECT, .fields = inactive_fields },
    { .name = "openToAllDepartments", .type = JW_FIELD_BOOL },
    LIST("filters", 0, 0, 50, filter_item),
    LIST("dimensions", 0, 0, 50, dimension_item),
    LIST("measures", JW_FIELD_REQUIRED, 1, 100, measure_item),
    LIST("columns", JW_FIELD_REQUIRED, 1, 100, column_item),
    LIST("tables", 0, 0, 50, table_item),
    LIST("summary", JW_FIELD_REQUIRED | JW_FIELD_UNIQUE, 1, 50, name_item),
    LABEL("listTitle", 0, 31),
    LABEL("mailChartTable", 0, 31),
    { .name = "maxGroups", .type = JW_FIELD_INT, .min = 1, .max = 100000 },
    { .name = NULL },
};

#define OP(op) (1u << (op))
#define COUNTED                                                                                    \
    (OP(JW_MEASURE_COUNT) | OP(JW_MEASURE_SUM) | OP(JW_MEASURE_AVG) | OP(JW_MEASURE_MIN)           \
     | OP(JW_MEASURE_MAX))
#define PEAKS (OP(JW_MEASURE_PEAK) | OP(JW_MEASURE_PEAK_VALUE))

/* Which members have an effect with which ops. */
static const struct {
    const char *member;
    unsigned allowed; /* OP()s */
} measure_members[] = {
    { "field", COUNTED },
    { "where", COUNTED },
    { "numerator", OP(JW_MEASURE_RATIO) },
    { "denominator", OP(JW_MEASURE_RATIO) },
    { "scale", OP(JW_MEASURE_RATIO) },
    { "dimension", PEAKS },
    { "of", PEAKS },
};

static void
check_measure_members(const json_t *item, const char *base, JwViolations *violations)
{
    const char *op = jw_json_text(item, "op");
    const int known = jw_name_read(item, "op", ops, -1);

    for (size_t i = 0; known >= 0 && i < G_N_ELEMENTS(measure_members); i++) {
        const char *member = measure_members[i].member;
        if (json_object_get(item, member) != NULL
            && (measure_members[i].allowed & (1u << (unsigned)known)) == 0) {
            g_autofree char *pointer = jw_pointer(base, member);
            (void)jw_violations_add(violations, pointer,
                                    "has no effect on a measure of op %s; leave it out", op);
        }
    }
}

static void
check_chart_members(const json_t *table, const char *base, JwViolations *violations)
{
    static const char *const members[] = { "chartMeasure", "chartMeasures" };
    const bool both = json_object_get(table, members[0]) != NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        g_autofree char *pointer = jw_pointer(base, members[i]);
        if (json_object_get(table, members[i]) == NULL) {
            continue;
        }
        if (json_object_get(table, "chart") == NULL) {
            (void)jw_violations_add(violations, pointer, "has no effect without chart");
        } else if (i == 1 && both) {
            (void)jw_violations_add(violations, pointer,
                                    "has no effect beside chartMeasure; leave out one of them");
        }
    }
}

/* What is written and would do nothing. */
static void
check_members(const json_t *value, JwViolations *violations)
{
    const json_t *item = NULL;
    size_t i = 0;

    json_array_foreach(json_object_get(value, "measures"), i, item)
    {
        g_autofree char *base = jw_pointer_index("/measures", i);
        check_measure_members(item, base, violations);
    }
    json_array_foreach(json_object_get(value, "tables"), i, item)
    {
        g_autofree char *base = jw_pointer_index("/tables", i);
        check_chart_members(item, base, violations);
    }
}

static char *
dup_text(const json_t *object, const char *name)
{
    return g_strdup(jw_json_text(object, name));
}

static GArray *
read_conditions(const json_t *list)
{
    GArray *conditions = jw_report_conditions_new();
    const json_t *item = NULL;
    size_t i = 0;

    json_array_foreach(list, i, item)
    {
        const JwCondition condition = {
            .field = dup_text(item, "field"),
            .equals = jw_json_texts(json_object_get(item, "equals")),
            .negate = json_is_true(json_object_get(item, "not")),
        };
        g_array_append_val(conditions, condition);
    }
    return conditions;
}

static void
read_filter(JwReportDef *def, const json_t *item)
{
    const JwFilterDef filter = { .name = dup_text(item, "name"), .field = dup_text(item, "field") };

    g_array_append_val(def->filters, filter);
}

static void
read_dimension(JwReportDef *def, const json_t *item)
{
    const JwDimensionDef dimension = {
        .name = dup_text(item, "name"),
        .label = dup_text(item, "label"),
        .field = dup_text(item, "field"),
        .part = (JwPart)jw_name_read(item, "part", parts, JW_PART_VALUE),
        .week_start = jw_name_read(item, "weekStart", weekdays, 0),
    };

    g_array_append_val(def->dimensions, dimension);
}

static void
read_measure(JwReportDef *def, const json_t *item)
{
    const json_t *scale = json_object_get(item, "scale");
    const JwMeasureDef measure = {
        .name = dup_text(item, "name"),
        .label = dup_text(item, "label"),
        .op = (JwMeasureOp)jw_name_read(item, "op", ops, JW_MEASURE_COUNT),
        .field = dup_text(item, "field"),
        .where = read_conditions(json_object_get(item, "where")),
        .numerator = dup_text(item, "numerator"),
        .denominator = dup_text(item, "denominator"),
        .dimension = dup_text(item, "dimension"),
        .of = dup_text(item, "of"),
        .scale = scale != NULL ? json_number_value(scale) : 1.0,
        .decimals = (int)json_integer_value(json_object_get(item, "decimals")),
        .format = (JwFormat)jw_name_read(item, "format", jw_format_names, JW_FORMAT_INTEGER),
    };

    g_array_append_val(def->measures, measure);
}

static void
read_column(JwReportDef *def, const json_t *item)
{
    const json_t *width = json_object_get(item, "width");
    const json_t *decimals = json_object_get(item, "decimals");
    const JwColumnDef column = {
        .field = dup_text(item, "field"),
        .label = dup_text(item, "label"),
        .format = (JwFormat)jw_name_read(item, "format", jw_format_names, JW_FORMAT_TEXT),
        .width = width != NULL ? (int)json_integer_value(width) : 16,
        .decimals = decimals != NULL ? (int)json_integer_value(decimals) : -1,
    };

    g_array_append_val(def->columns, column);
}

static void
read_table(JwReportDef *def, const json_t *item)
{
    char **all = jw_json_texts(json_object_get(item, "chartMeasures"));
    const char *first = all != NULL && all[0] != NULL ? all[0] : jw_json_text(item, "chartMeasure");
    const JwTableDef table = {
        .title = dup_text(item, "title"),
        .dimension = dup_text(item, "dimension"),
        .dimensions = jw_json_texts(json_object_get(item, "dimensions")),
        .rows = jw_table_rows_read(item),
        .measures = jw_json_texts(json_object_get(item, "measures")),
        .chart = (JwChart)jw_name_read(item, "chart", jw_chart_names, JW_CHART_NONE),
        .chart_measure = g_strdup(first),
        .chart_measures = all,
    };

    g_array_append_val(def->tables, table);
}

static const struct {
    const char *name;
    void (*read)(JwReportDef *def, const json_t *item);
} lists[] = {
    { "filters", read_filter }, { "dimensions", read_dimension }, { "measures", read_measure },
    { "columns", read_column }, { "tables", read_table },
};

static JwReportDef *
read_def(const json_t *value)
{
    JwReportDef *def = jw_report_def_new();
    const json_t *inactive = json_object_get(value, "inactive");
    const json_t *max_groups = json_object_get(value, "maxGroups");
    const char *list_title = jw_json_text(value, "listTitle");
    const char *time_zone = jw_json_text(value, "timeZone");

    def->report_type = dup_text(value, "reportType");
    def->title = dup_text(value, "title");
    def->description = dup_text(value, "description");
    def->file_prefix = dup_text(value, "filePrefix");
    def->collection = dup_text(value, "collection");
    def->date_field = dup_text(value, "dateField");
    def->time_zone = g_strdup(time_zone != NULL ? time_zone : "UTC");
    def->open_to_all_departments = json_is_true(json_object_get(value, "openToAllDepartments"));
    def->inactive_field = dup_text(inactive, "field");
    def->inactive_value = dup_text(inactive, "value");
    def->list_title = g_strdup(list_title != NULL ? list_title : "Records");
    def->mail_chart_table = dup_text(value, "mailChartTable");
    def->summary = jw_json_texts(json_object_get(value, "summary"));
    if (max_groups != NULL) {
        def->max_groups = (int)json_integer_value(max_groups);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        const json_t *item = NULL;
        size_t k = 0;
        json_array_foreach(json_object_get(value, lists[i].name), k, item)
        {
            lists[i].read(def, item);
        }
    }
    return def;
}

JwReportDef *
jw_report_def_parse(const char *text, size_t length, const char *file, GError **error)
{
    g_return_val_if_fail(text != NULL && file != NULL, NULL);
    g_return_val_if_fail(error == NULL || *error == NULL, NULL);

    g_auto(JwViolations) violations = { 0 };
    json_auto_t *value = jw_json_parse(text, length, error);
    if (value == NULL) {
        (void)jw_prefix(error, "%s", file);
        return NULL;
    }
    (void)jw_check_object(value, def_fields, "", &violations);
    g_autoptr(JwReportDef) def = read_def(value);
    if (json_is_object(value)) { /* else one word about it is enough */
        check_members(value, &violations);
        jw_report_def_note(def, &violations);
    }
    if (jw_violations_count(&violations) > 0) {
        g_autofree char *all = jw_violations_text(&violations);
        return jw_fail_null(error, JW_ERROR_INVALID, "%s: %s", file, all);
    }
    return g_steal_pointer(&def);
}
