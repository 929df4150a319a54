/* commands/man.c: jobctl man: the manual page, from the tables of commands. Main thread. */
#include "command.h"

static const JcOption options[] = { { 0 } };

/* A text that says itself: no character of it steers roff, neither at the start of a line; what is
 * no ASCII is named, whatever the reader's locale. */
static void
put(FILE *out, const char *text)
{
    bool at_start = true;

    for (; *text != '\0'; text = g_utf8_find_next_char(text, NULL)) {
        const gunichar c = g_utf8_get_char(text);
        if (at_start && (c == '.' || c == '\'')) {
            fputs("\\&", out);
        }
        if (c == '\\') {
            fputs("\\e", out);
        } else if (c == '-') {
            fputs("\\-", out);
        } else if (c > 0x7e) {
            fprintf(out, "\\[u%04X]", c);
        } else {
            fputc((int)c, out);
        }
        at_start = c == '\n';
    }
}

static void
put_option(FILE *out, const JcOption *option)
{
    fputs(".TP\n", out);
    if (option->letter != '\0') {
        fprintf(out, "\\fB\\-%c\\fR, ", option->letter);
    }
    fputs("\\fB\\-\\-", out);
    put(out, option->name);
    fputs("\\fR", out);
    if (option->value != NULL) {
        fputs(" \\fI", out);
        put(out, option->value);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    put(out, option->help);
    fputc('\n', out);
}

static void
put_usage(FILE *out, const char *command, const char *verb, const char *arguments)
{
    fputs("\\fBjobctl ", out);
    put(out, command);
    if (verb != NULL) {
        fputc(' ', out);
        put(out, verb);
    }
    fputs("\\fR", out);
    if (arguments != NULL) {
        fputs(" \\fI", out);
        put(out, arguments);
        fputs("\\fR", out);
    }
    fputc('\n', out);
}

static void
put_command(FILE *out, const JcCommand *command)
{
    const bool named = jc_options_has_verbs(command);

    fputs(".SS ", out);
    put_usage(out, command->name, NULL, named ? NULL : command->verbs->arguments);
    put(out, command->summary);
    fputs(".\n", out);
    for (const JcVerb *verb = command->verbs; named && verb->name != NULL; verb++) {
        fputs(".TP\n", out);
        put_usage(out, command->name, verb->name, verb->arguments);
        put(out, verb->summary);
        fputc('\n', out);
    }
    for (const JcOption *option = command->options; option->name != NULL; option++) {
        put_option(out, option);
    }
    if (command->help != NULL) {
        fputs(".PP\n.nf\n", out);
        put(out, command->help);
        fputs(".fi\n", out);
    }
}

static void
put_environment(FILE *out)
{
    static const char *const variables[][2] = {
        { "JW_GATEWAY_URL", "where the gateway is" },
        { "JW_TOKEN", "the token that requests carry" },
        { "JW_API_KEY", "the API key that requests about schedules carry" },
        { "JW_API_KEY_FILE", "a file that has it" },
        { "JW_MONGODB_URI", "the database, for import, demo-data and check-definitions" },
        { "JW_KAFKA_BROKERS", "the brokers, for topics and dlq" },
        { "JW_SCHEMAS_DIR", "the folder of definitions, else ./schemas" },
        { "JW_JWT_SIGN_KEY_FILE", "the key that token signs with" },
        { "JW_LOG_LEVEL", "error unless given" },
        { "TZ", "the zone that times are shown in" },
    };

    fputs(".SH ENVIRONMENT\n", out);
    for (size_t i = 0; i < G_N_ELEMENTS(variables); i++) {
        fprintf(out, ".TP\n.B %s\n", variables[i][0]);
        put(out, variables[i][1]);
        fputc('\n', out);
    }
}

static void
put_status(FILE *out)
{
    static const char *const statuses[][2] = {
        { "0", "done" },
        { "1", "failed" },
        { "2", "done but for refused rows" },
        { "64", "wrong usage" },
    };

    fputs(".SH EXIT STATUS\n", out);
    for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++) {
        fprintf(out, ".TP\n.B %s\n%s\n", statuses[i][0], statuses[i][1]);
    }
}

static JcExit
run(const JcCall *call, GError **error G_GNUC_UNUSED)
{
    FILE *out = call->context->out;

    fputs(".TH JOBCTL 1 \"\" \"jobctl " JW_VERSION "\" \"Jobwire\"\n"
          ".SH NAME\njobctl \\- Jobwire's command line\n"
          ".SH SYNOPSIS\n\\fBjobctl\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...]\n"
          ".SH DESCRIPTION\nPrepares topics and records, signs tokens, posts report jobs and looks "
          "after them.\nResults go to standard output, problems and progress to standard error.\n"
          ".SH COMMANDS\n",
          out);
    for (size_t i = 0; jc_commands[i] != NULL; i++) {
        put_command(out, jc_commands[i]);
    }
    put_environment(out);
    put_status(out);
    return JC_EXIT_OK;
}

static const JcVerb verbs[] = { { .name = "", .run = run }, { 0 } };

const JcCommand jc_man = {
    .name = "man",
    .summary = "prints the manual page",
    .help = "  jobctl man | man -l -                   # reads it here\n"
            "  jobctl man > jobctl.1                   # for a folder of MANPATH\n",
    .options = options,
    .verbs = verbs,
};
