/* test_webhooks.c: who is told of what, once, and what becomes of it. */
#include "ntfkit.h"

#include "jw/jobs_deliveries.h"
#include "jw/store_events.h"
#include "jw/store_webhooks.h"
#include "jw/webhook_secret.h"

#include <string.h>

#define HOOK   "019480a4-5f00-7000-8000-00000000000a"
#define OTHER  "019480a4-5f00-7000-8000-00000000000b"
#define ALL    "report.generated report.sent report.failed email.bounced"
#define SECOND INT64_C(1000)

/* A webhook of Ann's that wants these events. (transfer full) */
static JwWebhook *
new_webhook(NtfKit *kit, const char *id, const char *events)
{
    JwWebhook *webhook = jw_webhook_new();
    g_autoptr(GError) error = NULL;
    char *secret = jw_webhook_secret_make();
    char *sealed = jw_webhook_secret_seal(kit->ntf.webhook_keys, id, secret, &error);

    assert_ok(sealed != NULL, error);
    jw_webhook_secret_wipe(secret);
    webhook->id = g_strdup(id);
    webhook->url = g_strconcat("https://example.com/", id, NULL);
    webhook->events = g_strsplit(events, " ", -1);
    webhook->owner.id = g_strdup("ann");
    webhook->owner.email = g_strdup("ann@example.com");
    webhook->version = 1;
    webhook->created_at_ms = KIT_NOW;
    webhook->updated_at_ms = KIT_NOW;
    g_ptr_array_add(webhook->secrets, jw_webhook_secret_new(sealed, KIT_NOW));
    return webhook;
}

static void
insert(NtfKit *kit, const JwWebhook *webhook)
{
    JwCreate create = JW_CREATE_EXISTS;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_create_webhook(kit->ntf.store, webhook, &create, &error), error);
    assert_int_equal(create, JW_CREATE_NEW);
}

static void
make_webhook(NtfKit *kit, const char *id, const char *events)
{
    g_autoptr(JwWebhook) webhook = new_webhook(kit, id, events);

    insert(kit, webhook);
}

static JwWebhook *
get_webhook(NtfKit *kit, const char *id)
{
    JwWebhook *webhook = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_get_webhook(kit->ntf.store, id, &webhook, &error), error);
    return webhook;
}

/* What a webhook got, the newest first. (transfer full) */
static GPtrArray *
events_of(NtfKit *kit, const char *id)
{
    const JwEventQuery query = { .webhook_id = id, .limit = 100 };
    GPtrArray *list = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_list_events(kit->ntf.store, &query, &list, &error), error);
    return list;
}

/* The one thing that it got. (transfer full) */
static JwDelivery *
only_event(NtfKit *kit, const char *id)
{
    g_autoptr(GPtrArray) list = events_of(kit, id);

    assert_int_equal(list->len, 1);
    return g_ptr_array_steal_index(list, 0);
}

static void
assert_n_events(NtfKit *kit, const char *id, const char *type, guint expected)
{
    g_autoptr(GPtrArray) list = events_of(kit, id);
    g_autofree char *begins = g_strdup_printf("{\"type\":\"%s\",", type);
    guint n = 0;

    for (guint i = 0; i < list->len; i++) {
        n += g_str_has_prefix(((JwDelivery *)g_ptr_array_index(list, i))->event, begins) ? 1u : 0u;
    }
    assert_int_equal(n, expected);
}

/* Posts what is in the lanes; how many. */
static guint
post_all(Ntf *ntf)
{
    guint n = 0;

    for (;; n++) {
        g_autofree char *webhook = NULL;
        g_autofree char *id = ntf_lanes_pop(ntf->lanes, 0, &webhook);

        if (id == NULL) {
            return n;
        }
        ntf_lanes_done(ntf->lanes, webhook, id, ntf_post(ntf, id));
    }
}

/* Lets @ms pass, and posts what is due then. */
static guint
after(NtfKit *kit, int64_t ms)
{
    tk_clock_advance(&kit->ports->clock.fake, ms);
    kit_keep(&kit->ntf);
    return post_all(&kit->ntf);
}

