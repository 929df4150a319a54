/* jobs_update.c: the one loop that does an update and determines its outcome. Any thread, no
 * state.
 *
 * A write whose answer was lost may have been done, or may still be done. So the document is
 * read: it shows our own update, or that the update is still possible and is repeated, or that
 * another process was first. */
#include "jobs_private.h"

#define TRIES    3
#define PAUSE_MS 200

typedef struct {
    bool reads;  /* the next step reads; else it writes */
    bool failed; /* a step failed: what is read may be our own work */
    bool doubt;  /* a write has an unknown outcome */
    int tries;   /* writes, and reads that failed */
} Course;

/* True when the outcome is known. */
static bool
step(Course *self, JwJobsUpdate *update, JwCas *ret_cas, GError **error)
{
    JwJobsSeen seen = JW_SEEN_POSSIBLE;
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) cause = NULL;

    bool wrote = !self->reads;
    bool ok = wrote ? update->write(update, &cas, &cause) : update->read(update, &seen, &cause);
    bool known = cas == JW_CAS_WON || seen != JW_SEEN_POSSIBLE
                 || (ok && wrote && !self->failed && !update->wants_current);

    *ret_cas =
        cas == JW_CAS_WON || (seen == JW_SEEN_OURS && self->failed) ? JW_CAS_WON : JW_CAS_LOST;
    self->tries += wrote || !ok;
    self->failed = self->failed || !ok;
    self->doubt = self->doubt || (wrote && jw_error_retry(cause) == JW_RETRY_AFTER_REREAD);
    self->reads = ok ? wrote : !wrote || self->doubt;
    if (!ok) {
        g_propagate_error(error, g_steal_pointer(&cause));
    }
    return known;
}

/* The stop rule; see JwJobsCall. @ok: the last step did not fail. */
static bool
goes_on(const Course *self, const JwJobsCall *call, bool in_time, bool ok)
{
    if (call->patience_ms > 0) {
        return in_time && !jw_stop_wait(call->stop, PAUSE_MS);
    }
    return (ok || self->doubt) && self->tries < TRIES;
}

bool
jw_jobs_apply(const JwJobs *self, JwJobsUpdate *update, const JwJobsCall *call, JwCas *ret_cas,
              GError **error)
{
    static const JwJobsCall hurried;
    const JwJobsCall *how = call != NULL ? call : &hurried;
    int64_t until = jw_clock_mono_ms(self->clock) + how->patience_ms;
    Course course = { 0 };

    g_return_val_if_fail(how->patience_ms <= 0 || how->stop != NULL, false);
    for (;;) {
        g_autoptr(GError) cause = NULL;

        if (step(&course, update, ret_cas, &cause)) {
            return true;
        }
        if (cause == NULL && course.reads) {
            continue; /* lost: read at once */
        }
        if (!goes_on(&course, how, jw_clock_mono_ms(self->clock) < until, cause == NULL)) {
            JwErrorCode code = cause != NULL ? jw_error_code(cause) : JW_ERROR_BUSY;

            return jw_fail(error, course.doubt ? JW_ERROR_IN_DOUBT : code, "%s of '%s': %s",
                           update->name, update->id,
                           cause != NULL ? cause->message : "lost again and again");
        }
    }
}

char *
jw_jobs_claim_owner(const JwJobs *self, const char *process)
{
    char unique[JW_UUID_LEN + 1];

    jw_uuid_v7(jw_clock_now_ms(self->clock), unique);
    return g_strdup_printf("%s/%s", process, unique);
}
