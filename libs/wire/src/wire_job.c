/* wire_job.c: the body that asks for a report job (seed 000's CreateReportJobRequest) → a job.
 * Any thread, no state. A REST body, a Kafka command and a schedule's template have the same fields
 * and are judged by the same tables; the origin decides about the few that differ. */
#include "wire_private.h"

#include "jw/address.h"
#include "jw/clock.h"
#include "jw/ident.h"
#include "jw/text.h"

#include <string.h>

#define MAX_RECIPIENTS 100
#define MAX_SPEC_BYTES ((size_t)512 * 1024) /* the command with it must fit a message of 1 MiB */

static const char *const served_formats[] = { "xlsx", "csv", NULL };
static const char *const known_formats[] = { "xlsx", "csv", "pdf", "json", NULL };
static const char *const priorities[] = { "low", "normal", "high", NULL };
static const char *const period_types[] = { "weekly", "monthly", NULL };
static const char *const job_types[] = { "report", NULL };

static char *
check_format(const char *text)
{
    const char *bare = jw_skip_prefix(text, JW_LOOKUP_FORMAT);

    if (g_strv_contains(served_formats, bare)) {
        return NULL;
    }
    if (g_strv_contains(known_formats, bare)) {
        return g_strdup_printf("'%s' is not served by this version yet; served: xlsx, csv", bare);
    }
    g_autofree char *echo = jw_echo(text);
    return g_strdup_printf("must be one of xlsx, csv, not '%s'", echo);
}

static char *
check_template(const char *text)
{
    (void)text;
    return g_strdup(
        "templates come with a later version; leave it out and give the settings themselves");
}

static const JwField range_fields[] = {
    { .name = "startDate",
      .type = JW_FIELD_TEXT,
      .flags = JW_FIELD_REQUIRED,
      .check = jw_check_date_or_time },
    { .name = "endDate",
      .type = JW_FIELD_TEXT,
      .flags = JW_FIELD_REQUIRED,
      .check = jw_check_date_or_time },
    { .name = NULL },
};
static const JwField period_fields[] = {
    { .name = "type", .type = JW_FIELD_TEXT, .flags = JW_FIELD_REQUIRED, .values = period_types },
    { .name = "at", .type = JW_FIELD_TEXT, .check = jw_check_time },
    { .name = "timeZone", .type = JW_FIELD_TEXT, .check = jw_check_zone },
    { .name = NULL },
};
static const JwField filter_value = { .type = JW_FIELD_TEXT, .min = 1, .max = 200 };
static const JwField filter_values = { .type = JW_FIELD_ARRAY, .max = 1000, .item = &filter_value };
static const JwField part_name = { .type = JW_FIELD_TEXT, .min = 1, .max = 64 };
static const JwField parameter_fields[] = {
    { .name = "dateRange", .type = JW_FIELD_OBJECT, .fields = range_fields },
    { .name = "period", .type = JW_FIELD_OBJECT, .fields = period_fields },
    { .name = "timeZone", .type = JW_FIELD_TEXT, .check = jw_check_zone },
    { .name = "filters", .type = JW_FIELD_MAP, .max = 50, .item = &filter_values },
    { .name = "groupBy",
      .type = JW_FIELD_ARRAY,
      .flags = JW_FIELD_UNIQUE,
      .max = 20,
      .item = &part_name },
    { .name = "measures",
      .type = JW_FIELD_ARRAY,
      .flags = JW_FIELD_UNIQUE,
      .max = 50,
      .item = &part_name },
    { .name = "includeInactive", .type = JW_FIELD_BOOL },
    { .name = NULL },
};
static const JwField output_fields[] = {
    { .name = "format", .type = JW_FIELD_TEXT, .flags = JW_FIELD_REQUIRED, .check = check_format },
    { .name = "filename", .type = JW_FIELD_TEXT, .min = 1, .max = 200 },
    { .name = NULL },
};
static const JwField recipient = { .type = JW_FIELD_TEXT, .check = jw_check_address };
static const JwField delivery_fields[] = {
    { .name = "recipients", .type = JW_FIELD_ARRAY, .max = MAX_RECIPIENTS, .item = &recipient },
    { .name = NULL },
};
static const JwField actor_fields[] = {
    { .name = "id", .type = JW_FIELD_TEXT, .flags = JW_FIELD_REQUIRED, .min = 1, .max = 200 },
    { .name = "name", .type = JW_FIELD_TEXT, .min = 1, .max = 200 },
    { .name = "email", .type = JW_FIELD_TEXT, .check = jw_check_address },
    { .name = NULL },
};
static const JwField department = { .type = JW_FIELD_TEXT, .min = 1, .max = 200 };

/* clang-format off */
#define REQUIRED JW_FIELD_REQUIRED
#define BODY_FIELDS                                                                                \
    { .name = "reportType", .type = JW_FIELD_TEXT, .flags = REQUIRED, .min = 1, .max = 100 },      \
    { .name = "name", .type = JW_FIELD_TEXT, .flags = REQUIRED, .min = 1, .max = 200 },            \
    { .name = "description", .type = JW_FIELD_TEXT, .flags = JW_FIELD_LINES, .max = 2000 },        \
    { .name = "parameters", .type = JW_FIELD_OBJECT, .flags = REQUIRED,                            \
      .fields = parameter_fields },                                                                \
    { .name = "output", .type = JW_FIELD_OBJECT, .flags = REQUIRED, .fields = output_fields },     \
    { .name = "priority", .type = JW_FIELD_TEXT, .values = priorities,                             \
      .prefix = JW_LOOKUP_PRIORITY },                                                              \
    { .name = "scheduledFor", .type = JW_FIELD_TEXT, .check = jw_check_time },                     \
    { .name = "templateId", .type = JW_FIELD_TEXT, .check = check_template },                      \
    { .name = "delivery", .type = JW_FIELD_OBJECT, .fields = delivery_fields }

