/* test_send.c: one delivery from claim to end, by the answers of the mail server and of the store
 * holds. */
#include "ntfkit.h"

#include <string.h>

#include "../../../libs/mail/src/mail_private.h"
#include "jw/store_files.h"
#include "jw/store_suppressions.h"

static void
test_outcomes(void **state G_GNUC_UNUSED)
{
    static const struct {
        JwMailOutcome outcome;
        const char *reply;
        JwDeliveryState state;
        bool dot;
        size_t mails, events;
        JwDeliveryCounts counts; /* of the job, after the roll-up */
    } cases[] = {
        { JW_MAIL_SENT, "250 queued as 7", JW_DELIVERY_SENT, true, 1, 1, { 1, 1, 0, 0, 0 } },
        { JW_MAIL_LATER, "421 busy", JW_DELIVERY_QUEUED, false, 0, 1, { 1, 0, 0, 0, 0 } },
        { JW_MAIL_BOUNCED,
          "550 no such user",
          JW_DELIVERY_BOUNCED,
          false,
          0,
          1,
          { 1, 0, 0, 1, 0 } },
        { JW_MAIL_FAILED, "554 no", JW_DELIVERY_FAILED, false, 0, 1, { 1, 0, 1, 0, 0 } },
        { JW_MAIL_UNKNOWN, "gone", JW_DELIVERY_UNKNOWN, true, 1, 1, { 1, 0, 0, 0, 1 } },
        { JW_MAIL_STOPPED, "stopped", JW_DELIVERY_QUEUED, false, 0, 1, { 1, 0, 0, 0, 0 } },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(NtfKit) kit = kit_new();
        g_autofree char *id = kit_delivery(kit);
        g_autoptr(GError) error = NULL;

        jw_mail_mem_next(kit->ntf.mail, cases[i].outcome, cases[i].reply);
        ntf_send(&kit->ntf, id);
        g_autoptr(JwDelivery) delivery = kit_get(kit, id);
        assert_int_equal(delivery->state, cases[i].state);
        assert_int_equal(delivery->data_sent, cases[i].dot);
        assert_int_equal(delivery->attempts, 1);
        assert_int_equal(delivery->token, 1);
        assert_string_equal(delivery->reply, cases[i].reply);
        assert_int_equal(jw_mail_mem_count(kit->ntf.mail), cases[i].mails);
        assert_int_equal(kit_events(delivery->outbox, JW_TYPE_DELIVERY_CHANGED), cases[i].events);
        assert_int_equal(delivery->finished_at_ms != 0,
                         cases[i].state == JW_DELIVERY_SENT || cases[i].state == JW_DELIVERY_BOUNCED
                             || cases[i].state == JW_DELIVERY_FAILED);
        assert_int_equal(delivery->sent_at_ms != 0, cases[i].state == JW_DELIVERY_SENT);
        assert_false(delivery->maybe_duplicate);
        if (cases[i].state == JW_DELIVERY_QUEUED) {
            assert_in_range(delivery->not_before_ms - KIT_NOW, 24000, 36000);
        }
        assert_ok(ntf_roll_up(&kit->ntf, delivery->job_id, &error), error);
        g_autoptr(JwJob) job = kit_job(kit->ports, delivery->job_id);
        assert_memory_equal(&job->deliveries, &cases[i].counts, sizeof job->deliveries);
    }
}

static void
test_message(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *id = kit_delivery(kit);
    g_autofree char *line = g_strdup_printf("Message-ID: <%s@jobwire.local>", id);

    ntf_send(&kit->ntf, id);
    assert_string_equal(jw_mail_mem_recipient(kit->ntf.mail, 0), "ann@example.com");
    g_autofree char *text = kit_message(kit, 0);
    g_autofree char *lower = g_ascii_strdown(text, -1);
    g_autofree char *lower_line = g_ascii_strdown(line, -1);
    assert_non_null(strstr(lower, lower_line));
    assert_non_null(strstr(text, "calls.csv"));
    assert_null(strstr(text, "/links/"));
}

static char *
without_soft_breaks(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "=\r\n", -1);

    return g_strjoinv("", lines);
}

/* The link of the plain text, a line of its own. (transfer full) */
static char *
take_link(const char *mail)
{
    const char *link = strstr(mail, KIT_PUBLIC_URL "/links/");

    assert_non_null(link);
    return g_strndup(link, strcspn(link, "\r"));
}

