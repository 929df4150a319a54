/* schedules/detail.c: GET of one schedule, with its next due times, its warnings and what became of
 * the last due times; GET of those, and of what it says. */
#include "schedules/schedules.h"

#include <string.h>

#include "jw/ident.h"
#include "jw/jobs_preview.h"
#include "jw/jobs_schedule_write.h"
#include "jw/json_parts.h"
#include "jw/text.h"

#define LAST 20 /* due times that it shows by itself */

/* As they are shown, and the kinds of each: a run that was asked for has fired. */
static const char *const statuses[] = {
    "fired", "late", "caught_up", "coalesced", "skipped", NULL
};
static const unsigned kinds[] = {
    1u << JW_OCCURRENCE_FIRED | 1u << JW_OCCURRENCE_RUN,
    1u << JW_OCCURRENCE_LATE,
    1u << JW_OCCURRENCE_CAUGHT_UP,
    1u << JW_OCCURRENCE_COALESCED,
    1u << JW_OCCURRENCE_SKIPPED,
};
G_STATIC_ASSERT(G_N_ELEMENTS(statuses) == G_N_ELEMENTS(kinds) + 1);

/* Where a page ended: when its last row was due, and its id. Opaque to who asks. */
static char *
place_of(int64_t due_ms, const char *id)
{
    return g_strdup_printf("%" G_GINT64_FORMAT ".%s", due_ms, id);
}

/* @ret_id: (out) (transfer none): the end of @place */
static bool
read_place(const char *place, int64_t *ret_due_ms, const char **ret_id)
{
    const char *dot = strchr(place, '.');
    g_autofree char *due = dot != NULL ? g_strndup(place, (gsize)(dot - place)) : g_strdup("");

    *ret_id = dot != NULL ? dot + 1 : "";
    return jw_uuid_valid(*ret_id)
           && jw_text_int64(due, "a time", 0, INT64_MAX / 2, ret_due_ms, NULL);
}

static char *
check_place(const char *text)
{
    const char *id = NULL;
    int64_t due_ms = 0;

    return read_place(text, &due_ms, &id) ? NULL
                                          : g_strdup("must be next_after of an earlier answer");
}

const JwField gw_schedules_occurrences_query[] = {
    { .name = "limit", .type = JW_FIELD_INT, .min = 1, .max = GW_SCHEDULES_ROWS },
    { .name = "before", .type = JW_FIELD_STRING, .check = jw_check_time },
    { .name = "after", .type = JW_FIELD_STRING, .check = check_place },
    { .name = "status", .type = JW_FIELD_STRING, .values = statuses },
    { .name = NULL },
};

JwSchedule *
gw_schedules_find(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply)
{
    const char *id = jw_http_param(request, "jobId");
    JwSchedule *schedule = NULL;
    g_autoptr(GError) error = NULL;

    if (!jw_store_get_schedule(gw->store, id, &schedule, &error)) {
        jw_http_reply_error(reply, error);
    } else if (schedule == NULL) {
        gw_schedules_not_found(reply, id);
    }
    return schedule;
}

static void
append_row(const JwOccurrence *row, gpointer list)
{
    json_array_append_new(list, gw_schedules_occurrence(row));
}

/* Newest first. NULL: answered. (transfer full) */
static json_t *
list_rows(const Gw *gw, JwHttpReply *reply, const JwOccurrenceQuery *query)
{
    json_auto_t *list = json_array();
    g_autoptr(GError) error = NULL;

    if (!jw_store_list_occurrences(gw->store, query, append_row, list, &error)) {
        jw_http_reply_error(reply, error);
        return NULL;
    }
    return json_incref(list);
}

bool
gw_schedules_set_preview(const Gw *gw, JwSchedule *schedule, json_t *object, GError **error)
{
    const int64_t next = schedule->next_fire_ms;
    g_autoptr(GArray) due = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GPtrArray) warnings = jw_warnings_new();
    g_autoptr(GError) cause = NULL;

    if (!jw_jobs_preview_schedule(&gw->jobs, schedule,
                                  next != 0 ? next : jw_clock_now_ms(gw->jobs.clock) + 1, due,
                                  warnings, &cause)) {
        const JwErrorCode code = jw_error_code(cause);
        if (code != JW_ERROR_NOT_FOUND && code != JW_ERROR_INVALID && code != JW_ERROR_CORRUPT) {
            g_propagate_error(error, g_steal_pointer(&cause));
            return false;
        }
        jw_warnings_add(warnings, "RULE_UNREADABLE", "nothing is due: %s", jw_error_message(cause));
    }
    if (schedule->paused || next == 0) {
        g_array_set_size(due, 0);
    }
    json_object_set_new(object, "next_run_times", gw_schedules_times(due));
    json_object_set_new(object, "warnings", gw_schedules_warnings(warnings));
    return true;
}

