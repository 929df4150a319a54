/* email/ask.c: the body of generate-email-report as a job. What of it is the report's own is
 * checked by the rules of all report jobs (jw/wire.h), whose pointers are told as those of this
 * body. */
#include "email/email.h"

#include "jw/civil.h"
#include "jw/report_request.h"

#include <string.h>

#define ADDRESSES "/emailRecipients"

static const JwField recipient = { .type = JW_FIELD_STRING, .check = jw_check_address };
#define RECIPIENTS                                                                                 \
    {                                                                                              \
        .name = "emailRecipients", .type = JW_FIELD_ARRAY, .max = JW_DEFAULT_RECIPIENTS_MAX,       \
        .item = &recipient                                                                         \
    }

static const JwField fields[] = {
    { .name = "reportType",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .values = gw_email_editions },
    { .name = "startDate", .type = JW_FIELD_STRING, .min = 1, .max = 40 },
    { .name = "endDate", .type = JW_FIELD_STRING, .min = 1, .max = 40 },
    { .name = "sendEmail", .type = JW_FIELD_BOOL },
    RECIPIENTS,
    { .name = NULL },
};

void
gw_email_drop_nulls(json_t *body)
{
    const char *name = NULL;
    json_t *value = NULL;
    void *next = NULL;

    json_object_foreach_safe(body, next, name, value)
    {
        if (json_is_null(value)) {
            (void)json_object_del(body, name);
        }
    }
}

bool
gw_email_sound(JwHttpReply *reply, const JwViolations *violations)
{
    const size_t n = jw_violations_count(violations);
    bool addresses = true;

    for (size_t i = 0; i < n; i++) {
        addresses =
            addresses && g_str_has_prefix(jw_violations_get(violations, i)->pointer, ADDRESSES "/");
    }
    if (n == 0 || !addresses) {
        return gw_request_sound(reply, violations);
    }
    jw_http_reply_problem(reply, 400, "INVALID_EMAIL_ADDRESSES", violations, 0,
                          "%" G_GSIZE_FORMAT " email address%s invalid", n,
                          n == 1 ? " is" : "es are");
    return false;
}

/* A moment of the period, or a day. */
typedef struct {
    int64_t start_ms, end_ms; /* of a day; else both the moment */
    char *text;               /* as report requests have it; NULL: none */
} Moment;

