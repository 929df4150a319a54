/* options.c: a command's options, read and explained by GOption as the services' are. Main thread.
 */
#include "command.h"

#include <string.h>

#include "jw/text.h"

#define OPTIONS_MAX 48

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

bool
jc_options_has_verbs(const JcCommand *command)
{
    return command->verbs->name[0] != '\0';
}

char *
jc_options_arguments(const JcCommand *command)
{
    GString *text = g_string_new(NULL);

    if (!jc_options_has_verbs(command)) {
        g_string_append(text, command->verbs->arguments != NULL ? command->verbs->arguments : "");
        return g_string_free(text, FALSE);
    }
    const char *shared = command->verbs->arguments; /* when all have them */
    for (const JcVerb *verb = command->verbs; verb->name != NULL; verb++) {
        g_string_append_printf(text, "%s%s", text->len > 0 ? "|" : "", verb->name);
        shared = g_strcmp0(shared, verb->arguments) == 0 ? shared : NULL;
    }
    if (shared != NULL) {
        g_string_append_printf(text, " %s", shared);
    }
    return g_string_free(text, FALSE);
}

/* The verbs and the further lines. (transfer full) */
static char *
description_of(const JcCommand *command)
{
    GString *text = g_string_new(NULL);

    for (const JcVerb *verb = command->verbs; jc_options_has_verbs(command) && verb->name != NULL;
         verb++) {
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

    g_autofree char *arguments = jc_options_arguments(command);
    *self = (Parser){ .context = g_option_context_new(arguments) };
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

/* "json, table and wide" of "json|table|wide". (transfer full) */
static char *
words_text(char *const *words)
{
    GString *text = g_string_new(words[0]);

    for (size_t i = 1; words[i] != NULL; i++) {
        g_string_append_printf(text, "%s%s", words[i + 1] != NULL ? ", " : " and ", words[i]);
    }
    return g_string_free(text, FALSE);
}

static bool
take_choice(const JcOption *option, int *field, const char *value, GError **error)
{
    g_auto(GStrv) words = g_strsplit(option->value, "|", -1);
    JwNearest nearest = jw_nearest_begin(value);

    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], value) == 0) {
            *field = i + 1;
            return true;
        }
        jw_nearest_offer(&nearest, words[i]);
    }
    g_autofree char *known = words_text(words);
    return jw_fail(error, JW_ERROR_INVALID, "--%s '%s' is none of %s%s%s%s", option->name, value,
                   known, nearest.name != NULL ? "; did you mean " : "",
                   nearest.name != NULL ? nearest.name : "", nearest.name != NULL ? "?" : "");
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
    case JC_OPTION_CHOICE:
        return take_choice(option, field, value, error);
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

/* NULL: there is none of that name. */
static const JcVerb *
find_verb(const JcCommand *command, const char *name)
{
    for (const JcVerb *verb = command->verbs; verb->name != NULL; verb++) {
        if (!jc_options_has_verbs(command) || g_strcmp0(verb->name, name) == 0) {
            return verb;
        }
    }
    return NULL;
}

bool
jc_options_takes(const JcVerb *verb, const JcOption *option)
{
    g_auto(GStrv) names = g_strsplit(verb->options != NULL ? verb->options : "", " ", -1);

    return verb->options == NULL || g_strv_contains((const char *const *)names, option->name);
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

static const JcVerb *
fail_verb(const JcCommand *command, const char *word, GError **error)
{
    g_autofree char *known = jc_options_arguments(command);
    JwNearest nearest = jw_nearest_begin(word != NULL ? word : "");

    for (const JcVerb *verb = command->verbs; verb->name != NULL; verb++) {
        jw_nearest_offer(&nearest, verb->name);
    }
    if (word == NULL) {
        return jw_fail_null(error, JW_ERROR_INVALID, "say what to do: %s", known);
    }
    return jw_fail_null(error, JW_ERROR_INVALID, "there is no '%s'; %s %s%s", word,
                        nearest.name != NULL ? "did you mean" : "say what to do:",
                        nearest.name != NULL ? nearest.name : known,
                        nearest.name != NULL ? "?" : "");
}

const JcVerb *
jc_options_verb(const JcCommand *command, int argc, char **argv, GError **error)
{
    const bool named = jc_options_has_verbs(command);
    const JcVerb *verb = find_verb(command, argv[0]);
    const int n = named ? argc - 1 : argc;

    if (verb == NULL) {
        return fail_verb(command, argv[0], error);
    }
    if (n >= verb->min && n <= verb->max && (n == 0 || argv[argc - n][0] != '\0')) {
        return verb;
    }
    if (named) {
        return jw_fail_null(error, JW_ERROR_INVALID, "%s wants %s", verb->name,
                            verb->max == 0 ? "nothing behind it" : verb->arguments);
    }
    return verb->wants != NULL ? jw_fail_null(error, JW_ERROR_INVALID, "%s", verb->wants)
                               : jw_fail_null(error, JW_ERROR_INVALID, "'%s' is too much", argv[0]);
}

const void *
jc_options_field(const JcCommand *command, const void *target, const char *name, JcOptionType type)
{
    for (const JcOption *option = command->options; option->name != NULL; option++) {
        if (option->type == type && strcmp(option->name, name) == 0) {
            return (const char *)target + option->offset;
        }
    }
    return NULL;
}

void
jc_options_clear(const JcCommand *command, void *target)
{
    for (const JcOption *option = command->options; option->name != NULL; option++) {
        if (option->type == JC_OPTION_LIST) {
            g_clear_pointer((GPtrArray **)(void *)((char *)target + option->offset),
                            g_ptr_array_unref);
        }
    }
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
    argv[*argc] = NULL;
    return check_taken(command, parser.given, argv[0], error);
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
