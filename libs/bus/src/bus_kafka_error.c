/* bus_kafka_error.c: librdkafka's errors as ours, and its log lines as log records. Any thread,
 * also librdkafka's own. */
#include "kafka_private.h"

#include "jw/log.h"

#define SYSLOG_ERR 3

static const struct {
    rd_kafka_resp_err_t cause;
    JwErrorCode code;
} codes[] = {
    { RD_KAFKA_RESP_ERR__QUEUE_FULL, JW_ERROR_BUSY },
    { RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, JW_ERROR_TOO_LARGE },
    { RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, JW_ERROR_TOO_LARGE },
    { RD_KAFKA_RESP_ERR__INVALID_ARG, JW_ERROR_INVALID },
    { RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, JW_ERROR_INVALID },
    { RD_KAFKA_RESP_ERR_INVALID_CONFIG, JW_ERROR_INVALID },
    { RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, JW_ERROR_INVALID },
    { RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, JW_ERROR_INVALID },
    { RD_KAFKA_RESP_ERR_INVALID_REQUEST, JW_ERROR_INVALID },
    { RD_KAFKA_RESP_ERR_POLICY_VIOLATION, JW_ERROR_INVALID },
    { RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS, JW_ERROR_CONFLICT },
    { RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, JW_ERROR_DENIED },
    { RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, JW_ERROR_DENIED },
    { RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, JW_ERROR_DENIED },
    { RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, JW_ERROR_DENIED },
    { RD_KAFKA_RESP_ERR__TIMED_OUT, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR__TRANSPORT, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR__RESOLVE, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR__SSL, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR__AUTHENTICATION, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR__WAIT_COORD, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR__FATAL, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR_NOT_COORDINATOR, JW_ERROR_UNAVAILABLE },
    { RD_KAFKA_RESP_ERR_NOT_CONTROLLER, JW_ERROR_UNAVAILABLE },
};

JwErrorCode
jw_kafka_error_code(rd_kafka_resp_err_t cause)
{
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        if (codes[i].cause == cause) {
            return codes[i].code;
        }
    }
    return JW_ERROR_INTERNAL;
}

bool
jw_kafka_fail(GError **error, rd_kafka_resp_err_t cause, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    return jw_fail(error, jw_kafka_error_code(cause), "%s: %s (%s)", what, rd_kafka_err2str(cause),
                   rd_kafka_err2name(cause));
}

/* librdkafka's errors are warnings here, a lost connection too: it retries for ever, and repeats
 * identical lines only every 30 s. */
void
jw_kafka_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    const char *client = rk != NULL ? rd_kafka_name(rk) : NULL;
    if (level <= SYSLOG_ERR) {
        jw_warn("kafka_client", JW_STR("client", client), JW_STR("facility", facility),
                JW_STR("text", text));
    } else {
        jw_debug("kafka_client", JW_STR("client", client), JW_STR("facility", facility),
                 JW_INT("syslog_level", level), JW_STR("text", text));
    }
}

/* The same events as in the log, by code, at debug level. */
void
jw_kafka_on_error(rd_kafka_t *rk, int cause, const char *reason, void *opaque)
{
    (void)opaque;
    jw_debug("kafka_error", JW_STR("client", rd_kafka_name(rk)),
             JW_STR("code", rd_kafka_err2name((rd_kafka_resp_err_t)cause)), JW_STR("text", reason));
}
