/* wire_job.c: a job and the JSON that asks for one, in both directions.
 * Any thread, no state. What all kinds have is here, member by member: the tables that check it,
 * how it is read, how it is written. The spec is its kind's (jw/kinds.h). */
#include "wire_private.h"

#include "jw/address.h"
#include "jw/duration.h"
#include "jw/json_parts.h"
#include "jw/report_mail.h"
#include "jw/report_request.h"

#include <string.h>

#define MAX_RECIPIENTS  100
#define MAX_ATTEMPTS    100
#define PRIORITY_PREFIX "report-priority."
/* Of the settings of a template: the request's own members, and those of output. */
#define PARTIAL_LEVELS 2

static const char *const priorities[] = { "low", "normal", "high", NULL };

static char *
check_type(const char *text)
{
    if (jw_kind_find(text) != NULL) {
        return NULL;
    }
    g_autofree char *echo = jw_echo(text);
    g_autoptr(GString) known = g_string_new(NULL);
    for (size_t i = 0; i < jw_n_kinds; i++) {
        g_string_append_printf(known, "%s%s", i > 0 ? ", " : "", jw_kinds[i]->type);
    }
    return g_strdup_printf("must be one of %s, not '%s'", known->str, echo);
}

static char *
check_no_template(const char *text G_GNUC_UNUSED)
{
    return g_strdup("is for requests to the REST API, which puts the template's settings into the "
                    "job; give the settings themselves here");
}

static char *
check_no_other(const char *text G_GNUC_UNUSED)
{
    return g_strdup("does not belong here: a template has all of its settings itself");
}

static char *
check_not_yet(const char *text G_GNUC_UNUSED)
{
    return g_strdup("does not belong here: each request says when its job starts");
}

static char *
check_no_time(const char *text G_GNUC_UNUSED)
{
    return g_strdup("does not belong here: the trigger decides when the job starts");
}

static const JwField recipient = { .type = JW_FIELD_STRING, .check = jw_check_address };
static const char *const on_failures[] = { "requester", "none", NULL };
static const JwField delivery_fields[] = {
    { .name = "recipients", .type = JW_FIELD_ARRAY, .max = MAX_RECIPIENTS, .item = &recipient },
    { .name = "onFailure", .type = JW_FIELD_STRING, .values = on_failures },
    { .name = "mail", .type = JW_FIELD_OBJECT, .fields = jw_mail_texts_fields },
    { .name = "inDoubt", .type = JW_FIELD_STRING, .values = jw_in_doubt_names },
    { .name = NULL },
};
const JwField jw_wire_actor_fields[] = {
    { .name = "id", .type = JW_FIELD_STRING, .flags = JW_FIELD_REQUIRED, .min = 1, .max = 200 },
    { .name = "name", .type = JW_FIELD_STRING, .min = 1, .max = 200 },
    { .name = "email", .type = JW_FIELD_STRING, .check = jw_check_address },
    { .name = NULL },
};
static const JwField department = { .type = JW_FIELD_STRING, .min = 1, .max = 200 };

#define REQUIRED JW_FIELD_REQUIRED
/* clang-format off */
#define JOB_FIELDS                                                                                 \
    { .name = "name", .type = JW_FIELD_STRING, .flags = REQUIRED, .min = 1, .max = 200 },          \
    { .name = "description", .type = JW_FIELD_STRING, .flags = JW_FIELD_LINES, .max = 2000 },      \
    { .name = "priority", .type = JW_FIELD_STRING, .values = priorities,                           \
      .prefix = PRIORITY_PREFIX },                                                                 \
    { .name = "visibility", .type = JW_FIELD_STRING, .values = jw_visibility_names },              \
    { .name = "timeoutSeconds", .type = JW_FIELD_INT, .min = 1, .max = JW_KIND_TIMEOUT_MOST_S },   \
    { .name = "delivery", .type = JW_FIELD_OBJECT, .fields = delivery_fields }
#define KIND_FIELDS                                                                                \
    { .name = "jobType", .type = JW_FIELD_STRING, .flags = REQUIRED, .check = check_type },        \
    { .name = "spec", .type = JW_FIELD_ANY, .flags = REQUIRED },                                   \
    { .name = "maxAttempts", .type = JW_FIELD_INT, .min = 1, .max = MAX_ATTEMPTS }

