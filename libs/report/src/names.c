/* names.c: see names.h. Any thread, no state. */
#include "names.h"

const char *const jw_format_names[] = {
    [JW_FORMAT_INTEGER] = "integer",   [JW_FORMAT_DECIMAL] = "decimal",
    [JW_FORMAT_PERCENT] = "percent",   [JW_FORMAT_SECONDS] = "seconds",
    [JW_FORMAT_HOUR] = "hour",         [JW_FORMAT_TEXT] = "text",
    [JW_FORMAT_DATETIME] = "datetime", [JW_FORMAT_DATE] = "date",
    [JW_FORMAT_BOOL] = "bool",         [JW_FORMAT_N] = NULL,
};

const char *const jw_chart_names[] = {
    [JW_CHART_NONE] = "none",
    [JW_CHART_COLUMN] = "column",
    [JW_CHART_LINE] = "line",
    [JW_CHART_BAR] = "bar",
    [JW_CHART_STACKED] = "stacked",
    [JW_CHART_PIE] = "pie",
    NULL,
};

const char *const jw_period_names[] = {
    [JW_PERIOD_CUSTOM] = "custom",
    [JW_PERIOD_WEEKLY] = "weekly",
    [JW_PERIOD_MONTHLY] = "monthly",
    NULL,
};

const char *const jw_on_empty_names[] = {
    [JW_ON_EMPTY_SEND] = "send", [JW_ON_EMPTY_SKIP] = "skip", NULL
};

const char *const jw_filter_operator_names[] = { "in", "not", "range", "contains", "absent", NULL };

char *
jw_filter_operators_join(unsigned operators)
{
    GString *names = g_string_new(NULL);

    for (unsigned i = 0; jw_filter_operator_names[i] != NULL; i++) {
        if ((operators & 1u << i) != 0) {
            g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "",
                                   jw_filter_operator_names[i]);
        }
    }
    return g_string_free(names, FALSE);
}

const char *const jw_compare_names[] = {
    [JW_COMPARE_NONE] = "none",
    [JW_COMPARE_PREVIOUS] = "previous",
    [JW_COMPARE_YEAR] = "year",
    NULL,
};

const char *const jw_level_names[] = {
    [JW_LEVEL_NONE] = "none",
    [JW_LEVEL_GOOD] = "good",
    [JW_LEVEL_WARN] = "warn",
    [JW_LEVEL_BAD] = "bad",
    NULL,
};

int
jw_name_read(const json_t *object, const char *member, const char *const *names, int otherwise)
{
    const char *name = json_string_value(json_object_get(object, member));

    for (int i = 0; names[i] != NULL; i++) {
        if (g_strcmp0(name, names[i]) == 0) {
            return i;
        }
    }
    return otherwise;
}

/* Each kind of item begins with its name. */
G_STATIC_ASSERT(G_STRUCT_OFFSET(JwEditionDef, name) == 0);
G_STATIC_ASSERT(G_STRUCT_OFFSET(JwFilterDef, name) == 0);
G_STATIC_ASSERT(G_STRUCT_OFFSET(JwDimensionDef, name) == 0);
G_STATIC_ASSERT(G_STRUCT_OFFSET(JwMeasureDef, name) == 0);

static const char *
name_at(GArray *items, size_t index)
{
    const void *item = items->data + index * g_array_get_element_size(items);

    return *(const char *const *)item;
}

bool
jw_names_index(GArray *items, const char *name, size_t *ret_index)
{
    for (size_t i = 0; i < items->len; i++) {
        if (g_strcmp0(name_at(items, i), name) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

char *
jw_names_join(GArray *items)
{
    GString *names = g_string_new(NULL);

    for (size_t i = 0; i < items->len; i++) {
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", name_at(items, i));
    }
    return g_string_free(names, FALSE);
}

const char *
jw_format_name(JwFormat format)
{
    return jw_format_names[format];
}

const char *
jw_period_name(JwPeriodType type)
{
    return jw_period_names[type];
}
