/* handlers/report_filters.c: see handlers/report_filters.h. */
#include "handlers/report_filters.h"

#include "jw/error.h"

#include <string.h>

struct _ExeReportFilters {
    GArray *filters; /* of JwRecordFilter; what they point to is the definition's, the request's */
    GPtrArray *ranges; /* of JwRange */
    const char *inactive[2];
};

static JwRange *
add_range(ExeReportFilters *self, const JwRange *range)
{
    JwRange *kept = g_new(JwRange, 1);

    *kept = *range;
    g_ptr_array_add(self->ranges, kept);
    return kept;
}

static void
add_asked(ExeReportFilters *self, const char *field, const JwFilter *asked, GTimeZone *zone)
{
    JwRange range;
    const bool ranged = jw_report_filter_range(asked, zone, &range);
    const JwRecordFilter filter = { .field = field,
                                    .values = (const char *const *)asked->values,
                                    .range = ranged ? add_range(self, &range) : NULL,
                                    .contains = asked->contains,
                                    .presence = asked->presence };

    g_array_append_val(self->filters, filter);
    if (asked->excluded != NULL) {
        const JwRecordFilter others = { .field = field,
                                        .values = (const char *const *)asked->excluded,
                                        .negate = true };
        g_array_append_val(self->filters, others);
    }
}

static void
add_inactive(ExeReportFilters *self, const JwReportDef *def)
{
    const JwRecordFilter filter = { .field = def->inactive_field,
                                    .values = self->inactive,
                                    .negate = true };

    self->inactive[0] = def->inactive_value;
    g_array_append_val(self->filters, filter);
}

/* Those of the definition's conditions that the store understands as the engine does, which asks
 * all of them again: so nothing is left out here that it would take. */
static void
add_where(ExeReportFilters *self, const JwCondition *condition)
{
    static const char *const none[JW_BOUND_N] = { NULL };
    const bool plain = condition->parts == NULL && condition->contains == NULL
                       && memcmp(condition->bounds, none, sizeof none) == 0;

    if (plain && condition->equals != NULL && !condition->negate) {
        const JwRecordFilter filter = { .field = condition->field,
                                        .values = (const char *const *)condition->equals };
        g_array_append_val(self->filters, filter);
    }
}

ExeReportFilters *
exe_report_filters_new(const JwReportDef *def, const JwReportRequest *request, GTimeZone *zone,
                       GError **error)
{
    ExeReportFilters *self = g_new0(ExeReportFilters, 1);

    self->filters = g_array_new(FALSE, TRUE, sizeof(JwRecordFilter));
    self->ranges = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < request->filters->len; i++) {
        const JwFilter *asked = &g_array_index(request->filters, JwFilter, i);
        const JwFilterDef *known = jw_report_def_filter(def, asked->name);
        if (known == NULL) {
            exe_report_filters_free(self);
            return jw_fail_null(error, JW_ERROR_INVALID, "report type \"%s\" has no filter \"%s\"",
                                def->report_type, asked->name);
        }
        add_asked(self, known->field, asked, zone);
    }
    for (guint i = 0; i < def->where->len; i++) {
        add_where(self, &g_array_index(def->where, JwCondition, i));
    }
    if (def->inactive_field != NULL && !request->include_inactive) {
        add_inactive(self, def);
    }
    return self;
}

void
exe_report_filters_free(ExeReportFilters *self)
{
    if (self == NULL) {
        return;
    }
    g_array_unref(self->filters);
    g_ptr_array_unref(self->ranges);
    g_free(self);
}

void
exe_report_filters_apply(const ExeReportFilters *self, JwRecordScan *scan)
{
    scan->filters = (const JwRecordFilter *)(const void *)self->filters->data;
    scan->n_filters = self->filters->len;
}
