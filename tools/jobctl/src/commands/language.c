/* commands/language.c: jobctl language: the words of a language as a file. Main thread. */
#include "command.h"
#include "jw/languages.h"
#include "jw/report_words.h"

static const JcOption options[] = { { 0 } };

static JcExit
run(const JcCall *call, GError **error)
{
    const char *code = call->arguments[0];

    if (!jc_languages_load(call->context, error)) {
        return JC_EXIT_FAILED;
    }
    g_autofree char *text = jw_language_print(code);
    if (text == NULL) {
        g_autofree char *wrong = jw_check_language(code);
        (void)jw_fail(error, JW_ERROR_NOT_FOUND, "a language %s", wrong);
        return JC_EXIT_FAILED;
    }
    fprintf(call->context->out, "%s\n", text);
    return JC_EXIT_OK;
}

static const JcVerb verbs[] = {
    { .name = "",
      .arguments = "CODE",
      .min = 1,
      .max = 1,
      .run = run,
      .wants = "name one language, such as en" },
    { 0 },
};

const JcCommand jc_language = {
    .name = "language",
    .summary = "prints the file of a language, to make a further one from",
    .help =
        "A further language is a file beside the definitions, languages/CODE.json, with all words\n"
        "and the forms of numbers and dates:\n\n"
        "  jobctl language en > schemas/languages/it.json    # then translate it\n"
        "  jobctl check-definitions schemas                  # says what is missing\n\n"
        "Services read it at their start from JW_LANGUAGES_DIR, all of them the same.\n",
    .options = options,
    .verbs = verbs,
};
