/* result/looks.h: thresholds, units and labels of a definition for a value. Private to libs/report.
 */
#pragma once
#include "jw/report_def.h"

G_BEGIN_DECLS

/* What the thresholds of @measure (nullable) say of a value, which is rounded as it is shown. */
JwLevel jw_look_level(const JwMeasureDef *measure, const JwValue *value);

/* What is shown for a value. @labels: (nullable). NULL: the value itself. (transfer none) */
const char *jw_look_label(GHashTable *labels, const JwValue *value);

/* The word of a group that is none of the values: "(none)", "(other)", or a weekday, as the engine
 * has it, in @language. NULL: it needs no other. (transfer none) */
const char *jw_look_word(const JwDimensionDef *dimension, const JwValue *value,
                         const char *language);

G_END_DECLS