static char *
complete(NtfKit *kit, const char *recipients)
{
    char *job_id = kit_make_job(kit, recipients);

    kit_complete_job(kit, job_id);
    assert_int_equal(kit_completed(kit, job_id), JW_VERDICT_DONE);
    return job_id;
}

static void
test_completed_job_is_told_once(void **state)
{
    NtfKit *kit = *state;

    make_webhook(kit, HOOK, "report.generated report.failed");
    make_webhook(kit, OTHER, "report.sent");
    g_autofree char *job_id = complete(kit, "");
    assert_int_equal(kit_completed(kit, job_id), JW_VERDICT_DONE);
    g_autoptr(JwDelivery) event = only_event(kit, HOOK);
    g_autoptr(GPtrArray) none = events_of(kit, OTHER);
    assert_int_equal(none->len, 0);
    assert_string_equal(event->job_id, job_id);
    assert_string_equal(event->request_id, "request-1");
    g_autofree char *expected = g_strdup_printf(
        "{\"type\":\"report.generated\",\"timestamp\":\"*\",\"data\":{\"reportId\":\"%s\","
        "\"jobId\":\"%s\",\"reportType\":\"call-records\",\"name\":\"Weekly calls\",\"jobUrl\":"
        "\"" KIT_PUBLIC_URL "/api/v2/reports/jobs/%s\",\"empty\":false,\"file\":{\"name\":"
        "\"calls.csv\",*\"sizeBytes\":10,\"sha256\":\"*\",\"downloadUrl\":\"*/download\",*},"
        "\"recordsProcessed\":*,\"generationDurationMs\":*,\"recipientsCount\":0}}",
        job_id, job_id, job_id);
    if (!g_pattern_match_simple(expected, event->event)) {
        fail_msg("%s", event->event);
    }
    g_autoptr(JwJob) job = kit_job(kit->ports, job_id);
    assert_false(job->mail_pending);
    assert_int_equal(post_all(&kit->ntf), 1);
    assert_int_equal(kit->poster.posts->len, 1);
}

/* Without its event it is found by its document, as mail is. */
static void
test_lost_event(void **state)
{
    NtfKit *kit = *state;

    make_webhook(kit, HOOK, ALL);
    g_autofree char *job_id = kit_make_job(kit, "");
    kit_complete_job(kit, job_id);
    kit_look_again(kit);
    assert_n_events(kit, HOOK, "report.generated", 1);
    g_autoptr(JwJob) job = kit_job(kit->ports, job_id);
    assert_false(job->mail_pending);
    kit_look_again(kit);
    assert_n_events(kit, HOOK, "report.generated", 1);
}

static void
test_failed_job(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *job_id = kit_make_job(kit, "");

    make_webhook(kit, HOOK, ALL);
    kit_change(kit->ports, (JwJobChange){ .job_id = job_id,
                                          .transition = JW_CHANGE_FAIL_FINAL,
                                          .token = kit_claim(kit->ports, job_id),
                                          .error_code = "TOO_LARGE",
                                          .error_message = "too \"large\"" });
    g_autofree char *body = g_strdup_printf("{\"jobId\":\"%s\"}", job_id);
    assert_int_equal(kit_event(kit, JW_TYPE_JOB_FAILED, body, NULL), JW_VERDICT_DONE);
    assert_int_equal(kit_event(kit, JW_TYPE_JOB_FAILED, body, NULL), JW_VERDICT_DONE);
    g_autoptr(JwDelivery) event = only_event(kit, HOOK);
    assert_true(g_pattern_match_simple(
        "{\"type\":\"report.failed\",*\"error\":{\"code\":\"TOO_LARGE\",\"message\":\"too "
        "\\\"large\\\"\"},\"attempts\":1}}",
        event->event));
}

static void
changed(NtfKit *kit, const char *job_id, const JwDelivery *mail)
{
    g_autofree char *body = g_strdup_printf(
        "{\"jobId\":\"%s\",\"deliveryId\":\"%s\",\"channel\":\"mail\",\"state\":\"%s\"}", job_id,
        mail->id, jw_delivery_state_name(mail->state));

    assert_int_equal(kit_event(kit, JW_TYPE_DELIVERY_CHANGED, body, NULL), JW_VERDICT_DONE);
}

