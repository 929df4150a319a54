/* mail_session.c: one connection to the mail server.
 *
 * libcurl opens it (CURLOPT_CONNECT_ONLY): names, addresses, TLS with its checks, EHLO, STARTTLS,
 * login. Afterwards it only carries bytes; which commands go out together, and what each answer
 * means for the recipient, is ours, because libcurl can neither send commands ahead of answers nor
 * keep a connection after an answer 5xx. */
#include "mail_session.h"

#include "curl_auto.h"

#include "jw/clock.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define CONNECT_TIMEOUT_MS 10000
#define MAX_REPLY_BYTES    65536 /* of one reply; RFC 5321 4.5.3.1.5 has 512 a line */

struct _JwMailSession {
    CURL *easy;
    curl_socket_t fd;
    unsigned offers;
    GString *in; /* read, and not yet a part of a reply */
    bool broken;
    char *problem;
};

/* What is heard while libcurl opens a connection. */
typedef struct {
    JwMailReply reply; /* the last whole one before QUIT */
    unsigned offers;
    bool in_ehlo, logged_in, over;
} Opening;

static void
take_offer(Opening *self, const char *line, size_t length)
{
    static const struct {
        const char *keyword;
        unsigned offer;
    } known[] = {
        { "PIPELINING", JW_MAIL_OFFERS_PIPELINING },
        { "8BITMIME", JW_MAIL_OFFERS_8BITMIME },
        { "SMTPUTF8", JW_MAIL_OFFERS_SMTPUTF8 },
        { "SIZE", JW_MAIL_OFFERS_SIZE },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        size_t n = strlen(known[i].keyword);
        if (length >= 4 + n && g_ascii_strncasecmp(line + 4, known[i].keyword, n) == 0
            && (length == 4 + n || !g_ascii_isalnum(line[4 + n]))) {
            self->offers |= known[i].offer;
        }
    }
}

static int
on_debug(CURL *easy, curl_infotype type, char *bytes, size_t length, void *data)
{
    (void)easy;
    Opening *self = data;
    if (self == NULL || self->over) {
        return 0;
    }
    if (type == CURLINFO_HEADER_OUT) {
        /* with what base64 cannot have: such a line may be a part of the login */
        self->over = length >= 5 && memcmp(bytes, "QUIT\r", 5) == 0;
        self->in_ehlo = length >= 5 && memcmp(bytes, "EHLO ", 5) == 0;
        if (!self->over) {
            self->offers = self->in_ehlo ? 0 : self->offers; /* the one after STARTTLS counts */
            jw_mail_reply_restart(&self->reply);
        }
    } else if (type == CURLINFO_HEADER_IN) {
        if (self->in_ehlo) {
            take_offer(self, bytes, length);
        }
        if (jw_mail_reply_line(&self->reply, bytes, length) == JW_MAIL_REPLY_WHOLE) {
            self->logged_in = self->logged_in || self->reply.code == 235;
        }
    }
    return 0;
}

#define SET(option, value) (ok = ok && curl_easy_setopt(easy, option, value) == CURLE_OK)

static bool
set_policy(CURL *easy, const JwMailSmtpSettings *settings)
{
    static const long use_ssl[] = {
        [JW_MAIL_TLS_NEVER] = CURLUSESSL_NONE,
        [JW_MAIL_TLS_TRY] = CURLUSESSL_TRY,
        [JW_MAIL_TLS_ALWAYS] = CURLUSESSL_ALL,
    };
    bool ok = true;
    SET(CURLOPT_URL, settings->url);
    SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_USE_SSL, use_ssl[settings->tls]);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (settings->ca_file != NULL) {
        SET(CURLOPT_CAINFO, settings->ca_file);
    }
    if (settings->user != NULL) {
        SET(CURLOPT_USERNAME, settings->user);
        SET(CURLOPT_PASSWORD, settings->password != NULL ? settings->password : "");
    }
    return ok;
}

static bool
set_limits(CURL *easy, int64_t timeout_ms)
{
    bool ok = true;
    SET(CURLOPT_CONNECT_ONLY, 1L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)MIN(timeout_ms, CONNECT_TIMEOUT_MS));
    SET(CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    SET(CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)((timeout_ms + 999) / 1000));
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    return ok;
}

