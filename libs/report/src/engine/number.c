/* number.c: figures are kept as fractions of integers as long as they fit, because rounding a
 * binary double half up differs from rounding by hand: 0.125, 2.675, 1.005. Pure, any thread. */
#include "engine/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_DECIMALS 12
/* Digits that survive sums and quotients of doubles; a half that is only one with more is noise. */
#define SURE_DIGITS 15
#define SURE_LIMIT  INT64_C(1000000000000000)
#define MOST_DIGITS 17                    /* of a double */
#define WHOLE_LIMIT 9223372036854775808.0 /* 2^63 */

__extension__ typedef __int128 Wide;

JwNumber
jw_number_real(double value)
{
    return (JwNumber){ .kind = isfinite(value) ? JW_NUMBER_REAL : JW_NUMBER_NONE, .real = value };
}

double
jw_number_double(const JwNumber *self)
{
    switch (self->kind) {
    case JW_NUMBER_EXACT:
        return (double)self->top / (double)self->bottom;
    case JW_NUMBER_REAL:
        return self->real;
    case JW_NUMBER_NONE:
        break;
    }
    return 0.0;
}

static Wide
wide_gcd(Wide a, Wide b)
{
    while (b != 0) {
        const Wide rest = a % b;
        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

static bool
exact_ratio(const JwNumber *a, const JwNumber *b, int64_t scale, JwNumber *ret)
{
    Wide top = 0, bottom = (Wide)a->bottom * b->top;

    if (__builtin_mul_overflow((Wide)a->top * b->bottom, (Wide)scale, &top)) {
        return false;
    }
    const Wide common = wide_gcd(top, bottom) * (bottom < 0 ? -1 : 1);
    top /= common;
    bottom /= common;
    if (top > INT64_MAX || top < -INT64_MAX || bottom > INT64_MAX) {
        return false;
    }
    *ret = (JwNumber){ .kind = JW_NUMBER_EXACT, .top = (int64_t)top, .bottom = (int64_t)bottom };
    return true;
}

JwNumber
jw_number_ratio(const JwNumber *a, const JwNumber *b, double scale)
{
    JwNumber exact;

    if (a->kind == JW_NUMBER_NONE || b->kind == JW_NUMBER_NONE || jw_number_double(b) == 0.0) {
        return (JwNumber){ 0 };
    }
    if (a->kind == JW_NUMBER_EXACT && b->kind == JW_NUMBER_EXACT && fabs(scale) < 1e15
        && scale == floor(scale) && exact_ratio(a, b, (int64_t)scale, &exact)) {
        return exact;
    }
    JwNumber real = jw_number_real(jw_number_double(a) / jw_number_double(b) * scale);
    real.computed = true;
    return real;
}

/* 10^@decimals of the quotient, half up. */
static Wide
scale_exact(const JwNumber *self, int64_t power)
{
    const bool negative = self->top < 0;
    const Wide top = (Wide)self->top * power; /* 2^63 · 10^12 fits in 127 bits */
    const Wide scaled = negative ? -top : top;
    Wide quotient = scaled / self->bottom;

    if (scaled % self->bottom >= self->bottom - scaled % self->bottom) {
        quotient++;
    }
    return negative ? -quotient : quotient;
}

static double
round_exact(const JwNumber *self, int64_t power, int decimals)
{
    const Wide quotient = scale_exact(self, power);
    char text[64];

    if (quotient < SURE_LIMIT && quotient > -SURE_LIMIT) {
        return (double)(int64_t)quotient / (double)power;
    }
    const Wide rest = quotient % power;
    (void)g_snprintf(text, sizeof text, "%s%" G_GINT64_FORMAT ".%0*" G_GINT64_FORMAT,
                     quotient < 0 && quotient > -power ? "-" : "", (int64_t)(quotient / power),
                     decimals, (int64_t)(rest < 0 ? -rest : rest));
    return g_ascii_strtod(text, NULL);
}

/* The decimal digits d.ddd…e±xx of @value, not negative, which are @least or, where those do not
 * give it back, more. Returns how many. */
static int
shortest_digits(double value, int least, char digits[MOST_DIGITS + 1], int *ret_exponent)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE], form[] = "%.00e";
    int n = least;

    for (;; n++) {
        (void)g_snprintf(form, sizeof form, "%%.%de", n - 1);
        g_ascii_formatd(text, sizeof text, form, value);
        if (n == MOST_DIGITS || g_ascii_strtod(text, NULL) == value) {
            break;
        }
    }
    digits[0] = text[0];
    memcpy(digits + 1, text + 2, (size_t)n - 1);
    digits[n] = '\0';
    *ret_exponent = (int)g_ascii_strtoll(strchr(text, 'e') + 1, NULL, 10);
    return n;
}

