/* json_format.c: what a single text must look like: ids, times, zones, addresses, names.
 * Any thread, no state. */
#include "jw/json.h"

#include "jw/clock.h"
#include "jw/cron.h"
#include "jw/error.h"
#include "jw/ident.h"

#include <string.h>

#define ADDRESS_BYTES 254u
#define LOCAL_BYTES   64u
#define LABEL_BYTES   63u

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

    return jw_time_parse(text, &time_ms, NULL)
               ? NULL
               : g_strdup("must be a date and time with zone such as 2026-01-13T02:00:15Z");
}

int64_t
jw_json_time(const json_t *object, const char *name, int64_t otherwise)
{
    const char *text = jw_json_text(object, name);
    int64_t time_ms = 0;

    return text != NULL && jw_time_parse(text, &time_ms, NULL) ? time_ms : otherwise;
}

/* yyyy-mm-dd of the years that jw_time_parse() knows. */
static bool
parse_date(const char *text, GDate *ret_date)
{
    unsigned part[3] = { 0 };
    static const size_t starts[] = { 0, 5, 8 }, lengths[] = { 4, 2, 2 };

    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-') {
        return false;
    }
    for (size_t p = 0; p < 3; p++) {
        for (size_t i = 0; i < lengths[p]; i++) {
            char c = text[starts[p] + i];
            if (!g_ascii_isdigit(c)) {
                return false;
            }
            part[p] = part[p] * 10 + (unsigned)(c - '0');
        }
    }
    if (part[0] < 1970 || part[1] < 1 || part[1] > 12 || part[2] < 1
        || !g_date_valid_dmy((GDateDay)part[2], (GDateMonth)part[1], (GDateYear)part[0])) {
        return false;
    }
    g_date_set_dmy(ret_date, (GDateDay)part[2], (GDateMonth)part[1], (GDateYear)part[0]);
    return true;
}

static int64_t
day_start_ms(const GDate *date, GTimeZone *zone)
{
    g_autoptr(GDateTime) start = g_date_time_new(
        zone, g_date_get_year(date), (int)g_date_get_month(date), g_date_get_day(date), 0, 0, 0);

    g_assert(start != NULL); /* a valid date of a year up to 9999 */
    return g_date_time_to_unix(start) * 1000;
}

bool
jw_parse_day(const char *text, GTimeZone *zone, int64_t *ret_start_ms, int64_t *ret_end_ms)
{
    GDate date;

    g_date_clear(&date, 1);
    if (!parse_date(text, &date)) {
        return false;
    }
    *ret_start_ms = day_start_ms(&date, zone);
    if (g_date_get_year(&date) == 9999 && g_date_get_month(&date) == G_DATE_DECEMBER
        && g_date_get_day(&date) == 31) {
        *ret_end_ms = *ret_start_ms + INT64_C(86400000); /* GDateTime ends here */
        return true;
    }
    g_date_add_days(&date, 1);
    *ret_end_ms = day_start_ms(&date, zone);
    return true;
}

char *
jw_check_date_or_time(const char *text)
{
    int64_t time_ms = 0;
    GDate date;

    g_date_clear(&date, 1);
    if (parse_date(text, &date) || jw_time_parse(text, &time_ms, NULL)) {
        return NULL;
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

static bool
domain_fits(const char *domain)
{
    g_auto(GStrv) labels = g_strsplit(domain, ".", -1);

    for (size_t i = 0; labels[i] != NULL; i++) {
        size_t length = strlen(labels[i]);
        if (length < 1 || length > LABEL_BYTES || labels[i][0] == '-'
            || labels[i][length - 1] == '-' || !only(labels[i], length, LOWER UPPER DIGIT "-")) {
            return false;
        }
    }
    return labels[0] != NULL; /* no label at all: an empty domain */
}

/* Narrower than RFC 5321 on purpose: no quoted local parts, comments, groups or address literals.
 * The mail room has the last word; this keeps what could never be sent out of the job. */
char *
jw_check_address(const char *text)
{
    const char *at = strchr(text, '@');
    size_t local = at != NULL ? (size_t)(at - text) : 0;

    if (strlen(text) > ADDRESS_BYTES) {
        return g_strdup_printf("must have at most %u characters", ADDRESS_BYTES);
    }
    if (at == NULL || local < 1 || local > LOCAL_BYTES || text[0] == '-' || text[0] == '.'
        || text[local - 1] == '.' || g_strstr_len(text, (gssize)local, "..") != NULL
        || !only(text, local, LOWER UPPER DIGIT "!#$%&'*+-/=?^_`{|}~.") || !domain_fits(at + 1)) {
        return g_strdup("must be a plain mail address such as name@example.com");
    }
    return NULL;
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

/* Names that Jobwire's own documents live under. */
static const char *const reserved_collections[] = {
    "jobs",   "schedules", "occurrences", "deliveries", "artifacts", "files",
    "chunks", "fs",        "leases",      "meta",       "system",    NULL,
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
    static const struct {
        char unit;
        int64_t ms;
    } units[] = { { 's', 1000 }, { 'm', 60000 }, { 'h', 3600000 }, { 'd', 86400000 } };
    const size_t digits = strspn(text, DIGIT);
    int64_t count = 0;

    if (digits < 1 || digits > 9 || strlen(text) != digits + 1) {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        count = count * 10 + (text[i] - '0');
    }
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (units[i].unit == text[digits]) {
            *ret_ms = count * units[i].ms;
            return count > 0 && *ret_ms <= INT64_C(366) * 86400000;
        }
    }
    return false;
}

char *
jw_check_duration(const char *text)
{
    int64_t ms = 0;

    return jw_parse_duration(text, &ms)
               ? NULL
               : g_strdup("must be a length of time from 1s to 366d such as 90s, 15m, 24h or 7d");
}