static const JwField request_fields[] = {
    JOB_FIELDS,
    { .name = "scheduledFor", .type = JW_FIELD_STRING, .check = jw_check_time },
    { .name = "templateId", .type = JW_FIELD_STRING, .min = 1, .max = 200 },
    { .name = NULL },
};
static const JwField template_fields[] = {
    JOB_FIELDS,
    { .name = "kind", .type = JW_FIELD_STRING, .check = check_type },
    { .name = "maxAttempts", .type = JW_FIELD_INT, .min = 1, .max = MAX_ATTEMPTS },
    { .name = "scheduledFor", .type = JW_FIELD_STRING, .check = check_no_time },
    { .name = "templateId", .type = JW_FIELD_STRING, .check = check_no_template },
    { .name = "requestedBy", .type = JW_FIELD_OBJECT, .fields = jw_wire_actor_fields },
    { .name = NULL },
};
const JwField jw_wire_command_fields[] = {
    JOB_FIELDS,
    KIND_FIELDS,
    { .name = "scheduledFor", .type = JW_FIELD_STRING, .check = jw_check_time },
    { .name = "templateId", .type = JW_FIELD_STRING, .check = check_no_template },
    { .name = "jobId", .type = JW_FIELD_STRING, .check = jw_check_uuid },
    { .name = "requestedBy", .type = JW_FIELD_OBJECT, .fields = jw_wire_actor_fields },
    /* An empty list would be no department, as in a token, and is not all of them. */
    { .name = "departments", .type = JW_FIELD_ARRAY, .min = 1, .max = 1000, .item = &department },
    { .name = "source", .type = JW_FIELD_STRING, .min = 1, .max = 200 },
    { .name = NULL },
};
/* clang-format on */

static bool
check_recipients(const JwJobKind *kind, const json_t *body, const char *base,
                 JwViolations *violations)
{
    const json_t *delivery = json_object_get(body, "delivery");

    if ((kind->flags & JW_KIND_RECIPIENTS) != 0 || delivery == NULL
        || (json_is_object(delivery) && json_object_get(delivery, "recipients") == NULL)) {
        return true;
    }
    g_autofree char *pointer = jw_pointer(base, "delivery");
    return jw_violations_add(violations, pointer,
                             "does not belong here: a %s job has no recipients", kind->type);
}

static const char *
on_failure_of(const json_t *body)
{
    return jw_json_text(json_object_get(body, "delivery"), "onFailure");
}

bool
jw_wire_check_on_failure(const json_t *body, const char *email, const char *base,
                         const char *advice, JwViolations *violations)
{
    if (g_strcmp0(on_failure_of(body), jw_on_failure_name(JW_ON_FAILURE_REQUESTER)) != 0
        || email != NULL) {
        return true;
    }
    g_autofree char *delivery = jw_pointer(base, "delivery");
    g_autofree char *pointer = jw_pointer(delivery, "onFailure");
    return jw_violations_add(violations, pointer,
                             "asks for a mail to the requester, who has no mail address; %s",
                             advice);
}

static const json_t *
mail_of(const json_t *body)
{
    return json_object_get(json_object_get(body, "delivery"), "mail");
}

/* Whether its mails may say so: of a kind that has none nothing, of a report what it has. */
static bool
check_mail(const JwWire *self, const JwJobKind *kind, const json_t *body, const json_t *spec,
           const char *base, JwViolations *violations)
{
    const json_t *mail = mail_of(body);
    g_autofree char *delivery = jw_pointer(base, "delivery");
    g_autofree char *pointer = jw_pointer(delivery, "mail");

    if (mail == NULL) {
        return true;
    }
    if ((kind->flags & JW_KIND_RECIPIENTS) == 0) {
        return jw_violations_add(violations, pointer,
                                 "does not belong here: a %s job has no recipients", kind->type);
    }
    const JwReportDef *def = jw_report_spec_def(self->catalog, spec);
    return def == NULL || jw_mail_texts_check(mail, def, pointer, violations);
}

