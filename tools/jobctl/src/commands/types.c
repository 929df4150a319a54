/* commands/types.c: jobctl types: the report types and what can be asked of each. Main thread. */
#include <jansson.h>
#include <string.h>

#include "api.h"
#include "show.h"
#include "jw/text.h"

typedef struct {
    const char *token, *output;
} Options;

static const JcOption options[] = {
    { "output", 'o', JC_OPTION_TEXT, offsetof(Options, output), JC_AS_NAMES,
      "how it is shown; default table", 0, 0 },
    { "token", 't', JC_OPTION_TEXT, offsetof(Options, token), "TOKEN", "instead of JW_TOKEN", 0,
      0 },
    { 0 },
};

static const JcShow columns[] = {
    { "TYPE", "type", JC_SHOW_TEXT, false },
    { "TITLE", "title", JC_SHOW_TEXT, false },
    { "FORMATS", "formats", JC_SHOW_TEXT, false },
    { "FILTERS", "filters", JC_SHOW_TEXT, true },
    { "DIMENSIONS", "dimensions", JC_SHOW_TEXT, true },
    { "MEASURES", "measures", JC_SHOW_TEXT, true },
    { 0 },
};

static const JcShow lines[] = {
    { "Type", "type", JC_SHOW_TEXT, false },
    { "Title", "title", JC_SHOW_TEXT, false },
    { "Description", "description", JC_SHOW_TEXT, false },
    { "Formats", "formats", JC_SHOW_TEXT, false },
    { "Filters", "filters", JC_SHOW_TEXT, false },
    { "Dimensions", "dimensions", JC_SHOW_TEXT, false },
    { "Measures", "measures", JC_SHOW_TEXT, false },
    { "Operators", "filterOperators", JC_SHOW_JSON, true },
    { 0 },
};

static const json_t *
find_type(const json_t *types, const char *name, GError **error)
{
    JwNearest nearest = jw_nearest_begin(name);
    const json_t *type = NULL;
    size_t i = 0;

    json_array_foreach(types, i, type)
    {
        if (strcmp(jc_show_text(type, "type"), name) == 0) {
            return type;
        }
        jw_nearest_offer(&nearest, jc_show_text(type, "type"));
    }
    return jw_fail_null(error, JW_ERROR_NOT_FOUND, "there is no report type '%s'%s%s%s", name,
                        nearest.name != NULL ? "; did you mean " : "; see: jobctl types",
                        nearest.name != NULL ? nearest.name : "", nearest.name != NULL ? "?" : "");
}

static bool
show(const JcContext *context, const Options *given, JcAs as, const char *name, GError **error)
{
    g_autoptr(JcApi) api = jc_api_new(context, given->token, error);
    json_auto_t *answer =
        api != NULL ? jc_api_ask(api, "GET", JW_LINK_REPORTS "/types", NULL, error) : NULL;
    const json_t *types = json_object_get(answer, "data");

    if (answer == NULL) {
        return false;
    }
    if (name == NULL) {
        jc_show_list(context, as, columns, types);
        return true;
    }
    const json_t *type = find_type(types, name, error);
    if (type != NULL) {
        jc_show_one(context, as, lines, type);
    }
    return type != NULL;
}

static JcExit
run(JcContext *context, int argc, char **argv)
{
    Options given = { 0 };
    g_autoptr(GError) error = NULL;
    JcAs as = JC_AS_TABLE;

    bool good = jc_options_parse(&jc_types, &given, &argc, argv, &error)
                && jc_as_parse(given.output, &as, &error);
    if (good && argc > 1) {
        good = jw_fail(&error, JW_ERROR_INVALID, "name one report type, or none");
    }
    if (!good) {
        return jc_usage(context, &jc_types, error);
    }
    return show(context, &given, as, argc > 0 ? argv[0] : NULL, &error)
               ? JC_EXIT_OK
               : jc_failed(context, &jc_types, error);
}

const JcCommand jc_types = {
    .name = "types",
    .arguments = "[TYPE]",
    .summary = "lists the report types, or all about one",
    .help = "Each with the filters, dimensions and measures that a request may name.\n",
    .options = options,
    .run = run,
};
