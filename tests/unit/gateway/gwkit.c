/* gwkit.c: see gwkit.h. */
#include "gwkit.h"

#include "core/admission.h"
#include "core/events.h"
#include "core/keys.h"
#include "core/metrics.h"
#include "jw/auth_sign.h"
#include "jw/store_apikeys.h"

#include <curl/curl.h>
#include <string.h>

#include "../http/jwt_maker.h"

static const struct {
    const char *name, *role;
    const char *permissions[4], *departments[3]; /* without departments: all of them */
    bool has_none;                               /* of the departments */
} people[] = {
    { "alice", NULL, { "reports:create", "reports:read", "reports:cancel" }, { NULL }, false },
    { "bob", NULL, { "reports:create", "reports:read", "reports:cancel" }, { NULL }, false },
    { "dana", NULL, { "reports:create", "reports:read", "reports:cancel" }, { "d1", "d2" }, false },
    { "dave", NULL, { "reports:create", "reports:read" }, { "d1" }, false },
    { "reader", NULL, { "reports:read" }, { "d1" }, false },
    { "maker", NULL, { "reports:create" }, { "d1" }, false },
    { "admin", "Admin", { NULL }, { NULL }, false },
    { "adam", "admin", { NULL }, { "d1" }, false },
    { "nobody", NULL, { "reports:other" }, { NULL }, false },
    { "lone", NULL, { "reports:create", "reports:read" }, { NULL }, true },
    { "lone admin", "admin", { NULL }, { NULL }, true },
    { "odd person", NULL, { "reports:create", "reports:read" }, { NULL }, false },
};

/* A key on P-256; the verifier's file names it "test". */
static JwTokenVerifier *
make_verifier(GwKit *self, GError **error)
{
    g_autofree char *folder = tk_temp_dir();
    g_autofree char *keys_file = g_build_filename(folder, "keys.json", NULL);
    g_autofree char *public_pem = NULL;
    const Maker maker = { .folder = folder };

    maker_ec_pems(&self->private_pem, &public_pem);
    maker_write(&maker, "public.pem", public_pem);
    maker_write(
        &maker, "keys.json",
        "{\"keys\":[{\"kid\":\"test\",\"alg\":\"ES256\",\"publicKeyFile\":\"public.pem\"}]}");
    return maker_verifier(keys_file, "kit", self->gw.clock, error);
}

GwKit *
kit_new(void)
{
    GwKit *self = g_new0(GwKit, 1);
    Gw *gw = &self->gw;
    g_autoptr(GError) error = NULL;

    self->ports = kit_ports_new(GW_NOW, true);
    gw->ports = kit_service_ports(self->ports, "/jobwire/gateway");
    /* with the thread that a service's relay has */
    gw->relay = jw_relay_new(gw->store, gw->bus, gw->clock, "/jobwire/gateway");
    gw->jobs.relay = gw->relay;
    gw->jobs.batch = jw_jobs_batch_new(gw->store);
    gw->config.pending_max = 1000;
    gw->config.retry_max = 2;
    const JwLinkConfig links = { (char *)(uintptr_t)KIT_LINK_KEYS };
    gw->links = jw_link_keys_new(&links, &error);
    assert_ok(gw->links != NULL, error);
    gw->key_secrets = jw_keyring_new("kit", KIT_LINK_KEYS, &error);
    assert_ok(gw->key_secrets != NULL, error);
    gw->keys = gw_keys_new(gw->store, gw->clock, gw->key_secrets, KIT_KEY_CACHE_MS);
    gw->tokens = make_verifier(self, &error);
    assert_ok(gw->tokens != NULL, error);
    gw_metrics_init();
    gw->config.events_max = 100;
    gw->config.events_caller_max = 3;
    gw->events = gw_events_new(gw);
    gw->queue = jw_jobs_queue_new(gw->store, gw->clock, NULL);
    gw->admission = gw_admission_new(gw->store, gw->clock, gw->config.pending_max);

    self->http_config = (JwHttpConfig){
        .address = g_strdup("127.0.0.1"),
        .body_max_bytes = 65536,
        .connections_max = 32,
        .workers = 8,
        .downloads_max = 100,
        .idle_timeout_ms = 10000,
        .request_age_ms = 10000,
    };
    self->http = jw_http_server_new(&self->http_config, &error);
    assert_ok(self->http != NULL, error);
    gw_add_apis(gw, self->http);
    assert_ok(jw_http_server_start(self->http, &error), error);
    self->base_url = g_strdup_printf("http://127.0.0.1:%d", jw_http_server_port(self->http));
    return self;
}

