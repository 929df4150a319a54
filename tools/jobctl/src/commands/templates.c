/* commands/templates.c: jobctl templates: stored settings of reports. Main thread. */
#include "rest.h"

#define ROOT JW_LINK_REPORTS "/templates"

typedef struct {
    const char *token, *type, *owner;
    JcAs output;
    int64_t limit;
} Options;

static const JcOption options[] = {
    JC_OPTION_OUTPUT(Options),
    JC_OPTION_TOKEN(Options),
    { "type", '\0', JC_OPTION_TEXT, offsetof(Options, type), "TYPE",
      "list: those of this report type", 0, 0, "reportType" },
    { "owner", '\0', JC_OPTION_TEXT, offsetof(Options, owner), "SUBJECT",
      "list: those of this owner", 0, 0, "owner" },
    JC_OPTION_LIMIT(Options),
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

static const JcShow created[] = {
    { "Template", "id", JC_SHOW_TEXT, false },
    { "Version", "version", JC_SHOW_TEXT, true },
    { 0 },
};

static const JcShow deleted[] = {
    { "Deleted", "id", JC_SHOW_TEXT, false },
    { 0 },
};

static const JcVerb verbs[] = {
    { "list", NULL, "those that you may see, by name", 0, 0, "output token type owner limit",
      jc_rest_list, .path = ROOT, .shown = columns },
    { "get", "TEMPLATE_ID", "one with its settings", 1, 1, "output token", jc_rest_one,
      .path = ROOT "/{}", .shown = lines },
    { "create", "FILE|-", "stores one from JSON", 1, 1, "output token", jc_rest_one, .path = ROOT,
      .body = JC_BODY_FILE, .shown = created },
    { "delete", "TEMPLATE_ID", "removes one; jobs made with it stay", 1, 1, "output token",
      jc_rest_one, .method = "DELETE", .path = ROOT "/{}", .shown = deleted },
    { 0 },
};

const JcCommand jc_templates = {
    .name = "templates",
    .summary = "lists and changes the stored settings of reports",
    .help = "FILE is the JSON body of POST " ROOT ". A job is asked for with one by\n"
            "\"templateId\" in its own body.\n",
    .options = options,
    .given_size = sizeof(Options),
    .defaults = &(const Options){ .limit = 20 },
    .verbs = verbs,
};
