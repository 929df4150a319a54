/* request/uses.c: what reads a field, for messages about one that records do not have. Pure, any
 * thread. */
#include "definition/conditions.h"
#include "engine/accumulator.h"
#include "jw/report.h"
#include "jw/report_text.h"

#include <string.h>

#define MOST_NAMED 3

typedef struct {
    const char *field;
    GString *text;
    size_t n;
} Uses;

/* @what reads @field: noted when that is the one. */
static void
note(Uses *self, const char *field, const char *what, const char *name)
{
    if (g_strcmp0(field, self->field) != 0) {
        return;
    }
    if (self->n++ < MOST_NAMED) {
        g_string_append_printf(self->text, "%s%s", self->n > 1 ? ", " : "", what);
        g_string_append_printf(self->text, name != NULL ? " '%s'" : "%s", name != NULL ? name : "");
    }
}

static void
note_filters(Uses *self, const JwReportDef *def, const JwReportRequest *request)
{
    for (guint i = 0; i < request->filters->len; i++) {
        const JwFilter *filter = &g_array_index(request->filters, JwFilter, i);
        const JwFilterDef *known = jw_report_def_filter(def, filter->name);
        note(self, known != NULL ? known->field : NULL, "filter", filter->name);
    }
    if (!request->include_inactive) {
        note(self, def->inactive_field, "inactive", NULL);
    }
}

typedef struct {
    const char *field;
    bool found;
} Search;

static void
look_at(const char *field, gpointer data)
{
    Search *search = data;

    search->found = search->found || g_strcmp0(field, search->field) == 0;
}

static bool
are_about(const GArray *conditions, const char *field)
{
    Search search = { field, false };

    jw_conditions_fields(conditions, look_at, &search);
    return search.found;
}

static bool
reads(const JwMeasureDef *measure, const char *field)
{
    return g_strcmp0(measure->field, field) == 0 || are_about(measure->where, field);
}

char *
jw_report_field_uses(const JwReportDef *def, const JwReportRequest *request, const char *field)
{
    g_return_val_if_fail(def != NULL && request != NULL && field != NULL, NULL);

    g_autoptr(GString) text = g_string_new(NULL);
    Uses uses = { field, text, 0 };
    note(&uses, def->date_field, "dateField", NULL);
    note(&uses, are_about(def->where, field) ? field : NULL, "where", NULL);
    note_filters(&uses, def, request);
    for (guint i = 0; i < def->dimensions->len; i++) {
        const JwDimensionDef *dimension = &g_array_index(def->dimensions, JwDimensionDef, i);
        note(&uses, dimension->field, "dimension", dimension->name);
    }
    for (guint i = 0; i < def->measures->len; i++) {
        const JwMeasureDef *measure = &g_array_index(def->measures, JwMeasureDef, i);
        note(&uses, reads(measure, field) ? field : NULL, "measure", measure->name);
    }
    for (guint i = 0; i < def->columns->len; i++) {
        const JwColumnDef *column = &g_array_index(def->columns, JwColumnDef, i);
        note(&uses, column->field, "column", column->label);
    }
    if (uses.n > MOST_NAMED) {
        g_string_append_printf(text, " and %zu more", uses.n - MOST_NAMED);
    }
    return uses.n > 0 ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}

/* What a measure takes of its field. */
static JwSeen
taken_by(const JwMeasureDef *measure)
{
    const JwValue text = { .type = JW_VALUE_TEXT, .text = "" };
    const JwValue time = { .type = JW_VALUE_TIME };
    JwSeen taken = JW_SEEN_NUMBER;

    if (jw_accumulator_takes(measure->op, &text)) {
        taken = (JwSeen)(taken | JW_SEEN_TEXT);
    }
    return jw_accumulator_takes(measure->op, &time) ? (JwSeen)(taken | JW_SEEN_DATE) : taken;
}