static bool
check_shared(const JwWire *self, const JwJobKind *kind, const json_t *body, const json_t *spec,
             const char *base, JwViolations *violations)
{
    const json_t *requester = json_object_get(body, "requestedBy");
    bool ok = check_recipients(kind, body, base, violations);

    ok = check_mail(self, kind, body, spec, base, violations) && ok;

    return jw_wire_check_on_failure(body, jw_json_text(requester, "email"), base,
                                    "give it in requestedBy, or leave this out", violations)
           && ok;
}

bool
jw_wire_check_job(const JwWire *self, const json_t *body, const JwField *fields, const char *base,
                  JwViolations *violations)
{
    const JwJobKind *kind = jw_kind_find(jw_json_text(body, "jobType"));
    const json_t *spec = json_object_get(body, "spec");
    g_autofree char *pointer = jw_pointer(base, "spec");
    bool ok = jw_check_object(body, fields, base, violations);

    if (kind == NULL || spec == NULL) {
        return false;
    }
    ok = check_shared(self, kind, body, spec, base, violations) && ok;
    ok = jw_check_object(spec, kind->fields, pointer, violations) && ok;
    return (kind->check == NULL || kind->check(self->catalog, spec, pointer, violations)) && ok;
}

/* As they are sent, without those that name the same mailbox again. NULL: none. */
static char **
unique_recipients(const json_t *body)
{
    g_auto(GStrv) asked =
        jw_json_texts(json_object_get(json_object_get(body, "delivery"), "recipients"));
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);

    for (size_t i = 0; asked != NULL && asked[i] != NULL; i++) {
        char *address = jw_address_sent(asked[i]);
        if (g_hash_table_add(seen, jw_address_key(address))) {
            g_ptr_array_add(kept, address);
        } else {
            g_free(address);
        }
    }
    if (kept->len == 0) {
        return NULL;
    }
    g_ptr_array_add(kept, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&kept), FALSE);
}

/* The limit of the job itself, else that of what it asks for, else that of its kind. */
static int64_t
timeout_of(const JwWire *self, const JwJobKind *kind, const json_t *body, const json_t *spec)
{
    const json_t *own = json_object_get(body, "timeoutSeconds");
    int64_t of_spec_ms = kind->timeout_of != NULL ? kind->timeout_of(self->catalog, spec) : 0;

    if (own != NULL) {
        return (int64_t)json_integer_value(own) * 1000;
    }
    return of_spec_ms > 0 ? of_spec_ms : kind->timeout_ms;
}

static void
read_limits(const JwJobKind *kind, const json_t *body, JwJob *job)
{
    const json_t *attempts = json_object_get(body, "maxAttempts");

    job->max_attempts =
        attempts != NULL ? (int32_t)json_integer_value(attempts) : kind->max_attempts;
}

static JwJob *
build_job(const JwWire *self, const JwJobKind *kind, const json_t *body, const json_t *spec,
          int64_t at_ms, int64_t now_ms)
{
    JwJob *job = jw_job_new();
    const char *priority = jw_json_text(body, "priority");
    json_auto_t *built = kind->build != NULL ? kind->build(self->catalog, spec, at_ms)
                                             : json_incref(jw_json_mutable(spec));

    job->type = g_strdup(kind->type);
    job->subtype = kind->subtype != NULL ? g_strdup(jw_json_text(built, kind->subtype)) : NULL;
    job->spec = jw_json_print(built);
    job->format = g_strdup(jw_kind_format(kind, built));
    job->name = g_strdup(jw_json_text(body, "name"));
    job->description = g_strdup(jw_json_text(body, "description"));
    job->recipients = unique_recipients(body);
    job->mail = jw_mail_texts_read(mail_of(body));
    job->on_failure = g_strcmp0(on_failure_of(body), jw_on_failure_name(JW_ON_FAILURE_NONE)) == 0
                          ? JW_ON_FAILURE_NONE
                          : JW_ON_FAILURE_REQUESTER;
    (void)jw_in_doubt_parse(jw_json_text(json_object_get(body, "delivery"), "inDoubt"),
                            &job->in_doubt);
    if (priority != NULL) {
        (void)jw_priority_parse(jw_skip_prefix(priority, PRIORITY_PREFIX), &job->priority);
    }
    (void)jw_visibility_parse(jw_json_text(body, "visibility"), &job->visibility);
    job->timeout_ms = timeout_of(self, kind, body, built);
    read_limits(kind, body, job);
    job->scheduled_for_ms = jw_json_moment(body, "scheduledFor");
    job->state = job->scheduled_for_ms > now_ms ? JW_JOB_SCHEDULED : JW_JOB_PENDING;
    /* What may start at once has no time: the claim compares it with another machine's clock. */
    job->not_before_ms = job->state == JW_JOB_SCHEDULED ? job->scheduled_for_ms : 0;
    job->created_at_ms = now_ms;
    job->updated_at_ms = now_ms;
    return job;
}

