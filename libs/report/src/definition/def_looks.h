/* definition/def_looks.h: how values look: thresholds, units, and what is shown for a value.
 * Private to libs/report. */
#pragma once
#include "jw/json.h"
#include "jw/report_def.h"

G_BEGIN_DECLS

extern const JwField jw_def_threshold_item, jw_def_label_item;

/* Members of measures, columns and dimensions. A unit is checked by jw_def_check_units(). */
#define JW_DEF_THRESHOLDS                                                                          \
    {                                                                                              \
        .name = "thresholds", .type = JW_FIELD_ARRAY, .min = 1, .max = 10,                         \
        .item = &jw_def_threshold_item                                                             \
    }
#define JW_DEF_UNIT                                                                                \
    {                                                                                              \
        .name = "unit", .type = JW_FIELD_ANY                                                       \
    }
#define JW_DEF_LABELS                                                                              \
    {                                                                                              \
        .name = "labels", .type = JW_FIELD_MAP, .min = 1, .max = 1000, .item = &jw_def_label_item  \
    }

/* Of JwThreshold; NULL when there is no list. (transfer full) (nullable) */
GArray *jw_def_read_thresholds(const json_t *list);

/* A text, or an object of one and other. (transfer full) */
JwUnit jw_def_read_unit(const json_t *value);

/* NULL when there is no object. (transfer full) (nullable) */
GHashTable *jw_def_read_labels(const json_t *object);
/* The same of groups, no two of which look the same. */
GHashTable *jw_def_read_group_labels(const json_t *object);

/* Notes what is wrong with a unit at @pointer. */
void jw_def_check_unit(const json_t *unit, const char *pointer, JwViolations *violations);

/* Notes what is wrong with the units of a definition, which are a text or an object. */
void jw_def_check_units(const json_t *definition, JwViolations *violations);

/* Notes thresholds that can never hold, and what has no effect on the values it is of. */
void jw_def_note_looks(const JwReportDef *self, JwViolations *violations);

G_END_DECLS