void
kit_free(GwKit *self)
{
    jw_http_server_stop(self->http, 5000);
    jw_http_server_free(self->http);
    (void)jw_bus_mem_deliver(self->gw.bus);
    gw_stop(&self->gw);
    jw_relay_free(self->gw.relay);
    jw_token_verifier_free(self->gw.tokens);
    jw_link_keys_free(self->gw.links);
    jw_keyring_free(self->gw.key_secrets);
    kit_ports_free(self->ports);
    g_free(self->http_config.address);
    g_free(self->private_pem);
    g_free(self->base_url);
    g_free(self);
}

KIT_STATE(kit_new())

char *
kit_token(const GwKit *self, const char *who)
{
    g_autoptr(GError) error = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(people); i++) {
        if (strcmp(people[i].name, who) != 0) {
            continue;
        }
        const char *roles[] = { people[i].role, NULL };
        g_autofree char *email = g_strconcat(who, "@example.com", NULL);
        bool lists = people[i].departments[0] != NULL || people[i].has_none;
        const JwTokenClaims claims = {
            .kid = "test",
            .alg = "ES256",
            .issuer = "kit",
            .audience = "jobwire",
            .subject = who,
            .name = who,
            .email = email,
            .roles = roles,
            .permissions = people[i].permissions,
            .departments = lists ? people[i].departments : NULL,
            .issued_s = self->ports->clock.fake.now_ms / 1000 - self->token_age_s,
            .expires_s = self->ports->clock.fake.now_ms / 1000 - self->token_age_s + 600,
        };
        char *token = jw_auth_sign(&claims, self->private_pem, &error);
        assert_ok(token != NULL, error);
        return token;
    }
    fail_msg("gwkit knows no '%s'", who);
    return NULL;
}

char *
kit_make_key(const GwKit *self, JwApiKeyRole role, int64_t expires_ms)
{
    g_autoptr(JwApiKey) stored = g_new0(JwApiKey, 1);
    g_autoptr(GError) error = NULL;
    char *key = jw_api_key_make();
    JwCreate create = JW_CREATE_EXISTS;

    stored->role = role;
    stored->name = g_strdup("kit");
    stored->created_by = g_strdup("kit");
    stored->created_at_ms = self->ports->clock.fake.now_ms;
    stored->expires_at_ms = expires_ms;
    jw_api_key_sign(stored, self->gw.key_secrets, key);
    assert_ok(jw_store_create_api_key(self->gw.store, stored, &create, &error), error);
    return key;
}

Answer
kit_ask_with_key(GwKit *self, const char *key, const char *method, const char *path,
                 const char *body)
{
    g_autofree char *line = g_strconcat("X-API-Key: ", key, NULL);
    const char *const headers[] = { line, NULL };

    return kit_ask(self, NULL, method, path, body, headers);
}

void
answer_clear(Answer *self)
{
    g_clear_pointer(&self->headers, g_hash_table_unref);
    g_clear_pointer(&self->body, g_byte_array_unref);
    g_clear_pointer(&self->json, json_decref);
}

static size_t
take_body(char *data, size_t size, size_t n, void *answer)
{
    g_byte_array_append(((Answer *)answer)->body, (const guint8 *)data, (guint)(size * n));
    return size * n;
}

static size_t
take_header(char *data, size_t size, size_t n, void *answer)
{
    g_autofree char *line = g_strndup(data, size * n);
    char *colon = strchr(line, ':');

    if (colon != NULL) {
        *colon = '\0';
        g_hash_table_insert(((Answer *)answer)->headers, g_ascii_strdown(line, -1),
                            g_strdup(g_strstrip(colon + 1)));
    }
    return size * n;
}

Answer
kit_ask(GwKit *self, const char *who, const char *method, const char *path, const char *body,
        const char *const *headers)
{
    Answer answer = { .headers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
                      .body = g_byte_array_new() };
    g_autofree char *url = g_strconcat(self->base_url, path, NULL);
    struct curl_slist *lines = NULL;
    CURL *curl = curl_easy_init();

    if (who != NULL) {
        g_autofree char *token = kit_token(self, who);
        g_autofree char *line = g_strconcat("Authorization: Bearer ", token, NULL);
        lines = curl_slist_append(lines, line);
    }
    bool typed = false;
    for (size_t i = 0; headers != NULL && headers[i] != NULL; i++) {
        typed = typed || g_str_has_prefix(headers[i], "Content-Type:");
    }
    if (body != NULL) {
        lines = curl_slist_append(lines, typed ? "Accept: */*" : "Content-Type: application/json");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    }
    for (size_t i = 0; headers != NULL && headers[i] != NULL; i++) {
        lines = curl_slist_append(lines, headers[i]);
    }
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_NOBODY, strcmp(method, "HEAD") == 0 ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 20000L);
    CURLcode result = curl_easy_perform(curl);
    if (result != CURLE_OK) {
        fail_msg("%s %s: %s", method, path, curl_easy_strerror(result));
    }
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_easy_cleanup(curl);
    curl_slist_free_all(lines);
    answer.json =
        json_loadb((const char *)answer.body->data, answer.body->len, JSON_DECODE_ANY, NULL);
    return answer;
}