/* Ends the mail to that address. */
static void
end_mail(NtfKit *kit, const char *job_id, const char *address, JwDeliveryTransition transition)
{
    g_autoptr(JwDelivery) wanted = jw_delivery_new(job_id, address, 0);

    kit_move(kit, wanted->id, JW_DCHANGE_CLAIM);
    kit_move(kit, wanted->id, transition);
    g_autoptr(JwDelivery) mail = kit_get(kit, wanted->id);
    changed(kit, job_id, mail);
    changed(kit, job_id, mail); /* events come twice */
}

static void
test_sent_and_bounced(void **state)
{
    NtfKit *kit = *state;

    make_webhook(kit, HOOK, "report.sent email.bounced");
    g_autofree char *job_id = complete(kit, "a@example.com b@example.com c@example.com");
    end_mail(kit, job_id, "a@example.com", JW_DCHANGE_BOUNCED);
    assert_n_events(kit, HOOK, "email.bounced", 1); /* at once */
    assert_n_events(kit, HOOK, "report.sent", 0);
    end_mail(kit, job_id, "b@example.com", JW_DCHANGE_FAILED);
    assert_n_events(kit, HOOK, "report.sent", 0);
    end_mail(kit, job_id, "c@example.com", JW_DCHANGE_SENT);
    assert_n_events(kit, HOOK, "report.sent", 1);
    assert_n_events(kit, HOOK, "email.bounced", 1);
    g_autoptr(GPtrArray) list = events_of(kit, HOOK);
    for (guint i = 0; i < list->len; i++) {
        const char *event = ((JwDelivery *)g_ptr_array_index(list, i))->event;
        assert_true(
            g_pattern_match_simple(
                "{\"type\":\"report.sent\",*\"recipientsCount\":3,\"successfulDeliveries\":1,"
                "\"failedDeliveries\":1,\"bouncedDeliveries\":1,\"allDelivered\":false}}",
                event)
            || g_pattern_match_simple(
                "{\"type\":\"email.bounced\",*\"email\":\"a@example.com\",*\"reason\":*}}", event));
    }
}

static void
test_all_bounced_is_not_sent(void **state)
{
    NtfKit *kit = *state;

    make_webhook(kit, HOOK, ALL);
    g_autofree char *job_id = complete(kit, "a@example.com b@example.com");
    end_mail(kit, job_id, "a@example.com", JW_DCHANGE_BOUNCED);
    end_mail(kit, job_id, "b@example.com", JW_DCHANGE_BOUNCED);
    assert_n_events(kit, HOOK, "email.bounced", 2);
    assert_n_events(kit, HOOK, "report.sent", 0);
    g_autoptr(JwJob) job = kit_job(kit->ports, job_id);
    assert_false(job->mail_pending);
}

/* A bounce whose event was lost is told of when all mails have ended. */
static void
test_bounce_without_its_event(void **state)
{
    NtfKit *kit = *state;

    make_webhook(kit, HOOK, ALL);
    g_autofree char *job_id = complete(kit, "a@example.com b@example.com");
    g_autoptr(JwDelivery) mail = jw_delivery_new(job_id, "a@example.com", 0);
    kit_move(kit, mail->id, JW_DCHANGE_CLAIM);
    kit_move(kit, mail->id, JW_DCHANGE_BOUNCED);
    end_mail(kit, job_id, "b@example.com", JW_DCHANGE_SENT);
    assert_n_events(kit, HOOK, "email.bounced", 1);
    assert_n_events(kit, HOOK, "report.sent", 1);
}

