/* test_mail.c: jobctl mail: the preview of a report type and of a job, and the test mail. What
 * draws is a script in the place of Chromium. */
#include "jc_fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "jw/mail.h"
#include "jw/mail_mem.h"
#include "jw/store_jobs.h"
#include "jw/store_mem.h"
#include "jw/text.h"

#define NOW INT64_C(1768269615000) /* 2026-01-13T02:00:15Z */
#define JOB "0190b6a2-7c1e-7d4f-8a7b-2f1e0c9d8e7f"

typedef struct {
    TkClock clock;
    JwStore *store;
    JcFixture *jc;
} Fixture;

static int
setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);

    tk_clock_init(&self->clock, NOW);
    self->store = jw_store_mem_new();
    self->jc = jc_fixture_new(&self->clock.clock, self->store);
    jc_fixture_env(self->jc, "JW_SCHEMAS_DIR", JW_SOURCE_DIR "/schemas");
    *state = self;
    return 0;
}

static int
teardown(void **state)
{
    Fixture *self = *state;

    jc_fixture_free(self->jc);
    jw_store_free(self->store);
    g_free(self);
    return 0;
}

static char *
read_back(const char *path)
{
    g_autoptr(GError) error = NULL;
    char *text = jw_file_read(path, 1 << 20, NULL, &error);

    assert_ok(text != NULL, error);
    return text;
}

static void
test_example(void **state)
{
    JcFixture *jc = ((Fixture *)*state)->jc;
    g_autofree char *page = g_build_filename(jc->dir, "mail.html", NULL);

    assert_jobctl(jc, JC_EXIT_OK, "mail", "preview", "--example", "call-records", "--recipient",
                  "ann@example.com");
    assert_contains(jc->out, "From: Jobwire <reports@example.com>\nTo: ann@example.com\nSubject: ");
    assert_contains(jc->out, "5 Jan 2026 – 11 Jan 2026");
    assert_contains(jc->out, "Unsubscribe: https://jobs.example.com/unsubscribe/");
    jc_fixture_env(jc, "JW_MAIL_FROM", "Berichte <b@example.org>");
    jc_fixture_env(jc, "JW_PUBLIC_URL", "https://work.example.org");
    assert_jobctl(jc, JC_EXIT_OK, "mail", "preview", "-e", "call-records", "-l", "de", "--html",
                  page, "--text", "-", "--link");
    assert_contains(jc->out, "Wochenbericht");
    assert_contains(jc->out, "https://work.example.org/links/");
    g_autofree char *html = read_back(page);
    assert_contains(html, "<html lang=\"de\">");
    assert_contains(html, "data:image/png;base64,");
}

static void
test_job(void **state)
{
    Fixture *self = *state;
    JwJob *job = jw_job_new();
    const JwJob *created[] = { job };
    JwCreate create = JW_CREATE_EXISTS;
    g_autoptr(GError) error = NULL;

    job->id = g_strdup(JOB);
    job->type = g_strdup("report");
    job->name = g_strdup("Calls");
    job->created_at_ms = NOW;
    job->state = JW_JOB_FAILED;
    job->error_code = g_strdup("TIMEOUT");
    job->spec = g_strdup("{}");
    job->requested_by.id = g_strdup("u");
    assert_ok(jw_store_create_jobs(self->store, created, 1, &create, &error), error);
    assert_jobctl(self->jc, JC_EXIT_OK, "mail", "preview", JOB);
    assert_contains(self->jc->out, "Subject: Failed: Calls");
    assert_contains(self->jc->out, "It took longer than it may take.");
    assert_jobctl(self->jc, JC_EXIT_FAILED, "mail", "preview", "none");
    assert_contains(self->jc->err, "there is no job 'none'");
    jw_job_free(job);
}

/* A script that knows the two things that are asked of a browser. (transfer full) */
static char *
write_browser(JcFixture *jc, const char *title)
{
    g_autofree char *script =
        g_strdup_printf("#!/bin/sh\nfor i in \"$@\"; do case $i in\n"
                        "--dump-dom) echo '<html><head><title>%s</title></head></html>';;\n"
                        "--screenshot=*) echo \"$*\" > \"${i#--screenshot=}\";;\n"
                        "file://*) cp \"${i#file://}\" '%s/page.html';;\nesac; done\n",
                        title, jc->dir);
    char *path = jc_fixture_file(jc, "browser", script);

    assert_int_equal(g_chmod(path, 0755), 0);
    jc_fixture_env(jc, "JW_DEV_CHROMIUM", path);
    return path;
}

static void
test_picture(void **state)
{
    JcFixture *jc = ((Fixture *)*state)->jc;
    g_autofree char *browser G_GNUC_UNUSED = write_browser(jc, "height 1234");
    g_autofree char *png = g_build_filename(jc->dir, "mail.png", NULL);
    g_autofree char *page = g_build_filename(jc->dir, "page.html", NULL);

    assert_jobctl(jc, JC_EXIT_OK, "mail", "preview", "-e", "call-records", "--png", png);
    g_autofree char *light = read_back(png);
    g_autofree char *light_page = read_back(page);
    assert_contains(light, "--window-size=680,1234");
    assert_contains(light_page, "prefers-color-scheme:dark");
    assert_jobctl(jc, JC_EXIT_OK, "mail", "preview", "-e", "call-records", "--png", png, "--dark",
                  "--phone");
    g_autofree char *dark = read_back(png);
    g_autofree char *dark_page = read_back(page);
    assert_contains(dark, "--window-size=500,1234");
    assert_contains(dark_page, "width=\"375\"");
    assert_null(strstr(dark_page, "prefers-color-scheme:dark"));
}

