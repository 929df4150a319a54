/* import/mapping_check.c: the rules of a mapping (schemas/mapping.v1.json), those of the schema as
 * tables and those beyond it as functions. All that is wrong is named at once, so the functions
 * read values that may have failed the tables. */
#include "import/mapping_check.h"

#include <string.h>

#include "import/when.h"

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

static const char *const decimals[] = { ".", ",", NULL };
static const char *const thousands[] = { ",", ".", " ", "'", NULL };

static const JwField map_fields[] = {
    { .name = "field",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .check = jw_check_field_name },
    { .name = "type", .type = JW_FIELD_STRING, .flags = JW_FIELD_REQUIRED, .values = types },
    { .name = "columns", .type = JW_FIELD_ARRAY, .min = 1, .max = 10, .item = &column_item },
    { .name = "format", .type = JW_FIELD_STRING, .min = 1, .max = 100 },
    { .name = "timeZone", .type = JW_FIELD_STRING, .check = jw_check_zone },
    { .name = "decimal", .type = JW_FIELD_STRING, .values = decimals },
    { .name = "thousands", .type = JW_FIELD_STRING, .values = thousands },
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
    { "decimal", TYPE(JC_MAP_REAL), 0 },
    { "thousands", TYPE(JC_MAP_INT) | TYPE(JC_MAP_REAL), 0 },
    { "values", FROM_CELLS, 0 },
    { "valuesStrict", FROM_CELLS, 0 },
    { "required", FROM_CELLS, 0 },
    { "min", NUMBERS, 0 },
    { "max", NUMBERS, 0 },
    { "when", TYPE(JC_MAP_CONST), TYPE(JC_MAP_CONST) },
};

bool
jc_mapping_type(const json_t *item, JcMapType *ret_type)
{
    const char *text = jw_json_text(item, "type");

    for (unsigned i = 0; types[i] != NULL; i++) {
        if (g_strcmp0(text, types[i]) == 0) {
            *ret_type = (JcMapType)i;
            return true;
        }
    }
    return false;
}

/* One complaint a place is enough: the rules below go on where the tables found nothing. */
static bool
is_noted(const JwViolations *violations, const char *pointer)
{
    for (size_t i = 0; i < jw_violations_count(violations); i++) {
        if (strcmp(jw_violations_get(violations, i)->pointer, pointer) == 0) {
            return true;
        }
    }
    return false;
}

