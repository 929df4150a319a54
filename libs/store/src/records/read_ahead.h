/* read_ahead.h: reads documents on a thread of its own while the caller works on earlier ones. */
#pragma once
#include "db/db.h"

G_BEGIN_DECLS

/* Passes documents to @put until it returns false. */
typedef bool (*JwAheadFunc)(JwDocFunc put, gpointer put_data, gpointer user, GError **error);

/* Runs @produce on a new thread and @take for each of its documents, in order, on this one.
 * Stops at the first error of either; memory is bounded by a few batches. */
bool jw_store_read_ahead(JwAheadFunc produce, gpointer user, JwDocFunc take, gpointer data,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
