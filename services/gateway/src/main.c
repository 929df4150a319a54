/* main.c: jobwire-gateway: its composition and its end. The rest is gw_run(). */
#include "gw.h"

#include "docs/docs.h"

#include "jw/log.h"
#include "jw/links.h"
#include "jw/svc.h"
#include "jw/wire_recipients.h"

static void
check_values(gpointer data, JwConfigCheck *check)
{
    Gw *self = data;
    g_autoptr(GError) error = NULL;

    if (self->config.public_url != NULL) {
        jw_config_note(check, jw_link_base_check(self->config.public_url, &error), &error);
    }
    if (jw_config_is_read(check, "JW_CALLER_WEIGHTS", NULL)) {
        g_autoptr(JwTurnWeights) weights = jw_turn_weights_new(&self->turns_config, &error);
        jw_config_note(check, weights != NULL, &error);
    }
    if (jw_config_is_read(check, "JW_EMAIL_REPORT_RECIPIENTS", NULL)) {
        g_auto(GStrv) recipients = NULL;
        jw_config_note(check, jw_default_recipients_read(&self->recipients, &recipients, &error),
                       &error);
    }
    jw_config_note(check, gw_docs_check(self->config.api_docs_dir, &error), &error);
    jw_token_verifier_check(&self->auth_config, check);
    if (jw_config_is_read(check, "JW_LINK_KEYS", NULL)) {
        g_autoptr(JwLinkKeys) keys = jw_link_keys_new(&self->link_config, &error);
        jw_config_note(check, keys != NULL, &error);
    }
    if (jw_config_is_read(check, "JW_MAIL_ALLOW_DOMAINS", NULL)) {
        g_autoptr(JwMailDomains) domains = jw_mail_domains_new(&self->mail_domains_config, &error);
        jw_config_note(check, domains != NULL, &error);
    }
    if (jw_config_is_read(check, "JW_API_KEY_SECRETS", NULL)) {
        g_autoptr(JwKeyring) secrets = NULL;
        jw_config_note(check, jw_api_key_secrets(&self->api_key_config, &secrets, &error), &error);
    }
    if (jw_config_is_read(check, "JW_WEBHOOK_KEYS", "JW_WEBHOOK_ALLOW_PRIVATE", NULL)) {
        g_autoptr(JwKeyring) keys = NULL;
        g_autoptr(JwWebhookNet) net = NULL;
        jw_config_note(check, jw_webhook_configure(&self->webhook_config, &keys, &net, &error),
                       &error);
    }
}

static bool
start(JwSvc *svc, gpointer data, GError **error)
{
    Gw *self = data;

    self->tokens = jw_token_verifier_new(&self->auth_config, self->clock, error);
    if (self->tokens == NULL) {
        return false;
    }
    self->links = jw_link_keys_new(&self->link_config, error);
    if (self->links == NULL) {
        return false;
    }
    jw_info("link_keys", JW_STR("ids", jw_link_keys_ids(self->links)));
    if (!jw_api_key_secrets(&self->api_key_config, &self->key_secrets, error)) {
        return false;
    }
    self->mail_domains = jw_mail_domains_new(&self->mail_domains_config, error);
    if (self->mail_domains == NULL) {
        return false;
    }
    jw_wire_limit_recipients(self->wire, self->mail_domains);
    if (self->key_secrets != NULL) {
        jw_info("api_key_secrets", JW_STR("ids", jw_keyring_ids(self->key_secrets)));
    } else {
        jw_warn("api_keys_off", JW_STR("error", "JW_API_KEY_SECRETS is not set: every API key is "
                                                "refused"));
    }
    if (!jw_webhook_configure(&self->webhook_config, &self->webhook_keys, &self->webhook_net,
                              error)) {
        return false;
    }
    return gw_run(self, jw_svc_http(svc), error);
}

static void
drain(gpointer data, int64_t deadline_mono_ms)
{
    gw_drain(data, deadline_mono_ms);
}

static void
stop(gpointer data)
{
    Gw *self = data;

    gw_stop(self);
    g_clear_pointer(&self->mail_domains, jw_mail_domains_free);
    g_clear_pointer(&self->key_secrets, jw_keyring_free);
    g_clear_pointer(&self->webhook_keys, jw_keyring_free);
    g_clear_pointer(&self->webhook_net, jw_webhook_net_free);
    g_clear_pointer(&self->links, jw_link_keys_free);
    g_clear_pointer(&self->tokens, jw_token_verifier_free);
}

int
main(int argc, char **argv)
{
    Gw self = { 0 };
    const JwConfigTable tables[] = {
        { "Gateway", gw_config_entries, gw_n_config_entries, &self.config },
        { "Turns", jw_turns_config_entries, jw_turns_n_config_entries, &self.turns_config },
        { "Tokens", jw_auth_config_entries, jw_auth_n_config_entries, &self.auth_config },
        { "Recipients", jw_default_recipients_entries, jw_default_recipients_n_entries,
          &self.recipients },
        { "Links", jw_link_config_entries, jw_link_n_config_entries, &self.link_config },
        { "API keys", jw_api_key_config_entries, jw_api_key_n_config_entries,
          &self.api_key_config },
        { "Recipients", jw_mail_domains_config_entries, jw_mail_domains_n_config_entries,
          &self.mail_domains_config },
        { "Webhooks", jw_webhook_config_entries, jw_webhook_n_config_entries,
          &self.webhook_config },
    };
    const JwSvcDef def = {
        .name = "gateway",
        .summary = "takes report jobs over HTTP and serves their reports",
        .tables = tables,
        .n_tables = G_N_ELEMENTS(tables),
        .ports = &self.ports,
        .reads_reports = true,
        .time = JW_SVC_JOBS_TIME,
        .check = check_values,
        .start = start,
        .drain = drain,
        .stop = stop,
    };

    return jw_svc_main(&def, &self, argc, argv);
}
