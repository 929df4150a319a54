/* jobs_update.c: the one loop that makes a conditional update and knows its outcome. Any thread, no
 * state.
 *
 * A write whose answer was lost may be done, or may be done yet. So the document is read: it
 * shows our own work, or that the update is still possible and is made again, or that somebody
 * else was first. */
#include "jobs_private.h"


#define TRIES    3
#define PAUSE_MS 200

typedef struct {
    const JwJobs *jobs;
    JwJobsUpdate *update;
    const JwJobsCall *call;
    int64_t until_mono_ms;
    int tries;   /* writes, and reads that failed */
    bool failed; /* a call of the store failed: what is read may be our own work */
    bool doubt;  /* a write may be done, or may be done yet */
    bool reads;  /* the next step reads; else it writes */
    bool known;  /* the outcome is */
    JwCas cas;
} Course;

static bool
step_write(Course *self, GError **error)
{
    g_autoptr(GError) cause = NULL;

    self->tries++;
    if (!self->update->write(self->update, &self->cas, &cause)) {
        self->failed = true;
        self->doubt = self->doubt || jw_error_retry(cause) == JW_RETRY_AFTER_REREAD;
        self->reads = self->doubt;
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    self->known = self->cas == JW_CAS_WON || (!self->failed && !self->update->wants_current);
    self->reads = true;
    return true;
}

static bool
step_read(Course *self, GError **error)
{
    if (!self->update->read(self->update, error)) {
        self->failed = true;
        self->tries++;
        return false;
    }
    bool ours = self->failed && self->update->is_ours(self->update);

    self->cas = ours ? JW_CAS_WON : JW_CAS_LOST;
    self->known = ours || !self->update->is_possible(self->update);
    self->reads = false;
    return true;
}

/* The stop rule; see JwJobsCall. @ok: the last step did not fail. */
static bool
goes_on(const Course *self, bool ok)
{
    if (self->call->patience_ms > 0) {
        return jw_clock_mono_ms(self->jobs->clock) < self->until_mono_ms
               && !jw_stop_wait(self->call->stop, PAUSE_MS);
    }
    return (ok || self->doubt) && self->tries < TRIES;
}

bool
jw_jobs_apply(const JwJobs *self, JwJobsUpdate *update, const JwJobsCall *call, JwCas *ret_cas,
              GError **error)
{
    static const JwJobsCall no_patience;
    Course course = { .jobs = self, .update = update, .call = call != NULL ? call : &no_patience };

    g_return_val_if_fail(course.call->patience_ms <= 0 || course.call->stop != NULL, false);
    course.until_mono_ms = jw_clock_mono_ms(self->clock) + course.call->patience_ms;
    for (;;) {
        g_autoptr(GError) cause = NULL;
        bool wrote = !course.reads;
        bool ok = wrote ? step_write(&course, &cause) : step_read(&course, &cause);

        if (course.known) {
            *ret_cas = course.cas;
            return true;
        }
        if ((ok && wrote) || goes_on(&course, ok)) { /* what was lost is read at once */
            continue;
        }
        if (course.doubt || ok) {
            return jw_fail(error, course.doubt ? JW_ERROR_IN_DOUBT : JW_ERROR_BUSY,
                           "%s of '%s': %s", update->name, update->id,
                           ok ? "lost again and again" : jw_error_message(cause));
        }
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
}

char *
jw_jobs_claim_owner(const JwJobs *self, const char *process)
{
    char unique[JW_UUID_LEN + 1];

    jw_uuid_v7(jw_clock_now_ms(self->clock), unique);
    return g_strdup_printf("%s/%s", process, unique);
}
