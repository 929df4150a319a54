/* bench_crowd.c: ordinary clients, half of them on kept and half on new connections, beside a crowd
 * that only holds connections: slow heads, slow bodies, idle ones, or streams.
 *   bench_crowd PORT PATH TOKEN KIND COUNT THREADS SECONDS [HEALTH_PORT]
 * KIND: heads, bodies, idle, streams. The crowd comes from other addresses than the clients, 500
 * from each, and connects again when it is cut. Prints bench_run()'s line, then one with how many
 * of the crowd were connected at the end, and how many probes of /livez failed. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "bench.h"
#include "jw/sync.h"

#define PER_ADDRESS 500
#define TRICKLE_MS  1000
#define PROBE_MS    100

typedef struct {
    int port, health_port;
    const char *path;
    char *request, *one_request; /* on a kept connection, and on one of its own */
    const char *kind;
    int count, *fds; /* of the crowd; -1: none */
    JwStop *stop, *gathered;
    int probes, failed_probes;
} Load;

/* @from: (nullable) */
static int
open_from(int port, const char *from)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    struct sockaddr_in source = { .sin_family = AF_INET };
    const struct timeval wait = { .tv_sec = 30 };
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (from != NULL) {
        (void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        (void)inet_pton(AF_INET, from, &source.sin_addr);
    }
    if (fd < 0 || (from != NULL && bind(fd, (struct sockaddr *)&source, sizeof source) != 0)
        || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return -1;
    }
    return fd;
}

static bool
send_text(int fd, const char *text)
{
    return send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
}

/* Reads one answer whole: head, then Content-Length bytes. */
static bool
read_answer(int fd)
{
    char buffer[16384];
    size_t filled = 0, wanted = 0;

    while (wanted == 0 || filled < wanted) {
        ssize_t got = recv(fd, buffer + filled, sizeof buffer - 1 - filled, 0);
        if (got <= 0) {
            return false;
        }
        filled += (size_t)got;
        buffer[filled] = '\0';
        const char *end = wanted == 0 ? strstr(buffer, "\r\n\r\n") : NULL;
        const char *length = end != NULL ? strcasestr(buffer, "\r\nContent-Length:") : NULL;
        if (end != NULL && length == NULL) {
            return false;
        }
        if (end != NULL) {
            wanted = (size_t)(end + 4 - buffer)
                     + (size_t)strtoull(length + strlen("\r\nContent-Length:"), NULL, 10);
        }
    }
    return strncmp(buffer, "HTTP/1.1 200", 12) == 0;
}

