/* rdkafka_auto.h: the one place that includes librdkafka and defines its cleanups.
 * Private to libs/bus. A conf and a header list are stolen once the call that consumes them has
 * succeeded; an rd_kafka_t is closed by hand, because closing may block. */
#pragma once
#include <glib.h>
#include <librdkafka/rdkafka.h>

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC(rd_kafka_conf_t, rd_kafka_conf_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(rd_kafka_headers_t, rd_kafka_headers_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(rd_kafka_topic_partition_list_t,
                              rd_kafka_topic_partition_list_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(rd_kafka_error_t, rd_kafka_error_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(rd_kafka_queue_t, rd_kafka_queue_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(rd_kafka_event_t, rd_kafka_event_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy)

G_END_DECLS
