/* engine/bound.h: what a text means that values are compared with by order: `lt`, `lte`, `gt` and
 * `gte` of conditions. A bound that is a number (as jw/wanted.h has them) takes numbers of all
 * types, exactly; a date or a time takes times; any other text takes texts, in the order of their
 * characters' codes. Values of other sorts, absent ones, booleans and NaN never pass, so that "n/a"
 * is not more than 60. A date is its whole day in the report's zone: not after it is until its end.
 * Private to libs/report. Pure. */
#pragma once
#include "jw/report_def.h"
#include "jw/wanted.h"

G_BEGIN_DECLS

typedef enum { JW_BOUND_NUMBER, JW_BOUND_TIME, JW_BOUND_TEXT } JwBoundSort;

typedef struct {
    JwBoundSort sort;
    bool above;     /* gt, gte */
    bool inclusive; /* lte, gte; of a date: as the end of its day needs it */
    JwWanted wanted;
    int64_t time_ms;
} JwBoundTest;

/* @text: (transfer none), outlives @self */
void jw_bound_init(JwBoundTest *self, JwBound bound, const char *text, GTimeZone *zone);
bool jw_bound_passes(const JwBoundTest *self, const JwValue *value);

/* What is wrong with a text that looks as if it were a number or a date and is none, as a clause;
 * NULL: nothing. */
const char *jw_bound_fault(const char *text);

typedef enum { JW_BOUNDS_RISE, JW_BOUNDS_EQUAL, JW_BOUNDS_FALL, JW_BOUNDS_DIFFER } JwBoundsRelation;

/* How the ends of a range stand to each other; DIFFER: they are of two sorts. */
JwBoundsRelation jw_bounds_relate(const char *from, const char *to);

G_END_DECLS
