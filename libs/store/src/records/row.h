/* row.h: turns record documents into rows of JwValue, one walk a document, no
 * allocation a row. */
#pragma once
#include "db/bson_auto.h"
#include "jw/value.h"

G_BEGIN_DECLS

typedef struct _JwRecordRow JwRecordRow;

/* @fields: NULL-terminated, borrowed for the lifetime of the row. */
JwRecordRow *jw_store_record_row_new(const char *const *fields);
void jw_store_record_row_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwRecordRow, jw_store_record_row_free)
/* The values of @document, valid until the next call and as long as @document. NULL: not a
 * document. */
const JwValue *jw_store_record_row_read(JwRecordRow *self, const bson_t *document);

G_END_DECLS
