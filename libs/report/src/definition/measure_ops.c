/* definition/measure_ops.c: see definition/measure_ops.h. Pure, any thread. */
#include "definition/measure_ops.h"
#include "engine/formula.h"

const char *const jw_measure_op_names[] = {
    [JW_MEASURE_COUNT] = "count",
    [JW_MEASURE_SUM] = "sum",
    [JW_MEASURE_AVG] = "avg",
    [JW_MEASURE_MIN] = "min",
    [JW_MEASURE_MAX] = "max",
    [JW_MEASURE_RATIO] = "ratio",
    [JW_MEASURE_PEAK] = "peak",
    [JW_MEASURE_PEAK_VALUE] = "peakValue",
    [JW_MEASURE_FORMULA] = "formula",
    [JW_MEASURE_SHARE] = "share",
    [JW_MEASURE_STDDEV] = "stddev",
    [JW_MEASURE_DISTINCT] = "distinct",
    [JW_MEASURE_MEDIAN] = "median",
    [JW_MEASURE_PERCENTILE] = "percentile",
    [JW_MEASURE_N] = NULL,
};

const char *const jw_member_names[JW_MEMBERS_N] = {
    "field",     "where", "numerator", "denominator", "scale",
    "dimension", "of",    "formula",   "p",           "zero",
};

#define COUNTED                                                                                    \
    .needed = JW_MEMBER_FIELD, .allowed = JW_MEMBER_WHERE | JW_MEMBER_ZERO, .simple = true
#define PEAK                                                                                       \
    .needed = JW_MEMBER_DIMENSION | JW_MEMBER_OF, .allowed = JW_MEMBER_ZERO, .whole = true,        \
    .dates = true

const JwMeasureOpInfo jw_measure_ops[JW_MEASURE_N] = {
    [JW_MEASURE_COUNT] = { .allowed = JW_MEMBER_FIELD | JW_MEMBER_WHERE,
                           .simple = true,
                           .additive = true },
    [JW_MEASURE_SUM] = { COUNTED, .additive = true },
    [JW_MEASURE_AVG] = { COUNTED },
    [JW_MEASURE_MIN] = { COUNTED, .dates = true },
    [JW_MEASURE_MAX] = { COUNTED, .dates = true },
    [JW_MEASURE_RATIO] = { .needed = JW_MEMBER_NUMERATOR | JW_MEMBER_DENOMINATOR,
                           .allowed = JW_MEMBER_SCALE | JW_MEMBER_ZERO },
    [JW_MEASURE_PEAK] = { PEAK },
    [JW_MEASURE_PEAK_VALUE] = { PEAK },
    [JW_MEASURE_FORMULA] = { .needed = JW_MEMBER_FORMULA, .allowed = JW_MEMBER_ZERO },
    [JW_MEASURE_SHARE] = { .needed = JW_MEMBER_OF, .allowed = JW_MEMBER_ZERO },
    [JW_MEASURE_STDDEV] = { COUNTED },
    [JW_MEASURE_DISTINCT] = { .needed = JW_MEMBER_FIELD,
                              .allowed = JW_MEMBER_WHERE,
                              .simple = true },
    [JW_MEASURE_MEDIAN] = { COUNTED },
    [JW_MEASURE_PERCENTILE] = { .needed = JW_MEMBER_FIELD | JW_MEMBER_P,
                                .allowed = JW_MEMBER_WHERE | JW_MEMBER_ZERO,
                                .simple = true },
};

const char *
jw_measure_part(const JwMeasureDef *measure, size_t index)
{
    const char *const parts[] = { measure->numerator, measure->denominator };

    if (measure->op == JW_MEASURE_RATIO) {
        return index < G_N_ELEMENTS(parts) ? parts[index] : NULL;
    }
    if (measure->op == JW_MEASURE_FORMULA && measure->formula != NULL) {
        return jw_formula_name(measure->formula, index);
    }
    return measure->op == JW_MEASURE_SHARE && index == 0 ? measure->of : NULL;
}

const char *
jw_measure_part_member(const JwMeasureDef *measure, size_t index)
{
    if (measure->op == JW_MEASURE_RATIO) {
        return index == 0 ? "numerator" : "denominator";
    }
    return measure->op == JW_MEASURE_FORMULA ? "formula" : "of";
}
