/* kafka_private.h: what the files of the Kafka adapter share. */
#pragma once
#include "bus_private.h"
#include "jw/clock.h"
#include "jw/metrics.h"
#include "jw/sync.h"
#include "rdkafka_auto.h"

G_BEGIN_DECLS

/* bus_kafka_error.c: the one table from librdkafka's errors to ours, and its log. */
JwErrorCode jw_kafka_error_code(rd_kafka_resp_err_t cause);
bool jw_kafka_fail(GError **error, rd_kafka_resp_err_t cause, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void jw_kafka_log(const rd_kafka_t *rk, int level, const char *facility, const char *text);
void jw_kafka_on_error(rd_kafka_t *rk, int cause, const char *reason, void *opaque);

/* bus_kafka_conf.c: settings that both kinds of client share, with JW_KAFKA_* of @environ_ on top.
 */
rd_kafka_conf_t *jw_kafka_conf_new(const JwBusConfig *config, const char *service,
                                   const char *const *environ_,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Copies of @common with the fixed settings that keep messages safe. */
rd_kafka_conf_t *jw_kafka_conf_producer(const rd_kafka_conf_t *common, const JwBusConfig *config,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
rd_kafka_conf_t *jw_kafka_conf_consumer(const rd_kafka_conf_t *common, const char *group,
                                        bool newest, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A producer in use. A fatal error replaces it; the old one is freed after its last user
 * released it. */
typedef struct {
    rd_kafka_t *rk;
    unsigned users;
} JwKafkaHandle;

typedef struct {
    JwBus base;
    char *service, *version;
    rd_kafka_conf_t *common, *producer; /* templates, never handed to a client */

    JwMutex mutex; /* guards what follows */
    JwCond changed;
    JwKafkaHandle *handle;
    size_t in_flight;         /* publishes whose done has not run yet */
    int64_t answered_mono_ms; /* the broker's last sign of life; 0: none */

    JwStop *stop_poll, *stop_probe;
    GThread *poller, *prober;
    JwMetric *published, *consumed;
} JwKafka;

/* Between take and release the handle stays alive. */
JwKafkaHandle *jw_kafka_take(JwKafka *self);
void jw_kafka_release(JwKafka *self, JwKafkaHandle *handle);

/* As JwPublished, with the cause by number. Runs exactly once after an accepted send. */
typedef void (*JwKafkaDone)(bool persisted, rd_kafka_resp_err_t cause, gpointer data);
/* Sends without our own size limit. @take_headers is consumed in any case; NULL: none. */
bool jw_kafka_send(JwKafka *self, const JwMessage *message, rd_kafka_headers_t *take_headers,
                   JwKafkaDone done, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* bus_kafka_admin.c */
bool jw_kafka_create_topics(JwBus *bus, const JwTopic *topics, size_t n_topics, int64_t timeout_ms,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* bus_consumer.c */
JwConsumer *jw_kafka_subscribe(JwBus *bus, const JwSubscription *subscription,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* bus_dlq.c: one refused message on its way to `<topic>.dlq`. */
typedef struct _JwDlqTicket JwDlqTicket;
typedef enum { JW_DLQ_SENDING, JW_DLQ_DONE, JW_DLQ_FAILED, JW_DLQ_TOO_LARGE } JwDlqState;
/* Wakes the poll thread on a delivery report: shared by the consumer and its tickets. */
typedef struct _JwDlqBell JwDlqBell;
JwDlqBell *jw_dlq_bell_new(rd_kafka_queue_t *take_queue);
void jw_dlq_bell_ring(JwDlqBell *self);
void jw_dlq_bell_silence(JwDlqBell *self); /* the queue goes away */
void jw_dlq_bell_unref(JwDlqBell *self);
/* Starts one publish; NULL: refused, try again later. @with_body false leaves the body out. */
JwDlqTicket *jw_dlq_send(JwKafka *bus, JwDlqBell *bell, const rd_kafka_message_t *message,
                         const char *reason, bool with_body,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
JwDlqState jw_dlq_ticket_state(JwDlqTicket *self);
void jw_dlq_ticket_unref(gpointer self);

G_END_DECLS
