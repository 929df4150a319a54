/* group_value.h: the value of a measure in one group of a dimension, as a table of that dimension
 * alone has it. */
#pragma once
#include "engine/rows.h"
#include "jw/aggregate.h"

static inline JwValue
value_in_group(JwAggregate *aggregate, const JwDimensionDef *dimension, size_t group,
               const JwMeasureDef *measure)
{
    const JwTablePlan plan = {
        .dimensions = { dimension }, .n_keys = 1, .n_dimensions = 1, .sort_key = 1
    };
    g_autoptr(JwRows) rows = jw_rows_new(aggregate, &plan);

    return jw_rows_value(rows, group, measure);
}
