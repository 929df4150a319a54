/* json_format.c: formats of single strings: ids, times, zones, addresses, names. Any thread, no
 * state. */
#include "jw/json.h"

#include "jw/address.h"
#include "jw/civil.h"
#include "jw/clock.h"
#include "jw/duration.h"
#include "jw/error.h"
#include "jw/ident.h"
#include "jw/json_parts.h"

#include <string.h>

#define MIN_DURATION_MS INT64_C(1000)
#define MAX_DURATION_MS (INT64_C(366) * 86400000)

#define BEFORE_1970 "is before 1970-01-01T00:00:00Z; give that moment or a later one"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"

char *
jw_check_uuid(const char *text)
{
    return jw_uuid_valid(text)
               ? NULL
               : g_strdup("must be a UUID such as 019480a4-5f00-7000-8000-000000000001");
}

char *
jw_check_time(const char *text)
{
    int64_t time_ms = 0;

    if (jw_time_parse(text, &time_ms, NULL)) {
        return NULL;
    }
    return g_strdup(jw_time_parse_record(text, &time_ms, NULL)
                        ? BEFORE_1970
                        : "must be a date and time with zone such as 2026-01-13T02:00:15Z");
}

int64_t
jw_json_time(const json_t *object, const char *name, int64_t otherwise)
{
    const char *text = jw_json_text(object, name);
    int64_t time_ms = 0;

    return text != NULL && jw_time_parse(text, &time_ms, NULL) ? time_ms : otherwise;
}

int64_t
jw_json_moment(const json_t *object, const char *name)
{
    const int64_t time_ms = jw_json_time(object, name, -1);

    return time_ms < 0 ? 0 : MAX(time_ms, 1);
}

void
jw_json_set_time(json_t *object, const char *name, int64_t time_ms)
{
    g_autofree char *text = jw_time_format(time_ms);

    json_object_set_new(object, name, json_string(text));
}

/* yyyy-mm-dd as days since 1970-01-01. */
static bool
parse_date(const char *text, int64_t *ret_day)
{
    g_autofree char *midnight = g_strconcat(text, "T00:00:00Z", NULL);
    int64_t time_ms = 0;

    if (strlen(text) != strlen("1970-01-01") || !jw_time_parse_record(midnight, &time_ms, NULL)) {
        return false;
    }
    *ret_day = jw_floor_div(time_ms, JW_DAY_SECONDS * 1000);
    return true;
}

bool
jw_parse_day(const char *text, GTimeZone *zone, int64_t *ret_start_ms, int64_t *ret_end_ms)
{
    int64_t day = 0;

    if (!parse_date(text, &day) || day < 0) {
        return false;
    }
    *ret_start_ms = jw_zone_day_start_ms(zone, day);
    *ret_end_ms = jw_zone_day_start_ms(zone, day + 1);
    return true;
}

/* A "+" in a query string is a space. */
static bool
lost_its_plus(const char *text)
{
    g_autofree char *whole = g_strdup(text);
    int64_t time_ms = 0;

    return strchr(text, ' ') != NULL
           && jw_time_parse(g_strdelimit(whole, " ", '+'), &time_ms, NULL);
}

char *
jw_check_date_or_time(const char *text)
{
    int64_t day = 0, time_ms = 0;

    if (parse_date(text, &day) || jw_time_parse_record(text, &time_ms, NULL)) {
        return day < 0 || time_ms < 0 ? g_strdup(BEFORE_1970) : NULL;
    }
    if (lost_its_plus(text)) {
        return g_strdup("has a space where the + of its zone should be; in a query string write "
                        "%2B for +");
    }
    return g_strdup("must be a date such as 2026-01-06, or a date and time with zone such as "
                    "2026-01-06T00:00:00Z");
}

char *
jw_check_zone(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GTimeZone) zone = jw_zone_new(text, &error);

    return zone != NULL ? NULL : g_strdup(jw_error_message(error));
}

static bool
only(const char *text, size_t length, const char *allowed)
{
    return strspn(text, allowed) >= length;
}

char *
jw_check_address(const char *text)
{
    g_autofree char *wrong = jw_address_check(text);

    return wrong != NULL
               ? g_strdup_printf("must be a plain mail address such as name@example.com: %s", wrong)
               : NULL;
}

char *
jw_check_field_name(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, ".", -1);

    for (size_t i = 0; parts[i] != NULL; i++) {
        size_t length = strlen(parts[i]);
        if (length < 1 || g_ascii_isdigit(parts[i][0])
            || !only(parts[i], length, LOWER UPPER DIGIT "_")) {
            return g_strdup(
                "must be a field name of letters, digits and '_', with '.' between levels");
        }
    }
    return parts[0] != NULL ? NULL : g_strdup("must not be empty");
}

char *
jw_check_identifier(const char *text)
{
    size_t length = strlen(text);

    if (length < 1 || length > 64 || !g_ascii_isalpha(text[0])
        || !only(text, length, LOWER UPPER DIGIT "_")) {
        return g_strdup(
            "must be a name of at most 64 letters, digits and '_' that begins with a letter");
    }
    return NULL;
}

char *
jw_check_slug(const char *text)
{
    size_t length = strlen(text);

    if (length < 1 || length > 64 || !(g_ascii_islower(text[0]) || g_ascii_isdigit(text[0]))
        || !only(text, length, LOWER DIGIT "-")) {
        return g_strdup(
            "must be at most 64 lower-case letters, digits and '-', such as call-records");
    }
    return NULL;
}

/* Names that Jobwire's own documents live under, and some more. That none is missing, here and in
 * the schemas, tests/unit/store/test_store_names.c asks the store; names of other letters than
 * these have are refused for that. */
static const char *const reserved_collections[] = {
    "jobs",         "schedules", "occurrences", "deliveries", "calendars", "apikeys",
    "suppressions", "webhooks",  "artifacts",   "files",      "chunks",    "fs",
    "leases",       "meta",      "system",      NULL,
};

char *
jw_check_collection(const char *text)
{
    size_t length = strlen(text);

    if (length < 1 || length > 64 || !g_ascii_islower(text[0])
        || !only(text, length, LOWER DIGIT "_")) {
        return g_strdup(
            "must be at most 64 lower-case letters, digits and '_', such as call_records");
    }
    if (g_strv_contains(reserved_collections, text)) {
        return g_strdup("is a name that Jobwire keeps for itself");
    }
    return NULL;
}

bool
jw_parse_duration(const char *text, int64_t *ret_ms)
{
    return jw_duration_parse(text, ret_ms) && *ret_ms >= MIN_DURATION_MS
           && *ret_ms <= MAX_DURATION_MS;
}

char *
jw_check_duration(const char *text)
{
    int64_t ms = 0;

    return jw_parse_duration(text, &ms)
               ? NULL
               : g_strdup("must be a length of time from 1s to 366d such as 90s, 15m, 24h or 7d");
}