static void
test_who_is_told(void **state)
{
    static const struct {
        const char *types, *departments; /* of the webhook; NULL: all */
        const char *of_job;              /* departments; NULL: none */
        int64_t created_ms;
        guint told;
    } cases[] = {
        { NULL, NULL, NULL, KIT_NOW, 1 },
        { NULL, NULL, "d1", KIT_NOW, 1 },
        { "cdr call-records", NULL, NULL, KIT_NOW, 1 },
        { "cdr", NULL, NULL, KIT_NOW, 0 },
        { NULL, "d1", NULL, KIT_NOW, 0 }, /* of everybody's: more than d1 */
        { NULL, "d1", "d1", KIT_NOW, 1 },
        { NULL, "d1", "d1 d2", KIT_NOW, 0 },
        { NULL, "d1 d2", "d1 d2", KIT_NOW, 1 },
        { NULL, "d1", "d2", KIT_NOW, 0 },
        { NULL, NULL, NULL, KIT_NOW + 30 * SECOND, 1 }, /* clocks differ */
        { NULL, NULL, NULL, KIT_NOW + HOUR, 0 },        /* of what was before it */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(NtfKit) kit = kit_new();
        g_autoptr(JwWebhook) webhook = new_webhook(kit, HOOK, ALL);
        g_autoptr(JwJob) job = kit_new_job(kit->ports);

        webhook->report_types = cases[i].types != NULL ? g_strsplit(cases[i].types, " ", -1) : NULL;
        webhook->departments =
            cases[i].departments != NULL ? g_strsplit(cases[i].departments, " ", -1) : NULL;
        webhook->created_at_ms = cases[i].created_ms;
        insert(kit, webhook);
        job->departments = cases[i].of_job != NULL ? g_strsplit(cases[i].of_job, " ", -1) : NULL;
        g_autofree char *job_id = kit_insert_job(kit->ports, job);
        kit_complete_job(kit, job_id);
        assert_int_equal(kit_completed(kit, job_id), JW_VERDICT_DONE);
        g_autoptr(GPtrArray) list = events_of(kit, HOOK);
        assert_int_equal(list->len, cases[i].told);
    }
    (void)state;
}

/* "url id time signatures body" of the last post. (transfer full) */
static char **
last_post(const NtfKit *kit, int signatures)
{
    const char *text = g_ptr_array_index(kit->poster.posts, kit->poster.posts->len - 1);

    return g_strsplit(text, " ", 4 + signatures);
}

static void
assert_signed(NtfKit *kit, const JwDelivery *event, const char *sealed, const char *time,
              const char *signature)
{
    g_autoptr(GError) error = NULL;
    char *secret = jw_webhook_secret_open(kit->ntf.webhook_keys, HOOK, sealed, &error);

    assert_ok(secret != NULL, error);
    g_autofree char *expected = jw_webhook_sign(
        secret, event->message_id, g_ascii_strtoll(time, NULL, 10), event->event, &error);
    assert_string_equal(signature, expected);
    jw_webhook_secret_wipe(secret);
}

static void
test_posted(void **state)
{
    NtfKit *kit = *state;
    g_autoptr(JwWebhook) webhook = new_webhook(kit, HOOK, ALL);
    g_autoptr(JwWebhook) spare = new_webhook(kit, HOOK, ALL);
    JwWebhookSecret *old = g_ptr_array_steal_index(spare->secrets, 0);
    g_autoptr(JwWebhook) spent = new_webhook(kit, HOOK, ALL);
    JwWebhookSecret *over = g_ptr_array_steal_index(spent->secrets, 0);

    old->until_ms = KIT_NOW + HOUR;
    over->until_ms = KIT_NOW;
    g_ptr_array_add(webhook->secrets, old);
    g_ptr_array_add(webhook->secrets, over);
    insert(kit, webhook);
    kit->poster.answer = "thanks";
    kit->poster.duration_ms = 12;
    g_autofree char *job_id G_GNUC_UNUSED = complete(kit, "");
    assert_int_equal(post_all(&kit->ntf), 1);
    g_autoptr(JwDelivery) event = only_event(kit, HOOK);
    assert_int_equal(event->state, JW_DELIVERY_SENT);
    assert_string_equal(event->reply, "HTTP 200");
    assert_int_equal(event->sent_at_ms, KIT_NOW);
    assert_int_equal(event->tries->len, 1);
    const JwDeliveryTry *tried = g_ptr_array_index(event->tries, 0);
    assert_int_equal(tried->status, 200);
    assert_int_equal(tried->duration_ms, 12);
    assert_string_equal(tried->answer, "thanks");
    assert_null(tried->why);
    g_auto(GStrv) post = last_post(kit, 2); /* the one that is over signs no more */
    assert_string_equal(post[0], webhook->url);
    assert_string_equal(post[1], event->message_id);
    assert_int_equal(g_ascii_strtoll(post[2], NULL, 10), KIT_NOW / 1000);
    const JwWebhookSecret *newest = g_ptr_array_index(webhook->secrets, 0);
    assert_signed(kit, event, newest->sealed, post[2], post[3]);
    assert_signed(kit, event, old->sealed, post[2], post[4]);
    assert_string_equal(post[5], event->event);
    assert_int_equal(after(kit, 10 * HOUR), 0);
}