static const JwField request_fields[] = { BODY_FIELDS, { .name = NULL } };
static const JwField command_fields[] = {
    BODY_FIELDS,
    { .name = "jobId", .type = JW_FIELD_TEXT, .check = jw_check_uuid },
    { .name = "jobType", .type = JW_FIELD_TEXT, .values = job_types },
    { .name = "requestedBy", .type = JW_FIELD_OBJECT, .fields = actor_fields },
    { .name = "departments", .type = JW_FIELD_ARRAY, .max = 1000, .item = &department },
    { .name = "source", .type = JW_FIELD_TEXT, .min = 1, .max = 200 },
    { .name = NULL },
};
/* clang-format on */

int64_t
jw_wire_scheduled_for(const json_t *body)
{
    return jw_json_time(body, "scheduledFor", 0);
}

static bool
check_schedule_time(const json_t *body, JwOrigin origin, int64_t now_ms, const char *base,
                    JwViolations *faults)
{
    const int64_t due_ms = jw_wire_scheduled_for(body);
    g_autofree char *pointer = jw_pointer(base, "scheduledFor");

    switch (origin) {
    case JW_ORIGIN_REQUEST:
        if (due_ms != 0 && due_ms < now_ms) {
            return jw_violations_add(faults, pointer,
                                     "is in the past; leave it out to start at once");
        }
        return true;
    case JW_ORIGIN_SCHEDULE:
        if (json_object_get(body, "scheduledFor") != NULL) {
            return jw_violations_add(
                faults, pointer, "does not belong here: the trigger decides when the job starts");
        }
        return true;
    case JW_ORIGIN_COMMAND:
        return true;
    }
    return true;
}

bool
jw_wire_check_job(const JwWire *self, const json_t *body, JwOrigin origin, int64_t now_ms,
                  const char *base, JwViolations *faults)
{
    const JwField *fields = origin == JW_ORIGIN_COMMAND ? command_fields : request_fields;
    bool ok = jw_check_object(body, fields, base, faults);

    if (!json_is_object(body)) {
        return false;
    }
    ok = check_schedule_time(body, origin, now_ms, base, faults) && ok;
    return jw_report_body_check(self->catalog, body, base, faults) && ok;
}

/* Without those that name the same mailbox again. NULL: none. */
static char **
unique_recipients(const json_t *body)
{
    g_auto(GStrv) asked =
        jw_json_texts(json_object_get(json_object_get(body, "delivery"), "recipients"));
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);

    for (size_t i = 0; asked != NULL && asked[i] != NULL; i++) {
        if (g_hash_table_add(seen, jw_address_key(asked[i]))) {
            g_ptr_array_add(kept, g_strdup(asked[i]));
        }
    }
    if (kept->len == 0) {
        return NULL;
    }
    g_ptr_array_add(kept, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&kept), FALSE);
}

JwJob *
jw_wire_build_job(const JwWire *self, const json_t *body, int64_t at_ms, int64_t now_ms)
{
    JwJob *job = jw_job_new();
    const char *priority = jw_json_text(body, "priority");

    job->type = g_strdup("report");
    job->subtype = g_strdup(jw_report_body_def(self->catalog, body)->report_type);
    job->name = g_strdup(jw_json_text(body, "name"));
    job->description = g_strdup(jw_json_text(body, "description"));
    job->spec = jw_report_body_spec(self->catalog, body, at_ms);
    job->recipients = unique_recipients(body);
    if (priority != NULL) {
        (void)jw_priority_parse(jw_skip_prefix(priority, JW_LOOKUP_PRIORITY), &job->priority);
    }
    job->scheduled_for_ms = jw_wire_scheduled_for(body);
    job->state = job->scheduled_for_ms > now_ms ? JW_JOB_SCHEDULED : JW_JOB_PENDING;
    /* What may start at once has no time: the claim compares it with another machine's clock. */
    job->not_before_ms = job->state == JW_JOB_SCHEDULED ? job->scheduled_for_ms : 0;
    job->created_at_ms = now_ms;
    job->updated_at_ms = now_ms;
    return job;
}

char *
jw_wire_check_size(const JwJob *job)
{
    if (strlen(job->spec) <= MAX_SPEC_BYTES) {
        return NULL;
    }
    g_autofree char *size = jw_text_bytes((int64_t)strlen(job->spec));
    return g_strdup_printf("take %s when stored; at most 512 KiB are: narrow the filters", size);
}

bool
jw_wire_take_job(JwJob *take_job, JwViolations *faults, JwJob **ret_job)
{
    g_autoptr(JwJob) job = take_job;
    g_autofree char *too_large = jw_wire_check_size(job);

    if (too_large != NULL) {
        return jw_violations_add(faults, "/parameters", "%s", too_large);
    }
    *ret_job = g_steal_pointer(&job);
    return true;
}

bool
jw_wire_job_from_request(const JwWire *self, const struct json_t *body, int64_t now_ms,
                         JwViolations *faults, JwJob **ret_job)
{
    g_return_val_if_fail(self != NULL && body != NULL && faults != NULL && ret_job != NULL, false);

    if (!jw_wire_check_job(self, body, JW_ORIGIN_REQUEST, now_ms, "", faults)) {
        return false;
    }
    return jw_wire_take_job(
        jw_wire_build_job(self, body, MAX(jw_wire_scheduled_for(body), now_ms), now_ms), faults,
        ret_job);
}
