/* commands.c: commands about schedules, from the bus. Runs on the bus's poll thread.
 *
 * One message a call: what is refused is in the dead letter topic before the next message of its
 * partition is decided, so the last place that a schedule keeps is enough to say of one that is
 * read again whether it was refused (jw/command_marks.h). The key is the schedule's id, so that one
 * partition, and one scheduler at a time, has the commands of a schedule in their order. */
#include "sch.h"

#include "jw/crash.h"
#include "jw/intake.h"
#include "jw/jobs_schedule_command.h"
#include "jw/log.h"
#include "metrics.h"

#include <string.h>

typedef struct {
    Sch *sch;
    const JwMessage *message;
    JwAnswer *answer;
    JwWireEvent event;
} Intake;

static void
intake_clear(Intake *self)
{
    jw_wire_event_clear(&self->event);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Intake, intake_clear)

static void
poison(Intake *self, char *take_reason)
{
    jw_intake_refuse(self->message, self->answer, take_reason);
    jw_metric_add(sch_metrics[SCH_METRIC_COMMANDS], jw_commanded_name(JW_COMMANDED_REFUSED), 1);
}

static bool
has_key(const JwMessage *message, const char *id)
{
    return message->key_length == strlen(id) && memcmp(message->key, id, message->key_length) == 0;
}

/* What is wrong with who sent it, and with what it is about; NULL: nothing. (transfer full) */
static char *
check_envelope(const Intake *self, const char *id)
{
    const JwWireEvent *event = &self->event;
    char *wrong = jw_intake_unknown(event, jw_wire_schedule_commands);

    if (wrong == NULL) {
        wrong = jw_intake_nameless(event);
    }
    if (wrong != NULL) {
        return wrong;
    }
    if (id == NULL) {
        return g_strdup_printf("%s/id: must be the id of a schedule: it begins with a letter or "
                               "digit, then has only letters, digits and . _ : -, at most %d",
                               event->structured ? "/data" : "", JW_SCHEDULE_ID_MAX);
    }
    if (!has_key(self->message, id)) {
        return g_strdup_printf("the message's key must be the schedule's id, '%s': it keeps the "
                               "commands of one schedule in order",
                               id);
    }
    return NULL;
}

static void
conclude(Intake *self, const JwScheduleCommand *command, JwCommanded outcome, char *take_reason)
{
    if (outcome == JW_COMMANDED_REFUSED) {
        poison(self, take_reason);
        return;
    }
    jw_info("schedule_commanded", JW_STR("schedule_id", command->schedule_id),
            JW_STR("type", self->event.type), JW_STR("source", self->event.source),
            JW_STR("command_id", self->event.id), JW_STR("outcome", jw_commanded_name(outcome)),
            JW_STR("request_id", command->request_id));
    jw_metric_add(sch_metrics[SCH_METRIC_COMMANDS], jw_commanded_name(outcome), 1);
    self->answer->verdict = JW_VERDICT_DONE;
}

static void
carry_out(Intake *self, const JwScheduleCommand *command)
{
    JwCommanded outcome = JW_COMMANDED_REPEATED;
    char *reason = NULL;
    g_autoptr(GError) error = NULL;

    jw_crash_point("sch_before_command");
    if (jw_jobs_command_schedule(&self->sch->jobs, command, &outcome, &reason, &error)) {
        jw_crash_point("sch_after_command");
        conclude(self, command, outcome, reason);
    } else if (jw_error_retry(error) == JW_RETRY_NEVER) {
        poison(self, g_strdup_printf("the store refuses it: %s", jw_error_message(error)));
    } else {
        jw_warn("command_later", JW_STR("schedule_id", command->schedule_id),
                JW_STR("error", jw_error_message(error)));
    }
}

/* Leaves LATER when the store is unreachable. */
static void
take(Intake *self)
{
    g_auto(JwViolations) violations = { 0 };
    g_auto(JwWireScheduleCommand) wanted = { 0 };
    g_autoptr(GError) error = NULL;
    g_autofree char *fault = NULL;

    if (!jw_intake_read(self->message, &self->event, &error)) {
        poison(self, g_strdup(jw_error_message(error)));
        return;
    }
    const char *id = jw_wire_schedule_command_id(self->event.data);
    char *wrong = check_envelope(self, id);
    if (wrong != NULL) {
        poison(self, wrong);
        return;
    }
    if (!jw_wire_schedule_command_read(self->sch->wire, self->event.type, self->event.data,
                                       jw_clock_now_ms(self->sch->clock), &violations, &wanted)) {
        fault = jw_wire_event_violations(&self->event, &violations);
    }
    const JwScheduleCommand command = {
        .event = &self->event,
        .schedule_id = id,
        .wanted = fault == NULL ? &wanted : NULL,
        .fault = fault,
        .request_id = self->event.request_id,
        .partition = self->message->partition,
        .offset = self->message->offset,
        .at_ms = self->message->timestamp_ms,
    };
    carry_out(self, &command);
}

void
sch_consume(const JwMessage *messages, size_t n_messages, JwAnswer *answers, gpointer sch)
{
    for (size_t i = 0; i < n_messages; i++) {
        g_auto(Intake) intake = { .sch = sch, .message = &messages[i], .answer = &answers[i] };

        take(&intake);
        if (answers[i].verdict == JW_VERDICT_LATER) {
            return; /* one call that failed is enough: this thread must poll */
        }
    }
}

bool
sch_take_commands(Sch *self, GError **error)
{
    g_autofree char *topic = jw_wire_topic(self->wire, JW_TOPIC_SCHEDULE_COMMANDS);
    g_autofree char *group = jw_wire_topic(self->wire, JW_GROUP_SCHEDULER);
    const char *const topics[] = { topic, NULL };
    const JwSubscription subscription = {
        .topics = topics,
        .group = group,
        .batch_max = 1,
        .consume = sch_consume,
        .data = self,
    };

    self->consumer = jw_bus_subscribe(self->bus, &subscription, error);
    return self->consumer != NULL;
}

bool
sch_sweep_deleted(Sch *self, size_t *ret_removed, GError **error)
{
    return jw_jobs_sweep_deleted(&self->jobs,
                                 jw_clock_now_ms(self->clock) - self->config.deleted_keep_ms,
                                 ret_removed, error);
}