static void
test_retried_by_the_schedule(void **state)
{
    NtfKit *kit = *state;

    make_webhook(kit, HOOK, ALL);
    kit->poster.status = 500;
    g_autofree char *job_id G_GNUC_UNUSED = complete(kit, "");
    assert_int_equal(post_all(&kit->ntf), 1);
    assert_int_equal(after(kit, 4 * SECOND), 0); /* 5 s, ± 10 % */
    assert_int_equal(after(kit, 2 * SECOND), 1);
    assert_int_equal(after(kit, 4 * MINUTE), 0);
    assert_int_equal(after(kit, 2 * MINUTE), 1);
    assert_int_equal(after(kit, 26 * MINUTE), 0);
    g_autoptr(JwDelivery) waits = only_event(kit, HOOK);
    assert_int_equal(waits->state, JW_DELIVERY_QUEUED);
    assert_string_equal(waits->reply, "HTTP 500");
    assert_int_equal(after(kit, 8 * MINUTE), 1);
    g_autoptr(JwDelivery) failed = only_event(kit, HOOK);
    assert_int_equal(failed->state, JW_DELIVERY_FAILED);
    assert_string_equal(failed->reply, "given up after 4 attempts: HTTP 500");
    assert_int_equal(failed->tries->len, 4);
    g_autoptr(JwWebhook) webhook = get_webhook(kit, HOOK);
    assert_int_equal(webhook->failing_since_ms, KIT_NOW);
    assert_string_equal(webhook->failing_why, "HTTP 500");
    assert_int_equal(webhook->disabled_at_ms, 0);
    assert_int_equal(after(kit, 100 * HOUR), 0);
}

static void
test_retry_after(void **state)
{
    NtfKit *kit = *state;

    make_webhook(kit, HOOK, ALL);
    kit->poster.status = 429;
    kit->poster.retry_after_ms = 10 * MINUTE;
    g_autofree char *job_id G_GNUC_UNUSED = complete(kit, "");
    assert_int_equal(post_all(&kit->ntf), 1);
    assert_int_equal(after(kit, 9 * MINUTE), 0);
    kit->poster.retry_after_ms = 1000 * HOUR; /* more than a day is not waited for */
    assert_int_equal(after(kit, 2 * MINUTE), 1);
    assert_int_equal(after(kit, 23 * HOUR), 0);
    kit->poster.status = 204;
    assert_int_equal(after(kit, 2 * HOUR), 1);
    g_autoptr(JwDelivery) event = only_event(kit, HOOK);
    assert_int_equal(event->state, JW_DELIVERY_SENT);
    g_autoptr(JwWebhook) webhook = get_webhook(kit, HOOK);
    assert_int_equal(webhook->failing_since_ms, 0); /* it succeeded */
    assert_null(webhook->failing_why);
}

static void
test_no_answer(void **state)
{
    NtfKit *kit = *state;

    make_webhook(kit, HOOK, ALL);
    kit->poster.why = "no whole answer within 20000 ms";
    g_autofree char *job_id G_GNUC_UNUSED = complete(kit, "");
    assert_int_equal(post_all(&kit->ntf), 1);
    g_autoptr(JwDelivery) event = only_event(kit, HOOK);
    assert_int_equal(event->state, JW_DELIVERY_QUEUED);
    assert_string_equal(event->reply, kit->poster.why);
    const JwDeliveryTry *tried = g_ptr_array_index(event->tries, 0);
    assert_int_equal(tried->status, 0);
    assert_string_equal(tried->why, kit->poster.why);
}

