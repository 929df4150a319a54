/* http_send.c: a reply on its way out: the headers of every answer, its body or the pieces of a
 * file, and the access log. The I/O thread sends; a file's pieces are read by the pool of files,
 * whose few threads are the share that downloads have: the connection is suspended while it waits
 * for its turn. A stream of a file belongs to one thread at a time. */
#include "http_private.h"

#include "jw/clock.h"
#include "jw/log.h"

#include <string.h>

#define BLOCK_BYTES (128 * 1024)

typedef struct {
    JwHttpFile file; /* without its strings */
    int64_t from, length, sent;
    JwHttpAccess access;
    JwHttpPool *files;
    struct MHD_Connection *connection;
    JwHttpConns *conns;
    JwHttpConn *conn; /* the same connection */
    char *block;      /* NULL: none is read */
    size_t block_length, block_taken;
    bool failed;
} FileStream;

void
jw_http_file_read(gpointer file, gpointer data)
{
    FileStream *self = file;
    size_t wanted = (size_t)MIN((int64_t)BLOCK_BYTES, self->length - self->sent);
    g_autofree char *block = g_malloc(wanted);
    size_t got = 0;

    (void)data;
    self->failed = !self->file.read(self->file.data, self->from + self->sent, block, wanted, &got)
                   || got == 0 || got > wanted;
    if (self->failed) {
        jw_warn("http_file_cut", JW_INT("offset", self->from + self->sent),
                JW_STR("request_id", self->access.request_id));
    } else {
        self->block = g_steal_pointer(&block);
        self->block_length = got;
        self->block_taken = 0;
    }
    MHD_resume_connection(self->connection); /* it is the I/O thread's from here */
}

static ssize_t
take_block(FileStream *self, char *buffer, size_t most)
{
    size_t length = MIN(most, self->block_length - self->block_taken);

    memcpy(buffer, self->block + self->block_taken, length);
    self->block_taken += length;
    self->sent += (int64_t)length;
    if (self->block_taken == self->block_length) {
        g_clear_pointer(&self->block, g_free);
    }
    return (ssize_t)length;
}

static ssize_t
stream_read(void *data, uint64_t offset, char *buffer, size_t most)
{
    FileStream *self = data;

    (void)offset; /* always what was sent */
    if (self->block != NULL) {
        return take_block(self, buffer, most);
    }
    if (self->failed) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    if (self->sent == self->length) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    struct MHD_Connection *connection = self->connection;
    jw_http_conns_moved(self->conns, self->conn);
    MHD_suspend_connection(connection);
    if (!jw_http_pool_push(self->files, self)) {
        self->failed = true; /* the server ends */
        MHD_resume_connection(connection);
    }
    return 0;
}

static void
stream_free(void *data)
{
    FileStream *self = data;

    jw_http_access_log(&self->access, self->sent, self->sent == self->length);
    if (self->file.data_free != NULL) {
        self->file.data_free(self->file.data);
    }
    g_free(self->block);
    g_free(self);
}

static struct MHD_Response *
file_response(JwHttpReply *self, const JwHttpExchanges *all, struct MHD_Connection *connection,
              JwHttpConn *conn, const JwHttpAccess *take_access)
{
    FileStream *stream = g_new0(FileStream, 1);

    stream->file = self->file;
    stream->from = self->file_from;
    stream->length = self->file_length;
    stream->access = *take_access;
    stream->files = all->files;
    stream->connection = connection;
    stream->conns = all->conns;
    stream->conn = conn;
    self->has_file = false; /* the stream owns its data from here */
    struct MHD_Response *response = MHD_create_response_from_callback(
        (uint64_t)stream->length, BLOCK_BYTES, stream_read, stream, stream_free);
    if (response == NULL) {
        stream_free(stream);
    }
    return response;
}

