/* handlers/report_lookup.h: names in the place of ids, out of other collections of records. Worker
 * threads. */
#pragma once
#include "jw/report_result.h"
#include "jw/store_records.h"

G_BEGIN_DECLS

/* At most so many names are kept for the lists of a report. */
#define EXE_LOOKUP_MOST 20000

typedef struct _ExeLookups ExeLookups;

/* @def: (transfer none), outlives it */
ExeLookups *exe_lookups_new(const JwReportDef *def, JwStore *store);
void exe_lookups_free(ExeLookups *self);

/* Before the pass: reads the names for the list, one query a collection. */
bool exe_lookups_load(ExeLookups *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The names in a row of the list. @shown: a value a column; new texts live as long as @self */
void exe_lookups_show(ExeLookups *self, JwValue *shown);

/* After the pass: reads the names of the groups, one query for 10,000 of a dimension, and shows the
 * groups under them.
 * @previous: (nullable): of the period before, whose groups have the same names */
bool exe_lookups_name_groups(ExeLookups *self, JwAggregate *aggregate, JwAggregate *previous,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What was left out, for the notes. */
void exe_lookups_note(const ExeLookups *self, JwReportResult *result);

G_END_DECLS
