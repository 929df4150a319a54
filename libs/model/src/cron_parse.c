/* cron_parse.c: reads cron expressions. Pure, any thread.
 * One parser for all dialects; what they differ in are their tables (cron_dialect.c). What a
 * dialect does not know is refused rather than guessed. */
#include "cron_private.h"
#include "jw/error.h"

#include <string.h>

#define MOST_TEXT          256
#define YEARS_OF_ALL_SORTS 400 /* after these the days of the calendar repeat */

static const struct {
    const char *name, *fields;
} macros[] = {
    { "@hourly", "0 * * * *" },   { "@daily", "0 0 * * *" },   { "@midnight", "0 0 * * *" },
    { "@weekly", "0 0 * * 0" },   { "@monthly", "0 0 1 * *" }, { "@yearly", "0 0 1 1 *" },
    { "@annually", "0 0 1 1 *" },
};

static bool
knows(const JwCron *self, unsigned what)
{
    return (jw_cron_reading(self->dialect)->knows & what) != 0;
}

/* The last value of a field; 7 is a second name of Sunday. */
static int
last_of(const JwCronField *field)
{
    return jw_cron_is_weekday(field) ? field->low + 6 : field->high;
}

static bool
parse_rising(const JwCron *self, const JwCronField *field, const char *first_text,
             const char *last_text, int first, int *last, GError **error)
{
    if (first <= *last) {
        return true;
    }
    if (self->dialect == JW_CRON_CRONTAB && jw_cron_is_weekday(field)
        && g_ascii_strcasecmp(last_text, "SUN") == 0) {
        *last = 7; /* FRI-SUN is meant to rise */
        return true;
    }
    if (knows(self, JW_CRON_WRAPS) && field->offset != offsetof(JwCron, years)) {
        *last += last_of(field) - field->low + 1;
        return true;
    }
    return jw_fail(error, JW_ERROR_INVALID, "%s: the range %s-%s falls; write it as two ranges",
                   field->name, first_text, last_text);
}

/* "a-b", "a" or "*"; a lone "a" with a step runs to the end of the field. */
static bool
parse_range(const JwCron *self, const JwCronField *field, char *text, bool stepped, int *ret_first,
            int *ret_last, GError **error)
{
    char *dash = strchr(text, '-');

    if (strcmp(text, "*") == 0 || (text[0] == '\0' && stepped && knows(self, JW_CRON_QUESTION))) {
        *ret_first = field->low;
        *ret_last = last_of(field);
        return true;
    }
    if (text[0] == '\0') {
        return jw_fail(error, JW_ERROR_INVALID, "%s: a value is missing", field->name);
    }
    if (dash != NULL) {
        *dash = '\0';
    }
    if (!jw_cron_parse_value(field, text, ret_first, error)) {
        return false;
    }
    if (dash == NULL) {
        *ret_last = stepped ? MAX(last_of(field), *ret_first) : *ret_first;
        return true;
    }
    return jw_cron_parse_value(field, dash + 1, ret_last, error)
           && parse_rising(self, field, text, dash + 1, *ret_first, ret_last, error);
}

static void
add_value(JwCron *self, const JwCronField *field, int value)
{
    const int span = last_of(field) - field->low + 1;

    if (field->offset == offsetof(JwCron, years)) {
        const unsigned bit = (unsigned)(value - JW_CRON_FIRST_YEAR);
        self->years[bit / 64] |= UINT64_C(1) << bit % 64;
    } else if (jw_cron_is_weekday(field)) {
        self->weekdays |= UINT64_C(1) << (value + field->shift) % 7;
    } else {
        const int wrapped = field->low + (value - field->low) % span;
        G_STRUCT_MEMBER(uint64_t, self, field->offset) |= UINT64_C(1) << wrapped;
    }
}

static bool
parse_span(JwCron *self, const JwCronField *field, char *text, GError **error)
{
    char *slash = strchr(text, '/');
    int first = 0, last = 0, step = 1;

    if (slash != NULL) {
        *slash = '\0';
        if (!jw_cron_parse_number(field, slash + 1, 1, field->high, &step, error)) {
            return jw_prefix(error, "step");
        }
    }
    if (!parse_range(self, field, text, slash != NULL, &first, &last, error)) {
        return false;
    }
    for (int value = first; value <= last; value += step) {
        add_value(self, field, value);
    }
    return true;
}

static bool
parse_item(JwCron *self, const JwCronField *field, char *text, GError **error)
{
    bool taken = false;

    if (strchr(text, '?') != NULL) {
        return knows(self, JW_CRON_QUESTION)
                   ? jw_fail(error, JW_ERROR_INVALID,
                             "%s: '?' stands alone, in one of the two day fields", field->name)
                   : jw_fail(error, JW_ERROR_INVALID,
                             "%s: '%s': ? is known to the dialect quartz only; write * or name "
                             "that",
                             field->name, text);
    }
    if (field->offset == offsetof(JwCron, days) && !jw_cron_parse_day(self, text, &taken, error)) {
        return false;
    }
    if (jw_cron_is_weekday(field) && !jw_cron_parse_weekday(self, text, &taken, error)) {
        return false;
    }
    return taken || parse_span(self, field, text, error);
}

static bool
parse_field(JwCron *self, const JwCronField *field, const char *text, GError **error)
{
    g_auto(GStrv) items = g_strsplit(text, ",", -1);

    for (size_t i = 0; items[i] != NULL; i++) {
        if (!parse_item(self, field, items[i], error)) {
            return false;
        }
    }
    return true;
}

