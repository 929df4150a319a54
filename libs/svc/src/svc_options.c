/* svc_options.c: command line and configuration, before anything is started. Main thread. */
#include "svc_private.h"

#include "jw/languages.h"
#include "jw/text.h"

#include <stdio.h>
#include <string.h>

#define EXIT_USAGE  64
#define EXIT_CONFIG 78

const JwConfigEntry jw_svc_config_entries[] = {
    { "JW_LOG_LEVEL", JW_CONFIG_STRING, offsetof(JwSvcConfig, log_level), "info", 0, 0, 0,
      "error, warn, info or debug" },
    { "JW_DRAIN_TIMEOUT", JW_CONFIG_DURATION, offsetof(JwSvcConfig, drain_timeout_ms), "25s", 100,
      3600000, 0, "time to finish or release work after SIGTERM" },
    { "JW_HEALTH_PORT", JW_CONFIG_INT, offsetof(JwSvcConfig, health_port), "0", 0, 65535, 0,
      "port of a listener of its own for /livez, /readyz, /metrics and /version, which clients "
      "cannot crowd out; 0: they are on JW_HTTP_PORT" },
#ifdef JW_CRASH_POINTS
    { "JW_CRASH_AT", JW_CONFIG_STRING, offsetof(JwSvcConfig, crash_at), NULL, 0, 0, 0,
      "fault tests: <point>:<n> kills the process at the n-th passing" },
#endif
};
const size_t jw_svc_n_config_entries = G_N_ELEMENTS(jw_svc_config_entries);

const JwConfigEntry jw_svc_reports_entries[] = {
    { "JW_REPORTS_DIR", JW_CONFIG_STRING, offsetof(JwSvc, reports_dir), "schemas/reports", 0, 0, 0,
      "folder of the report definitions" },
};
const size_t jw_svc_n_reports_entries = G_N_ELEMENTS(jw_svc_reports_entries);

const JwConfigEntry jw_svc_languages_entries[] = {
    { "JW_LANGUAGES_DIR", JW_CONFIG_STRING, offsetof(JwSvc, languages_dir),
      JW_LANGUAGES_DIR_DEFAULT, 0, 0, 0,
      "folder of further languages of reports and mails, a file each; the same for all services" },
};
const size_t jw_svc_n_languages_entries = G_N_ELEMENTS(jw_svc_languages_entries);

const JwConfigEntry jw_svc_sibling_entries[] = {
#include "config_names.inc" /* by JwConfigNames.cmake */
};
const size_t jw_svc_n_sibling_entries = G_N_ELEMENTS(jw_svc_sibling_entries);

typedef struct {
    gboolean help, version, check_config, print_config;
} Flags;

/* @take_cause: GOption's */
static bool
fail_parse(const GOptionEntry *entries, int argc, char **argv, GError *take_cause, GError **error)
{
    g_autoptr(GError) cause = take_cause;

    for (int i = 1; i < argc; i++) {
        if (!g_str_has_prefix(argv[i], "--") || strstr(cause->message, argv[i]) == NULL) {
            continue;
        }
        JwNearest nearest = jw_nearest_begin(argv[i] + 2);
        for (const GOptionEntry *entry = entries; entry->long_name != NULL; entry++) {
            jw_nearest_offer(&nearest, entry->long_name);
        }
        if (nearest.name != NULL) {
            return jw_fail(error, JW_ERROR_INVALID, "%s; did you mean --%s?", cause->message,
                           nearest.name);
        }
    }
    return jw_fail(error, JW_ERROR_INVALID, "%s; see --help", cause->message);
}

static bool
parse(JwSvc *self, int argc, char **argv, Flags *flags, char **ret_help, GError **error)
{
    const GOptionEntry entries[] = {
        { "help", 'h', 0, G_OPTION_ARG_NONE, &flags->help, "Print this text", NULL },
        { "version", 0, 0, G_OPTION_ARG_NONE, &flags->version, "Print the version", NULL },
        { "check-config", 0, 0, G_OPTION_ARG_NONE, &flags->check_config,
          "Check the configuration, list all violations", NULL },
        { "print-config", 0, 0, G_OPTION_ARG_NONE, &flags->print_config,
          "Print the configuration in force, secrets masked", NULL },
        G_OPTION_ENTRY_NULL,
    };
    GOptionContext *context = g_option_context_new(NULL);
    g_autofree char *variables = jw_config_help(self->tables, self->n_tables);
    GError *cause = NULL;

    g_option_context_set_help_enabled(context, FALSE); /* it would lose "…" in the C locale */
    g_option_context_set_summary(context, self->def->summary);
    g_option_context_set_description(context, variables);
    g_option_context_add_main_entries(context, entries, NULL);
    bool good = g_option_context_parse(context, &argc, &argv, &cause);
    *ret_help = g_option_context_get_help(context, TRUE, NULL);
    g_option_context_free(context);
    if (!good) {
        return fail_parse(entries, argc, argv, cause, error);
    }
    if (argc > 1) {
        return jw_fail(error, JW_ERROR_INVALID, "'%s' is no option; see --help", argv[1]);
    }
    return true;
}

JwSvcTodo
jw_svc_options(JwSvc *self, gpointer service, int argc, char **argv, char **ret_wrong,
               int *ret_status)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *help = NULL;
    Flags flags = { 0 };

    *ret_status = 0;
    if (!parse(self, argc, argv, &flags, &help, &error)) {
        (void)fprintf(stderr, "jobwire-%s: %s\n", self->def->name, jw_error_message(error));
        *ret_status = EXIT_USAGE;
        return JW_SVC_EXIT;
    }
    if (flags.help) {
        (void)fputs(help, stdout);
        return JW_SVC_EXIT;
    }
    if (flags.version) {
        (void)printf("jobwire-%s %s\n", self->def->name, JW_VERSION);
        return JW_SVC_EXIT;
    }
    g_autofree char *unread = jw_svc_read(self);
    g_autofree char *wrong = jw_svc_check(self, service, unread);

    if (unread[0] == '\0' && !flags.check_config && !flags.print_config) {
        *ret_wrong = g_steal_pointer(&wrong); /* for the log, which starts with the service */
        return JW_SVC_RUN;
    }
    if (flags.print_config) {
        g_autofree char *text = jw_config_print(self->tables, self->n_tables, unread, wrong);
        (void)fputs(text, stdout);
    }
    if (unread[0] != '\0' || wrong[0] != '\0') {
        (void)fprintf(stderr, "jobwire-%s: the configuration is not valid:\n%s%s%s\n",
                      self->def->name, unread, unread[0] != '\0' && wrong[0] != '\0' ? "\n" : "",
                      wrong);
        *ret_status = EXIT_CONFIG;
    } else if (flags.check_config) {
        (void)puts("the configuration is valid");
    }
    jw_svc_close_ports(self);
    jw_config_clear(self->tables, self->n_tables);
    return JW_SVC_EXIT;
}