/* Rounds the decimal digits of @value as a person would on paper. */
static double
round_digits(double value, int decimals, bool computed)
{
    char digits[MOST_DIGITS + 2] = "0", number[64]; /* digits[0] is for a carry */
    int exponent = 0;
    int n = shortest_digits(fabs(value), SURE_DIGITS, digits + 1, &exponent);
    /* How many of the digits stay. */
    int keep = exponent + 1 + decimals;

    if (computed && keep < SURE_DIGITS && n > SURE_DIGITS) {
        g_ascii_formatd(number, sizeof number, "%.14e", fabs(value));
        digits[1] = number[0];
        memcpy(digits + 2, number + 2, SURE_DIGITS - 1);
        exponent = (int)g_ascii_strtoll(strchr(number, 'e') + 1, NULL, 10);
        keep = exponent + 1 + decimals;
        n = SURE_DIGITS;
    }
    if (keep < 0) {
        return 0.0;
    }
    keep = MIN(keep, n);
    const bool up = keep < n && digits[keep + 1] >= '5';
    digits[keep + 1] = '\0';
    for (int i = keep; up; i--) {
        if (digits[i] != '9') {
            digits[i]++;
            break;
        }
        digits[i] = '0';
    }
    (void)g_snprintf(number, sizeof number, "%se%d", digits, exponent + 1 - keep);
    return copysign(g_ascii_strtod(number, NULL), value);
}

static int64_t
power_of(int decimals)
{
    int64_t power = 1;

    for (int i = 0; i < decimals; i++) {
        power *= 10;
    }
    return power;
}

double
jw_number_round(const JwNumber *self, int decimals)
{
    double rounded = 0.0;

    decimals = CLAMP(decimals, 0, MOST_DECIMALS);
    if (self->kind == JW_NUMBER_EXACT) {
        rounded = round_exact(self, power_of(decimals), decimals);
    } else if (self->kind == JW_NUMBER_REAL) {
        /* All ways show a whole one with all its digits. */
        rounded = jw_number_is_whole(self->real)
                      ? self->real
                      : round_digits(self->real, decimals, self->computed);
    }
    return rounded == 0.0 ? 0.0 : rounded; /* no "-0" in a report */
}

bool
jw_number_is_whole(double value)
{
    return value == floor(value) && fabs(value) < WHOLE_LIMIT;
}

static JwValue
real_value(double value)
{
    if (jw_number_is_whole(value) && fabs(value) > JW_NUMBER_DOUBLES) {
        return (JwValue){ .type = JW_VALUE_INT, .integer = (int64_t)value };
    }
    return (JwValue){ .type = JW_VALUE_REAL, .real = value == 0.0 ? 0.0 : value };
}

JwValue
jw_number_value(const JwNumber *self, int decimals)
{
    if (self->kind == JW_NUMBER_NONE) {
        return (JwValue){ .type = JW_VALUE_NULL };
    }
    if (self->kind == JW_NUMBER_EXACT && fabs(jw_number_double(self)) >= JW_NUMBER_DOUBLES) {
        const int64_t whole = (int64_t)scale_exact(self, 1);
        if (whole > (int64_t)JW_NUMBER_DOUBLES || whole < -(int64_t)JW_NUMBER_DOUBLES) {
            return (JwValue){ .type = JW_VALUE_INT, .integer = whole };
        }
    }
    return real_value(jw_number_round(self, decimals));
}

JwValue
jw_number_plain(const JwValue *value)
{
    return value->type == JW_VALUE_REAL ? real_value(value->real) : *value;
}
