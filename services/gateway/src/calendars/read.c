/* calendars/read.c: GET of calendars, and of the jobs that use one. */
#include "calendars/calendars.h"

#include "jw/store_schedules.h"
#include "schedules/schedules.h"

#include <string.h>

#define PAGE            100
#define VERSION_IN_ETAG 16

const JwField gw_calendars_list_query[] = {
    { .name = "limit", .type = JW_FIELD_INT, .min = 1, .max = GW_CALENDARS_MOST },
    { .name = "after", .type = JW_FIELD_STRING, .min = 1, .max = 200 },
    { .name = NULL },
};

const JwField gw_calendars_jobs_query[] = {
    { .name = "limit", .type = JW_FIELD_INT, .min = 1, .max = GW_CALENDARS_JOBS },
    { .name = "after", .type = JW_FIELD_STRING, .min = 1, .max = 200 },
    { .name = NULL },
};

char *
gw_calendars_etag(const JwStoredCalendar *calendar)
{
    return g_strdup_printf("%.*s-%" G_GINT64_MODIFIER "x", VERSION_IN_ETAG, calendar->version,
                           calendar->updated_at_ms);
}

/* With all sorts of days, those that it has none of, too. */
json_t *
gw_calendars_value(const JwStoredCalendar *calendar, GError **error)
{
    static const char *const sorts[] = { "dates", "ranges", "weekdays", "yearly" };
    json_t *value = json_object();
    json_auto_t *days = jw_json_parse(calendar->days, strlen(calendar->days), error);

    if (days == NULL) {
        json_decref(value);
        (void)jw_prefix(error, "calendar '%s'", calendar->name);
        return NULL;
    }
    jw_json_set_string(value, "name", calendar->name);
    for (size_t i = 0; i < G_N_ELEMENTS(sorts); i++) {
        json_t *list = json_object_get(days, sorts[i]);
        json_object_set_new(value, sorts[i], list != NULL ? json_incref(list) : json_array());
    }
    jw_json_set_string(value, "source", calendar->source != NULL ? calendar->source : "file");
    jw_json_set_time(value, "updated_at", calendar->updated_at_ms);
    return value;
}

void
gw_calendars_reply(JwHttpReply *reply, const JwHttpRequest *request, int status,
                   const JwStoredCalendar *calendar)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *etag = gw_calendars_etag(calendar);
    json_t *value = gw_calendars_value(calendar, &error);

    if (value == NULL) {
        jw_http_reply_error(reply, error);
        return;
    }
    jw_http_reply_tagged(reply, request, status,
                         json_pack("{s:s, s:{s:o}}", "status", "ok", "data", "calendar", value),
                         etag);
}

void
gw_calendars_not_found(JwHttpReply *reply, const char *name)
{
    jw_http_reply_problem(reply, 404, "CALENDAR_NOT_FOUND", NULL, 0, "Calendar '%s' not found",
                          name);
}

/* The calendar of the path; NULL: answered. (transfer full) */
static JwStoredCalendar *
find(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply)
{
    const char *name = jw_http_param(request, "name");
    JwStoredCalendar *calendar = NULL;
    g_autoptr(GError) error = NULL;

    if (!jw_store_get_calendar(gw->store, name, &calendar, &error)) {
        jw_http_reply_error(reply, error);
    } else if (calendar == NULL) {
        gw_calendars_not_found(reply, name);
    }
    return calendar;
}

void
gw_calendars_get(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    g_autoptr(JwStoredCalendar) calendar = find(context, request, reply);

    if (calendar != NULL) {
        gw_calendars_reply(reply, request, 200, calendar);
    }
}

/* An item of a list; NULL with @error: it cannot be shown. @ret_key: (out) (transfer none): what it
 * comes after */
typedef json_t *(*ItemFunc)(gconstpointer of, const char **ret_key, GError **error);

static json_t *
calendar_item(gconstpointer of, const char **ret_key, GError **error)
{
    *ret_key = ((const JwStoredCalendar *)of)->name;
    return gw_calendars_value(of, error);
}

static json_t *
job_item(gconstpointer of, const char **ret_key, GError **error G_GNUC_UNUSED)
{
    *ret_key = ((const JwSchedule *)of)->id;
    return gw_schedules_item(of);
}

/* @page: has one more than @limit when there are more. */
static void
reply_page(JwHttpReply *reply, const char *name, const GPtrArray *page, size_t limit, ItemFunc item)
{
    json_auto_t *list = json_array();
    g_autoptr(GError) error = NULL;
    const char *last = NULL;

    for (guint i = 0; i < MIN(page->len, limit); i++) {
        json_t *value = item(g_ptr_array_index(page, i), &last, &error);
        if (value == NULL) {
            jw_http_reply_error(reply, error);
            return;
        }
        json_array_append_new(list, value);
    }
    json_t *data = json_pack("{s:O}", name, list);
    if (page->len > limit) {
        jw_json_set_string(data, "next_after", last);
    }
    gw_schedules_reply(reply, 200, data);
}

void
gw_calendars_list(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    const size_t limit = (size_t)jw_http_query_int(request, "limit", PAGE);
    g_autoptr(GPtrArray) page = NULL;
    g_autoptr(GError) error = NULL;

    if (!jw_store_list_calendars(gw->store, jw_http_query(request, "after"), limit + 1, &page,
                                 &error)) {
        jw_http_reply_error(reply, error);
        return;
    }
    reply_page(reply, "calendars", page, limit, calendar_item);
}

void
gw_calendars_jobs(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    const size_t limit = (size_t)jw_http_query_int(request, "limit", PAGE);
    g_autoptr(JwStoredCalendar) calendar = find(gw, request, reply);
    g_autoptr(GPtrArray) page = NULL;
    g_autoptr(GError) error = NULL;

    if (calendar == NULL) {
        return;
    }
    if (!jw_store_schedules_of_calendar(gw->store, calendar->name, jw_http_query(request, "after"),
                                        limit + 1, &page, &error)) {
        jw_http_reply_error(reply, error);
        return;
    }
    reply_page(reply, "jobs", page, limit, job_item);
}
