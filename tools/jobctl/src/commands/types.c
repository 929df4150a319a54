/* commands/types.c: jobctl types: the report types and what can be asked of each. Main thread. */
#include <jansson.h>
#include <string.h>

#include "rest.h"
#include "jw/text.h"

typedef struct {
    const char *token;
    JcAs output;
} Options;

static const JcOption options[] = {
    JC_OPTION_OUTPUT(Options),
    JC_OPTION_TOKEN(Options),
    { 0 },
};

static const JcShow columns[] = {
    { "TYPE", "type", JC_SHOW_TEXT, false },
    { "TITLE", "title", JC_SHOW_TEXT, false },
    { "FORMATS", "formats", JC_SHOW_TEXT, false },
    { "EDITIONS", "editions", JC_SHOW_TEXT, true },
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
    { "Editions", "editions", JC_SHOW_TEXT, false },
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

static JcExit
run(const JcCall *call, GError **error)
{
    const char *name = call->arguments[0];
    json_auto_t *answer = jc_rest_ask(call, error);
    const json_t *types = json_object_get(answer, "data");
    const json_t *type = answer != NULL && name != NULL ? find_type(types, name, error) : NULL;

    if (answer != NULL && name == NULL) {
        jc_show_list(call->context, call->as, columns, types);
    } else if (type != NULL) {
        jc_show_one(call->context, call->as, lines, type);
    } else {
        return JC_EXIT_FAILED;
    }
    return JC_EXIT_OK;
}

static const JcVerb verbs[] = {
    { .name = "",
      .arguments = "[TYPE]",
      .max = 1,
      .run = run,
      .path = JW_LINK_REPORTS "/types",
      .wants = "name one report type, or none" },
    { 0 },
};

const JcCommand jc_types = {
    .name = "types",
    .summary = "lists the report types, or all about one",
    .help = "Each with the filters, dimensions and measures that a request may name.\n",
    .options = options,
    .given_size = sizeof(Options),
    .verbs = verbs,
};
