/* number.c: figures are kept as fractions of integers as long as they fit, because rounding a
 * binary double half up differs from rounding by hand: 0.125, 2.675, 1.005. Pure, any thread. */
#include "engine/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_DECIMALS 12
/* Digits that survive sums and quotients of doubles; a half that is only one with more is noise. */
#define SURE_DIGITS      15
#define SURE_LIMIT       INT64_C(1000000000000000)
#define MOST_DIGITS      17 /* of a double */
#define MOST_LONG_DIGITS 19 /* of a double and its rest */
#define DIGITS_TEXT      64
#define WHOLE_LIMIT      9223372036854775808.0 /* 2^63 */

__extension__ typedef __int128 Wide;

JwNumber
jw_number_real(double value)
{
    return (JwNumber){ .kind = isfinite(value) ? JW_NUMBER_REAL : JW_NUMBER_NONE, .real = value };
}

JwNumber
jw_number_of(const JwValue *value)
{
    JwNumber number = jw_number_real(value->real);

    number.rest = value->rest;
    return number;
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

int
jw_number_compare(const JwNumber *a, const JwNumber *b)
{
    if (a->kind == JW_NUMBER_EXACT && b->kind == JW_NUMBER_EXACT) {
        const Wide left = (Wide)a->top * b->bottom, right = (Wide)b->top * a->bottom;
        return left < right ? -1 : left > right ? 1 : 0;
    }
    const double left = jw_number_double(a), right = jw_number_double(b);
    return left < right ? -1 : left > right ? 1 : 0;
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

/* False: it does not fit. @bottom is not 0. */
static bool
reduce(Wide top, Wide bottom, JwNumber *ret)
{
    const Wide common = wide_gcd(top, bottom) * (bottom < 0 ? -1 : 1);

    top /= common;
    bottom /= common;
    if (top > INT64_MAX || top < -INT64_MAX || bottom > INT64_MAX) {
        return false;
    }
    *ret = (JwNumber){ .kind = JW_NUMBER_EXACT, .top = (int64_t)top, .bottom = (int64_t)bottom };
    return true;
}

static bool
are_exact(const JwNumber *a, const JwNumber *b)
{
    return a->kind == JW_NUMBER_EXACT && b->kind == JW_NUMBER_EXACT;
}

static bool
have_values(const JwNumber *a, const JwNumber *b)
{
    return a->kind != JW_NUMBER_NONE && b->kind != JW_NUMBER_NONE;
}

static JwNumber
computed(double value)
{
    JwNumber number = jw_number_real(value);

    number.computed = true;
    return number;
}

static bool
exact_ratio(const JwNumber *a, const JwNumber *b, int64_t scale, JwNumber *ret)
{
    Wide top = 0;

    return !__builtin_mul_overflow((Wide)a->top * b->bottom, (Wide)scale, &top)
           && reduce(top, (Wide)a->bottom * b->top, ret);
}

JwNumber
jw_number_ratio(const JwNumber *a, const JwNumber *b, double scale)
{
    JwNumber exact;

    if (!have_values(a, b) || jw_number_double(b) == 0.0) {
        return (JwNumber){ 0 };
    }
    if (are_exact(a, b) && fabs(scale) < 1e15 && scale == floor(scale)
        && exact_ratio(a, b, (int64_t)scale, &exact)) {
        return exact;
    }
    return computed(jw_number_double(a) / jw_number_double(b) * scale);
}

JwNumber
jw_number_add(const JwNumber *a, const JwNumber *b, int sign)
{
    Wide top = 0;
    JwNumber exact;

    if (!have_values(a, b)) {
        return (JwNumber){ 0 };
    }
    if (are_exact(a, b)
        && !__builtin_add_overflow((Wide)a->top * b->bottom, (Wide)b->top * a->bottom * sign, &top)
        && reduce(top, (Wide)a->bottom * b->bottom, &exact)) {
        return exact;
    }
    return computed(jw_number_double(a) + jw_number_double(b) * sign);
}

JwNumber
jw_number_multiply(const JwNumber *a, const JwNumber *b)
{
    JwNumber exact;

    if (!have_values(a, b)) {
        return (JwNumber){ 0 };
    }
    if (are_exact(a, b) && reduce((Wide)a->top * b->top, (Wide)a->bottom * b->bottom, &exact)) {
        return exact;
    }
    return computed(jw_number_double(a) * jw_number_double(b));
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

/* Writes @value, not negative, with @n digits as d.ddde±xx; whether they give it back. */
static bool
write_digits(const JwNumber *value, int n, char text[DIGITS_TEXT])
{
    if (value->rest == 0.0) {
        char form[16];
        (void)g_snprintf(form, sizeof form, "%%.%de", n - 1);
        g_ascii_formatd(text, DIGITS_TEXT, form, value->real);
        return g_ascii_strtod(text, NULL) == value->real;
    }
    const long double whole = (long double)value->real + (long double)value->rest;
    (void)snprintf(text, DIGITS_TEXT, "%.*Le", n - 1, whole);
    return strtold(text, NULL) == whole;
}

/* Rounds the decimal digits of @self as a person would on paper. */
static double
round_digits(const JwNumber *self, int decimals)
{
    const bool negative = self->real < 0.0;
    const JwNumber value = { .real = fabs(self->real),
                             .rest = negative ? -self->rest : self->rest };
    const int most = value.rest == 0.0 ? MOST_DIGITS : MOST_LONG_DIGITS;
    char text[DIGITS_TEXT], digits[MOST_LONG_DIGITS + 2] = "0", number[64];
    int n = SURE_DIGITS;

    while (!write_digits(&value, n, text) && n < most) {
        n++;
    }
    int exponent = (int)g_ascii_strtoll(strchr(text, 'e') + 1, NULL, 10);
    if (self->computed && exponent + 1 + decimals < SURE_DIGITS) {
        n = SURE_DIGITS;
        (void)write_digits(&value, n, text);
        exponent = (int)g_ascii_strtoll(strchr(text, 'e') + 1, NULL, 10);
    }
    digits[1] = text[0]; /* digits[0] is for a carry */
    memcpy(digits + 2, text + 2, (size_t)n - 1);
    /* How many of the digits stay. */
    const int keep = MIN(exponent + 1 + decimals, n);
    if (keep < 0) {
        return 0.0;
    }
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
    return copysign(g_ascii_strtod(number, NULL), self->real);
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
        rounded = jw_number_is_whole(self->real) && self->rest == 0.0
                      ? self->real
                      : round_digits(self, decimals);
    }
    return rounded == 0.0 ? 0.0 : rounded; /* no "-0" in a report */
}

bool
jw_number_is_whole(double value)
{
    return value == floor(value) && fabs(value) < WHOLE_LIMIT;
}

int
jw_number_order(double real, double rest, int64_t integer)
{
    if (real >= WHOLE_LIMIT || real < -WHOLE_LIMIT) {
        return real > 0.0 ? 1 : -1;
    }
    const double below = floor(real);
    const int64_t whole = (int64_t)below;
    if (whole != integer) {
        return whole < integer ? -1 : 1;
    }
    return real > below ? 1 : rest < 0.0 ? -1 : rest > 0.0;
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
