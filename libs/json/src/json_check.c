/* json_check.c: the table-driven checker: one walk over a value notes every violation with its
 * pointer. Any thread, no state. Used for REST bodies, Kafka commands, definitions, mappings and
 * schedules, so that their messages are the same. */
#include "jw/json_parts.h"

#include "jw/text.h"

#include <string.h>

typedef struct {
    GString *path; /* pointer of the value being checked */
    JwViolations *violations;
    bool parameters;  /* of a query string: all values are strings */
    unsigned partial; /* how many levels of objects from here on may be incomplete */
    bool ok;
} Walk;

static void check_value(Walk *walk, const json_t *value, const JwField *field);

/* The list is full: further violations are not reported. */
static bool
full(const Walk *walk)
{
    return jw_violations_count(walk->violations) >= JW_VIOLATIONS_MAX;
}

/* Notes a violation at the current place. */
static void G_GNUC_PRINTF(2, 3) violation(Walk *walk, const char *format, ...)
{
    g_autofree char *message = NULL;
    va_list args;

    walk->ok = false;
    if (full(walk)) {
        return;
    }
    va_start(args, format);
    message = g_strdup_vprintf(format, args);
    va_end(args);
    (void)jw_violations_add(walk->violations, walk->path->str, "%s", message);
}

static const char *
type_name(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "true or false";
    case JSON_NULL:
        return "null";
    }
    return "something else";
}

static const struct {
    const char *name;
    unsigned accepts; /* bits of json_type */
} types[] = {
    [JW_FIELD_STRING] = { "a string", 1u << JSON_STRING },
    [JW_FIELD_BOOL] = { "true or false", 1u << JSON_TRUE | 1u << JSON_FALSE },
    [JW_FIELD_INT] = { "a whole number", 1u << JSON_INTEGER },
    [JW_FIELD_NUMBER] = { "a number", 1u << JSON_INTEGER | 1u << JSON_REAL },
    [JW_FIELD_OBJECT] = { "an object", 1u << JSON_OBJECT },
    [JW_FIELD_ARRAY] = { "an array", 1u << JSON_ARRAY },
    [JW_FIELD_MAP] = { "an object", 1u << JSON_OBJECT },
    [JW_FIELD_ANY] = { "any value", ~0u },
};

static bool
has_type(const json_t *value, JwFieldType type)
{
    return (types[type].accepts & 1u << json_typeof(value)) != 0;
}

/* "an array", "an array or an object". (transfer full) */
static char *
type_names(const JwField *field)
{
    GString *names = g_string_new(types[field->type].name);

    for (const JwField *other = field->otherwise; other != NULL; other = other->otherwise) {
        g_string_append_printf(names, " or %s", types[other->type].name);
    }
    return g_string_free(names, FALSE);
}

/* The form of @field that has the value's type; NULL: none, noted. */
static const JwField *
form_of(Walk *walk, const json_t *value, const JwField *field)
{
    for (const JwField *form = field; form != NULL; form = form->otherwise) {
        if (has_type(value, form->type)) {
            return form;
        }
    }
    g_autofree char *names = type_names(field);
    if (json_is_null(value)) {
        violation(walk, "must be %s, not null; leave it out when there is none", names);
    } else {
        violation(walk, "must be %s, not %s", names, type_name(value));
    }
    return NULL;
}

static const JwField *
find_field(const JwField *fields, const char *name)
{
    for (const JwField *field = fields; field->name != NULL; field++) {
        if (strcmp(field->name, name) == 0) {
            return field;
        }
    }
    return NULL;
}

static void
violation_unknown(Walk *walk, const JwField *fields, const char *name)
{
    if (full(walk)) {
        walk->ok = false;
        return;
    }
    JwNearest nearest = jw_nearest_begin(name);
    g_autoptr(GString) known = g_string_new(NULL);

    for (const JwField *field = fields; field->name != NULL; field++) {
        jw_nearest_offer(&nearest, field->name);
        g_string_append_printf(known, "%s%s", known->len > 0 ? ", " : "", field->name);
    }
    const char *what = walk->parameters ? "is not a query parameter here" : "is not known";
    if (nearest.name != NULL) {
        violation(walk, "%s; did you mean '%s'?", what, nearest.name);
    } else if (known->len == 0) {
        violation(walk, "%s: none may be given; leave it out", what);
    } else {
        violation(walk, "%s; known %s: %s", what, walk->parameters ? "are" : "here", known->str);
    }
}

