/* jw/ready.h: what a due time waits for: data that its job reads. Pure data. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef enum {
    JW_READY_AT_ONCE, /* it waits for nothing */
    JW_READY_RECORD,  /* for a record from the end of the job's period on, in what the job reads */
    JW_READY_MARKER   /* for a document */
} JwReadyType;

/* What happens when it is not there by the deadline. */
typedef enum {
    JW_UNREADY_RUN,  /* the job runs all the same */
    JW_UNREADY_SKIP, /* there is no job */
    JW_UNREADY_ALARM /* there is a job that has failed, so that everybody is told who would be */
} JwUnready;

typedef struct {
    JwReadyType type;
    char *collection, *marker_id; /* marker: its place; the id with {due_date}, {period_start} … */
    int64_t deadline_ms;          /* after the due time */
    JwUnready at_deadline;
} JwReady;

/* As in JSON; NULL past the last. "at_once", "record", "marker". (transfer none) */
const char *jw_ready_name(int type);

/* "run", "skip", "alarm". (transfer none) */
const char *jw_unready_name(int what);

/* The names that @text puts into braces which are not in @known, NULL-terminated: the first of
 * them; NULL: none. Also for a brace that does not close. (transfer full) */
char *jw_ready_unknown_name(const char *text, const char *const *known);

/* @text with each {name} replaced by the value of that name. @names, @values: as many, @names
 * NULL-terminated. (transfer full) */
char *jw_ready_fill(const char *text, const char *const *names, const char *const *values);

G_END_DECLS
