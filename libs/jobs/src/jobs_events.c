/* jobs_events.c: what is published about a job: its command, and the events of its changes. Any
 * thread, no state. */
#include "jobs_private.h"

/* What each change publishes; the others nothing. */
static const struct {
    const char *event;
    bool command; /* the job is to be claimed: its command is published again */
} published[JW_JOB_N_TRANSITIONS] = {
    [JW_CHANGE_PROMOTE] = { .command = true },
    [JW_CHANGE_FINISH] = { JW_TYPE_JOB_COMPLETED, false },
    [JW_CHANGE_FAIL_RETRY] = { JW_TYPE_JOB_FAILED, false }, /* found when its wait is over */
    [JW_CHANGE_FAIL_FINAL] = { JW_TYPE_JOB_FAILED, false },
    [JW_CHANGE_CANCEL_NOW] = { JW_TYPE_JOB_CANCELLED, false },
    [JW_CHANGE_CANCELLED] = { JW_TYPE_JOB_CANCELLED, false },
    [JW_CHANGE_REAP_RETRY] = { JW_TYPE_JOB_FAILED, true },
    [JW_CHANGE_REAP_FAIL] = { JW_TYPE_JOB_FAILED, false },
    [JW_CHANGE_REAP_CANCEL] = { JW_TYPE_JOB_CANCELLED, false },
    [JW_CHANGE_RETRY] = { JW_TYPE_JOB_SUBMITTED, true },
};

static void
replace(char **text, const char *value)
{
    g_free(*text);
    *text = g_strdup(value);
}

/* Not the same message as the first command, which may still wait in the outbox. */
static void
name_retry(JwOutboxEntry *command, const JwJob *job)
{
    char id[JW_UUID_LEN + 1];
    char count[16];

    (void)g_snprintf(count, sizeof count, "%d", job->retry_count + 1);
    jw_uuid_derive(id, "retry", job->id, count, NULL);
    replace(&command->id, id);
}

void
jw_jobs_announce(const JwJobs *self, JwJob *job, bool command)
{
    g_ptr_array_set_size(job->outbox, 0);
    if (command) {
        g_ptr_array_add(job->outbox, jw_wire_submit_command(self->wire, job, job->created_at_ms));
    }
    g_ptr_array_add(job->outbox, jw_wire_job_event(self->wire, job, JW_TYPE_JOB_SUBMITTED, NULL,
                                                   NULL, NULL, job->created_at_ms));
    if (job->state == JW_JOB_FAILED) { /* one that is made to tell of it */
        g_ptr_array_add(job->outbox,
                        jw_wire_job_event(self->wire, job, JW_TYPE_JOB_FAILED, NULL,
                                          job->error_code, job->error_message, job->created_at_ms));
    }
}

GPtrArray *
jw_jobs_change_events(const JwJobs *self, const JwJob *job, const JwJobChange *change,
                      const JwJobsCall *call)
{
    const JwJobRule *rule = jw_job_rule(change->transition);
    const char *event = published[change->transition].event;
    GPtrArray *entries = g_ptr_array_new_with_free_func(jw_outbox_entry_free);

    if (published[change->transition].command) {
        JwOutboxEntry *command = jw_wire_submit_command(self->wire, job, change->now_ms);

        g_ptr_array_add(entries, command);
        if (change->transition == JW_CHANGE_RETRY) {
            name_retry(command, job);
        }
    }
    if (event != NULL) {
        JwJob after = *job; /* borrows all that @job has */

        after.state = rule->to;
        after.warnings = (char *)(uintptr_t)change->warnings;
        g_ptr_array_add(entries, jw_wire_job_event(self->wire, &after, event, change->artifact,
                                                   change->error_code, change->error_message,
                                                   change->now_ms));
    }
    for (guint i = 0; call != NULL && call->request_id != NULL && i < entries->len; i++) {
        JwOutboxEntry *entry = g_ptr_array_index(entries, i);

        replace(&entry->request_id, call->request_id);
        replace(&entry->traceparent, call->traceparent);
    }
    return entries;
}
