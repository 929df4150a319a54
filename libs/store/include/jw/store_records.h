/* jw/store_records.h: the users' records: read in one pass for a report, written by the import. */
#pragma once
#include "jw/store.h"
#include "jw/value.h"

G_BEGIN_DECLS

typedef struct {
    const char *field;
    const char *const *values; /* equals one of these texts; NULL-terminated */
    bool negate;               /* none of them */
} JwRecordFilter;

typedef struct {
    const char *collection, *date_field;
    int64_t start_ms, end_ms; /* half open on date_field; both 0: all */
    const JwRecordFilter *filters;
    size_t n_filters;
    /* projection, NULL-terminated; rows come in this order; "a.b" reaches inside */
    const char *const *fields;
    bool ordered; /* by date_field, then _id */
} JwRecordScan;

/* Calls @row for each record, in constant memory. Texts live until @row returns. Types without a
 * JwValue (arrays, documents) come as NULL. Stops with the error of @row. Integers as INT,
 * Decimal128 as REAL. */
bool jw_store_scan_records(JwStore *self, const JwRecordScan *scan, JwRowFunc row, gpointer data,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One record to insert: n values for @fields. ids[i] (UUID or the data's own key) becomes _id; one
 * that exists is left. */
bool jw_store_insert_records(JwStore *self, const char *collection, const char *const *fields,
                             const char *const *ids, const JwValue *const *rows, size_t n_rows,
                             size_t *ret_inserted, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Ascending index over @date_field and _id, for ordered scans. */
bool jw_store_index_records(JwStore *self, const char *collection, const char *date_field,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool jw_store_drop_records(JwStore *self, const char *collection,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
