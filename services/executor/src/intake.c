/* intake.c: from Kafka messages to durable jobs. Runs on the bus's poll thread.
 *
 * A run of submit commands becomes one insert ("exists" counts as created); then a worker that has
 * nothing to do is told, while for busy ones the job waits in the store until its turn (turns.c).
 * A cancel command ends the run: the job it names may be the one before it. Only what is durable
 * counts as done; an unreachable store leaves the rest LATER. */
#include "handlers/handlers.h"

#include <jansson.h>
#include <string.h>

#include "jw/intake.h"
#include "jw/log.h"

typedef struct {
    Exe *exe;
    const JwMessage *message;
    JwAnswer *answer;
    JwWireEvent event;
    JwJob *job; /* of a submit command that parsed, or the stored one of one that did not */
    /* Why this version does not take a submit command, until the job it names has been read. */
    char *refused, *named_id;
    bool known;   /* @job is the stored one: there is nothing to create */
    bool created; /* by this message, so @job has its present state */
} Intake;

static void
intake_poison(Intake *self, char *take_reason)
{
    jw_intake_refuse(self->message, self->answer, take_reason);
}

/* A command that this version refuses may name a job that exists: it repeats an earlier command,
 * perhaps of this very batch, or another version of a service created the job with its own
 * definitions. Then the handler ends the job with a reason that people see; with a dead letter it
 * would stay pending without end. Not a job of a kind that is not run here: of two versions the
 * newer one may run it, which finds it in the store (turns.c).
 * Asked once the run's jobs are durable. False: the store is unreachable. */
static bool
intake_refused(Intake *self)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwJob) job = NULL;

    if (self->named_id != NULL && !jw_store_get_job(self->exe->store, self->named_id, &job, &error)
        && jw_error_retry(error) != JW_RETRY_NEVER) {
        jw_warn("intake_later", JW_STR("job_id", self->named_id),
                JW_STR("error", jw_error_message(error)));
        return false;
    }
    if (job == NULL) {
        intake_poison(self, g_steal_pointer(&self->refused));
        return true;
    }
    if (exe_handler_find(job->type) == NULL) {
        jw_warn("job_left_to_others", JW_STR("job_id", job->id), JW_STR("type", job->type));
        g_clear_pointer(&self->refused, g_free);
        self->answer->verdict = JW_VERDICT_DONE;
        return true;
    }
    jw_warn("command_differs", JW_STR("job_id", job->id), JW_STR("reason", self->refused));
    g_clear_pointer(&self->refused, g_free);
    self->job = g_steal_pointer(&job);
    self->known = true;
    return true;
}

/* Builds the job, which becomes durable with its run. Always true: the store is not asked. */
static bool
intake_submit(Intake *self, const json_t *body)
{
    g_auto(JwViolations) violations = { 0 };
    const char *source = self->event.source;
    const char *id = self->event.id;
    int64_t now = jw_clock_now_ms(self->exe->clock);

    char *nameless = jw_intake_nameless(&self->event);
    if (nameless != NULL) {
        intake_poison(self, nameless);
        return true;
    }
    self->named_id = jw_wire_command_job_id(body, source, id);
    if (!jw_wire_job_from_command(self->exe->wire, body, source, id, now, &violations,
                                  &self->job)) {
        self->refused = jw_wire_event_violations(&self->event, &violations);
        return true;
    }
    if (exe_handler_find(self->job->type) == NULL) {
        self->refused =
            g_strdup_printf("/jobType: this executor has no handler for \"%s\"", self->job->type);
        g_clear_pointer(&self->job, jw_job_free);
        return true;
    }
    if (self->job->traceparent == NULL) {
        self->job->traceparent = g_strdup(self->event.traceparent);
    }
    if (self->job->request_id == NULL) {
        self->job->request_id = g_strdup(self->event.request_id);
    }
    return true;
}

static const char *const cancel_modes[] = { "immediate", "graceful", NULL };
static const JwField cancel_fields[] = {
    { .name = "jobId",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .check = jw_check_uuid },
    { .name = "reason", .type = JW_FIELD_STRING, .flags = JW_FIELD_LINES, .max = 500 },
    { .name = "requestedBy", .type = JW_FIELD_OBJECT, .fields = jw_wire_actor_fields },
    { .name = "mode", .type = JW_FIELD_STRING, .values = cancel_modes },
    { .name = NULL },
};