static void
test_no_picture(void **state)
{
    JcFixture *jc = ((Fixture *)*state)->jc;
    g_autofree char *png = g_build_filename(jc->dir, "mail.png", NULL);

    jc_fixture_env(jc, "JW_DEV_CHROMIUM", "/nonesuch/browser");
    assert_jobctl(jc, JC_EXIT_FAILED, "mail", "preview", "-e", "call-records", "--png", png);
    assert_contains(jc->err, "/nonesuch/browser");
    g_autofree char *browser G_GNUC_UNUSED = write_browser(jc, "none");
    assert_jobctl(jc, JC_EXIT_FAILED, "mail", "preview", "-e", "call-records", "--png", png);
    assert_contains(jc->err, "the height of the page");
}

static void
test_sent(void **state)
{
    static const struct {
        JwMailOutcome outcome;
        const char *reply, *line;
        JcExit exit;
    } cases[] = {
        { JW_MAIL_SENT, "250 queued as 7", "outcome   sent\nreply     250 queued as 7\n",
          JC_EXIT_OK },
        { JW_MAIL_BOUNCED, "550 no such user", "outcome   bounced\nreply     550 no such user\n",
          JC_EXIT_FAILED },
        { JW_MAIL_LATER, "connection refused", "outcome   later\nreply     connection refused\n",
          JC_EXIT_FAILED },
    };
    JcFixture *jc = ((Fixture *)*state)->jc;
    g_autoptr(JwMail) mail = jw_mail_mem_new();

    jc->context.mail = mail;
    jc_fixture_env(jc, "JW_SMTP_URL", "smtp://127.0.0.1:1");
    jc_fixture_env(jc, "JW_MAIL_FROM", "Jobwire <reports@example.org>");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        jw_mail_mem_next(mail, cases[i].outcome, cases[i].reply);
        assert_jobctl(jc, cases[i].exit, "mail", "test", "ann@m\xc3\xbcnchen.example");
        assert_contains(jc->out, "from      reports@example.org\nto        ann@xn--mnchen-3ya");
        assert_contains(jc->out, cases[i].line);
    }
    gsize length = 0;
    const char *data = g_bytes_get_data(jw_mail_mem_message(mail, 0), &length);
    g_autofree char *text = g_strndup(data, length);
    assert_contains(text, "Subject: Jobwire: a test mail\r\n");
    assert_contains(text, "sent on 13 Jan 2026, 02:00 UTC");
}

static void
test_wrong_use(void **state)
{
    JcFixture *jc = ((Fixture *)*state)->jc;
    static const struct {
        const char *arguments[5], *said;
    } cases[] = {
        { { "preview", NULL }, "--example TYPE" },
        { { "preview", JOB, "--example=cdr", NULL }, "--example TYPE" },
        { { "preview", JOB, "--language=de", NULL }, "--language is for --example" },
        { { "preview", "--example=cdr", "--language=xx", NULL }, "must be one of" },
        { { "preview", "--example=cdr", "--dark", NULL }, "--png" },
        { { "preview", "--example=cdr", "--html=-", "--text=-", NULL }, "only one" },
        { { "preview", "--example=cdr", "--recipient=ann", NULL }, "no mail address" },
        { { "test", NULL }, "ADDRESS" },
        { { "test", "ann", NULL }, "no mail address" },
        { { "test", "ann@example.com", "--png=x", NULL }, "--png" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *const *a = cases[i].arguments;
        const char *second = a[1] != NULL ? a[2] : NULL;
        assert_jobctl(jc, JC_EXIT_USAGE, "mail", a[0], a[1], second, second != NULL ? a[3] : NULL);
        assert_contains(jc->err, cases[i].said);
    }
    assert_jobctl(jc, JC_EXIT_FAILED, "mail", "preview", "--example=nonesuch");
    assert_contains(jc->err, "there is no report type 'nonesuch'");
}

/* The file of a language, of those that are files as well. */
static void
test_language(void **state)
{
    JcFixture *jc = ((Fixture *)*state)->jc;

    jc_fixture_env(jc, "JW_LANGUAGES_DIR", JW_SOURCE_DIR "/schemas/languages");
    assert_jobctl(jc, JC_EXIT_OK, "language", "en");
    assert_contains(jc->out, "\"total\": \"Total\"");
    assert_jobctl(jc, JC_EXIT_OK, "language", "it");
    assert_contains(jc->out, "\"total\": \"Totale\"");
    assert_jobctl(jc, JC_EXIT_FAILED, "language", "xx");
    assert_contains(jc->err, "must be one of en, de, fr, es, tr, it");
    assert_jobctl(jc, JC_EXIT_USAGE, "language");
    jc_fixture_env(jc, "JW_LANGUAGES_DIR", "/nonesuch");
    assert_jobctl(jc, JC_EXIT_FAILED, "language", "en");
    assert_contains(jc->err, "/nonesuch");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_example), TEST(test_job),       TEST(test_picture),  TEST(test_no_picture),
        TEST(test_sent),    TEST(test_wrong_use), TEST(test_language),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
