/* zoned.c: see zoned.h. */
#include "zoned.h"

#define SLOT_S 900

static int64_t
floor_div(int64_t value, int64_t by)
{
    return value / by - (value % by < 0 ? 1 : 0);
}

void
jw_zoned_init(JwZoned *self, GTimeZone *zone)
{
    *self = (JwZoned){ .zone = g_time_zone_ref(zone) };
}

void
jw_zoned_clear(JwZoned *self)
{
    g_clear_pointer(&self->zone, g_time_zone_unref);
}

int32_t
jw_zoned_offset_s(JwZoned *self, int64_t time_ms)
{
    int64_t seconds = floor_div(time_ms, 1000);
    int64_t slot = floor_div(seconds, SLOT_S);

    if (!self->primed || slot != self->slot) {
        int interval = g_time_zone_find_interval(self->zone, G_TIME_TYPE_UNIVERSAL, seconds);

        self->offset_s = g_time_zone_get_offset(self->zone, interval);
        self->slot = slot;
        self->primed = true;
    }
    return self->offset_s;
}

/* Days to civil date after H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
static void
civil_from_days(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
    int64_t shifted = days + 719468;
    int64_t era = floor_div(shifted, 146097);
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;

    *ret_day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    *ret_month = (int)(month < 10 ? month + 3 : month - 9);
    *ret_year = (int)(year_of_era + era * 400 + (*ret_month <= 2 ? 1 : 0));
}

/* printf is half of the cost of a CSV line with a time in it. */
static void
put_digits(char *at, int value, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        at[i] = (char)('0' + value % 10);
        value /= 10;
    }
}

void
jw_zoned_append(JwZoned *self, GString *text, int64_t time_ms, bool date_only)
{
    char buffer[] = "0000-00-00T00:00:00+00:00";
    int32_t offset = jw_zoned_offset_s(self, time_ms);
    int64_t local = floor_div(time_ms, 1000) + offset;
    int64_t days = floor_div(local, 86400);
    int second_of_day = (int)(local - days * 86400);
    int year = 0;
    int month = 0;
    int day = 0;

    civil_from_days(days, &year, &month, &day);
    put_digits(buffer, CLAMP(year, 0, 9999), 4);
    put_digits(buffer + 5, month, 2);
    put_digits(buffer + 8, day, 2);
    if (date_only) {
        g_string_append_len(text, buffer, 10);
        return;
    }
    put_digits(buffer + 11, second_of_day / 3600, 2);
    put_digits(buffer + 14, second_of_day / 60 % 60, 2);
    put_digits(buffer + 17, second_of_day % 60, 2);
    if (offset == 0) {
        buffer[19] = 'Z';
        g_string_append_len(text, buffer, 20);
        return;
    }
    buffer[19] = offset < 0 ? '-' : '+';
    put_digits(buffer + 20, ABS(offset) / 3600, 2);
    put_digits(buffer + 23, ABS(offset) / 60 % 60, 2);
    g_string_append_len(text, buffer, 25);
}

int64_t
jw_zoned_local_ms(JwZoned *self, int64_t time_ms)
{
    return time_ms + (int64_t)jw_zoned_offset_s(self, time_ms) * 1000;
}

double
jw_zoned_serial(JwZoned *self, int64_t time_ms)
{
    return (double)jw_zoned_local_ms(self, time_ms) / 86400000.0 + 25569.0;
}