/* Why the server did not let us in. (transfer full) */
static char *
describe(const Opening *opening, CURLcode code, const char *problem)
{
    const GString *reply = opening->reply.text;
    if (opening->reply.code >= 400) {
        return jw_mail_reply_clean(reply->str, reply->len);
    }
    const char *what = problem[0] != '\0' ? problem : curl_easy_strerror(code);
    return jw_mail_reply_clean(what, strlen(what));
}

static JwMailSession *
session_new(CURL *take_easy, curl_socket_t fd, unsigned offers)
{
    JwMailSession *self = g_new0(JwMailSession, 1);
    self->easy = take_easy;
    self->fd = fd;
    self->offers = offers;
    self->in = g_string_new(NULL);
    return self;
}

/* Fails as JW_MAIL_LATER would: the reason is text. */
static JwMailSession *
refuse(char **ret_problem, char *take_problem)
{
    *ret_problem = take_problem;
    return NULL;
}

JwMailSession *
jw_mail_session_open(const JwMailSmtpSettings *settings, int64_t timeout_ms, char **ret_problem,
                     GError **error)
{
    g_autoptr(CURL) easy = curl_easy_init();
    char problem[CURL_ERROR_SIZE] = "";
    Opening opening = { 0 };
    curl_socket_t fd = CURL_SOCKET_BAD;
    bool ok = easy != NULL && set_policy(easy, settings) && set_limits(easy, MAX(timeout_ms, 1));
    SET(CURLOPT_DEBUGFUNCTION, on_debug);
    SET(CURLOPT_DEBUGDATA, &opening);
    SET(CURLOPT_VERBOSE, 1L); /* the only way to see commands and replies; printed nowhere */
    SET(CURLOPT_ERRORBUFFER, problem);
    if (!ok) {
        return jw_fail_null(error, JW_ERROR_INTERNAL, "cannot create a libcurl handle");
    }
    jw_mail_reply_init(&opening.reply);
    CURLcode code = curl_easy_perform(easy);
    SET(CURLOPT_DEBUGDATA, NULL); /* these point into this call; clearing cannot fail */
    SET(CURLOPT_ERRORBUFFER, NULL);
    g_autofree char *why = describe(&opening, code, problem);
    jw_mail_reply_clear(&opening.reply);
    if (code == CURLE_OUT_OF_MEMORY || code == CURLE_BAD_FUNCTION_ARGUMENT
        || code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL) {
        return jw_fail_null(error, JW_ERROR_INTERNAL, "libcurl: %s", curl_easy_strerror(code));
    }
    if (code == CURLE_OK) {
        code = curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd);
    }
    if (code != CURLE_OK || fd == CURL_SOCKET_BAD) {
        return refuse(ret_problem, g_steal_pointer(&why));
    }
    JwMailSession *self = session_new(g_steal_pointer(&easy), fd, opening.offers);
    if (settings->user != NULL && !opening.logged_in) { /* libcurl would go on without */
        jw_mail_session_free(self);
        return refuse(ret_problem, g_strdup("the mail server offers no login that we know, though "
                                            "JW_SMTP_USER is set; unset it, or see what the "
                                            "server's AUTH offers"));
    }
    return self;
}

void
jw_mail_session_free(gpointer data)
{
    JwMailSession *self = data;
    size_t sent = 0;
    if (self == NULL) {
        return;
    }
    if (!self->broken) {
        (void)curl_easy_send(self->easy, "QUIT\r\n", 6, &sent);
    }
    /* Without a reading side nobody waits for an answer; without a writing side what TLS holds back
     * of a final dot cannot go out. */
    (void)shutdown(self->fd, self->broken ? SHUT_RDWR : SHUT_RD);
    curl_easy_cleanup(self->easy);
    g_string_free(self->in, TRUE);
    g_free(self->problem);
    g_free(self);
}

unsigned
jw_mail_session_offers(const JwMailSession *self)
{
    return self->offers;
}

bool
jw_mail_session_is_broken(const JwMailSession *self)
{
    return self->broken;
}

const char *
jw_mail_session_problem(const JwMailSession *self)
{
    return self->problem != NULL ? self->problem : "";
}

/* The first reason is the one that counts. Returns false. */
static bool
broken(JwMailSession *self, const char *problem)
{
    self->broken = true;
    if (self->problem == NULL) {
        self->problem = g_strdup(problem);
    }
    return false;
}

