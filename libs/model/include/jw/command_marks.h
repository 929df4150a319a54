/* jw/command_marks.h: which commands of the bus were decided about a document, kept in it, so that
 * the update with their effect is the one that says so. Pure.
 *
 * Of each partition the place of the last one is enough for messages that are read again, however
 * many came since. A sender that sends again makes a message at another place: those are known by
 * their ids, of which the last JW_COMMAND_IDS_MAX are kept. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

#define JW_COMMAND_IDS_MAX   50
#define JW_COMMAND_MARKS_MAX 64 /* partitions; a document has one, unless their number changed */

/* How far the commands of one partition were decided. */
typedef struct {
    int32_t partition;
    int64_t offset; /* of the last one */
    int64_t at_ms;  /* the broker's time, the latest of them */
    char *refused;  /* why the last one was; NULL: it was not */
} JwCommandMark;

/* An empty array of them. (transfer full) */
GPtrArray *jw_command_marks_new(void);

/* A message: its id, which is its sender's and its own, and its place. */
typedef struct {
    const char *id;
    int32_t partition;
    int64_t offset, at_ms; /* at_ms: 0 or less: not known */
} JwCommandPlace;

typedef enum {
    JW_COMMAND_NEW,
    JW_COMMAND_DECIDED,
    JW_COMMAND_REFUSED, /* the last one of its partition, and for the reason of its mark */
} JwCommandSeen;

/* Whether it was decided before. An offset at or before the mark says so, unless the message is
 * younger than all before the mark: then the topic was made anew. @ids: (nullable). @ret_refused:
 * (out) (transfer none): REFUSED: why */
JwCommandSeen jw_command_seen(const GPtrArray *marks, const char *const *ids,
                              const JwCommandPlace *place, const char **ret_refused);

/* Sets the mark of its partition. @refused: (nullable) */
void jw_command_marks_note(GPtrArray *marks, const JwCommandPlace *place, const char *refused);

/* A copy. (transfer full) */
GPtrArray *jw_command_marks_copy(const GPtrArray *marks);

/* The last of @ids (nullable) and @id behind them. (transfer full) */
char **jw_command_ids_with(const char *const *ids, const char *id);

G_END_DECLS