static bool
check_members(const json_t *item, const char *base, JwViolations *violations)
{
    JcMapType type = JC_MAP_TEXT;
    bool ok = true;

    for (size_t i = 0; jc_mapping_type(item, &type) && i < G_N_ELEMENTS(members); i++) {
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
    if (json_object_get(item, "valuesStrict") != NULL && json_object_get(item, "values") == NULL) {
        g_autofree char *pointer = jw_pointer(base, "valuesStrict");
        ok = jw_violations_add(violations, pointer, "has no effect without values");
    }
    return ok;
}

static bool
check_format(const json_t *item, const char *base, JwViolations *violations)
{
    const char *format = jw_json_text(item, "format");
    g_autofree char *pointer = jw_pointer(base, "format");
    g_autoptr(JcDate) date = NULL;
    g_autoptr(JcSpan) span = NULL;
    g_autoptr(GError) cause = NULL;
    JcMapType type = JC_MAP_TEXT;

    if (format == NULL || !jc_mapping_type(item, &type) || is_noted(violations, pointer)) {
        return true;
    }
    if (type == JC_MAP_DATETIME) {
        date = jc_date_new(format, "UTC", &cause);
    } else if (type == JC_MAP_DURATION) {
        span = jc_span_new(format, &cause);
    }
    if (cause != NULL) {
        return jw_violations_add(violations, pointer, "%s", jw_error_message(cause));
    }
    if (date != NULL && jc_date_reads_offset(date) && json_object_get(item, "timeZone") != NULL) {
        g_autofree char *zone = jw_pointer(base, "timeZone");
        return jw_violations_add(violations, zone,
                                 "has no effect: the format reads an offset with each time (%%z)");
    }
    return true;
}

/* "1.234,5" wants both marks to be said, and to differ. */
static bool
check_marks(const json_t *item, const char *base, JwViolations *violations)
{
    const char *decimal = jw_json_text(item, "decimal");
    const char *groups = jw_json_text(item, "thousands");
    g_autofree char *pointer = jw_pointer(base, "thousands");
    JcMapType type = JC_MAP_TEXT;

    if (!jc_mapping_type(item, &type) || type != JC_MAP_REAL || is_noted(violations, pointer)
        || g_strcmp0(groups, decimal != NULL ? decimal : ".") != 0) {
        return true;
    }
    return jw_violations_add(violations, pointer,
                             "is the decimal mark as well; name the other one in decimal");
}

static bool
check_case(const json_t *one, const char *pointer, GHashTable *earlier, JwViolations *violations)
{
    const json_t *field = json_object_get(one, "field");
    g_autofree char *at = jw_pointer(pointer, "field");

    if (json_is_object(one) && (field == NULL) != (json_object_get(one, "equals") == NULL)) {
        return jw_violations_add(violations, pointer,
                                 "must have both field and equals, or neither");
    }
    if (!json_is_string(field) || is_noted(violations, at)
        || g_hash_table_contains(earlier, json_string_value(field))) {
        return true;
    }
    g_autofree char *echo = jw_echo(json_string_value(field));
    return jw_violations_add(violations, at, "'%s' is not an earlier field", echo);
}

/* A case looks at an earlier field; field and equals go together; what stands behind one that
 * always fits is never reached. */
static bool
check_cases(const json_t *item, const char *base, GHashTable *earlier, JwViolations *violations)
{
    const json_t *one = NULL;
    bool ok = true, always = false;
    size_t i = 0;

    json_array_foreach(json_object_get(item, "when"), i, one)
    {
        g_autofree char *pointer = g_strdup_printf("%s/when/%zu", base, i);
        ok = check_case(one, pointer, earlier, violations) && ok;
        if (always) {
            ok = jw_violations_add(violations, pointer,
                                   "is never reached: the case before it always fits");
        }
        always = json_is_object(one) && json_object_get(one, "field") == NULL
                 && json_object_get(one, "equals") == NULL;
    }
    return ok;
}

/* "a.b" is inside "a". */
static bool
is_inside(const char *inner, const char *outer)
{
    const size_t length = strlen(outer);

    return strncmp(inner, outer, length) == 0 && inner[length] == '.';
}

/* No field twice, none inside another, and "_id" is what idField becomes. */
static bool
check_name(const json_t *value, const json_t *item, const char *base, GHashTable *earlier,
           JwViolations *violations)
{
    const char *name = jw_json_text(item, "field");
    g_autofree char *pointer = jw_pointer(base, "field");
    GHashTableIter iter;
    gpointer key = NULL;

    if (name == NULL || is_noted(violations, pointer)) {
        return true;
    }
    if (strcmp(name, "_id") == 0 && g_strcmp0(jw_json_text(value, "idField"), "_id") != 0) {
        return jw_violations_add(violations, pointer,
                                 "'_id' is what idField becomes; give the field another name");
    }
    if (g_hash_table_contains(earlier, name)) {
        return jw_violations_add(violations, pointer, "is the field of an earlier entry");
    }
    g_hash_table_iter_init(&iter, earlier);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        if (is_inside(name, key) || is_inside(key, name)) {
            return jw_violations_add(violations, pointer,
                                     "and '%s' cannot be in one record: one is inside the other",
                                     (const char *)key);
        }
    }
    (void)g_hash_table_add(earlier, g_strdup(name));
    return true;
}

static bool
check_reference(const json_t *value, const char *name, GHashTable *fields, JwViolations *violations)
{
    const char *field = jw_json_text(value, name);

    g_autofree char *pointer = jw_pointer("", name);
    if (field == NULL || is_noted(violations, pointer) || g_hash_table_contains(fields, field)) {
        return true;
    }
    g_autofree char *echo = jw_echo(field);
    return jw_violations_add(violations, pointer, "'%s' is not one of the fields", echo);
}

static bool
check_limits(const json_t *item, const char *base, JwViolations *violations)
{
    const json_t *min = json_object_get(item, "min");
    const json_t *max = json_object_get(item, "max");

    g_autofree char *pointer = jw_pointer(base, min == NULL ? "min" : "max");
    if (((min == NULL) != (max == NULL) || json_number_value(min) > json_number_value(max))
        && !is_noted(violations, pointer)) {
        return jw_violations_add(violations, pointer,
                                 "min and max go together, and min is the smaller one");
    }
    return true;
}

/* What the tables cannot check, of what they found nothing wrong with. */
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
        ok = check_format(item, base, violations) && ok;
        ok = check_marks(item, base, violations) && ok;
        ok = check_cases(item, base, fields, violations) && ok;
        ok = check_limits(item, base, violations) && ok;
        ok = check_name(value, item, base, fields, violations) && ok;
    }
    if (i == 0) {
        return ok; /* the tables want some */
    }
    ok = check_reference(value, "idField", fields, violations) && ok;
    return check_reference(value, "dateField", fields, violations) && ok;
}

bool
jc_mapping_check(const json_t *value, JwViolations *violations)
{
    const bool fits = jw_check_object(value, mapping_fields, "", violations);

    return check_meaning(value, violations) && fits;
}