/* A 304 tells the length of the 200 (RFC 9110, 8.6), and its body is never asked for. */
static ssize_t
send_nothing(void *data, uint64_t offset, char *buffer, size_t most)
{
    (void)data;
    (void)offset;
    (void)buffer;
    (void)most;
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static struct MHD_Response *
body_response(JwHttpReply *self, JwHttpAccess *take_access)
{
    bool head = strcmp(self->request->method, "HEAD") == 0;

    jw_http_access_log(take_access, head ? 0 : (int64_t)self->body_length, true);
    if (self->status == 304 && self->unsent_bytes > 0) {
        return MHD_create_response_from_callback((uint64_t)self->unsent_bytes, 1, send_nothing,
                                                 NULL, NULL);
    }
    if (self->body_length == 0) {
        static char nothing[1];
        return MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT);
    }
    return MHD_create_response_from_buffer(self->body_length, g_steal_pointer(&self->body),
                                           MHD_RESPMEM_MUST_FREE);
}

static void
add_headers_of_api(JwHttpReply *self)
{
    const JwHttpEntry *entry = self->request->entry;
    const JwHttpApi *api = entry != NULL ? entry->mount->api : self->api;

    if (api == NULL || api->headers == NULL) {
        return;
    }
    for (const JwHttpHeader *header = api->headers; header->name != NULL; header++) {
        jw_http_reply_header(self, header->name, header->value);
    }
}

/* Headers that every answer has, whatever the handler did. */
static void
add_common_headers(JwHttpReply *self)
{
    jw_http_reply_header(self, "X-Request-Id", self->request->request_id);
    jw_http_reply_header(self, "X-Content-Type-Options", "nosniff");
    add_headers_of_api(self);
    if (!jw_http_reply_has_header(self, "Cache-Control")) {
        jw_http_reply_header(self, "Cache-Control", "no-store");
    }
    if (self->close) {
        jw_http_reply_header(self, "Connection", "close");
    }
}

void
jw_http_reply_send_last(JwHttpReply *self, int fd)
{
    JwHttpAccess access = { 0 };
    g_autofree char *date = jw_http_date_format(jw_clock_now_ms(jw_clock_system()));
    g_autoptr(GString) text = g_string_new(NULL);

    add_common_headers(self);
    g_string_append_printf(text, "HTTP/1.1 %d %s\r\nDate: %s\r\n", self->status,
                           MHD_get_reason_phrase_for((unsigned int)self->status), date);
    for (guint i = 0; i < self->headers->len; i++) {
        const JwHttpPair *pair = g_ptr_array_index(self->headers, i);
        g_string_append_printf(text, "%s: %s\r\n", pair->name, pair->value);
    }
    g_string_append_printf(text, "Content-Length: %zu\r\n\r\n", self->body_length);
    g_string_append_len(text, self->body, (gssize)self->body_length);
    ssize_t sent = send(fd, text->str, text->len, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)shutdown(fd, SHUT_WR);
    jw_http_access_note(&access, self->request, self->status);
    jw_http_access_log(&access, (int64_t)self->body_length, sent == (ssize_t)text->len);
}

struct MHD_Response *
jw_http_reply_send(JwHttpReply *self, const JwHttpExchanges *all, struct MHD_Connection *connection,
                   JwHttpConn *conn, int64_t *ret_length)
{
    JwHttpAccess access = { 0 };
    struct MHD_Response *response = NULL;

    add_common_headers(self);
    jw_http_access_note(&access, self->request, self->status);
    *ret_length = (int64_t)self->body_length;
    if (self->has_file) {
        *ret_length = self->file_length;
        response = file_response(self, all, connection, conn, &access);
    } else if (self->stream != NULL) {
        *ret_length = -1;
        response = jw_http_stream_response(g_steal_pointer(&self->stream), all->streams, connection,
                                           &access);
    } else {
        response = body_response(self, &access);
    }
    for (guint i = 0; response != NULL && i < self->headers->len; i++) {
        const JwHttpPair *pair = g_ptr_array_index(self->headers, i);
        (void)MHD_add_response_header(response, pair->name, pair->value);
    }
    return response;
}
