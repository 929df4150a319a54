/* command.c: the table of commands, the help, and what happens before and after a command runs.
 * Main thread. */
#include "command.h"

#include <string.h>

#include "api.h"
#include "jw/text.h"

#define JC_COMMAND(name) &jc_##name,
const JcCommand *const jc_commands[] = { JC_COMMANDS(JC_COMMAND) NULL };
#undef JC_COMMAND

static const JcCommand *
find_command(const char *name)
{
    for (size_t i = 0; jc_commands[i] != NULL; i++) {
        if (strcmp(jc_commands[i]->name, name) == 0) {
            return jc_commands[i];
        }
    }
    return NULL;
}

static void
print_overview(FILE *file)
{
    fputs("jobctl: Jobwire's command line\n\nUsage: jobctl COMMAND [options]\n\n", file);
    for (size_t i = 0; jc_commands[i] != NULL; i++) {
        fprintf(file, "  %-18s %s\n", jc_commands[i]->name, jc_commands[i]->summary);
    }
    fputs("  help [COMMAND]     this list, or all about one command\n\n"
          "Addresses come from the environment. For the local servers: eval \"$(make env)\"\n"
          "Exit status: 0 done, 1 failed, 2 done but for refused rows, 64 wrong usage.\n",
          file);
}

static JcExit
unknown_command(JcContext *context, const char *name)
{
    static const char *const targets[] = { "up",   "down", "status", "logs", "env",  "demo",
                                           "test", "lint", "bench",  "fuzz", "build" };
    JwNearest nearest = jw_nearest_begin(name);

    for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
        if (strcmp(name, targets[i]) == 0) {
            jc_print(context->err, "jobctl: there is no command '%s'; it is one of make: make %s\n",
                     name, name);
            return JC_EXIT_USAGE;
        }
    }
    for (size_t i = 0; jc_commands[i] != NULL; i++) {
        jw_nearest_offer(&nearest, jc_commands[i]->name);
    }
    if (nearest.name != NULL) {
        jc_print(context->err, "jobctl: there is no command '%s'; did you mean '%s'?\n", name,
                 nearest.name);
    } else {
        jc_print(context->err, "jobctl: there is no command '%s'; see: jobctl help\n", name);
    }
    return JC_EXIT_USAGE;
}

static JcExit
run_help(JcContext *context, const char *name)
{
    if (name == NULL || strcmp(name, "help") == 0) {
        print_overview(context->out);
        return JC_EXIT_OK;
    }
    const JcCommand *command = find_command(name);
    if (command == NULL) {
        return unknown_command(context, name);
    }
    g_autofree char *help = jc_options_help(command);
    fputs(help, context->out);
    return JC_EXIT_OK;
}

/* Says what is wrong, and where to read more: all of it when nothing was said to do. */
static JcExit
fail_usage(JcContext *context, const JcCommand *command, bool said_nothing, const GError *error)
{
    g_autofree char *arguments = jc_options_arguments(command);
    g_autofree char *help = said_nothing ? jc_options_help(command)
                                         : g_strdup_printf("Usage: jobctl %s [OPTION…] %s\n"
                                                           "More: jobctl help %s\n",
                                                           command->name, arguments, command->name);

    jc_print(context->err, "jobctl %s: %s\n%s", command->name, jw_error_message(error), help);
    return JC_EXIT_USAGE;
}

/* Opens the API when the verb asks it. */
static JcExit
do_call(JcCall *call, GError **error)
{
    const char *const *token =
        jc_options_field(call->command, call->given, "token", JC_OPTION_TEXT);
    const char *const *key =
        jc_options_field(call->command, call->given, "api-key", JC_OPTION_TEXT);
    const bool asks = token != NULL || key != NULL;
    g_autoptr(JcApi) api = token != NULL ? jc_api_new(call->context, *token, error)
                           : key != NULL ? jc_api_new_keyed(call->context, *key, error)
                                         : NULL;

    call->api = api;
    return !asks || api != NULL ? call->verb->run(call, error) : JC_EXIT_FAILED;
}

static JcExit
run_command(JcContext *context, const JcCommand *command, int argc, char **argv)
{
    g_autofree void *given = g_malloc0(MAX(command->given_size, 1));
    g_autoptr(GError) error = NULL;
    JcCall call = { .context = context, .command = command, .given = given };
    JcExit code = JC_EXIT_USAGE;

    if (command->defaults != NULL) {
        memcpy(given, command->defaults, command->given_size);
    }
    if (jc_options_parse(command, given, &argc, argv, &error)) {
        const JcAs *as = jc_options_field(command, given, "output", JC_OPTION_CHOICE);
        call.verb = jc_options_verb(command, argc, argv, &error);
        call.arguments = jc_options_has_verbs(command) ? argv + 1 : argv;
        call.as = as != NULL ? *as : JC_AS_UNSAID;
    }
    if (call.verb == NULL || (command->check != NULL && !command->check(&call, &error))) {
        code = fail_usage(context, command, argc == 0 && jc_options_has_verbs(command), error);
    } else {
        code = do_call(&call, &error);
        if (error != NULL) {
            jc_print(context->err, "jobctl %s: %s\n", command->name, jw_error_message(error));
        }
    }
    jc_options_clear(command, given);
    return code;
}

static bool
asks_help(const char *argument)
{
    return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

JcExit
jc_main(JcContext *context, int argc, char **argv)
{
    if (argc < 2) {
        print_overview(context->err);
        return JC_EXIT_USAGE;
    }
    if (strcmp(argv[1], "help") == 0 || asks_help(argv[1])) {
        return run_help(context, argc > 2 ? argv[2] : NULL);
    }
    if (strcmp(argv[1], "--version") == 0) {
        jc_print(context->out, "jobctl %s\n", JW_VERSION);
        return JC_EXIT_OK;
    }
    const JcCommand *command = find_command(argv[1]);
    if (command == NULL) {
        return unknown_command(context, argv[1]);
    }
    for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (asks_help(argv[i])) {
            return run_help(context, command->name);
        }
    }
    return run_command(context, command, argc - 2, argv + 2);
}
