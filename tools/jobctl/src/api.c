/* api.c: the HTTP client. One thread; one curl handle for all calls, so that the connection is
 * kept. */
#include "api.h"

#include <curl/curl.h>
#include <jansson.h>
#include <string.h>

#include "jw/links.h"
#include "jw/text.h"
#include "jw/wire.h"

#define ANSWER_MAX_BYTES (16u * 1024u * 1024u)
#define CONNECT_MS       5000L
#define CALL_MS          60000L
#define KEY_MAX_BYTES    4096

typedef struct curl_slist JcHeaders;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CURL, curl_easy_cleanup)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JcHeaders, curl_slist_free_all)

struct _JcApi {
    CURL *curl;
    char *url;
    char *authorization; /* the header that says who asks */
    bool keyed;          /* by an API key */
    char *header;        /* one more; NULL: none */
    const char *type;    /* of the body that is sent now; NULL: JSON */
};

/* Where an answer goes: into a string or, for a download with a good status, into a file. */
typedef struct {
    CURL *curl;
    GString *text;
    FILE *file;       /* NULL: string only */
    JcStream *stream; /* NULL: none */
    GChecksum *sum;
    int64_t bytes;
} Answer;

static bool
is_token(const char *text)
{
    for (; *text != '\0'; text++) {
        if (!g_ascii_isgraph(*text)) {
            return false;
        }
    }
    return true;
}

/* @header: of who asks, with what it is for. */
static JcApi *
api_new(const JcContext *context, const char *header, const char *what, const char *secret,
        GError **error)
{
    g_autofree char *url = g_strdup(jc_env(context, "JW_GATEWAY_URL"));

    if (url == NULL) {
        return jw_fail_null(error, JW_ERROR_INVALID,
                            "JW_GATEWAY_URL is not set; for the local one: eval \"$(make env)\"");
    }
    if (!jw_link_url_check(url, "JW_GATEWAY_URL", "http://127.0.0.1:8080", error)) {
        return NULL;
    }
    if (!is_token(secret) || secret[0] == '\0') {
        return jw_fail_null(error, JW_ERROR_INVALID, "the %s has spaces or line breaks in it",
                            what);
    }
    CURL *curl = curl_easy_init();
    if (curl == NULL) {
        return jw_fail_null(error, JW_ERROR_INTERNAL, "libcurl does not start");
    }
    JcApi *self = g_new0(JcApi, 1);
    self->curl = curl;
    self->url = g_steal_pointer(&url);
    self->authorization = g_strconcat(header, secret, NULL);
    return self;
}

JcApi *
jc_api_new(const JcContext *context, const char *token, GError **error)
{
    const char *bearer = token != NULL ? token : jc_env(context, "JW_TOKEN");

    if (bearer == NULL && jc_env(context, "JW_GATEWAY_URL") != NULL) {
        return jw_fail_null(error, JW_ERROR_INVALID,
                            "no token: give --token, or set JW_TOKEN=$(jobctl token --permissions "
                            "reports:create,reports:read)");
    }
    return api_new(context, "Authorization: Bearer ", "token", bearer, error);
}

/* What the environment says of the key. @ret_key: (out) (nullable) (transfer full) */
static bool
find_key(const JcContext *context, char **ret_key, GError **error)
{
    const char *key = jc_env(context, "JW_API_KEY");
    const char *path = jc_env(context, "JW_API_KEY_FILE");
    size_t length = 0;

    *ret_key = g_strdup(key);
    if (path == NULL) {
        return true;
    }
    if (key != NULL) {
        g_clear_pointer(ret_key, g_free);
        return jw_fail(error, JW_ERROR_INVALID,
                       "JW_API_KEY: set both directly and by JW_API_KEY_FILE; choose one");
    }
    *ret_key = jw_file_read(path, KEY_MAX_BYTES, &length, error);
    if (*ret_key == NULL) {
        return jw_prefix(error, "JW_API_KEY_FILE");
    }
    g_strstrip(*ret_key);
    return true;
}

JcApi *
jc_api_new_keyed(const JcContext *context, const char *key, GError **error)
{
    g_autofree char *found = g_strdup(key);

    if (key == NULL && !find_key(context, &found, error)) {
        return NULL;
    }
    if (found == NULL && jc_env(context, "JW_GATEWAY_URL") != NULL) {
        return jw_fail_null(error, JW_ERROR_INVALID,
                            "no API key: give --api-key, or set JW_API_KEY=$(jobctl apikey create "
                            "--role admin --name NAME)");
    }
    JcApi *self = api_new(context, "X-API-Key: ", "API key", found, error);
    if (self != NULL) {
        self->keyed = true;
    }
    return self;
}

