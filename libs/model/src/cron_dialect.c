/* cron_dialect.c: what each dialect of cron writes how. Constant tables, any thread. */
#include "cron_private.h"
#include "jw/error.h"

static const char *const month_names[] = { "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL",
                                           "AUG", "SEP", "OCT", "NOV", "DEC", NULL };
static const char *const from_sunday[] = { "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", NULL };
static const char *const from_monday[] = { "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN", NULL };

static const JwCronField fields[] = {
    [JW_FIELD_SECOND] = { "second", 0, 59, NULL, offsetof(JwCron, seconds), 0 },
    [JW_FIELD_MINUTE] = { "minute", 0, 59, NULL, offsetof(JwCron, minutes), 0 },
    [JW_FIELD_HOUR] = { "hour", 0, 23, NULL, offsetof(JwCron, hours), 0 },
    [JW_FIELD_DAY] = { "day of month", 1, 31, NULL, offsetof(JwCron, days), 0 },
    [JW_FIELD_MONTH] = { "month", 1, 12, month_names, offsetof(JwCron, months), 0 },
    [JW_FIELD_WEEKDAY] = { "day of week", 0, 7, from_sunday, offsetof(JwCron, weekdays), 0 },
    [JW_FIELD_YEAR] = { "year", JW_CRON_FIRST_YEAR, JW_CRON_LAST_YEAR, NULL,
                        offsetof(JwCron, years), 0 },
};
static const JwCronField weekdays[] = {
    [JW_CRON_CRONTAB] = { "day of week", 0, 7, from_sunday, offsetof(JwCron, weekdays), 0 },
    [JW_CRON_QUARTZ] = { "day of week", 1, 7, from_sunday, offsetof(JwCron, weekdays), 6 },
    [JW_CRON_APSCHEDULER] = { "day of week", 0, 6, from_monday, offsetof(JwCron, weekdays), 1 },
};

static const JwCronReading readings[] = {
    [JW_CRON_CRONTAB] = { "crontab", 5, 6, JW_CRON_SECONDS | JW_CRON_MACROS | JW_CRON_EITHER,
                          "5 (minute hour day month weekday) are needed, or 6 with seconds in "
                          "front" },
    [JW_CRON_QUARTZ] = { "quartz", 6, 7, JW_CRON_YEARS | JW_CRON_WRAPS | JW_CRON_QUESTION,
                         "6 (second minute hour day month weekday) are needed in the dialect "
                         "quartz, or 7 with the year behind" },
    [JW_CRON_APSCHEDULER] = { "apscheduler", 5, 5, JW_CRON_SECONDS,
                              "5 (minute hour day month weekday) are needed in the dialect "
                              "apscheduler" },
};

const JwCronReading *
jw_cron_reading(JwCronDialect dialect)
{
    return &readings[dialect];
}

const JwCronField *
jw_cron_field(JwCronDialect dialect, int field)
{
    return field == JW_FIELD_WEEKDAY ? &weekdays[dialect] : &fields[field];
}

const char *
jw_cron_dialect_name(JwCronDialect dialect)
{
    g_return_val_if_fail((size_t)dialect < G_N_ELEMENTS(readings), "unknown");
    return readings[dialect].name;
}

bool
jw_cron_dialect_find(const char *name, JwCronDialect *ret_dialect)
{
    g_return_val_if_fail(name != NULL && ret_dialect != NULL, false);
    for (size_t i = 0; i < G_N_ELEMENTS(readings); i++) {
        if (g_str_equal(readings[i].name, name)) {
            *ret_dialect = (JwCronDialect)i;
            return true;
        }
    }
    return false;
}

bool
jw_cron_parse_number(const JwCronField *field, const char *text, int low, int high, int *ret,
                     GError **error)
{
    g_autoptr(GError) cause = NULL;
    guint64 number = 0;

    if (!g_ascii_string_to_unsigned(text, 10, 0, 9999, &number, &cause)) {
        return jw_fail(error, JW_ERROR_INVALID, "%s: '%s' is not a number%s", field->name, text,
                       field->names != NULL ? " or a three-letter name" : "");
    }
    if ((int)number < low || (int)number > high) {
        return jw_fail(error, JW_ERROR_INVALID, "%s: %s is not within %d-%d", field->name, text,
                       low, high);
    }
    *ret = (int)number;
    return true;
}

bool
jw_cron_parse_value(const JwCronField *field, const char *text, int *ret, GError **error)
{
    for (int i = 0; field->names != NULL && field->names[i] != NULL; i++) {
        if (g_ascii_strcasecmp(field->names[i], text) == 0) {
            *ret = field->low + i;
            return true;
        }
    }
    return jw_cron_parse_number(field, text, field->low, field->high, ret, error);
}
