/* command.c: the table of commands, the help, and what happens before a command runs. Main thread.
 */
#include "jobctl.h"

#include <string.h>

#include "jw/text.h"

const JcCommand *const jc_commands[] = {
    &jc_topics, &jc_token, &jc_apikey,     &jc_import, &jc_demo_data, &jc_check_definitions,
    &jc_submit, &jc_watch, &jc_download,   &jc_verify, &jc_jobs,      &jc_templates,
    &jc_types,  &jc_dlq,   &jc_completion, &jc_man,    NULL,
};

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
            fprintf(context->err, "jobctl: there is no command '%s'; it is one of make: make %s\n",
                    name, name);
            return JC_EXIT_USAGE;
        }
    }
    for (size_t i = 0; jc_commands[i] != NULL; i++) {
        jw_nearest_offer(&nearest, jc_commands[i]->name);
    }
    if (nearest.name != NULL) {
        fprintf(context->err, "jobctl: there is no command '%s'; did you mean '%s'?\n", name,
                nearest.name);
    } else {
        fprintf(context->err, "jobctl: there is no command '%s'; see: jobctl help\n", name);
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
        fprintf(context->out, "jobctl %s\n", JW_VERSION);
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
    return command->run(context, argc - 2, argv + 2);
}

JcExit
jc_usage(JcContext *context, const JcCommand *command, const GError *error)
{
    fprintf(context->err, "jobctl %s: %s\nUsage: jobctl %s [OPTION…] %s\nMore: jobctl help %s\n",
            command->name, jw_error_message(error), command->name,
            command->arguments != NULL ? command->arguments : "", command->name);
    return JC_EXIT_USAGE;
}

JcExit
jc_failed(JcContext *context, const JcCommand *command, const GError *error)
{
    fprintf(context->err, "jobctl %s: %s\n", command->name, jw_error_message(error));
    return JC_EXIT_FAILED;
}
