/* groups.h: the groups of one dimension: which group a value falls into, labels, order. Private to
 * libs/report. */
#pragma once
#include "jw/aggregate.h"

G_BEGIN_DECLS

typedef enum {
    JW_GROUP_VALUE,
    JW_GROUP_NONE,  /* records without a value: "(none)" */
    JW_GROUP_OTHER, /* values beyond the cap: "(other)" */
} JwGroupKind;

typedef struct {
    JwGroupKind kind;
    int64_t key; /* of the bucket (buckets.h) */
    uint64_t hash;
    char *label;
    size_t length;
    size_t bytes; /* of the value, of which a long one is cut to the label */
    int64_t rows;
    uint32_t seen; /* how many values were seen before it; those of the period itself come first */
    char *value;   /* the label before it became a name (jw_groups_relabel()); NULL: the same */
    const char *shown; /* in the place of the label, as the definition's labels say; NULL: none */
} JwGroup;

typedef struct _JwGroups JwGroups;

/* The most values of a dimension that are told apart while records are read. */
#define JW_GROUPS_MAX 100000

/* @most_held: so many values have groups; those after them are in "(other)".
 * @max_groups: so many of them a table shows, or as many as the period has days (weeks, months, …)
 */
JwGroups *jw_groups_new(const JwDimensionDef *dimension, size_t max_groups, size_t most_held,
                        GTimeZone *zone, int64_t start_ms, int64_t end_ms);
void jw_groups_free(gpointer self);
/* Index of the value's group, created if needed; counts a row in it. Indices never change. */
size_t jw_groups_take(JwGroups *self, const JwValue *value);
size_t jw_groups_count(const JwGroups *self);
/* Those of values, without "(none)" and "(other)". */
size_t jw_groups_n_values(const JwGroups *self);
/* How many of these a table shows that says nothing itself. */
size_t jw_groups_most(const JwGroups *self);
/* The first so many values are those of the period itself, with records or without. */
size_t jw_groups_n_prepared(const JwGroups *self);
/* Whether there were more values than are held, which are in "(other)" now. */
bool jw_groups_overflowed(const JwGroups *self);
/* Whether the group is that of one of the first values, as many as a table shows, or "(none)". */
bool jw_groups_is_first(const JwGroups *self, size_t index);
const JwGroup *jw_groups_get(const JwGroups *self, size_t index);
/* Index of the group that comes at @place in natural order. */
size_t jw_groups_at(JwGroups *self, size_t place);
/* What readers see of a group, in the language of the definition at most. (transfer none) */
const char *jw_group_shown(const JwGroup *self);
/* What the group is of, the same text for the same value in groups of other periods, whatever names
 * it has there. (transfer full) */
char *jw_group_key(const JwGroup *self);
/* What begins such a key of a value, and all of it otherwise. */
#define JW_GROUP_KEY_VALUE '='
#define JW_GROUP_KEY_NONE  'n'
#define JW_GROUP_KEY_OTHER 'o'

/* The values that groups are of, but for those whose label is cut; NULL-terminated. (transfer
 * container) */
const char **jw_groups_values(const JwGroups *self);
/* After the last record: gives each group of a value the label that @label returns for it, NULL: as
 * it is. Groups with one label have the value behind it, in both.
 * @other: (nullable): those of another period, which are shown together with these */
void jw_groups_relabel(JwGroups *self, JwGroups *other, JwGroupLabel label, gpointer data);

G_END_DECLS