static void
check_members(Walk *walk, const json_t *value, const JwField *fields)
{
    json_t *object = jw_json_mutable(value);
    const char *name = NULL;
    json_t *member = NULL;
    const size_t length = walk->path->len;
    const unsigned partial = walk->partial;

    walk->partial = partial > 0 ? partial - 1 : 0;
    json_object_foreach(object, name, member)
    {
        const JwField *field = find_field(fields, name);
        jw_pointer_append(walk->path, name);
        if (field != NULL) {
            check_value(walk, member, field);
        } else {
            violation_unknown(walk, fields, name);
        }
        g_string_truncate(walk->path, length);
    }
    walk->partial = partial;
    for (const JwField *field = fields; partial == 0 && field->name != NULL; field++) {
        if ((field->flags & JW_FIELD_REQUIRED) != 0
            && json_object_get(value, field->name) == NULL) {
            jw_pointer_append(walk->path, field->name);
            violation(walk, "is required");
            g_string_truncate(walk->path, length);
        }
    }
}

static bool
count_fits(Walk *walk, size_t count, const JwField *field, const char *unit)
{
    if (field->min == 0 && field->max == 0) {
        return true;
    }
    if (count == 0 && field->min == 1) {
        violation(walk, "must not be empty");
        return false;
    }
    if (count < (size_t)field->min) {
        violation(walk, "must have at least %" G_GINT64_FORMAT " %s", field->min, unit);
        return false;
    }
    if (count > (size_t)field->max) {
        violation(walk, "must have at most %" G_GINT64_FORMAT " %s, not %zu", field->max, unit,
                  count);
        return false;
    }
    return true;
}

/* "red, green"; in quotes when one of them is no word: "',', ';', '\t'". (transfer full) */
static char *
list_values(const char *const *values)
{
    GString *known = g_string_new(NULL);
    bool words = true;

    for (size_t i = 0; values[i] != NULL; i++) {
        words = words && g_ascii_isalnum(values[i][0]);
    }
    for (size_t i = 0; values[i] != NULL; i++) {
        g_autofree char *shown = g_strescape(values[i], NULL);
        g_string_append_printf(known, words ? "%s%s" : "%s'%s'", i > 0 ? ", " : "", shown);
    }
    return g_string_free(known, FALSE);
}

static bool
value_listed(Walk *walk, const char *text, const JwField *field)
{
    const char *bare = field->prefix != NULL ? jw_skip_prefix(text, field->prefix) : text;

    if (g_strv_contains(field->values, bare)) {
        return true;
    }
    g_autofree char *echo = jw_echo(text);
    g_autofree char *known = list_values(field->values);
    violation(walk, "must be one of %s, not '%s'", known, echo);
    return false;
}

static void
check_text(Walk *walk, const json_t *value, const JwField *field)
{
    const char *text = json_string_value(value);
    g_autofree char *wrong = NULL;

    if (!jw_text_clean(text, json_string_length(value))) {
        violation(walk, "must not contain control characters");
        return;
    }
    if ((field->flags & JW_FIELD_LINES) == 0 && strpbrk(text, "\r\n\t") != NULL) {
        violation(walk, "must be one line, without tabs");
        return;
    }
    if (!count_fits(walk, (size_t)g_utf8_strlen(text, -1), field, "characters")) {
        return;
    }
    if (field->values != NULL && !value_listed(walk, text, field)) {
        return;
    }
    wrong = field->check != NULL ? field->check(text) : NULL;
    if (wrong != NULL) {
        violation(walk, "%s", wrong);
    }
}

static void
check_number(Walk *walk, const json_t *value, const JwField *field)
{
    double number = json_number_value(value);

    if (field->min == 0 && field->max == 0) {
        return;
    }
    if (number < (double)field->min || number > (double)field->max) {
        violation(walk, "must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, field->min,
                  field->max);
    }
}