bool
jc_api_set_header(JcApi *self, const char *name, const char *value, GError **error)
{
    g_clear_pointer(&self->header, g_free);
    for (const char *c = value; c != NULL && *c != '\0'; c++) {
        if (!g_ascii_isprint(*c)) {
            return jw_fail(error, JW_ERROR_INVALID,
                           "%s '%s' has other characters than those of ASCII", name, value);
        }
    }
    self->header = value != NULL ? g_strconcat(name, ": ", value, NULL) : NULL;
    return true;
}

const char *
jc_api_etag(const JcApi *self)
{
    struct curl_header *found = NULL;

    return curl_easy_header(self->curl, "ETag", 0, CURLH_HEADER, -1, &found) == CURLHE_OK
               ? found->value
               : NULL;
}

void
jc_api_free(gpointer self)
{
    JcApi *api = self;

    if (api == NULL) {
        return;
    }
    curl_easy_cleanup(api->curl);
    g_free(api->url);
    g_free(api->authorization);
    g_free(api->header);
    g_free(api);
}

const char *
jc_api_url(const JcApi *self)
{
    return self->url;
}

static size_t
on_data(char *data, size_t size, size_t n, void *user)
{
    Answer *answer = user;
    const size_t length = size * n;
    long status = 0;

    (void)curl_easy_getinfo(answer->curl, CURLINFO_RESPONSE_CODE, &status);
    if (answer->file != NULL && status == 200) {
        g_checksum_update(answer->sum, (const unsigned char *)data, (gssize)length);
        answer->bytes += (int64_t)length;
        return fwrite(data, 1, length, answer->file);
    }
    if (answer->stream != NULL && status == 200) {
        return jc_stream_feed(answer->stream, data, length) ? length : 0;
    }
    if (answer->text->len + length > ANSWER_MAX_BYTES) {
        return 0; /* curl stops with a write error */
    }
    g_string_append_len(answer->text, data, (gssize)length);
    return length;
}

static bool
set_request(JcApi *self, const char *method, const char *url, const char *body, JcHeaders *headers,
            Answer *answer)
{
    CURL *curl = self->curl;

    curl_easy_reset(curl);
    return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, CALL_MS / 1000) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_USERAGENT, "jobctl/" JW_VERSION) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer) == CURLE_OK
           && (answer->stream == NULL
               || curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)answer->stream->limit_ms)
                      == CURLE_OK)
           && (strcmp(method, "GET") == 0 || strcmp(method, "POST") == 0
               || curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method) == CURLE_OK)
           && (body == NULL
               || (curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body))
                       == CURLE_OK
                   && curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body) == CURLE_OK));
}

static bool
perform(JcApi *self, const char *method, const char *path, const char *body, Answer *answer,
        long *ret_status, GError **error)
{
    g_autofree char *url = g_strconcat(self->url, path, NULL);
    g_autoptr(JcHeaders) headers = curl_slist_append(NULL, self->authorization);
    g_autofree char *type =
        g_strconcat("Content-Type: ", self->type != NULL ? self->type : "application/json", NULL);
    JcHeaders *more = headers != NULL ? curl_slist_append(headers, type) : NULL;

    if (more != NULL && answer->stream != NULL && answer->stream->last_id != NULL) {
        g_autofree char *last = g_strconcat("Last-Event-ID: ", answer->stream->last_id, NULL);
        more = curl_slist_append(headers, last);
    }
    if (more != NULL && self->header != NULL) {
        more = curl_slist_append(headers, self->header);
    }
    if (more == NULL || !set_request(self, method, url, body, headers, answer)) {
        return jw_fail(error, JW_ERROR_INTERNAL, "libcurl does not take the request to %s", url);
    }
    const CURLcode code = curl_easy_perform(self->curl);
    (void)curl_easy_getinfo(self->curl, CURLINFO_RESPONSE_CODE, ret_status);
    if (code == CURLE_WRITE_ERROR) {
        return jw_fail(error, JW_ERROR_INTERNAL,
                       "the answer of %s cannot be kept (is the disk full?)", url);
    }
    if (code != CURLE_OK) {
        return jw_fail(error,
                       code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL
                           ? JW_ERROR_INVALID
                           : JW_ERROR_UNAVAILABLE,
                       "%s: %s (is the gateway up? make status; JW_GATEWAY_URL names it)", url,
                       curl_easy_strerror(code));
    }
    return true;
}

