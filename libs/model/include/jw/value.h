/* jw/value.h: one cell of a record as it travels from the store to an aggregate or a file. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef enum {
    JW_VALUE_NULL,
    JW_VALUE_BOOL,
    JW_VALUE_INT,
    JW_VALUE_REAL,
    JW_VALUE_TEXT, /* valid UTF-8, not NUL-terminated */
    JW_VALUE_TIME, /* UTC milliseconds */
} JwValueType;

typedef struct {
    JwValueType type;
    union {
        bool boolean;
        int64_t integer;
        struct {
            double real;
            double rest; /* what `real` leaves out of a Decimal128 */
        };
        int64_t time_ms;
        struct {
            const char *text; /* borrowed; valid as long as what it was read from */
            size_t length;
        };
    };
} JwValue;

/* What of a field the records that were looked at have, joined by `|`: values, if only null; among
 * them texts, numbers (also true and false), dates; an array on its path, in which filters look, so
 * that all may be there, while rows have no value of it. */
typedef enum {
    JW_SEEN_NOTHING = 0,
    JW_SEEN_VALUE = 1,
    JW_SEEN_TEXT = 2,
    JW_SEEN_NUMBER = 4,
    JW_SEEN_DATE = 8,
    JW_SEEN_ARRAY = 16,
} JwSeen;

/* One record: as many values as fields were asked for, in that order. Return false with @error set
 * to stop. */
typedef bool (*JwRowFunc)(const JwValue *row, gpointer data, GError **error);

G_END_DECLS