/* A command for a job that is unknown, ended or already being cancelled so is done: there is
 * nothing left to do. False: the store is unreachable. */
static bool
intake_cancel(Intake *self, const json_t *body)
{
    g_autofree char *job_id = g_ascii_strdown(jw_json_text(body, "jobId"), -1);
    g_autoptr(JwJob) job = NULL;
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;
    bool graceful = g_strcmp0(jw_json_text(body, "mode"), "graceful") == 0;
    const JwJobChange change = {
        .transition = graceful ? JW_CHANGE_CANCEL_GRACEFUL : JW_CHANGE_CANCEL_NOW,
        .actor = jw_json_text(json_object_get(body, "requestedBy"), "id"),
        .reason = jw_json_text(body, "reason"),
    };
    bool ok = jw_store_get_job(self->exe->store, job_id, &job, &error)
              && (job == NULL
                  || jw_jobs_cancel(&self->exe->jobs, job, &change, NULL, &cas, NULL, &error));
    if (!ok && jw_error_retry(error) == JW_RETRY_NEVER) {
        intake_poison(self, g_strdup_printf("the store refuses it: %s", jw_error_message(error)));
        return true;
    }
    if (!ok) {
        jw_warn("cancel_later", JW_STR("job_id", job_id), JW_STR("error", jw_error_message(error)));
        return false;
    }
    self->answer->verdict = JW_VERDICT_DONE;
    return true;
}

typedef struct {
    const char *type;
    const JwField *fields; /* of its value; NULL: `take` checks it */
    bool alone; /* what came before it in its batch must be durable first: it may name it */
    bool (*take)(Intake *self, const json_t *body); /* false: the store is unreachable */
} Command;

static const Command commands[] = {
    { JW_TYPE_JOB_SUBMIT, NULL, false, intake_submit },
    { JW_TYPE_JOB_CANCEL, cancel_fields, true, intake_cancel },
};

/* NULL: of no type that is known here. */
static const Command *
find_command(const char *type)
{
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (g_strcmp0(commands[i].type, type) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

bool
exe_check_command(const char *type, const json_t *body, JwViolations *violations)
{
    const Command *command = find_command(type);

    return command == NULL || command->fields == NULL
           || jw_check_object(body, command->fields, "", violations);
}

/* (transfer full), NULL: it is known */
static char *
unknown_type(const JwWireEvent *event)
{
    const char *known[G_N_ELEMENTS(commands) + 1] = { NULL };

    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        known[i] = commands[i].type;
    }
    return jw_intake_unknown(event, known);
}

/* The command that the message holds; NULL: none that is known here, and it is answered. */
static const Command *
intake_open(Intake *self)
{
    g_auto(JwViolations) violations = { 0 };
    g_autoptr(GError) error = NULL;

    if (!jw_intake_read(self->message, &self->event, &error)) {
        intake_poison(self, g_strdup(jw_error_message(error)));
        return NULL;
    }
    const Command *command = find_command(self->event.type);
    if (command == NULL) {
        intake_poison(self, unknown_type(&self->event));
        return NULL;
    }
    if (!exe_check_command(command->type, self->event.data, &violations)) {
        intake_poison(self, jw_wire_event_violations(&self->event, &violations));
        return NULL;
    }
    return command;
}

/* Tells a worker that has nothing to do of a job that is durable. Where there is none, other jobs
 * wait: this one has its turn, and the message has nothing more to say. */
static void
intake_offer(Exe *exe, const Intake *intake)
{
    const JwJob *job = intake->job;

    /* Scheduled for later: the scheduler promotes and dispatches it. A job that existed before
     * is offered: the claim reads its document. */
    if (intake->created && job->state == JW_JOB_SCHEDULED) {
        return;
    }
    /* In this order: a worker that is about to wait counts itself first and then looks whether it
     * was woken, so that one of the two always sees the other. */
    exe_turns_wake(exe->turns, job);
    if (g_atomic_int_get(&exe->idle) > (int)jw_queue_length(exe->ready)) {
        char *id = g_strdup(job->id);

        if (!jw_queue_try_push_once(exe->ready, exe_lane(job->priority), id, id)) {
            g_free(id);
        }
    }
}

static void
intake_created(Intake *self, JwCreate create)
{
    self->created = create == JW_CREATE_NEW;
    if (self->created) {
        jw_info("job_created", JW_STR("job_id", self->job->id), JW_STR("source", self->job->source),
                JW_STR("request_id", self->job->request_id));
    }
}

/* Jobs the store refused together, one by one: those it refuses alone are poison, or they would
 * hold up their partition without end. False: the store is unreachable. */
static bool
intake_create_singly(Exe *exe, Intake *const *intakes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        JwCreate create = JW_CREATE_EXISTS;
        g_autoptr(GError) error = NULL;

        if (jw_jobs_create_received(&exe->jobs, &intakes[i]->job, 1, &create, &error)) {
            intake_created(intakes[i], create);
        } else if (jw_error_retry(error) == JW_RETRY_NEVER) {
            intake_poison(intakes[i],
                          g_strdup_printf("the store refuses it: %s", jw_error_message(error)));
            g_clear_pointer(&intakes[i]->job, jw_job_free);
        } else {
            jw_warn("intake_later", JW_INT("jobs", n - i),
                    JW_STR("error", jw_error_message(error)));
            return false;
        }
    }
    return true;
}

