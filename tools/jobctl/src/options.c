/* options.c: a command's options, read and explained by GOption as the services' are. Main thread.
 */
#include "jobctl.h"

#include <string.h>

#include "jw/text.h"

#define OPTIONS_MAX 20

typedef struct {
    gboolean flag;
    char **values; /* one each time it was given */
} Given;

typedef struct {
    GOptionContext *context;
    Given given[OPTIONS_MAX]; /* in the order of the command's options */
} Parser;

static void
parser_clear(Parser *self)
{
    g_option_context_free(self->context);
    for (size_t i = 0; i < OPTIONS_MAX; i++) {
        g_strfreev(self->given[i].values);
    }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Parser, parser_clear)

/* The verbs and the further lines. (transfer full) */
static char *
description_of(const JcCommand *command)
{
    GString *text = g_string_new(NULL);

    for (const JcVerb *verb = command->verbs; verb != NULL && verb->name != NULL; verb++) {
        g_autofree char *usage = g_strjoin(" ", verb->name, verb->arguments, NULL);
        g_string_append_printf(text, "  %-18s %s\n", usage, verb->summary);
    }
    if (command->help != NULL) {
        g_string_append_printf(text, "%s%s", text->len > 0 ? "\n" : "", command->help);
    }
    return g_string_free(text, FALSE);
}

/* Values are file names to GOption: bytes as they came, whatever the locale. */
static void
parser_init(Parser *self, const JcCommand *command)
{
    GOptionEntry entries[OPTIONS_MAX + 1] = { 0 };
    size_t n = 0;

    *self = (Parser){ .context = g_option_context_new(command->arguments) };
    for (const JcOption *option = command->options; option->name != NULL; option++, n++) {
        g_assert(n < OPTIONS_MAX);
        Given *given = &self->given[n];
        entries[n] = (GOptionEntry){
            option->name, option->letter, 0, G_OPTION_ARG_FILENAME_ARRAY, &given->values,
            option->help, option->value
        };
        if (option->type == JC_OPTION_FLAG) {
            entries[n].arg = G_OPTION_ARG_NONE;
            entries[n].arg_data = &given->flag;
        }
    }
    g_option_context_set_help_enabled(self->context, FALSE); /* it would print and exit */
    g_option_context_set_summary(self->context, command->summary);
    g_autofree char *description = description_of(command);
    g_option_context_set_description(self->context, description);
    g_option_context_add_main_entries(self->context, entries, NULL);
}

static void
add_list(GPtrArray **list, const char *value)
{
    g_auto(GStrv) parts = g_strsplit(value, ",", -1);

    if (*list == NULL) {
        *list = g_ptr_array_new_with_free_func(g_free);
    }
    for (size_t i = 0; parts[i] != NULL; i++) {
        g_strstrip(parts[i]);
        if (parts[i][0] != '\0') {
            g_ptr_array_add(*list, g_strdup(parts[i]));
        }
    }
}

static bool
take_value(const JcOption *option, void *target, const char *value, GError **error)
{
    void *field = (char *)target + option->offset;
    g_autofree char *what = g_strdup_printf("--%s", option->name);

    switch (option->type) {
    case JC_OPTION_TEXT:
        *(const char **)field = g_intern_string(value); /* arguments live as long as the process */
        return true;
    case JC_OPTION_INT:
        return jw_text_int64(value, what, option->min, option->max, field, error);
    case JC_OPTION_LIST:
        add_list(field, value);
        return true;
    case JC_OPTION_FLAG:
        break;
    }
    return true;
}

static bool
take_option(const JcOption *option, const Given *given, void *target, GError **error)
{
    if (given->flag) {
        *(bool *)((char *)target + option->offset) = true;
    }
    for (size_t i = 0; given->values != NULL && given->values[i] != NULL; i++) {
        if (!take_value(option, target, given->values[i], error)) {
            return false;
        }
    }
    return true;
}

/* GOption takes "--flag=no" for "--flag". */
static bool
check_flags(const JcOption *options, int argc, char **argv, GError **error)
{
    for (; options->name != NULL; options++) {
        g_autofree char *with_value = g_strdup_printf("--%s=", options->name);

        for (int i = 0; options->type == JC_OPTION_FLAG && i < argc; i++) {
            if (g_str_has_prefix(argv[i], with_value)) {
                return jw_fail(error, JW_ERROR_INVALID, "--%s takes no value", options->name);
            }
        }
    }
    return true;
}

