/* number.h: a figure before it is rounded: nothing, an exact fraction, or a double. Private to
 * libs/report. */
#pragma once
#include "jw/value.h"

G_BEGIN_DECLS

typedef enum { JW_NUMBER_NONE, JW_NUMBER_EXACT, JW_NUMBER_REAL } JwNumberKind;
typedef struct {
    JwNumberKind kind;
    int64_t top, bottom; /* EXACT: top / bottom, bottom > 0 */
    double real;         /* REAL: finite */
    double rest;         /* REAL: what it leaves out, of a Decimal128 */
    bool computed;       /* REAL: its last digits are noise of sums and quotients */
    bool approximate;    /* made of an estimate; whoever computes with it carries it on */
} JwNumber;

static inline JwNumber
jw_number_int(int64_t value)
{
    return (JwNumber){ .kind = JW_NUMBER_EXACT, .top = value, .bottom = 1 };
}

JwNumber jw_number_real(double value);       /* NONE when it is not finite */
JwNumber jw_number_of(const JwValue *value); /* of a REAL */
double jw_number_double(const JwNumber *self);
/* Below 0, 0 or above: exactly where both are exact. Neither is NONE. */
int jw_number_compare(const JwNumber *a, const JwNumber *b);
/* @a / @b · @scale; NONE when either has no value or @b is 0. Exact as long as that fits. */
JwNumber jw_number_ratio(const JwNumber *a, const JwNumber *b, double scale);
/* @a + @b · @sign and @a · @b; NONE when either has no value or the result is beyond a double.
 * Exact as long as that fits. */
JwNumber jw_number_add(const JwNumber *a, const JwNumber *b, int sign);
JwNumber jw_number_multiply(const JwNumber *a, const JwNumber *b);
/* Half up in decimal, halves away from zero: the double nearest to the rounded decimal number; no
 * "-0". */
double jw_number_round(const JwNumber *self, int decimals);
/* The same for a figure or a cell: REAL; INT for a whole number beyond 2^53, which all ways write
 * with all its digits; NULL for NONE. */
JwValue jw_number_value(const JwNumber *self, int decimals);
/* A record's value as it is shown where it is not rounded: no "-0", and INT as above. */
JwValue jw_number_plain(const JwValue *value);

/* How @real, no NaN, with the @rest of a Decimal128 stands to @integer, exactly: -1, 0, 1. */
int jw_number_order(double real, double rest, int64_t integer);
/* Whether @value is a whole number that an int64 holds. */
bool jw_number_is_whole(double value);
/* Beyond 2^53 doubles leave whole numbers out. */
#define JW_NUMBER_DOUBLES 9007199254740992.0

G_END_DECLS
