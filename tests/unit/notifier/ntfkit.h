/* ntfkit.h: a notifier on ports in memory, without threads: the test's thread is poller, sender and
 * maintenance. */
#pragma once
#include "jw/mail_mem.h"
#include "service_ports.h"
#include "ntf.h"
#include "webhooks/webhooks.h"

G_BEGIN_DECLS

#define KIT_REPORT     "a,b\r\n1,2\r\n"
#define KIT_PUBLIC_URL "https://jobs.example.com"
#define KIT_LINK_KEYS  "kit:0123456789abcdef0123456789abcdef"
#define KIT_RETRIES    "5s 5m 30m"

/* Receivers of webhooks: what was posted, and what they answer. */
typedef struct {
    JwWebhookPoster base; /* first: the one is the other */
    int status;
    int64_t retry_after_ms, duration_ms;
    const char *answer, *why;
    bool stopped;
    GPtrArray *posts; /* of char *: "url id time signatures body" */
} KitPoster;

typedef struct {
    Ntf ntf;
    Ntf second; /* another one on the same ports */
    KitPorts *ports;
    KitPoster poster;
} NtfKit;

NtfKit *kit_new(void);
void kit_free(NtfKit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NtfKit, kit_free)
/* For cmocka: *state is an NtfKit. */
int kit_setup(void **state);
int kit_teardown(void **state);

/* A job with @recipients ("a@example.com b@example.com", "" none), pending. (transfer full) */
char *kit_make_job(NtfKit *self, const char *recipients);
void kit_complete_job(NtfKit *self, const char *job_id); /* with KIT_REPORT as its file */
/* One event, as the bus would bring it. The reason of POISON in *ret_reason when wanted. */
JwVerdict kit_event(NtfKit *self, const char *type, const char *body, char **ret_reason);
JwVerdict kit_completed(NtfKit *self, const char *job_id);
/* A completed job with one recipient whose delivery exists, and not in the queue. (transfer full)
 * the delivery's id */
char *kit_delivery(NtfKit *self);

JwDelivery *kit_get(NtfKit *self, const char *delivery_id); /* (transfer full) */
/* Fails the test unless WON. */
void kit_move(NtfKit *self, const char *delivery_id, JwDeliveryTransition transition);
JwCas kit_try_move(NtfKit *self, const char *delivery_id, JwDeliveryTransition transition);
void kit_keep(Ntf *ntf); /* one round; fails the test on an error */
/* Sends all that is in the queue; answers how many ids were there. */
size_t kit_send_queued(Ntf *ntf);
/* Lets the time pass after which lost mail is looked for, and sends what is found. */
void kit_look_again(NtfKit *self);
char *kit_message(NtfKit *self, size_t index); /* the mail as a string; (transfer full) */

G_END_DECLS
