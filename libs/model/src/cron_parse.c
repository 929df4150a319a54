/* cron_parse.c: reads cron expressions. Pure, any thread.
 * The dialect is that of crontab(5): a range must rise, '*' may not be left out before a step, and
 * a day field that begins with '*' does not restrict the other one. What only some dialects know
 * (L, W, #, ?) is refused rather than guessed. */
#include "cron_private.h"
#include "jw/civil.h"
#include "jw/error.h"

#include <stddef.h>
#include <string.h>

#define MOST_TEXT 256

typedef struct {
    const char *name;
    int low, high;
    const char *const *names; /* of the values from @low on */
    size_t offset;            /* of the bit set */
} Field;

static const char *const month_names[] = { "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL",
                                           "AUG", "SEP", "OCT", "NOV", "DEC", NULL };
static const char *const weekday_names[] = {
    "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", NULL
};

static const Field fields[] = {
    { "second", 0, 59, NULL, offsetof(JwCron, seconds) },
    { "minute", 0, 59, NULL, offsetof(JwCron, minutes) },
    { "hour", 0, 23, NULL, offsetof(JwCron, hours) },
    { "day of month", 1, 31, NULL, offsetof(JwCron, days) },
    { "month", 1, 12, month_names, offsetof(JwCron, months) },
    { "day of week", 0, 7, weekday_names, offsetof(JwCron, weekdays) },
};
enum { FIELD_SECOND, FIELD_MINUTE, FIELD_HOUR, FIELD_DAY, FIELD_MONTH, FIELD_WEEKDAY };

static const struct {
    const char *name, *fields;
} macros[] = {
    { "@hourly", "0 * * * *" },   { "@daily", "0 0 * * *" },   { "@midnight", "0 0 * * *" },
    { "@weekly", "0 0 * * 0" },   { "@monthly", "0 0 1 * *" }, { "@yearly", "0 0 1 1 *" },
    { "@annually", "0 0 1 1 *" },
};

static bool
parse_number(const Field *field, const char *text, int low, int high, int *ret, GError **error)
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

static bool
parse_value(const Field *field, const char *text, int *ret, GError **error)
{
    for (int i = 0; field->names != NULL && field->names[i] != NULL; i++) {
        if (g_ascii_strcasecmp(field->names[i], text) == 0) {
            *ret = field->low + i;
            return true;
        }
    }
    return parse_number(field, text, field->low, field->high, ret, error);
}

/* "a-b", "a" or "*"; a lone "a" with a step runs to the end of the field. */
static bool
parse_range(const Field *field, char *text, bool stepped, int *ret_first, int *ret_last,
            GError **error)
{
    char *dash = strchr(text, '-');

    if (strcmp(text, "*") == 0) {
        *ret_first = field->low;
        *ret_last = field->names == weekday_names ? 6 : field->high;
        return true;
    }
    if (dash != NULL) {
        *dash = '\0';
    }
    if (!parse_value(field, text, ret_first, error)) {
        return false;
    }
    if (dash == NULL) {
        *ret_last = !stepped ? *ret_first : field->names == weekday_names ? 6 : field->high;
        *ret_last = MAX(*ret_last, *ret_first);
        return true;
    }
    if (!parse_value(field, dash + 1, ret_last, error)) {
        return false;
    }
    if (field->names == weekday_names && *ret_last == 0 && *ret_first > 0
        && g_ascii_strcasecmp(dash + 1, "SUN") == 0) {
        *ret_last = 7; /* FRI-SUN is meant to rise */
    }
    if (*ret_first > *ret_last) {
        return jw_fail(error, JW_ERROR_INVALID, "%s: the range %s-%s falls; write it as two ranges",
                       field->name, text, dash + 1);
    }
    return true;
}

static bool
parse_item(const Field *field, char *text, uint64_t *set, GError **error)
{
    char *slash = strchr(text, '/');
    int first = 0, last = 0, step = 1;

    if (slash != NULL) {
        *slash = '\0';
        if (!parse_number(field, slash + 1, 1, field->high, &step, error)) {
            return jw_prefix(error, "step");
        }
    }
    if (text[0] == '\0') {
        return jw_fail(error, JW_ERROR_INVALID, "%s: a value is missing", field->name);
    }
    if (!parse_range(field, text, slash != NULL, &first, &last, error)) {
        return false;
    }
    for (int value = first; value <= last; value += step) {
        *set |= UINT64_C(1) << (field->offset == offsetof(JwCron, weekdays) ? value % 7 : value);
    }
    return true;
}

