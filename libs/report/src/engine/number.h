/* number.h: a figure before it is rounded: nothing, an exact fraction, or a double. Private to
 * libs/report. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef enum { JW_NUMBER_NONE, JW_NUMBER_EXACT, JW_NUMBER_REAL } JwNumberKind;
typedef struct {
    JwNumberKind kind;
    int64_t top, bottom; /* EXACT: top / bottom, bottom > 0 */
    double real;         /* REAL: finite */
} JwNumber;

static inline JwNumber
jw_number_int(int64_t value)
{
    return (JwNumber){ .kind = JW_NUMBER_EXACT, .top = value, .bottom = 1 };
}

JwNumber jw_number_real(double value); /* NONE when it is not finite */
double jw_number_double(const JwNumber *self);
/* @a / @b · @scale; NONE when either has no value or @b is 0. Exact as long as that fits. */
JwNumber jw_number_ratio(const JwNumber *a, const JwNumber *b, double scale);
/* Half up in decimal, halves away from zero: the double nearest to the rounded decimal number. */
double jw_number_round(const JwNumber *self, int decimals);

G_END_DECLS
