/* jw/range.h: what else is asked of a record's value, beside being one of those wanted
 * (jw/wanted.h): that it lies between two ends, both of them included, and that it is there. Pure
 * data.
 *
 * Ends that are numbers (as jw/wanted.h has them) take numbers of all types; ends that are dates or
 * times take times; any others take texts, in the order of their characters' codes. A range takes
 * values of its one kind only, so that "10" to "20" never takes the text "100". */
#pragma once
#include "jw/value.h"

G_BEGIN_DECLS

typedef enum { JW_RANGE_NUMBER, JW_RANGE_TIME, JW_RANGE_TEXT } JwRangeKind;

typedef struct {
    JwRangeKind kind;
    const char *from, *to;  /* borrowed; NULL: open at that end; at least one is there */
    int64_t from_ms, to_ms; /* TIME: what they mean; an open end is INT64_MIN, INT64_MAX */
} JwRange;

/* What is not there, and null, is absent. */
typedef enum { JW_PRESENCE_ANY, JW_PRESENCE_ABSENT, JW_PRESENCE_PRESENT } JwPresence;

G_END_DECLS
