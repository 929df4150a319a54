/* svc_check.c: what the tables of the configuration cannot say, for --check-config and for the
 * start alike: files that are not there, values that do not go together. No server is asked. The
 * report definitions that it reads are those that the service starts with. Main thread. */
#include "svc_private.h"

#include "jw/clock.h"
#include "jw/crash.h"
#include "jw/languages.h"
#include "jw/log.h"

#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#define TOPIC_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
#define PREFIX_MAX       200 /* of the 249 characters that a topic may have */

static bool
check_level(const JwSvc *self, GError **error)
{
    JwLogLevel level;

    return jw_log_level_parse(self->config.log_level, &level)
           || jw_fail(error, JW_ERROR_INVALID,
                      "JW_LOG_LEVEL: '%s' is no level; use error, warn, info or debug",
                      self->config.log_level);
}

static bool
check_address(const char *address, GError **error)
{
    const struct addrinfo wanted = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
    struct addrinfo *found = NULL;
    const int failed = getaddrinfo(address, NULL, &wanted, &found);

    if (failed != 0) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "JW_HTTP_ADDRESS: '%s' is no address of this machine: %s; give one such as "
                       "127.0.0.1, or 0.0.0.0 for all",
                       address, gai_strerror(failed));
    }
    freeaddrinfo(found);
    return true;
}

static bool
check_prefix(const char *prefix, GError **error)
{
    return prefix == NULL
           || (strspn(prefix, TOPIC_CHARACTERS) == strlen(prefix) && strlen(prefix) <= PREFIX_MAX)
           || jw_fail(error, JW_ERROR_INVALID,
                      "JW_BUS_TOPIC_PREFIX: topics have letters, digits, '.', '_' and '-' alone; "
                      "give at most %d of those",
                      PREFIX_MAX);
}

static bool
check_health_port(const JwSvc *self, GError **error)
{
    const int64_t port = self->config.health_port;

    return port == 0 || port != self->http_config.port
           || jw_fail(error, JW_ERROR_INVALID,
                      "JW_HEALTH_PORT: %" G_GINT64_FORMAT
                      " is JW_HTTP_PORT as well; give another, or 0 to have health there",
                      port);
}

static void
check_http(const JwSvc *self, JwConfigCheck *check)
{
    g_autoptr(GError) error = NULL;

    if (jw_config_is_read(check, "JW_HTTP_ADDRESS", NULL)) {
        jw_config_note(check, check_address(self->http_config.address, &error), &error);
    }
    if (jw_config_is_read(check, "JW_HTTP_TRUSTED_PROXIES", NULL)) {
        jw_config_note(check, jw_http_server_check(&self->http_config, &error), &error);
    }
    if (jw_config_is_read(check, "JW_HTTP_PORT", "JW_HEALTH_PORT", NULL)) {
        jw_config_note(check, check_health_port(self, &error), &error);
    }
}

/* The ports that need no server. */
static void
open_local_ports(JwSvc *self, JwConfigCheck *check)
{
    JwPorts *ports = self->def->ports;
    g_autoptr(GError) error = NULL;

    ports->clock = jw_clock_system();
    if (jw_config_is_read(check, "JW_LANGUAGES_DIR", NULL)) { /* before what they translate */
        const bool good = jw_languages_load(self->languages_dir, &error);
        if (!good) {
            (void)jw_prefix(&error, "JW_LANGUAGES_DIR");
        }
        jw_config_note(check, good, &error);
        g_clear_error(&error);
    }
    if (self->def->reads_reports && jw_config_is_read(check, "JW_REPORTS_DIR", NULL)) {
        ports->catalog = jw_catalog_load(self->reports_dir, &error);
        if (ports->catalog == NULL) {
            (void)jw_prefix(&error, "JW_REPORTS_DIR");
        }
        jw_config_note(check, ports->catalog != NULL, &error);
    }
    if (jw_config_is_read(check, "JW_BUS_TOPIC_PREFIX", NULL)) {
        jw_config_note(check, check_prefix(self->bus_config.topic_prefix, &error), &error);
        ports->wire = jw_wire_new(ports->catalog, self->bus_config.topic_prefix);
    }
}

static void
check_servers(const JwSvc *self, JwConfigCheck *check)
{
    jw_store_mongo_check(&self->store_config, check);
    jw_bus_kafka_check(&self->bus_config, self->def->name, check);
}

char *
jw_svc_read(JwSvc *self)
{
    g_autofree char *unread = jw_config_read(self->tables, self->n_tables + 1, NULL);
    JwConfigCheck check = { .unread = unread, .wrong = g_string_new(unread) };
    g_autoptr(GError) error = NULL;

    if (jw_config_is_read(&check, "JW_LOG_LEVEL", NULL)) {
        jw_config_note(&check, check_level(self, &error), &error);
    }
    jw_config_note(&check, jw_crash_arm(self->config.crash_at, &error), &error);
    return g_string_free(check.wrong, FALSE);
}

char *
jw_svc_check(JwSvc *self, gpointer service, const char *unread)
{
    JwConfigCheck check = { .unread = unread, .wrong = g_string_new(NULL) };

    check_http(self, &check);
    if (self->def->ports != NULL) {
        open_local_ports(self, &check);
    }
    if (self->def->check != NULL) {
        self->def->check(service, &check);
    }
    if (self->def->ports != NULL) {
        check_servers(self, &check);
    }
    return g_string_free(check.wrong, FALSE);
}