/* Broken off by our own end is no attempt of the receiver's. */
static void
test_stopped(void **state)
{
    NtfKit *kit = *state;

    make_webhook(kit, HOOK, ALL);
    kit->poster.stopped = true;
    kit->poster.status = 0;
    g_autofree char *job_id G_GNUC_UNUSED = complete(kit, "");
    assert_int_equal(post_all(&kit->ntf), 1);
    g_autoptr(JwDelivery) event = only_event(kit, HOOK);
    assert_int_equal(event->state, JW_DELIVERY_QUEUED);
    assert_int_equal(event->tries->len, 0);
    g_autoptr(JwWebhook) webhook = get_webhook(kit, HOOK);
    assert_int_equal(webhook->failing_since_ms, 0);
    kit->poster.stopped = false;
    kit->poster.status = 200;
    assert_int_equal(after(kit, 2 * SECOND), 1);
}

/* Ann's mails about a disabled webhook. */
static guint
notices(NtfKit *kit)
{
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_list_deliveries(kit->ntf.store, HOOK, &list, &error), error);
    for (guint i = 0; i < list->len; i++) {
        const JwDelivery *mail = g_ptr_array_index(list, i);

        assert_int_equal(mail->kind, JW_DELIVERY_MESSAGE);
        assert_string_equal(mail->recipient, "ann@example.com");
        assert_string_equal(mail->subject, "A webhook was disabled");
        assert_non_null(strstr(mail->text, "https://example.com/" HOOK));
    }
    return list->len;
}

static void
test_gone_disables_at_once(void **state)
{
    NtfKit *kit = *state;

    make_webhook(kit, HOOK, ALL);
    kit->poster.status = 410;
    g_autofree char *job_id G_GNUC_UNUSED = complete(kit, "");
    assert_int_equal(post_all(&kit->ntf), 1);
    g_autoptr(JwDelivery) event = only_event(kit, HOOK);
    assert_int_equal(event->state, JW_DELIVERY_FAILED);
    g_autoptr(JwWebhook) webhook = get_webhook(kit, HOOK);
    assert_int_equal(webhook->disabled_at_ms, KIT_NOW);
    assert_string_equal(webhook->disabled_reason, "it answered 410 Gone");
    assert_true(webhook->notice_pending);
    kit_keep(&kit->ntf);
    kit_keep(&kit->second);
    assert_int_equal(notices(kit), 1);
    g_autoptr(JwWebhook) told = get_webhook(kit, HOOK);
    assert_false(told->notice_pending);
    /* what it misses is kept */
    g_autofree char *next G_GNUC_UNUSED = complete(kit, "");
    assert_int_equal(post_all(&kit->ntf), 0);
    assert_int_equal(after(kit, HOUR), 0);
    g_autoptr(GPtrArray) list = events_of(kit, HOOK);
    assert_int_equal(list->len, 2);
    for (guint i = 0; i < list->len; i++) {
        const JwDelivery *one = g_ptr_array_index(list, i);
        assert_int_equal(one->state, JW_DELIVERY_FAILED);
        assert_true(one->finished_at_ms != 0);
    }
}

static void
test_disabled_after_a_week(void **state)
{
    NtfKit *kit = *state;

    make_webhook(kit, HOOK, ALL);
    kit->poster.status = 500;
    g_autofree char *first G_GNUC_UNUSED = complete(kit, "");
    assert_int_equal(post_all(&kit->ntf), 1);
    tk_clock_advance(&kit->ports->clock.fake, 7 * 24 * HOUR - SECOND);
    assert_int_equal(after(kit, 0), 1);
    g_autoptr(JwWebhook) failing = get_webhook(kit, HOOK);
    assert_int_equal(failing->disabled_at_ms, 0);
    assert_int_equal(after(kit, 6 * MINUTE), 1);
    g_autoptr(JwWebhook) disabled = get_webhook(kit, HOOK);
    assert_true(disabled->disabled_at_ms != 0);
    assert_true(g_pattern_match_simple("every attempt since * failed, the last by: HTTP 500",
                                       disabled->disabled_reason));
    kit_keep(&kit->ntf);
    assert_int_equal(notices(kit), 1);
    assert_int_equal(after(kit, HOUR), 1); /* its retry, which ends without a post */
    assert_int_equal(kit->poster.posts->len, 3);
    g_autoptr(JwDelivery) event = only_event(kit, HOOK);
    assert_int_equal(event->state, JW_DELIVERY_FAILED);
    assert_true(g_str_has_prefix(event->reply, "not sent: the webhook is disabled (every attempt"));
}

