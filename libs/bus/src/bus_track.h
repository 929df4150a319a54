/* bus_track.h: the messages of one partition between reading them and storing their offsets.
 * Poll thread only; no Kafka in here. A message waits as OPEN until it is decided; offsets move
 * on only over messages that are DONE, so that nothing after a LATER or an unfinished POISON is
 * ever skipped. */
#pragma once
#include "jw/bus.h"

G_BEGIN_DECLS

#define JW_TRACK_BACKOFF_MIN_MS 100
#define JW_TRACK_BACKOFF_MAX_MS 5000

typedef enum { JW_HELD_OPEN, JW_HELD_DONE, JW_HELD_POISON } JwHeldState;

typedef struct {
    gpointer message;
    int64_t offset;
    JwHeldState state;
    char *reason;    /* POISON */
    gpointer ticket; /* POISON: its publish under way; NULL: to be started */
    bool without_body;
} JwHeld;

typedef struct {
    char *topic;
    int32_t partition;
    GPtrArray *held;      /* of JwHeld, by offset */
    int64_t store_offset; /* to store next; -1: nothing new */
    bool later;           /* held back until retry_at_ms */
    int64_t retry_at_ms, backoff_ms;
    int64_t poison_at_ms, poison_backoff_ms; /* next try of a DLQ publish */
    bool started;                            /* a message came since the partition was assigned */
    bool flow_stopped;                       /* paused in the client */
    GDestroyNotify message_free, ticket_free;
} JwTrack;

JwTrack *jw_track_new(const char *topic, int32_t partition, GDestroyNotify message_free,
                      GDestroyNotify ticket_free);
void jw_track_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwTrack, jw_track_free)

void jw_track_add(JwTrack *self, gpointer take_message, int64_t offset);
/* May its OPEN messages be offered now? */
bool jw_track_due(const JwTrack *self, int64_t now_ms);
/* Call before the answers of one offer are given, then answer each offered message in order: what
 * comes after a LATER stays OPEN whatever its answer. */
void jw_track_begin(JwTrack *self);
void jw_track_answer(JwTrack *self, JwHeld *held, JwVerdict verdict, char *take_reason,
                     int64_t now_ms);
/* A DLQ publish failed: try again after a pause that doubles. */
void jw_track_poison_failed(JwTrack *self, int64_t now_ms);
/* Drops decided messages from the front and moves store_offset; true when it moved. */
bool jw_track_resolve(JwTrack *self);
/* Must not be read further for now: its front waits. Valid after jw_track_resolve(). */
bool jw_track_blocked(const JwTrack *self);

G_END_DECLS
