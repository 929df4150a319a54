/* webhooks/webhooks.h: the channel webhook: events about jobs and mails become deliveries, one for
 * each webhook that wants them; senders of their own post them.
 *
 * Threads: what tells of events runs on the thread that finds them (the bus's poll thread,
 * maintenance). Webhook senders (post.c) take deliveries from the lanes, in which each webhook has
 * a place of its own, so that a slow one waits for itself. Maintenance (keep.c) fills the lanes,
 * tells owners of disabled webhooks, and removes old deliveries. */
#pragma once
#include "ntf.h"

#include "jw/webhook.h"

G_BEGIN_DECLS

/* payload.c: the JSON of an event. @at_ms: when it happened. (transfer full) */
char *ntf_payload_job(const Ntf *self, JwWebhookEvent event, const JwJob *job);
char *ntf_payload_sent(const Ntf *self, const JwJob *job, const JwDeliveryCounts *counts,
                       int64_t at_ms);
char *ntf_payload_bounce(const Ntf *self, const JwJob *job, const JwDelivery *mail);

/* events.c: deliveries for all webhooks that want to be told, once, however often it is called. */
/* A job that has ended: completed, or failed for good. */
bool ntf_tell_job(Ntf *self, const JwJob *job, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* All mails of a completed job have ended, as @counts has it. Those that bounced are told of as
 * well, unless they were before. */
bool ntf_tell_sent(Ntf *self, const JwJob *job, const JwDeliveryCounts *counts,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* One of its mails bounced. */
bool ntf_tell_bounce(Ntf *self, const JwDelivery *mail, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* lanes.c: deliveries that wait, in a lane for each webhook. Any thread. */
typedef struct _NtfLanes NtfLanes;
/* For @n_senders threads. (transfer full) */
NtfLanes *ntf_lanes_new(size_t n_senders);
void ntf_lanes_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NtfLanes, ntf_lanes_free)
/* False: it waits or is sent already, or its lane is full; it is durable, and found again. */
bool ntf_lanes_push(NtfLanes *self, const char *webhook_id, const char *delivery_id);
/* Waits up to @timeout_ms. NULL: there is none that may be sent now. @ret_webhook_id: (out)
 * (transfer full): whose it is. Followed by ntf_lanes_done(). (transfer full) */
char *ntf_lanes_pop(NtfLanes *self, int64_t timeout_ms, char **ret_webhook_id);
/* What ntf_lanes_pop() gave is over. @slow: it failed or took long: until one is not, the webhook
 * has one sender, and all such webhooks together half of them. */
void ntf_lanes_done(NtfLanes *self, const char *webhook_id, const char *delivery_id, bool slow);
/* How many wait. */
size_t ntf_lanes_length(NtfLanes *self);
/* No more: who waits in ntf_lanes_pop() wakes. */
void ntf_lanes_close(NtfLanes *self);

/* post.c: claims and posts one delivery. Returns whether it was slow. */
bool ntf_post(Ntf *self, const char *delivery_id);
gpointer ntf_webhook_sender(gpointer ntf);

/* keep.c: one round of maintenance. */
bool ntf_keep_webhooks(Ntf *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What is said of a delivery that is not sent, as its webhook is disabled. (transfer full) */
char *ntf_webhook_off(const JwWebhook *webhook);

G_END_DECLS