static void
test_success_ends_the_week(void **state)
{
    NtfKit *kit = *state;

    make_webhook(kit, HOOK, ALL);
    for (int day = 0; day < 20; day++) {
        kit->poster.status = day % 5 == 4 ? 200 : 500;
        g_autofree char *job_id G_GNUC_UNUSED = complete(kit, "");
        (void)post_all(&kit->ntf);
        tk_clock_advance(&kit->ports->clock.fake, 24 * HOUR);
    }
    g_autoptr(JwWebhook) webhook = get_webhook(kit, HOOK);
    assert_int_equal(webhook->disabled_at_ms, 0);
}

static void
test_test_of_a_disabled_one(void **state)
{
    NtfKit *kit = *state;
    g_autoptr(JwWebhook) webhook = new_webhook(kit, HOOK, ALL);
    g_autoptr(JwDelivery) test =
        jw_delivery_new_event(HOOK, "event", HOOK, "{\"type\":\"webhook.test\"}", KIT_NOW);
    const JwDelivery *all[] = { test };
    JwCreate create = JW_CREATE_EXISTS;
    g_autoptr(GError) error = NULL;

    webhook->disabled_at_ms = KIT_NOW;
    insert(kit, webhook);
    assert_ok(jw_store_create_deliveries(kit->ntf.store, all, 1, &create, &error), error);
    assert_int_equal(after(kit, 2 * SECOND), 1);
    assert_int_equal(kit->poster.posts->len, 1);
}

static void
test_deleted(void **state)
{
    NtfKit *kit = *state;
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    make_webhook(kit, HOOK, ALL);
    g_autofree char *job_id G_GNUC_UNUSED = complete(kit, "");
    assert_ok(jw_store_delete_webhook(kit->ntf.store, HOOK, KIT_NOW, &cas, &error), error);
    assert_int_equal(post_all(&kit->ntf), 1);
    g_autoptr(JwDelivery) event = only_event(kit, HOOK);
    assert_int_equal(event->state, JW_DELIVERY_FAILED);
    assert_string_equal(event->reply, "not sent: the webhook was deleted");
    assert_int_equal(kit->poster.posts->len, 0);
}

/* A key that is missing here is not the receiver's fault. */
static void
test_key_is_missing(void **state)
{
    NtfKit *kit = *state;
    g_autoptr(GError) error = NULL;

    make_webhook(kit, HOOK, ALL);
    g_autofree char *job_id G_GNUC_UNUSED = complete(kit, "");
    jw_keyring_free(kit->ntf.webhook_keys);
    kit->ntf.webhook_keys = jw_keyring_new("kit", "other:0123456789abcdef0123456789abcdef", &error);
    assert_int_equal(post_all(&kit->ntf), 1);
    g_autoptr(JwDelivery) event = only_event(kit, HOOK);
    assert_int_equal(event->state, JW_DELIVERY_QUEUED);
    assert_true(g_pattern_match_simple("JW_WEBHOOK_KEYS has no key 'kit'*", event->reply));
    assert_int_equal(event->attempts, 0); /* it was none of the receiver's */
    assert_int_equal(kit->poster.posts->len, 0);
    g_autoptr(JwWebhook) webhook = get_webhook(kit, HOOK);
    assert_int_equal(webhook->failing_since_ms, 0);
}

/* Whatever call of the store fails, and whether this sender goes on or ends with it: the event is
 * posted, by another notifier if need be, always under one id. */
