/* command.h: what a command is: tables of its options and of what it can do. All that commands have
 * in common is made of them: reading the command line, help, completion, the manual page, asking
 * the API. One thread, the main one. */
#pragma once
#include "jobctl.h"
#include "show.h"

G_BEGIN_DECLS

typedef enum {
    JC_OPTION_FLAG,
    JC_OPTION_TEXT,
    JC_OPTION_INT,
    JC_OPTION_LIST,
    JC_OPTION_CHOICE,
} JcOptionType;

typedef struct {
    const char *name; /* "--name" on the command line; NULL ends a table */
    char letter;      /* "-n", or 0 */
    JcOptionType type;
    /* Of bool, const char *, int64_t, GPtrArray * (NULL: not given), or an int: 0 when it is not
     * given, else which of @value's words it is, from 1. */
    size_t offset;
    const char *value; /* how the help calls the value; words with | between are completed */
    const char *help;
    int64_t min, max; /* INT */
    /* What a TEXT is in the query or the body that the verb sends; a FLAG is of queries, with its
     * value: "sortOrder=asc". NULL: it is not sent. */
    const char *member;
} JcOption;

/* Options of more than one command. One that has --token or --api-key asks the gateway. */
#define JC_OPTION_TOKEN(given)                                                                     \
    {                                                                                              \
        .name = "token", .letter = 't', .type = JC_OPTION_TEXT, .offset = offsetof(given, token),  \
        .value = "TOKEN", .help = "instead of JW_TOKEN"                                            \
    }
#define JC_OPTION_API_KEY(given)                                                                   \
    {                                                                                              \
        .name = "api-key", .letter = 'k', .type = JC_OPTION_TEXT,                                  \
        .offset = offsetof(given, api_key), .value = "KEY", .help = "instead of JW_API_KEY"        \
    }
#define JC_OPTION_OUTPUT(given)                                                                    \
    {                                                                                              \
        .name = "output", .letter = 'o', .type = JC_OPTION_CHOICE,                                 \
        .offset = offsetof(given, output), .value = JC_AS_NAMES,                                   \
        .help = "how it is shown; default table"                                                   \
    }
#define JC_OPTION_LIMIT(given)                                                                     \
    {                                                                                              \
        .name = "limit", .letter = 'n', .type = JC_OPTION_INT, .offset = offsetof(given, limit),   \
        .value = "N", .help = "list: at most this many; default 20", .min = 1, .max = 100000       \
    }

typedef struct _JcCommand JcCommand;
typedef struct _JcVerb JcVerb;
struct _JcApi;

/* What was said. */
typedef struct {
    JcContext *context;
    const JcCommand *command;
    const JcVerb *verb;
    void *given;      /* the struct that the command's options fill */
    char **arguments; /* behind the verb, NULL at the end */
    JcAs as;
    struct _JcApi *api; /* NULL: the command has neither --token nor --api-key */
} JcCall;

typedef JcExit (*JcRun)(const JcCall *call, GError **error);

typedef enum { JC_BODY_NONE, JC_BODY_OPTIONS, JC_BODY_FILE } JcBody;

/* One thing that a command does: told by the word behind its name ("jobs list"), or all of it. */
struct _JcVerb {
    const char *name; /* "": all that the command does; NULL ends a table */
    const char *arguments, *summary;
    int min, max;        /* arguments */
    const char *options; /* the names of those it takes, a space between; NULL: all */
    JcRun run;           /* one of its own, or of rest.h, which reads what follows */
    const char *method;  /* NULL: GET, or POST with a body */
    const char *path;    /* "{}" in it is the first argument */
    JcBody body;         /* of the options' members, or the file that the first argument names */
    const JcShow *shown; /* columns or lines of the answer */
    const char *wants;   /* of "": what is said when there are too many arguments, or too few */
};

struct _JcCommand {
    const char *name, *summary;
    const char *help; /* further lines; may be NULL */
    const JcOption *options;
    size_t given_size;    /* of the struct that they fill */
    const void *defaults; /* NULL: zeros */
    const JcVerb *verbs;
    /* What no table says of the options: INVALID is a wrong usage. May keep in `given` what they
     * come to. NULL: nothing. */
    bool (*check)(const JcCall *call, GError **error);
};

/* All commands, in the order of the help; each is a file of commands/. */
#define JC_COMMANDS(X)                                                                             \
    X(topics)                                                                                      \
    X(token)                                                                                       \
    X(apikey)                                                                                      \
    X(import)                                                                                      \
    X(demo_data)                                                                                   \
    X(check_definitions)                                                                           \
    X(language)                                                                                    \
    X(submit)                                                                                      \
    X(watch)                                                                                       \
    X(download)                                                                                    \
    X(verify)                                                                                      \
    X(jobs)                                                                                        \
    X(deliveries)                                                                                  \
    X(resend)                                                                                      \
    X(bounce)                                                                                      \
    X(templates)                                                                                   \
    X(schedule)                                                                                    \
    X(calendar)                                                                                    \
    X(suppress)                                                                                    \
    X(mail)                                                                                        \
    X(types)                                                                                       \
    X(dlq)                                                                                         \
    X(completion)                                                                                  \
    X(man)

#define JC_COMMAND(name) extern const JcCommand jc_##name;
JC_COMMANDS(JC_COMMAND)
#undef JC_COMMAND

/* The same as a table, NULL at the end. */
extern const JcCommand *const jc_commands[];

/* Fills @target by @command's options and moves what is no option to the front of @argv, which has
 * NULL at its end. LISTs take commas and repetition. INVALID names what is wrong, also an option
 * that the verb does not take. */
bool jc_options_parse(const JcCommand *command, void *target, int *argc, char **argv,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Frees the LISTs. */
void jc_options_clear(const JcCommand *command, void *target);

/* The verb that @argv begins with, which has its arguments. INVALID. (transfer none) */
const JcVerb *jc_options_verb(const JcCommand *command, int argc, char **argv,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool jc_options_takes(const JcVerb *verb, const JcOption *option);
/* Whether words behind its name say what to do. */
bool jc_options_has_verbs(const JcCommand *command);
/* Where @target has the option of that name and type; NULL: there is none. */
const void *jc_options_field(const JcCommand *command, const void *target, const char *name,
                             JcOptionType type);

/* What stands behind the options: "JOB_ID", "list|get". (transfer full) */
char *jc_options_arguments(const JcCommand *command);
/* All about @command and its options. (transfer full) */
char *jc_options_help(const JcCommand *command);

G_END_DECLS
