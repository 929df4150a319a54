/* engine/bound.c: see engine/bound.h. Pure, any thread. */
#include "engine/bound.h"
#include "engine/number.h"
#include "jw/civil.h"
#include "jw/clock.h"

#include <math.h>
#include <string.h>

static bool
is_number(const JwWanted *wanted)
{
    return wanted->is_integer || wanted->is_real;
}

/* "2026-01-06", also of long ago, as days since 1970-01-01. */
static bool
parse_day(const char *text, int64_t *ret_day)
{
    g_autofree char *midnight = g_strconcat(text, "T00:00:00Z", NULL);
    int64_t time_ms = 0;

    if (strlen(text) != strlen("1970-01-01") || !jw_time_parse_record(midnight, &time_ms, NULL)) {
        return false;
    }
    *ret_day = jw_floor_div(time_ms, JW_DAY_SECONDS * 1000);
    return true;
}

void
jw_bound_init(JwBoundTest *self, JwBound bound, const char *text, GTimeZone *zone)
{
    int64_t day = 0;

    *self = (JwBoundTest){ .sort = JW_BOUND_TEXT,
                           .above = bound == JW_BOUND_GT || bound == JW_BOUND_GTE,
                           .inclusive = bound == JW_BOUND_LTE || bound == JW_BOUND_GTE };
    jw_wanted_init(&self->wanted, text);
    if (is_number(&self->wanted)) {
        self->sort = JW_BOUND_NUMBER;
    } else if (self->wanted.is_time) {
        self->sort = JW_BOUND_TIME;
        self->time_ms = self->wanted.time_ms;
    } else if (parse_day(text, &day)) {
        /* lt: before its start; lte: before its end; gt: from its end on; gte: from its start on */
        day += self->above != self->inclusive ? 1 : 0;
        self->sort = JW_BOUND_TIME;
        self->time_ms = jw_zone_day_start_ms(zone, day);
        self->inclusive = self->above;
    }
}

static int
compare_integers(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

/* False: it is no number. */
static bool
compare_number(const JwWanted *wanted, const JwValue *value, int *ret_order)
{
    if (value->type == JW_VALUE_INT) {
        *ret_order = wanted->is_integer ? compare_integers(value->integer, wanted->integer)
                                        : -jw_number_order(wanted->real, 0.0, value->integer);
        return true;
    }
    if (value->type != JW_VALUE_REAL || isnan(value->real)) {
        return false;
    }
    if (wanted->is_integer) {
        *ret_order = jw_number_order(value->real, value->rest, wanted->integer);
    } else {
        *ret_order = value->real < wanted->real ? -1 : value->real > wanted->real;
    }
    return true;
}

static int
compare_text(const JwWanted *wanted, const JwValue *value)
{
    const size_t common = MIN(wanted->length, value->length);
    const int order = common > 0 ? memcmp(value->text, wanted->text, common) : 0;

    return order != 0                       ? order
           : value->length < wanted->length ? -1
                                            : value->length > wanted->length;
}

/* How @value stands to the bound; false: it is of another sort. */
static bool
compare(const JwBoundTest *self, const JwValue *value, int *ret_order)
{
    switch (self->sort) {
    case JW_BOUND_NUMBER:
        return compare_number(&self->wanted, value, ret_order);
    case JW_BOUND_TIME:
        *ret_order =
            value->type == JW_VALUE_TIME ? compare_integers(value->time_ms, self->time_ms) : 0;
        return value->type == JW_VALUE_TIME;
    case JW_BOUND_TEXT:
        *ret_order = value->type == JW_VALUE_TEXT ? compare_text(&self->wanted, value) : 0;
        return value->type == JW_VALUE_TEXT;
    }
    return false;
}

bool
jw_bound_passes(const JwBoundTest *self, const JwValue *value)
{
    int order = 0;

    if (!compare(self, value, &order)) {
        return false;
    }
    return order == 0 ? self->inclusive : (order > 0) == self->above;
}

/* "2026-01-06" or the same with a time of day behind it, whatever its digits. */
static bool
looks_like_date(const char *text)
{
    static const char form[] = "dddd-dd-dd";

    for (size_t i = 0; form[i] != '\0'; i++) {
        if (form[i] == 'd' ? !g_ascii_isdigit(text[i]) : text[i] != form[i]) {
            return false;
        }
    }
    const char *rest = text + strlen(form);
    return *rest == '\0' || ((*rest == 'T' || *rest == ' ') && g_ascii_isdigit(rest[1]));
}

const char *
jw_bound_fault(const char *text)
{
    char *end = NULL;
    const double number = g_ascii_strtod(text, &end);
    int64_t day = 0, time_ms = 0;

    if (isinf(number) && *end == '\0' && g_ascii_isdigit(text[text[0] == '-' ? 1 : 0])) {
        return "is a number beyond those that records have";
    }
    if (looks_like_date(text) && !parse_day(text, &day)
        && !jw_time_parse_record(text, &time_ms, NULL)) {
        return "is neither a date that exists (2026-01-31) nor a time with its zone "
               "(2026-01-31T10:00:00Z)";
    }
    return NULL;
}

JwBoundsRelation
jw_bounds_relate(const char *from, const char *to)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_utc();
    JwBoundTest first, second;
    JwValue value = { .type = JW_VALUE_TEXT, .text = from, .length = strlen(from) };
    int order = 0;

    jw_bound_init(&first, JW_BOUND_GTE, from, zone);
    jw_bound_init(&second, JW_BOUND_GTE, to, zone);
    if (first.sort == JW_BOUND_NUMBER) {
        value = first.wanted.is_integer
                    ? (JwValue){ .type = JW_VALUE_INT, .integer = first.wanted.integer }
                    : (JwValue){ .type = JW_VALUE_REAL, .real = first.wanted.real };
    } else if (first.sort == JW_BOUND_TIME) {
        value = (JwValue){ .type = JW_VALUE_TIME, .time_ms = first.time_ms };
    }
    if (first.sort == JW_BOUND_TIME && first.sort == second.sort
        && first.wanted.is_time != second.wanted.is_time) {
        return JW_BOUNDS_RISE; /* a date beside a time: the report's zone says */
    }
    if (first.sort != second.sort || !compare(&second, &value, &order)) {
        return JW_BOUNDS_DIFFER;
    }
    return order < 0 ? JW_BOUNDS_RISE : order == 0 ? JW_BOUNDS_EQUAL : JW_BOUNDS_FALL;
}