/* False: the store is unreachable. */
static bool
intake_create(Exe *exe, Intake *intakes, size_t n)
{
    g_autofree JwJob **jobs = g_new0(JwJob *, n);
    g_autofree Intake **sources = g_new0(Intake *, n);
    g_autofree JwCreate *creates = g_new0(JwCreate, n);
    g_autoptr(GError) error = NULL;
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        if (intakes[i].job != NULL && !intakes[i].known) {
            sources[count] = &intakes[i];
            jobs[count++] = intakes[i].job;
        }
    }
    if (count == 0) {
        return true;
    }
    if (!jw_jobs_create_received(&exe->jobs, jobs, count, creates, &error)) {
        jw_warn("intake_later", JW_INT("jobs", count), JW_STR("error", jw_error_message(error)));
        return jw_error_retry(error) == JW_RETRY_NEVER && intake_create_singly(exe, sources, count);
    }
    for (size_t i = 0; i < count; i++) {
        intake_created(sources[i], creates[i]);
    }
    return true;
}

/* Inserts the jobs of a run, from @from up to @to, and offers them. False: the store is
 * unreachable. */
static bool
intake_run(Exe *exe, Intake *intakes, size_t from, size_t to)
{
    if (!intake_create(exe, &intakes[from], to - from)) {
        return false;
    }
    for (size_t i = from; i < to; i++) {
        if (intakes[i].refused != NULL && !intake_refused(&intakes[i])) {
            return false;
        }
    }
    for (size_t i = from; i < to; i++) {
        Intake *intake = &intakes[i];

        if (intake->job != NULL) {
            intake_offer(exe, intake);
            intake->answer->verdict = JW_VERDICT_DONE;
        }
    }
    return true;
}

void
exe_consume(const JwMessage *messages, size_t n_messages, JwAnswer *answers, gpointer data)
{
    Exe *exe = data;
    g_autofree Intake *intakes = g_new0(Intake, n_messages);
    size_t from = 0; /* first of the run */
    bool away = false;

    for (size_t i = 0; i < n_messages && !away; i++) {
        intakes[i] = (Intake){ .exe = exe, .message = &messages[i], .answer = &answers[i] };
        const Command *command = intake_open(&intakes[i]);

        if (command != NULL && command->alone) {
            away = !intake_run(exe, intakes, from, i);
            from = i;
        }
        away = away || (command != NULL && !command->take(&intakes[i], intakes[i].event.data));
    }
    /* One call that failed is enough: each may wait for its time limit, and this thread must poll.
     */
    if (!away) {
        (void)intake_run(exe, intakes, from, n_messages);
    }
    for (size_t i = 0; i < n_messages; i++) {
        jw_wire_event_clear(&intakes[i].event);
        jw_job_free(intakes[i].job);
        g_free(intakes[i].refused);
        g_free(intakes[i].named_id);
    }
}
