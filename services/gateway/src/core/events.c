/* core/events.c: see core/events.h.
 *
 * Handlers add streams and waits, the bus's poll thread marks jobs of which an event came, and one
 * thread reads and writes: neither writing nor ending a wait waits (jw/http_reply.h). Everything
 * that changes is behind the lock, which is not held while the store is asked. What is told follows
 * from the document and from what the client was told last, so a lost event costs a second, and a
 * repeated one nothing. */
#include "core/events.h"

#include "core/metrics.h"
#include "jw/log.h"
#include "jw/store_jobs.h"
#include "jw/sync.h"

#include <string.h>

#define LOOK_EVERY_MS 1000
#define GATHER_MS     50 /* events that come together are one reading */
#define IDS_A_READING 500
#define COMMENT_AFTER_MS                                                                           \
    15000 /* of silence: proxies cut silent answers, and a client that was cut off shows */
#define RETRY_S 10
#define FIRST   "retry: 2000\n\n" /* how long a client waits before it comes again */
#define COMMENT ": still here\n\n"

/* Of a stream, or of a call that waits. */
typedef struct {
    char *job_id;
    JwHttpStream *stream;
    const GwEventsForm *form;
    char *subject;
    char *seen; /* what the client was told last; NULL: nothing */
    int64_t expires_at_ms, told_mono_ms;
    JwHttpWait *wait; /* NULL: it is a stream */
    bool (*over)(const JwJob *job);
    int64_t until_mono_ms;
} Watch;

struct _GwEvents {
    Gw *gw;
    JwMutex mutex;
    JwCond changed;
    GHashTable *by_job;      /* char * → GPtrArray of Watch */
    GHashTable *by_subject;  /* char * → GINT_TO_POINTER(streams) */
    GHashTable *named;       /* char *, a set: watched jobs of which an event came */
    int64_t n, n_waits;      /* streams, waits */
    int64_t soonest_mono_ms; /* when the time of a wait is over; 0: of none */
    bool stopped;
    JwStop *stop;
    JwConsumer *consumer; /* NULL: none */
    GThread *thread;      /* NULL: none */
};

static void
watch_free(gpointer data)
{
    Watch *self = data;

    jw_http_stream_free(self->stream);
    jw_http_wait_free(self->wait);
    g_free(self->job_id);
    g_free(self->subject);
    g_free(self->seen);
    g_free(self);
}

static void
watches_free(gpointer data)
{
    g_ptr_array_unref(data);
}

GwEvents *
gw_events_new(Gw *gw)
{
    GwEvents *self = g_new0(GwEvents, 1);

    self->gw = gw;
    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->changed);
    self->by_job = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, watches_free);
    self->by_subject = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->named = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->stop = jw_stop_new();
    return self;
}

static void
stop(GwEvents *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->stopped = true;
    jw_stop_set(self->stop);
    jw_cond_broadcast(&self->changed);
}

void
gw_events_free(gpointer data)
{
    GwEvents *self = data;

    if (self == NULL) {
        return;
    }
    g_clear_pointer(&self->consumer, jw_consumer_free);
    stop(self);
    g_clear_pointer(&self->thread, g_thread_join);
    jw_metric_add(gw_metrics[GW_METRIC_STREAMS], NULL, -(double)self->n);
    jw_metric_add(gw_metrics[GW_METRIC_WAITS], NULL, -(double)self->n_waits);
    g_hash_table_unref(self->by_job);
    g_hash_table_unref(self->by_subject);
    g_hash_table_unref(self->named);
    jw_stop_free(self->stop);
    jw_cond_clear(&self->changed);
    jw_mutex_clear(&self->mutex);
    g_free(self);
}

static int
streams_of_locked(const GwEvents *self, const char *subject)
{
    return GPOINTER_TO_INT(g_hash_table_lookup(self->by_subject, subject));
}

static void
count_locked(GwEvents *self, const char *subject, int change)
{
    int n = streams_of_locked(self, subject) + change;

    self->n += change;
    jw_metric_add(gw_metrics[GW_METRIC_STREAMS], NULL, change);
    if (n > 0) {
        g_hash_table_insert(self->by_subject, g_strdup(subject), GINT_TO_POINTER(n));
    } else {
        (void)g_hash_table_remove(self->by_subject, subject);
    }
}

static void
count_wait_locked(GwEvents *self, int change)
{
    self->n_waits += change;
    jw_metric_add(gw_metrics[GW_METRIC_WAITS], NULL, change);
}

