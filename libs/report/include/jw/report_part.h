/* jw/report_part.h: what of a field's value makes a group of records. Pure; any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef enum {
    JW_PART_VALUE, /* the whole value; all others are of times */
    JW_PART_HOUR,
    JW_PART_DATE,
    JW_PART_WEEKDAY,
    JW_PART_MONTH,
    JW_PART_WEEK,
    JW_PART_QUARTER,
    JW_PART_YEAR
} JwPart;

/* Whether the groups of a part follow each other in time, as days do and weekdays do not. */
bool jw_part_is_in_time(JwPart part);

G_END_DECLS
