/* request/output.c: the `output` of a report request: format, parts, and the form of a CSV. Any
 * thread, no state. What would have no effect in a format is refused by name. */
#include "request/request_private.h"

#include "jw/report_formats.h"
#include "names.h"

#include <string.h>

static const char *const contents[] = {
    [JW_CONTENT_ALL] = "all", [JW_CONTENT_LIST] = "list", [JW_CONTENT_TABLES] = "tables", NULL
};
static const char *const papers[] = { [JW_PAPER_A4] = "A4", [JW_PAPER_LETTER] = "Letter", NULL };
static const char *const delimiters[] = { ",", ";", "\t", "|", NULL };

static char *
check_format(const char *text)
{
    g_autofree char *known = jw_report_formats_text();
    g_autofree char *echo = jw_echo(text);

    return jw_report_format_find(jw_skip_prefix(text, JW_LOOKUP_FORMAT)) != NULL
               ? NULL
               : g_strdup_printf("must be one of %s, not '%s'", known, echo);
}

static const JwField csv_fields[] = {
    { .name = "delimiter", .type = JW_FIELD_STRING, .flags = JW_FIELD_LINES, .values = delimiters },
    { .name = "decimalComma", .type = JW_FIELD_BOOL },
    { .name = NULL },
};

const JwField jw_report_output_fields[] = {
    { .name = "format",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .check = check_format },
    { .name = "filename", .type = JW_FIELD_STRING, .min = 1, .max = 200 },
    { .name = "bom", .type = JW_FIELD_BOOL },
    { .name = "csv", .type = JW_FIELD_OBJECT, .fields = csv_fields },
    { .name = "paper", .type = JW_FIELD_STRING, .values = papers },
    { .name = "content", .type = JW_FIELD_STRING, .values = contents },
    { .name = "table", .type = JW_FIELD_STRING, .min = 1, .max = 200 },
    { .name = NULL },
};

/* The format of an output; NULL: none that is known. (transfer none) */
static const JwReportFormat *
format_of(const json_t *output)
{
    const char *name = jw_json_text(output, "format");

    return name != NULL ? jw_report_format_find(jw_skip_prefix(name, JW_LOOKUP_FORMAT)) : NULL;
}

/* A byte order mark and a delimiter are matters of CSV; in another format they would do nothing. */
static bool
check_csv_only(const json_t *output, const char *member, const char *base, JwViolations *violations)
{
    const JwReportFormat *format = format_of(output);

    if (json_object_get(output, member) == NULL || format == NULL
        || strcmp(format->name, "csv") == 0) {
        return true;
    }
    g_autofree char *pointer = g_strconcat(base, "/output/", member, NULL);
    return jw_violations_add(violations, pointer, "is for the format csv only; leave it out");
}

/* What has no pages has no paper. */
static bool
check_paper(const json_t *output, const char *base, JwViolations *violations)
{
    const JwReportFormat *format = format_of(output);

    if (json_object_get(output, "paper") == NULL || format == NULL
        || strcmp(format->name, "pdf") == 0 || strcmp(format->name, "xlsx") == 0) {
        return true;
    }
    g_autofree char *pointer = g_strconcat(base, "/output/paper", NULL);
    return jw_violations_add(violations, pointer,
                             "is for the formats pdf and xlsx only; leave it out");
}

static bool
check_csv(const json_t *output, const char *base, JwViolations *violations)
{
    const json_t *csv = json_object_get(output, "csv");

    if (!json_is_true(json_object_get(csv, "decimalComma"))
        || g_strcmp0(jw_json_text(csv, "delimiter"), ",") != 0) {
        return true;
    }
    g_autofree char *pointer = g_strconcat(base, "/output/csv/delimiter", NULL);
    return jw_violations_add(violations, pointer,
                             "must not be ',' with decimalComma, which puts commas into numbers; "
                             "leave it out, and it is ';'");
}

/* Whether a table of the request has a column: a measure that has a value inside a group. */
static bool
has_columns(const JwReportDef *def, const json_t *measures)
{
    bool any = json_array_size(measures) == 0;
    const json_t *item = NULL;
    size_t i = 0;

    json_array_foreach(measures, i, item)
    {
        const char *name = json_string_value(item);
        const JwMeasureDef *measure = name != NULL ? jw_report_def_measure(def, name) : NULL;
        any = any || measure == NULL || jw_report_def_has_groups(def, measure);
    }
    return any;
}