/* Over JW_ATTACH_MAX by one byte of the mail: the link instead; the file is not even read. */
static void
test_link_instead_of_attachment(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *id = kit_delivery(kit);
    g_autoptr(JwDelivery) delivery = kit_get(kit, id);
    g_autoptr(JwJob) job = kit_job(kit->ports, delivery->job_id);
    g_autoptr(GError) error = NULL;

    kit->ntf.config.attach_max_bytes = jw_mail_part_size((int64_t)strlen(KIT_REPORT)) - 1;
    assert_ok(jw_store_delete_file(kit->ntf.store, job->artifact->file_id, &error), error);
    ntf_send(&kit->ntf, id);
    g_autofree char *text = kit_message(kit, 0);
    g_autofree char *whole = without_soft_breaks(text);
    g_autofree char *link = take_link(whole);
    JwLinkToken token = { 0 };
    assert_true(
        jw_link_token_check(kit->ntf.links, link + strlen(KIT_PUBLIC_URL "/links/"), &token));
    assert_string_equal(token.id, id);
    /* the artifact's time comes before that of links */
    assert_int_equal(token.expires_ms, KIT_NOW + 24 * HOUR);
    assert_non_null(strstr(whole, "The link works until 12 Jan 2021, 00:00 UTC"));
    assert_null(strstr(whole, "calls.csv\""));
}

/* A resend is the same message, and its link goes on for as long as the first said. */
static void
test_link_of_a_resend(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *id = kit_delivery(kit);

    kit->ntf.config.attach_max_bytes = 0;
    kit->ntf.config.link_ttl_ms = HOUR;
    jw_mail_mem_next(kit->ntf.mail, JW_MAIL_UNKNOWN, "gone");
    ntf_send(&kit->ntf, id);
    tk_clock_advance(&kit->ports->clock.fake, 30 * MINUTE);
    kit_keep(&kit->ntf);
    tk_clock_advance(&kit->ports->clock.fake, 2000);
    kit_keep(&kit->ntf);
    (void)kit_send_queued(&kit->ntf);
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 2);
    g_autofree char *first = kit_message(kit, 0);
    g_autofree char *second = kit_message(kit, 1);
    assert_string_equal(first, second);
    g_autofree char *whole = without_soft_breaks(first);
    assert_non_null(strstr(whole, "The link works until 11 Jan 2021, 01:00 UTC"));
}

/* A link that would not work when it arrives is not sent. */
static void
test_link_is_over(void **state G_GNUC_UNUSED)
{
    static const struct {
        bool revoked;
        int64_t attach_max_bytes;
        const char *reply;
    } cases[] = {
        { true, 0, "revoked" },
        { true, 1000000, "revoked" }, /* nor is its attachment sent */
        { false, 0, "time of its download link was over" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(NtfKit) kit = kit_new();
        g_autofree char *id = kit_delivery(kit);
        g_autoptr(GError) error = NULL;
        JwCas cas = JW_CAS_LOST;

        kit->ntf.config.attach_max_bytes = cases[i].attach_max_bytes;
        if (cases[i].revoked) {
            assert_ok(jw_store_revoke_link(kit->ntf.store, id, KIT_NOW, &cas, &error), error);
            assert_int_equal(cas, JW_CAS_WON);
        } else {
            tk_clock_advance(&kit->ports->clock.fake, 24 * HOUR);
        }
        ntf_send(&kit->ntf, id);
        g_autoptr(JwDelivery) delivery = kit_get(kit, id);
        assert_int_equal(delivery->state, JW_DELIVERY_FAILED);
        assert_non_null(strstr(delivery->reply, cases[i].reply));
        assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 0);
    }
}

static void
test_exactly_at_the_limit(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *id = kit_delivery(kit);

    kit->ntf.config.attach_max_bytes = jw_mail_part_size((int64_t)strlen(KIT_REPORT));
    ntf_send(&kit->ntf, id);
    g_autofree char *text = kit_message(kit, 0);
    assert_null(strstr(text, "/links/"));
}

/* What is gone or damaged for good fails at once, without a mail. */
static void
test_file_gone(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *id = kit_delivery(kit);
    g_autoptr(JwDelivery) before = kit_get(kit, id);
    g_autoptr(JwJob) job = kit_job(kit->ports, before->job_id);
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_delete_file(kit->ntf.store, job->artifact->file_id, &error), error);
    ntf_send(&kit->ntf, id);
    g_autoptr(JwDelivery) delivery = kit_get(kit, id);
    assert_int_equal(delivery->state, JW_DELIVERY_FAILED);
    assert_non_null(strstr(delivery->reply, "no file"));
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 0);
}

