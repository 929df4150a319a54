/* smtp_tls.h: the TLS half of the scripted server, with a certificate for 127.0.0.1 created at
 * its start. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct _TkTls TkTls;
typedef struct _TkTlsSession TkTlsSession;

TkTls *tk_tls_new(const char *ca_file); /* writes the certificate there */
void tk_tls_free(TkTls *self);
TkTlsSession *tk_tls_accept(TkTls *self, int fd); /* NULL: the handshake failed */
void tk_tls_session_free(TkTlsSession *self);
ssize_t tk_tls_read(TkTlsSession *self, void *bytes, size_t length);
ssize_t tk_tls_write(TkTlsSession *self, const void *bytes, size_t length);