/* A file in which nothing would be. */
static bool
check_not_empty(const JwReportDef *def, const json_t *spec, const char *base,
                JwViolations *violations)
{
    const json_t *parameters = json_object_get(spec, "parameters");
    const json_t *output = json_object_get(spec, "output");
    const JwReportFormat *format = format_of(output);
    const char *content = jw_json_text(output, "content");
    const bool grouped = json_array_size(json_object_get(parameters, "groupBy")) > 0;
    const bool tables = g_strcmp0(content, contents[JW_CONTENT_TABLES]) == 0;

    if (def == NULL || format == NULL || json_object_get(output, "table") != NULL
        || (def->columns->len > 0 && !tables)) {
        return true;
    }
    if (g_strcmp0(content, contents[JW_CONTENT_LIST]) == 0) {
        g_autofree char *pointer = g_strconcat(base, "/output/content", NULL);
        return jw_violations_add(violations, pointer,
                                 "%s has no list of records; ask for 'tables', or leave it out",
                                 def->report_type);
    }
    if (format->sort == JW_FILE_DOCUMENT || grouped
        || (content != NULL && format->sort == JW_FILE_SHEETS)
        || (def->tables->len > 0 && has_columns(def, json_object_get(parameters, "measures")))) {
        return true;
    }
    g_autofree char *pointer = g_strconcat(base, "/output/format", NULL);
    const bool listed = def->columns->len > 0;
    return jw_violations_add(violations, pointer,
                             "%s would be empty: %s %s, and this request leaves it no table; name "
                             "a dimension in groupBy and measures of groups, or ask for %sthe "
                             "format xlsx or json",
                             format->name, def->report_type,
                             listed ? "is asked for its tables only" : "has no list of records",
                             listed ? "the list, or " : "");
}

static bool
check_content(const json_t *output, const char *base, JwViolations *violations)
{
    const JwReportFormat *format = format_of(output);

    if (format == NULL || format->sort != JW_FILE_LINES
        || g_strcmp0(jw_json_text(output, "content"), contents[JW_CONTENT_ALL]) != 0) {
        return true;
    }
    g_autofree char *pointer = g_strconcat(base, "/output/content", NULL);
    return jw_violations_add(violations, pointer,
                             "'all' does not fit into %s, whose lines are either records or "
                             "groups: ask for 'list' or 'tables', or for the format json",
                             format->name);
}

static bool
check_title(const JwReportDef *def, const json_t *spec, const char *title, const char *pointer,
            JwViolations *violations)
{
    const json_t *parameters = json_object_get(spec, "parameters");
    size_t index = 0;

    if (json_array_size(json_object_get(parameters, "groupBy")) > 0) {
        return jw_violations_add(violations, pointer,
                                 "is for a report without groupBy, whose table is the only one; "
                                 "leave it out");
    }
    if (def->tables->len == 0) {
        return jw_violations_add(violations, pointer, "is none of %s, which has no tables",
                                 def->report_type);
    }
    if (!jw_names_index(def->tables, title, &index)) {
        g_autofree char *known = jw_names_join(def->tables);
        g_autofree char *echo = jw_echo(title);
        return jw_violations_add(violations, pointer, "%s has no table '%s'; it has %s",
                                 def->report_type, echo, known);
    }
    return has_columns(def, json_object_get(parameters, "measures"))
           || jw_violations_add(violations, pointer,
                                "'%s' would have no columns, for none of the measures has a value "
                                "inside a group; ask for others",
                                title);
}

static bool
check_table(const JwReportDef *def, const json_t *spec, const char *base, JwViolations *violations)
{
    const json_t *output = json_object_get(spec, "output");
    const JwReportFormat *format = format_of(output);
    const char *title = jw_json_text(output, "table");
    g_autofree char *pointer = g_strconcat(base, "/output/table", NULL);

    if (title == NULL || format == NULL) {
        return true;
    }
    if (format->sort == JW_FILE_DOCUMENT) {
        return jw_violations_add(
            violations, pointer,
            "is for files of lines (csv, ndjson); leave it out, or ask for the "
            "content 'tables'");
    }
    if (json_object_get(output, "content") != NULL) {
        return jw_violations_add(violations, pointer,
                                 "and content beside it exclude each other; leave one of them out");
    }
    return def == NULL || check_title(def, spec, title, pointer, violations);
}

