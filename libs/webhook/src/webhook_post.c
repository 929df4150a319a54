/* webhook_post.c: a POST by libcurl. Any thread; each post has a handle of its own, those that are
 * done wait for the next, with their connections.
 *
 * Which address is connected to, libcurl says when it wants the socket for it: there it is checked,
 * and there is no look-up between the check and the connection. A connection that is used again was
 * checked when it was made. */
#include "jw/webhook_post.h"

#include "curl_auto.h"
#include "jw/clock.h"
#include "webhook_net_private.h"

#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#define CONNECT_TIMEOUT_MS INT64_C(5000)
#define ANSWER_MAX         65536u /* bytes that are read of an answer; the rest is not waited for */
#define IDLE_MAX           16u    /* handles that are kept */
#define MAX_IDLE_S         60L

typedef struct {
    JwWebhookPoster base; /* first: the one is the other */
    JwWebhookPosterConfig config;
    char *ca_file;
    JwMutex mutex;
    GPtrArray *idle; /* of CURL */
} Http;

typedef struct {
    const Http *http;
    GString *answer; /* at most JW_WEBHOOK_ANSWER_KEPT */
    size_t n_read;
    bool refused, cut, stopped;
    char why[160]; /* the address that was refused, and what it is */
    char problem[CURL_ERROR_SIZE];
} Exchange;

void
jw_webhook_answer_clear(JwWebhookAnswer *self)
{
    g_clear_pointer(&self->answer, g_free);
    g_clear_pointer(&self->why, g_free);
}

void
jw_webhook_poster_free(gpointer data)
{
    JwWebhookPoster *self = data;

    if (self != NULL) {
        self->free(self);
    }
}

static curl_socket_t
open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
    Exchange *self = data;
    const char *why = NULL;
    char text[64] = "?";

    (void)purpose;
    if (!jw_webhook_net_allows(self->http->config.net, &address->addr, &why)) {
        (void)getnameinfo(&address->addr, address->addrlen, text, sizeof text, NULL, 0,
                          NI_NUMERICHOST);
        (void)g_snprintf(self->why, sizeof self->why, "%s, %s", text, why);
        self->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t
take_answer(char *data, size_t size, size_t count, void *user)
{
    Exchange *self = user;
    const size_t n = size * count;
    const size_t room = JW_WEBHOOK_ANSWER_KEPT - self->answer->len;

    g_string_append_len(self->answer, data, (gssize)MIN(n, room));
    self->n_read += n;
    self->cut = self->n_read > ANSWER_MAX;
    return self->cut ? 0 : n;
}

static int
on_progress(void *user, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
    Exchange *self = user;

    (void)down_total;
    (void)down;
    (void)up_total;
    (void)up;
    self->stopped = jw_stop_is_set(self->http->config.stop);
    return self->stopped ? 1 : 0;
}

static CURL *
borrow(Http *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    return self->idle->len > 0 ? g_ptr_array_steal_index(self->idle, self->idle->len - 1)
                               : curl_easy_init();
}

static void
give_back(Http *self, CURL *take_curl)
{
    g_autoptr(CURL) curl = take_curl;

    curl_easy_reset(curl); /* keeps its connections */
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    if (self->idle->len < IDLE_MAX) {
        g_ptr_array_add(self->idle, g_steal_pointer(&curl));
    }
}

static JwCurlList *
headers_of(const JwWebhookPost *post)
{
    g_autofree char *id = g_strconcat("webhook-id: ", post->id, NULL);
    g_autofree char *time = g_strdup_printf("webhook-timestamp: %" G_GINT64_FORMAT, post->time_s);
    g_autofree char *signature = g_strconcat("webhook-signature: ", post->signatures, NULL);
    const char *const lines[] = { "Content-Type: application/json", "Expect:", id, time,
                                  signature };
    JwCurlList *list = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        list = curl_slist_append(list, lines[i]);
    }
    return list;
}

