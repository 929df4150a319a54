/* core/events.h: streams that tell clients what becomes of a job, in whatever form an API has, and
 * calls that wait for it. What is told is the job's document: one reading for all that are watched,
 * once a second and whenever an event of the bus names one, however many clients there are. Any
 * thread. */
#pragma once
#include "gw.h"

G_BEGIN_DECLS

/* How an API tells of a job. */
typedef struct {
    /* What a client that was told this has seen; of one job never the same for what differs.
     * (transfer full) */
    char *(*mark)(const JwJob *job);
    /* Appends what to send to one that has seen @seen last (nullable: nothing). False: that is all
     * there will ever be. */
    bool (*tell)(const Gw *gw, const JwJob *job, const char *seen, GString *text);
} GwEventsForm;

GwEvents *gw_events_new(Gw *gw);
/* NULL-safe; ends all streams and the thread. */
void gw_events_free(gpointer self);

/* Starts the thread, and reads the bus as far as there is one. @error: UNAVAILABLE. */
bool gw_events_start(GwEvents *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Answers with the stream of @job from what is seen as @seen (nullable) on; 429 or 503 over the
 * caps. It ends with the job, with the caller's credentials, and with the server. */
void gw_events_reply(GwEvents *self, const JwHttpRequest *request, JwHttpReply *reply,
                     const JwJob *job, const GwEventsForm *form, const char *seen);

/* Whether there is a place for one more wait (JW_WAITING_CALLS_MAX). */
bool gw_events_may_wait(GwEvents *self);

/* Ends @take_wait when @over says so of the job, when the job is gone or @until_mono_ms has come,
 * and when nobody wants it any more. @over: NULL: with whatever is heard of the job or its mails, a
 * second later at the latest. */
void gw_events_wait(GwEvents *self, const char *job_id, JwHttpWait *take_wait,
                    bool (*over)(const JwJob *job), int64_t until_mono_ms);

/* Reads the watched jobs and tells of them: what the thread does. @all: also those of which no
 * event came. */
void gw_events_look(GwEvents *self, bool all);

G_END_DECLS
