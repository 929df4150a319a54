/* mail_smtp.c: the SMTP adapter: who may use which connection to the mail server, and whether it is
 * tried at all. Any thread; a session is lent to one sender at a time, one lock guards the rest.
 * Nothing is said on a connection while the lock is held. */
#include "curl_auto.h"
#include "mail_breaker.h"
#include "mail_dkim.h"
#include "mail_transaction.h"

#include "jw/clock.h"
#include "jw/ident.h"
#include "jw/metrics.h"
#include "jw/sync.h"

#include <pthread.h>
#include <string.h>

#define PING_TIMEOUT_MS 10000
#define MAX_IDLE_MS     60000 /* servers drop idle clients after minutes; close before that */
#define DOMAIN_WAIT_MS  1000
#define KNOWN_MS        30000 /* so long readiness believes what it knows */

typedef struct {
    JwMailSession *session;
    bool unfinished;
    int64_t since_mono_ms;
} Idle;

typedef struct {
    JwMail base;
    JwMailSmtpSettings settings;
    JwMailDkim *dkim; /* NULL: nothing is signed */
    JwMutex mutex;
    JwCond freed;
    GPtrArray *idle; /* of Idle, the most recently used last */
    size_t busy;
    GHashTable *domains; /* name → how many mails to it are under way */
    JwMailBreaker breaker;
    int64_t well_mono_ms; /* when the server was last seen to be well; 0: not since it failed */
    JwMetric *opened, *failed, *busy_gauge, *breaker_gauge;
} Smtp;

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static CURLcode curl_started;

static void
start_curl(void)
{
    curl_started = curl_global_init(CURL_GLOBAL_DEFAULT);
}

static int64_t
now_mono_ms(void)
{
    return jw_clock_mono_ms(jw_clock_system());
}

static void
idle_free(gpointer data)
{
    Idle *idle = data;
    jw_mail_session_free(idle->session);
    g_free(idle);
}

/* The domain of an address, as a key. (transfer full) */
static char *
domain_of(const char *address)
{
    return g_ascii_strdown(strchr(address, '@') + 1, -1);
}

static bool
domain_is_full_locked(const Smtp *self, const char *domain)
{
    const size_t most = self->settings.domain_connections;
    return most > 0 && GPOINTER_TO_SIZE(g_hash_table_lookup(self->domains, domain)) >= most;
}

static void
count_domain_locked(Smtp *self, const char *domain, bool more)
{
    size_t n = GPOINTER_TO_SIZE(g_hash_table_lookup(self->domains, domain));
    n = more ? n + 1 : n - 1;
    if (n == 0) {
        g_hash_table_remove(self->domains, domain);
    } else { /* as many names as there are connections, at most */
        g_hash_table_insert(self->domains, g_strdup(domain), GSIZE_TO_POINTER(n));
    }
}

/* Why no more mails to that domain may be under way now; NULL: one more may. */
static const char *
full_locked(const Smtp *self, const char *domain)
{
    if (self->busy >= self->settings.connections) {
        return "all connections to the mail server are in use";
    }
    return domain_is_full_locked(self, domain)
               ? "as many mails to its domain as JW_SMTP_DOMAIN_CONNECTIONS allows are under way"
               : NULL;
}

/* A place among the connections; waits for one where there is none, but not long for one of the
 * domain, as mails to others wait behind it. NULL: there it is. */
static const char *
enter(Smtp *self, const char *domain)
{
    const int64_t now = now_mono_ms();
    const int64_t deadline = now + self->settings.timeout_ms;
    const int64_t of_domain = MIN(deadline, now + DOMAIN_WAIT_MS);
    const char *full = NULL;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    while ((full = full_locked(self, domain)) != NULL) {
        int64_t until = domain_is_full_locked(self, domain) ? of_domain : deadline;
        if (!jw_cond_wait_until(&self->freed, &self->mutex, until)
            && (full = full_locked(self, domain)) != NULL) {
            return full;
        }
    }
    self->busy += 1;
    count_domain_locked(self, domain, true);
    jw_metric_add(self->busy_gauge, NULL, 1);
    return NULL;
}

static void
leave(Smtp *self, const char *domain, Idle *take_idle)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    self->busy -= 1;
    count_domain_locked(self, domain, false);
    if (take_idle != NULL) {
        g_ptr_array_add(self->idle, take_idle);
        self->well_mono_ms = now_mono_ms();
    }
    jw_metric_add(self->busy_gauge, NULL, -1);
    jw_cond_broadcast(&self->freed); /* who waits may want another domain */
}

