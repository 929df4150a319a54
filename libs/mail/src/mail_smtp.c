/* mail_smtp.c: the SMTP adapter, one easy handle of libcurl per connection.
 * Any thread; a handle is lent to one sender at a time, the pool is guarded by one lock.
 *
 * Why the final dot cannot overtake before_final_dot(): libcurl 7.88 asks the read callback for
 * more only when all it was given before has gone to the socket, and sends the dot (smtp_done) only
 * after the callback answered 0. CURLOPT_INFILESIZE stays unset, because with a known size libcurl
 * stops by counting and never asks for the end. So "the callback answered 0" is the one moment
 * after which the dot may be out. */
#include "curl_auto.h"
#include "mail_private.h"

#include "jw/clock.h"
#include "jw/sync.h"

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

#define CONNECT_TIMEOUT_MS 10000
#define MAX_IDLE_S         60L /* servers drop idle clients after minutes; close before that */

typedef struct {
    JwMail base;
    JwMailSmtpSettings settings;
    JwMutex mutex;
    JwCond freed;
    GPtrArray *idle; /* of CURL, the most recently used last */
    size_t busy;
} Smtp;

typedef struct {
    const JwMailSend *order;
    const char *bytes;
    size_t length, offset;
    bool opened; /* a connection was begun, so none that was kept is used */
    bool stopped, at_end;
    JwMailReplies *replies; /* lent */
    char problem[CURL_ERROR_SIZE];
} Transaction;

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static CURLcode curl_started;

static void
start_curl(void)
{
    curl_started = curl_global_init(CURL_GLOBAL_DEFAULT);
}

static size_t
on_read(char *buffer, size_t size, size_t count, void *data)
{
    Transaction *self = data;
    size_t left = self->length - self->offset;
    if (left > 0) {
        size_t take = MIN(left, size * count);
        memcpy(buffer, self->bytes + self->offset, take);
        self->offset += take;
        return take;
    }
    const JwMailSend *order = self->order;
    if (!self->at_end && order->before_final_dot != NULL && !order->before_final_dot(order->data)) {
        self->stopped = true;
        return CURL_READFUNC_ABORT;
    }
    if (!self->at_end) {
        self->at_end = true;
        jw_mail_replies_end_of_data(self->replies);
    }
    return 0;
}

static size_t
on_write(char *buffer, size_t size, size_t count, void *data)
{
    (void)buffer;
    (void)data;
    return size * count;
}

/* CURLINFO_NUM_CONNECTS does not count a connection that fails before libcurl has seen it. */
static int
on_socket(void *data, curl_socket_t fd, curlsocktype purpose)
{
    (void)fd;
    (void)purpose;
    Transaction *self = data;
    if (self != NULL) { /* a ping has none */
        self->opened = true;
    }
    return CURL_SOCKOPT_OK;
}

static int
on_debug(CURL *easy, curl_infotype type, char *bytes, size_t length, void *data)
{
    (void)easy;
    JwMailReplies *replies = data;
    if (replies == NULL) {
        return 0;
    }
    if (type == CURLINFO_HEADER_OUT) {
        jw_mail_replies_command(replies, bytes, length);
    } else if (type == CURLINFO_HEADER_IN) {
        jw_mail_replies_line(replies, bytes, length);
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
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)MIN(timeout_ms, CONNECT_TIMEOUT_MS));
    SET(CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    SET(CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)((timeout_ms + 999) / 1000));
    SET(CURLOPT_MAXAGE_CONN, MAX_IDLE_S);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    return ok;
}

/* NULL: out of memory or an option this libcurl does not know. */
static CURL *
handle_new(const JwMailSmtpSettings *settings, int64_t timeout_ms)
{
    g_autoptr(CURL) easy = curl_easy_init();
    bool ok = easy != NULL && set_policy(easy, settings) && set_limits(easy, timeout_ms);
    SET(CURLOPT_READFUNCTION, on_read);
    SET(CURLOPT_WRITEFUNCTION, on_write);
    SET(CURLOPT_SOCKOPTFUNCTION, on_socket);
    SET(CURLOPT_SOCKOPTDATA, NULL);
    SET(CURLOPT_DEBUGFUNCTION, on_debug);
    SET(CURLOPT_DEBUGDATA, NULL);
    SET(CURLOPT_VERBOSE, 1L); /* the only way to see commands and replies; printed nowhere */
    return ok ? g_steal_pointer(&easy) : NULL;
}

/* Of the connection that a handle keeps. */
static curl_socket_t
socket_of(CURL *easy)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    return curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK ? fd : CURL_SOCKET_BAD;
}

/* libcurl sends QUIT and waits up to two minutes for the answer; without a reading side it does not
 * wait. */
static void
handle_free(gpointer data)
{
    CURL *easy = data;
    curl_socket_t fd = socket_of(easy);
    if (fd != CURL_SOCKET_BAD) {
        (void)shutdown(fd, SHUT_RD);
    }
    curl_easy_cleanup(easy);
}