JwJob *
jw_wire_build_job(const JwWire *self, const json_t *body, int64_t at_ms, int64_t now_ms)
{
    return build_job(self, jw_kind_find(jw_json_text(body, "jobType")), body,
                     json_object_get(body, "spec"), at_ms, now_ms);
}

static json_t *
actor_value(const JwActor *actor)
{
    json_t *value = json_object();

    jw_json_set_string(value, "id", actor->id);
    jw_json_set_string(value, "name", actor->name);
    jw_json_set_string(value, "email", actor->email);
    return value;
}

static void
set_limits(json_t *value, const JwJob *job)
{
    if (job->timeout_ms > 0) {
        json_object_set_new(value, "timeoutSeconds", json_integer((job->timeout_ms + 999) / 1000));
    }
    json_object_set_new(value, "maxAttempts", json_integer(job->max_attempts));
}

static void
set_delivery(json_t *value, const JwJob *job)
{
    json_t *delivery = json_object();

    if (job->recipients != NULL) {
        json_object_set_new(delivery, "recipients",
                            jw_json_strings((const char *const *)job->recipients));
    }
    if (job->on_failure != JW_ON_FAILURE_REQUESTER) {
        jw_json_set_string(delivery, "onFailure", jw_on_failure_name((int)job->on_failure));
    }
    if (job->in_doubt != JW_IN_DOUBT_DEFAULT) {
        jw_json_set_string(delivery, "inDoubt", jw_in_doubt_name((int)job->in_doubt));
    }
    if (job->mail != NULL) {
        json_object_set_new(delivery, "mail", jw_mail_texts_value(job->mail));
    }
    if (json_object_size(delivery) > 0) {
        json_object_set_new(value, "delivery", delivery);
    } else {
        json_decref(delivery);
    }
}

json_t *
jw_wire_job_value(const JwJob *job)
{
    json_t *value = json_object();

    jw_json_set_string(value, "jobId", job->id);
    jw_json_set_string(value, "jobType", job->type);
    jw_json_set_string(value, "name", job->name);
    jw_json_set_string(value, "description", job->description);
    jw_json_set_string(value, "priority", jw_priority_name(job->priority));
    if (job->visibility != JW_VISIBLE_DEPARTMENT) {
        jw_json_set_string(value, "visibility", jw_visibility_name((int)job->visibility));
    }
    jw_json_set_string(value, "source", job->source);
    set_limits(value, job);
    if (job->spec != NULL) {
        json_object_set_new(value, "spec", jw_json_parse(job->spec, strlen(job->spec), NULL));
    }
    if (job->scheduled_for_ms != 0) {
        jw_json_set_time(value, "scheduledFor", job->scheduled_for_ms);
    }
    set_delivery(value, job);
    if (job->requested_by.id != NULL) {
        json_object_set_new(value, "requestedBy", actor_value(&job->requested_by));
    }
    if (job->departments != NULL) {
        json_object_set_new(value, "departments",
                            jw_json_strings((const char *const *)job->departments));
    }
    return value;
}

/* The two tables as one. (transfer full) */
static JwField *
join_fields(const JwField *first, const JwField *second)
{
    GArray *fields = g_array_new(TRUE, TRUE, sizeof(JwField));

    for (; first->name != NULL; first++) {
        g_array_append_vals(fields, first, 1);
    }
    for (; second->name != NULL; second++) {
        g_array_append_vals(fields, second, 1);
    }
    return (JwField *)(void *)g_array_free(fields, FALSE);
}

