/* import/mapping.c: how a CSV file becomes records, from its JSON (schemas/mapping.v1.json).
 * A JcMapping belongs to who loaded it; any thread, no state. */
#include "import/mapping.h"

#include "jw/json.h"

#include <string.h>

/* In the order of JcMapType. */
static const char *const types[] = { "text",     "int",      "real",  "bool",
                                     "datetime", "duration", "const", NULL };

static const JwField column_item = { .type = JW_FIELD_STRING, .min = 1, .max = 200 };
static const JwField value_item = { .type = JW_FIELD_STRING, .max = 200 };
static const JwField case_fields[] = {
    { .name = "field", .type = JW_FIELD_STRING, .check = jw_check_field_name },
    { .name = "equals", .type = JW_FIELD_ARRAY, .min = 1, .max = 1000, .item = &value_item },
    { .name = "value", .type = JW_FIELD_STRING, .flags = JW_FIELD_REQUIRED, .max = 200 },
    { .name = NULL },
};
static const JwField case_item = { .type = JW_FIELD_OBJECT, .fields = case_fields };

#define LIMIT INT64_C(9007199254740992) /* what a double holds exactly */

static const JwField map_fields[] = {
    { .name = "field",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .check = jw_check_field_name },
    { .name = "type", .type = JW_FIELD_STRING, .flags = JW_FIELD_REQUIRED, .values = types },
    { .name = "columns", .type = JW_FIELD_ARRAY, .min = 1, .max = 10, .item = &column_item },
    { .name = "format", .type = JW_FIELD_STRING, .min = 1, .max = 100 },
    { .name = "timeZone", .type = JW_FIELD_STRING, .check = jw_check_zone },
    { .name = "values", .type = JW_FIELD_MAP, .min = 1, .max = 1000, .item = &value_item },
    { .name = "valuesStrict", .type = JW_FIELD_BOOL },
    { .name = "required", .type = JW_FIELD_BOOL },
    { .name = "min", .type = JW_FIELD_NUMBER, .min = -LIMIT, .max = LIMIT },
    { .name = "max", .type = JW_FIELD_NUMBER, .min = -LIMIT, .max = LIMIT },
    { .name = "when", .type = JW_FIELD_ARRAY, .min = 1, .max = 100, .item = &case_item },
    { .name = NULL },
};
static const JwField map_item = { .type = JW_FIELD_OBJECT, .fields = map_fields };
static const char *const delimiters[] = { ",", ";", "|", "\t", NULL };
static const JwField mapping_fields[] = {
    { .name = "$schema", .type = JW_FIELD_STRING },
    { .name = "description", .type = JW_FIELD_STRING, .flags = JW_FIELD_LINES, .max = 2000 },
    { .name = "collection",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .check = jw_check_collection },
    { .name = "idField",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .check = jw_check_field_name },
    { .name = "dateField",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .check = jw_check_field_name },
    { .name = "delimiter", .type = JW_FIELD_STRING, .flags = JW_FIELD_LINES, .values = delimiters },
    { .name = "fields",
      .type = JW_FIELD_ARRAY,
      .flags = JW_FIELD_REQUIRED,
      .min = 1,
      .max = 200,
      .item = &map_item },
    { .name = NULL },
};

#define TYPE(type) (1u << (type))
#define NUMBERS    (TYPE(JC_MAP_INT) | TYPE(JC_MAP_REAL) | TYPE(JC_MAP_DURATION))
#define FROM_CELLS (NUMBERS | TYPE(JC_MAP_TEXT) | TYPE(JC_MAP_BOOL) | TYPE(JC_MAP_DATETIME))

/* Which members belong to which types, and which must be there. */
static const struct {
    const char *member;
    unsigned allowed, needed; /* TYPE()s */
} members[] = {
    { "columns", FROM_CELLS, FROM_CELLS },
    { "format", TYPE(JC_MAP_DATETIME) | TYPE(JC_MAP_DURATION),
      TYPE(JC_MAP_DATETIME) | TYPE(JC_MAP_DURATION) },
    { "timeZone", TYPE(JC_MAP_DATETIME), 0 },
    { "values", FROM_CELLS, 0 },
    { "valuesStrict", FROM_CELLS, 0 },
    { "required", FROM_CELLS, 0 },
    { "min", NUMBERS, 0 },
    { "max", NUMBERS, 0 },
    { "when", TYPE(JC_MAP_CONST), TYPE(JC_MAP_CONST) },
};

