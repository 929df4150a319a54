/* names.h: the names of enums in definitions, requests and results, and items looked up by name.
 * Private to libs/report. */
#pragma once
#include "jw/report.h"

#include <jansson.h>

G_BEGIN_DECLS

/* By their enum's values, NULL-terminated, so that they serve tables of JwField too. */
extern const char *const jw_on_empty_names[];
extern const char *const jw_format_names[],
    *const jw_chart_names[], *const jw_period_names[], *const jw_compare_names[],
                                                           *const jw_level_names[];

/* "in, range": of JwFilterOperators. (transfer full) */
char *jw_filter_operators_join(unsigned operators);

/* The enum's value that a member of @object names; @otherwise when it is absent or unknown. */
int jw_name_read(const json_t *object, const char *member, const char *const *names, int otherwise);

/* The index in an array of JwEditionDef, JwFilterDef, JwDimensionDef or JwMeasureDef; false: none
 * has the name. */
bool jw_names_index(GArray *items, const char *name, size_t *ret_index);

/* "hour, day, agent". (transfer full) */
char *jw_names_join(GArray *items);

G_END_DECLS
