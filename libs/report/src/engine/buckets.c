/* buckets.c: see buckets.h. Any thread, no state. */
#include "engine/buckets.h"
#include "jw/civil.h"

JwBuckets
jw_buckets_of(const JwDimensionDef *dimension)
{
    return (JwBuckets){ .part = dimension->part,
                        .first = MAX(dimension->week_start, 1) - 1,
                        .iso = dimension->week_start == 0 };
}

/* Of the weekday that begins a week, 0. */
static int64_t
day_of_week(const JwBuckets *self, int64_t day)
{
    return jw_floor_mod(jw_civil_weekday(day) + 6 - self->first, 7);
}

int64_t
jw_bucket_key(const JwBuckets *self, int64_t local_seconds)
{
    const int64_t day = jw_floor_div(local_seconds, JW_DAY_SECONDS);
    JwCivil date;

    switch (self->part) {
    case JW_PART_HOUR:
        return (local_seconds - day * JW_DAY_SECONDS) / 3600;
    case JW_PART_WEEKDAY:
        return day_of_week(self, day);
    case JW_PART_WEEK:
        return day - day_of_week(self, day);
    case JW_PART_MONTH:
        jw_civil_from_days(day, &date);
        return (date.year - 1970) * INT64_C(12) + date.month - 1;
    case JW_PART_QUARTER:
        jw_civil_from_days(day, &date);
        return (date.year - 1970) * INT64_C(4) + (date.month - 1) / 3;
    case JW_PART_YEAR:
        jw_civil_from_days(day, &date);
        return date.year;
    case JW_PART_DATE:
    case JW_PART_VALUE:
        break;
    }
    return day;
}

int64_t
jw_bucket_next(const JwBuckets *self, int64_t key)
{
    return key + (self->part == JW_PART_WEEK ? 7 : 1);
}

/* A week of ISO 8601 is of the year that its Thursday is in. */
static char *
iso_week(int64_t monday)
{
    const int64_t thursday = monday + 3;
    JwCivil date;

    jw_civil_from_days(thursday, &date);
    const int64_t week = (thursday - jw_civil_days(date.year, 1, 1)) / 7 + 1;
    return g_strdup_printf("%04d-W%02d", date.year, (int)week);
}

static char *
day_label(int64_t day)
{
    JwCivil date;

    jw_civil_from_days(day, &date);
    return g_strdup_printf("%04d-%02d-%02d", date.year, date.month, date.day);
}

char *
jw_bucket_label(const JwBuckets *self, int64_t key)
{
    static const char *const weekdays[] = { "Monday", "Tuesday",  "Wednesday", "Thursday",
                                            "Friday", "Saturday", "Sunday" };

    switch (self->part) {
    case JW_PART_HOUR:
        return g_strdup_printf("%02d:00", (int)key);
    case JW_PART_WEEKDAY:
        return g_strdup(weekdays[(key + self->first) % 7]);
    case JW_PART_WEEK:
        return self->iso ? iso_week(key) : day_label(key);
    case JW_PART_MONTH:
        return g_strdup_printf("%04d-%02d", (int)jw_floor_div(key, 12) + 1970,
                               (int)jw_floor_mod(key, 12) + 1);
    case JW_PART_QUARTER:
        return g_strdup_printf("%04d-Q%d", (int)jw_floor_div(key, 4) + 1970,
                               (int)jw_floor_mod(key, 4) + 1);
    case JW_PART_YEAR:
        return g_strdup_printf("%04d", (int)key);
    case JW_PART_DATE:
    case JW_PART_VALUE:
        break;
    }
    return day_label(key);
}

size_t
jw_buckets_fixed(const JwBuckets *self)
{
    return self->part == JW_PART_HOUR ? 24 : self->part == JW_PART_WEEKDAY ? 7 : 0;
}