static void
moment_clear(Moment *self)
{
    g_clear_pointer(&self->text, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Moment, moment_clear)

/* What has no offset is local time in the zone of the reports. */
static bool
read_local(const char *text, GTimeZone *zone, int64_t *ret_ms)
{
    g_autofree char *as_utc = g_strconcat(text, "Z", NULL);
    int64_t local_ms = 0;

    if (!jw_time_parse(as_utc, &local_ms, NULL)) {
        return false;
    }
    *ret_ms = jw_zone_utc(zone, jw_floor_div(local_ms, 1000)) * 1000 + jw_floor_mod(local_ms, 1000);
    return true;
}

/* Nothing for a member that is absent or, which was noted before, no string. */
static void
read_moment(const json_t *body, const char *name, GTimeZone *zone, JwViolations *violations,
            Moment *ret)
{
    const char *text = jw_json_text(body, name);
    g_autofree char *pointer = jw_pointer("", name);

    if (text == NULL || text[0] == '\0') {
        return;
    }
    if (jw_parse_day(text, zone, &ret->start_ms, &ret->end_ms)) {
        ret->end_ms--;
        ret->text = g_strdup(text);
    } else if (jw_time_parse(text, &ret->start_ms, NULL)) {
        ret->end_ms = ret->start_ms;
        ret->text = g_strdup(text);
    } else if (read_local(text, zone, &ret->start_ms)) {
        ret->end_ms = ret->start_ms;
        ret->text = jw_time_format(ret->start_ms);
    } else {
        (void)jw_violations_add(violations, pointer,
                                "must be an ISO 8601 time such as 2026-01-06T00:00:00Z, or a date "
                                "such as 2026-01-06");
    }
}

/* @ret_range: (out) (nullable) (transfer full): NULL: the period of the edition. */
static void
read_range(const json_t *body, GTimeZone *zone, JwViolations *violations, json_t **ret_range)
{
    static const char *const names[] = { "startDate", "endDate" };
    const bool has_start = json_object_get(body, names[0]) != NULL;
    const bool has_end = json_object_get(body, names[1]) != NULL;
    g_auto(Moment) start = { 0 };
    g_auto(Moment) end = { 0 };

    if (has_start != has_end) {
        g_autofree char *pointer = jw_pointer("", names[has_start]);
        (void)jw_violations_add(violations, pointer,
                                "is required with the other one: give both dates, or neither for "
                                "the last whole week or month");
    }
    read_moment(body, names[0], zone, violations, &start);
    read_moment(body, names[1], zone, violations, &end);
    if (start.text == NULL || end.text == NULL) {
        return;
    }
    if (start.start_ms >= end.end_ms) {
        (void)jw_violations_add(violations, "/startDate", "must be before endDate");
        return;
    }
    *ret_range = json_pack("{s:s, s:s}", names[0], start.text, names[1], end.text);
}

/* To whom it goes: as asked, else as configured. @ret: (out) (nullable) (transfer full): NULL: to
 * nobody. */
static void
read_recipients(const Gw *gw, const json_t *body, JwViolations *violations, json_t **ret)
{
    json_t *asked = json_object_get(body, "emailRecipients");

    if (!json_is_true(json_object_get(body, "sendEmail"))) {
        return;
    }
    if (json_is_array(asked) && json_array_size(asked) > 0) {
        *ret = json_incref(asked);
    } else if (gw->email_recipients != NULL) {
        *ret = jw_json_strings((const char *const *)gw->email_recipients);
    } else if (asked == NULL || json_is_array(asked)) {
        (void)jw_violations_add(violations, ADDRESSES,
                                "is required with sendEmail: name one recipient or more, for no "
                                "others are configured (JW_EMAIL_REPORT_RECIPIENTS)");
    }
}

/* The one fault that the contract shows an answer of. */
static bool
is_order_alone(const JwViolations *violations)
{
    return jw_violations_count(violations) == 1
           && strcmp(jw_violations_get(violations, 0)->message, "must be before endDate") == 0;
}

static bool
check_sound(JwHttpReply *reply, const JwViolations *violations)
{
    if (is_order_alone(violations)) {
        jw_http_reply_problem(reply, 400, "VALIDATION_ERROR", NULL, 0,
                              "Start date must be before end date");
        return false;
    }
    return gw_email_sound(reply, violations);
}

/* Of the rules of report jobs, in the words of this body. */
static void
tell(const JwViolations *found, JwViolations *violations)
{
    static const struct {
        const char *there, *here;
    } pointers[] = {
        { "/parameters/dateRange/", "/" },
        { "/parameters/dateRange", "/startDate" },
        { "/delivery/recipients", ADDRESSES },
    };

    for (size_t i = 0; i < jw_violations_count(found); i++) {
        const JwViolation *violation = jw_violations_get(found, i);
        g_autofree char *pointer = NULL;

        for (size_t k = 0; k < G_N_ELEMENTS(pointers) && pointer == NULL; k++) {
            if (g_str_has_prefix(violation->pointer, pointers[k].there)) {
                pointer = g_strconcat(pointers[k].here,
                                      violation->pointer + strlen(pointers[k].there), NULL);
            }
        }
        (void)jw_violations_add(violations, pointer != NULL ? pointer : "/reportType", "%s",
                                violation->message);
    }
}

/* As the body of a report job. (transfer full) */
static json_t *
as_request(const char *edition, json_t *range, json_t *recipients)
{
    g_autofree char *name = g_strdup_printf("CDR %s Report", edition);
    json_t *parameters = json_pack("{s:s}", "edition", edition);

    if (range != NULL) {
        json_object_set(parameters, "dateRange", range);
    }
    json_t *request = json_pack("{s:s, s:s, s:o, s:{s:s}}", "reportType", GW_EMAIL_TYPE, "name",
                                name, "parameters", parameters, "output", "format", "xlsx");
    /* Who wants no mail gets none about a failure either. */
    json_object_set_new(request, "delivery",
                        recipients != NULL ? json_pack("{s:O}", "recipients", recipients)
                                           : json_pack("{s:s}", "onFailure", "none"));
    return request;
}

/* NULL: answered. (transfer none) */
static const JwReportDef *
find_definition(const Gw *gw, JwHttpReply *reply, const char *edition)
{
    const JwReportDef *def = jw_catalog_find(gw->catalog, GW_EMAIL_TYPE);

    if (def == NULL || (edition != NULL && jw_report_def_edition(def, edition) == NULL)) {
        jw_http_reply_problem(reply, 500, "INTERNAL_ERROR", NULL, 0,
                              "the definition of the report type '" GW_EMAIL_TYPE
                              "' is missing, or has no edition '%s': it belongs into "
                              "JW_REPORTS_DIR",
                              edition != NULL ? edition : "Weekly");
        return NULL;
    }
    return def;
}

static const char *
edition_of(const json_t *body)
{
    const char *asked = jw_json_text(body, "reportType");

    return asked != NULL && g_strv_contains(gw_email_editions, asked) ? asked : NULL;
}

JwJob *
gw_email_read_job(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply, json_t *body,
                  int64_t now_ms)
{
    const char *edition = edition_of(body);
    const JwReportDef *def = find_definition(gw, reply, edition);
    g_autoptr(GTimeZone) zone = def != NULL ? jw_zone_new(def->time_zone, NULL) : NULL;
    g_auto(JwViolations) violations = { 0 };
    g_auto(JwViolations) found = { 0 };
    json_auto_t *range = NULL;
    json_auto_t *recipients = NULL;
    g_autoptr(JwJob) job = NULL;

    if (def == NULL) {
        return NULL;
    }
    (void)jw_check_object(body, fields, "", &violations);
    read_range(body, zone, &violations, &range);
    read_recipients(gw, body, &violations, &recipients);
    if (!check_sound(reply, &violations)) {
        return NULL;
    }
    json_auto_t *whole = as_request(edition, range, recipients);
    if (!jw_wire_job_from_request(gw->wire, whole, now_ms, &found, &job)) {
        tell(&found, &violations);
        (void)gw_email_sound(reply, &violations);
        return NULL;
    }
    if (!gw_scope_limit(gw, jw_http_principal(request), whole, job, &found)) {
        gw_reply_beyond(reply, jw_http_principal(request), &found);
        return NULL;
    }
    return g_steal_pointer(&job);
}
