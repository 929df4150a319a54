/* smtp_script.h: an SMTP server on 127.0.0.1 that follows a test's script, phase by phase, and
 * records what it gets. One thread per connection; everything public is for any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef enum {
    TK_SMTP_BANNER,
    TK_SMTP_EHLO,
    TK_SMTP_STARTTLS,
    TK_SMTP_AUTH,
    TK_SMTP_MAIL,
    TK_SMTP_RCPT,
    TK_SMTP_DATA,
    TK_SMTP_BODY, /* after the first line of the body */
    TK_SMTP_DOT,
    TK_SMTP_NOOP,
    TK_SMTP_QUIT,
} TkSmtpPhase;

typedef enum {
    TK_SMTP_SAY,       /* @text instead of the usual answer, then go on */
    TK_SMTP_SAY_CLOSE, /* @text, then close */
    TK_SMTP_CLOSE,
    TK_SMTP_RESET, /* TCP reset */
    TK_SMTP_STALL, /* write and read nothing until the client goes */
    TK_SMTP_SLOW,  /* @text byte by byte */
} TkSmtpAct;

typedef struct {
    TkSmtpPhase phase;
    TkSmtpAct act;
    const char *text;       /* with line ends */
    unsigned on_connection; /* 1 is the first; 0: on all */
    unsigned on_time;       /* the n-th time this phase is reached; 0: always */
} TkSmtpStep;

typedef enum { TK_SMTP_PLAIN, TK_SMTP_OFFER_TLS, TK_SMTP_IMPLICIT_TLS } TkSmtpTls;

typedef struct _TkSmtp TkSmtp;
/* @steps: borrowed until the server is stopped; the first that fits is done. */
TkSmtp *tk_smtp_start(const TkSmtpStep *steps, size_t n_steps, TkSmtpTls tls);
void tk_smtp_stop(TkSmtp *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TkSmtp, tk_smtp_stop)

int tk_smtp_port(const TkSmtp *self);
const char *tk_smtp_ca_file(const TkSmtp *self); /* the certificate it shows, with TLS */
unsigned tk_smtp_connections(TkSmtp *self);
unsigned tk_smtp_dots(TkSmtp *self);  /* complete messages, whatever the answer was */
bool tk_smtp_had_tls(TkSmtp *self);   /* MAIL came over TLS */
char *tk_smtp_commands(TkSmtp *self); /* all lines outside of bodies; (transfer full) */
/* As the sender meant it: dots unstuffed, CRLF. (transfer full) */
char *tk_smtp_message(TkSmtp *self, unsigned index, size_t *ret_length);

G_END_DECLS