/* The most recently used one that is still good. (transfer full) (nullable) */
static Idle *
take_idle(Smtp *self)
{
    for (;;) {
        Idle *idle = NULL;
        {
            g_auto(JwLocker) locker = jw_locker(&self->mutex);
            if (self->idle->len == 0) {
                return NULL;
            }
            idle = g_ptr_array_steal_index(self->idle, self->idle->len - 1);
        }
        if (now_mono_ms() - idle->since_mono_ms < MAX_IDLE_MS
            && jw_mail_session_is_quiet(idle->session)) {
            return idle;
        }
        idle_free(idle);
    }
}

static bool
admit(Smtp *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    return jw_mail_breaker_admit(&self->breaker, now_mono_ms());
}

/* What a try to connect says about the server. @problem: NULL: it let us in. */
static void
note_connect(Smtp *self, const char *problem)
{
    bool opened = false;
    bool closed = false;
    {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);
        if (problem == NULL) {
            closed = jw_mail_breaker_is_open(&self->breaker);
            jw_mail_breaker_success(&self->breaker);
            self->well_mono_ms = now_mono_ms();
        } else {
            self->well_mono_ms = 0;
            opened =
                jw_mail_breaker_failure(&self->breaker, problem, now_mono_ms(), jw_random_unit());
        }
    }
    jw_metric_add(problem == NULL ? self->opened : self->failed, NULL, 1);
    if (opened || closed) {
        jw_metric_set(self->breaker_gauge, NULL, opened ? 1 : 0);
    }
}

/* A new session. NULL: @ret says why there is none. False: INTERNAL. */
static bool
connect_anew(Smtp *self, int64_t deadline_mono_ms, JwMailSession **ret_session, JwMailResult *ret,
             GError **error)
{
    g_autofree char *problem = NULL;
    g_autoptr(GError) failure = NULL;

    *ret_session = NULL;
    if (!admit(self)) {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);
        ret->outcome = JW_MAIL_BUSY;
        ret->reply =
            g_strdup_printf("the mail server is not tried for now: %s", self->breaker.problem);
        return true;
    }
    *ret_session =
        jw_mail_session_open(&self->settings, deadline_mono_ms - now_mono_ms(), &problem, &failure);
    note_connect(self, failure != NULL ? failure->message : problem);
    if (failure != NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
    }
    if (*ret_session == NULL) {
        ret->outcome = JW_MAIL_LATER;
        ret->reply = g_steal_pointer(&problem);
    }
    return true;
}

/* One try on a kept session, and one on a new one where the server had closed that. */
static bool
send_within(Smtp *self, const JwMailSend *order, Idle **ret_idle, JwMailResult *ret, GError **error)
{
    const int64_t deadline = now_mono_ms() + self->settings.timeout_ms;
    Idle *idle = take_idle(self);

    if (idle != NULL) {
        jw_mail_transact(idle->session, order, idle->unfinished, deadline, ret);
        if (ret->stale && now_mono_ms() < deadline) {
            g_clear_pointer(&ret->reply, g_free);
            g_clear_pointer(&idle, idle_free);
        }
    }
    if (idle == NULL) {
        JwMailSession *session = NULL;
        if (!connect_anew(self, deadline, &session, ret, error)) {
            return false;
        }
        if (session == NULL) {
            return true;
        }
        idle = g_new0(Idle, 1);
        idle->session = session;
        jw_mail_transact(session, order, false, deadline, ret);
    }
    idle->unfinished = ret->unfinished;
    idle->since_mono_ms = now_mono_ms();
    *ret_idle = idle;
    return true;
}

static bool
smtp_send(const JwMailSend *order, JwMailOutcome *ret_outcome, char **ret_reply, GError **error)
{
    Smtp *self = (Smtp *)order->self;
    g_autofree char *domain = domain_of(order->recipient);
    g_autofree char *signature = NULL;
    JwMailSend with_signature = *order;
    JwMailResult result = { .outcome = JW_MAIL_LATER };
    Idle *idle = NULL;

    if (self->dkim != NULL) {
        signature = jw_mail_dkim_sign(self->dkim, order->message, error);
        if (signature == NULL) {
            return false;
        }
        with_signature.signature = signature;
    }
    const char *full = enter(self, domain);
    if (full != NULL) {
        *ret_outcome = JW_MAIL_BUSY;
        *ret_reply = g_strdup(full);
        return true;
    }
    const bool ok = send_within(self, &with_signature, &idle, &result, error);
    if (idle != NULL && jw_mail_session_is_broken(idle->session)) {
        g_clear_pointer(&idle, idle_free);
    }
    leave(self, domain, idle);
    if (!ok) {
        g_free(result.reply);
        return false;
    }
    *ret_outcome = result.outcome;
    *ret_reply = result.reply;
    return true;
}

static int64_t
smtp_wait_ms(JwMail *base)
{
    Smtp *self = (Smtp *)base;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    return jw_mail_breaker_left_ms(&self->breaker, now_mono_ms());
}

