/* scripted_mongo.c: the scripted server: one thread that accepts, one for each connection. The
 * mutex guards the script and the list of connections; freeing shuts every socket down and joins
 * every thread. */
#include "scripted_mongo.h"
#include "jw/sync.h"
#include <arpa/inet.h>
#include <bson/bson.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OP_REPLY_CODE 1
#define OP_QUERY_CODE 2004
#define OP_MSG_CODE   2013
#define MOST_BYTES    (1024 * 1024)

struct _ScriptedMongo {
    int listener, port;
    GThread *acceptor;
    JwMutex mutex;
    JwCond changed;     /* the script, the count of commands, or that it ends */
    GArray *sockets;    /* of int; guarded, as is what follows */
    GPtrArray *threads; /* of GThread */
    bool stopping;
    SmTreatment treatment;
    const char *reply_json;
    int commands;
};

typedef struct {
    ScriptedMongo *server;
    int socket;
} Connection;

static bool
read_all(int socket, void *buffer, size_t length)
{
    for (size_t done = 0; done < length;) {
        const ssize_t got = recv(socket, (char *)buffer + done, length - done, 0);
        if (got <= 0) {
            return false;
        }
        done += (size_t)got;
    }
    return true;
}

static bool
write_all(int socket, const void *buffer, size_t length)
{
    for (size_t done = 0; done < length;) {
        const ssize_t put = send(socket, (const char *)buffer + done, length - done, MSG_NOSIGNAL);
        if (put <= 0) {
            return false;
        }
        done += (size_t)put;
    }
    return true;
}

static void
put_int32(GByteArray *frame, int32_t value)
{
    const int32_t little = GINT32_TO_LE(value);

    g_byte_array_append(frame, (const guint8 *)&little, sizeof(little));
}

/* The answer to request @id in the protocol it came in. */
static GByteArray *
new_frame(int32_t id, int32_t opcode, const bson_t *document)
{
    static const guint8 zeros[8] = { 0 };
    GByteArray *frame = g_byte_array_new();
    const bool query = opcode == OP_QUERY_CODE;

    put_int32(frame, (int32_t)(16u + (query ? 20u : 5u) + document->len));
    put_int32(frame, 1);
    put_int32(frame, id);
    put_int32(frame, query ? OP_REPLY_CODE : OP_MSG_CODE);
    put_int32(frame, 0); /* flags */
    if (query) {
        g_byte_array_append(frame, zeros, 8); /* cursor */
        put_int32(frame, 0);
        put_int32(frame, 1); /* one document */
    } else {
        g_byte_array_append(frame, zeros, 1); /* section of kind 0 */
    }
    g_byte_array_append(frame, bson_get_data(document), document->len);
    return frame;
}

static bool
send_document(int socket, int32_t id, int32_t opcode, const char *json)
{
    bson_error_t cause;
    bson_t *document = bson_new_from_json((const uint8_t *)json, -1, &cause);

    g_assert(document != NULL);
    g_autoptr(GByteArray) frame = new_frame(id, opcode, document);
    bson_destroy(document);
    return write_all(socket, frame->data, frame->len);
}

/* False: the connection ends here. */
static bool
treat(int socket, int32_t id, int32_t opcode, SmTreatment treatment, const char *json)
{
    /* An OP_MSG whose document has the right length and an element of no known type. (A length
     * that reaches beyond the frame is left out: libmongoc 1.23.1 reads over the end and
     * crashes.) */
    static const guint8 nonsense[33] = { 33, 0,    0,    0,    1,   0,   0, 0, 0, 0, 0,
                                         0,  0xdd, 0x07, 0,    0,   0,   0, 0, 0, 0, 12,
                                         0,  0,    0,    0x77, 'o', 'k', 0, 1, 2, 3, 0 };
    static const guint8 bad_length[16] = { 3, 0, 0, 0 };
    char byte;

    switch (treatment) {
    case SM_REPLY:
        return send_document(socket, id, opcode, json);
    case SM_STALL:
        return recv(socket, &byte, 1, 0) > 0; /* until the client gives up */
    case SM_GARBAGE:
        return write_all(socket, nonsense, sizeof(nonsense));
    case SM_BAD_LENGTH:
        return write_all(socket, bad_length, sizeof(bad_length));
    case SM_CUT:
        (void)write_all(socket, nonsense, 20);
        return false;
    case SM_HOLD: /* ends while it holds */
    case SM_DROP:
        return false;
    }
    return false;
}

static const char hello[] =
    "{\"ok\":1,\"ismaster\":true,\"isWritablePrimary\":true,\"helloOk\":true,\"minWireVersion\":0,"
    "\"maxWireVersion\":9,\"maxBsonObjectSize\":16777216,\"maxMessageSizeBytes\":48000000,"
    "\"maxWriteBatchSize\":100000,\"readOnly\":false}";