#define KNOWN (JW_SEEN_TEXT | JW_SEEN_NUMBER | JW_SEEN_DATE)

/* Whether values were seen, and none that is taken. An array may have any inside. */
static bool
lacks(JwSeen seen, JwSeen taken)
{
    return (seen & KNOWN) != 0 && (seen & JW_SEEN_ARRAY) == 0 && (seen & taken) == 0;
}

/* The dimensions of times, or the measures, that find nothing that they take in the field; no text:
 * none. (transfer full) */
static GString *
lacking(const JwReportDef *def, const char *field, JwSeen seen, bool dimensions)
{
    GString *text = g_string_new(NULL);
    Uses uses = { field, text, 0 };

    for (guint i = 0; dimensions && i < def->dimensions->len; i++) {
        const JwDimensionDef *dimension = &g_array_index(def->dimensions, JwDimensionDef, i);
        if (dimension->part != JW_PART_VALUE && lacks(seen, JW_SEEN_DATE)) {
            note(&uses, dimension->field, "dimension", dimension->name);
        }
    }
    for (guint i = 0; !dimensions && i < def->measures->len; i++) {
        const JwMeasureDef *measure = &g_array_index(def->measures, JwMeasureDef, i);
        if (measure->field != NULL && lacks(seen, taken_by(measure))) {
            note(&uses, measure->field, "measure", measure->name);
        }
    }
    if (uses.n > MOST_NAMED) {
        g_string_append_printf(text, " and %zu more", uses.n - MOST_NAMED);
    }
    return text;
}

bool
jw_report_field_fits(const JwReportDef *def, const char *field, JwSeen seen)
{
    g_return_val_if_fail(def != NULL && field != NULL, true);

    g_autoptr(GString) dimensions = lacking(def, field, seen, true);
    g_autoptr(GString) measures = lacking(def, field, seen, false);
    return dimensions->len == 0 && measures->len == 0;
}

JwFieldFault
jw_report_field_fault(const JwReportDef *def, const JwReportRequest *request, const char *field,
                      JwSeen seen, int64_t records, char **ret_text)
{
    g_return_val_if_fail(def != NULL && request != NULL && field != NULL && ret_text != NULL,
                         JW_FIELD_FAULT_NONE);

    g_autofree char *count = jw_report_text_count(records);
    g_autofree char *uses = jw_report_field_uses(def, request, field);
    const bool dates = request->end_ms != 0 && g_strcmp0(field, def->date_field) == 0;

    *ret_text = NULL;
    if (seen == JW_SEEN_NOTHING && uses != NULL) {
        *ret_text =
            g_strdup_printf("none of the %s records looked at in '%s' has the field '%s' (%s)",
                            count, def->collection, field, uses);
        return JW_FIELD_FAULT_NOT_FOUND;
    }
    if (seen != JW_SEEN_NOTHING && (seen & (JW_SEEN_DATE | JW_SEEN_ARRAY)) == 0 && dates) {
        /* texts that look like dates are none */
        *ret_text = g_strdup_printf("none of the %s records looked at in '%s' has a date in '%s'",
                                    count, def->collection, field);
        return JW_FIELD_FAULT_NOT_A_DATE;
    }
    g_autoptr(GString) dimensions = lacking(def, field, seen, true);
    g_autoptr(GString) measures = lacking(def, field, seen, false);
    if (dimensions->len > 0) {
        *ret_text =
            g_strdup_printf("none of the %s records looked at in '%s' has a date in '%s' (%s)",
                            count, def->collection, field, dimensions->str);
        return JW_FIELD_FAULT_NO_DATES;
    }
    if (measures->len > 0) {
        *ret_text =
            g_strdup_printf("none of the %s records looked at in '%s' has a number in '%s' (%s)",
                            count, def->collection, field, measures->str);
        return JW_FIELD_FAULT_NO_NUMBERS;
    }
    return JW_FIELD_FAULT_NONE;
}
