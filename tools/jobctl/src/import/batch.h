/* import/batch.h: rows into the store, a thousand at a time, in constant memory; and what becomes
 * of a row whose id is there with other values. One thread. */
#pragma once
#include "jw/store_records.h"

G_BEGIN_DECLS

#define JC_BATCH_ROWS 1000u

/* What becomes of a row whose id is in the store with other values. */
typedef enum {
    JC_CONFLICT_FAIL,   /* it is refused */
    JC_CONFLICT_SKIP,   /* the record stays as it is */
    JC_CONFLICT_UPDATE, /* the record gets the row's values; fields that the row lacks stay */
} JcConflict;

/* Hears of each such row that was not put over its record. @what: a clause that begins with the id
 * and names a field. */
typedef void (*JcDiffersFunc)(int64_t line, const char *what, gpointer data);

typedef struct {
    JwStore *store; /* (nullable): NULL: rows are taken and forgotten */
    const char *collection;
    const char *const *fields; /* NULL-terminated */
    bool insert;               /* false: only compares rows with the store's records */
    JcConflict conflict;
    JcDiffersFunc differs; /* nullable */
    gpointer data;
} JcBatchConfig;

typedef struct {
    int64_t added;     /* new in the store */
    int64_t same;      /* found there with these values */
    int64_t differing; /* there with other values, and not updated */
    int64_t updated;
} JcBatchCounts;

typedef struct _JcBatch JcBatch;
/* @config: copied; what it refers to is (transfer none) and outlives the batch. */
JcBatch *jc_batch_new(const JcBatchConfig *config);
void jc_batch_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JcBatch, jc_batch_free)
/* Where the next row goes: as many values as fields; their strings belong into
 * jc_batch_strings(). */
JwValue *jc_batch_row(JcBatch *self);
GStringChunk *jc_batch_strings(JcBatch *self);
/* Takes the row into the batch; @id is of jc_batch_strings(), and no other row's. */
bool jc_batch_add(JcBatch *self, const char *id, int64_t line,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The row was refused; what it left in jc_batch_strings() must not pile up. */
bool jc_batch_skip(JcBatch *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool jc_batch_flush(JcBatch *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
const JcBatchCounts *jc_batch_counts(const JcBatch *self); /* (transfer none) */

G_END_DECLS