/* Tells what is new. False: nothing more is to be told, or nobody is there any more. */
static bool
tell(const GwEvents *self, Watch *watch, const JwJob *job)
{
    if (watch->wait != NULL) {
        return watch->over != NULL && !watch->over(job);
    }
    g_autofree char *mark = watch->form->mark(job);
    g_autoptr(GString) text = g_string_new(NULL);

    if (g_strcmp0(mark, watch->seen) == 0) {
        return true;
    }
    bool more = watch->form->tell(self->gw, job, watch->seen, text);
    g_free(watch->seen);
    watch->seen = g_steal_pointer(&mark);
    watch->told_mono_ms = jw_clock_mono_ms(self->gw->clock);
    return jw_http_stream_write(watch->stream, text->str) && more;
}

/* Time for a sign of life, or for the end. False: the end. */
static bool
keep_up(const GwEvents *self, Watch *watch, const char *subject)
{
    const int64_t now = jw_clock_mono_ms(self->gw->clock);

    (void)subject;
    if (watch->wait != NULL) {
        return now < watch->until_mono_ms && jw_http_wait_wanted(watch->wait);
    }
    if ((watch->expires_at_ms != 0 && jw_clock_now_ms(self->gw->clock) >= watch->expires_at_ms)
        || !jw_http_stream_wanted(watch->stream)) {
        return false;
    }
    if (now - watch->told_mono_ms < COMMENT_AFTER_MS) {
        return true;
    }
    watch->told_mono_ms = now;
    return jw_http_stream_write(watch->stream, COMMENT);
}

static void
add_locked(GwEvents *self, Watch *take_watch)
{
    GPtrArray *watches = g_hash_table_lookup(self->by_job, take_watch->job_id);

    if (watches == NULL) {
        watches = g_ptr_array_new_with_free_func(watch_free);
        g_hash_table_insert(self->by_job, g_strdup(take_watch->job_id), watches);
    }
    g_ptr_array_add(watches, take_watch);
}

/* Of @subject, unless that is NULL: whether the client is still there. */
static bool
is_there(const GwEvents *self, Watch *watch, const char *subject)
{
    (void)self;
    return watch->wait != NULL || (subject != NULL && strcmp(watch->subject, subject) != 0)
           || jw_http_stream_wanted(watch->stream);
}

static void
remove_locked(GwEvents *self, const char *job_id, GPtrArray *watches, guint index)
{
    const Watch *watch = g_ptr_array_index(watches, index);

    if (watch->wait != NULL) {
        count_wait_locked(self, -1);
    } else {
        count_locked(self, watch->subject, -1);
    }
    (void)g_ptr_array_remove_index_fast(watches, index);
    if (watches->len == 0) {
        (void)g_hash_table_remove(self->by_job, job_id);
    }
}

static void
remove_unless_locked(GwEvents *self, bool (*keep)(const GwEvents *, Watch *, const char *),
                     const char *subject)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    gpointer id;

    g_hash_table_iter_init(&iter, self->by_job);
    while (g_hash_table_iter_next(&iter, &id, NULL)) {
        g_ptr_array_add(ids, g_strdup(id));
    }
    for (guint n = 0; n < ids->len; n++) {
        const char *job_id = g_ptr_array_index(ids, n);
        GPtrArray *watches = g_hash_table_lookup(self->by_job, job_id);

        for (guint i = watches->len; i > 0; i--) {
            if (!keep(self, g_ptr_array_index(watches, i - 1), subject)) {
                remove_locked(self, job_id, watches, i - 1);
            }
        }
    }
}

/* Whoever loads a page again asks for its streams before the old ones were seen to have ended. */
static void
drop_left_locked(GwEvents *self, const char *subject)
{
    if (self->n >= self->gw->config.events_max) {
        remove_unless_locked(self, is_there, NULL);
    } else if (streams_of_locked(self, subject) >= self->gw->config.events_caller_max) {
        remove_unless_locked(self, is_there, subject);
    }
}

/* False: the request is answered. */
static bool
admit_locked(GwEvents *self, const char *subject, JwHttpReply *reply)
{
    drop_left_locked(self, subject);
    if (streams_of_locked(self, subject) >= self->gw->config.events_caller_max) {
        jw_http_reply_problem(reply, 429, "TOO_MANY_STREAMS", NULL, RETRY_S,
                              "you read the events of %" G_GINT64_FORMAT
                              " jobs already; end some of these streams",
                              self->gw->config.events_caller_max);
        return false;
    }
    if (self->n >= self->gw->config.events_max) {
        jw_http_reply_problem(reply, 503, "TOO_MANY_STREAMS", NULL, RETRY_S,
                              "too many streams of events are open; ask for the job now and then");
        return false;
    }
    count_locked(self, subject, 1);
    return true;
}

