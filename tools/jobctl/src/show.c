/* show.c: JSON of the API as aligned columns and lines. One thread. */
#include "show.h"

#include <jansson.h>
#include <stdarg.h>
#include <string.h>

#include "table.h"
#include "jw/json.h"
#include "jw/text.h"

/* The value at a path of names with dots between; NULL: none. */
static const json_t *
value_at(const json_t *object, const char *path)
{
    g_auto(GStrv) names = g_strsplit(path, ".", -1);

    for (size_t i = 0; names[i] != NULL && object != NULL; i++) {
        object = json_object_get(object, names[i]);
    }
    return object;
}

const char *
jc_show_text(const json_t *object, const char *path)
{
    const char *text = json_string_value(value_at(object, path));

    return text != NULL ? text : "";
}

char *
jc_show_time(const char *time)
{
    int64_t time_ms = 0;

    if (!jw_time_parse(time, &time_ms, NULL)) {
        return g_strdup(time);
    }
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(time_ms / 1000);
    g_autoptr(GDateTime) here = g_date_time_to_local(utc);
    return g_date_time_format(here, "%Y-%m-%d %H:%M:%S");
}

/* An item of a list by what it is called: a dimension by its name, a mail by its address. */
static void
add_item(GString *text, const json_t *item)
{
    static const char *const names[] = { "name", "message", "email" };
    const char *word = json_string_value(item);
    const char *status = jc_show_text(item, "status");

    for (size_t i = 0; word == NULL && i < G_N_ELEMENTS(names); i++) {
        word = json_string_value(json_object_get(item, names[i]));
    }
    if (word != NULL) {
        g_string_append_printf(text, "%s%s%s%s", text->len > 0 ? ", " : "", word,
                               status[0] != '\0' ? ": " : "", status);
    }
}

static char *
plain_text(const json_t *value)
{
    GString *text = g_string_new(json_string_value(value));
    const json_t *item = NULL;
    size_t i = 0;

    json_array_foreach(value, i, item)
    {
        add_item(text, item);
    }
    if (json_is_number(value) || json_is_boolean(value)) {
        g_autofree char *number = jw_json_dump(value, JSON_ENCODE_ANY);
        g_string_assign(text, number);
    }
    return g_string_free(text, FALSE);
}

/* NULL: there is nothing. (transfer full) */
static char *
cell_text(const json_t *object, const JcShow *show)
{
    const json_t *value = value_at(object, show->path);
    const int64_t number = (int64_t)json_number_value(value);

    if (value == NULL) {
        return NULL;
    }
    switch (show->kind) {
    case JC_SHOW_TEXT:
        return plain_text(value);
    case JC_SHOW_TIME:
        return jc_show_time(json_is_string(value) ? json_string_value(value) : "");
    case JC_SHOW_COUNT:
        return jc_count_text(number);
    case JC_SHOW_PERCENT:
        return g_strdup_printf("%d%%", (int)number);
    case JC_SHOW_BYTES:
        return jw_text_bytes(number);
    case JC_SHOW_JSON:
        return jw_json_dump(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
    }
    return NULL;
}

void
jc_show_json(const JcContext *context, const json_t *value)
{
    g_autofree char *text = jw_json_dump(value, JSON_SORT_KEYS | JSON_INDENT(2));

    fprintf(context->out, "%s\n", text);
}

void
jc_print(FILE *file, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *plain = jw_text_lines(text);
    fputs(plain, file);
}

static bool
is_shown(const JcShow *show, JcAs as)
{
    return !show->wide || as == JC_AS_WIDE;
}

void
jc_show_list(const JcContext *context, JcAs as, const JcShow *columns, const json_t *items)
{
    const json_t *item = NULL;
    size_t n = 0, i = 0;

    if (as == JC_AS_JSON) {
        jc_show_json(context, items);
        return;
    }
    for (const JcShow *column = columns; column->head != NULL; column++) {
        n += is_shown(column, as) ? 1 : 0;
    }
    g_autoptr(JcTable) table = jc_table_new(n);
    for (const JcShow *column = columns; column->head != NULL; column++) {
        if (is_shown(column, as)) {
            jc_table_add(table, column->head);
        }
    }
    json_array_foreach(items, i, item)
    {
        for (const JcShow *column = columns; column->head != NULL; column++) {
            g_autofree char *text = cell_text(item, column);
            if (is_shown(column, as)) {
                jc_table_add(table, text);
            }
        }
    }
    jc_table_print(table, context->out);
}

void
jc_show_one(const JcContext *context, JcAs as, const JcShow *lines, const json_t *object)
{
    g_autoptr(JcTable) table = jc_table_new(2);

    if (as == JC_AS_JSON) {
        jc_show_json(context, object);
        return;
    }
    for (const JcShow *line = lines; line->head != NULL; line++) {
        g_autofree char *text = is_shown(line, as) ? cell_text(object, line) : NULL;
        if (text != NULL && text[0] != '\0') {
            jc_table_add(table, line->head);
            jc_table_add(table, text);
        }
    }
    jc_table_print(table, context->out);
}
