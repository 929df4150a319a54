/* unseen.h: which fields of the records a report has seen no value of, or none that it can take,
 * and what its owner is told of those that no record has. One thread. */
#pragma once
#include "jw/report.h"
#include "jw/store.h"

G_BEGIN_DECLS

typedef struct {
    const JwReportDef *def;    /* borrowed */
    const char *const *fields; /* borrowed: those of a row */
    size_t *unseen;            /* places in a row without a value so far, or none that fits */
    size_t n_unseen;
    JwSeen *seen; /* of each place */
} ExeUnseen;

void exe_unseen_init(ExeUnseen *self, const JwReportDef *def, const char *const *fields);
void exe_unseen_clear(ExeUnseen *self);

/* Notes what a record has. */
void exe_unseen_note(ExeUnseen *self, const JwValue *row);

/* The warnings of a job (JwJob.warnings): of a comparison that cannot be made, of an empty
 * collection, and of fields that the report reads and no record has, or not as numbers or dates
 * where it takes such. Asks the store only about fields that no record of the report had so.
 * @ret_warnings: (nullable) (transfer full) */
bool exe_unseen_warnings(const ExeUnseen *self, JwStore *store, const JwReportDef *def,
                         const JwReportRequest *request, char **ret_warnings,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
