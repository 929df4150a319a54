/* bench_http.c: POSTs one body over and over on keep-alive connections.
 *   bench_http PORT PATH TOKEN BODY_FILE THREADS SECONDS */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

typedef struct {
    int port;
    char *request;
    size_t length;
} Load;

typedef struct {
    int fd;
} Connection;

static gpointer
load_open(gpointer shared, int thread G_GNUC_UNUSED)
{
    const Load *load = shared;
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)load->port) };
    Connection *self = g_new0(Connection, 1);
    int on = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    self->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (self->fd < 0 || connect(self->fd, (struct sockaddr *)&address, sizeof address) != 0) {
        perror("connect");
        g_free(self);
        return NULL;
    }
    (void)setsockopt(self->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return self;
}

/* Reads one answer whole: head, then Content-Length bytes. */
static bool
read_answer(int fd, char *buffer, size_t size)
{
    size_t filled = 0;
    size_t wanted = 0;

    while (wanted == 0 || filled < wanted) {
        ssize_t got = read(fd, buffer + filled, size - 1 - filled);
        if (got <= 0) {
            return false;
        }
        filled += (size_t)got;
        buffer[filled] = '\0';
        const char *end = wanted == 0 ? strstr(buffer, "\r\n\r\n") : NULL;
        if (end != NULL) {
            const char *length = strcasestr(buffer, "\r\nContent-Length:");
            if (length == NULL) {
                return false;
            }
            wanted = (size_t)(end + 4 - buffer)
                     + (size_t)strtoull(length + strlen("\r\nContent-Length:"), NULL, 10);
        }
    }
    return true;
}

static bool
load_once(gpointer data, gpointer shared)
{
    Connection *self = data;
    const Load *load = shared;
    char answer[8192];

    if (write(self->fd, load->request, load->length) != (ssize_t)load->length
        || !read_answer(self->fd, answer, sizeof answer)) {
        return false;
    }
    if (strncmp(answer, "HTTP/1.1 201", 12) != 0) {
        fprintf(stderr, "%.200s\n", answer);
        return false;
    }
    return true;
}

static void
load_close(gpointer data)
{
    (void)close(((Connection *)data)->fd);
    g_free(data);
}

int
main(int argc, char **argv)
{
    g_autofree char *body = NULL;
    gsize body_length = 0;
    Load load = { 0 };

    if (argc != 7 || !g_file_get_contents(argv[4], &body, &body_length, NULL)) {
        fprintf(stderr, "usage: bench_http PORT PATH TOKEN BODY_FILE THREADS SECONDS\n");
        return 64;
    }
    load.port = (int)g_ascii_strtoll(argv[1], NULL, 10);
    load.request =
        g_strdup_printf("POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
                        "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                        argv[2], argv[3], body_length, body);
    load.length = strlen(load.request);
    const BenchOps ops = { load_open, load_once, load_close, &load };
    int status =
        bench_run(&ops, (int)g_ascii_strtoll(argv[5], NULL, 10), g_ascii_strtod(argv[6], NULL));
    g_free(load.request);
    return status;
}
