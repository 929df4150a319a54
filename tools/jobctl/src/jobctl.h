/* jobctl.h: what all of jobctl shares: where it writes, its environment, its exit codes. One
 * thread, the main one. Commands write to the context's files only, so that tests can read what
 * they printed. */
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
    JC_EXIT_LATER = 75, /* EX_TEMPFAIL, for mail servers: not now */
} JcExit;

typedef struct {
    FILE *in, *out, *err;   /* (transfer none); in: who may be asked */
    JwClock *clock;         /* (transfer none) */
    const char *const *env; /* NAME=value, NULL-terminated */
    JwStore *store;         /* tests only: used instead of the server; NULL otherwise */
    struct _JwMail *mail;   /* the same */
} JcContext;

/* The whole program but for main(). @argv: with the program's name. */
JcExit jc_main(JcContext *context, int argc, char **argv);

const char *jc_env(const JcContext *self, const char *name); /* NULL: not set or empty */
/* jw_config_load() over the variables the tables know, and JW_KAFKA_*: an environment for the
 * services may hold more. */
bool jc_config_load(const JcContext *self, const JwConfigTable *table,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The first of the environment's @name, ./@relative and @relative above the program's build folder
 * that exists. NOT_FOUND ends with @cure. (transfer full) */
char *jc_find_path(const JcContext *self, const char *name, const char *relative, const char *cure,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Reads the languages that are files, before anything asks for one; none need be there. INVALID,
 * NOT_FOUND. */
bool jc_languages_load(const JcContext *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The context's store, or a connection to JW_MONGODB_URI that answered. @ret_owned: to be freed by
 * the caller. */
JwStore *jc_store_open(const JcContext *self, JwStore **ret_owned,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 12345 → "12,345". (transfer full) */
char *jc_count_text(int64_t count);

G_END_DECLS
