/* jw/config.h: typed configuration from the environment.
 * One `static const` table a component says name, type, place, default and limits; jw_config_load()
 * reads all tables at once and reports every violation together. Main thread, at start. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

G_BEGIN_DECLS

typedef enum {
    JW_CONFIG_STRING,   /* char * */
    JW_CONFIG_INT,      /* int64_t */
    JW_CONFIG_BOOL,     /* bool: true|false|1|0|yes|no */
    JW_CONFIG_DURATION, /* int64_t ms: "250ms", "5s", "10m", "72h" */
    JW_CONFIG_SIZE,     /* int64_t bytes: "512", "64KiB", "10MiB" */
    JW_CONFIG_FOREIGN,  /* of another program that the environment also serves: known, not read */
} JwConfigType;

typedef enum {
    JW_CONFIG_REQUIRED = 1 << 0,
    JW_CONFIG_SECRET = 1 << 1, /* masked in --print-config; NAME_FILE may name its file */
    JW_CONFIG_URI = 1 << 2,    /* the password inside it is masked */
} JwConfigFlags;

typedef struct {
    const char *name; /* environment variable, JW_… */
    JwConfigType type;
    size_t offset;            /* of the field in the component's struct */
    const char *default_text; /* as it would stand in the environment; NULL: none */
    int64_t min, max;         /* INT, DURATION (ms), SIZE (bytes); both 0: no limits */
    unsigned flags;
    const char *help;
} JwConfigEntry;

/* A table and the struct it fills. The struct starts zeroed; strings in it are owned by it. */
typedef struct {
    const char *title; /* heading in --help */
    const JwConfigEntry *entries;
    size_t n_entries;
    void *target;
} JwConfigTable;

/* Reads @environ (NULL: the process's). An empty variable counts as not set. INVALID lists every
 * missing, unknown (JW_* that no table names; JW_KAFKA_*, JW_DEV_* and JW_TEST_* excepted) and
 * ill-formed variable, one a line, each with what to do; all strings are freed again then. */
bool jw_config_load(const JwConfigTable *tables, size_t n_tables, const char *const *environ_,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same, but keeps what could be read. (transfer full): what could not, as the message of
 * jw_config_load(); "" when all could. */
char *jw_config_read(const JwConfigTable *tables, size_t n_tables,
                     const char *const *environ_) G_GNUC_WARN_UNUSED_RESULT;

/* A check of what no table can say: values that do not go together, a file that is not there. */
typedef struct {
    const char *unread; /* of jw_config_read() */
    GString *wrong;     /* what the check found, a line each that begins with the variable */
} JwConfigCheck;

/* Whether these variables, the last followed by NULL, were read, so that a word about their values
 * means something. */
bool jw_config_is_read(const JwConfigCheck *self, const char *name, ...) G_GNUC_NULL_TERMINATED;

/* Adds what a check found, unless it was @good, and frees it. */
void jw_config_note(JwConfigCheck *self, bool good, GError **error);

/* The tables as text for --help. (transfer full) */
char *jw_config_help(const JwConfigTable *tables, size_t n_tables);

/* NAME=value lines of what could be read, secrets masked. What is wrong stands there as a comment,
 * "# NAME: …": in the place of a variable that is in @unread, above one that is in @wrong
 * (violations both, "" for none), at the end when it is of none. (transfer full) */
char *jw_config_print(const JwConfigTable *tables, size_t n_tables, const char *unread,
                      const char *wrong);

/* Frees the strings of the structs that the tables fill. */
void jw_config_clear(const JwConfigTable *tables, size_t n_tables);

G_END_DECLS
