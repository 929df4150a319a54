/* import/record.c: applies a mapping. One thread.
 * Each field is first a string: its cells trimmed and joined, then translated by `values`. Types
 * are read from that string, and the cases of derived fields compare it. */
#include "import/record.h"

#include <math.h>
#include <string.h>

#include "import/cell.h"
#include "import/when.h"
#include "jw/text.h"

#define TEXT_MAX_BYTES 65536u
#define ID_MAX_BYTES   200u

typedef struct {
    const JcMapField *map;
    guint *columns; /* indexes into the row */
    size_t n_columns;
    JcDate *date;
    JcSpan *span;
    GString *text; /* of the current row */
    char *label;   /* "Date + Time": how violations name it */
} Field;

struct _JcRecordBuilder {
    const JcMapping *mapping;
    GPtrArray *fields; /* of Field */
    GPtrArray *names;  /* borrowed, NULL-terminated */
    size_t n_head;
    GString *whole; /* scratch */
};

static void
field_free(gpointer data)
{
    Field *field = data;

    g_free(field->columns);
    jc_date_free(field->date);
    jc_span_free(field->span);
    (void)g_string_free(field->text, TRUE);
    g_free(field->label);
    g_free(field);
}

void
jc_row_violation_free(gpointer violation)
{
    g_free(((JcRowViolation *)violation)->reason);
    g_free(violation);
}

static bool G_GNUC_PRINTF(3, 4)
    refuse(GPtrArray *violations, const char *column, const char *format, ...)
{
    JcRowViolation *violation = g_new0(JcRowViolation, 1);
    va_list args;

    va_start(args, format);
    violation->reason = g_strdup_vprintf(format, args);
    va_end(args);
    violation->column = column;
    g_ptr_array_add(violations, violation);
    return false;
}

static Field *
field_new(const JcMapField *map, GError **error)
{
    Field *field = g_new0(Field, 1);

    field->map = map;
    field->n_columns = g_strv_length(map->columns);
    field->columns = g_new0(guint, field->n_columns + 1);
    field->text = g_string_new(NULL);
    field->label = g_strjoinv(" + ", map->columns);
    if (map->type == JC_MAP_DATETIME) {
        field->date = jc_date_new(map->format, map->time_zone, error);
    } else if (map->type == JC_MAP_DURATION) {
        field->span = jc_span_new(map->format, error);
    }
    return field;
}

JcRecordBuilder *
jc_record_builder_new(const JcMapping *mapping, GError **error)
{
    g_return_val_if_fail(mapping != NULL, NULL);
    g_autoptr(JcRecordBuilder) self = g_new0(JcRecordBuilder, 1);
    g_autoptr(GError) cause = NULL;

    self->mapping = mapping;
    self->fields = g_ptr_array_new_with_free_func(field_free);
    self->names = g_ptr_array_new();
    self->whole = g_string_new(NULL);
    for (guint i = 0; cause == NULL && i < mapping->fields->len; i++) {
        const JcMapField *map = &g_array_index(mapping->fields, JcMapField, i);
        g_ptr_array_add(self->fields, field_new(map, &cause));
        g_ptr_array_add(self->names, map->field);
    }
    g_ptr_array_add(self->names, NULL);
    if (cause != NULL) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return NULL;
    }
    return g_steal_pointer(&self);
}

void
jc_record_builder_free(gpointer self)
{
    JcRecordBuilder *builder = self;

    if (builder == NULL) {
        return;
    }
    g_ptr_array_unref(builder->fields);
    g_ptr_array_unref(builder->names);
    (void)g_string_free(builder->whole, TRUE);
    g_free(builder);
}

const char *const *
jc_record_builder_fields(const JcRecordBuilder *self)
{
    return (const char *const *)self->names->pdata;
}

static char *
column_name(const JcCell *cell)
{
    size_t start = 0, end = 0;

    jc_cell_trim(cell->text, cell->length, &start, &end);
    return g_strndup(cell->text + start, end - start);
}

