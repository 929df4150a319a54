/* commands/completion.c: jobctl completion: what a shell offers behind "jobctl", from the tables of
 * commands. Main thread.
 *
 * zsh reads the same function by its bashcompinit. */
#include "command.h"

#include <string.h>

static const JcOption options[] = { { 0 } };

static bool
is_choice(const char *value)
{
    return value != NULL && strchr(value, '|') != NULL;
}

static bool
is_path(const char *value)
{
    return value != NULL
           && (strstr(value, "FILE") != NULL || strstr(value, "DIR") != NULL
               || strstr(value, "CSV") != NULL);
}

/* "json|table|wide" as words. */
static void
print_choices(FILE *out, const char *value)
{
    for (; *value != '\0'; value++) {
        fputc(*value == '|' ? ' ' : *value, out);
    }
}

/* What may stand behind "--output". */
static void
print_values(FILE *out, const JcCommand *command)
{
    fputs("        case $previous in\n", out);
    for (const JcOption *option = command->options; option->name != NULL; option++) {
        if (option->type == JC_OPTION_FLAG) {
            continue;
        }
        fprintf(out, "        --%s", option->name);
        if (option->letter != '\0') {
            fprintf(out, "|-%c", option->letter);
        }
        fputs(") ", out);
        if (is_choice(option->value)) {
            fputs("choices=\"", out);
            print_choices(out, option->value);
            fputs("\" ", out);
        } else if (is_path(option->value)) {
            fputs("files=1 ", out);
        }
        fputs("taken=1 ;;\n", out);
    }
    fputs("        esac\n", out);
}

static void
print_options(FILE *out, const JcCommand *command, const JcVerb *verb)
{
    for (const JcOption *option = command->options; option->name != NULL; option++) {
        if (jc_options_takes(verb, option)) {
            fprintf(out, " --%s", option->name);
        }
    }
    fputs(" --help", out);
}

/* What may stand there else. */
static void
print_words(FILE *out, const JcCommand *command, const JcVerb *verb)
{
    const bool paths = is_path(verb->arguments);

    fputs("choices=\"", out);
    if (is_choice(verb->arguments) && !paths) {
        print_choices(out, verb->arguments);
    }
    print_options(out, command, verb);
    fprintf(out, "\"%s\n", paths ? " files=1" : "");
}

/* The first word that is one, so that options and their values may stand before it. */
static void
print_find_verb(FILE *out, const JcCommand *command)
{
    fputs("        for ((i = 2; i < COMP_CWORD; i++)); do\n            case ${COMP_WORDS[i]} in ",
          out);
    for (const JcVerb *verb = command->verbs; verb->name != NULL; verb++) {
        fprintf(out, "%s%s", verb == command->verbs ? "" : "|", verb->name);
    }
    fputs(") verb=${COMP_WORDS[i]}; break ;; esac\n        done\n", out);
}

static void
print_command(FILE *out, const JcCommand *command)
{
    fprintf(out, "    %s)\n", command->name);
    print_values(out, command);
    if (!jc_options_has_verbs(command)) {
        fputs("        [[ -n $taken ]] || ", out);
        print_words(out, command, command->verbs);
        fputs("        ;;\n", out);
        return;
    }
    print_find_verb(out, command);
    fputs("        [[ -n $taken ]] || case $verb in\n", out);
    for (const JcVerb *verb = command->verbs; verb->name != NULL; verb++) {
        fprintf(out, "        %s) ", verb->name);
        print_words(out, command, verb);
        fputs("            ;;\n", out);
    }
    fputs("        *) choices=\"", out);
    for (const JcVerb *verb = command->verbs; verb->name != NULL; verb++) {
        fprintf(out, "%s%s", verb == command->verbs ? "" : " ", verb->name);
    }
    fputs(" --help\" ;;\n        esac\n        ;;\n", out);
}

static void
print_names(FILE *out)
{
    for (size_t i = 0; jc_commands[i] != NULL; i++) {
        fprintf(out, "%s ", jc_commands[i]->name);
    }
    fputs("help", out);
}

static void
print_function(FILE *out)
{
    fputs("_jobctl() {\n"
          "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local command=${COMP_WORDS[1]} verb= choices= files= taken= name i\n"
          "    COMPREPLY=()\n"
          "    ((COMP_CWORD > 1)) || command=help\n"
          "    case $command in\n"
          "    help) choices=\"",
          out);
    print_names(out);
    fputs("\" ;;\n", out);
    for (size_t i = 0; jc_commands[i] != NULL; i++) {
        print_command(out, jc_commands[i]);
    }
    fputs("    esac\n"
          "    if [[ -n $files && $current != -* ]]; then\n"
          "        while IFS= read -r name; do COMPREPLY+=(\"$name\"); done < <(compgen -f -- "
          "\"$current\")\n"
          "    elif [[ -n $choices ]]; then\n"
          "        COMPREPLY=($(compgen -W \"$choices\" -- \"$current\"))\n"
          "    fi\n"
          "}\n",
          out);
}

static bool
check(const JcCall *call, GError **error)
{
    const char *shell = call->arguments[0];

    return strcmp(shell, "bash") == 0 || strcmp(shell, "zsh") == 0
           || jw_fail(error, JW_ERROR_INVALID, "%s", call->verb->wants);
}

static JcExit
run(const JcCall *call, GError **error G_GNUC_UNUSED)
{
    FILE *out = call->context->out;

    if (strcmp(call->arguments[0], "zsh") == 0) {
        fputs("autoload -Uz compinit bashcompinit && compinit && bashcompinit\n", out);
    }
    print_function(out);
    fputs("complete -o filenames -F _jobctl jobctl\n", out);
    return JC_EXIT_OK;
}

static const JcVerb verbs[] = {
    { .name = "",
      .arguments = "bash|zsh",
      .min = 1,
      .max = 1,
      .run = run,
      .wants = "name the shell: bash or zsh" },
    { 0 },
};

const JcCommand jc_completion = {
    .name = "completion",
    .summary = "prints what a shell needs to complete commands",
    .help = "  source <(jobctl completion bash)        # in ~/.bashrc\n"
            "  source <(jobctl completion zsh)         # in ~/.zshrc\n",
    .options = options,
    .verbs = verbs,
    .check = check,
};
