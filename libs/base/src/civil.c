/* civil.c: calendar arithmetic and local time. Any thread. GTimeZone is asked only for UTC
 * → offset; local → UTC is derived from that here, because GLib's own answer for skipped and
 * doubled local times depends on a flag and not on their order. */
#include "jw/civil.h"
#include "jw/error.h"
#include "jw/sync.h"

#include <string.h>

/* No zone ever was further from UTC than 15 h 56 min. */
#define MOST_OFFSET_SECONDS (INT64_C(16) * 3600)

#define ZONES_MAX 128

/* 2037-07-01: zone files end with that year, and with a rule for those behind it. */
#define TABLES_END INT64_C(2130019200)

int64_t
jw_civil_days(int year, int month, int day)
{
    /* Years that begin in March put the leap day at the end; eras are the 400 years of the
     * calendar. */
    const int64_t y = (int64_t)year - (month <= 2 ? 1 : 0);
    const int64_t era = jw_floor_div(y, 400);
    const int64_t year_of_era = y - era * 400;
    const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

void
jw_civil_from_days(int64_t days, JwCivil *ret)
{
    const int64_t shifted = days + 719468;
    const int64_t era = jw_floor_div(shifted, 146097);
    const int64_t day_of_era = shifted - era * 146097;
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t month_from_march = (5 * day_of_year + 2) / 153;

    ret->day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    ret->month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    ret->year = (int)(year_of_era + era * 400 + (ret->month <= 2 ? 1 : 0));
    ret->hour = 0;
    ret->minute = 0;
    ret->second = 0;
}

int
jw_civil_month_days(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

int64_t
jw_civil_year_before(int64_t days)
{
    JwCivil date;

    jw_civil_from_days(days, &date);
    return jw_civil_days(date.year - 1, date.month,
                         MIN(date.day, jw_civil_month_days(date.year - 1, date.month)));
}

int64_t
jw_civil_seconds(const JwCivil *civil)
{
    return jw_civil_days(civil->year, civil->month, civil->day) * JW_DAY_SECONDS
           + civil->hour * 3600 + civil->minute * 60 + civil->second;
}

void
jw_civil_from_seconds(int64_t seconds, JwCivil *ret)
{
    const int64_t of_day = jw_floor_mod(seconds, JW_DAY_SECONDS);

    jw_civil_from_days(jw_floor_div(seconds, JW_DAY_SECONDS), ret);
    ret->hour = (int)(of_day / 3600);
    ret->minute = (int)(of_day / 60 % 60);
    ret->second = (int)(of_day % 60);
}

/* To read a zone takes a thousand times as long as to ask it. @name is plausible. (transfer full)
 * (nullable) */
static GTimeZone *
zone_of(const char *name)
{
    static JwMutex mutex = { PTHREAD_MUTEX_INITIALIZER };
    static GHashTable *zones; /* name → GTimeZone, of the first ZONES_MAX asked for */
    g_auto(JwLocker) locker = jw_locker(&mutex);

    if (zones == NULL) {
        zones = g_hash_table_new(g_str_hash, g_str_equal);
    }
    GTimeZone *zone = g_hash_table_lookup(zones, name);
    if (zone != NULL) {
        return g_time_zone_ref(zone);
    }
    zone = g_time_zone_new_identifier(name);
    if (zone != NULL && g_hash_table_size(zones) < ZONES_MAX) {
        g_hash_table_insert(zones, g_strdup(name), g_time_zone_ref(zone));
    }
    return zone;
}

/* GLib (2.74) misreads the rule by which the clock of Dublin goes on where its table ends: its
 * summer time is the standard one, and winter a second offset behind that. London's clock shows the
 * same, by a rule that GLib reads. */
static GTimeZone *
after_table(GTimeZone *zone, int64_t utc_seconds)
{
    static const char *const irish[] = { "Europe/Dublin", "Eire", NULL };

    if (utc_seconds < TABLES_END || !g_strv_contains(irish, g_time_zone_get_identifier(zone))) {
        return NULL;
    }
    return zone_of("Europe/London");
}

int64_t
jw_zone_offset(GTimeZone *zone, int64_t utc_seconds)
{
    g_autoptr(GTimeZone) other = after_table(zone, utc_seconds);
    GTimeZone *asked = other != NULL ? other : zone;
    const int interval = g_time_zone_find_interval(asked, G_TIME_TYPE_UNIVERSAL, utc_seconds);

    return g_time_zone_get_offset(asked, interval);
}

int64_t
jw_zone_change(GTimeZone *zone, int64_t from, int64_t to)
{
    const int64_t before = jw_zone_offset(zone, from);

    while (to - from > 1) {
        const int64_t middle = from + (to - from) / 2;
        if (jw_zone_offset(zone, middle) == before) {
            from = middle;
        } else {
            to = middle;
        }
    }
    return to;
}

int64_t
jw_zone_stretch(GTimeZone *zone, int64_t from, int64_t to)
{
    g_autoptr(GTimeZone) other = after_table(zone, from);
    GTimeZone *asked = other != NULL ? other : zone;
    const int interval = g_time_zone_find_interval(asked, G_TIME_TYPE_UNIVERSAL, from);

    if (g_time_zone_find_interval(asked, G_TIME_TYPE_UNIVERSAL, to) == interval) {
        return to + 1;
    }
    to++;
    while (to - from > 1) {
        const int64_t middle = from + (to - from) / 2;
        if (g_time_zone_find_interval(asked, G_TIME_TYPE_UNIVERSAL, middle) == interval) {
            from = middle;
        } else {
            to = middle;
        }
    }
    return to;
}

/* Of a doubled time the first comes with the offset before the change, the last with that after it.
 */
static int64_t
utc_of(GTimeZone *zone, int64_t local_seconds, bool last)
{
    const int64_t low = local_seconds - MOST_OFFSET_SECONDS;
    const int64_t high = local_seconds + MOST_OFFSET_SECONDS;
    const int64_t offsets[] = { jw_zone_offset(zone, low), jw_zone_offset(zone, high) };

    for (size_t i = 0; i < G_N_ELEMENTS(offsets); i++) {
        const int64_t offset = offsets[last ? 1 - i : i];
        const int64_t utc = local_seconds - offset;
        if (offsets[0] == offsets[1] || jw_zone_offset(zone, utc) == offset) {
            return utc;
        }
    }
    return jw_zone_change(zone, low, high);
}

int64_t
jw_zone_utc(GTimeZone *zone, int64_t local_seconds)
{
    return utc_of(zone, local_seconds, false);
}

int64_t
jw_zone_utc_last(GTimeZone *zone, int64_t local_seconds)
{
    return utc_of(zone, local_seconds, true);
}

int64_t
jw_zone_day(GTimeZone *zone, int64_t utc_ms)
{
    const int64_t seconds = jw_floor_div(utc_ms, 1000);

    return jw_floor_div(seconds + jw_zone_offset(zone, seconds), JW_DAY_SECONDS);
}

int64_t
jw_zone_day_start_ms(GTimeZone *zone, int64_t day)
{
    return jw_zone_utc(zone, day * JW_DAY_SECONDS) * 1000;
}

/* What IANA names look like. GLib would also read offsets ("+03:00") and POSIX rules ("ABC5DEF"),
 * and any file in the zone directory; names with digits exist only in these families. */
static bool
zone_name_plausible(const char *name)
{
    static const char *const with_digits[] = { "EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT",
                                               "GMT0",    "GMT+0",   "GMT-0",   NULL };
    const size_t length = strlen(name);

    if (length < 2 || length > 64 || !g_ascii_isupper(name[0]) || strstr(name, "//") != NULL) {
        return false;
    }
    if (g_strv_contains(with_digits, name)) {
        return true;
    }
    for (size_t i = 0; i < length; i++) {
        const bool digit = g_ascii_isdigit(name[i]) || name[i] == '+';
        if (digit ? !g_str_has_prefix(name, "Etc/")
                  : !g_ascii_isalpha(name[i]) && strchr("/_-", name[i]) == NULL) {
            return false;
        }
    }
    return true;
}

GTimeZone *
jw_zone_new(const char *name, GError **error)
{
    GTimeZone *zone = NULL;

    g_return_val_if_fail(name != NULL, NULL);
    if (strcmp(name, "UTC") == 0) {
        return g_time_zone_new_utc();
    }
    if (zone_name_plausible(name)) {
        zone = zone_of(name);
    }
    if (zone == NULL) {
        return jw_fail_null(error, JW_ERROR_INVALID,
                            "'%s' is not a time zone of this machine; "
                            "use an IANA name such as Europe/Istanbul or UTC",
                            name);
    }
    return zone;
}