/* The word that GOption did not know, with what may have been meant. */
static bool
fail_parse(const JcOption *options, int argc, char **argv, const GError *cause, GError **error)
{
    for (int i = 0;
         g_error_matches(cause, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION) && i < argc; i++) {
        if (!g_str_has_prefix(argv[i], "--") || strstr(cause->message, argv[i]) == NULL) {
            continue;
        }
        g_autofree char *wanted = g_strndup(argv[i] + 2, strcspn(argv[i] + 2, "="));
        JwNearest nearest = jw_nearest_begin(wanted);
        for (const JcOption *option = options; option->name != NULL; option++) {
            jw_nearest_offer(&nearest, option->name);
        }
        if (nearest.name != NULL) {
            return jw_fail(error, JW_ERROR_INVALID, "%s; did you mean --%s?", cause->message,
                           nearest.name);
        }
    }
    return jw_fail(error, JW_ERROR_INVALID, "%s", cause->message);
}

static const JcVerb *
find_verb(const JcCommand *command, const char *name)
{
    for (const JcVerb *verb = command->verbs; verb != NULL && verb->name != NULL; verb++) {
        if (g_strcmp0(verb->name, name) == 0) {
            return verb;
        }
    }
    return NULL;
}

bool
jc_options_takes(const JcVerb *verb, const JcOption *option)
{
    g_auto(GStrv) names = g_strsplit(verb != NULL ? verb->options : "", " ", -1);

    return verb == NULL || g_strv_contains((const char *const *)names, option->name);
}

/* What would be without effect. */
static bool
check_taken(const JcCommand *command, const Given *given, const char *word, GError **error)
{
    const JcVerb *verb = find_verb(command, word);

    for (size_t i = 0; verb != NULL && command->options[i].name != NULL; i++) {
        if ((given[i].flag || given[i].values != NULL)
            && !jc_options_takes(verb, &command->options[i])) {
            return jw_fail(error, JW_ERROR_INVALID, "%s takes no --%s", verb->name,
                           command->options[i].name);
        }
    }
    return true;
}

const JcVerb *
jc_options_verb(const JcCommand *command, int argc, char **argv, GError **error)
{
    const JcVerb *verb = argc > 0 ? find_verb(command, argv[0]) : NULL;
    JwNearest nearest = jw_nearest_begin(argc > 0 ? argv[0] : "");

    for (const JcVerb *known = command->verbs; known->name != NULL; known++) {
        jw_nearest_offer(&nearest, known->name);
    }
    if (verb == NULL && argc > 0 && nearest.name != NULL) {
        return jw_fail_null(error, JW_ERROR_INVALID, "there is no '%s'; did you mean %s?", argv[0],
                            nearest.name);
    }
    if (verb == NULL) {
        return jw_fail_null(error, JW_ERROR_INVALID, "say what to do: %s", command->arguments);
    }
    if (argc - 1 != verb->n_arguments || (argc > 1 && argv[1][0] == '\0')) {
        return jw_fail_null(error, JW_ERROR_INVALID, "%s wants %s", verb->name,
                            verb->n_arguments == 0 ? "nothing behind it" : verb->arguments);
    }
    return verb;
}

bool
jc_options_parse(const JcCommand *command, void *target, int *argc, char **argv, GError **error)
{
    g_auto(Parser) parser = { 0 };
    g_autofree char **arguments = g_new0(char *, (size_t)*argc + 2); /* after the program's name */
    g_autoptr(GError) cause = NULL;
    char program[] = "jobctl";
    char **rest = arguments;
    int n = *argc + 1;

    parser_init(&parser, command);
    arguments[0] = program;
    for (int i = 0; i < *argc; i++) {
        arguments[i + 1] = argv[i];
    }
    if (!check_flags(command->options, *argc, argv, error)) {
        return false;
    }
    if (!g_option_context_parse(parser.context, &n, &rest, &cause)) {
        return fail_parse(command->options, *argc, argv, cause, error);
    }
    for (size_t i = 0; command->options[i].name != NULL; i++) {
        if (!take_option(&command->options[i], &parser.given[i], target, error)) {
            return false;
        }
    }
    bool only_words = false; /* GOption leaves a "--" before an argument that begins with "-" */
    *argc = 0;
    for (int i = 1; i < n; i++) {
        if (!only_words && g_str_equal(rest[i], "--")) {
            only_words = true;
        } else {
            argv[(*argc)++] = rest[i];
        }
    }
    return check_taken(command, parser.given, *argc > 0 ? argv[0] : NULL, error);
}

char *
jc_options_help(const JcCommand *command)
{
    g_auto(Parser) parser = { 0 };
    g_autofree char *program = g_strconcat("jobctl ", command->name, NULL);

    parser_init(&parser, command);
    g_set_prgname(program); /* what the usage begins with */
    return g_option_context_get_help(parser.context, TRUE, NULL);
}
