/* result/looks.h: thresholds, units and labels of a definition for a value. Private to libs/report.
 */
#pragma once
#include "jw/report_def.h"

G_BEGIN_DECLS

/* What the thresholds of @measure (nullable) say of a value, which is rounded as it is shown. */
JwLevel jw_look_level(const JwMeasureDef *measure, const JwValue *value);

/* What stands behind a number of that value, " call", " calls"; NULL: there is no unit. (transfer
 * full) (nullable) */
char *jw_look_unit(const JwUnit *unit, const JwValue *value);

/* What is shown for a value. @labels: (nullable). NULL: the value itself. (transfer none) */
const char *jw_look_label(GHashTable *labels, const JwValue *value);

G_END_DECLS
