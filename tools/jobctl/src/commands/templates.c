/* commands/templates.c: jobctl templates: stored settings of reports. Main thread. */
#include <jansson.h>
#include <string.h>

#include "api.h"
#include "list.h"
#include "show.h"

#define ROOT JW_LINK_REPORTS "/templates"

typedef struct {
    const char *token, *output, *type, *owner;
    int64_t limit;
} Options;

static const JcOption options[] = {
    { "output", 'o', JC_OPTION_TEXT, offsetof(Options, output), JC_AS_NAMES,
      "how it is shown; default table", 0, 0 },
    { "token", 't', JC_OPTION_TEXT, offsetof(Options, token), "TOKEN", "instead of JW_TOKEN", 0,
      0 },
    { "type", '\0', JC_OPTION_TEXT, offsetof(Options, type), "TYPE",
      "list: those of this report type", 0, 0 },
    { "owner", '\0', JC_OPTION_TEXT, offsetof(Options, owner), "SUBJECT",
      "list: those of this owner", 0, 0 },
    { "limit", 'n', JC_OPTION_INT, offsetof(Options, limit), "N",
      "list: at most this many; default 20", 1, JC_LIST_MAX },
    { 0 },
};

static const JcShow columns[] = {
    { "ID", "id", JC_SHOW_TEXT, false },
    { "NAME", "name", JC_SHOW_TEXT, false },
    { "TYPE", "reportType", JC_SHOW_TEXT, false },
    { "OWNER", "owner.name", JC_SHOW_TEXT, false },
    { "VISIBILITY", "visibility", JC_SHOW_TEXT, false },
    { "VERSION", "version", JC_SHOW_TEXT, false },
    { "CHANGED", "updatedAt", JC_SHOW_TIME, false },
    { "DEPARTMENTS", "departments", JC_SHOW_TEXT, true },
    { "DESCRIPTION", "description", JC_SHOW_TEXT, true },
    { 0 },
};

static const JcShow lines[] = {
    { "Template", "id", JC_SHOW_TEXT, false },
    { "Name", "name", JC_SHOW_TEXT, false },
    { "Description", "description", JC_SHOW_TEXT, false },
    { "Type", "reportType", JC_SHOW_TEXT, false },
    { "Owner", "owner.name", JC_SHOW_TEXT, false },
    { "Visibility", "visibility", JC_SHOW_TEXT, false },
    { "Departments", "departments", JC_SHOW_TEXT, false },
    { "Version", "version", JC_SHOW_TEXT, false },
    { "Created", "createdAt", JC_SHOW_TIME, false },
    { "Changed", "updatedAt", JC_SHOW_TIME, false },
    { "Changed by", "updatedBy", JC_SHOW_TEXT, true },
    { "Settings", "settings", JC_SHOW_JSON, false },
    { 0 },
};

typedef struct {
    const JcContext *context;
    JcApi *api;
    const Options *given;
    JcAs as;
} Work;

static char *
path_of(const char *id)
{
    g_autofree char *escaped = g_uri_escape_string(id, NULL, FALSE);

    return g_strconcat(ROOT "/", escaped, NULL);
}

static bool
list(const Work *work, const char *none G_GNUC_UNUSED, GError **error)
{
    const JcFilter filters[] = {
        { "reportType", work->given->type },
        { "owner", work->given->owner },
        { 0 },
    };
    const JcList wanted = { ROOT, filters, work->given->limit, "templates" };

    return jc_list(work->context, work->api, &wanted, work->as, columns, error);
}

static bool
get(const Work *work, const char *id, GError **error)
{
    g_autofree char *path = path_of(id);
    json_auto_t *template = jc_api_call(work->api, path, NULL, error);

    if (template != NULL) {
        jc_show_one(work->context, work->as, lines, template);
    }
    return template != NULL;
}

static bool
create(const Work *work, const char *file, GError **error)
{
    g_autofree char *body = jc_body_read(file, error);
    json_auto_t *template = body != NULL ? jc_api_call(work->api, ROOT, body, error) : NULL;

    if (template == NULL) {
        return false;
    }
    if (work->as != JC_AS_TABLE) {
        jc_show_one(work->context, work->as, lines, template);
    } else {
        fprintf(work->context->out, "Template  %s\n", jc_show_text(template, "id"));
    }
    return true;
}

static bool delete (const Work *work, const char *id, GError **error)
{
    g_autofree char *path = path_of(id);
    json_auto_t *answer = jc_api_ask(work->api, "DELETE", path, NULL, error);

    if (answer == NULL) {
        return false;
    }
    if (work->as == JC_AS_JSON) {
        jc_show_json(work->context, json_object_get(answer, "data"));
    } else {
        fprintf(work->context->out, "deleted   %s\n", id);
    }
    return true;
}

static const JcVerb verbs[] = {
    { "list", NULL, "those that you may see, by name", 0, "output token type owner limit" },
    { "get", "TEMPLATE_ID", "one with its settings", 1, "output token" },
    { "create", "FILE|-", "stores one from JSON", 1, "output token" },
    { "delete", "TEMPLATE_ID", "removes one; jobs made with it stay", 1, "output token" },
    { 0 },
};

/* In the order of the verbs. */
static bool (*const works[])(const Work *work, const char *argument,
                             GError **error) = { list, get, create, delete };

static JcExit
run(JcContext *context, int argc, char **argv)
{
    Options given = { .limit = 20 };
    g_autoptr(GError) error = NULL;
    Work work = { .context = context, .given = &given };

    const bool good = jc_options_parse(&jc_templates, &given, &argc, argv, &error)
                      && jc_as_parse(given.output, &work.as, &error);
    const JcVerb *verb = good ? jc_options_verb(&jc_templates, argc, argv, &error) : NULL;
    if (verb == NULL) {
        return jc_usage(context, &jc_templates, error);
    }
    g_autoptr(JcApi) api = jc_api_new(context, given.token, &error);
    work.api = api;
    return api != NULL && works[verb - verbs](&work, argv[1], &error)
               ? JC_EXIT_OK
               : jc_failed(context, &jc_templates, error);
}

const JcCommand jc_templates = {
    .name = "templates",
    .arguments = "list|get|create|delete",
    .summary = "lists and changes the stored settings of reports",
    .help = "FILE is the JSON body of POST " ROOT ". A job is asked for with one by\n"
            "\"templateId\" in its own body.\n",
    .options = options,
    .verbs = verbs,
    .run = run,
};
