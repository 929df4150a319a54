/* number.c: figures are kept as fractions of integers as long as they fit, because rounding a
 * binary double half up differs from rounding by hand: 0.125, 2.675, 1.005. Pure, any thread. */
#include "engine/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_DECIMALS 12
/* Digits that survive sums and quotients of doubles; the rest is noise, and what JSON, the mail and
 * a spreadsheet would show of it differs. */
#define SURE_DIGITS 15
#define SURE_LIMIT  INT64_C(1000000000000000)
#define WHOLE_LIMIT 9223372036854775808.0 /* 2^63: JSON has whole numbers below it */

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
    return jw_number_real(jw_number_double(a) / jw_number_double(b) * scale);
}

static bool
round_exact(const JwNumber *self, int64_t power, double *ret)
{
    Wide scaled = (Wide)self->top * power; /* 2^63 · 10^12 fits in 127 bits */
    const bool negative = scaled < 0;
    Wide quotient = 0;

    scaled = negative ? -scaled : scaled;
    quotient = scaled / self->bottom;
    if (scaled % self->bottom >= self->bottom - scaled % self->bottom) {
        quotient++;
    }
    if (quotient >= SURE_LIMIT) {
        return false; /* more digits than JSON and spreadsheets show */
    }
    *ret = (double)(int64_t)quotient / (double)power * (negative ? -1.0 : 1.0);
    return true;
}

/* Rounds the decimal digits d.ddd…e±xx of @value as a person would on paper. */
static double
round_digits(double value, int decimals)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE], digits[SURE_DIGITS + 2] = "0", number[64];
    char *mark = NULL;
    int exponent = 0, keep = 0;

    g_ascii_formatd(text, sizeof text, "%.14e", fabs(value)); /* SURE_DIGITS digits */
    mark = strchr(text, 'e');
    exponent = (int)g_ascii_strtoll(mark + 1, NULL, 10);
    digits[1] = text[0];
    memcpy(digits + 2, text + 2, SURE_DIGITS - 1);
    digits[SURE_DIGITS + 1] = '\0';
    /* How many of the digits stay; digits[0] is for a carry. */
    keep = MIN(exponent + 1 + decimals, SURE_DIGITS);
    if (keep < 0) {
        return 0.0;
    }
    const bool up = keep < SURE_DIGITS && digits[keep + 1] >= '5';
    digits[keep + 1] = '\0';
    for (int i = keep; up; i--) {
        if (digits[i] != '9') {
            digits[i]++;
            break;
        }
        digits[i] = '0';
    }
    g_snprintf(number, sizeof number, "%se%d", digits, exponent + 1 - keep);
    return copysign(g_ascii_strtod(number, NULL), value);
}

double
jw_number_round(const JwNumber *self, int decimals)
{
    int64_t power = 1;
    double rounded = 0.0;

    decimals = CLAMP(decimals, 0, MOST_DECIMALS);
    for (int i = 0; i < decimals; i++) {
        power *= 10;
    }
    if (self->kind == JW_NUMBER_EXACT && round_exact(self, power, &rounded)) {
        return rounded;
    }
    rounded = jw_number_double(self);
    if (rounded == floor(rounded) && fabs(rounded) < WHOLE_LIMIT) {
        return rounded; /* all ways show it with all its digits */
    }
    rounded = round_digits(rounded, decimals);
    return rounded == 0.0 ? 0.0 : rounded; /* no "-0" in a report */
}
