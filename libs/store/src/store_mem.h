/* store_mem.h: what the files of the memory adapter share. One mutex over everything; callbacks
 * of the caller run outside of it. */
#pragma once
#include "store_private.h"
#include "jw/store_mem.h"
#include "jw/sync.h"

G_BEGIN_DECLS

typedef struct {
    JwStore base;
    JwMutex mutex;
    int calls, fail_in; /* guarded by the mutex, as is all that follows */
    int then_fail;      /* so many calls, once fail_in has come to 0 */
    JwErrorCode fail_code, then_code;
    bool fail_after, failing, unreachable;
    GHashTable *jobs;        /* id → JwJob */
    GHashTable *deliveries;  /* id → JwDelivery */
    GHashTable *schedules;   /* id → JwSchedule */
    GHashTable *occurrences; /* id → JwMemOccurrence */
    GHashTable *uploads;     /* file id → JwMemUpload */
    GHashTable *chunks;      /* "file id/number" → GBytes */
    GHashTable *files;       /* file id → JwFileInfo */
    GHashTable *removed;     /* file ids that their jobs call removed, a set */
    GHashTable *corrupted;   /* ids of documents that cannot be read, a set */
    GHashTable *records;     /* collection → GPtrArray of JwMemRecord */
} JwStoreMem;

typedef struct {
    char *id, *schedule_id, *reason;
    int64_t due_ms, decided_ms;
    JwOccurrenceKind kind;
} JwMemOccurrence;

typedef struct {
    char *job_id;
    int64_t at_ms;
} JwMemUpload;

/* Never changed once made; shared with running scans. */
typedef struct {
    gatomicrefcount refs;
    char *id;
    GHashTable *values; /* full name of the field → JwMemValue */
} JwMemRecord;

/* Every operation begins with _begin and ends with _end, both under the lock. They count the
 * call and fail it where a test asked for it: _begin before anything is done, _end after it (a
 * lost reply). */
bool jw_store_mem_begin(JwStoreMem *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool jw_store_mem_end(JwStoreMem *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* By its id: CORRUPT when it cannot be read. In a page: it is left out. */
bool jw_store_mem_read(JwStoreMem *self, const char *id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool jw_store_mem_readable(const JwStoreMem *self, const char *id);

/* Events appended to an outbox, copied. */
void jw_store_mem_push(GPtrArray *outbox, const JwOutboxEntry *const *events, size_t n_events);
/* NULL leaves the text as it is. */
void jw_store_mem_set_text(char **text, const char *value);
/* The values of a table as an array without ownership, sorted. */
GPtrArray *jw_store_mem_sorted(GHashTable *table, GCompareDataFunc compare, gpointer data);

/* Fill in the operations of one file. */
void jw_store_mem_job_ops(JwStoreOps *ops);
void jw_store_mem_delivery_ops(JwStoreOps *ops);
void jw_store_mem_schedule_ops(JwStoreOps *ops);
void jw_store_mem_file_ops(JwStoreOps *ops);
void jw_store_mem_record_ops(JwStoreOps *ops);
/* Free functions of the tables' values. */
void jw_store_mem_free_occurrence(gpointer occurrence);
void jw_store_mem_free_upload(gpointer upload);
void jw_store_mem_free_file(gpointer file);
void jw_store_mem_free_records(gpointer records);

G_END_DECLS
