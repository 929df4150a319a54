/* ntf.h: the notifier's one struct and what its files share.
 *
 * Threads: the bus's poll thread (intake.c) turns completed jobs into deliveries; senders
 * (send.c) claim and send them; the maintenance thread (maintenance.c) finds deliveries that are
 * due or whose sender died. They meet in the queue of delivery ids; what an id means is decided by
 * the document. */
#pragma once
#include "jw/config.h"
#include "jw/ident.h"
#include "jw/jobs_deliveries.h"
#include "jw/jobs_mails.h"
#include "jw/link_token.h"
#include "jw/liveness.h"
#include "jw/mail.h"
#include "jw/ports.h"
#include "jw/store_deliveries.h"
#include "jw/store_jobs.h"
#include "jw/sync.h"

G_BEGIN_DECLS

typedef struct {
    int64_t senders;          /* JW_SENDERS */
    int64_t attach_max_bytes; /* JW_ATTACH_MAX */
    char *public_url;         /* JW_PUBLIC_URL */
    int64_t link_ttl_ms;      /* JW_LINK_TTL */
    int64_t poll_ms;          /* JW_POLL */
    int64_t dead_after_ms;    /* JW_SENDER_DEAD_AFTER */
    int64_t resend_after_ms;  /* JW_RESEND_AFTER */
    int64_t give_up_ms;       /* JW_GIVE_UP_AFTER */
    char *in_doubt;           /* JW_IN_DOUBT */
} NtfConfig;

/* How far maintenance is with the jobs whose mail has not ended. */
typedef struct {
    char *after_id; /* NULL: at the start */
    int64_t after_updated_ms;
    int64_t next_mono_ms;
} NtfMailScan;

typedef struct {
    NtfConfig config;
    JwMailConfig mail_config;
    JwLinkConfig link_config;
    JW_PORTS; /* without a catalog: events only */
    JwMail *mail;
    JwLinkKeys *links; /* sign the links in mails */
    JwConsumer *consumer;
    char *sender_name, *sender_address; /* of JW_MAIL_FROM */
    JwQueue *due;                       /* of char *: delivery ids */
    JwLiveness *sending;                /* maintenance thread only: deliveries as it saw them */
    JwStop *stop;
    NtfMailScan mail_scan;
    GPtrArray *senders; /* of GThread */
    GThread *maintenance;
    char owner[JW_PROCESS_NAME_SIZE];
} Ntf;

extern const JwConfigEntry ntf_config_entries[];
extern const size_t ntf_n_config_entries;

/* ntf.c */
/* Whether JW_IN_DOUBT is a word, and the configured times go together; INVALID. */
bool ntf_check_in_doubt(const Ntf *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool ntf_check(const Ntf *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Ports are set and stay the caller's. */
bool ntf_run(Ntf *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ntf_stop(Ntf *self);

/* intake.c */
void ntf_consume(const JwMessage *messages, size_t n_messages, JwAnswer *answers, gpointer ntf);
/* How the deliveries of a channel are sent: a row of the table in send.c. A sender's thread;
 * several at once. */
typedef struct {
    /* What is sent. @job: (nullable): the delivery's, NULL when it is gone. Errors that are
     * permanent, and CORRUPT, end the delivery as failed; others are tried again. (transfer full)
     */
    GBytes *(*compose)(Ntf *self, const JwDelivery *delivery, const JwJob *job, GError **error);
    /* One try, as jw_mail_send(): @before_final_dot is called with @mark once, right before that
     * goes out after which nobody can know what was received; false stops it. LATER is tried again
     * after backoff_ms, until give_up_ms after the delivery was made; SENT, BOUNCED and FAILED are
     * its end. */
    bool (*send)(Ntf *self, const JwDelivery *delivery, GBytes *content,
                 JwMailBeforeDot before_final_dot, gpointer mark, JwMailOutcome *ret_outcome,
                 char **ret_reply, GError **error);
    int64_t (*backoff_ms)(int attempts, double jitter);
    int64_t (*give_up_ms)(const Ntf *self);
} NtfChannel;

extern const NtfChannel ntf_channel_mail;

/* send.c: claims and sends one delivery; what a sender does between two pops. */
void ntf_send(Ntf *self, const char *delivery_id);
gpointer ntf_sender(gpointer ntf);

/* deliveries.c: one change of a delivery. @change: the transition and what it sets. @call: NULL
 * for one that must not wait. */
bool ntf_change(Ntf *self, const JwDelivery *delivery, const JwDeliveryChange *change,
                const JwJobsCall *call, JwCas *ret_cas, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Creates the missing deliveries of a job that has ended, and updates its counts. */
bool ntf_create_deliveries(Ntf *self, const JwJob *job, const GPtrArray *deliveries,
                           size_t *ret_created, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Updates the counts of deliveries on the job. */
bool ntf_roll_up(Ntf *self, const char *job_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#define NTF_MAINTENANCE_BATCH 500
#define NTF_MAIL_PAGE         100
#define NTF_LOOKS             4 /* that see a claim still before it counts as dead, at least */
#define NTF_MAIL_AFTER_MS     INT64_C(30000) /* by then an event has done its work, or is lost */
#define NTF_MAIL_PAUSE_MS     INT64_C(30000) /* from the end of the jobs to their start */

/* maintenance.c: one round: queues what is due, requeues what a dead sender had, resends or gives
 * up what is in doubt, finds the jobs whose event was lost. */
bool ntf_maintain(Ntf *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gpointer ntf_maintenance_thread(gpointer ntf);

G_END_DECLS
