/* ntfkit.h: a notifier on ports in memory, without threads: the test's thread is poller, sender and keeper. */
#pragma once
#include "../executor/hook_clock.h"
#include "jw/bus_mem.h"
#include "jw/mail_mem.h"
#include "jw/store_mem.h"
#include "ntf.h"

G_BEGIN_DECLS

#define KIT_NOW    INT64_C(1610323200000) /* 2021-01-11T00:00:00Z */
#define MINUTE     INT64_C(60000)
#define HOUR       (60 * MINUTE)
#define KIT_REPORT "a,b\r\n1,2\r\n"

typedef struct {
    Ntf ntf;
    HookClock clock;
    char *events; /* topic of delivery events */
} NtfKit;

NtfKit *kit_new(void);
void kit_free(NtfKit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NtfKit, kit_free)
/* For cmocka: *state is an NtfKit. */
int kit_setup(void **state);
int kit_teardown(void **state);

/* A second notifier on the same ports. Free with kit_free_second(), after the first one's outboxes were looked at. */
Ntf *kit_second(NtfKit *self);
void kit_free_second(Ntf *second);

/* A job with @recipients ("a@example.com b@example.com", "" none), pending. (transfer full) */
char *kit_make_job(NtfKit *self, const char *recipients);
void kit_complete(NtfKit *self, const char *job_id); /* with KIT_REPORT as its file */
JwJob *kit_job(NtfKit *self, const char *job_id);    /* (transfer full) */
/* One event, as the bus would bring it. The reason of POISON in *ret_reason when wanted. */
JwVerdict kit_event(NtfKit *self, const char *type, const char *body, char **ret_reason);
JwVerdict kit_completed(NtfKit *self, const char *job_id);
/* A completed job with one recipient whose delivery is made, and not in the queue. (transfer full) the delivery's id */
char *kit_delivery(NtfKit *self);

JwDelivery *kit_get(NtfKit *self, const char *delivery_id); /* (transfer full) */
/* Fails the test unless WON. */
void kit_change(NtfKit *self, const char *delivery_id, JwDeliveryTransition transition);
JwCas kit_try(NtfKit *self, const char *delivery_id, JwDeliveryTransition transition);
size_t kit_changed_events(const JwDelivery *delivery);
void kit_keep(Ntf *ntf); /* one round; fails the test on an error */
/* Sends all that is in the queue; answers how many ids were there. */
size_t kit_send_queued(Ntf *ntf);
char *kit_message(NtfKit *self, size_t index); /* the mail as text; (transfer full) */

typedef struct {
    JwErrorCode code;
    bool after; /* the write was done, its answer lost */
} KitFault;
extern const KitFault kit_faults[];
extern const size_t kit_n_faults;

G_END_DECLS
