/* import/mapping_check.h: what is wrong with the JSON of a mapping. Any thread, no state. */
#pragma once
#include "import/mapping.h"
#include "jw/json.h"

G_BEGIN_DECLS

/* Notes all that is wrong with @value, each with its pointer. False when there was a violation. */
bool jc_mapping_check(const json_t *value, JwViolations *violations);
/* The type of an item of "fields"; false when it has none that is known. */
bool jc_mapping_type(const json_t *item, JcMapType *ret_type);

G_END_DECLS