/* A day field: '?' leaves it to the other one. */
static bool
parse_days(JwCron *self, const char *days, const char *weekdays, GError **error)
{
    const bool no_days = g_str_equal(days, "?"), no_weekdays = g_str_equal(weekdays, "?");

    if (knows(self, JW_CRON_QUESTION) && no_days == no_weekdays) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "day of month and day of week: exactly one of them must be ? in the dialect "
                       "quartz");
    }
    const bool ignored = knows(self, JW_CRON_QUESTION);
    if (!parse_field(self, jw_cron_field(self->dialect, JW_FIELD_DAY),
                     ignored && no_days ? "*" : days, error)
        || !parse_field(self, jw_cron_field(self->dialect, JW_FIELD_WEEKDAY),
                        ignored && no_weekdays ? "*" : weekdays, error)) {
        return false;
    }
    self->either_day = knows(self, JW_CRON_EITHER) && days[0] != '*' && weekdays[0] != '*';
    for (int first = 0; first < 7; first++) {
        for (int day = 1; day <= 31; day++) {
            self->week_masks[first] |= (self->weekdays >> (first + day - 1) % 7 & 1) << day;
        }
    }
    return true;
}

static bool
can_fire(const JwCron *self)
{
    const int first = self->years_free ? 2000 : JW_CRON_FIRST_YEAR;

    for (int year = first; year < first + YEARS_OF_ALL_SORTS; year++) {
        if (jw_cron_year(self, year) != year) {
            continue;
        }
        for (int month = jw_cron_next_bit(self->months, 1); month > 0;
             month = jw_cron_next_bit(self->months, month + 1)) {
            if (jw_cron_month_days(self, year, month) != 0) {
                return true;
            }
        }
    }
    return false;
}

/* Whether a field means "whenever", with or without a step, so that it follows elapsed time. */
static bool
is_wild(const JwCron *self, const char *word)
{
    return word[0] == '*'
           || (self->dialect == JW_CRON_QUARTZ && (word[0] == '/' || g_str_has_prefix(word, "0/")));
}

static bool
parse_words(JwCron *self, char *const *words, GError **error)
{
    static const int plain[] = { JW_FIELD_SECOND, JW_FIELD_MINUTE, JW_FIELD_HOUR, JW_FIELD_MONTH,
                                 JW_FIELD_YEAR };

    for (size_t i = 0; i < G_N_ELEMENTS(plain); i++) {
        if (words[plain[i]] != NULL
            && !parse_field(self, jw_cron_field(self->dialect, plain[i]), words[plain[i]], error)) {
            return false;
        }
    }
    self->seconds |= words[JW_FIELD_SECOND] == NULL ? 1 : 0; /* at second 0 */
    self->years_free = words[JW_FIELD_YEAR] == NULL || words[JW_FIELD_YEAR][0] == '*';
    self->follows_time =
        is_wild(self, words[JW_FIELD_HOUR]) || is_wild(self, words[JW_FIELD_MINUTE]);
    if (!parse_days(self, words[JW_FIELD_DAY], words[JW_FIELD_WEEKDAY], error)) {
        return false;
    }
    if (!can_fire(self)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "day of month: never fires, as no chosen month has such a day");
    }
    return true;
}

static bool
parse_fields(JwCron *self, const char *text, GError **error)
{
    g_auto(GStrv) split = g_strsplit(text, " ", -1);
    const JwCronReading *reading = jw_cron_reading(self->dialect);
    const guint n_words = g_strv_length(split);
    char *words[JW_FIELD_YEAR + 1] = { NULL };
    const guint skip = knows(self, JW_CRON_SECONDS) && n_words == 5 ? 1 : 0;

    if (n_words < reading->least_fields || n_words > reading->most_fields) {
        return jw_fail(error, JW_ERROR_INVALID, "%u fields where %s", n_words, reading->form);
    }
    for (guint i = 0; i < n_words; i++) {
        words[i + skip] = split[i];
    }
    return parse_words(self, words, error);
}

/* What an @ form stands for. (transfer full) */
static char *
macro_fields(const JwCron *self, const char *name, GError **error)
{
    if (!knows(self, JW_CRON_MACROS)) {
        return jw_fail_null(error, JW_ERROR_INVALID, "@ forms are not known to the dialect %s",
                            jw_cron_dialect_name(self->dialect));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(macros); i++) {
        if (g_ascii_strcasecmp(macros[i].name, name) == 0) {
            return g_strdup(macros[i].fields);
        }
    }
    if (g_ascii_strcasecmp(name, "@reboot") == 0) {
        return jw_fail_null(error, JW_ERROR_INVALID,
                            "@reboot names no time: a schedule outlives the start of its machines; "
                            "run it by hand, or use a trigger of type once");
    }
    if (g_ascii_strncasecmp(name, "@every", 6) == 0) {
        return jw_fail_null(error, JW_ERROR_INVALID,
                            "@every is not cron; use a trigger of type interval");
    }
    return jw_fail_null(error, JW_ERROR_INVALID,
                        "the name is not one of @hourly @daily @midnight @weekly @monthly @yearly "
                        "@annually");
}

/* Words one space apart, a macro written out. (transfer full) */
static char *
plain_fields(const JwCron *self, const char *expression, GError **error)
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
    return plain->str[0] == '@' ? macro_fields(self, plain->str, error)
                                : g_string_free(g_steal_pointer(&plain), FALSE);
}

JwCron *
jw_cron_new_in(const char *expression, JwCronDialect dialect, GError **error)
{
    g_autoptr(JwCron) self = g_new0(JwCron, 1);

    g_return_val_if_fail(expression != NULL, NULL);
    g_return_val_if_fail(error == NULL || *error == NULL, NULL);

    self->dialect = dialect;
    if (strlen(expression) > MOST_TEXT) {
        return jw_fail_null(error, JW_ERROR_INVALID, "cron expression of more than %d characters",
                            MOST_TEXT);
    }
    self->fields = plain_fields(self, expression, error);
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
