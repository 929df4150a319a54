/* test_mail_smtp.c: a full message through a real SMTP server, read back from its web interface.
 * Needs JW_SMTP_URL and JW_DEV_MAIL_WEB_URL (maildev's "GET /email"). */
#include "testkit.h"

#include "jw/ident.h"
#include "jw/mail.h"

#include <curl/curl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    JwMail *mail;
    const char *web;
    char *id;      /* message id of this run's own */
    json_t *found; /* the message as the server shows it */
} Fixture;

static size_t
keep(char *bytes, size_t size, size_t count, void *data)
{
    g_string_append_len(data, bytes, (gssize)(size * count));
    return size * count;
}

static char *
get(const char *base, const char *path)
{
    g_autofree char *url = g_strconcat(base, path, NULL);
    GString *body = g_string_new(NULL);
    CURL *easy = curl_easy_init();
    assert_non_null(easy);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 10000L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, body);
    CURLcode code = curl_easy_perform(easy);
    curl_easy_cleanup(easy);
    if (code != CURLE_OK) {
        fail_msg("GET %s: %s", url, curl_easy_strerror(code));
    }
    return g_string_free(body, FALSE);
}

static int
set_up(void **state)
{
    Fixture *self = g_new0(Fixture, 1);
    self->web = tk_need_env("JW_DEV_MAIL_WEB_URL");
    char *url = g_strdup(tk_need_env("JW_SMTP_URL"));
    char *user = g_strdup(getenv("JW_SMTP_USER"));
    char *password = g_strdup(getenv("JW_SMTP_PASSWORD"));
    char *tls = g_strdup(getenv("JW_SMTP_TLS"));
    const JwMailConfig config = { .url = url, .user = user, .password = password, .tls = tls };
    g_autoptr(GError) error = NULL;
    self->mail = jw_mail_smtp_new(&config, &error);
    assert_ok(self->mail, error);
    g_autofree char *name = tk_unique_name();
    self->id = g_strconcat(name, "@jobwire.example", NULL);
    g_free(url);
    g_free(user);
    g_free(password);
    g_free(tls);
    *state = self;
    return 0;
}

static int
tear_down(void **state)
{
    Fixture *self = *state;
    jw_mail_free(self->mail);
    json_decref(self->found);
    g_free(self->id);
    g_free(self);
    return 0;
}

static bool
arrived(void *data)
{
    Fixture *self = data;
    g_autofree char *text = get(self->web, "/email");
    json_auto_t *list = json_loads(text, 0, NULL);
    size_t index;
    json_t *entry;
    json_array_foreach(list, index, entry)
    {
        const char *id = json_string_value(json_object_get(entry, "messageId"));
        if (id != NULL && strstr(id, self->id) != NULL) {
            self->found = json_incref(entry);
            return true;
        }
    }
    return false;
}

static void
test_ping(void **state)
{
    const Fixture *self = *state;
    g_autoptr(GError) error = NULL;
    assert_ok(jw_mail_ping(self->mail, &error), error);
}

static void
test_a_full_message_arrives(void **state)
{
    Fixture *self = *state;
    g_autofree char *noise = g_malloc(200000);
    for (size_t i = 0; i < 200000; i++) {
        noise[i] = (char)(i * 7919 >> 3);
    }
    g_autoptr(GBytes) chart = g_bytes_new_static("\x89PNG\r\n\x1a\n", 8);
    g_autoptr(GBytes) workbook = g_bytes_new_static(noise, 200000);
    const JwMailPart parts[] = {
        { "chart.png", "image/png", chart, "chart@jobwire" },
        { "M\xc3\xa4rz \xe2\x80\x93 calls.xlsx", "application/octet-stream", workbook, NULL },
    };
    const JwMailHeader header = { "Auto-Submitted", "auto-generated" };
    const JwMailMessage message = {
        .from = "Jobwire <reports@example.org>",
        .to = "ann@example.org",
        .subject = "Gespr\xc3\xa4"
                   "che \xe2\x80\x93 Woche 1",
        .text = ".\nHello\n..\n.x\n",
        .html = "<p>Hello <img src=\"cid:chart@jobwire\"></p>",
        .message_id = self->id,
        .date_ms = INT64_C(1767225600000),
        .parts = parts,
        .n_parts = G_N_ELEMENTS(parts),
        .headers = &header,
        .n_headers = 1,
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = jw_mail_compose(&message, &error);
    assert_ok(bytes, error);
    JwMailOutcome outcome = JW_MAIL_FAILED;
    g_autofree char *reply = NULL;
    assert_ok(jw_mail_send(self->mail, "bounces@example.org", "ann@example.org", bytes, NULL, NULL,
                           &outcome, &reply, &error),
              error);
    if (outcome != JW_MAIL_SENT) {
        fail_msg("%s: %s", jw_mail_outcome_name(outcome), reply);
    }
    tk_wait_until(arrived, self, 10000, "the message in the server's list");

    assert_string_equal(json_string_value(json_object_get(self->found, "subject")),
                        message.subject);
    const char *text = json_string_value(json_object_get(self->found, "text"));
    assert_non_null(text);
    assert_true(g_str_has_prefix(text, ".\nHello\n..\n.x"));
    json_t *attachments = json_object_get(self->found, "attachments");
    assert_int_equal(json_array_size(attachments), 2);
    bool found = false;
    for (size_t i = 0; i < 2; i++) {
        json_t *entry = json_array_get(attachments, i);
        const char *name = json_string_value(json_object_get(entry, "fileName"));
        found = found
                || (g_strcmp0(name, parts[1].file_name) == 0
                    && json_integer_value(json_object_get(entry, "length")) == 200000);
    }
    assert_true(found);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_ping, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_full_message_arrives, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