static char *
start_of(const Load *self)
{
    if (strcmp(self->kind, "heads") == 0) {
        return g_strdup_printf("GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ", self->path);
    }
    if (strcmp(self->kind, "bodies") == 0) {
        return g_strdup_printf("POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
                               "application/json\r\nContent-Length: 100000\r\n\r\n",
                               self->path);
    }
    return strcmp(self->kind, "streams") == 0
               ? g_strdup("GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
               : g_strdup(self->request);
}

static void
join_crowd(Load *self, int i, const char *start)
{
    g_autofree char *from = g_strdup_printf("127.1.%d.1", 1 + i / PER_ADDRESS);
    char answer[4096];
    bool answered = strcmp(self->kind, "idle") == 0 || strcmp(self->kind, "streams") == 0;

    self->fds[i] = open_from(self->port, from);
    if (self->fds[i] >= 0
        && (!send_text(self->fds[i], start)
            || (answered && recv(self->fds[i], answer, sizeof answer, 0) <= 0))) {
        (void)close(self->fds[i]);
        self->fds[i] = -1;
    }
}

/* One more byte of everything slow; who was cut comes back. */
static void
trickle(Load *self, const char *start)
{
    bool slow = strcmp(self->kind, "heads") == 0 || strcmp(self->kind, "bodies") == 0;
    char byte;

    for (int i = 0; i < self->count; i++) {
        bool there = self->fds[i] >= 0
                     && (slow ? send_text(self->fds[i], "1")
                              : recv(self->fds[i], &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0);
        if (!there) {
            if (self->fds[i] >= 0) {
                (void)close(self->fds[i]);
            }
            join_crowd(self, i, start);
        }
    }
}

static gpointer
crowd(gpointer data)
{
    Load *self = data;
    g_autofree char *start = start_of(self);

    for (int i = 0; i < self->count; i++) {
        join_crowd(self, i, start);
    }
    jw_stop_set(self->gathered);
    while (!jw_stop_wait(self->stop, TRICKLE_MS)) {
        trickle(self, start);
    }
    return NULL;
}

static gpointer
probe(gpointer data)
{
    Load *self = data;

    while (self->health_port != 0 && !jw_stop_wait(self->stop, PROBE_MS)) {
        int fd = open_from(self->health_port, NULL);
        bool good =
            fd >= 0 && send_text(fd, "GET /livez HTTP/1.1\r\nHost: t\r\n\r\n") && read_answer(fd);
        self->probes++;
        self->failed_probes += good ? 0 : 1;
        if (fd >= 0) {
            (void)close(fd);
        }
    }
    return NULL;
}

typedef struct {
    int fd;
    bool keeps;
} Client;

static gpointer
client_open(gpointer shared, int thread)
{
    const Load *load = shared;
    Client *self = g_new0(Client, 1);

    self->keeps = thread % 2 == 0;
    self->fd = self->keeps ? open_from(load->port, NULL) : -1;
    return self;
}

static bool
client_once(gpointer data, gpointer shared)
{
    Client *self = data;
    const Load *load = shared;
    int fd = self->keeps ? self->fd : open_from(load->port, NULL);
    bool good = fd >= 0 && send_text(fd, self->keeps ? load->request : load->one_request)
                && read_answer(fd);

    if (!self->keeps && fd >= 0) {
        (void)close(fd);
    } else if (!good) {
        (void)close(fd);
        self->fd = open_from(load->port, NULL);
    }
    return good;
}

static void
client_close(gpointer data)
{
    Client *self = data;

    if (self->fd >= 0) {
        (void)close(self->fd);
    }
    g_free(self);
}

static int
run(Load *load, int threads, double seconds)
{
    const BenchOps ops = { client_open, client_once, client_close, load };
    int there = 0;

    load->fds = g_new(int, MAX(load->count, 1));
    load->stop = jw_stop_new();
    load->gathered = jw_stop_new();
    GThread *crowd_thread = g_thread_new("crowd", crowd, load);
    (void)jw_stop_wait(load->gathered, 120000);
    GThread *probe_thread = g_thread_new("probe", probe, load);
    int status = bench_run(&ops, threads, seconds);
    jw_stop_set(load->stop);
    (void)g_thread_join(crowd_thread);
    (void)g_thread_join(probe_thread);
    for (int i = 0; i < load->count; i++) {
        char byte;
        there += load->fds[i] >= 0 && recv(load->fds[i], &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
    }
    printf("{\"crowd\":%d,\"probes\":%d,\"failed_probes\":%d}\n", there, load->probes,
           load->failed_probes);
    return status;
}

int
main(int argc, char **argv)
{
    struct rlimit files;

    if (argc < 8) {
        fprintf(stderr,
                "usage: bench_crowd PORT PATH TOKEN KIND COUNT THREADS SECONDS [HEALTH_PORT]\n");
        return 64;
    }
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    Load load = {
        .port = (int)g_ascii_strtoll(argv[1], NULL, 10),
        .path = argv[2],
        .kind = argv[4],
        .count = (int)g_ascii_strtoll(argv[5], NULL, 10),
        .health_port = argc > 8 ? (int)g_ascii_strtoll(argv[8], NULL, 10) : 0,
    };
    g_autofree char *head = g_strdup_printf(
        "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n", argv[2], argv[3]);
    load.request = g_strconcat(head, "\r\n", NULL);
    load.one_request = g_strconcat(head, "Connection: close\r\n\r\n", NULL);
    return run(&load, (int)g_ascii_strtoll(argv[6], NULL, 10), g_ascii_strtod(argv[7], NULL));
}
