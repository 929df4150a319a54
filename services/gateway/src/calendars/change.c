/* calendars/change.c: PUT and DELETE of a calendar (jw/jobs_calendar_write.h). Who names the
 * version that a change is meant for, by If-Match, is told when it is another by now. */
#include "calendars/calendars.h"

#include "jw/jobs_calendar_write.h"
#include "jw/log.h"
#include "jw/wire_calendar.h"
#include "schedules/schedules.h"

typedef struct {
    const Gw *gw;
    const JwHttpRequest *request;
    JwHttpReply *reply;
} Asked;

/* The conditions of the request; false: answered. */
static bool
allows(const JwStoredCalendar *there, gpointer data)
{
    const Asked *self = data;

    if (there != NULL) {
        g_autofree char *etag = gw_calendars_etag(there);
        return jw_http_may_change(self->request, self->reply, etag);
    }
    if (jw_http_header(self->request, "If-Match") == NULL) {
        return true;
    }
    jw_http_reply_problem(
        self->reply, 412, "PRECONDITION_FAILED", NULL, 0,
        "there is no calendar of this name, so none that If-Match names; leave it "
        "out to make one");
    return false;
}

static JwCalendarWish
wish_of(Asked *asked)
{
    return (JwCalendarWish){ .name = jw_http_param(asked->request, "name"),
                             .by = jw_http_principal(asked->request)->subject,
                             .allows = allows,
                             .data = asked };
}

/* The first of them by their ids; that there are more is said, too. (transfer full) */
static char *
names_of(const GPtrArray *users)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < users->len && i < JW_CALENDAR_USERS - 1; i++) {
        const JwSchedule *schedule = g_ptr_array_index(users, i);
        g_string_append_printf(text, "%s'%s'", i > 0 ? ", " : "", schedule->id);
    }
    if (users->len >= JW_CALENDAR_USERS) {
        g_string_append(text, " and others");
    }
    return g_string_free(text, FALSE);
}

static void
answer(const Asked *self, const JwCalendarWish *wish, JwCalendarOutcome outcome,
       const JwStoredCalendar *calendar, const GPtrArray *users)
{
    const char *base = self->gw->config.public_url;
    g_autofree char *location =
        g_strconcat(base != NULL ? base : "", GW_CALENDARS "/", wish->name, NULL);
    g_autofree char *text = NULL;

    switch (outcome) {
    case JW_CALENDAR_HELD: /* answered */
        break;
    case JW_CALENDAR_MISSING:
        gw_calendars_not_found(self->reply, wish->name);
        break;
    case JW_CALENDAR_IN_USE:
        text = names_of(users);
        jw_http_reply_problem(self->reply, 409, "CALENDAR_IN_USE", NULL, 0,
                              "Calendar '%s' is used by %s: change or delete those jobs first",
                              wish->name, text);
        break;
    case JW_CALENDAR_TOO_MANY:
        jw_http_reply_problem(self->reply, 409, "TOO_MANY_CALENDARS", NULL, 0,
                              "there are %d calendars already: delete one first", JW_CALENDARS_MAX);
        break;
    case JW_CALENDAR_CREATED:
        jw_http_reply_header(self->reply, "Location", location);
        gw_calendars_reply(self->reply, self->request, 201, calendar);
        break;
    case JW_CALENDAR_SAME:
    case JW_CALENDAR_CHANGED:
        gw_calendars_reply(self->reply, self->request, 200, calendar);
        break;
    case JW_CALENDAR_DELETED:
        text = g_strdup_printf("Calendar '%s' deleted", wish->name);
        gw_schedules_reply(self->reply, 200, json_pack("{s:s}", "message", text));
        break;
    }
    if (outcome >= JW_CALENDAR_CREATED) {
        jw_info(outcome == JW_CALENDAR_DELETED ? "calendar_deleted" : "calendar_stored",
                JW_STR("calendar", wish->name), JW_STR("subject", wish->by),
                JW_BOOL("new", outcome == JW_CALENDAR_CREATED));
    }
}

void
gw_calendars_put(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Asked asked = { context, request, reply };
    const JwCalendarWish wish = wish_of(&asked);
    json_auto_t *body = gw_request_body(request, reply);
    g_auto(JwViolations) violations = { 0 };
    g_autoptr(JwStoredCalendar) calendar = NULL;
    g_autoptr(GError) error = NULL;
    JwCalendarOutcome outcome = JW_CALENDAR_HELD;

    if (body == NULL) {
        return;
    }
    json_auto_t *days = jw_wire_calendar_days(body, wish.name, "", &violations);
    if (!gw_request_sound(reply, &violations)) {
        return;
    }
    if (!jw_jobs_write_calendar(&asked.gw->jobs, &wish, days, &outcome, &calendar, &error)) {
        gw_schedules_reply_doubt(reply, error,
                                 "whether this was done is not known: repeat the request");
        return;
    }
    answer(&asked, &wish, outcome, calendar, NULL);
}

void
gw_calendars_delete(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Asked asked = { context, request, reply };
    const JwCalendarWish wish = wish_of(&asked);
    g_autoptr(GPtrArray) users = NULL;
    g_autoptr(GError) error = NULL;
    JwCalendarOutcome outcome = JW_CALENDAR_HELD;

    if (!jw_jobs_delete_calendar(&asked.gw->jobs, &wish, &outcome, &users, &error)) {
        gw_schedules_reply_doubt(reply, error,
                                 "whether the calendar was deleted is not known: repeat the "
                                 "request, which answers 404 when it was");
        return;
    }
    answer(&asked, &wish, outcome, NULL, users);
}
