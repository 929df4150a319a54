/* definition/def_json.c: a report definition from its JSON (schemas/report-definition.v1.json).
 * Any thread, no state. The tables check single values, def_check.c the definition as a
 * whole. */
#include "definition/conditions.h"
#include "definition/measure_ops.h"
#include "engine/formula.h"
#include "definition/rows_json.h"
#include "jw/catalog.h"
#include "jw/report_mail.h"
#include "jw/report_words.h"
#include "definition/def_languages.h"
#include "jw/ident.h"
#include "definition/def_looks.h"
#include "names.h"
#include "text/language.h"

#include <math.h>
#include <string.h>

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
static const JwField inactive_fields[] = {
    NAME("field", JW_FIELD_REQUIRED, jw_check_field_name),
    LABEL("value", JW_FIELD_REQUIRED, 200),
    { .name = NULL },
};
static const JwField operator_item = { .type = JW_FIELD_STRING,
                                       .values = jw_filter_operator_names };
static const JwField filter_fields[] = {
    NAME("name", JW_FIELD_REQUIRED, jw_check_identifier),
    NAME("field", JW_FIELD_REQUIRED, jw_check_field_name),
    LABEL("label", 0, 100),
    LIST("operators", JW_FIELD_UNIQUE, 1, 5, operator_item),
    { .name = NULL },
};
static const JwField lookup_fields[] = {
    NAME("collection", JW_FIELD_REQUIRED, jw_check_collection),
    NAME("key", JW_FIELD_REQUIRED, jw_check_field_name),
    NAME("label", JW_FIELD_REQUIRED, jw_check_field_name),
    { .name = NULL },
};
static const JwField dimension_fields[] = {
    NAME("name", JW_FIELD_REQUIRED, jw_check_identifier),
    LABEL("label", JW_FIELD_REQUIRED, 100),
    NAME("field", JW_FIELD_REQUIRED, jw_check_field_name),
    { .name = "part", .type = JW_FIELD_STRING, .values = parts },
    JW_DEF_LABELS,
    { .name = "weekStart", .type = JW_FIELD_STRING, .values = &weekdays[1] },
    { .name = "lookup", .type = JW_FIELD_OBJECT, .fields = lookup_fields },
    { .name = NULL },
};
static const JwField measure_fields[] = {
    NAME("name", JW_FIELD_REQUIRED, jw_check_identifier),
    LABEL("label", JW_FIELD_REQUIRED, 100),
    { .name = "op",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .values = jw_measure_op_names },
    NAME("field", 0, jw_check_field_name),
    { .name = "where", .type = JW_FIELD_ARRAY, .max = 20, .item = &jw_condition_item },
    NAME("numerator", 0, jw_check_identifier),
    NAME("denominator", 0, jw_check_identifier),
    NAME("dimension", 0, jw_check_identifier),
    NAME("of", 0, jw_check_identifier),
    { .name = "formula", .type = JW_FIELD_STRING, .min = 1, .max = JW_FORMULA_MAX },
    { .name = "p", .type = JW_FIELD_NUMBER, .min = 0, .max = 100 },
    { .name = "scale", .type = JW_FIELD_NUMBER, .min = -1000000, .max = 1000000 },
    { .name = "decimals", .type = JW_FIELD_INT, .min = 0, .max = 9 },
    { .name = "format", .type = JW_FIELD_STRING, .values = jw_format_names },
    JW_DEF_THRESHOLDS,
    JW_DEF_UNIT,
    { .name = NULL },
};
static const JwField column_fields[] = {
    NAME("field", JW_FIELD_REQUIRED, jw_check_field_name),
    LABEL("label", JW_FIELD_REQUIRED, 100),
    { .name = "format", .type = JW_FIELD_STRING, .values = jw_format_names },
    { .name = "width", .type = JW_FIELD_INT, .min = 1, .max = 255 },
    { .name = "decimals", .type = JW_FIELD_INT, .min = 0, .max = 9 },
    JW_DEF_UNIT,
    JW_DEF_LABELS,
    { .name = "lookup", .type = JW_FIELD_OBJECT, .fields = lookup_fields },
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
    { .name = "compare", .type = JW_FIELD_BOOL },
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
    { .name = "onEmpty", .type = JW_FIELD_STRING, .values = jw_on_empty_names },
    LIST("conditions", 0, 0, 50, jw_shared_condition_item),
    { .name = "timeoutSeconds", .type = JW_FIELD_INT, .min = 1, .max = 86400 },
    LIST("where", 0, 1, 20, jw_condition_item),
    LIST("filters", 0, 0, 50, filter_item),
    LIST("dimensions", 0, 0, 50, dimension_item),
    LIST("measures", JW_FIELD_REQUIRED, 1, 100, measure_item),
    LIST("columns", 0, 0, 100, column_item),
    LIST("tables", 0, 0, 50, table_item),
    LIST("summary", JW_FIELD_REQUIRED | JW_FIELD_UNIQUE, 1, 50, name_item),
    LABEL("listTitle", 0, 31),
    LABEL("mailChartTable", 0, 31),
    { .name = "mail", .type = JW_FIELD_OBJECT, .fields = jw_mail_texts_fields },
    { .name = "maxGroups", .type = JW_FIELD_INT, .min = 1, .max = 100000 },
    { .name = "compare", .type = JW_FIELD_STRING, .values = jw_compare_names },
    { .name = "language", .type = JW_FIELD_STRING, .check = jw_check_language },
    JW_DEF_LANGUAGES,
    { .name = NULL },
};