static void
replace_file(NtfKit *kit, const JwJob *job, const char *content)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *sha256 = NULL;
    int64_t size = 0;

    assert_ok(jw_store_delete_file(kit->ntf.store, job->artifact->file_id, &error), error);
    g_autoptr(JwFileWriter) writer = jw_file_writer_new(kit->ntf.store, job->artifact->file_id,
                                                        "calls.csv", "text/csv", job->id, KIT_NOW);
    assert_ok(jw_file_writer_write(writer, content, strlen(content), &error), error);
    assert_ok(jw_file_writer_finish(writer, &size, &sha256, &error), error);
}

static void
test_file_is_another(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *content, *reply;
    } cases[] = {
        { "a,b\r\n1,3\r\n", "not the one" }, /* same length */
        { "a,b\r\n", "ends after" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(NtfKit) kit = kit_new();
        g_autofree char *id = kit_delivery(kit);
        g_autoptr(JwDelivery) before = kit_get(kit, id);
        g_autoptr(JwJob) job = kit_job(kit->ports, before->job_id);

        replace_file(kit, job, cases[i].content);
        ntf_send(&kit->ntf, id);
        g_autoptr(JwDelivery) delivery = kit_get(kit, id);
        assert_int_equal(delivery->state, JW_DELIVERY_FAILED);
        assert_non_null(strstr(delivery->reply, cases[i].reply));
        assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 0);
    }
}

static char *
lone_delivery(NtfKit *kit, const char *job_id, const char *recipient)
{
    g_autoptr(JwDelivery) delivery = jw_delivery_new(job_id, recipient, KIT_NOW);
    const JwDelivery *list[] = { delivery };
    g_autoptr(GError) error = NULL;
    JwCreate create = JW_CREATE_EXISTS;

    assert_ok(jw_store_create_deliveries(kit->ntf.store, list, 1, &create, &error), error);
    return g_strdup(delivery->id);
}

static void
test_job_gone(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *id =
        lone_delivery(kit, "019480a4-5f00-7000-8000-00000000dead", "ann@example.com");

    ntf_send(&kit->ntf, id);
    g_autoptr(JwDelivery) delivery = kit_get(kit, id);
    assert_int_equal(delivery->state, JW_DELIVERY_FAILED);
    assert_non_null(strstr(delivery->reply, "gone"));
}

/* A text of its own is found when it is due and sent as it is, whether the job is still there. */
static void
test_own_text(void **state)
{
    NtfKit *kit = *state;
    JwMessageWish wish = {
        .job_id = "019480a4-5f00-7000-8000-00000000dead",
        .key = "expiry-7d:server-1",
        .recipient = "ann@example.com",
        .subject = "Your server ends",
        .text = "Dear Ann,\nit ends.\n",
        .not_before_ms = KIT_NOW + HOUR,
    };
    g_autoptr(GError) error = NULL;
    JwCreate create = JW_CREATE_EXISTS;

    assert_ok(jw_jobs_create_message(&kit->ntf.jobs, &wish, &create, &error), error);
    wish.key = "expiry-1d:server-1";
    wish.html = "<p>Dear Ann</p>";
    wish.not_before_ms = KIT_NOW + 2 * HOUR;
    assert_ok(jw_jobs_create_message(&kit->ntf.jobs, &wish, &create, &error), error);
    for (size_t hour = 0; hour < 3; hour++) {
        kit_keep(&kit->ntf);
        assert_int_equal(kit_send_queued(&kit->ntf), hour > 0);
        assert_int_equal(jw_mail_mem_count(kit->ntf.mail), hour);
        tk_clock_advance(&kit->ports->clock.fake, HOUR);
    }
    g_autofree char *plain = kit_message(kit, 0);
    assert_non_null(strstr(plain, "Subject: Your server ends\r\n"));
    assert_non_null(strstr(plain, "X-Jobwire-Job-Id: 019480a4-5f00-7000-8000-00000000dead\r\n"));
    assert_non_null(strstr(plain, "Date: Mon, 11 Jan 2021 00:00:00 +0000\r\n"));
    assert_non_null(strstr(plain, "\r\n\r\nDear Ann,\r\nit ends.\r\n"));
    assert_null(strstr(plain, "text/html"));
    g_autofree char *both = kit_message(kit, 1);
    assert_non_null(strstr(both, "<p>Dear Ann</p>"));
}

/* A document that has none of what its kind needs ends, and a channel that this version cannot
 * send by is left to another one. */