void
gw_events_reply(GwEvents *self, const JwHttpRequest *request, JwHttpReply *reply, const JwJob *job,
                const GwEventsForm *form, const char *seen)
{
    const JwPrincipal *who = jw_http_principal(request);
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    if (!admit_locked(self, who->subject, reply)) {
        return;
    }
    Watch *watch = g_new0(Watch, 1);
    watch->stream = jw_http_reply_stream(reply, 200, "text/event-stream");
    /* nginx would keep it back until it is whole */
    jw_http_reply_header(reply, "X-Accel-Buffering", "no");
    watch->form = form;
    watch->job_id = g_strdup(job->id);
    watch->subject = g_strdup(who->subject);
    watch->seen = g_strdup(seen);
    watch->expires_at_ms = who->expires_at_ms;
    watch->told_mono_ms = jw_clock_mono_ms(self->gw->clock);
    if (jw_http_stream_write(watch->stream, FIRST) && tell(self, watch, job) && !self->stopped) {
        add_locked(self, watch);
        jw_cond_broadcast(&self->changed);
    } else {
        count_locked(self, watch->subject, -1);
        watch_free(watch);
    }
}

bool
gw_events_may_wait(GwEvents *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    return self->n_waits < self->gw->config.waits_max;
}

static void
note_until_locked(GwEvents *self, const Watch *watch)
{
    if (watch->wait != NULL
        && (self->soonest_mono_ms == 0 || watch->until_mono_ms < self->soonest_mono_ms)) {
        self->soonest_mono_ms = MAX(watch->until_mono_ms, 1);
    }
}

void
gw_events_wait(GwEvents *self, const char *job_id, JwHttpWait *take_wait,
               bool (*over)(const JwJob *job), int64_t until_mono_ms)
{
    Watch *watch = g_new0(Watch, 1);
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    watch->job_id = g_strdup(job_id);
    watch->wait = take_wait;
    watch->over = over;
    watch->until_mono_ms = until_mono_ms;
    count_wait_locked(self, 1);
    note_until_locked(self, watch);
    add_locked(self, watch);
    jw_cond_broadcast(&self->changed);
}

/* Ids to be read now. (transfer full) of char * */
static GPtrArray *
take_ids(GwEvents *self, bool all)
{
    GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    GHashTableIter iter;
    gpointer id;

    g_hash_table_iter_init(&iter, all ? self->by_job : self->named);
    while (g_hash_table_iter_next(&iter, &id, NULL)) {
        g_ptr_array_add(ids, g_strdup(id));
    }
    g_hash_table_remove_all(self->named);
    return ids;
}

/* Tells all that watch this job. @job: NULL: it is gone. */
static void
tell_all(GwEvents *self, const char *job_id, const JwJob *job)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    GPtrArray *watches = g_hash_table_lookup(self->by_job, job_id);

    for (guint i = watches != NULL ? watches->len : 0; i > 0; i--) {
        if (job == NULL || !tell(self, g_ptr_array_index(watches, i - 1), job)) {
            remove_locked(self, job_id, watches, i - 1);
        }
    }
}

static const JwJob *
find_job(const GPtrArray *jobs, const char *id)
{
    for (guint i = 0; i < jobs->len; i++) {
        const JwJob *job = g_ptr_array_index(jobs, i);
        if (strcmp(job->id, id) == 0) {
            return job;
        }
    }
    return NULL;
}

static bool
read_some(GwEvents *self, const GPtrArray *ids, guint from, GError **error)
{
    g_autoptr(GPtrArray) jobs = NULL;
    g_autoptr(GPtrArray) some = g_ptr_array_new();

    for (guint i = from; i < MIN(from + IDS_A_READING, ids->len); i++) {
        g_ptr_array_add(some, g_ptr_array_index(ids, i));
    }
    g_ptr_array_add(some, NULL);
    if (!jw_store_get_jobs(self->gw->store, (const char *const *)some->pdata, &jobs, error)) {
        return false;
    }
    for (guint i = 0; i + 1 < some->len; i++) {
        const char *id = g_ptr_array_index(some, i);

        tell_all(self, id, find_job(jobs, id));
    }
    return true;
}

