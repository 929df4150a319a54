/* definition/conditions.h: lists of conditions: the fields they read, and their JSON, the same for
 * `where` of a measure and for every other list of a definition. Private to libs/report. */
#pragma once
#include "jw/json.h"
#include "jw/report_def.h"

G_BEGIN_DECLS

/* With those inside `any` and `all`, and those of the shared ones that `is` names. */
#define JW_CONDITIONS_MAX 100
/* A condition of the list is of depth 1, one inside its `any` of depth 2. */
#define JW_CONDITIONS_DEPTH 6

/* The items of such a list, and of the shared ones. */
extern const JwField jw_condition_item, jw_shared_condition_item;

/* Notes what the tables cannot see in the lists of a definition and in its shared `conditions`:
 * members that exclude each other, what no value passes, names, size. False when it did: then the
 * lists must be read without the shared ones. @value: the definition, whose values the tables may
 * have refused */
bool jw_conditions_check(const json_t *value, JwViolations *violations);

/* @list: (nullable); @shared: (nullable): the definition's `conditions`. Array of JwCondition.
 * (transfer full) */
GArray *jw_conditions_read(const json_t *list, const json_t *shared);

/* Calls @take for each field that the conditions read, as often as they name it. @conditions:
 * (nullable) */
void jw_conditions_fields(const GArray *conditions, void (*take)(const char *field, gpointer data),
                          gpointer data);

G_END_DECLS