static void
test_not_for_mail(void **state)
{
    static const struct {
        JwDeliveryChannel channel;
        JwDeliveryKind kind;
        JwDeliveryState state;
        const char *reply;
    } cases[] = {
        { JW_CHANNEL_MAIL, JW_DELIVERY_MESSAGE, JW_DELIVERY_FAILED, "no subject" },
        { JW_CHANNEL_MAIL, JW_DELIVERY_EVENT, JW_DELIVERY_FAILED, "no mail of a delivery of kind" },
        { JW_CHANNEL_WEBHOOK, JW_DELIVERY_EVENT, JW_DELIVERY_QUEUED, "cannot send it" },
    };
    NtfKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *key = g_strdup_printf("key-%zu", i);
        g_autoptr(JwDelivery) made = jw_delivery_new_message(key, key, "ann@example.com", KIT_NOW);
        const JwDelivery *list[] = { made };
        g_autoptr(GError) error = NULL;
        JwCreate create = JW_CREATE_EXISTS;

        made->channel = cases[i].channel;
        made->kind = cases[i].kind;
        assert_ok(jw_store_create_deliveries(kit->ntf.store, list, 1, &create, &error), error);
        ntf_send(&kit->ntf, made->id);
        g_autoptr(JwDelivery) delivery = kit_get(kit, made->id);
        assert_int_equal(delivery->state, cases[i].state);
        assert_non_null(strstr(delivery->reply, cases[i].reply));
    }
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 0);
}

static void
test_bad_address(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *job_id = kit_make_job(kit, "");
    kit_complete_job(kit, job_id);
    g_autofree char *id = lone_delivery(kit, job_id, "ann@example.com\r\nBcc: b@example.com");

    ntf_send(&kit->ntf, id);
    g_autoptr(JwDelivery) delivery = kit_get(kit, id);
    assert_int_equal(delivery->state, JW_DELIVERY_FAILED);
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 0);
}

/* What proves nothing about the report or the recipient is tried again: the n-th call of the store
 * fails. Only a damaged report is the end, and the job's document is not the report: another
 * version may read it. */
static void
test_trouble_of_our_own(void **state G_GNUC_UNUSED)
{
    static const struct {
        JwErrorCode code;
        int call; /* 1 is the claim, 2 reads the job, 3 and 4 the report */
        JwDeliveryState state;
    } cases[] = {
        { JW_ERROR_INTERNAL, 2, JW_DELIVERY_QUEUED },
        { JW_ERROR_CORRUPT, 2, JW_DELIVERY_QUEUED },
        { JW_ERROR_INTERNAL, 3, JW_DELIVERY_QUEUED },
        { JW_ERROR_INTERNAL, 4, JW_DELIVERY_QUEUED },
        { JW_ERROR_CANCELLED, 3, JW_DELIVERY_QUEUED },
        { JW_ERROR_CONFLICT, 3, JW_DELIVERY_QUEUED },
        { JW_ERROR_CORRUPT, 3, JW_DELIVERY_FAILED },
        { JW_ERROR_CORRUPT, 4, JW_DELIVERY_FAILED },
        { JW_ERROR_NOT_FOUND, 3, JW_DELIVERY_FAILED },
        { JW_ERROR_DENIED, 3, JW_DELIVERY_FAILED },
        { JW_ERROR_INVALID, 3, JW_DELIVERY_FAILED },
        { JW_ERROR_TOO_LARGE, 3, JW_DELIVERY_FAILED },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(NtfKit) kit = kit_new();
        g_autofree char *id = kit_delivery(kit);

        jw_store_mem_fail_nth(kit->ntf.store, cases[i].call, cases[i].code, false);
        ntf_send(&kit->ntf, id);
        g_autoptr(JwDelivery) delivery = kit_get(kit, id);
        assert_int_equal(delivery->state, cases[i].state);
        assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 0);
        assert_non_null(delivery->reply);
        if (delivery->state == JW_DELIVERY_QUEUED) {
            tk_clock_advance(&kit->ports->clock.fake, HOUR);
            ntf_send(&kit->ntf, id);
            assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 1);
        }
    }
}

static bool
broken_send(const JwMailSend *order G_GNUC_UNUSED, JwMailOutcome *outcome G_GNUC_UNUSED,
            char **reply G_GNUC_UNUSED, GError **error)
{
    return jw_fail(error, JW_ERROR_INTERNAL, "no memory for a connection");
}

