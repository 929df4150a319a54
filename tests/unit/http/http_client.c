/* http_client.c: the tests' server and their raw client. */
#include "http_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define WAIT_S 30

void
hc_server_init(HcServer *self)
{
    memset(self, 0, sizeof(*self));
    self->config = (JwHttpConfig){
        .address = (char *)(gintptr) "127.0.0.1",
        .body_max_bytes = 1000,
        .connections_max = 16,
        .workers = 8,
        .downloads_max = 100,
        .idle_timeout_ms = 10000,
        .request_age_ms = 10000,
    };
}

void
hc_server_start(HcServer *self, const JwHttpApi *const *apis, gpointer context)
{
    g_autoptr(GError) error = NULL;

    self->server = jw_http_server_new(&self->config, &error);
    assert_ok(self->server != NULL, error);
    for (size_t i = 0; apis[i] != NULL; i++) {
        jw_http_server_add_api(self->server, apis[i], context);
    }
    assert_ok(jw_http_server_start(self->server, &error), error);
    self->port = jw_http_server_port(self->server);
    assert_true(self->port > 0);
}

void
hc_server_clear(HcServer *self)
{
    g_clear_pointer(&self->server, jw_http_server_free);
}

int
hc_teardown(void **state)
{
    hc_server_clear(*state);
    return 0;
}

int
hc_connect(int port)
{
    return hc_connect_from(port, "127.0.0.1");
}

int
hc_connect_from(int port, const char *source)
{
    struct sockaddr_in from = { .sin_family = AF_INET };
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    const struct timeval wait = { .tv_sec = WAIT_S };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(inet_pton(AF_INET, source, &from.sin_addr), 1);
    assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)), 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

void
hc_send(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);
        if (n < 0) {
            return; /* the server has answered and closed already */
        }
        bytes += n;
        length -= (size_t)n;
    }
}

char *
hc_read_all(int fd, size_t *ret_length)
{
    GString *text = g_string_new(NULL);
    char buffer[16384];
    ssize_t n;

    while ((n = recv(fd, buffer, sizeof(buffer), 0)) > 0) {
        g_string_append_len(text, buffer, n);
    }
    assert_false(n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
    (void)close(fd);
    if (ret_length != NULL) {
        *ret_length = text->len;
    }
    return g_string_free(text, FALSE);
}

char *
hc_read_answer(int fd)
{
    GString *text = g_string_new(NULL);
    size_t wanted = SIZE_MAX;
    char byte;

    while (text->len < wanted && recv(fd, &byte, 1, 0) == 1) {
        g_string_append_c(text, byte);
        if (wanted == SIZE_MAX && g_str_has_suffix(text->str, "\r\n\r\n")) {
            g_autofree char *length = hc_header(text->str, "Content-Length");
            wanted = text->len + (length != NULL ? (size_t)strtoul(length, NULL, 10) : 0);
        }
    }
    if (text->len < wanted) {
        g_string_free(text, TRUE);
        return NULL;
    }
    return g_string_free(text, FALSE);
}

char *
hc_exchange(int port, const char *request)
{
    int fd = hc_connect(port);

    assert_true(fd >= 0);
    hc_send(fd, request, strlen(request));
    return hc_read_all(fd, NULL);
}

char *
hc_ask(int port, const char *method, const char *target, const char *headers,
       size_t *ret_body_length)
{
    g_autofree char *request = g_strdup_printf(
        "%s %s HTTP/1.1\r\nHost: t\r\nConnection: close\r\n%s\r\n", method, target, headers);
    int fd = hc_connect(port);
    size_t length = 0;

    assert_true(fd >= 0);
    hc_send(fd, request, strlen(request));
    char *answer = hc_read_all(fd, &length);
    if (ret_body_length != NULL) {
        *ret_body_length = length - (size_t)(hc_body(answer) - answer);
    }
    return answer;
}

int
hc_status(const char *answer)
{
    return g_str_has_prefix(answer, "HTTP/1.1 ") ? (int)strtol(answer + 9, NULL, 10) : 0;
}

char *
hc_header(const char *answer, const char *name)
{
    const char *end = strstr(answer, "\r\n\r\n");
    g_autofree char *head = g_strndup(answer, end != NULL ? (gsize)(end - answer) : 0);
    g_auto(GStrv) lines = g_strsplit(head, "\r\n", -1);

    for (size_t i = 1; lines[0] != NULL && lines[i] != NULL; i++) {
        size_t length = strlen(name);
        if (g_ascii_strncasecmp(lines[i], name, length) == 0 && lines[i][length] == ':') {
            return g_strdup(g_strchug(lines[i] + length + 1));
        }
    }
    return NULL;
}

const char *
hc_body(const char *answer)
{
    const char *end = strstr(answer, "\r\n\r\n");

    return end != NULL ? end + 4 : "";
}
