/* jc_options.c: reads a command's options by its table. Main thread, no state. */
#include "jobctl.h"

#include <string.h>

#include "jw/text.h"

static const JcOption *
find_option(const JcOption *options, const char *name, size_t length)
{
    for (; options->name != NULL; options++) {
        if (strlen(options->name) == length && strncmp(options->name, name, length) == 0) {
            return options;
        }
    }
    return NULL;
}

static const JcOption *
find_letter(const JcOption *options, char letter)
{
    for (; options->name != NULL; options++) {
        if (options->letter != '\0' && options->letter == letter) {
            return options;
        }
    }
    return NULL;
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
    case JC_OPTION_FLAG:
        *(bool *)field = true;
        return true;
    case JC_OPTION_TEXT:
        *(const char **)field = value;
        return true;
    case JC_OPTION_INT:
        return jw_text_int64(value, what, option->min, option->max, field, error);
    case JC_OPTION_LIST:
        add_list(field, value);
        return true;
    }
    return true;
}

/* One argument that starts with "-"; *@i moves on when the value is the next one. */
static bool
take_option(const JcOption *options, void *target, int argc, char **argv, int *i, GError **error)
{
    const char *argument = argv[*i];
    const bool is_long = argument[1] == '-';
    const char *name = argument + (is_long ? 2 : 1);
    const char *equals = is_long ? strchr(name, '=') : NULL;
    const size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
    const JcOption *option = NULL;

    if (is_long) {
        option = find_option(options, name, length);
    } else if (length == 1) {
        option = find_letter(options, name[0]);
    }
    if (option == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "there is no option '%s'", argument);
    }
    if (option->type == JC_OPTION_FLAG) {
        if (equals != NULL) {
            return jw_fail(error, JW_ERROR_INVALID, "--%s takes no value", option->name);
        }
        return take_value(option, target, NULL, error);
    }
    if (equals == NULL && *i + 1 >= argc) {
        return jw_fail(error, JW_ERROR_INVALID, "--%s needs a value: --%s %s", option->name,
                       option->name, option->value);
    }
    return take_value(option, target, equals != NULL ? equals + 1 : argv[++*i], error);
}

bool
jc_options_parse(const JcOption *options, void *target, int *argc, char **argv, GError **error)
{
    int kept = 0;
    bool only_words = false;

    for (int i = 0; i < *argc; i++) {
        if (!only_words && strcmp(argv[i], "--") == 0) {
            only_words = true;
        } else if (!only_words && argv[i][0] == '-' && argv[i][1] != '\0') {
            if (!take_option(options, target, *argc, argv, &i, error)) {
                return false;
            }
        } else {
            argv[kept++] = argv[i];
        }
    }
    *argc = kept;
    return true;
}