/* Null where nothing was given, which says more than what holds then: a report has a zone of its
 * own. */
static void
set_text(json_t *job, const char *name, const char *text)
{
    json_object_set_new(job, name, text != NULL ? jw_json_string(text) : json_null());
}

json_t *
gw_schedules_detail(const Gw *gw, JwHttpReply *reply, JwSchedule *schedule)
{
    json_auto_t *job = gw_schedules_item(schedule);
    json_auto_t *value = jw_wire_schedule_value(schedule);
    g_autoptr(GError) error = NULL;

    set_text(job, "time_zone", schedule->time_zone);
    json_object_set_new(job, "version", json_integer(schedule->version));
    json_object_set_new(job, "paused", json_boolean(schedule->paused));
    set_text(job, "note", schedule->note);
    if (!gw_schedules_set_preview(gw, schedule, job, &error)) {
        jw_http_reply_error(reply, error);
        return NULL;
    }
    json_t *rows = list_rows(
        gw, reply,
        &(JwOccurrenceQuery){ .schedule_id = schedule->id, .no_switches = true, .limit = LAST });
    if (rows == NULL) {
        return NULL;
    }
    json_object_set_new(job, "occurrences", rows);
    json_object_update_missing(job, value);
    return json_pack("{s:O}", "job", job);
}

json_t *
gw_schedules_definition(const JwSchedule *schedule)
{
    g_autofree char *digest = jw_jobs_schedule_digest(schedule);

    return json_pack("{s:o, s:s}", "definition", jw_wire_schedule_value(schedule), "digest",
                     digest);
}

void
gw_schedules_get_definition(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    g_autoptr(JwSchedule) schedule = gw_schedules_find(context, request, reply);

    if (schedule != NULL) {
        gw_schedules_reply(reply, 200, gw_schedules_definition(schedule));
    }
}

void
gw_schedules_get(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    g_autoptr(JwSchedule) schedule = gw_schedules_find(gw, request, reply);
    json_t *data = schedule != NULL ? gw_schedules_detail(gw, reply, schedule) : NULL;

    if (data != NULL) {
        gw_schedules_reply(reply, 200, data);
    }
}

/* Those of a status; 0: all. */
static unsigned
kinds_of(const char *status)
{
    for (size_t i = 0; status != NULL && i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(statuses[i], status) == 0) {
            return kinds[i];
        }
    }
    return 0;
}

/* The first @limit of @rows, and where the next page begins when there are more. */
static json_t *
page_of(json_t *rows, size_t limit)
{
    json_t *data = json_pack("{s:O}", "occurrences", rows);

    if (json_array_size(rows) > limit) {
        (void)json_array_remove(rows, limit);
        const json_t *last = json_array_get(rows, limit - 1);
        const int64_t due_ms = jw_json_moment(last, "due_time");
        g_autofree char *place = place_of(due_ms, jw_json_text(last, "id"));
        jw_json_set_string(data, "next_after", place);
    }
    return data;
}

void
gw_schedules_occurrences(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const char *before = jw_http_query(request, "before");
    const char *after = jw_http_query(request, "after");
    const size_t limit = (size_t)jw_http_query_int(request, "limit", LAST);
    g_autoptr(JwSchedule) schedule = gw_schedules_find(context, request, reply);
    int64_t before_ms = 0;

    if (schedule == NULL) {
        return;
    }
    if (before != NULL && jw_time_parse(before, &before_ms, NULL)) {
        before_ms = MAX(before_ms, 1); /* 0 is none */
    }
    JwOccurrenceQuery query = { .schedule_id = schedule->id,
                                .before_ms = before_ms,
                                .no_switches = true,
                                .kinds = kinds_of(jw_http_query(request, "status")),
                                .limit = limit + 1 };
    if (after != NULL && !read_place(after, &query.after_due_ms, &query.after_id)) {
        query.after_id = NULL; /* never: it was checked */
    }
    json_auto_t *rows = list_rows(context, reply, &query);
    if (rows != NULL) {
        gw_schedules_reply(reply, 200, page_of(rows, limit));
    }
}
