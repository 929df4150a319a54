/* definition/rows_json.c: see rows_json.h. Any thread, no state. */
#include "definition/rows_json.h"
#include "names.h"

#include <string.h>

#define MOST_TOP 1000

const JwField jw_top_fields[] = {
    { .name = "n", .type = JW_FIELD_INT, .flags = JW_FIELD_REQUIRED, .min = 1, .max = MOST_TOP },
    { .name = "by", .type = JW_FIELD_STRING, .flags = JW_FIELD_REQUIRED, .min = 1, .max = 64 },
    { .name = NULL },
};

const JwField jw_sort_fields[] = {
    { .name = "by", .type = JW_FIELD_STRING, .flags = JW_FIELD_REQUIRED, .min = 1, .max = 64 },
    { .name = "descending", .type = JW_FIELD_BOOL },
    { .name = NULL },
};

JwTableRows
jw_table_rows_read(const json_t *object)
{
    const json_t *totals = json_object_get(object, "totals");
    const json_t *top = json_object_get(object, "top");
    const json_t *sort = json_object_get(object, "sort");

    return (JwTableRows){
        .pivot = g_strdup(jw_json_text(object, "pivot")),
        .top_by = g_strdup(jw_json_text(top, "by")),
        .top_n = (int)json_integer_value(json_object_get(top, "n")),
        .sort_by = g_strdup(jw_json_text(sort, "by")),
        .sort_descending = json_is_true(json_object_get(sort, "descending")),
        .totals = totals == NULL         ? JW_TOTALS_DEFAULT
                  : json_is_true(totals) ? JW_TOTALS_YES
                                         : JW_TOTALS_NO,
        .max_rows = (int)json_integer_value(json_object_get(object, "maxRows")),
    };
}

static bool
note_pivot(const JwTableRows *self, const char *const *dimensions, const char *base,
           JwViolations *violations)
{
    g_autofree char *pointer = jw_pointer(base, "pivot");
    g_autofree char *known = g_strjoinv(", ", (char **)(uintptr_t)dimensions);
    g_autofree char *echo = self->pivot != NULL ? jw_echo(self->pivot) : NULL;

    if (self->pivot == NULL) {
        return true;
    }
    if (!g_strv_contains(dimensions, self->pivot)) {
        return jw_violations_add(violations, pointer,
                                 "'%s' is not among the dimensions of the table (%s); add it there",
                                 echo, known);
    }
    return dimensions[1] != NULL
           || jw_violations_add(violations, pointer,
                                "'%s' goes across, and no dimension is left for the rows; name a "
                                "second one",
                                echo);
}

/* Whether @name is a measure that has a value in groups; @ret_known: whether it is one at all. */
static bool
is_of_groups(const JwReportDef *def, const char *name, bool *ret_known)
{
    const JwMeasureDef *measure = jw_report_def_measure(def, name);

    *ret_known = measure != NULL;
    return measure != NULL && jw_report_def_has_groups(def, measure);
}

static bool
note_measure(const JwReportDef *def, const char *name, const char *pointer,
             JwViolations *violations)
{
    g_autofree char *known = jw_names_join(def->measures);
    g_autofree char *echo = jw_echo(name);
    bool is_measure = false;

    if (is_of_groups(def, name, &is_measure)) {
        return true;
    }
    if (is_measure) {
        return jw_violations_add(violations, pointer,
                                 "'%s' has no value inside a group; name a measure that has one",
                                 echo);
    }
    return jw_violations_add(violations, pointer, "no measure '%s'; there are %s", echo, known);
}

static bool
note_sort(const JwReportDef *def, const JwTableRows *self, const char *const *dimensions,
          const char *base, JwViolations *violations)
{
    g_autofree char *pointer = g_strconcat(base, "/sort/by", NULL);
    g_autofree char *echo = self->sort_by != NULL ? jw_echo(self->sort_by) : NULL;
    g_autofree char *measures = jw_names_join(def->measures);

    if (self->sort_by == NULL) {
        return true;
    }
    if (jw_report_def_measure(def, self->sort_by) != NULL) {
        return note_measure(def, self->sort_by, pointer, violations);
    }
    if (!g_strv_contains(dimensions, self->sort_by)) {
        return jw_violations_add(violations, pointer,
                                 "'%s' is neither a dimension of the rows nor a measure; the "
                                 "measures are %s",
                                 echo, measures);
    }
    return g_strcmp0(self->sort_by, self->pivot) != 0
           || jw_violations_add(violations, pointer,
                                "'%s' goes across; name a dimension of the rows, or a measure",
                                self->sort_by);
}

bool
jw_table_rows_note(const JwReportDef *def, const JwTableRows *self, const char *const *dimensions,
                   const char *base, JwViolations *violations)
{
    g_autofree char *top = g_strconcat(base, "/top/by", NULL);
    bool ok = note_pivot(self, dimensions, base, violations);

    ok = (self->top_by == NULL || note_measure(def, self->top_by, top, violations)) && ok;
    return note_sort(def, self, dimensions, base, violations) && ok;
}