/* The first key of the command document in @body, which begins after the message header. */
static const char *
command_name(const guint8 *body, size_t length, int32_t opcode, bson_t *document, bson_iter_t *iter)
{
    size_t at = 5; /* flags and the kind of the section */

    if (opcode == OP_QUERY_CODE) {
        at = 4 + strnlen((const char *)body + 4, length - 4) + 1 + 8;
    }
    if (at + 4 > length) {
        return NULL;
    }
    int32_t size;
    memcpy(&size, body + at, sizeof(size));
    size = GINT32_FROM_LE(size);
    if (size < 5 || (size_t)size > length - at
        || !bson_init_static(document, body + at, (size_t)size) || !bson_iter_init(iter, document)
        || !bson_iter_next(iter)) {
        return NULL;
    }
    return bson_iter_key(iter);
}

static bool
serve_one(ScriptedMongo *self, int socket)
{
    int32_t header[4];
    bson_t document;
    bson_iter_t iter;

    if (!read_all(socket, header, sizeof(header))) {
        return false;
    }
    const int32_t length = GINT32_FROM_LE(header[0]) - 16;
    const int32_t id = GINT32_FROM_LE(header[1]), opcode = GINT32_FROM_LE(header[3]);
    if (length < 9 || length > MOST_BYTES) {
        return false;
    }
    g_autofree guint8 *body = g_malloc((gsize)length);
    if (!read_all(socket, body, (size_t)length)) {
        return false;
    }
    const char *name = command_name(body, (size_t)length, opcode, &document, &iter);
    if (name == NULL) {
        return false;
    }
    if (g_ascii_strcasecmp(name, "ismaster") == 0 || strcmp(name, "hello") == 0) {
        return send_document(socket, id, opcode, hello);
    }
    if (strcmp(name, "endSessions") == 0) {
        return send_document(socket, id, opcode, "{\"ok\":1}");
    }
    jw_mutex_lock(&self->mutex);
    self->commands++;
    jw_cond_broadcast(&self->changed);
    while (self->treatment == SM_HOLD && !self->stopping) {
        jw_cond_wait(&self->changed, &self->mutex);
    }
    const SmTreatment treatment = self->treatment;
    const char *json = self->reply_json;
    jw_mutex_unlock(&self->mutex);
    return treat(socket, id, opcode, treatment, json);
}

static gpointer
serve(gpointer data)
{
    g_autofree Connection *connection = data;

    while (serve_one(connection->server, connection->socket)) {
    }
    shutdown(connection->socket,
             SHUT_RDWR); /* closed when the server is freed: its number stays ours */
    return NULL;
}

static gpointer
accept_all(gpointer data)
{
    ScriptedMongo *self = data;

    for (;;) {
        const int socket = accept(self->listener, NULL, NULL);
        if (socket < 0) {
            return NULL;
        }
        g_auto(JwLocker) locker = jw_locker(&self->mutex);
        if (self->stopping) {
            close(socket);
            return NULL;
        }
        Connection *connection = g_new(Connection, 1);
        *connection = (Connection){ self, socket };
        g_array_append_val(self->sockets, socket);
        g_ptr_array_add(self->threads, g_thread_new("scripted", serve, connection));
    }
}

ScriptedMongo *
scripted_mongo_new(void)
{
    ScriptedMongo *self = g_new0(ScriptedMongo, 1);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof(address);

    self->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert(self->listener >= 0);
    g_assert(bind(self->listener, (struct sockaddr *)&address, sizeof(address)) == 0);
    g_assert(listen(self->listener, 16) == 0);
    g_assert(getsockname(self->listener, (struct sockaddr *)&address, &length) == 0);
    self->port = ntohs(address.sin_port);
    self->reply_json = "{\"ok\":1}";
    self->sockets = g_array_new(FALSE, FALSE, sizeof(int));
    self->threads = g_ptr_array_new();
    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->changed);
    self->acceptor = g_thread_new("scripted-accept", accept_all, self);
    return self;
}

void
scripted_mongo_free(ScriptedMongo *self)
{
    if (self == NULL) {
        return;
    }
    jw_mutex_lock(&self->mutex);
    self->stopping = true;
    jw_cond_broadcast(&self->changed);
    for (guint i = 0; i < self->sockets->len; i++) {
        shutdown(g_array_index(self->sockets, int, i), SHUT_RDWR);
    }
    jw_mutex_unlock(&self->mutex);
    shutdown(self->listener, SHUT_RDWR);
    g_thread_join(self->acceptor);
    for (guint i = 0; i < self->threads->len; i++) {
        g_thread_join(g_ptr_array_index(self->threads, i));
    }
    for (guint i = 0; i < self->sockets->len; i++) {
        close(g_array_index(self->sockets, int, i));
    }
    close(self->listener);
    g_array_unref(self->sockets);
    g_ptr_array_unref(self->threads);
    jw_cond_clear(&self->changed);
    jw_mutex_clear(&self->mutex);
    g_free(self);
}

int
scripted_mongo_port(const ScriptedMongo *self)
{
    return self->port;
}

void
scripted_mongo_set(ScriptedMongo *self, SmTreatment treatment, const char *reply_json)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->treatment = treatment;
    self->reply_json = reply_json != NULL ? reply_json : "{\"ok\":1}";
    jw_cond_broadcast(&self->changed);
}

void
scripted_mongo_await(ScriptedMongo *self, int commands)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    while (self->commands < commands) {
        jw_cond_wait(&self->changed, &self->mutex);
    }
}

int
scripted_mongo_commands(ScriptedMongo *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    return self->commands;
}