/* Column name → its index + 1; those that are there twice go into @problems. */
static GHashTable *
read_head(const JcCsvRow *head, GString *problems)
{
    GHashTable *columns = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < head->n_cells; i++) {
        char *name = column_name(&head->cells[i]);
        if (name[0] != '\0' && g_hash_table_contains(columns, name)) {
            g_string_append_printf(problems, "%scolumn '%s' is there twice",
                                   problems->len > 0 ? "; " : "", name);
        }
        g_hash_table_replace(columns, name, GUINT_TO_POINTER(i + 1));
    }
    return columns;
}

static char *
list_head(const JcCsvRow *head)
{
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < head->n_cells && i < 40; i++) {
        g_autofree char *name = column_name(&head->cells[i]);
        g_autofree char *shown = jc_cell_show(name, strlen(name));
        g_string_append_printf(text, "%s'%s'", i > 0 ? ", " : "", shown);
    }
    return g_string_free(text, FALSE);
}

bool
jc_record_builder_set_head(JcRecordBuilder *self, const JcCsvRow *head, GError **error)
{
    g_autoptr(GString) problems = g_string_new(NULL);

    if (head->violation != NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "the first line cannot be read: %s",
                       head->violation);
    }
    for (size_t i = 0; i < head->n_cells; i++) {
        g_autofree char *fault = jc_cell_fault(head->cells[i].text, head->cells[i].length);
        if (fault != NULL) {
            return jw_fail(error, JW_ERROR_INVALID, "the name of column %zu cannot be read: %s",
                           i + 1, fault);
        }
    }
    g_autoptr(GHashTable) columns = read_head(head, problems);
    g_autoptr(GHashTable) missing = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < self->fields->len; i++) {
        Field *field = g_ptr_array_index(self->fields, i);
        for (size_t c = 0; c < field->n_columns; c++) {
            char *name = field->map->columns[c];
            const guint at = GPOINTER_TO_UINT(g_hash_table_lookup(columns, name));
            if (at == 0 && g_hash_table_add(missing, name)) {
                g_autofree char *shown = jc_cell_show(name, strlen(name));
                g_string_append_printf(problems, "%scolumn '%s' is missing",
                                       problems->len > 0 ? "; " : "", shown);
            }
            field->columns[c] = at > 0 ? at - 1 : 0;
        }
    }
    if (problems->len > 0) {
        g_autofree char *there = list_head(head);
        return jw_fail(
            error, JW_ERROR_INVALID,
            "%s. The first line has %s; correct it, or name these columns in the mapping",
            problems->str, there);
    }
    self->n_head = head->n_cells;
    return true;
}

static bool
refuse_text(const Field *field, GPtrArray *violations, const char *why)
{
    g_autofree char *shown = jc_cell_show(field->text->str, field->text->len);

    return refuse(violations, field->label, "'%s' %s", shown, why);
}

/* Joins the field's cells into its string, through `values`. */
static bool
read_text(Field *field, const JcCsvRow *row, GPtrArray *violations)
{
    g_string_truncate(field->text, 0);
    for (size_t c = 0; c < field->n_columns; c++) {
        const JcCell *cell = &row->cells[field->columns[c]];
        size_t start = 0, end = 0;
        jc_cell_trim(cell->text, cell->length, &start, &end);
        if (end > start) {
            g_string_append_printf(field->text, "%s", field->text->len > 0 ? " " : "");
            g_string_append_len(field->text, cell->text + start, (gssize)(end - start));
        }
    }
    if (field->text->len > TEXT_MAX_BYTES) {
        return refuse(violations, field->label, "longer than 64 KiB");
    }
    g_autofree char *fault = jc_cell_fault(field->text->str, field->text->len);
    if (fault != NULL) {
        return refuse(violations, field->label, "%s", fault);
    }
    if (field->map->values != NULL && field->text->len > 0) {
        const char *meant = g_hash_table_lookup(field->map->values, field->text->str);
        if (meant != NULL) {
            g_string_assign(field->text, meant);
        } else if (field->map->values_strict) {
            return refuse_text(field, violations, "is not one of the mapping's values");
        }
    }
    return true;
}

