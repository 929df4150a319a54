/* bus_fixture.h: a bus on the real broker, topics of this run's own, and a reader that records.
 */
#pragma once
#include "testkit.h"
#include "jw/bus.h"
#include "jw/sync.h"

typedef struct {
    JwBus *bus;
    char *topic; /* with its DLQ; deleted after the test */
    char *group;
    int laters;  /* of the next reader */
    bool newest; /* so is the next reader */
} BusFixture;

/* @partitions of the topic; its DLQ has one. */
BusFixture *bus_fixture_new(int partitions);
void bus_fixture_free(BusFixture *self);
JwBus *bus_fixture_connect(int64_t message_max_bytes, int64_t publish_timeout_ms);
/* Publishes "n" under the key "k<n % keys>" for n in [from, to) and waits until all are persisted.
 */
void bus_fixture_publish(BusFixture *self, int from, int to, int keys);

/* @judge decides a reader's answers; what it saw is recorded in order. */
typedef struct _Reader Reader;
typedef JwVerdict (*Judge)(Reader *self, const JwMessage *message, int number);
struct _Reader {
    JwMutex mutex; /* guards what follows */
    JwCond changed;
    Judge judge;
    GArray *done;    /* int, in the order of the verdicts */
    GArray *offered; /* int, every offer */
    int laters_left; /* for judges */
    int stop_at;
    char *body, *key, *reason, *extra; /* of the last message */
    JwConsumer *consumer;
};
/* Answers DONE when @judge is NULL. */
Reader *reader_new(BusFixture *fixture, const char *topic, size_t batch_max, Judge judge);
void reader_free(Reader *self);
size_t reader_done(Reader *self);
size_t reader_offered(Reader *self);
/* Fails the test unless @n were done (or offered) in time. */
void reader_wait_done(Reader *self, size_t n, int64_t timeout_ms);
void reader_wait_offered(Reader *self, size_t n, int64_t timeout_ms);
