/* import/mapping.c: how a CSV file becomes records, from its JSON (schemas/mapping.v1.json).
 * A JcMapping belongs to who loaded it; any thread, no state. */
#include "import/mapping.h"

#include "import/mapping_check.h"

static void
case_clear(gpointer data)
{
    JcMapCase *one = data;

    g_clear_pointer(&one->source_field, g_free);
    g_clear_pointer(&one->equals, g_strfreev);
    g_clear_pointer(&one->value, g_free);
}

static GArray *
read_cases(const json_t *list)
{
    const json_t *item = NULL;
    size_t i = 0;

    if (list == NULL) {
        return NULL;
    }
    GArray *cases = g_array_new(FALSE, TRUE, sizeof(JcMapCase));
    g_array_set_clear_func(cases, case_clear);
    json_array_foreach(list, i, item)
    {
        const JcMapCase one = {
            .source_field = g_strdup(jw_json_text(item, "field")),
            .equals = jw_json_texts(json_object_get(item, "equals")),
            .value = g_strdup(jw_json_text(item, "value")),
        };
        g_array_append_val(cases, one);
    }
    return cases;
}

static GHashTable *
read_values(const json_t *map)
{
    const char *name = NULL;
    json_t *value = NULL;

    if (map == NULL) {
        return NULL;
    }
    GHashTable *values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    json_object_foreach(jw_json_mutable(map), name, value)
    {
        g_hash_table_insert(values, g_strdup(name), g_strdup(json_string_value(value)));
    }
    return values;
}

static JcMapField
read_field(const json_t *item)
{
    const json_t *min = json_object_get(item, "min");
    const char *decimal = jw_json_text(item, "decimal");
    const char *thousands = jw_json_text(item, "thousands");
    JcMapType type = JC_MAP_TEXT;
    (void)jc_mapping_type(item, &type);
    JcMapField field = {
        .field = g_strdup(jw_json_text(item, "field")),
        .columns = jw_json_texts(json_object_get(item, "columns")),
        .type = type,
        .format = g_strdup(jw_json_text(item, "format")),
        .time_zone = g_strdup(jw_json_text(item, "timeZone")),
        .values = read_values(json_object_get(item, "values")),
        .decimal = decimal != NULL ? decimal[0] : '.',
        .thousands = thousands != NULL ? thousands[0] : '\0',
        .values_strict = json_is_true(json_object_get(item, "valuesStrict")),
        .required = json_is_true(json_object_get(item, "required")),
        .min = min != NULL ? json_number_value(min) : 1.0,
        .max = min != NULL ? json_number_value(json_object_get(item, "max")) : 0.0,
        .when = read_cases(json_object_get(item, "when")),
    };

    if (field.columns == NULL) {
        field.columns = g_new0(char *, 1); /* a const reads no cell */
    }
    if (field.type == JC_MAP_DATETIME && field.time_zone == NULL) {
        field.time_zone = g_strdup("UTC");
    }
    return field;
}

static void
field_clear(gpointer data)
{
    JcMapField *field = data;

    g_clear_pointer(&field->field, g_free);
    g_clear_pointer(&field->columns, g_strfreev);
    g_clear_pointer(&field->format, g_free);
    g_clear_pointer(&field->time_zone, g_free);
    g_clear_pointer(&field->values, g_hash_table_unref);
    g_clear_pointer(&field->when, g_array_unref);
}

static JcMapping *
read_mapping(const json_t *value)
{
    JcMapping *mapping = g_new0(JcMapping, 1);
    const char *delimiter = jw_json_text(value, "delimiter");
    const json_t *item = NULL;
    size_t i = 0;

    mapping->collection = g_strdup(jw_json_text(value, "collection"));
    mapping->id_field = g_strdup(jw_json_text(value, "idField"));
    mapping->date_field = g_strdup(jw_json_text(value, "dateField"));
    mapping->delimiter = delimiter != NULL ? delimiter[0] : ',';
    mapping->fields = g_array_new(FALSE, TRUE, sizeof(JcMapField));
    g_array_set_clear_func(mapping->fields, field_clear);
    json_array_foreach(json_object_get(value, "fields"), i, item)
    {
        const JcMapField field = read_field(item);
        g_array_append_val(mapping->fields, field);
    }
    return mapping;
}

JcMapping *
jc_mapping_load(const char *path, GError **error)
{
    g_return_val_if_fail(path != NULL, NULL);
    g_return_val_if_fail(error == NULL || *error == NULL, NULL);

    g_auto(JwViolations) violations = { 0 };
    json_auto_t *value = jw_json_parse_file(path, error);
    if (value == NULL) {
        return NULL;
    }
    if (!jc_mapping_check(value, &violations)) {
        g_autofree char *all = jw_violations_text(&violations);
        return jw_fail_null(error, JW_ERROR_INVALID, "%s: %s", path, all);
    }
    return read_mapping(value);
}

void
jc_mapping_free(gpointer self)
{
    JcMapping *mapping = self;

    if (mapping == NULL) {
        return;
    }
    g_free(mapping->collection);
    g_free(mapping->id_field);
    g_free(mapping->date_field);
    g_clear_pointer(&mapping->fields, g_array_unref);
    g_free(mapping);
}
