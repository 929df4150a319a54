/* jw/report_condition.h: conditions of a definition: of its measures, and of the records that exist
 * for it. Pure data. */
#pragma once
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef enum { JW_BOUND_LT, JW_BOUND_LTE, JW_BOUND_GT, JW_BOUND_GTE, JW_BOUND_N } JwBound;

/* One test of a record, or several as one. With nothing but a field: the value is there. */
typedef struct {
    char *field;     /* record field; NULL: of `parts` */
    char **equals;   /* the value is one of these (jw/wanted.h); NULL-terminated; or NULL */
    char **contains; /* a text that has one of these in it, without case; or NULL */
    char *bounds[JW_BOUND_N]; /* the value is less, more than these (engine/bound.h); or NULL */
    GArray *parts;            /* of JwCondition: all of them hold; or NULL */
    bool any;                 /* of `parts`: one of them holds */
    bool negate;
} JwCondition;

/* An array of JwCondition for JwMeasureDef.where, which clears its items. (transfer full) */
GArray *jw_report_conditions_new(void);

G_END_DECLS
