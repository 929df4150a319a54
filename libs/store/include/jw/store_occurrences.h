/* jw/store_occurrences.h: the ledger of schedules: what became of each due time. Errors:
 * jw/store.h.
 */
#pragma once
#include "jw/occurrence.h"
#include "jw/store.h"

G_BEGIN_DECLS

/* Writes an occurrence, which is the word about its due time. @ret_create: (out): EXISTS: there is
 * one, which is left as it is. */
bool jw_store_put_occurrence(JwStore *self, const JwOccurrence *occurrence, JwCreate *ret_create,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for many, in one round trip. @ret_creates: (out): as many answers. On an error some may
 * be written: repeating the call is harmless. */
bool jw_store_put_occurrences(JwStore *self, const JwOccurrence *const *occurrences, size_t n,
                              JwCreate *ret_creates, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The occurrence is valid during the call. */
typedef void (*JwOccurrenceFunc)(const JwOccurrence *occurrence, gpointer data);

/* Calls @visit for the one with that id. @ret_found: (out): whether there is one */
bool jw_store_get_occurrence(JwStore *self, const char *id, JwOccurrenceFunc visit, gpointer data,
                             bool *ret_found, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Calls @visit for those of @ids (NULL-terminated) that there are, in any order. One that cannot be
 * read is CORRUPT, as by its id. */
bool jw_store_find_occurrences(JwStore *self, const char *const *ids, JwOccurrenceFunc visit,
                               gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Puts another kind, reason, job_id and decided_ms in the place of those it has, as long as it says
 * @from, decided at @from_ms, and its job has not ended. @ret_cas: (out): LOST: it is otherwise, or
 * gone */
bool jw_store_amend_occurrence(JwStore *self, const JwOccurrence *occurrence, JwOccurrenceKind from,
                               int64_t from_ms, JwCas *ret_cas,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How the job of an occurrence ended, and when. One that is not there is no error. */
bool jw_store_end_occurrence(JwStore *self, const char *id, const char *end_state, int64_t ended_ms,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    const char *schedule_id;
    int64_t before_ms; /* only those due before; 0: all */
    /* Only those behind that one, which was due then: many may be at one moment. NULL: all */
    const char *after_id;
    int64_t after_due_ms;
    bool no_switches; /* without those of a pause and its end */
    unsigned kinds;   /* only those whose 1 << kind is in it, whatever no_switches says; 0: all */
    bool ended_only;  /* only those whose job completed or failed, after @ended_after_ms */
    int64_t ended_after_ms;
    int64_t decided_from_ms; /* only those decided then or later; 0: all */
    size_t limit;            /* at least 1 */
} JwOccurrenceQuery;

/* Calls @visit for the occurrences of a schedule, newest first. */
bool jw_store_list_occurrences(JwStore *self, const JwOccurrenceQuery *query,
                               JwOccurrenceFunc visit, gpointer data,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether there is an occurrence of a schedule whose job has not ended. @ret_waits: (out) */
bool jw_store_awaits_end(JwStore *self, const char *schedule_id, bool *ret_waits,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Removes up to @limit occurrences that were decided before @before_ms and whose job, if they have
 * one, has ended. @ret_removed: (out) */
bool jw_store_remove_occurrences(JwStore *self, int64_t before_ms, size_t limit,
                                 size_t *ret_removed, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
