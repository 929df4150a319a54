/* import/load.h: the import itself: files, a mapping, a store; what was read, refused and added.
 * One thread. */
#pragma once
#include "progress.h"
#include "import/mapping.h"
#include "jw/store_records.h"

G_BEGIN_DECLS

#define JC_BATCH_ROWS 1000u

/* Collects rows and inserts them a batch at a time. */
typedef struct _JcBatch JcBatch;
JcBatch *jc_batch_new(JwStore *store, const char *collection, const char *const *fields,
                      size_t n_fields);
void jc_batch_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JcBatch, jc_batch_free)
/* Where the next row goes: n_fields values; their strings belong into jc_batch_strings(). */
JwValue *jc_batch_row(JcBatch *self);
GStringChunk *jc_batch_strings(JcBatch *self);
/* Takes the row into the batch; @id is of jc_batch_strings(). */
bool jc_batch_add(JcBatch *self, const char *id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The row was refused; what it left in jc_batch_strings() must not pile up. */
bool jc_batch_skip(JcBatch *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool jc_batch_flush(JcBatch *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
int64_t jc_batch_added(const JcBatch *self); /* new in the store; the others were there already */

typedef struct {
    const char *const *paths; /* NULL-terminated */
    const JcMapping *mapping;
    JwStore *store; /* NULL: only checks */
    bool keep_going, drop;
    FILE *err;        /* the first violations, and the bar */
    FILE *violations; /* all of them, or NULL */
    JwClock *clock;
} JcLoad;
typedef struct {
    int64_t rows, refused, added;
    int64_t violations; /* reasons; a row may have several */
} JcLoadResult;
/* @ret: written in any case. Refused rows are no error: see the result. */
bool jc_load_run(const JcLoad *load, JcLoadResult *ret, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