typedef enum { LEND_OK, LEND_BUSY, LEND_BROKEN } Lend;

/* A handle of the pool, created when there are fewer than allowed; waits for one when there are
 * not. */
static Lend
borrow(Smtp *self, CURL **ret_easy)
{
    int64_t deadline_ms = jw_clock_mono_ms(jw_clock_system()) + self->settings.timeout_ms;
    {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);
        while (self->busy >= self->settings.connections) {
            if (!jw_cond_wait_until(&self->freed, &self->mutex, deadline_ms)
                && self->busy >= self->settings.connections) {
                return LEND_BUSY;
            }
        }
        self->busy += 1;
        if (self->idle->len > 0) {
            *ret_easy = g_ptr_array_steal_index(self->idle, self->idle->len - 1);
            return LEND_OK;
        }
    }
    *ret_easy = handle_new(&self->settings, self->settings.timeout_ms);
    if (*ret_easy != NULL) {
        return LEND_OK;
    }
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    self->busy -= 1;
    jw_cond_signal(&self->freed);
    return LEND_BROKEN;
}

static void
give_back(Smtp *self, CURL *easy)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    self->busy -= 1;
    g_ptr_array_add(self->idle, easy);
    jw_cond_signal(&self->freed);
}

/* One try on one connection. */
static CURLcode
perform(CURL *easy, Transaction *self, bool fresh)
{
    const JwMailSend *order = self->order;
    g_autofree char *sender = g_strconcat("<", order->sender, ">", NULL);
    g_autofree char *recipient = g_strconcat("<", order->recipient, ">", NULL);
    g_autoptr(JwCurlList) recipients = curl_slist_append(NULL, recipient);
    bool ok = recipients != NULL;
    SET(CURLOPT_UPLOAD, 1L);
    SET(CURLOPT_MAIL_FROM, sender);
    SET(CURLOPT_MAIL_RCPT, recipients);
    SET(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 0L);
    SET(CURLOPT_READDATA, self);
    SET(CURLOPT_SOCKOPTDATA, self);
    SET(CURLOPT_DEBUGDATA, self->replies);
    SET(CURLOPT_ERRORBUFFER, self->problem);
    SET(CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
    CURLcode code = ok ? curl_easy_perform(easy) : CURLE_OUT_OF_MEMORY;
    /* These point into this call; the handle lives on. Clearing cannot fail. */
    SET(CURLOPT_MAIL_RCPT, NULL);
    SET(CURLOPT_READDATA, NULL);
    SET(CURLOPT_SOCKOPTDATA, NULL);
    SET(CURLOPT_DEBUGDATA, NULL);
    SET(CURLOPT_ERRORBUFFER, NULL);
    return code;
}

/* The server may have closed a kept connection meanwhile, with or without "421": that does not
 * concern this mail, and nothing of it was sent. */
static bool
was_stale(const Transaction *self, CURLcode code)
{
    if (code == CURLE_OK || self->at_end || self->stopped || self->opened) {
        return false;
    }
    return self->replies->count == 0 || self->replies->code == 421;
}

static JwMailOutcome
judge_after_dot(const Transaction *self)
{
    switch (self->replies->code / 100) {
    case 2:
        return JW_MAIL_SENT;
    case 4:
        return JW_MAIL_LATER;
    case 5:
        return JW_MAIL_FAILED;
    default:
        return JW_MAIL_UNKNOWN;
    }
}

static JwMailOutcome
judge(const Transaction *self)
{
    if (self->stopped) {
        return JW_MAIL_STOPPED;
    }
    if (self->at_end) {
        return judge_after_dot(self);
    }
    bool refused = self->replies->code / 100 == 5;
    switch (self->replies->phase) {
    case JW_MAIL_PHASE_RCPT:
        return refused ? JW_MAIL_BOUNCED : JW_MAIL_LATER;
    case JW_MAIL_PHASE_MAIL:
    case JW_MAIL_PHASE_DATA:
        return refused ? JW_MAIL_FAILED : JW_MAIL_LATER;
    case JW_MAIL_PHASE_SESSION:
    case JW_MAIL_PHASE_DOT:
        break;
    }
    return JW_MAIL_LATER; /* a refused greeting, TLS or login does not concern this mail */
}

static char *
describe(const Transaction *self, JwMailOutcome outcome, CURLcode code)
{
    const GString *reply = self->replies->text;
    if (outcome == JW_MAIL_STOPPED) {
        return g_strdup("stopped before the final dot");
    }
    if (self->replies->code >= 400 || outcome == JW_MAIL_SENT) {
        return jw_mail_reply_clean(reply->str, reply->len);
    }
    const char *problem = self->problem[0] != '\0' ? self->problem : curl_easy_strerror(code);
    if (outcome == JW_MAIL_UNKNOWN) {
        g_autofree char *text = g_strdup_printf("no reply after the final dot: %s", problem);
        return jw_mail_reply_clean(text, strlen(text));
    }
    return jw_mail_reply_clean(problem, strlen(problem));
}

static bool
run(CURL *easy, const JwMailSend *order, bool *retry, bool fresh, JwMailOutcome *ret_outcome,
    char **ret_reply, GError **error)
{
    gsize length;
    const char *bytes = g_bytes_get_data(order->message, &length);
    g_auto(JwMailReplies) replies = { 0 };
    jw_mail_replies_init(&replies);
    Transaction transaction = {
        .order = order, .bytes = bytes, .length = length, .replies = &replies
    };

    const bool kept = !fresh && socket_of(easy) != CURL_SOCKET_BAD;
    CURLcode code = perform(easy, &transaction, fresh);
    *retry = kept && was_stale(&transaction, code);
    if (*retry) {
        return true;
    }
    if (!transaction.at_end
        && (code == CURLE_OUT_OF_MEMORY || code == CURLE_BAD_FUNCTION_ARGUMENT
            || code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)) {
        return jw_fail(error, JW_ERROR_INTERNAL, "libcurl: %s", curl_easy_strerror(code));
    }
    *ret_outcome = judge(&transaction);
    *ret_reply = describe(&transaction, *ret_outcome, code);
    return true;
}

static bool
smtp_send(const JwMailSend *order, JwMailOutcome *ret_outcome, char **ret_reply, GError **error)
{
    Smtp *self = (Smtp *)order->self;
    CURL *easy = NULL;
    switch (borrow(self, &easy)) {
    case LEND_BROKEN:
        return jw_fail(error, JW_ERROR_INTERNAL, "cannot create a libcurl handle");
    case LEND_BUSY:
        *ret_outcome = JW_MAIL_LATER;
        *ret_reply = g_strdup("all connections to the mail server are in use");
        return true;
    case LEND_OK:
        break;
    }
    bool retry = false;
    bool ok = run(easy, order, &retry, false, ret_outcome, ret_reply, error);
    if (ok && retry) {
        ok = run(easy, order, &retry, true, ret_outcome, ret_reply, error);
    }
    give_back(self, easy);
    return ok;
}

static bool
smtp_ping(JwMail *base, GError **error)
{
    Smtp *self = (Smtp *)base;
    /* A handle of its own: readiness must not wait for a mail under way. */
    g_autoptr(CURL) easy =
        handle_new(&self->settings, MIN(self->settings.timeout_ms, CONNECT_TIMEOUT_MS));
    char problem[CURL_ERROR_SIZE] = "";
    g_auto(JwMailReplies) replies = { 0 };
    jw_mail_replies_init(&replies);
    bool ok = easy != NULL;
    SET(CURLOPT_CUSTOMREQUEST, "NOOP");
    SET(CURLOPT_NOBODY, 1L);
    SET(CURLOPT_FORBID_REUSE, 1L);
    SET(CURLOPT_DEBUGDATA, &replies);
    SET(CURLOPT_ERRORBUFFER, problem);
    if (!ok) {
        return jw_fail(error, JW_ERROR_UNAVAILABLE, "cannot create a libcurl handle");
    }
    CURLcode code = curl_easy_perform(easy);
    SET(CURLOPT_DEBUGDATA, NULL);
    SET(CURLOPT_ERRORBUFFER, NULL);
    if (code == CURLE_OK) {
        return true;
    }
    const char *what = replies.code >= 400  ? replies.text->str
                       : problem[0] != '\0' ? problem
                                            : curl_easy_strerror(code);
    g_autofree char *text = jw_mail_reply_clean(what, strlen(what));
    return jw_fail(error, JW_ERROR_UNAVAILABLE, "the mail server is not usable: %s", text);
}

static void
smtp_free(JwMail *base)
{
    Smtp *self = (Smtp *)base;
    g_assert(self->busy == 0);
    g_ptr_array_unref(self->idle);
    jw_mail_smtp_settings_clear(&self->settings);
    jw_cond_clear(&self->freed);
    jw_mutex_clear(&self->mutex);
    g_free(self);
}

JwMail *
jw_mail_smtp_new(const JwMailConfig *config, GError **error)
{
    static const JwMailPort port = { smtp_send, smtp_ping, smtp_free };
    g_return_val_if_fail(config != NULL, NULL);
    g_return_val_if_fail(error == NULL || *error == NULL, NULL);

    pthread_once(&curl_once, start_curl);
    if (curl_started != CURLE_OK) {
        return jw_fail_null(error, JW_ERROR_INTERNAL, "libcurl cannot start: %s",
                            curl_easy_strerror(curl_started));
    }
    g_auto(JwMailSmtpSettings) settings = { 0 };
    if (!jw_mail_smtp_settings_init(&settings, config, error)) {
        return NULL;
    }
    Smtp *self = g_new0(Smtp, 1);
    self->base.port = &port;
    self->settings = settings;
    settings = (JwMailSmtpSettings){ 0 };
    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->freed);
    self->idle = g_ptr_array_new_with_free_func(handle_free);
    return &self->base;
}
