/* http_stream.c: answers that go on, as events do. What is written is kept under
 * the stream's lock until the I/O thread takes it; while there is nothing the connection is
 * suspended, so that it costs neither a thread nor a poll. Writers are any threads. As nobody reads
 * a suspended connection, it is the writer that asks whether its client is still there. */
#include "http_list.h"
#include "http_private.h"

#include "jw/sync.h"

#include <string.h>

#define BLOCK_BYTES   4096
#define PENDING_BYTES (256 * 1024) /* a reader that is slower than this is given up */

struct _JwHttpStreams {
    JwMutex mutex;
    JwHttpList open; /* of JwHttpStream */
    bool ended;
};

struct _JwHttpStream {
    int references; /* atomic: the reply or the connection, and the writer */
    JwHttpStreams *all;
    JwHttpLink in_all;
    JwMutex mutex;
    GString *pending;
    bool ended;                        /* nothing more is written */
    bool left;                         /* and the client was who ended it */
    struct MHD_Connection *connection; /* NULL: not yet, or over */
    int fd;                            /* of the connection, while there is one */
    bool suspended;
    JwHttpAccess access;
    int64_t sent;
};

JwHttpStreams *
jw_http_streams_new(void)
{
    JwHttpStreams *self = g_new0(JwHttpStreams, 1);

    jw_mutex_init(&self->mutex);
    return self;
}

void
jw_http_streams_free(gpointer self)
{
    JwHttpStreams *streams = self;

    if (streams != NULL) {
        g_assert(streams->open.head == NULL);
        jw_mutex_clear(&streams->mutex);
        g_free(streams);
    }
}

static void
unref(JwHttpStream *self)
{
    if (g_atomic_int_dec_and_test(&self->references)) {
        g_string_free(self->pending, TRUE);
        jw_mutex_clear(&self->mutex);
        g_free(self);
    }
}

static void
wake_locked(JwHttpStream *self)
{
    if (self->suspended) {
        self->suspended = false;
        MHD_resume_connection(self->connection);
    }
}

static void
end(JwHttpStream *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->ended = true;
    wake_locked(self);
}

void
jw_http_streams_end(JwHttpStreams *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->ended = true;
    for (const JwHttpLink *link = self->open.head; link != NULL; link = link->next) {
        end(link->data);
    }
}

JwHttpStream *
jw_http_reply_stream(JwHttpReply *self, int status, const char *content_type)
{
    g_return_val_if_fail(self != NULL && content_type != NULL, NULL);
    JwHttpStream *stream = g_new0(JwHttpStream, 1);

    jw_mutex_init(&stream->mutex);
    stream->references = 2;
    stream->pending = g_string_new(NULL);
    stream->in_all.data = stream;
    jw_http_reply_drop_body(self);
    self->status = status;
    self->stream = stream;
    jw_http_reply_header(self, "Content-Type", content_type);
    return stream;
}

bool
jw_http_stream_write(JwHttpStream *self, const char *text)
{
    g_return_val_if_fail(self != NULL && text != NULL, false);
    size_t length = strlen(text);
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    if (self->pending->len + length > PENDING_BYTES) {
        self->ended = true;
    }
    if (self->ended) {
        return false;
    }
    g_string_append_len(self->pending, text, (gssize)length);
    wake_locked(self);
    return true;
}

bool
jw_http_stream_wanted(JwHttpStream *self)
{
    g_return_val_if_fail(self != NULL, false);
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    if (!self->ended && self->connection != NULL && jw_http_fd_has_left(self->fd)) {
        self->ended = true;
        self->left = true;
        wake_locked(self);
    }
    return !self->ended;
}

void
jw_http_stream_free(gpointer stream)
{
    JwHttpStream *self = stream;

    if (self != NULL) {
        end(self);
        unref(self);
    }
}

void
jw_http_stream_drop(gpointer stream)
{
    jw_http_stream_free(stream);
}

static ssize_t
take(void *data, uint64_t position, char *buffer, size_t most)
{
    JwHttpStream *self = data;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    size_t length = MIN(most, self->pending->len);

    (void)position;
    if (length > 0) {
        memcpy(buffer, self->pending->str, length);
        g_string_erase(self->pending, 0, (gssize)length);
        self->sent += (int64_t)length;
        return (ssize_t)length;
    }
    if (self->ended) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    self->suspended = true;
    MHD_suspend_connection(self->connection);
    return 0;
}

static void
over(void *data)
{
    JwHttpStream *self = data;

    jw_mutex_lock(&self->all->mutex);
    jw_http_list_remove(&self->all->open, &self->in_all);
    jw_mutex_unlock(&self->all->mutex);
    jw_mutex_lock(&self->mutex);
    jw_http_access_log(&self->access, self->sent,
                       self->ended && !self->left && self->pending->len == 0);
    self->ended = true;
    self->connection = NULL;
    jw_mutex_unlock(&self->mutex);
    unref(self);
}

struct MHD_Response *
jw_http_stream_response(JwHttpStream *self, JwHttpStreams *all, struct MHD_Connection *connection,
                        const JwHttpAccess *take_access)
{
    self->all = all;
    self->access = *take_access;
    jw_mutex_lock(&self->mutex);
    self->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    self->connection = connection;
    jw_mutex_unlock(&self->mutex);
    jw_mutex_lock(&all->mutex);
    jw_http_list_append(&all->open, &self->in_all);
    bool ended = all->ended;
    jw_mutex_unlock(&all->mutex);
    if (ended) {
        end(self);
    }
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, take, self, over);
    if (response == NULL) {
        over(self);
    }
    return response;
}
