/* jw/store_records.h: the users' records: read in one pass for a report, written by the import.
 * INVALID everywhere for the name of a collection that records cannot have. Further errors:
 * jw/store.h. */
#pragma once
#include "jw/range.h"
#include "jw/store.h"

G_BEGIN_DECLS

/* What is asked of one field: all that is given must hold. Of an array each is asked of its items,
 * and one for which it holds is enough (none, with `negate`). */
typedef struct {
    const char *field;
    const char *const *values; /* what one of these means (jw/wanted.h); NULL-terminated; or NULL */
    bool negate;               /* none of them; what is not there passes */
    const JwRange *range;      /* or NULL */
    const char *contains;      /* a text that has this one in it, upper case or lower; or NULL */
    JwPresence presence;
} JwRecordFilter;

typedef struct {
    const char *collection, *date_field;
    int64_t start_ms, end_ms; /* half open on date_field; both 0: all */
    const JwRecordFilter *filters;
    size_t n_filters;
    /* projection, NULL-terminated; rows come in this order; "a.b" reaches inside */
    const char *const *fields;
    bool ordered; /* by date_field, then _id */
    /* After this the server gives up, also where it finds nothing; 0: it goes on. */
    int64_t time_limit_ms;
} JwRecordScan;

/**
 * jw_store_scan_records:
 * @row: called for each record on this thread; the strings live until it returns; the first that it
 *   refuses ends the scan with its error
 * @error: UNAVAILABLE also when the time limit has passed
 *
 * Reads in constant memory, on a thread that ends with the call. Integers come as INT, and so does
 * a Decimal128 that an int64 holds; any other as REAL with its rest; types without a JwValue
 * (arrays, documents) as NULL.
 */
bool jw_store_scan_records(JwStore *self, const JwRecordScan *scan, JwRowFunc row, gpointer data,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* At most so many records are looked at for which fields there are. */
#define JW_RECORDS_SAMPLE 1000

/**
 * jw_store_sample_fields:
 * @fields: NULL-terminated; "a.b" reaches inside
 * @ret_seen: (out) (array): for each field
 * @ret_records: (out): how many were looked at; 0: the collection has none
 *
 * Looks at the first and the last records by their ids, which every server has in order.
 */
bool jw_store_sample_fields(JwStore *self, const char *collection, const char *const *fields,
                            JwSeen *ret_seen, int64_t *ret_records,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * jw_store_insert_records:
 * @fields: NULL-terminated names; "a.b" reaches inside
 * @ids: the _id of each record (a UUID or the data's own key); one that exists is left
 * @rows: for each record as many values as @fields
 * @ret_inserted: (out): how many were new
 *
 * Inserts records in one round trip.
 */
bool jw_store_insert_records(JwStore *self, const char *collection, const char *const *fields,
                             const char *const *ids, const JwValue *const *rows, size_t n_rows,
                             size_t *ret_inserted, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * jw_store_find_records:
 * @row: called for each record that has one of @ids, in no order: its _id, then the values of
 *   @fields
 *
 * Reads records by their ids in one round trip.
 */
bool jw_store_find_records(JwStore *self, const char *collection, const char *const *fields,
                           const char *const *ids, size_t n_ids, JwRowFunc row, gpointer data,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Gives these fields of a record other values and leaves its others. LOST: there is none of this
 * id. */
bool jw_store_update_record(JwStore *self, const char *collection, const char *const *fields,
                            const char *id, const JwValue *values, JwCas *ret_cas,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Creates the ascending index over @date_field and _id, for ordered scans. Repeatable. */
bool jw_store_index_records(JwStore *self, const char *collection, const char *date_field,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Repeatable. */
bool jw_store_drop_records(JwStore *self, const char *collection,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