static void
check_parameter(Walk *walk, const json_t *value, const JwField *field)
{
    const char *text = json_string_value(value);
    bool limited = field->min != 0 || field->max != 0;
    int64_t number = 0;

    if (field->type == JW_FIELD_BOOL && strcmp(text, "true") != 0 && strcmp(text, "false") != 0) {
        violation(walk, "must be true or false");
    } else if (field->type == JW_FIELD_INT
               && !jw_text_int64(text, field->name, limited ? field->min : INT64_MIN,
                                 limited ? field->max : INT64_MAX, &number, NULL)) {
        g_autofree char *range = g_strdup_printf(" from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                                                 field->min, field->max);
        violation(walk, "must be a whole number%s", limited ? range : "");
    } else if (field->type == JW_FIELD_STRING) {
        check_text(walk, value, field);
    }
}

static void
check_array(Walk *walk, const json_t *value, const JwField *field)
{
    g_autoptr(GHashTable) seen = NULL;
    const size_t length = walk->path->len;
    const unsigned partial = walk->partial;
    const json_t *item = NULL;
    size_t i = 0;

    if (!count_fits(walk, json_array_size(value), field, "items")) {
        return;
    }
    if ((field->flags & JW_FIELD_UNIQUE) != 0) {
        seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    }
    walk->partial = 0; /* items are taken whole */
    json_array_foreach(value, i, item)
    {
        g_string_append_printf(walk->path, "/%zu", i);
        check_value(walk, item, field->item);
        if (seen != NULL && json_is_string(item)
            && !g_hash_table_add(seen, g_strdup(json_string_value(item)))) {
            violation(walk, "is given twice");
        }
        g_string_truncate(walk->path, length);
    }
    walk->partial = partial;
}

static void
check_map(Walk *walk, const json_t *value, const JwField *field)
{
    json_t *object = jw_json_mutable(value);
    const size_t length = walk->path->len;
    const char *name = NULL;
    json_t *member = NULL;

    if (!count_fits(walk, json_object_size(value), field, "members")) {
        return;
    }
    json_object_foreach(object, name, member)
    {
        g_autofree char *wrong = field->check != NULL ? field->check(name) : NULL;
        jw_pointer_append(walk->path, name);
        if (wrong != NULL) {
            violation(walk, "%s", wrong);
        }
        check_value(walk, member, field->item);
        g_string_truncate(walk->path, length);
    }
}

static void
check_value(Walk *walk, const json_t *value, const JwField *field)
{
    if (walk->parameters) {
        check_parameter(walk, value, field);
        return;
    }
    field = form_of(walk, value, field);
    if (field == NULL) {
        return;
    }
    switch (field->type) {
    case JW_FIELD_STRING:
        check_text(walk, value, field);
        return;
    case JW_FIELD_INT:
    case JW_FIELD_NUMBER:
        check_number(walk, value, field);
        return;
    case JW_FIELD_OBJECT:
        check_members(walk, value, field->fields);
        return;
    case JW_FIELD_ARRAY:
        check_array(walk, value, field);
        return;
    case JW_FIELD_MAP:
        check_map(walk, value, field);
        return;
    case JW_FIELD_BOOL:
    case JW_FIELD_ANY:
        return;
    }
}

bool
jw_check_partial(const json_t *value, const JwField *fields, unsigned levels, const char *base,
                 JwViolations *violations)
{
    const JwField root = { .name = "", .type = JW_FIELD_OBJECT, .fields = fields };
    g_autoptr(GString) path = g_string_new(base);
    Walk walk = { .path = path, .violations = violations, .partial = levels, .ok = true };

    check_value(&walk, value, &root);
    return walk.ok;
}

bool
jw_check_object(const json_t *value, const JwField *fields, const char *base,
                JwViolations *violations)
{
    return jw_check_partial(value, fields, 0, base, violations);
}

bool
jw_check_parameters(const json_t *values, const JwField *fields, JwViolations *violations)
{
    g_autoptr(GString) path = g_string_new(NULL);
    Walk walk = { .path = path, .violations = violations, .parameters = true, .ok = true };

    check_members(&walk, values, fields);
    return walk.ok;
}
