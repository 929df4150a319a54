/* smtp_tls.c: GnuTLS behind the scripted SMTP server. The certificate is created at each start,
 * so the tree holds no keys and nothing expires. */
#include "smtp_tls.h"

#include <arpa/inet.h>
#include <glib.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <time.h>

struct _TkTls {
    gnutls_certificate_credentials_t credentials;
};

struct _TkTlsSession {
    gnutls_session_t session;
};

#define MUST(call) g_assert_cmpint((call), >=, 0)

static void
describe(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key)
{
    const unsigned char serial[] = { 1 };
    struct in_addr address = { htonl(INADDR_LOOPBACK) };
    time_t now = time(NULL);
    MUST(gnutls_x509_crt_set_version(certificate, 3));
    MUST(gnutls_x509_crt_set_serial(certificate, serial, sizeof serial));
    MUST(gnutls_x509_crt_set_activation_time(certificate, now - 3600));
    MUST(gnutls_x509_crt_set_expiration_time(certificate, now + 3600));
    MUST(gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, "jobwire test",
                                       12));
    MUST(gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, &address,
                                              sizeof address, GNUTLS_FSAN_SET));
    MUST(gnutls_x509_crt_set_basic_constraints(certificate, 1, -1));
    MUST(gnutls_x509_crt_set_key(certificate, key));
    MUST(gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0));
}

TkTls *
tk_tls_new(const char *ca_file)
{
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t certificate;
    MUST(gnutls_x509_privkey_init(&key));
    MUST(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
                                      GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
    MUST(gnutls_x509_crt_init(&certificate));
    describe(certificate, key);

    gnutls_datum_t pem = { 0 };
    MUST(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &pem));
    g_assert_true(g_file_set_contents(ca_file, (const char *)pem.data, pem.size, NULL));
    gnutls_free(pem.data);

    TkTls *self = g_new0(TkTls, 1);
    MUST(gnutls_certificate_allocate_credentials(&self->credentials));
    MUST(gnutls_certificate_set_x509_key(self->credentials, &certificate, 1, key));
    gnutls_x509_crt_deinit(certificate);
    gnutls_x509_privkey_deinit(key);
    return self;
}

void
tk_tls_free(TkTls *self)
{
    if (self != NULL) {
        gnutls_certificate_free_credentials(self->credentials);
        g_free(self);
    }
}

TkTlsSession *
tk_tls_accept(TkTls *self, int fd)
{
    TkTlsSession *session = g_new0(TkTlsSession, 1);
    MUST(gnutls_init(&session->session, GNUTLS_SERVER | GNUTLS_NO_SIGNAL));
    MUST(gnutls_set_default_priority(session->session));
    MUST(gnutls_credentials_set(session->session, GNUTLS_CRD_CERTIFICATE, self->credentials));
    gnutls_transport_set_int(session->session, fd);
    int rc;
    do {
        rc = gnutls_handshake(session->session);
    } while (rc < 0 && gnutls_error_is_fatal(rc) == 0);
    if (rc < 0) {
        tk_tls_session_free(session);
        return NULL;
    }
    return session;
}

void
tk_tls_session_free(TkTlsSession *self)
{
    if (self != NULL) {
        gnutls_deinit(self->session);
        g_free(self);
    }
}

ssize_t
tk_tls_read(TkTlsSession *self, void *bytes, size_t length)
{
    ssize_t got;
    do {
        got = gnutls_record_recv(self->session, bytes, length);
    } while (got < 0 && gnutls_error_is_fatal((int)got) == 0);
    return got;
}

ssize_t
tk_tls_write(TkTlsSession *self, const void *bytes, size_t length)
{
    return gnutls_record_send(self->session, bytes, length);
}
