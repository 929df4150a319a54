/* http_client.h: a server on a free port and a client of raw sockets, which can also send
 * malformed requests. */
#pragma once
#include "testkit.h"

#include "jw/http.h"

#include <stdbool.h>
#include <string.h>

#define HC_GET(path) "GET " path " HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"

typedef struct {
    JwHttpConfig config;
    JwHttpServer *server;
    int port;
} HcServer;

/* Limits for tests: body 1000 bytes, 16 connections, idle 10 s, request age 10 s. */
void hc_server_init(HcServer *self);
/* @apis: NULL-terminated; all get @context. */
void hc_server_start(HcServer *self, const JwHttpApi *const *apis, gpointer context);
void hc_server_clear(HcServer *self);
/* For cmocka, where *state is an HcServer. */
int hc_teardown(void **state);

int hc_connect(int port);
int hc_connect_from(int port, const char *source); /* an address of this machine */
void hc_send(int fd, const char *bytes, size_t length);
/* Everything until the other side closes (also by reset); closes @fd. @ret_length may be NULL. */
char *hc_read_all(int fd, size_t *ret_length);
/* One answer of a connection that stays open: header and the body by Content-Length. NULL: closed
 * before. */
char *hc_read_answer(int fd);
/* Sends on a new connection and reads until it is closed. */
char *hc_exchange(int port, const char *request);
/* The same for "METHOD target", with @headers as they are on the wire ("A: b\r\n" or "").
 * @ret_body_length: may be NULL. */
char *hc_ask(int port, const char *method, const char *target, const char *headers,
             size_t *ret_body_length);
int hc_status(const char *answer); /* 0: none */
/* Value of a header, NULL: absent. (transfer full) */
char *hc_header(const char *answer, const char *name);
const char *hc_body(const char *answer);
