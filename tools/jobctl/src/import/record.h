/* import/record.h: turns CSV rows into records by a mapping (import/mapping.h). One thread. */
#pragma once
#include "import/csv.h"
#include "import/mapping.h"
#include "jw/value.h"

G_BEGIN_DECLS

typedef struct _JcRecordBuilder JcRecordBuilder;
/* @mapping: (transfer none), outlives it. INVALID for a format or zone that it cannot read. */
JcRecordBuilder *jc_record_builder_new(const JcMapping *mapping,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jc_record_builder_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JcRecordBuilder, jc_record_builder_free)
/* Finds the columns in a file's first row. INVALID names all that are missing or there twice, and
 * what is there. */
bool jc_record_builder_set_head(JcRecordBuilder *self, const JcCsvRow *head,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The record's fields in the order of values. NULL-terminated, (transfer none) */
const char *const *jc_record_builder_fields(const JcRecordBuilder *self);

typedef struct {
    const char *column; /* or NULL: the row as a whole; (transfer none) */
    char *reason;       /* (transfer full) */
} JcRowViolation;
void jc_row_violation_free(gpointer violation);

/* @values: n_fields of them. Their strings and *@ret_id go into @strings. *@ret_id is NULL when the
 * row has no id of its own. False: the row is refused; every reason was appended to @violations (of
 * JcRowViolation). */
bool jc_record_builder_apply(JcRecordBuilder *self, const JcCsvRow *row, GStringChunk *strings,
                             JwValue *values, const char **ret_id,
                             GPtrArray *violations) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
