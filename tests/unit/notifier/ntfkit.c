/* ntfkit.c: see ntfkit.h. */
#include "ntfkit.h"

#include "metrics.h"

#include <string.h>

static void
take_post(JwWebhookPoster *base, const JwWebhookPost *post, JwWebhookAnswer *ret)
{
    KitPoster *self = (KitPoster *)base;

    g_ptr_array_add(self->posts,
                    g_strdup_printf("%s %s %" G_GINT64_FORMAT " %s %s", post->url, post->id,
                                    post->time_s, post->signatures, post->body));
    ret->status = self->why != NULL ? 0 : self->status;
    ret->retry_after_ms = self->retry_after_ms;
    ret->duration_ms = self->duration_ms;
    ret->answer = g_strdup(self->answer);
    ret->why = g_strdup(self->why);
    ret->stopped = self->stopped;
}

static void
free_nothing(JwWebhookPoster *base G_GNUC_UNUSED)
{
}

static void
set_up_webhooks(Ntf *ntf, KitPoster *poster)
{
    g_autoptr(GError) error = NULL;

    ntf->config.webhook_senders = 2;
    ntf->config.webhook_timeout_ms = 2000;
    ntf->config.webhook_retries = (char *)(uintptr_t)KIT_RETRIES;
    ntf->config.webhook_disable_after_ms = 7 * 24 * HOUR;
    ntf->config.webhook_keep_ms = 30 * 24 * HOUR;
    ntf->webhook_keys = jw_keyring_new("kit", KIT_LINK_KEYS, &error);
    assert_ok(ntf->webhook_keys != NULL, error);
    ntf->webhook_net = jw_webhook_net_new(NULL, false, &error);
    assert_ok(ntf->webhook_net != NULL, error);
    ntf->retries = jw_webhook_retries_new("kit", KIT_RETRIES, &error);
    assert_ok(ntf->retries != NULL, error);
    ntf->lanes = ntf_lanes_new(16);
    ntf->poster = &poster->base;
}

static void
set_up(Ntf *ntf, KitPorts *ports, JwMail *mail, const char *ce_source)
{
    ntf->ports = kit_service_ports(ports, ce_source);
    ntf->mail = mail;
    ntf->config = (NtfConfig){
        .senders = 1,
        .attach_max_bytes = 1000,
        .public_url = (char *)(uintptr_t)KIT_PUBLIC_URL,
        .link_ttl_ms = 48 * HOUR,
        .poll_ms = 1000,
        .dead_after_ms = 150000,
        .resend_after_ms = 120000,
        .give_up_ms = 72 * HOUR,
    };
    ntf->mail_config.from = (char *)(uintptr_t) "Jobwire <jobs@example.com>";
    ntf->mail_config.timeout_ms = 60000;
    ntf->sender_address = g_strdup("jobs@example.com");
    const JwLinkConfig links = { (char *)(uintptr_t)KIT_LINK_KEYS };
    ntf->links = jw_link_keys_new(&links, NULL);
    assert_non_null(ntf->links);
    ntf_metrics_init();
    ntf->stop = jw_stop_new();
    ntf->due = jw_queue_new(3, 1, g_free);
    ntf->sending = jw_liveness_new(NTF_MAINTENANCE_BATCH);
    g_strlcpy(ntf->owner, "kit/1", sizeof ntf->owner);
}

NtfKit *
kit_new(void)
{
    NtfKit *self = g_new0(NtfKit, 1);
    JwMail *mail = jw_mail_mem_new();

    self->ports = kit_ports_new(KIT_NOW, false);
    set_up(&self->ntf, self->ports, mail, "/jobwire/notifier");
    set_up(&self->second, self->ports, mail, "/second");
    self->poster = (KitPoster){ .base = { take_post, free_nothing },
                                .status = 200,
                                .posts = g_ptr_array_new_with_free_func(g_free) };
    set_up_webhooks(&self->ntf, &self->poster);
    set_up_webhooks(&self->second, &self->poster);
    return self;
}