bool
jw_report_output_check(const JwReportDef *def, const json_t *spec, const char *base,
                       JwViolations *violations)
{
    const json_t *output = json_object_get(spec, "output");
    bool ok = check_csv_only(output, "bom", base, violations);

    ok = check_csv_only(output, "csv", base, violations) && ok;
    ok = check_csv(output, base, violations) && ok;
    ok = check_paper(output, base, violations) && ok;
    ok = check_content(output, base, violations) && ok;
    ok = check_not_empty(def, spec, base, violations) && ok;
    return check_table(def, spec, base, violations) && ok;
}

static JwBom
read_bom(const json_t *output)
{
    const json_t *bom = json_object_get(output, "bom");

    return bom == NULL ? JW_BOM_FOR_MAIL : json_is_true(bom) ? JW_BOM_YES : JW_BOM_NO;
}

/* With decimal commas the delimiter is what spreadsheets of those countries take. */
static JwCsvForm
read_csv(const json_t *csv)
{
    const char *delimiter = jw_json_text(csv, "delimiter");
    const bool decimal_comma = json_is_true(json_object_get(csv, "decimalComma"));

    return (JwCsvForm){
        .delimiter = delimiter != NULL ? delimiter[0]
                     : decimal_comma   ? ';'
                                       : ',',
        .decimal_comma = decimal_comma,
    };
}

/* A document has all that it can; a file of lines the records, or the groups asked for. */
static JwContent
wanted_content(const json_t *output, const JwReportRequest *request)
{
    const JwReportFormat *format = format_of(output);

    if (request->table != NULL) {
        return JW_CONTENT_TABLE;
    }
    if (json_object_get(output, "content") != NULL) {
        return (JwContent)jw_name_read(output, "content", contents, JW_CONTENT_ALL);
    }
    if (format == NULL || format->sort == JW_FILE_DOCUMENT) {
        return JW_CONTENT_ALL;
    }
    return request->group_by != NULL ? JW_CONTENT_TABLE : JW_CONTENT_LIST;
}

/* Of a report without a list its tables are all there is, alone when there is one. */
static JwContent
read_content(const json_t *output, const JwReportDef *def, const JwReportRequest *request)
{
    const JwContent wanted = wanted_content(output, request);

    if (def == NULL || def->columns->len > 0
        || (wanted != JW_CONTENT_LIST && wanted != JW_CONTENT_ALL)) {
        return wanted;
    }
    return wanted == JW_CONTENT_LIST && def->tables->len == 1 ? JW_CONTENT_TABLE
                                                              : JW_CONTENT_TABLES;
}

void
jw_report_output_read(const json_t *output, const JwReportDef *def, JwReportRequest *request)
{
    request->format = g_strdup(jw_skip_prefix(jw_json_text(output, "format"), JW_LOOKUP_FORMAT));
    request->file_name = g_strdup(jw_json_text(output, "filename"));
    request->bom = read_bom(output);
    request->csv = read_csv(json_object_get(output, "csv"));
    request->paper = (JwPaper)jw_name_read(output, "paper", papers, JW_PAPER_A4);
    request->table = g_strdup(jw_json_text(output, "table"));
    request->content = read_content(output, def, request);
}

static bool
is_zipped(const JwReportRequest *request, const JwReportFormat *format)
{
    return format != NULL && format->sort == JW_FILE_SHEETS
           && (request->content == JW_CONTENT_ALL || request->content == JW_CONTENT_TABLES);
}

const char *
jw_report_file_ending(const JwReportRequest *request)
{
    g_return_val_if_fail(request != NULL, NULL);

    const JwReportFormat *format = jw_report_format_find(request->format);

    return is_zipped(request, format) ? JW_REPORT_ZIP : format != NULL ? format->name : "xlsx";
}

const char *
jw_report_content_type(const JwReportRequest *request)
{
    g_return_val_if_fail(request != NULL, NULL);

    const JwReportFormat *format = jw_report_format_find(request->format);

    return is_zipped(request, format) ? "application/zip"
           : format != NULL           ? format->content_type
                                      : NULL;
}
