/* request/request.c: what is asked of a definition: new and free. */
#include "jw/report.h"
#include "jw/text.h"

static const size_t request_texts[] = {
    offsetof(JwReportRequest, report_type), offsetof(JwReportRequest, time_zone),
    offsetof(JwReportRequest, format),      offsetof(JwReportRequest, file_name),
    offsetof(JwReportRequest, requester),   offsetof(JwReportRequest, language),
    offsetof(JwReportRequest, table),       offsetof(JwReportRequest, not_compared),
    offsetof(JwReportRequest, edition),
};

static void
filter_clear(gpointer data)
{
    static const size_t texts[] = {
        offsetof(JwFilter, name),
        offsetof(JwFilter, from),
        offsetof(JwFilter, to),
        offsetof(JwFilter, contains),
    };
    JwFilter *filter = data;

    jw_texts_clear(filter, texts, G_N_ELEMENTS(texts));
    g_clear_pointer(&filter->values, g_strfreev);
    g_clear_pointer(&filter->excluded, g_strfreev);
}

JwReportRequest *
jw_report_request_new(void)
{
    JwReportRequest *request = g_new0(JwReportRequest, 1);

    request->filters = g_array_new(FALSE, TRUE, sizeof(JwFilter));
    g_array_set_clear_func(request->filters, filter_clear);
    return request;
}

void
jw_report_request_free(gpointer data)
{
    JwReportRequest *self = data;

    if (self == NULL) {
        return;
    }
    jw_texts_clear(self, request_texts, G_N_ELEMENTS(request_texts));
    g_clear_pointer(&self->filters, g_array_unref);
    g_strfreev(self->group_by);
    jw_table_rows_clear(&self->rows);
    g_strfreev(self->measures);
    g_free(self);
}
