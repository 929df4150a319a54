/* schedules/write.c: POST, PUT and PATCH of a schedule (jw/jobs_schedule_write.h), or a look at
 * what would come of one. */
#include "schedules/schedules.h"

#include "jw/jobs_schedule_write.h"
#include "jw/log.h"

#define DIGEST_MAX 64

const JwField gw_schedules_create_query[] = {
    { .name = "dry_run", .type = JW_FIELD_BOOL },
    { .name = NULL },
};

const JwField gw_schedules_change_query[] = {
    { .name = "dry_run", .type = JW_FIELD_BOOL },
    { .name = "digest", .type = JW_FIELD_STRING, .min = 1, .max = DIGEST_MAX },
    { .name = NULL },
};

typedef struct {
    const Gw *gw;
    const JwHttpRequest *request;
    JwHttpReply *reply;
    JwScheduleWish wish;
} Asked;

/* The whole of the schedule as it is now. */
static void
reply_job(const Asked *self, JwScheduleOutcome outcome)
{
    const bool made = outcome != JW_WISH_CHANGED;
    g_autofree char *path = g_strdup_printf("%s/%s", GW_SCHEDULES, self->wish.id);
    const char *base = self->gw->config.public_url;
    g_autofree char *location = g_strconcat(base != NULL ? base : "", path, NULL);
    g_autoptr(JwSchedule) schedule = NULL;
    g_autoptr(GError) error = NULL;

    if (!jw_store_get_schedule(self->gw->store, self->wish.id, &schedule, &error)) {
        gw_schedules_reply_doubt(self->reply, error, "");
        return;
    }
    if (schedule == NULL) { /* somebody deleted it at this moment */
        gw_schedules_not_found(self->reply, self->wish.id);
        return;
    }
    json_t *data = gw_schedules_detail(self->gw, self->reply, schedule);
    if (data == NULL) {
        return;
    }
    if (made) {
        jw_http_reply_header(self->reply, "Location", location);
    }
    if (outcome == JW_WISH_REPLAYED) {
        jw_http_reply_header(self->reply, "Idempotent-Replayed", "true");
    }
    gw_schedules_reply(self->reply, made ? 201 : 200, data);
}

static void
reply_outdated(const Asked *self)
{
    g_autoptr(JwSchedule) schedule = NULL;
    g_autoptr(GError) error = NULL;

    if (!jw_store_get_schedule(self->gw->store, self->wish.id, &schedule, &error)) {
        jw_http_reply_error(self->reply, error);
        return;
    }
    g_autofree char *digest = schedule != NULL ? jw_jobs_schedule_digest(schedule) : NULL;
    jw_http_reply_problem(
        self->reply, 409, "DIGEST_CONFLICT", NULL, 0,
        "Job '%s' does not have the digest '%s' any more: %s%s; read it again, and "
        "repeat the change on what it is",
        self->wish.id, self->wish.digest,
        digest != NULL ? "it has another now, " : "it was deleted", digest != NULL ? digest : "");
}

static void
answer(const Asked *self, JwScheduleOutcome outcome, const JwViolations *violations)
{
    switch (outcome) {
    case JW_WISH_REFUSED:
        (void)gw_request_sound(self->reply, violations);
        break;
    case JW_WISH_EXISTS:
        jw_http_reply_problem(self->reply, 409, "JOB_EXISTS", NULL, 0,
                              "Job '%s' exists: use another id, or PUT to replace it",
                              self->wish.id);
        break;
    case JW_WISH_KEY_REUSED:
        gw_reply_key_reused(self->reply);
        break;
    case JW_WISH_MISSING:
        gw_schedules_not_found(self->reply, self->wish.id);
        break;
    case JW_WISH_OUTDATED:
        reply_outdated(self);
        break;
    case JW_WISH_CREATED:
    case JW_WISH_CHANGED:
        jw_info("schedule_stored", JW_STR("schedule_id", self->wish.id),
                JW_STR("subject", self->wish.by), JW_BOOL("new", outcome == JW_WISH_CREATED));
        reply_job(self, outcome);
        break;
    case JW_WISH_REPLAYED:
        reply_job(self, outcome);
        break;
    }
}

/* What would come of it: nothing is stored. */
static void
show(const Asked *self, JwViolations *violations)
{
    JwScheduleOutcome outcome = JW_WISH_REFUSED;
    g_autoptr(JwSchedule) schedule = NULL;
    g_autoptr(GError) error = NULL;

    if (!jw_jobs_plan_schedule(&self->gw->jobs, &self->wish, violations, &outcome, &schedule,
                               &error)) {
        jw_http_reply_error(self->reply, error);
        return;
    }
    if (schedule == NULL) {
        answer(self, outcome, violations);
        return;
    }
    json_auto_t *data = gw_schedules_definition(schedule);
    if (!gw_schedules_set_preview(self->gw, schedule, data, &error)) {
        jw_http_reply_error(self->reply, error);
        return;
    }
    gw_schedules_reply(self->reply, 200, json_incref(data));
}

static void
run(const Asked *self, JwViolations *violations)
{
    JwScheduleOutcome outcome = JW_WISH_REFUSED;
    g_autoptr(GError) error = NULL;

    if (g_strcmp0(jw_http_query(self->request, "dry_run"), "true") == 0) {
        show(self, violations);
    } else if (jw_jobs_write_schedule(&self->gw->jobs, &self->wish, violations, &outcome, &error)) {
        answer(self, outcome, violations);
    } else {
        gw_schedules_reply_doubt(self->reply, error,
                                 "whether this was done is not known: repeat the request, a POST "
                                 "with the same id or Idempotency-Key");
    }
}

static void
change(const JwHttpRequest *request, JwHttpReply *reply, const Gw *gw, JwScheduleVerb verb)
{
    json_auto_t *body = gw_request_body(request, reply);
    g_auto(JwViolations) violations = { 0 };
    const Asked asked = { gw,
                          request,
                          reply,
                          { .verb = verb,
                            .id = jw_http_param(request, "jobId"),
                            .body = body,
                            .by = jw_http_principal(request)->subject,
                            .digest = jw_http_query(request, "digest") } };

    if (body != NULL) {
        run(&asked, &violations);
    }
}

void
gw_schedules_create(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    json_auto_t *body = gw_request_body(request, reply);
    g_auto(JwViolations) violations = { 0 };
    char own_id[JW_UUID_LEN + 1];
    const char *key = NULL;

    if (body == NULL) {
        return;
    }
    g_autofree char *hash = gw_request_hash(body);
    if (!gw_schedules_key(request, jw_clock_now_ms(gw->clock), &violations, &key, own_id)) {
        (void)gw_request_sound(reply, &violations);
        return;
    }
    const char *named = jw_json_text(body, "id");
    const Asked asked = { gw,
                          request,
                          reply,
                          { .verb = JW_SCHEDULE_CREATE,
                            .id = named != NULL ? named : own_id,
                            .body = body,
                            .by = jw_http_principal(request)->subject,
                            .request_key = key != NULL ? own_id : NULL,
                            .request_hash = key != NULL ? hash : NULL } };
    run(&asked, &violations);
}

void
gw_schedules_put(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    change(request, reply, context, JW_SCHEDULE_PUT);
}

void
gw_schedules_patch(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    change(request, reply, context, JW_SCHEDULE_PATCH);
}
