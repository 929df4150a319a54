/* mail_private.h: the port's table of functions, and what the files of this library share.
 * An adapter embeds struct _JwMail as its first field. */
#pragma once
#include "jw/mail.h"

G_BEGIN_DECLS

typedef struct {
    JwMail *self;
    const char *sender, *recipient; /* checked */
    GBytes *message;
    JwMailBeforeDot before_final_dot; /* NULL: always go on */
    gpointer data;
} JwMailSend;

typedef struct {
    bool (*send)(const JwMailSend *order, JwMailOutcome *ret_outcome, char **ret_reply,
                 GError **error);
    bool (*ping)(JwMail *self, GError **error);
    void (*free)(JwMail *self);
} JwMailPort;

struct _JwMail {
    const JwMailPort *port;
};

/* mail_address.c: INVALID for what is no address, or not one as it is sent. */
bool jw_mail_address_check(const char *address, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* mail_header.c: header lines "Name: value\r\n", folded, as 7-bit text. Texts are checked UTF-8
 * without control characters. */
void jw_mail_header_append_text(GString *out, const char *name, const char *value);
void jw_mail_header_append_mailbox(GString *out, const char *name, const char *display,
                                   const char *address);
/* Without folding or encoding: for our own values. */
void jw_mail_header_append_raw(GString *out, const char *name, const char *value);

/* mail_compose.c: before anything of GMime is used; any thread, as often as you like. */
void jw_mail_gmime_start(void);

/* mail_reply.c: follows the replies of an SMTP server, line by line. */
typedef enum {
    JW_MAIL_PHASE_SESSION, /* banner, EHLO, STARTTLS, AUTH: does not concern the message */
    JW_MAIL_PHASE_MAIL,
    JW_MAIL_PHASE_RCPT,
    JW_MAIL_PHASE_DATA,
    JW_MAIL_PHASE_DOT,
} JwMailPhase;
typedef struct {
    JwMailPhase phase;
    int code;       /* of the last complete reply in this phase; 0: none yet */
    bool open;      /* inside a reply of several lines */
    bool over;      /* we sent QUIT: phase and reply stay as they were before */
    unsigned count; /* complete replies in all */
    GString *text;  /* of the last reply, bounded */
} JwMailReplies;
void jw_mail_replies_init(JwMailReplies *self);
void jw_mail_replies_clear(JwMailReplies *self);
void jw_mail_replies_command(JwMailReplies *self, const char *line, size_t length);
void jw_mail_replies_end_of_data(JwMailReplies *self); /* the final dot goes out after this */
void jw_mail_replies_line(JwMailReplies *self, const char *line, size_t length);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwMailReplies, jw_mail_replies_clear)
/* Valid UTF-8 on one line, at most 500 bytes. (transfer full) */
char *jw_mail_reply_clean(const char *text, size_t length);

/* mail_smtp_config.c: the configuration, checked and completed. */
typedef enum { JW_MAIL_TLS_NEVER, JW_MAIL_TLS_TRY, JW_MAIL_TLS_ALWAYS } JwMailTls;

typedef struct {
    char *url;             /* scheme://host[:port]/helo, without credentials */
    char *user, *password; /* NULL: no login */
    char *ca_file;
    JwMailTls tls;
    int64_t timeout_ms;
    size_t connections;
} JwMailSmtpSettings;
bool jw_mail_smtp_settings_init(JwMailSmtpSettings *self, const JwMailConfig *config,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jw_mail_smtp_settings_clear(JwMailSmtpSettings *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwMailSmtpSettings, jw_mail_smtp_settings_clear)

G_END_DECLS
