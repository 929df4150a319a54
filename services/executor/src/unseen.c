/* unseen.c: see unseen.h. A misspelt field would else give a report of nothing that looks like one
 * of something. */
#include "unseen.h"

#include "jw/json.h"
#include "jw/store_records.h"

#define MOST_WARNINGS 20

void
exe_unseen_init(ExeUnseen *self, const JwReportDef *def, const char *const *fields)
{
    self->def = def;
    self->fields = fields;
    self->n_unseen = g_strv_length((char **)(uintptr_t)fields);
    self->unseen = g_new(size_t, self->n_unseen + 1);
    self->seen = g_new0(JwSeen, self->n_unseen + 1);
    for (size_t i = 0; i < self->n_unseen; i++) {
        self->unseen[i] = i;
    }
}

void
exe_unseen_clear(ExeUnseen *self)
{
    g_clear_pointer(&self->unseen, g_free);
    g_clear_pointer(&self->seen, g_free);
}

static JwSeen
seen_of(JwValueType type)
{
    switch (type) {
    case JW_VALUE_TEXT:
        return (JwSeen)(JW_SEEN_VALUE | JW_SEEN_TEXT);
    case JW_VALUE_TIME:
        return (JwSeen)(JW_SEEN_VALUE | JW_SEEN_DATE);
    case JW_VALUE_BOOL:
    case JW_VALUE_INT:
    case JW_VALUE_REAL:
        return (JwSeen)(JW_SEEN_VALUE | JW_SEEN_NUMBER);
    case JW_VALUE_NULL:
        break;
    }
    return JW_SEEN_NOTHING;
}

/* Whether something was seen there, and enough for all that reads it. */
static bool
note_value(ExeUnseen *self, size_t place, JwValueType type)
{
    const JwSeen seen = (JwSeen)(self->seen[place] | seen_of(type));

    if (seen == self->seen[place]) { /* nothing new, so it is still not enough */
        return false;
    }
    self->seen[place] = seen;
    return jw_report_field_fits(self->def, self->fields[place], seen);
}

void
exe_unseen_note(ExeUnseen *self, const JwValue *row)
{
    size_t left = 0;

    for (size_t i = 0; i < self->n_unseen; i++) {
        const size_t place = self->unseen[i];
        if (!note_value(self, place, row[place].type)) {
            self->unseen[left++] = place;
        }
    }
    self->n_unseen = left;
}

/* The fields to ask about: without a value in a row that fits, and read by something; the date as
 * well, which need not be in a row. (transfer container) */
static GPtrArray *
doubtful(const ExeUnseen *self, const JwReportDef *def, const JwReportRequest *request)
{
    GPtrArray *fields = g_ptr_array_new();
    bool dated = g_strv_contains(self->fields, def->date_field);

    for (size_t i = 0; i < self->n_unseen; i++) {
        const char *field = self->fields[self->unseen[i]];
        g_autofree char *uses = jw_report_field_uses(def, request, field);
        if (uses != NULL) {
            g_ptr_array_add(fields, (gpointer)(uintptr_t)field);
        }
    }
    if (!dated && fields->len > 0) {
        g_ptr_array_add(fields, def->date_field);
    }
    return fields;
}

static void
add_warning(json_t *warnings, const char *code, char *take_message)
{
    g_autofree char *message = take_message;

    if (json_array_size(warnings) < MOST_WARNINGS) {
        json_array_append_new(warnings, json_pack("{s:s, s:s}", "code", code, "message", message));
    }
}

static void
warn_of_field(json_t *warnings, const JwReportDef *def, const JwReportRequest *request,
              const char *field, JwSeen seen, int64_t records)
{
    g_autofree char *text = NULL;

    switch (jw_report_field_fault(def, request, field, seen, records, &text)) {
    case JW_FIELD_FAULT_NONE:
        break;
    case JW_FIELD_FAULT_NOT_FOUND:
        add_warning(warnings, "FIELD_NOT_FOUND",
                    g_strdup_printf("%s: correct its name in the definition of %s, or in the "
                                    "mapping of the import",
                                    text, def->report_type));
        break;
    case JW_FIELD_FAULT_NOT_A_DATE:
        add_warning(warnings, "FIELD_NOT_A_DATE",
                    g_strdup_printf("%s (dateField), so no period finds any: import it as a "
                                    "datetime",
                                    text));
        break;
    case JW_FIELD_FAULT_NO_DATES:
        add_warning(warnings, "FIELD_NOT_A_DATE",
                    g_strdup_printf("%s, so all records are in one group, (none): import it as a "
                                    "datetime",
                                    text));
        break;
    case JW_FIELD_FAULT_NO_NUMBERS:
        add_warning(warnings, "FIELD_NOT_A_NUMBER",
                    g_strdup_printf("%s, so there is nothing to reckon with: import it as a "
                                    "number, or correct the field in the definition of %s",
                                    text, def->report_type));
        break;
    }
}

static bool
warn_of_fields(const ExeUnseen *self, JwStore *store, const JwReportDef *def,
               const JwReportRequest *request, json_t *warnings, GError **error)
{
    g_autoptr(GPtrArray) fields = doubtful(self, def, request);
    const guint n = fields->len;
    g_autofree JwSeen *seen = g_new0(JwSeen, n + 1);
    int64_t records = 0;

    g_ptr_array_add(fields, NULL);
    if (n == 0) {
        return true;
    }
    if (!jw_store_sample_fields(store, def->collection, (const char *const *)fields->pdata, seen,
                                &records, error)) {
        return false;
    }
    if (records == 0) {
        add_warning(warnings, "COLLECTION_EMPTY",
                    g_strdup_printf("there are no records in '%s': import them, or correct the "
                                    "collection in the definition of %s",
                                    def->collection, def->report_type));
    }
    for (guint i = 0; records > 0 && i < n; i++) {
        warn_of_field(warnings, def, request, fields->pdata[i], seen[i], records);
    }
    return true;
}

bool
exe_unseen_warnings(const ExeUnseen *self, JwStore *store, const JwReportDef *def,
                    const JwReportRequest *request, char **ret_warnings, GError **error)
{
    json_auto_t *warnings = json_array();

    if (request->not_compared != NULL) {
        add_warning(warnings, "NOT_COMPARED",
                    g_strdup_printf("the definition of %s compares, and there is nothing to "
                                    "compare this period with: %s",
                                    def->report_type, request->not_compared));
    }
    if (!warn_of_fields(self, store, def, request, warnings, error)) {
        return false;
    }
    if (json_array_size(warnings) > 0) {
        *ret_warnings = jw_json_print(warnings);
    }
    return true;
}