static JwErrorCode
code_of(long status)
{
    static const struct {
        long status;
        JwErrorCode code;
    } codes[] = {
        { 401, JW_ERROR_DENIED },    { 403, JW_ERROR_DENIED },    { 404, JW_ERROR_NOT_FOUND },
        { 409, JW_ERROR_CONFLICT },  { 410, JW_ERROR_NOT_FOUND }, { 412, JW_ERROR_CONFLICT },
        { 413, JW_ERROR_TOO_LARGE }, { 429, JW_ERROR_BUSY },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        if (codes[i].status == status) {
            return codes[i].code;
        }
    }
    return status >= 500 ? JW_ERROR_UNAVAILABLE : JW_ERROR_INVALID;
}

static void
add_detail(GString *text, json_t *detail)
{
    static const char *const places[] = { "pointer", "path", "field" };
    const char *message = json_string_value(detail);
    const char *place = NULL;

    for (size_t i = 0; message == NULL && place == NULL && i < G_N_ELEMENTS(places); i++) {
        place = json_string_value(json_object_get(detail, places[i]));
    }
    message = message != NULL ? message : json_string_value(json_object_get(detail, "message"));
    if (message != NULL) {
        g_string_append_printf(text, "\n  %s%s%s", place != NULL ? place : "",
                               place != NULL ? ": " : "", message);
    }
}

/* The gateway's own message, in either of its forms. */
static bool
refused(const JcApi *self, const Answer *answer, long status, GError **error)
{
    json_auto_t *value = jw_json_parse(answer->text->str, answer->text->len, NULL);
    const bool detail_form = json_object_get(value, "detail") != NULL;
    json_t *problem = json_object_get(value, detail_form ? "detail" : "error");
    const char *message = json_string_value(json_object_get(problem, "message"));
    g_autoptr(GString) text = g_string_new(message);
    json_t *detail = NULL;
    size_t i = 0;

    if (message == NULL) {
        return jw_fail(
            error, code_of(status),
            "%s answered %ld, and not as a Jobwire gateway does; is JW_GATEWAY_URL right?",
            self->url, status);
    }
    const json_t *details = json_object_get(problem, detail_form ? "errors" : "details");
    json_array_foreach(details, i, detail)
    {
        const char *said = json_string_value(json_object_get(detail, "message"));
        if (json_array_size(details) > 1 || said == NULL || strstr(message, said) == NULL) {
            add_detail(text, detail);
        }
    }
    if (status == 401) {
        g_string_append(text, self->keyed
                                  ? "; see: jobctl apikey list"
                                  : "; is the token still good? Make one with: jobctl token");
    }
    return jw_fail(error, code_of(status), "the gateway answered %ld: %s", status, text->str);
}

struct json_t *
jc_api_ask(JcApi *self, const char *method, const char *path, const char *body, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Answer answer = { .curl = self->curl, .text = text };
    long status = 0;

    if (!perform(self, method, path, body, &answer, &status, error)) {
        return NULL;
    }
    if (status < 200 || status > 299) {
        (void)refused(self, &answer, status, error);
        return NULL;
    }
    json_auto_t *value = jw_json_parse(text->str, text->len, NULL);
    json_t *data = json_object_get(value, "data");
    if (!json_is_object(data) && !json_is_array(data)) {
        return jw_fail_null(error, JW_ERROR_CORRUPT,
                            "%s%s does not answer as a Jobwire gateway; is JW_GATEWAY_URL right?",
                            self->url, path);
    }
    return json_incref(value);
}

json_t *
jc_api_send(JcApi *self, const char *path, const char *type, const char *body, GError **error)
{
    self->type = type;
    json_t *answer = jc_api_ask(self, "POST", path, body, error);
    self->type = NULL;
    return answer;
}

struct json_t *
jc_api_call(JcApi *self, const char *path, const char *body, GError **error)
{
    json_auto_t *value = jc_api_ask(self, body != NULL ? "POST" : "GET", path, body, error);

    return json_incref(json_object_get(value, "data"));
}

bool
jc_api_download(JcApi *self, const char *path, FILE *file, int64_t *ret_bytes, char **ret_sha256,
                GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    Answer answer = { .curl = self->curl, .text = text, .file = file, .sum = sum };
    long status = 0;

    if (!perform(self, "GET", path, NULL, &answer, &status, error)) {
        return false;
    }
    if (status != 200) {
        return refused(self, &answer, status, error);
    }
    *ret_bytes = answer.bytes;
    *ret_sha256 = g_strdup(g_checksum_get_string(sum));
    return true;
}

bool
jc_api_stream(JcApi *self, const char *path, JcStream *stream, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Answer answer = { .curl = self->curl, .text = text, .stream = stream };
    long status = 0;

    jc_stream_restart(stream);
    return perform(self, "GET", path, NULL, &answer, &status, error)
           && (status == 200 || refused(self, &answer, status, error));
}