/* The mail library's own trouble proves nothing about the mail. */
static void
test_mail_library_fails(void **state)
{
    static const JwMailPort port = { .send = broken_send };
    NtfKit *kit = *state;
    g_autofree char *id = kit_delivery(kit);
    JwMail *mail = kit->ntf.mail;
    JwMail broken = { &port };

    kit->ntf.mail = &broken;
    ntf_send(&kit->ntf, id);
    kit->ntf.mail = mail;
    g_autoptr(JwDelivery) delivery = kit_get(kit, id);
    assert_int_equal(delivery->state, JW_DELIVERY_QUEUED);
    assert_string_equal(delivery->reply, "no memory for a connection");
    tk_clock_advance(&kit->ports->clock.fake, HOUR);
    ntf_send(&kit->ntf, id);
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 1);
}

/* Told to end before the mark: certainly not sent, and at once for whoever comes next. */
static void
test_stopping_before_the_mark(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *id = kit_delivery(kit);

    jw_stop_set(kit->ntf.stop);
    ntf_send(&kit->ntf, id);
    g_autoptr(JwDelivery) delivery = kit_get(kit, id);
    assert_int_equal(delivery->state, JW_DELIVERY_QUEUED);
    assert_false(delivery->data_sent);
    assert_int_equal(delivery->not_before_ms, kit->ports->clock.fake.now_ms);
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 0);
    Ntf *second = &kit->second;
    ntf_send(second, id);
    g_autoptr(JwDelivery) end = kit_get(kit, id);
    assert_int_equal(end->state, JW_DELIVERY_SENT);
    assert_false(end->maybe_duplicate);
}

/* Not queued, not due, or not there: nothing happens. */
static void
test_nothing_to_claim(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *bounced = kit_delivery(kit);
    g_autofree char *later = kit_delivery(kit);
    g_autofree char *sending = kit_delivery(kit);

    jw_mail_mem_next(kit->ntf.mail, JW_MAIL_BOUNCED, "550");
    ntf_send(&kit->ntf, bounced);
    jw_mail_mem_next(kit->ntf.mail, JW_MAIL_LATER, "421");
    ntf_send(&kit->ntf, later);
    kit_move(kit, sending, JW_DCHANGE_CLAIM);
    ntf_send(&kit->ntf, bounced);
    ntf_send(&kit->ntf, later);
    ntf_send(&kit->ntf, sending);
    ntf_send(&kit->ntf, "019480a4-5f00-7000-8000-00000000dead");
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 0);
    g_autoptr(JwDelivery) delivery = kit_get(kit, later);
    assert_int_equal(delivery->attempts, 1);
}

/* 4xx for days: ever longer waits, then failed. */
static void
test_given_up(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *id = kit_delivery(kit);
    int64_t longest = 0;

    for (int attempts = 1; attempts < 200; attempts++) {
        jw_mail_mem_next(kit->ntf.mail, JW_MAIL_LATER, "421 come back");
        ntf_send(&kit->ntf, id);
        g_autoptr(JwDelivery) delivery = kit_get(kit, id);
        int64_t age = kit->ports->clock.fake.now_ms - KIT_NOW;
        assert_int_equal(delivery->attempts, attempts);
        if (delivery->state == JW_DELIVERY_FAILED) {
            assert_true(age > 72 * HOUR);
            assert_non_null(strstr(delivery->reply, "given up after 72 h"));
            assert_non_null(strstr(delivery->reply, "421 come back"));
            assert_in_range(longest, 48 * MINUTE, 72 * MINUTE);
            assert_true(attempts > 60);
            return;
        }
        assert_true(age <= 72 * HOUR);
        int64_t wait = delivery->not_before_ms - kit->ports->clock.fake.now_ms;
        longest = MAX(longest, wait);
        tk_clock_advance(&kit->ports->clock.fake, wait);
    }
    fail_msg("never given up");
}

/* Each resend is the same mail to the byte. */
static void
test_same_bytes(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *id = kit_delivery(kit);

    jw_mail_mem_next(kit->ntf.mail, JW_MAIL_UNKNOWN, "gone");
    ntf_send(&kit->ntf, id);
    tk_clock_advance(&kit->ports->clock.fake, 5 * HOUR);
    kit_move(kit, id, JW_DCHANGE_RESEND);
    ntf_send(&kit->ntf, id);
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 2);
    assert_true(g_bytes_equal(jw_mail_mem_message(kit->ntf.mail, 0),
                              jw_mail_mem_message(kit->ntf.mail, 1)));
}