/* Members without effect, and what a formula says. */
static void
check_measure(const json_t *item, const char *base, JwViolations *violations)
{
    const char *op = jw_json_text(item, "op"), *formula = jw_json_text(item, "formula");
    const int known = jw_name_read(item, "op", jw_measure_op_names, -1);
    g_autoptr(GError) error = NULL;

    for (size_t i = 0; known >= 0 && i < JW_MEMBERS_N; i++) {
        const char *member = jw_member_names[i];
        const JwMeasureOpInfo *info = &jw_measure_ops[known];
        if (json_object_get(item, member) != NULL
            && ((info->needed | info->allowed) & 1u << i) == 0) {
            g_autofree char *pointer = jw_pointer(base, member);
            (void)jw_violations_add(violations, pointer,
                                    "has no effect on a measure of op %s; leave it out", op);
        }
    }
    const double scaled = json_number_value(json_object_get(item, "p")) * 1000.0;
    if (fabs(scaled) < 1e6 && fabs(scaled - round(scaled)) > 1e-6) {
        g_autofree char *pointer = jw_pointer(base, "p");
        (void)jw_violations_add(violations, pointer, "has at most three decimals");
    }
    g_autoptr(JwFormula) parsed = formula != NULL ? jw_formula_parse(formula, &error) : NULL;
    if (formula != NULL && parsed == NULL) {
        g_autofree char *pointer = jw_pointer(base, "formula");
        (void)jw_violations_add(violations, pointer, "%s", jw_error_message(error));
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

    if (json_object_get(value, "listTitle") != NULL
        && json_array_size(json_object_get(value, "columns")) == 0) {
        (void)jw_violations_add(violations, "/listTitle",
                                "has no effect without columns, for there is no list");
    }
    json_array_foreach(json_object_get(value, "measures"), i, item)
    {
        g_autofree char *base = jw_pointer_index("/measures", i);
        check_measure(item, base, violations);
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

static unsigned
read_operators(const json_t *list)
{
    const json_t *item = NULL;
    unsigned operators = 0;
    size_t i = 0;

    json_array_foreach(list, i, item)
    {
        for (unsigned k = 0; jw_filter_operator_names[k] != NULL; k++) {
            if (g_strcmp0(json_string_value(item), jw_filter_operator_names[k]) == 0) {
                operators |= 1u << k;
            }
        }
    }
    return operators;
}

static void
read_filter(JwReportDef *def, const json_t *item)
{
    const JwFilterDef filter = {
        .name = dup_text(item, "name"),
        .field = dup_text(item, "field"),
        .label = dup_text(item, "label"),
        .operators = read_operators(json_object_get(item, "operators")),
    };

    g_array_append_val(def->filters, filter);
}

static JwLookup
read_lookup(const json_t *item)
{
    const json_t *lookup = json_object_get(item, "lookup");

    return (JwLookup){ .collection = dup_text(lookup, "collection"),
                       .key = dup_text(lookup, "key"),
                       .label = dup_text(lookup, "label") };
}

static void
read_dimension(JwReportDef *def, const json_t *item)
{
    const JwDimensionDef dimension = {
        .name = dup_text(item, "name"),
        .label = dup_text(item, "label"),
        .field = dup_text(item, "field"),
        .part = (JwPart)jw_name_read(item, "part", parts, JW_PART_VALUE),
        .labels = jw_def_read_group_labels(json_object_get(item, "labels")),
        .week_start = jw_name_read(item, "weekStart", weekdays, 0),
        .lookup = read_lookup(item),
    };

    g_array_append_val(def->dimensions, dimension);
}

/* In thousandths of a percent; -1: there is none, or one that has been noted. */
static int
read_p(const json_t *value)
{
    const double scaled = json_number_value(value) * 1000.0;

    return json_is_number(value) && scaled >= 0.0 && scaled <= 100000.0 ? (int)lround(scaled) : -1;
}

static void
read_measure(JwReportDef *def, const json_t *item)
{
    const json_t *scale = json_object_get(item, "scale");
    const char *formula = jw_json_text(item, "formula");
    const JwMeasureDef measure = {
        .name = dup_text(item, "name"),
        .label = dup_text(item, "label"),
        .op = (JwMeasureOp)jw_name_read(item, "op", jw_measure_op_names, JW_MEASURE_COUNT),
        .field = dup_text(item, "field"),
        .numerator = dup_text(item, "numerator"),
        .denominator = dup_text(item, "denominator"),
        .dimension = dup_text(item, "dimension"),
        .of = dup_text(item, "of"),
        .formula = formula != NULL ? jw_formula_parse(formula, NULL) : NULL,
        .p = read_p(json_object_get(item, "p")),
        .scale = scale != NULL ? json_number_value(scale) : 1.0,
        .decimals = (int)json_integer_value(json_object_get(item, "decimals")),
        .format = (JwFormat)jw_name_read(item, "format", jw_format_names, JW_FORMAT_INTEGER),
        .thresholds = jw_def_read_thresholds(json_object_get(item, "thresholds")),
        .unit = jw_def_read_unit(json_object_get(item, "unit")),
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
        .unit = jw_def_read_unit(json_object_get(item, "unit")),
        .labels = jw_def_read_labels(json_object_get(item, "labels")),
        .lookup = read_lookup(item),
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
        .compare = json_is_true(json_object_get(item, "compare")),
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

/* @shared: (nullable): the definition's `conditions` */
static void
read_conditions(JwReportDef *def, const json_t *value, const json_t *shared)
{
    const json_t *measures = json_object_get(value, "measures");

    g_array_unref(def->where);
    def->where = jw_conditions_read(json_object_get(value, "where"), shared);
    for (guint i = 0; i < def->measures->len; i++) {
        g_array_index(def->measures, JwMeasureDef, i).where =
            jw_conditions_read(json_object_get(json_array_get(measures, i), "where"), shared);
    }
}

static JwReportDef *
read_def(const json_t *value)
{
    JwReportDef *def = jw_report_def_new();
    const json_t *inactive = json_object_get(value, "inactive");
    const json_t *max_groups = json_object_get(value, "maxGroups");
    const char *list_title = jw_json_text(value, "listTitle");
    const char *time_zone = jw_json_text(value, "timeZone");
    const char *language = jw_json_text(value, "language");

    def->report_type = dup_text(value, "reportType");
    def->title = dup_text(value, "title");
    def->description = dup_text(value, "description");
    def->file_prefix = dup_text(value, "filePrefix");
    def->collection = dup_text(value, "collection");
    def->date_field = dup_text(value, "dateField");
    def->time_zone = g_strdup(time_zone != NULL ? time_zone : "UTC");
    def->timeout_s = (int)json_integer_value(json_object_get(value, "timeoutSeconds"));
    def->open_to_all_departments = json_is_true(json_object_get(value, "openToAllDepartments"));
    def->on_empty = (JwOnEmpty)jw_name_read(value, "onEmpty", jw_on_empty_names, JW_ON_EMPTY_SEND);
    def->inactive_field = dup_text(inactive, "field");
    def->inactive_value = dup_text(inactive, "value");
    def->language = g_strdup(language != NULL ? language : "en");
    def->list_title =
        g_strdup(list_title != NULL ? list_title : jw_report_word(JW_WORD_RECORDS, language));
    def->mail = jw_mail_texts_read(json_object_get(value, "mail"));
    def->mail_chart_table = dup_text(value, "mailChartTable");
    def->compare = (JwCompare)jw_name_read(value, "compare", jw_compare_names, JW_COMPARE_NONE);
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

/* Notes all that is wrong. (transfer full) */
static JwReportDef *
check_def(const json_t *value, JwViolations *violations)
{
    (void)jw_check_object(value, def_fields, "", violations);
    const bool named = jw_conditions_check(value, violations);
    JwReportDef *def = read_def(value);

    read_conditions(def, value, named ? json_object_get(value, "conditions") : NULL);
    if (json_is_object(value)) { /* else one word about it is enough */
        check_members(value, violations);
        jw_def_check_units(value, violations);
        jw_report_def_note(def, violations);
        (void)jw_mail_texts_check(json_object_get(value, "mail"), def, "/mail", violations);
        jw_def_check_languages(value, violations);
    }
    return def;
}

/* The same in every other language that reports have words of. */
static void
add_languages(JwReportDef *def, const json_t *value, JwViolations *violations)
{
    g_autofree const char **codes = jw_language_codes();

    def->others = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, jw_report_def_free);
    for (size_t i = 0; codes[i] != NULL; i++) {
        if (strcmp(codes[i], def->language) == 0) {
            continue;
        }
        g_auto(JwViolations) own = { 0 };
        json_auto_t *translated = jw_def_translate(value, codes[i]);
        g_autoptr(JwReportDef) other = check_def(translated, &own);
        for (size_t k = 0; k < jw_violations_count(&own); k++) {
            const JwViolation *wrong = jw_violations_get(&own, k);
            g_autofree char *pointer = g_strconcat("/languages/", codes[i], NULL);
            (void)jw_violations_add(violations, pointer, "in this language %s: %s", wrong->pointer,
                                    wrong->message);
        }
        const char *code = other->language;
        other->sha256 = g_strdup(def->sha256); /* one file has all of them */
        g_hash_table_insert(def->others, (gpointer)(uintptr_t)code, g_steal_pointer(&other));
    }
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
    g_autoptr(JwReportDef) def = check_def(value, &violations);
    if (jw_violations_count(&violations) == 0) {
        g_autofree char *canonical = jw_json_print(value);
        def->sha256 = jw_sha256_hex(canonical, strlen(canonical));
        add_languages(def, value, &violations);
    }
    if (jw_violations_count(&violations) > 0) {
        g_autofree char *all = jw_violations_text(&violations);
        return jw_fail_null(error, JW_ERROR_INVALID, "%s: %s", file, all);
    }
    return g_steal_pointer(&def);
}
