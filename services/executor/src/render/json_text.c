/* render/json_text.c: see render/json_text.h. */
#include "render/json_text.h"

#include <math.h>
#include <string.h>

#include "jw/text.h"
#include "render/text.h"

void
exe_json_init(ExeJson *self, GString *out, GTimeZone *zone)
{
    *self = (ExeJson){ .out = out, .zone = { .zone = zone }, .scratch = g_string_new(NULL) };
}

void
exe_json_clear(ExeJson *self)
{
    if (self->scratch != NULL) {
        g_string_free(self->scratch, TRUE);
    }
    *self = (ExeJson){ 0 };
}

/* The two-letter form of a character that must be escaped; 0: it has none. */
static char
short_escape(char c)
{
    static const char controls[] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'
    };

    return c == '"' || c == '\\'                 ? c
           : (unsigned char)c < sizeof(controls) ? controls[(unsigned char)c]
                                                 : '\0';
}

static void
append_string(ExeJson *self, const char *text, size_t length)
{
    size_t n = 0;
    const char *sane = jw_text_sane(self->scratch, text, length, &n);
    GString *out = self->out;
    size_t begin = 0;

    g_string_append_c(out, '"');
    for (size_t i = 0; i < n; i++) {
        const char c = sane[i];
        if ((unsigned char)c >= 0x20 && c != '"' && c != '\\') {
            continue;
        }
        g_string_append_len(out, sane + begin, (gssize)(i - begin));
        begin = i + 1;
        const char escape = short_escape(c);
        if (escape != '\0') {
            g_string_append_c(out, '\\');
            g_string_append_c(out, escape);
        } else {
            g_string_append_printf(out, "\\u%04x", (unsigned)c);
        }
    }
    g_string_append_len(out, sane + begin, (gssize)(n - begin));
    g_string_append_c(out, '"');
}

void
exe_json_text(ExeJson *self, const char *text)
{
    if (text == NULL) {
        g_string_append(self->out, "null");
    } else {
        append_string(self, text, strlen(text));
    }
}

void
exe_json_value(ExeJson *self, const JwValue *value, JwFormat format)
{
    char buffer[JW_TEXT_REAL_MAX];
    GString *out = self->out;

    switch (value->type) {
    case JW_VALUE_NULL:
        g_string_append(out, "null");
        break;
    case JW_VALUE_BOOL:
        g_string_append(out, value->boolean ? "true" : "false");
        break;
    case JW_VALUE_INT:
        exe_text_append_int(out, value->integer);
        break;
    case JW_VALUE_REAL:
        g_string_append(out, isfinite(value->real) ? jw_text_real(value->real, buffer) : "null");
        break;
    case JW_VALUE_TEXT:
        append_string(self, value->text, value->length);
        break;
    case JW_VALUE_TIME:
        g_string_append_c(out, '"');
        exe_text_append_time(out, &self->zone, value->time_ms, format == JW_FORMAT_DATE);
        g_string_append_c(out, '"');
        break;
    }
}

void
exe_json_key(ExeJson *self, const char *name, bool first)
{
    if (!first) {
        g_string_append_c(self->out, ',');
    }
    exe_json_text(self, name);
    g_string_append_c(self->out, ':');
}

/* Adds @name, or "name_2" where it is taken. */
static void
add_name(GPtrArray *names, const char *name)
{
    char *unique = g_strdup(name);

    for (int n = 2; g_ptr_array_find_with_equal_func(names, unique, g_str_equal, NULL); n++) {
        g_free(unique);
        unique = g_strdup_printf("%s_%d", name, n);
    }
    g_ptr_array_add(names, unique);
}

GPtrArray *
exe_json_keys(const GPtrArray *names)
{
    GPtrArray *keys = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) text = g_string_new(NULL);
    ExeJson json;

    exe_json_init(&json, text, NULL);
    for (guint i = 0; i < names->len; i++) {
        g_string_truncate(text, 0);
        exe_json_key(&json, g_ptr_array_index(names, i), i == 0);
        g_ptr_array_add(keys, g_strdup(text->str));
    }
    exe_json_clear(&json);
    return keys;
}

GPtrArray *
exe_json_list_names(const JwReportDef *def)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < def->columns->len; i++) {
        add_name(names, g_array_index(def->columns, JwColumnDef, i).field);
    }
    return names;
}

const char *
exe_json_column_role(JwColumnRole role)
{
    static const char *const names[] = { [JW_COLUMN_VALUE] = "value",
                                         [JW_COLUMN_PREVIOUS] = "previous",
                                         [JW_COLUMN_DIFFERENCE] = "difference",
                                         [JW_COLUMN_PERCENT] = "percent" };

    return names[role];
}

GPtrArray *
exe_json_table_names(const JwReportTable *table)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

    for (size_t i = 0; i < table->n_columns; i++) {
        const JwReportColumn *column = &table->columns[i];
        const bool plain = column->role == JW_COLUMN_VALUE;
        g_autofree char *name = g_strconcat(
            column->head != NULL ? column->head : "", column->head != NULL ? "." : "", column->name,
            plain ? "" : ".", plain ? "" : exe_json_column_role(column->role), NULL);
        add_name(names, name);
    }
    return names;
}

const char *
exe_json_row_kind(JwRowKind kind)
{
    static const char *const names[] = {
        [JW_ROW_GROUP] = "group", [JW_ROW_SUBTOTAL] = "subtotal", [JW_ROW_TOTAL] = "total"
    };

    return names[kind];
}

const char *
exe_json_level(JwLevel level)
{
    static const char *const names[] = { [JW_LEVEL_NONE] = NULL,
                                         [JW_LEVEL_GOOD] = "good",
                                         [JW_LEVEL_WARN] = "warn",
                                         [JW_LEVEL_BAD] = "bad" };

    return names[level];
}