void
kit_free(NtfKit *self)
{
    ntf_stop(&self->ntf);
    ntf_stop(&self->second);
    jw_mail_free(self->ntf.mail);
    g_ptr_array_unref(self->poster.posts);
    jw_webhook_net_free(self->ntf.webhook_net);
    jw_webhook_net_free(self->second.webhook_net);
    jw_keyring_free(self->ntf.webhook_keys);
    jw_keyring_free(self->second.webhook_keys);
    jw_link_keys_free(self->ntf.links);
    jw_link_keys_free(self->second.links);
    kit_ports_free(self->ports);
    g_free(self);
}

KIT_STATE(kit_new())

char *
kit_make_job(NtfKit *self, const char *recipients)
{
    g_autoptr(JwJob) job = kit_new_job(self->ports);

    job->recipients = recipients[0] != '\0' ? g_strsplit(recipients, " ", -1) : NULL;
    job->request_id = g_strdup("request-1");
    return kit_insert_job(self->ports, job);
}

void
kit_complete_job(NtfKit *self, const char *job_id)
{
    kit_complete(self->ports, job_id, KIT_REPORT, "calls.csv", KIT_NOW + 24 * HOUR);
}

JwVerdict
kit_event(NtfKit *self, const char *type, const char *body, char **ret_reason)
{
    const JwHeader header = { "ce_type", type };
    const JwMessage message = { .topic = "jobwire.job.events",
                                .body = body,
                                .body_length = body != NULL ? strlen(body) : 0,
                                .headers = &header,
                                .n_headers = type != NULL ? 1 : 0 };
    JwAnswer answer = { 0 };

    ntf_consume(&message, 1, &answer, &self->ntf);
    if (ret_reason != NULL) {
        *ret_reason = answer.reason;
    } else {
        g_free(answer.reason);
    }
    return answer.verdict;
}

JwVerdict
kit_completed(NtfKit *self, const char *job_id)
{
    g_autofree char *body = g_strdup_printf("{\"jobId\":\"%s\"}", job_id);

    return kit_event(self, JW_TYPE_JOB_COMPLETED, body, NULL);
}

char *
kit_delivery(NtfKit *self)
{
    g_autofree char *job_id = kit_make_job(self, "ann@example.com");

    kit_complete_job(self, job_id);
    assert_int_equal(kit_completed(self, job_id), JW_VERDICT_DONE);
    return jw_queue_pop(self->ntf.due, 0);
}

JwDelivery *
kit_get(NtfKit *self, const char *delivery_id)
{
    g_autoptr(GError) error = NULL;
    JwDelivery *delivery = NULL;

    assert_ok(jw_store_get_delivery(self->ntf.store, delivery_id, &delivery, &error), error);
    assert_non_null(delivery);
    return delivery;
}

JwCas
kit_try_move(NtfKit *self, const char *delivery_id, JwDeliveryTransition transition)
{
    g_autoptr(JwDelivery) delivery = kit_get(self, delivery_id);
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;
    const JwDeliveryChange change = { .delivery_id = delivery_id,
                                      .transition = transition,
                                      .now_ms = self->ports->clock.fake.now_ms,
                                      .token = delivery->token,
                                      .owner = "another" };

    assert_ok(jw_store_change_delivery(self->ntf.store, &change, &cas, NULL, &error), error);
    return cas;
}

void
kit_move(NtfKit *self, const char *delivery_id, JwDeliveryTransition transition)
{
    assert_int_equal(kit_try_move(self, delivery_id, transition), JW_CAS_WON);
}

void
kit_keep(Ntf *ntf)
{
    g_autoptr(GError) error = NULL;

    assert_ok(ntf_maintain(ntf, &error), error);
}

size_t
kit_send_queued(Ntf *ntf)
{
    size_t n = 0;

    for (char *id = NULL; (id = jw_queue_pop(ntf->due, 0)) != NULL; n++) {
        ntf_send(ntf, id);
        g_free(id);
    }
    return n;
}

void
kit_look_again(NtfKit *self)
{
    tk_clock_advance(&self->ports->clock.fake, NTF_MAIL_PAUSE_MS + 1);
    kit_keep(&self->ntf);
    tk_clock_advance(&self->ports->clock.fake, 1001);
    kit_keep(&self->ntf);
    (void)kit_send_queued(&self->ntf);
}

char *
kit_message(NtfKit *self, size_t index)
{
    gsize length = 0;
    const char *data = g_bytes_get_data(jw_mail_mem_message(self->ntf.mail, index), &length);

    return g_strndup(data, length);
}
