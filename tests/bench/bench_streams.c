/* bench_streams.c: a server with GET /hello and GET /events, a stream in which nothing happens, for
 * bench_crowd.   bench_streams PORT      It ends with its standard input. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "jw/http.h"
#include "jw/sync.h"

typedef struct {
    JwMutex mutex;
    GPtrArray *streams; /* of JwHttpStream */
} Streams;

static void
get_hello(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    (void)request;
    (void)context;
    jw_http_reply_text(reply, 200, "text/plain", "hello");
}

static void
get_events(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Streams *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    (void)request;
    g_ptr_array_add(self->streams, jw_http_reply_stream(reply, 200, "text/event-stream"));
}

static const JwHttpRoute routes[] = {
    { .method = "GET", .pattern = "/hello", .handler = get_hello },
    { .method = "GET", .pattern = "/events", .handler = get_events },
    { 0 },
};
static const JwHttpApi api = { .name = "bench", .prefix = "", .routes = routes, .quiet = true };

int
main(int argc, char **argv)
{
    JwHttpConfig config = {
        .address = (char *)(gintptr) "127.0.0.1",
        .port = argc > 1 ? strtol(argv[1], NULL, 10) : 0,
        .body_max_bytes = 1 << 20,
        .connections_max = 10000,
        .address_connections_max = 1000,
        .workers = 32,
        .idle_timeout_ms = 30000,
        .request_age_ms = 20000,
    };
    Streams streams = { .streams = g_ptr_array_new_with_free_func(jw_http_stream_free) };
    g_autoptr(GError) error = NULL;
    char byte;

    jw_mutex_init(&streams.mutex);
    g_autoptr(JwHttpServer) server = jw_http_server_new(&config, &error);
    if (server != NULL) {
        jw_http_server_add_api(server, &api, &streams);
    }
    if (server == NULL || !jw_http_server_start(server, &error)) {
        fprintf(stderr, "bench_streams: %s\n", jw_error_message(error));
        return 70;
    }
    printf("%d\n", jw_http_server_port(server));
    (void)fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
    jw_http_server_stop(server, 1000);
    g_ptr_array_unref(streams.streams);
    jw_mutex_clear(&streams.mutex);
    return 0;
}