static bool
check_limits(const Field *field, double number, GPtrArray *violations)
{
    const JcMapField *map = field->map;

    if (map->min <= map->max && (number < map->min || number > map->max)) {
        return refuse(violations, field->label, "%.60s is not between %.15g and %.15g",
                      field->text->str, map->min, map->max);
    }
    return true;
}

/* What to do about a number with other marks than the mapping's: "1.234,5" is what it expects, or
 * it may name some. (transfer full) */
static char *
marks_cure(const JcMapField *map, const char *why)
{
    const bool real = map->type == JC_MAP_REAL;
    const char group[] = { map->thousands, '\0' };

    if (map->thousands == '\0' && (!real || map->decimal == '.')) {
        return g_strdup_printf("%s; the mapping can name its %s", why,
                               real ? "marks (\"decimal\", \"thousands\")"
                                    : "mark (\"thousands\")");
    }
    return real ? g_strdup_printf("%s as the mapping expects it: 1%s234%c56", why, group,
                                  map->decimal)
                : g_strdup_printf("%s as the mapping expects it: 1%s234", why, group);
}

/* Would it be a number with other marks? */
static bool
refuse_number(const Field *field, GPtrArray *violations, const char *why)
{
    static const char *const marks[] = { ",.", ".,", ", ", ". ", ".'", ",'" };
    const bool real = field->map->type == JC_MAP_REAL;
    const char *const allowed = real ? "-0123456789." : "-0123456789";
    const char *text = field->text->str;

    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
        g_autofree char *number = jc_cell_number(text, marks[i][0], marks[i][1]);
        const bool marked =
            number != NULL && (strcmp(number, text) != 0 || (real && strpbrk(text, ".,") != NULL));
        if (marked && number[strspn(number, allowed)] == '\0') {
            g_autofree char *cure = marks_cure(field->map, why);
            return refuse_text(field, violations, cure);
        }
    }
    return refuse_text(field, violations, why);
}

static bool
read_real(const Field *field, JwValue *value, GPtrArray *violations)
{
    g_autofree char *text =
        jc_cell_number(field->text->str, field->map->decimal, field->map->thousands);
    char *end = NULL;
    const double number = text != NULL ? g_ascii_strtod(text, &end) : 0.0;

    if (text == NULL || end == text || *end != '\0'
        || strspn(text, "0123456789.eE+-") != strlen(text) || text[0] == '+' || !isfinite(number)) {
        return refuse_number(field, violations, "is not a number");
    }
    value->type = JW_VALUE_REAL;
    value->real = number;
    return check_limits(field, number, violations);
}

static bool
read_int(const Field *field, JwValue *value, GPtrArray *violations)
{
    g_autoptr(GError) cause = NULL;
    g_autofree char *text = jc_cell_number(field->text->str, '.', field->map->thousands);

    if (text == NULL || !jw_text_int64(text, "it", INT64_MIN, INT64_MAX, &value->integer, &cause)) {
        return refuse_number(field, violations, "is not a whole number");
    }
    value->type = JW_VALUE_INT;
    return check_limits(field, (double)value->integer, violations);
}

static bool
read_bool(Field *field, JwValue *value, GPtrArray *violations)
{
    static const char *const words[] = { "false", "true", "no", "yes", "0", "1", "n", "y" };

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (g_ascii_strcasecmp(field->text->str, words[i]) == 0) {
            value->type = JW_VALUE_BOOL;
            value->boolean = i % 2 == 1;
            g_string_assign(field->text, value->boolean ? "true" : "false");
            return true;
        }
    }
    return refuse_text(field, violations, "is neither true nor false");
}

static bool
read_date(const Field *field, JwValue *value, GPtrArray *violations)
{
    g_autoptr(GError) cause = NULL;

    if (!jc_date_parse(field->date, field->text->str, &value->time_ms, &cause)) {
        return refuse(violations, field->label, "%s", jw_error_message(cause));
    }
    value->type = JW_VALUE_TIME;
    return true;
}