static CURLcode
set_up(const Http *self, CURL *curl, const JwWebhookPost *post, JwCurlList *headers,
       Exchange *exchange)
{
    CURLcode code = CURLE_OK;
#define SET(option, value)                                                                         \
    code = code != CURLE_OK ? code : curl_easy_setopt(curl, CURLOPT_##option, value)
    SET(URL, post->url);
    SET(PROTOCOLS_STR, jw_webhook_net_http(self->config.net) ? "https,http" : "https");
    SET(PROXY, ""); /* none of the environment: its address would be the one that is checked */
    SET(NETRC, (long)CURL_NETRC_IGNORED);
    SET(FOLLOWLOCATION, 0L);
    SET(HTTPHEADER, headers);
    SET(USERAGENT, "Jobwire-Webhooks/1");
    SET(POSTFIELDSIZE_LARGE, (curl_off_t)strlen(post->body));
    SET(POSTFIELDS, post->body);
    SET(NOSIGNAL, 1L);
    SET(TIMEOUT_MS, (long)self->config.timeout_ms);
    SET(CONNECTTIMEOUT_MS, (long)MIN(CONNECT_TIMEOUT_MS, self->config.timeout_ms));
    SET(MAXAGE_CONN, MAX_IDLE_S);
    SET(OPENSOCKETFUNCTION, open_socket);
    SET(OPENSOCKETDATA, exchange);
    SET(WRITEFUNCTION, take_answer);
    SET(WRITEDATA, exchange);
    SET(NOPROGRESS, 0L);
    SET(XFERINFOFUNCTION, on_progress);
    SET(XFERINFODATA, exchange);
    SET(ERRORBUFFER, exchange->problem);
    if (self->ca_file != NULL) {
        SET(CAINFO, self->ca_file);
    }
#undef SET
    return code;
}

/* What there is of the answer, as text fit for people and documents. */
static char *
text_of(const GString *answer)
{
    return answer->len > 0 ? g_utf8_make_valid(answer->str, (gssize)answer->len) : NULL;
}

static char *
why_not(const Exchange *exchange, CURLcode code, int64_t timeout_ms)
{
    if (exchange->refused) {
        return g_strdup_printf("its host leads to %s: refused; use one of the public internet, or "
                               "have its network added to JW_WEBHOOK_ALLOW_PRIVATE",
                               exchange->why);
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
        return g_strdup_printf("no whole answer within %" G_GINT64_FORMAT
                               " ms: answer first, and work after that",
                               timeout_ms);
    }
    return g_strdup(exchange->problem[0] != '\0' ? exchange->problem : curl_easy_strerror(code));
}

static void
read_answer(const Http *self, CURL *curl, CURLcode code, const Exchange *exchange,
            JwWebhookAnswer *ret)
{
    long status = 0;
    curl_off_t after_s = 0;
    const char *location = NULL;

    if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && exchange->cut)) {
        ret->stopped = exchange->stopped;
        ret->why = why_not(exchange, code, self->config.timeout_ms);
        return;
    }
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &after_s);
    ret->status = (int)status;
    ret->retry_after_ms = MIN((int64_t)after_s, INT64_C(366) * 86400) * 1000;
    ret->answer = text_of(exchange->answer);
    if (status >= 300 && status < 400) {
        (void)curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &location);
        ret->why =
            g_strdup_printf("redirects are not followed; change the webhook's url%s%s",
                            location != NULL ? " to " : "", location != NULL ? location : "");
    }
}

static void
post_http(JwWebhookPoster *base, const JwWebhookPost *post, JwWebhookAnswer *ret)
{
    Http *self = (Http *)base;
    g_autoptr(GString) answer = g_string_new(NULL);
    Exchange exchange = { .http = self, .answer = answer };
    g_autoptr(JwCurlList) headers = headers_of(post);
    const int64_t began_ms = jw_clock_mono_ms(jw_clock_system());

    if (jw_stop_is_set(self->config.stop)) {
        ret->stopped = true;
        return;
    }
    CURL *curl = borrow(self);
    CURLcode code = curl != NULL ? set_up(self, curl, post, headers, &exchange) : CURLE_FAILED_INIT;
    if (code == CURLE_OK) {
        code = curl_easy_perform(curl);
    }
    ret->duration_ms = jw_clock_mono_ms(jw_clock_system()) - began_ms;
    if (curl == NULL) {
        ret->why = g_strdup(curl_easy_strerror(code));
        return;
    }
    read_answer(self, curl, code, &exchange, ret);
    give_back(self, curl);
}

static void
cleanup_handle(gpointer curl)
{
    curl_easy_cleanup(curl);
}

static void
free_http(JwWebhookPoster *base)
{
    Http *self = (Http *)base;

    g_ptr_array_unref(self->idle);
    jw_mutex_clear(&self->mutex);
    g_free(self->ca_file);
    g_free(self);
}

JwWebhookPoster *
jw_webhook_poster_http(const JwWebhookPosterConfig *config, GError **error)
{
    g_return_val_if_fail(config != NULL && config->net != NULL && config->stop != NULL, NULL);

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) { /* counted, and safe for threads */
        return jw_fail_null(error, JW_ERROR_INTERNAL, "libcurl does not start");
    }
    Http *self = g_new0(Http, 1);
    self->base = (JwWebhookPoster){ post_http, free_http };
    self->config = *config;
    self->ca_file = g_strdup(config->ca_file);
    self->config.ca_file = self->ca_file;
    jw_mutex_init(&self->mutex);
    self->idle = g_ptr_array_new_with_free_func(cleanup_handle);
    return &self->base;
}
