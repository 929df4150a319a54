/* exe_rows.h: rows read ahead by a thread of their own, so that the store's work and the file's overlap. */
#pragma once
#include "jw/store_records.h"

G_BEGIN_DECLS

/* Scans @scan on a thread of its own and calls @row for each record on the caller's thread, in order; at most 4 batches of
 * 512 records (and 256 KiB of text each) are under way. Stops with the error of @row, or of the scan. The same errors as
 * jw_store_scan_records(). */
bool exe_rows_scan(JwStore *store, const JwRecordScan *scan, JwRowFunc row, gpointer data,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