static void
fail_each_call(bool dies)
{
    for (size_t f = 0; f < kit_n_faults; f++) {
        bool reached = true;

        for (int n = 1; reached && n < 40; n++) {
            g_autoptr(NtfKit) kit = kit_new();
            g_autofree char *webhook = NULL;

            make_webhook(kit, HOOK, ALL);
            g_autofree char *job_id G_GNUC_UNUSED = complete(kit, "");
            if (dies) {
                kit->ntf.config.dead_after_ms = -2;
            }
            g_autofree char *id = ntf_lanes_pop(kit->ntf.lanes, 0, &webhook);
            kit_fault_at(kit->ports, n, kit_faults[f]);
            (void)ntf_post(&kit->ntf, id);
            reached = kit_fault_met(kit->ports);
            for (int round = 0; round < 9; round++) {
                tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE);
                kit_keep(&kit->second);
                (void)post_all(&kit->second);
            }
            g_autoptr(JwDelivery) event = only_event(kit, HOOK);
            assert_int_equal(event->state, JW_DELIVERY_SENT);
            assert_true(kit->poster.posts->len >= 1);
            for (guint i = 0; i < kit->poster.posts->len; i++) {
                const char *post = g_ptr_array_index(kit->poster.posts, i);
                assert_non_null(strstr(post, event->message_id));
            }
        }
        assert_false(reached);
    }
}

static void
test_every_call_fails(void **state G_GNUC_UNUSED)
{
    fail_each_call(false);
}

static void
test_dies_at_every_call(void **state G_GNUC_UNUSED)
{
    fail_each_call(true);
}

/* Each call that fails while a job is told of: it is told in the end, and once. */
static void
test_every_call_of_intake_fails(void **state G_GNUC_UNUSED)
{
    for (size_t f = 0; f < kit_n_faults; f++) {
        bool reached = true;

        for (int n = 1; reached && n < 60; n++) {
            g_autoptr(NtfKit) kit = kit_new();
            g_autofree char *job_id = kit_make_job(kit, "ann@example.com");
            g_autofree char *body = g_strdup_printf("{\"jobId\":\"%s\"}", job_id);

            make_webhook(kit, HOOK, ALL);
            kit_complete_job(kit, job_id);
            kit_fault_at(kit->ports, n, kit_faults[f]);
            (void)kit_event(kit, JW_TYPE_JOB_COMPLETED, body, NULL);
            reached = kit_fault_met(kit->ports);
            for (int i = 0; i < 3; i++) {
                kit_look_again(kit);
            }
            assert_n_events(kit, HOOK, "report.generated", 1);
            assert_n_events(kit, HOOK, "report.sent", 1);
            g_autoptr(JwJob) job = kit_job(kit->ports, job_id);
            assert_false(job->mail_pending);
        }
        assert_false(reached);
    }
}

static void
test_old_events_are_removed(void **state)
{
    NtfKit *kit = *state;

    make_webhook(kit, HOOK, ALL);
    g_autofree char *job_id G_GNUC_UNUSED = complete(kit, "");
    assert_int_equal(post_all(&kit->ntf), 1);
    (void)after(kit, 30 * 24 * HOUR - MINUTE);
    assert_n_events(kit, HOOK, "report.generated", 1);
    (void)after(kit, HOUR);
    assert_n_events(kit, HOOK, "report.generated", 0);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_completed_job_is_told_once),
        CASE(test_lost_event),
        CASE(test_failed_job),
        CASE(test_sent_and_bounced),
        CASE(test_all_bounced_is_not_sent),
        CASE(test_bounce_without_its_event),
        CASE(test_who_is_told),
        CASE(test_posted),
        CASE(test_retried_by_the_schedule),
        CASE(test_retry_after),
        CASE(test_no_answer),
        CASE(test_stopped),
        CASE(test_gone_disables_at_once),
        CASE(test_disabled_after_a_week),
        CASE(test_success_ends_the_week),
        CASE(test_test_of_a_disabled_one),
        CASE(test_deleted),
        CASE(test_key_is_missing),
        cmocka_unit_test(test_every_call_fails),
        cmocka_unit_test(test_dies_at_every_call),
        cmocka_unit_test(test_every_call_of_intake_fails),
        CASE(test_old_events_are_removed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