static void
suppress(NtfKit *kit, const char *address, const char *report_type, JwSuppressionReason reason)
{
    g_autoptr(JwSuppression) entry = jw_suppression_new(address, report_type, reason, KIT_NOW);
    JwCreate create = JW_CREATE_EXISTS;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_add_suppression(kit->ntf.store, entry, &create, &error), error);
}

/* Who is on the list gets nothing, and the delivery says why. */
static void
test_suppressed(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *address, *type;
        JwSuppressionReason reason;
        const char *reply; /* NULL: it is sent */
    } cases[] = {
        { "ann@Example.com", NULL, JW_SUPPRESSED_BOUNCED, "suppressed: the address bounced on *" },
        { "ann@example.com", "call-records", JW_SUPPRESSED_UNSUBSCRIBED,
          "suppressed: unsubscribed from call-records reports on *" },
        { "ann@example.com", NULL, JW_SUPPRESSED_MANUAL, "suppressed: put on the list on *" },
        { "ann@example.com", "learning-activity", JW_SUPPRESSED_UNSUBSCRIBED, NULL },
        { "ben@example.com", NULL, JW_SUPPRESSED_UNSUBSCRIBED, NULL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(NtfKit) kit = kit_new();
        g_autofree char *id = kit_delivery(kit);
        const char *pattern = cases[i].reply;
        g_autoptr(GError) error = NULL;

        suppress(kit, cases[i].address, cases[i].type, cases[i].reason);
        ntf_send(&kit->ntf, id);
        g_autoptr(JwDelivery) delivery = kit_get(kit, id);
        assert_int_equal(jw_mail_mem_count(kit->ntf.mail), pattern == NULL);
        assert_int_equal(delivery->state, pattern == NULL ? JW_DELIVERY_SENT : JW_DELIVERY_FAILED);
        if (pattern != NULL) {
            assert_true(g_pattern_match_simple(pattern, delivery->reply));
            assert_false(delivery->data_sent);
            assert_ok(ntf_roll_up(&kit->ntf, delivery->job_id, &error), error);
            g_autoptr(JwJob) job = kit_job(kit->ports, delivery->job_id);
            assert_int_equal(job->deliveries.failed, 1);
        }
    }
}

/* Also the mail that is sent once more because nobody knows whether it went out. */
static void
test_suppressed_before_a_resend(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *id = kit_delivery(kit);

    jw_mail_mem_next(kit->ntf.mail, JW_MAIL_UNKNOWN, "gone");
    ntf_send(&kit->ntf, id);
    suppress(kit, "ann@example.com", NULL, JW_SUPPRESSED_UNSUBSCRIBED);
    kit_move(kit, id, JW_DCHANGE_RESEND);
    ntf_send(&kit->ntf, id);
    g_autoptr(JwDelivery) delivery = kit_get(kit, id);
    assert_int_equal(delivery->state, JW_DELIVERY_FAILED);
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 1);
}

/* Of this delivery, in a header that no reader decodes, and one click. */
static void
test_unsubscribe_headers(void **state)
{
    static const char begin[] = "\r\nList-Unsubscribe: <" KIT_PUBLIC_URL "/unsubscribe/";
    NtfKit *kit = *state;
    g_autofree char *id = kit_delivery(kit);
    char named[JW_UUID_LEN + 1] = "";

    ntf_send(&kit->ntf, id);
    g_autofree char *mail = kit_message(kit, 0);
    const char *header = strstr(mail, begin);
    assert_non_null(header);
    header += strlen(begin);
    g_autofree char *token = g_strndup(header, strcspn(header, ">"));
    assert_true(jw_unsubscribe_token_check(kit->ntf.links, token, named));
    assert_string_equal(named, id);
    assert_non_null(strstr(mail, "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outcomes),
        TEST(test_message),
        TEST(test_link_instead_of_attachment),
        TEST(test_link_of_a_resend),
        TEST(test_link_is_over),
        TEST(test_exactly_at_the_limit),
        TEST(test_file_gone),
        cmocka_unit_test(test_file_is_another),
        TEST(test_job_gone),
        TEST(test_own_text),
        TEST(test_not_for_mail),
        TEST(test_bad_address),
        cmocka_unit_test(test_trouble_of_our_own),
        TEST(test_mail_library_fails),
        TEST(test_stopping_before_the_mark),
        TEST(test_nothing_to_claim),
        TEST(test_given_up),
        TEST(test_same_bytes),
        cmocka_unit_test(test_suppressed),
        TEST(test_suppressed_before_a_resend),
        TEST(test_unsubscribe_headers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