void
jw_mail_session_break(JwMailSession *self, const char *problem)
{
    (void)broken(self, problem);
}

typedef enum { TAKE_BYTES, TAKE_NOTHING, TAKE_END } Take;

/* What is there, without waiting. */
static Take
take_input(JwMailSession *self)
{
    char buffer[4096];
    size_t got = 0;
    CURLcode code = curl_easy_recv(self->easy, buffer, sizeof buffer, &got);
    if (code == CURLE_AGAIN) {
        return TAKE_NOTHING;
    }
    if (code != CURLE_OK || got == 0) {
        (void)broken(self, code == CURLE_OK ? "the server closed the connection"
                                            : curl_easy_strerror(code));
        return TAKE_END;
    }
    g_string_append_len(self->in, buffer, (gssize)got);
    return TAKE_BYTES;
}

/* Until one of @events or the end of the connection is there. */
static bool
wait_for(JwMailSession *self, short events, int64_t deadline_mono_ms, short *ret_there)
{
    for (;;) {
        struct pollfd wait = { .fd = self->fd, .events = events };
        int64_t left_ms = deadline_mono_ms - jw_clock_mono_ms(jw_clock_system());
        if (left_ms <= 0) {
            return broken(self, "the server did not answer in time");
        }
        int n = poll(&wait, 1, (int)MIN(left_ms, G_MAXINT));
        if (n > 0) {
            *ret_there = wait.revents;
            return true;
        }
    }
}

/* A server that answers before the end has stopped to read. TLS has messages of its own, which are
 * no answer. */
static bool
look_while_writing(JwMailSession *self)
{
    switch (take_input(self)) {
    case TAKE_BYTES:
        return broken(self, "the server answered before the end");
    case TAKE_END:
        return false;
    case TAKE_NOTHING:
        break;
    }
    return true;
}

bool
jw_mail_session_write(JwMailSession *self, const void *bytes, size_t length,
                      int64_t deadline_mono_ms)
{
    const char *pos = bytes;
    while (length > 0) {
        size_t sent = 0;
        short there = 0;
        CURLcode code = curl_easy_send(self->easy, pos, length, &sent);
        if (code != CURLE_OK && code != CURLE_AGAIN) {
            return broken(self, curl_easy_strerror(code));
        }
        pos += sent;
        length -= sent;
        if (code == CURLE_AGAIN
            && (!wait_for(self, POLLIN | POLLOUT, deadline_mono_ms, &there)
                || ((there & POLLOUT) == 0 && !look_while_writing(self)))) {
            return false;
        }
    }
    return true;
}

/* One line of the input into the reply. */
static bool
take_line(JwMailSession *self, JwMailReply *reply, size_t length, bool *ret_whole)
{
    JwMailReplyLine kind = jw_mail_reply_line(reply, self->in->str, length);
    g_string_erase(self->in, 0, (gssize)length);
    *ret_whole = kind == JW_MAIL_REPLY_WHOLE;
    return kind != JW_MAIL_REPLY_NONE || broken(self, "the server's answer has no code");
}

bool
jw_mail_session_read(JwMailSession *self, JwMailReply *reply, int64_t deadline_mono_ms)
{
    size_t seen = 0;
    jw_mail_reply_restart(reply);
    for (;;) {
        const char *end = memchr(self->in->str, '\n', self->in->len);
        bool whole = false;
        short there = 0;
        if (end != NULL) {
            size_t length = (size_t)(end + 1 - self->in->str);
            seen += length;
            if (!take_line(self, reply, length, &whole)) {
                return false;
            }
            if (whole) {
                return true;
            }
        }
        if (seen + self->in->len > MAX_REPLY_BYTES) {
            return broken(self, "the server's answer is too long");
        }
        if (end != NULL) {
            continue;
        }
        Take take = take_input(self);
        if (take == TAKE_END
            || (take == TAKE_NOTHING && !wait_for(self, POLLIN, deadline_mono_ms, &there))) {
            return false;
        }
    }
}

bool
jw_mail_session_is_quiet(JwMailSession *self)
{
    if (self->broken || self->in->len > 0) {
        return false;
    }
    return take_input(self) == TAKE_NOTHING;
}