static bool
noop(JwMailSession *session, int64_t deadline_mono_ms, char **ret_problem)
{
    g_auto(JwMailReply) reply = { 0 };
    jw_mail_reply_init(&reply);
    const bool answered = jw_mail_session_write(session, "NOOP\r\n", 6, deadline_mono_ms)
                          && jw_mail_session_read(session, &reply, deadline_mono_ms);
    if (answered && reply.code / 100 == 2) {
        return true;
    }
    const char *what = answered ? reply.text->str : jw_mail_session_problem(session);
    *ret_problem = jw_mail_reply_clean(what, strlen(what));
    return false;
}

/* True: the server was well a moment ago. */
static bool
is_known_well(Smtp *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    return self->well_mono_ms != 0 && now_mono_ms() - self->well_mono_ms < KNOWN_MS;
}

static bool
fail_waiting(Smtp *self, GError **error)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    const int64_t left_ms = jw_mail_breaker_left_ms(&self->breaker, now_mono_ms());
    return jw_fail(
        error, JW_ERROR_UNAVAILABLE,
        "the mail server is not usable, mails wait and it is tried again in %" G_GINT64_FORMAT
        " s: %s",
        (left_ms + 999) / 1000, self->breaker.problem);
}

/* Readiness asks every second: a server that was well is asked twice a minute, one that lets nobody
 * in as often as the breaker allows. That is the trial, which so costs no mail an attempt. On a
 * session of its own, as it must not wait for a mail under way. */
static bool
smtp_ping(JwMail *base, GError **error)
{
    Smtp *self = (Smtp *)base;
    const int64_t timeout_ms = MIN(self->settings.timeout_ms, PING_TIMEOUT_MS);
    g_autofree char *problem = NULL;
    g_autoptr(GError) failure = NULL;

    if (is_known_well(self)) {
        return true;
    }
    if (!admit(self)) {
        return fail_waiting(self, error);
    }
    const int64_t deadline = now_mono_ms() + timeout_ms;
    g_autoptr(JwMailSession) session =
        jw_mail_session_open(&self->settings, timeout_ms, &problem, &failure);
    const bool good = session != NULL && noop(session, deadline, &problem);
    const char *why = failure != NULL ? failure->message : problem;
    note_connect(self, good ? NULL : why);
    return good || jw_fail(error, JW_ERROR_UNAVAILABLE, "the mail server is not usable: %s", why);
}

static void
smtp_free(JwMail *base)
{
    Smtp *self = (Smtp *)base;
    g_assert(self->busy == 0);
    g_ptr_array_unref(self->idle);
    g_hash_table_unref(self->domains);
    jw_mail_dkim_free(self->dkim);
    jw_mail_smtp_settings_clear(&self->settings);
    jw_cond_clear(&self->freed);
    jw_mutex_clear(&self->mutex);
    g_free(self);
}

static void
create_metrics(Smtp *self)
{
    self->opened = jw_metric_counter("jobwire_smtp_connections_opened_total",
                                     "Connections to the mail server that were made", NULL);
    self->failed = jw_metric_counter("jobwire_smtp_connections_failed_total",
                                     "Connections to the mail server that were not made", NULL);
    self->busy_gauge = jw_metric_gauge("jobwire_smtp_connections_busy",
                                       "Connections to the mail server in use", NULL);
    self->breaker_gauge = jw_metric_gauge(
        "jobwire_smtp_breaker_open", "1 while the mail server is not tried and mails wait", NULL);
}

JwMail *
jw_mail_smtp_new(const JwMailConfig *config, GError **error)
{
    static const JwMailPort port = { smtp_send, smtp_wait_ms, smtp_ping, smtp_free };
    g_return_val_if_fail(config != NULL, NULL);
    g_return_val_if_fail(error == NULL || *error == NULL, NULL);

    pthread_once(&curl_once, start_curl);
    if (curl_started != CURLE_OK) {
        return jw_fail_null(error, JW_ERROR_INTERNAL, "libcurl cannot start: %s",
                            curl_easy_strerror(curl_started));
    }
    g_auto(JwMailSmtpSettings) settings = { 0 };
    g_autoptr(JwMailDkim) dkim = NULL;
    if (!jw_mail_smtp_settings_init(&settings, config, error)
        || !jw_mail_dkim_load(config, &dkim, error)) {
        return NULL;
    }
    Smtp *self = g_new0(Smtp, 1);
    self->base.port = &port;
    self->settings = settings;
    settings = (JwMailSmtpSettings){ 0 };
    self->dkim = g_steal_pointer(&dkim);
    self->breaker.limit = self->settings.breaker_failures;
    self->breaker.first_wait_ms = self->settings.breaker_wait_ms;
    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->freed);
    self->idle = g_ptr_array_new_with_free_func(idle_free);
    self->domains = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    create_metrics(self);
    return &self->base;
}
