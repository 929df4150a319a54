/* jobctl.h: what the commands of jobctl share: the table of them, options, output, configuration.
 * One thread, the main one. A command writes to the context's files only, so that tests can read
 * what it printed. */
#pragma once
#include <stdio.h>

#include "jw/clock.h"
#include "jw/config.h"
#include "jw/error.h"
#include "jw/store.h"

G_BEGIN_DECLS

typedef enum {
    JC_EXIT_OK = 0,
    JC_EXIT_FAILED = 1,
    JC_EXIT_PARTLY = 2, /* done, but for some refused rows */
    JC_EXIT_USAGE = 64,
} JcExit;

typedef struct {
    FILE *out, *err;        /* (transfer none) */
    JwClock *clock;         /* (transfer none) */
    const char *const *env; /* NAME=value, NULL-terminated */
    JwStore *store;         /* tests only: used instead of the server; NULL otherwise */
} JcContext;

typedef enum { JC_OPTION_FLAG, JC_OPTION_TEXT, JC_OPTION_INT, JC_OPTION_LIST } JcOptionType;
typedef struct {
    const char *name; /* "--name" on the command line; NULL ends a table */
    char letter;      /* "-n", or 0 */
    JcOptionType type;
    size_t offset;     /* of bool, const char *, int64_t, GPtrArray * (created when first given) */
    const char *value; /* how the help calls the value */
    const char *help;
    int64_t min, max; /* INT */
} JcOption;

/* What a command is told to do by the word behind its name: "jobs list". */
typedef struct {
    const char *name; /* NULL ends a table */
    const char *arguments, *summary;
    int n_arguments;     /* exactly so many */
    const char *options; /* the names of those it takes, a space between */
} JcVerb;

typedef struct {
    const char *name, *summary;
    const char *arguments; /* behind the options; NULL: none */
    const char *help;      /* further lines; may be NULL */
    const JcOption *options;
    const JcVerb *verbs; /* NULL: none */
    /* @argv: without the command's name */
    JcExit (*run)(JcContext *context, int argc, char **argv);
} JcCommand;

/* Fills @target by @command's options, moves what is no option to the front of @argv. LISTs take
 * commas and repetition; their arrays are the caller's. INVALID names what is wrong, also an option
 * that the verb does not take. */
bool jc_options_parse(const JcCommand *command, void *target, int *argc, char **argv,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The verb that @argv begins with, which has its arguments. INVALID. (transfer none) */
const JcVerb *jc_options_verb(const JcCommand *command, int argc, char **argv,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a verb, NULL for a command without them, takes that option. */
bool jc_options_takes(const JcVerb *verb, const JcOption *option);

/* All about @command and its options. (transfer full) */
char *jc_options_help(const JcCommand *command);

extern const JcCommand jc_topics, jc_token, jc_apikey, jc_import, jc_demo_data,
    jc_check_definitions, jc_submit, jc_watch, jc_download, jc_verify, jc_jobs, jc_templates,
    jc_types, jc_dlq, jc_completion, jc_man;

/* All of them in the order of the help, NULL at the end. */
extern const JcCommand *const jc_commands[];

/* The whole program but for main(). @argv: with the program's name. */
JcExit jc_main(JcContext *context, int argc, char **argv);
/* Prints "jobctl NAME: message" and where to read more; returns JC_EXIT_USAGE. */
JcExit jc_usage(JcContext *context, const JcCommand *command, const GError *error);
/* The same for what went wrong while it worked; returns JC_EXIT_FAILED. */
JcExit jc_failed(JcContext *context, const JcCommand *command, const GError *error);

const char *jc_env(const JcContext *self, const char *name); /* NULL: not set or empty */
/* jw_config_load() over the variables the tables know, and JW_KAFKA_*: an environment for the
 * services may hold more. */
bool jc_config_load(const JcContext *self, const JwConfigTable *table,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The first of the environment's @name, ./@relative and @relative above the program's build folder
 * that exists. NOT_FOUND ends with @cure. (transfer full) */
char *jc_find_path(const JcContext *self, const char *name, const char *relative, const char *cure,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The context's store, or a connection to JW_MONGODB_URI that answered. @ret_owned: to be freed by
 * the caller. */
JwStore *jc_store_open(const JcContext *self, JwStore **ret_owned,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 12345 → "12,345". (transfer full) */
char *jc_count_text(int64_t count);

G_END_DECLS
