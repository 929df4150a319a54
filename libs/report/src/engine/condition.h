/* engine/condition.h: a list of conditions prepared for millions of rows. Private to libs/report.
 * One thread at a time. */
#pragma once
#include "jw/report_def.h"

G_BEGIN_DECLS

typedef struct _JwTest JwTest;

/* Whether all @conditions (of JwCondition) hold. They are (transfer none) and outlive it. (transfer
 * full)
 * @fields: those of a row, NULL-terminated
 * @zone: of dates that values are compared with; not kept
 * @error: INVALID: a field is not among @fields */
JwTest *jw_test_new(const GArray *conditions, const char *const *fields, GTimeZone *zone,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @self: (nullable): a JwTest */
void jw_test_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwTest, jw_test_free)

bool jw_test_passes(const JwTest *self, const JwValue *row);

/* Value as text: "true", decimal, RFC 3339, …; NULL gives "". Appends. */
void jw_value_append(const JwValue *value, GString *text);

G_END_DECLS