static bool
read_span(const Field *field, JwValue *value, GPtrArray *violations)
{
    g_autoptr(GError) cause = NULL;

    if (!jc_span_parse(field->span, field->text->str, &value->integer, &cause)) {
        return refuse(violations, field->label, "%s", jw_error_message(cause));
    }
    value->type = JW_VALUE_INT;
    return check_limits(field, (double)value->integer, violations);
}

/* The string of an earlier field of the record. */
static const char *
earlier_text(const JcRecordBuilder *self, const char *name)
{
    for (guint i = 0; i < self->fields->len; i++) {
        const Field *field = g_ptr_array_index(self->fields, i);
        if (strcmp(field->map->field, name) == 0) {
            return field->text->str;
        }
    }
    return "";
}

static void
derive(const JcRecordBuilder *self, Field *field)
{
    g_string_truncate(field->text, 0);
    for (guint i = 0; i < field->map->when->len; i++) {
        const JcMapCase *one = &g_array_index(field->map->when, JcMapCase, i);
        if (one->source_field == NULL
            || g_strv_contains((const char *const *)one->equals,
                               earlier_text(self, one->source_field))) {
            g_string_assign(field->text, one->value);
            return;
        }
    }
}

static void
take_text(const Field *field, GStringChunk *strings, JwValue *value)
{
    value->type = JW_VALUE_TEXT;
    value->text = g_string_chunk_insert_len(strings, field->text->str, (gssize)field->text->len);
    value->length = field->text->len;
}

static bool
read_value(Field *field, GStringChunk *strings, JwValue *value, GPtrArray *violations)
{
    if (field->text->len == 0) {
        return !field->map->required || refuse(violations, field->label, "is empty");
    }
    switch (field->map->type) {
    case JC_MAP_TEXT:
    case JC_MAP_CONST:
        take_text(field, strings, value);
        return true;
    case JC_MAP_INT:
        return read_int(field, value, violations);
    case JC_MAP_REAL:
        return read_real(field, value, violations);
    case JC_MAP_BOOL:
        return read_bool(field, value, violations);
    case JC_MAP_DATETIME:
        return read_date(field, value, violations);
    case JC_MAP_DURATION:
        return read_span(field, value, violations);
    }
    return true;
}

static bool
take_id(const JcRecordBuilder *self, GStringChunk *strings, const char **ret_id,
        GPtrArray *violations)
{
    const char *id_field = self->mapping->id_field;
    const char *id = id_field != NULL ? earlier_text(self, id_field) : "";

    *ret_id = NULL;
    if (strlen(id) > ID_MAX_BYTES) {
        return refuse(violations, NULL, "the id is longer than %u bytes", ID_MAX_BYTES);
    }
    if (id[0] != '\0') {
        *ret_id = g_string_chunk_insert(strings, id);
    }
    return true;
}

bool
jc_record_builder_apply(JcRecordBuilder *self, const JcCsvRow *row, GStringChunk *strings,
                        JwValue *values, const char **ret_id, GPtrArray *violations)
{
    bool good = true;

    if (row->violation != NULL) {
        return refuse(violations, NULL, "%s", row->violation);
    }
    if (row->n_cells != self->n_head) {
        return refuse(violations, NULL, "has %zu cells, the first line has %zu", row->n_cells,
                      self->n_head);
    }
    for (guint i = 0; i < self->fields->len; i++) {
        Field *field = g_ptr_array_index(self->fields, i);
        values[i] = (JwValue){ .type = JW_VALUE_NULL };
        if (field->map->type == JC_MAP_CONST) {
            derive(self, field);
        } else if (!read_text(field, row, violations)) {
            good = false;
            continue;
        }
        good = read_value(field, strings, &values[i], violations) && good;
    }
    return take_id(self, strings, ret_id, violations) && good;
}