static bool
parse_field(JwCron *self, const Field *field, const char *text, GError **error)
{
    g_auto(GStrv) items = g_strsplit(text, ",", -1);
    uint64_t *set = &G_STRUCT_MEMBER(uint64_t, self, field->offset);

    for (size_t i = 0; items[i] != NULL; i++) {
        if (!parse_item(field, items[i], set, error)) {
            return false;
        }
    }
    return true;
}

/* Either-day expressions always fire, as every week has every weekday. */
static bool
can_fire(const JwCron *self)
{
    for (int month = 1; month <= 12; month++) {
        const int most = month == 2 ? 29 : jw_civil_month_days(2000, month);
        if ((self->months >> month & 1) != 0 && (self->days & ((UINT64_C(2) << most) - 1)) != 0) {
            return true;
        }
    }
    return jw_cron_either_day(self);
}

static bool
parse_fields(JwCron *self, const char *text, GError **error)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    const guint n_words = g_strv_length(words);
    const size_t skip = n_words == 5 ? 1 : 0;

    if (n_words != 5 && n_words != 6) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "%u fields where 5 (minute hour day month weekday) are needed, "
                       "or 6 with seconds in front",
                       n_words);
    }
    self->seconds = skip; /* five fields: at second 0 */
    for (size_t i = skip; i < G_N_ELEMENTS(fields); i++) {
        if (!parse_field(self, &fields[i], words[i - skip], error)) {
            return false;
        }
    }
    self->days_free = words[FIELD_DAY - skip][0] == '*';
    self->weekdays_free = words[FIELD_WEEKDAY - skip][0] == '*';
    self->follows_time = words[FIELD_HOUR - skip][0] == '*' || words[FIELD_MINUTE - skip][0] == '*';
    if (!can_fire(self)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "day of month: never fires, as no chosen month has such a day");
    }
    return true;
}

/* Words one space apart, a macro written out. (transfer full) */
static char *
plain_fields(const char *expression, GError **error)
{
    g_autoptr(GString) plain = g_string_new(NULL);

    for (const char *c = expression; *c != '\0'; c++) {
        if (!g_ascii_isspace(*c)) {
            g_string_append_c(plain, *c);
        } else if (plain->len > 0 && plain->str[plain->len - 1] != ' ') {
            g_string_append_c(plain, ' ');
        }
    }
    if (plain->len > 0 && plain->str[plain->len - 1] == ' ') {
        g_string_truncate(plain, plain->len - 1);
    }
    if (plain->len == 0) {
        return jw_fail_null(error, JW_ERROR_INVALID, "it is empty");
    }
    if (plain->str[0] != '@') {
        return g_string_free(g_steal_pointer(&plain), FALSE);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(macros); i++) {
        if (g_ascii_strcasecmp(macros[i].name, plain->str) == 0) {
            return g_strdup(macros[i].fields);
        }
    }
    return jw_fail_null(error, JW_ERROR_INVALID,
                        "the name is not one of @hourly @daily @midnight @weekly @monthly @yearly "
                        "@annually");
}

JwCron *
jw_cron_new(const char *expression, GError **error)
{
    g_autoptr(JwCron) self = g_new0(JwCron, 1);

    g_return_val_if_fail(expression != NULL, NULL);
    g_return_val_if_fail(error == NULL || *error == NULL, NULL);

    if (strlen(expression) > MOST_TEXT) {
        return jw_fail_null(error, JW_ERROR_INVALID, "cron expression of more than %d characters",
                            MOST_TEXT);
    }
    self->fields = plain_fields(expression, error);
    if (self->fields == NULL || !parse_fields(self, self->fields, error)) {
        jw_prefix(error, "cron expression '%s'", expression);
        return NULL;
    }
    return g_steal_pointer(&self);
}

void
jw_cron_free(gpointer self)
{
    JwCron *cron = self;

    if (cron == NULL) {
        return;
    }
    g_free(cron->fields);
    g_free(cron);
}

const char *
jw_cron_fields(const JwCron *self)
{
    g_return_val_if_fail(self != NULL, NULL);
    return self->fields;
}