bool
jw_wire_job_from_request(const JwWire *self, const json_t *body, int64_t now_ms,
                         JwViolations *violations, JwJob **ret_job)
{
    g_return_val_if_fail(self != NULL && body != NULL && violations != NULL && ret_job != NULL,
                         false);

    const JwJobKind *kind = jw_kind_find("report");
    const int64_t due_ms = jw_json_moment(body, "scheduledFor");
    g_autofree JwField *fields = join_fields(jw_report_request_fields, request_fields);
    bool ok = jw_check_object(body, fields, "", violations);

    if (due_ms != 0 && due_ms < now_ms) {
        ok = jw_violations_add(violations, "/scheduledFor",
                               "is in the past; leave it out to start at once");
    }
    ok = check_mail(self, kind, body, body, "", violations) && ok;
    if (!kind->check(self->catalog, body, "", violations) || !ok) {
        return false;
    }
    *ret_job = build_job(self, kind, body, body, MAX(due_ms, now_ms), now_ms);
    return true;
}

bool
jw_wire_check_settings(const JwWire *self, const json_t *settings, const char *base,
                       JwViolations *violations)
{
    g_return_val_if_fail(self != NULL && violations != NULL, false);
    const JwJobKind *kind = jw_kind_find("report");
    g_autofree JwField *fields = join_fields(jw_report_request_fields, request_fields);

    for (JwField *field = fields; field->name != NULL; field++) {
        if (strcmp(field->name, "templateId") == 0) {
            field->check = check_no_other;
        } else if (strcmp(field->name, "scheduledFor") == 0) {
            field->check = check_not_yet;
        }
    }
    bool ok = jw_check_partial(settings, fields, PARTIAL_LEVELS, base, violations);
    if (json_is_object(settings) && json_object_get(settings, "reportType") == NULL) {
        g_autofree char *pointer = jw_pointer(base, "reportType");
        ok = jw_violations_add(violations, pointer, "is required");
    }
    ok = check_mail(self, kind, settings, settings, base, violations) && ok;
    return kind->check(self->catalog, settings, base, violations) && ok;
}

static const JwJobKind *
template_kind(const json_t *body)
{
    const char *named = jw_json_text(body, "kind");

    return jw_kind_find(named != NULL ? named : JW_KIND_DEFAULT);
}

bool
jw_wire_check_template(const JwWire *self, const json_t *body, const char *base,
                       JwViolations *violations)
{
    const JwJobKind *kind = template_kind(body);

    if (kind == NULL) { /* what it may say is its kind's, which is unknown */
        g_autofree char *pointer = jw_pointer(base, "kind");
        g_autofree char *wrong = check_type(jw_json_text(body, "kind"));
        return jw_violations_add(violations, pointer, "%s", wrong);
    }
    g_autofree JwField *fields = join_fields(kind->fields, template_fields);
    bool ok = jw_check_object(body, fields, base, violations);
    ok = check_shared(self, kind, body, body, base, violations) && ok;
    ok = (kind->check == NULL || kind->check(self->catalog, body, base, violations)) && ok;
    return (kind->check_template == NULL || kind->check_template(body, base, violations)) && ok;
}

JwJob *
jw_wire_build_template(const JwWire *self, const json_t *body, const char *zone, int64_t at_ms,
                       int64_t now_ms)
{
    const JwJobKind *kind = template_kind(body);
    json_auto_t *spec = json_object();

    for (const JwField *field = kind->fields; field->name != NULL; field++) {
        json_t *value = json_object_get(body, field->name);
        if (value != NULL) {
            json_object_set(spec, field->name, value);
        }
    }
    if (zone != NULL && kind->set_zone != NULL) {
        kind->set_zone(spec, zone);
    }
    return build_job(self, kind, body, spec, at_ms, now_ms);
}

bool
jw_wire_check_nulls(const json_t *patch, const char *base, JwViolations *violations)
{
    g_autofree JwField *fields = join_fields(jw_report_request_fields, request_fields);

    return jw_check_nulls(patch, fields, base, violations);
}
