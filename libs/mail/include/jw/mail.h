/* jw/mail.h: the mail port: compose a message, send it to one recipient in one SMTP transaction.
 * Adapters: SMTP (libcurl) here, memory in jw/mail_mem.h. Sending is for any thread; a connection
 * is used by one at a time. */
#pragma once
#include "jw/config.h"
#include "jw/error.h"

G_BEGIN_DECLS

typedef struct _JwMail JwMail;

typedef struct {
    /* JW_SMTP_URL: smtp:// (STARTTLS by JW_SMTP_TLS) or smtps://; user and password in it are
     * masked */
    char *url;
    char *user, *password; /* JW_SMTP_USER, JW_SMTP_PASSWORD (secret) */
    /* JW_SMTP_TLS: never | try | always (default never for loopback hosts, else always) */
    char *tls;
    char *ca_file;              /* JW_SMTP_CA_FILE */
    char *from;                 /* JW_MAIL_FROM: "Name <address>", required */
    char *helo;                 /* JW_SMTP_HELO: default the host name */
    int64_t timeout_ms;         /* JW_SMTP_TIMEOUT: a whole transaction, default 60 s */
    int64_t connections;        /* JW_SMTP_CONNECTIONS: default 4 */
    int64_t domain_connections; /* JW_SMTP_DOMAIN_CONNECTIONS: default 0, no cap of its own */
    int64_t breaker_failures;   /* JW_SMTP_BREAKER_FAILURES: default 5 */
    int64_t breaker_wait_ms;    /* JW_SMTP_BREAKER_WAIT: default 30 s */
    /* JW_DKIM_KEY (secret, PEM; or JW_DKIM_KEY_FILE), JW_DKIM_SELECTOR, JW_DKIM_DOMAIN (default
     * that of JW_MAIL_FROM) */
    char *dkim_key, *dkim_selector, *dkim_domain;
} JwMailConfig;

extern const JwConfigEntry jw_mail_config_entries[];
extern const size_t jw_mail_n_config_entries;

/* "Name <address>" or "address" into its parts, the address checked and as it is sent
 * (jw/address.h).
 * @ret_name: NULL when there is none. INVALID. */
bool jw_mail_address_parse(const char *text, char **ret_name, char **ret_address,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    const char *name, *value; /* of "List-…": "<https://…>", neither folded nor encoded */
} JwMailHeader;

typedef struct {
    const char *file_name, *content_type;
    GBytes *data;
    const char *content_id; /* inline image, without <>; NULL: an attachment */
} JwMailPart;

typedef struct {
    const char *from, *to; /* "Name <address>"; @to: an address */
    const char *from_name; /* in the place of that name; NULL: that one */
    const char *subject, *text, *html;
    const char *message_id; /* without <> */
    int64_t date_ms;
    const JwMailPart *parts;
    size_t n_parts;
    const JwMailHeader *headers; /* further ones, e.g. Auto-Submitted; checked for CR and LF */
    size_t n_headers;
} JwMailMessage;

/* How many bytes of a message a part of @bytes takes: base64 in lines, a third more. */
int64_t jw_mail_part_size(int64_t bytes);

/* RFC 5322/2045 message, CRLF lines ≤ 998 bytes, 7-bit clean but for an address in @to
 * that needs SMTPUTF8. Same input, same bytes. INVALID for
 * CR, LF or NUL in a header field or bad UTF-8. (transfer full) */
GBytes *jw_mail_compose(const JwMailMessage *message, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum {
    /* certainly not sent: refused connection, 4xx, TLS or login errors, 5xx as greeting */
    JW_MAIL_LATER,
    JW_MAIL_SENT,    /* 250 after the final dot */
    JW_MAIL_BOUNCED, /* 5xx at RCPT */
    /* 5xx to MAIL, DATA or the message; or the server offers not what it needs (SMTPUTF8) */
    JW_MAIL_FAILED,
    JW_MAIL_UNKNOWN, /* the connection died after the final dot went out */
    JW_MAIL_STOPPED, /* @before_final_dot returned false: certainly not sent */
    /* nothing was tried: the breaker is open (jw_mail_wait_ms() says for how long), or all that may
     * be sent at once is under way */
    JW_MAIL_BUSY,
} JwMailOutcome;

/* Called once, just before the final dot goes out. False stops the transaction without it. */
typedef bool (*JwMailBeforeDot)(gpointer data);

/* Notes what is wrong with @config, without a server. */
void jw_mail_smtp_check(const JwMailConfig *config, JwConfigCheck *check);

/* Connects lazily. INVALID: the configuration contradicts itself. */
JwMail *jw_mail_smtp_new(const JwMailConfig *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* No thread may still send. */
void jw_mail_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwMail, jw_mail_free)

/* One transaction: MAIL FROM @sender, RCPT TO @recipient, DATA. @ret_reply: (transfer full): the
 * server's last reply, or the error. Returns false only for INVALID (an address, a bare CR or LF
 * or a NUL in the message) or INTERNAL. */
bool jw_mail_send(JwMail *self, const char *sender, const char *recipient, GBytes *message,
                  JwMailBeforeDot before_final_dot, gpointer data, JwMailOutcome *ret_outcome,
                  char **ret_reply, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How long jw_mail_send() would try nothing, because the mail server let nobody in; 0: it tries. */
int64_t jw_mail_wait_ms(JwMail *self);

/* For readiness, as often as one likes: connects (EHLO, NOOP, QUIT) only when nothing is known of
 * the last half minute and the breaker allows it. UNAVAILABLE. */
bool jw_mail_ping(JwMail *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "sent", "later" …; (transfer none) */
const char *jw_mail_outcome_name(JwMailOutcome outcome);

G_END_DECLS
