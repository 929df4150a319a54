/* definition/measure_ops.h: what there is to know of each op of measures, but for its arithmetic,
 * which is in engine/. Private to libs/report. */
#pragma once
#include "jw/report_def.h"

G_BEGIN_DECLS

/* The members of a measure that have an effect with some ops only. */
typedef enum {
    JW_MEMBER_FIELD = 1 << 0,
    JW_MEMBER_WHERE = 1 << 1,
    JW_MEMBER_NUMERATOR = 1 << 2,
    JW_MEMBER_DENOMINATOR = 1 << 3,
    JW_MEMBER_SCALE = 1 << 4,
    JW_MEMBER_DIMENSION = 1 << 5,
    JW_MEMBER_OF = 1 << 6,
    JW_MEMBER_FORMULA = 1 << 7,
    JW_MEMBER_P = 1 << 8,
    JW_MEMBER_ZERO = 1 << 9,
} JwMember;
#define JW_MEMBERS_N 10

typedef struct {
    unsigned needed;  /* JwMember: that must be there */
    unsigned allowed; /* besides those */
    bool simple;      /* counted record by record, in an accumulator; else made of other measures */
    bool whole;       /* of all records only: it has no value in a group */
    bool dates;       /* may be a date */
    bool additive;    /* the groups' values add up to that of all records */
} JwMeasureOpInfo;

/* By JwMeasureOp. */
extern const JwMeasureOpInfo jw_measure_ops[JW_MEASURE_N];

/* By the bits of JwMember. */
extern const char *const jw_member_names[JW_MEMBERS_N];

/* The names of the ops in a definition, NULL-terminated, for tables of fields. */
extern const char *const jw_measure_op_names[];

/* The name of the @index-th measure that this one is computed from, which must be an earlier one;
 * NULL: it has no more. (transfer none) */
const char *jw_measure_part(const JwMeasureDef *measure, size_t index);

/* The member that names it. (transfer none) */
const char *jw_measure_part_member(const JwMeasureDef *measure, size_t index);

G_END_DECLS
