/* store_private.h: the store port from inside: the table of operations that an adapter fills.
 * Signatures and answers are those of the public functions of the same name (jw/store*.h);
 * arguments were checked by the dispatching function. Files are written and read in chunks; how
 * chunks become a file is store_files.c's business and the same for every adapter. */
#pragma once
#include "jw/store.h"
#include "jw/store_deliveries.h"
#include "jw/store_files.h"
#include "jw/store_jobs.h"
#include "jw/store_records.h"
#include "jw/store_schedules.h"

G_BEGIN_DECLS

#define JW_STORE_CHUNK_BYTES (255 * 1024)

/* What fs.files says of one file. Texts are borrowed on the way in and owned on the way out. */
typedef struct {
    char *file_id, *file_name, *content_type, *job_id, *sha256;
    int64_t size_bytes, chunk_bytes, uploaded_at_ms;
} JwFileInfo;
void jw_file_info_clear(JwFileInfo *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwFileInfo, jw_file_info_clear)

/* One chunk as read back; false with @error set stops the reading. */
typedef bool (*JwChunkFunc)(int64_t n, const void *data, size_t length, gpointer user,
                            GError **error);
typedef void (*JwOccurrenceFunc)(const JwOccurrence *occurrence, gpointer data);

/* What create sets as mail_pending. */
static inline bool
jw_store_owes_mail(const JwJob *job)
{
    return job->recipients != NULL && job->recipients[0] != NULL;
}

typedef struct {
    void (*free)(JwStore *self);
    bool (*ping)(JwStore *self, GError **error);
    bool (*reachable)(JwStore *self);
    void (*stop_waiting)(JwStore *self);
    bool (*prepare)(JwStore *self, GError **error);
    bool (*drop)(JwStore *self, GError **error);
    bool (*pull_outbox)(JwStore *self, const JwOutboxRef *refs, size_t n_refs, GError **error);
    bool (*find_outbox)(JwStore *self, JwDocKind kind, int64_t before_ms, size_t limit,
                        GPtrArray **ret_docs, GError **error);

    bool (*create_jobs)(JwStore *self, const JwJob *const *jobs, size_t n_jobs,
                        JwCreate *ret_creates, GError **error);
    bool (*get_job)(JwStore *self, const char *job_id, JwJob **ret_job, GError **error);
    bool (*change_job)(JwStore *self, const JwJobChange *change, JwCas *ret_cas, JwJob **ret_job,
                       GError **error);
    bool (*heartbeat_job)(JwStore *self, const char *job_id, int64_t token,
                          const JwProgress *progress, int64_t now_ms, JwHeartbeat *ret_heartbeat,
                          GError **error);
    bool (*scan_jobs)(JwStore *self, const JwJobScan *scan, GPtrArray **ret_jobs, GError **error);
    bool (*count_jobs)(JwStore *self, unsigned states, int64_t limit, int64_t *ret_count,
                       GError **error);
    bool (*list_jobs)(JwStore *self, const JwJobQuery *query, GPtrArray **ret_jobs,
                      int64_t *ret_total, GError **error);
    bool (*set_delivery_counts)(JwStore *self, const char *job_id, const JwDeliveryCounts *counts,
                                bool mail_done, int64_t now_ms, GError **error);

    bool (*create_deliveries)(JwStore *self, const JwDelivery *const *deliveries, size_t n,
                              JwCreate *ret_creates, GError **error);
    bool (*get_delivery)(JwStore *self, const char *id, JwDelivery **ret_delivery, GError **error);
    bool (*list_deliveries)(JwStore *self, const char *job_id, GPtrArray **ret, GError **error);
    bool (*change_delivery)(JwStore *self, const JwDeliveryChange *change, JwCas *ret_cas,
                            JwDelivery **ret_delivery, GError **error);
    bool (*scan_deliveries)(JwStore *self, unsigned states, int64_t due_before_ms,
                            int64_t updated_before_ms, size_t limit, GPtrArray **ret,
                            GError **error);

    bool (*put_schedule)(JwStore *self, const JwSchedule *schedule, GError **error);
    bool (*get_schedule)(JwStore *self, const char *id, JwSchedule **ret_schedule, GError **error);
    bool (*due_schedules)(JwStore *self, int64_t now_ms, size_t limit, GPtrArray **ret,
                          GError **error);
    bool (*fire_schedule)(JwStore *self, const char *id, const char *rule_hash, int64_t expected_ms,
                          int64_t next_ms, const int64_t *fires_ms, size_t n_fires, int64_t now_ms,
                          JwCas *ret_cas, GError **error);
    bool (*finish_fire)(JwStore *self, const char *id, int64_t fire_ms, GError **error);
    bool (*put_occurrence)(JwStore *self, const JwOccurrence *occurrence, GError **error);
    bool (*list_occurrences)(JwStore *self, const char *schedule_id, size_t limit,
                             JwOccurrenceFunc visit, gpointer data, GError **error);

    /* Files. An upload is noted before its first chunk, so that a sweep finds what was left
     * behind. */
    bool (*begin_file)(JwStore *self, const char *file_id, const char *job_id, int64_t now_ms,
                       GError **error);
    /* A chunk that exists with the same bytes is done already; with other bytes: CONFLICT. */
    bool (*put_chunk)(JwStore *self, const char *file_id, int64_t n, const void *data,
                      size_t length, GError **error);
    /* Chunks from number @first on, in order, at most @limit (0: all). */
    bool (*read_chunks)(JwStore *self, const char *file_id, int64_t first, size_t limit,
                        JwChunkFunc visit, gpointer user, GError **error);
    /* One that exists with the same id, size and hash is done already. */
    bool (*put_file)(JwStore *self, const JwFileInfo *info, GError **error);
    bool (*get_file)(JwStore *self, const char *file_id, bool *ret_found, JwFileInfo *ret_info,
                     GError **error);
    /* @keep_note: the note of the upload stays, for the sweep to delete once more. */
    bool (*delete_file)(JwStore *self, const char *file_id, bool keep_note, GError **error);
    bool (*find_orphan_files)(JwStore *self, int64_t before_ms, size_t limit, GPtrArray **ret_ids,
                              GError **error);
    bool (*find_expired_files)(JwStore *self, int64_t before_ms, size_t limit,
                               GPtrArray **ret_files, GError **error);
    bool (*mark_file_removed)(JwStore *self, const JwExpiredFile *file, int64_t now_ms,
                              GError **error);

    bool (*scan_records)(JwStore *self, const JwRecordScan *scan, JwRowFunc row, gpointer data,
                         GError **error);
    bool (*insert_records)(JwStore *self, const char *collection, const char *const *fields,
                           const char *const *ids, const JwValue *const *rows, size_t n_rows,
                           size_t *ret_inserted, GError **error);
    bool (*index_records)(JwStore *self, const char *collection, const char *date_field,
                          GError **error);
    bool (*drop_records)(JwStore *self, const char *collection, GError **error);
} JwStoreOps;

struct _JwStore {
    const JwStoreOps *ops;
};

G_END_DECLS
