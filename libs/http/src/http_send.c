/* http_send.c: a reply on its way out: the headers of every answer, its body or the pieces of a
 * file, and the access log. The connection's thread, which also reads the pieces while
 * libmicrohttpd sends them. */
#include "http_private.h"

#include "jw/log.h"

#include <string.h>

#define BLOCK_BYTES (64 * 1024)

typedef struct {
    JwHttpFile file; /* without its strings */
    int64_t from, length, sent;
    JwHttpAccess access;
} FileStream;

static ssize_t
stream_read(void *data, uint64_t offset, char *buffer, size_t max)
{
    FileStream *stream = data;
    size_t wanted = (size_t)MIN((int64_t)max, stream->length - (int64_t)offset);
    size_t got = 0;

    if (wanted == 0) {
        return U_STREAM_END;
    }
    if (!stream->file.read(stream->file.data, stream->from + (int64_t)offset, buffer, wanted, &got)
        || got == 0 || got > wanted) {
        jw_warn("http_file_cut", JW_INT("offset", stream->from + (int64_t)offset),
                JW_STR("request_id", stream->access.request_id));
        return U_STREAM_ERROR;
    }
    stream->sent = (int64_t)offset + (int64_t)got;
    return (ssize_t)got;
}

static void
stream_free(void *data)
{
    FileStream *stream = data;

    jw_http_access_log(&stream->access, stream->sent, stream->sent == stream->length);
    if (stream->file.data_free != NULL) {
        stream->file.data_free(stream->file.data);
    }
    g_free(stream);
}

static void
send_file(JwHttpReply *self, struct _u_response *response, JwHttpAccess *take_access)
{
    FileStream *stream = g_new0(FileStream, 1);

    stream->file = self->file;
    stream->from = self->file_from;
    stream->length = self->file_length;
    stream->access = *take_access;
    self->has_file = false; /* the stream owns its data from here */
    if (ulfius_set_stream_response(response, (unsigned int)self->status, stream_read, stream_free,
                                   (uint64_t)stream->length, BLOCK_BYTES, stream)
        != U_OK) {
        stream_free(stream);
    }
}

/* Headers that every answer has, whatever the handler did. */
static void
add_common_headers(JwHttpReply *self)
{
    jw_http_reply_header(self, "X-Request-Id", self->request->request_id);
    jw_http_reply_header(self, "X-Content-Type-Options", "nosniff");
    if (!jw_http_reply_has_header(self, "Cache-Control")) {
        jw_http_reply_header(self, "Cache-Control", "no-store");
    }
    if (self->close) {
        jw_http_reply_header(self, "Connection", "close");
    }
}

int64_t
jw_http_reply_send(JwHttpReply *self, struct _u_response *response)
{
    JwHttpAccess access = { 0 };

    add_common_headers(self);
    for (guint i = 0; i < self->headers->len; i++) {
        const JwHttpPair *pair = g_ptr_array_index(self->headers, i);
        (void)u_map_put(response->map_header, pair->name, pair->value);
    }
    jw_http_access_note(&access, self->request, self->status);
    if (self->has_file) {
        int64_t length = self->file_length;
        send_file(self, response, &access);
        return length;
    }
    response->status = self->status; /* ulfius refuses to take an empty body */
    if (self->body_length > 0) {
        (void)ulfius_set_binary_body_response(response, (unsigned int)self->status, self->body,
                                              self->body_length);
    }
    bool head = strcmp(self->request->method, "HEAD") == 0;
    jw_http_access_log(&access, head ? 0 : (int64_t)self->body_length, true);
    return (int64_t)self->body_length;
}
