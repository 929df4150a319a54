/* jw/wanted.h: what a text means that a record's value is compared with. The one rule of filters,
 * of `inactive` and of the conditions of measures. Pure; any thread.
 *
 * A value is wanted when it is
 * - the text itself;
 * - the number that the text writes as JSON does ("3", "-0.5", "1e3", not "007"), whatever type of
 *   number it is kept as: 3, 3.0 and Decimal128 3.00 are one;
 * - true or false, for "true" and "false";
 * - the moment, for a date and time with zone ("2026-01-06T10:00:00Z", and of old ones
 *   "1960-02-03T00:00:00Z");
 * - the ObjectId, for its 24 lower-case hexadecimal digits.
 * A value that is not there is never wanted. */
#pragma once
#include "jw/value.h"

G_BEGIN_DECLS

/* The meanings of one text: each flag says whether it has that one. */
typedef struct {
    const char *text; /* borrowed */
    size_t length;
    bool is_bool, is_integer, is_real, is_time, is_object_id;
    bool boolean;
    int64_t integer; /* a whole number that is exact; `real` is not compared then */
    double real;     /* any other number; finite */
    int64_t time_ms;
} JwWanted;

/* @text: (transfer none), outlives @self */
void jw_wanted_init(JwWanted *self, const char *text);

/* Whether @value is meant. Decimal128 comes as INT or REAL and ObjectIds as TEXT from the store. */
bool jw_wanted_is(const JwWanted *self, const JwValue *value);

G_END_DECLS