static JcMapType
map_type(const json_t *item)
{
    const char *text = jw_json_text(item, "type");

    for (unsigned i = 0; types[i] != NULL; i++) {
        if (g_strcmp0(text, types[i]) == 0) {
            return (JcMapType)i;
        }
    }
    return JC_MAP_TEXT;
}

static bool
check_members(const json_t *item, const char *base, JwViolations *violations)
{
    const JcMapType type = map_type(item);
    bool ok = true;

    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        bool given = json_object_get(item, members[i].member) != NULL;
        g_autofree char *pointer = jw_pointer(base, members[i].member);
        if (given && (members[i].allowed & TYPE(type)) == 0) {
            ok = jw_violations_add(violations, pointer, "does not belong to a field of type %s",
                                   types[type]);
        } else if (!given && (members[i].needed & TYPE(type)) != 0) {
            ok = jw_violations_add(violations, pointer, "is required for a field of type %s",
                                   types[type]);
        }
    }
    return ok;
}

/* A case looks at an earlier field; field and equals go together. */
static bool
check_cases(const json_t *item, const char *base, GHashTable *earlier, JwViolations *violations)
{
    const json_t *one = NULL;
    bool ok = true;
    size_t i = 0;

    json_array_foreach(json_object_get(item, "when"), i, one)
    {
        const char *field = jw_json_text(one, "field");
        g_autofree char *pointer = g_strdup_printf("%s/when/%zu", base, i);
        if (field != NULL && !g_hash_table_contains(earlier, field)) {
            g_autofree char *at = jw_pointer(pointer, "field");
            g_autofree char *echo = jw_echo(field);
            ok = jw_violations_add(violations, at, "'%s' is not an earlier field", echo);
        }
        if ((field == NULL) != (json_object_get(one, "equals") == NULL)) {
            ok = jw_violations_add(violations, pointer,
                                   "must have both field and equals, or neither");
        }
    }
    return ok;
}

static bool
check_reference(const json_t *value, const char *name, GHashTable *fields, JwViolations *violations)
{
    const char *field = jw_json_text(value, name);

    if (field == NULL || g_hash_table_contains(fields, field)) {
        return true;
    }
    g_autofree char *pointer = jw_pointer("", name);
    g_autofree char *echo = jw_echo(field);
    return jw_violations_add(violations, pointer, "'%s' is not one of the fields", echo);
}

static bool
check_limits(const json_t *item, const char *base, JwViolations *violations)
{
    const json_t *min = json_object_get(item, "min");
    const json_t *max = json_object_get(item, "max");

    if ((min == NULL) != (max == NULL) || json_number_value(min) > json_number_value(max)) {
        g_autofree char *pointer = jw_pointer(base, min == NULL ? "min" : "max");
        return jw_violations_add(violations, pointer,
                                 "min and max go together, and min is the smaller one");
    }
    return true;
}

/* What the tables cannot check. Only for a mapping that passed them. */
static bool
check_meaning(const json_t *value, JwViolations *violations)
{
    g_autoptr(GHashTable) fields = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const json_t *item = NULL;
    bool ok = true;
    size_t i = 0;

    json_array_foreach(json_object_get(value, "fields"), i, item)
    {
        g_autofree char *base = jw_pointer_index("/fields", i);
        ok = check_members(item, base, violations) && ok;
        ok = check_cases(item, base, fields, violations) && ok;
        ok = check_limits(item, base, violations) && ok;
        if (!g_hash_table_add(fields, g_strdup(jw_json_text(item, "field")))) {
            g_autofree char *pointer = jw_pointer(base, "field");
            ok = jw_violations_add(violations, pointer, "is the field of an earlier entry");
        }
    }
    ok = check_reference(value, "idField", fields, violations) && ok;
    return check_reference(value, "dateField", fields, violations) && ok;
}

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
    JcMapField field = {
        .field = g_strdup(jw_json_text(item, "field")),
        .columns = jw_json_texts(json_object_get(item, "columns")),
        .type = map_type(item),
        .format = g_strdup(jw_json_text(item, "format")),
        .time_zone = g_strdup(jw_json_text(item, "timeZone")),
        .values = read_values(json_object_get(item, "values")),
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
    if (!jw_check_object(value, mapping_fields, "", &violations)
        || !check_meaning(value, &violations)) {
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
