/* main.c: jobwire-notifier: its composition and its end. The rest is ntf_run(). */
#include "ntf.h"

#include "jw/log.h"
#include "jw/links.h"
#include "jw/svc.h"

static bool
mail_ready(gpointer mail, GError **error)
{
    return jw_mail_ping(mail, error);
}

static void
check_values(gpointer data, JwConfigCheck *check)
{
    Ntf *self = data;
    g_autoptr(GError) error = NULL;

    if (jw_config_is_read(check, "JW_SENDER_DEAD_AFTER", "JW_SMTP_TIMEOUT", NULL)) {
        jw_config_note(check, ntf_check(self, &error), &error);
    }
    jw_config_note(check, ntf_check_in_doubt(self, &error), &error);
    if (self->config.public_url != NULL) {
        jw_config_note(check, jw_link_base_check(self->config.public_url, &error), &error);
    }
    jw_mail_smtp_check(&self->mail_config, check);
    if (jw_config_is_read(check, "JW_LINK_KEYS", NULL)) {
        g_autoptr(JwLinkKeys) keys = jw_link_keys_new(&self->link_config, &error);
        jw_config_note(check, keys != NULL, &error);
    }
}

static bool
start(JwSvc *svc, gpointer data, GError **error)
{
    Ntf *self = data;

    self->mail = jw_mail_smtp_new(&self->mail_config, error);
    if (self->mail == NULL) {
        return false;
    }
    self->links = jw_link_keys_new(&self->link_config, error);
    if (self->links == NULL) {
        return false;
    }
    jw_info("link_keys", JW_STR("ids", jw_link_keys_ids(self->links)));
    jw_svc_add_check(svc, "smtp", false, mail_ready, self->mail);
    return ntf_run(self, error);
}

static void
drain(gpointer data, int64_t deadline_mono_ms)
{
    /* Only mails at their final dot are waited for. One whose server answers after the deadline is
     * in doubt, as its mark shows. */
    (void)deadline_mono_ms;
    ntf_stop(data);
}

static void
stop(gpointer data)
{
    Ntf *self = data;

    ntf_stop(self);
    g_clear_pointer(&self->links, jw_link_keys_free);
    g_clear_pointer(&self->mail, jw_mail_free);
}

int
main(int argc, char **argv)
{
    Ntf self = { 0 };
    const JwConfigTable tables[] = {
        { "Notifier", ntf_config_entries, ntf_n_config_entries, &self.config },
        { "Mail", jw_mail_config_entries, jw_mail_n_config_entries, &self.mail_config },
        { "Links", jw_link_config_entries, jw_link_n_config_entries, &self.link_config },
    };
    const JwSvcDef def = {
        .name = "notifier",
        .summary = "mails finished reports and records the outcome of each mail",
        .tables = tables,
        .n_tables = G_N_ELEMENTS(tables),
        .ports = &self.ports,
        .needs_bus = true,
        .check = check_values,
        .start = start,
        .drain = drain,
        .stop = stop,
    };

    return jw_svc_main(&def, &self, argc, argv);
}