static void
keep_all_up(GwEvents *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    GHashTableIter iter;
    gpointer watches;

    remove_unless_locked(self, keep_up, NULL);
    self->soonest_mono_ms = 0;
    g_hash_table_iter_init(&iter, self->by_job);
    while (g_hash_table_iter_next(&iter, NULL, &watches)) {
        for (guint i = 0; i < ((const GPtrArray *)watches)->len; i++) {
            note_until_locked(self, g_ptr_array_index((const GPtrArray *)watches, i));
        }
    }
}

void
gw_events_look(GwEvents *self, bool all)
{
    g_autoptr(GPtrArray) ids = take_ids(self, all);
    g_autoptr(GError) error = NULL;

    for (guint from = 0; from < ids->len; from += IDS_A_READING) {
        if (!read_some(self, ids, from, &error)) {
            jw_debug("events_not_read", JW_STR("error", jw_error_message(error)));
            break; /* a second later they are read again */
        }
    }
    if (all) {
        keep_all_up(self);
    }
}

/* Waits until something is to be done. @ret_all: a second has passed since @looked_mono_ms, or the
 * time of a wait is over. False: it is over. */
static bool
wait_for_work(GwEvents *self, int64_t looked_mono_ms, bool *ret_all)
{
    JwClock *clock = jw_clock_system();
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    while (!self->stopped) {
        const int64_t look_ms = looked_mono_ms + LOOK_EVERY_MS;
        const int64_t next_ms =
            self->soonest_mono_ms != 0 ? MIN(look_ms, self->soonest_mono_ms) : look_ms;
        const bool due = jw_clock_mono_ms(clock) >= next_ms;

        if (self->n + self->n_waits == 0) {
            jw_cond_wait(&self->changed, &self->mutex);
        } else if (due || g_hash_table_size(self->named) > 0) {
            *ret_all = due;
            return true;
        } else {
            (void)jw_cond_wait_until(&self->changed, &self->mutex, next_ms);
        }
    }
    return false;
}

static gpointer
events_thread(gpointer data)
{
    GwEvents *self = data;
    int64_t looked_mono_ms = jw_clock_mono_ms(jw_clock_system());
    bool all = false;

    while (wait_for_work(self, looked_mono_ms, &all) && !jw_stop_wait(self->stop, GATHER_MS)) {
        if (all) {
            looked_mono_ms = jw_clock_mono_ms(jw_clock_system());
        }
        gw_events_look(self, all);
    }
    return NULL;
}

/* Their key is the job's id; who did it and what it says the document knows. */
static void
consume(const JwMessage *messages, size_t n_messages, JwAnswer *answers, gpointer data)
{
    GwEvents *self = data;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    for (size_t i = 0; i < n_messages; i++) {
        g_autofree char *id =
            messages[i].key != NULL ? g_strndup(messages[i].key, messages[i].key_length) : NULL;

        answers[i].verdict = JW_VERDICT_DONE;
        if (id != NULL && g_hash_table_contains(self->by_job, id)) {
            (void)g_hash_table_add(self->named, g_steal_pointer(&id));
            jw_cond_broadcast(&self->changed);
        }
    }
}

static void
subscribe(GwEvents *self)
{
    char unique[JW_UUID_LEN + 1];
    g_autoptr(GError) error = NULL;

    jw_uuid_v7(jw_clock_now_ms(self->gw->clock), unique);
    g_autofree char *name = g_strconcat(JW_GROUP_GATEWAY, unique, NULL);
    g_autofree char *group = jw_wire_topic(self->gw->wire, name);
    g_autofree char *jobs = jw_wire_topic(self->gw->wire, JW_TOPIC_JOB_EVENTS);
    g_autofree char *deliveries = jw_wire_topic(self->gw->wire, JW_TOPIC_DELIVERY_EVENTS);
    const char *const topics[] = { jobs, deliveries, NULL };
    const JwSubscription subscription = { .topics = topics,
                                          .group = group,
                                          .newest = true,
                                          .batch_max = 500,
                                          .consume = consume,
                                          .data = self };

    self->consumer = jw_bus_subscribe(self->gw->bus, &subscription, &error);
    if (self->consumer == NULL) { /* the documents tell the same, up to a second later */
        jw_warn("events_without_bus", JW_STR("error", jw_error_message(error)));
    }
}

bool
gw_events_start(GwEvents *self, GError **error)
{
    GError *cause = NULL;

    subscribe(self);
    self->thread = g_thread_try_new("events", events_thread, self, &cause);
    return self->thread != NULL || jw_error_adopt(error, JW_ERROR_UNAVAILABLE, cause);
}
