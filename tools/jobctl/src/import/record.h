/* import/record.h: turns CSV rows into records by a mapping (import/mapping.h). One thread. */
#pragma once
#include "import/csv.h"
#include "import/mapping.h"
#include "jw/value.h"

G_BEGIN_DECLS

typedef struct _JcMaker JcMaker;
/* @mapping: (transfer none), outlives it. INVALID names every format and zone it cannot read. */
JcMaker *jc_maker_new(const JcMapping *mapping, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jc_maker_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JcMaker, jc_maker_free)
/* Finds the columns in a file's first row. INVALID names all that are missing or there twice, and
 * what is there. */
bool jc_maker_set_head(JcMaker *self, const JcCsvRow *head,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The record's fields in the order of values. NULL-terminated, (transfer none) */
const char *const *jc_maker_fields(const JcMaker *self);
size_t jc_maker_n_fields(const JcMaker *self);

typedef struct {
    const char *column; /* or NULL: the row as a whole; (transfer none) */
    char *reason;       /* (transfer full) */
} JcRowViolation;
void jc_row_violation_free(gpointer fault);

/* @values: n_fields of them. Their texts and *@ret_id go into @texts. *@ret_id is NULL when the
 * row has no id of its own. False: the row is refused; every reason was appended to @faults (of
 * JcRowViolation). */
bool jc_maker_apply(JcMaker *self, const JcCsvRow *row, GStringChunk *texts, JwValue *values,
                    const char **ret_id, GPtrArray *faults) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