Answer
kit_get(GwKit *self, const char *who, const char *path)
{
    return kit_ask(self, who, "GET", path, NULL, NULL);
}

Answer
kit_post(GwKit *self, const char *who, const char *path, const char *body)
{
    return kit_ask(self, who, "POST", path, body, NULL);
}

json_t *
answer_at(const Answer *self, const char *path)
{
    g_auto(GStrv) names = g_strsplit(path, ".", -1);
    json_t *value = self->json;

    for (size_t i = 0; names[i] != NULL && value != NULL; i++) {
        value = json_is_array(value)
                    ? json_array_get(value, (size_t)g_ascii_strtoull(names[i], NULL, 10))
                    : json_object_get(value, names[i]);
    }
    return value;
}

const char *
answer_text(const Answer *self, const char *path)
{
    return json_string_value(answer_at(self, path));
}

int64_t
answer_int(const Answer *self, const char *path)
{
    json_t *value = answer_at(self, path);

    if (!json_is_integer(value)) {
        fail_msg("no number at %s in %.*s", path, (int)self->body->len,
                 (const char *)self->body->data);
    }
    return json_integer_value(value);
}

const char *
answer_header(const Answer *self, const char *name)
{
    return g_hash_table_lookup(self->headers, name);
}

void
kit_assert_answer(const Answer *self, long status, const char *code, const char *file, int line)
{
    const char *actual = answer_text(self, "error.code");
    bool form = code != NULL
                    ? json_is_false(answer_at(self, "success")) && g_strcmp0(actual, code) == 0
                          && answer_text(self, "error.message") != NULL
                          && json_is_array(answer_at(self, "error.details"))
                    : json_is_true(answer_at(self, "success")) && answer_at(self, "data") != NULL;

    if (self->status != status || !form || answer_header(self, "x-request-id") == NULL) {
        print_error("%s:%d: expected %ld %s, got %ld: %.*s\n", file, line, status,
                    code != NULL ? code : "with data", self->status, (int)self->body->len,
                    (const char *)self->body->data);
        _fail(file, line);
    }
}

void
kit_assert_pointers(const Answer *self, const char *const *pointers)
{
    json_t *details = answer_at(self, "error.details");
    size_t n = g_strv_length((char **)(uintptr_t)pointers);

    for (size_t i = 0; i < json_array_size(details); i++) {
        const char *pointer =
            json_string_value(json_object_get(json_array_get(details, i), "pointer"));
        if (pointer == NULL || !g_strv_contains(pointers, pointer)) {
            fail_msg("unexpected detail: %.*s", (int)self->body->len,
                     (const char *)self->body->data);
        }
    }
    if (json_array_size(details) != n) {
        fail_msg("%zu details expected: %.*s", n, (int)self->body->len,
                 (const char *)self->body->data);
    }
}

char *
kit_make_from(GwKit *self, const char *who, const char *body)
{
    g_auto(Answer) answer = kit_post(self, who, KIT_JOBS, body);

    assert_answer(answer, 201, NULL);
    return g_strdup(answer_text(&answer, "data.id"));
}

char *
kit_make(GwKit *self, const char *who)
{
    return kit_make_from(self, who, KIT_BODY);
}

char *
kit_path(const char *job_id, const char *tail)
{
    return g_strconcat(KIT_JOBS "/", job_id, tail, NULL);
}

void
kit_fail(GwKit *self, const char *job_id)
{
    int64_t token = kit_claim(self->ports, job_id);

    kit_change(self->ports, (JwJobChange){ .job_id = job_id,
                                           .transition = JW_CHANGE_FAIL_FINAL,
                                           .token = token,
                                           .error_code = "INVALID",
                                           .error_message = "the records are not readable" });
}

int
kit_keyed_setup(void **state)
{
    GwKeyed *self = g_new0(GwKeyed, 1);

    self->kit = kit_new();
    self->key = kit_make_key(self->kit, JW_API_KEY_ADMIN, 0);
    *state = self;
    return 0;
}

int
kit_keyed_teardown(void **state)
{
    GwKeyed *self = *state;

    kit_free(self->kit);
    g_free(self->key);
    g_free(self);
    return 0;
}
