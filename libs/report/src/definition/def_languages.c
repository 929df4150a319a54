/* definition/def_languages.c: see definition/def_languages.h. A translated definition is the
 * definition's JSON with other titles and labels, so that what reads a definition needs to know
 * nothing of languages. Any thread, no state. */
#include "definition/def_languages.h"

#include "definition/def_looks.h"
#include "jw/report_mail.h"

#include <string.h>

static const JwField sheet_title = { .type = JW_FIELD_STRING, .min = 1, .max = 31 };
static const JwField any_item = { .type = JW_FIELD_ANY };
static const JwField values_item = {
    .type = JW_FIELD_MAP, .min = 1, .max = 1000, .item = &jw_def_label_item
};
#define MAP(field, what)                                                                           \
    {                                                                                              \
        .name = (field), .type = JW_FIELD_MAP, .min = 1, .max = 200, .item = &(what)               \
    }
static const JwField language_fields[] = {
    { .name = "title", .type = JW_FIELD_STRING, .min = 1, .max = 100 },
    { .name = "listTitle", .type = JW_FIELD_STRING, .min = 1, .max = 31 },
    { .name = "filePrefix", .type = JW_FIELD_STRING, .check = jw_check_identifier },
    { .name = "mail", .type = JW_FIELD_OBJECT, .fields = jw_mail_texts_fields },
    MAP("labels", jw_def_label_item),
    MAP("columns", jw_def_label_item),
    MAP("tables", sheet_title),
    MAP("units", any_item),
    MAP("values", values_item),
    { .name = NULL },
};
const JwField jw_def_language_item = { .type = JW_FIELD_OBJECT, .fields = language_fields };

/* What a translation's members name: the items of a list by a key, whose member they set. */
static const struct {
    const char *map, *list, *key, *member;
} places[] = {
    { "labels", "dimensions", "name", "label" },  { "labels", "measures", "name", "label" },
    { "labels", "filters", "name", "label" },     { "columns", "columns", "field", "label" },
    { "units", "measures", "name", "unit" },      { "units", "columns", "field", "unit" },
    { "values", "dimensions", "name", "labels" }, { "values", "columns", "field", "labels" },
    { "tables", "tables", "title", "title" },
};

static json_t *
find_item(const json_t *definition, size_t place, const char *name)
{
    json_t *item = NULL;
    size_t i = 0;

    json_array_foreach(json_object_get(definition, places[place].list), i, item)
    {
        if (g_strcmp0(jw_json_text(item, places[place].key), name) == 0) {
            return item;
        }
    }
    return NULL;
}

/* Whether a name of a map is one of the definition. */
static bool
is_there(const json_t *definition, const char *map, const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        if (strcmp(places[i].map, map) == 0 && find_item(definition, i, name) != NULL) {
            return true;
        }
    }
    return false;
}

static void
check_map(const json_t *definition, const json_t *translation, const char *map, const char *base,
          JwViolations *violations)
{
    g_autofree char *at = jw_pointer(base, map);
    const char *name = NULL;
    json_t *value = NULL;

    json_object_foreach(json_object_get(translation, map), name, value)
    {
        g_autofree char *pointer = jw_pointer(at, name);
        if (!is_there(definition, map, name)) {
            (void)jw_violations_add(violations, pointer,
                                    "the definition has nothing of that name to translate");
        } else if (strcmp(map, "units") == 0) {
            jw_def_check_unit(value, pointer, violations);
        }
    }
}

void
jw_def_check_languages(const json_t *definition, JwViolations *violations)
{
    static const char *const maps[] = { "labels", "columns", "tables", "units", "values" };
    const char *own = jw_json_text(definition, "language");
    const char *language = NULL;
    json_t *translation = NULL;

    json_object_foreach(json_object_get(definition, "languages"), language, translation)
    {
        g_autofree char *base = jw_pointer("/languages", language);
        if (strcmp(language, own != NULL ? own : "en") == 0) {
            (void)jw_violations_add(violations, base,
                                    "is the definition's own language; leave it out");
        }
        for (size_t i = 0; i < G_N_ELEMENTS(maps); i++) {
            check_map(definition, translation, maps[i], base, violations);
        }
    }
}

static void
translate_map(json_t *definition, const json_t *translation, size_t place)
{
    const char *member = places[place].member;
    const char *name = NULL;
    json_t *value = NULL;

    json_object_foreach(json_object_get(translation, places[place].map), name, value)
    {
        json_t *item = find_item(definition, place, name);
        json_t *labels = json_object_get(item, "labels");
        if (item != NULL && strcmp(member, "labels") == 0 && labels != NULL) {
            json_object_update(labels, value); /* those that are not translated stay */
        } else if (item != NULL) {
            json_object_set(item, member, value);
        }
    }
}

/* All titles at once, for one may become what another was. */
static void
translate_titles(json_t *definition, const json_t *titles)
{
    const char *chart = jw_json_text(definition, "mailChartTable");
    json_t *chart_title = chart != NULL ? json_object_get(titles, chart) : NULL;
    json_t *table = NULL;
    size_t i = 0;

    json_array_foreach(json_object_get(definition, "tables"), i, table)
    {
        const char *title = jw_json_text(table, "title");
        json_t *translated = title != NULL ? json_object_get(titles, title) : NULL;
        if (translated != NULL) {
            json_object_set(table, "title", translated);
        }
    }
    if (chart_title != NULL) {
        json_object_set(definition, "mailChartTable", chart_title);
    }
}

/* Texts that are not translated stay. */
static void
translate_mail(json_t *definition, const json_t *translated)
{
    json_t *mail = json_object_get(definition, "mail");

    if (translated != NULL && mail != NULL) {
        json_object_update(mail, jw_json_mutable(translated));
    } else if (translated != NULL) {
        json_object_set_new(definition, "mail", json_deep_copy(translated));
    }
}

json_t *
jw_def_translate(const json_t *definition, const char *language)
{
    static const char *const texts[] = { "title", "listTitle", "filePrefix" };
    json_t *translated = json_deep_copy(definition);
    const json_t *translation = json_object_get(json_object_get(definition, "languages"), language);

    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        if (strcmp(places[i].map, "tables") != 0) {
            translate_map(translated, translation, i);
        }
    }
    translate_mail(translated, json_object_get(translation, "mail"));
    translate_titles(translated, json_object_get(translation, "tables"));
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        json_t *text = json_object_get(translation, texts[i]);
        if (text != NULL) {
            json_object_set(translated, texts[i], text);
        }
    }
    json_object_set_new(translated, "language", json_string(language));
    json_object_del(translated, "languages");
    return translated;
}
