/* cron_lint.c: what other programs read differently, and steps that do not come out even. Pure.
 * It looks at the fields as they are written, since their sets do not show how they were meant; of
 * weekdays it lets every dialect read the same text. */
#include "cron_private.h"

#include <string.h>

static const char *const week[] = { "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT" };

/* "SUN, TUE and the last FRI". (transfer full) */
static char *
weekdays_text(const JwCron *cron)
{
    static const char *const nth[] = {
        "last ", "first ", "second ", "third ", "fourth ", "fifth "
    };
    g_autoptr(GString) text = g_string_new(NULL);

    for (int day = 0; day < 7; day++) {
        if ((cron->weekdays >> day & 1) != 0) {
            g_string_append_printf(text, "%s%s", text->len > 0 ? " " : "", week[day]);
        }
        for (size_t n = 0; n < G_N_ELEMENTS(nth); n++) {
            if ((cron->nth_weekdays[n] >> day & 1) != 0) {
                g_string_append_printf(text, "%s%s%s", text->len > 0 ? " " : "", nth[n], week[day]);
            }
        }
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* The weekdays that @dialect reads in @word. (transfer full) */
static char *
read_weekdays(const char *word, JwCronDialect dialect)
{
    g_autofree char *text =
        g_strconcat(dialect == JW_CRON_QUARTZ ? "0 0 0 ? * " : "0 0 * * ", word, NULL);
    g_autoptr(JwCron) cron = jw_cron_new_in(text, dialect, NULL);

    return cron != NULL ? weekdays_text(cron) : g_strdup("refuses it");
}

/* Whether weekdays are numbers, or counted from the first on. */
static bool
has_numbers(const char *word)
{
    for (size_t i = 0; word[i] != '\0'; i++) {
        if (g_ascii_isdigit(word[i]) && (i == 0 || strchr("/#", word[i - 1]) == NULL)) {
            return true;
        }
    }
    return strchr(word, '/') != NULL;
}

static void
lint_weekdays(const char *word, GPtrArray *warnings)
{
    g_autofree char *here = read_weekdays(word, JW_CRON_CRONTAB);
    g_autofree char *quartz = read_weekdays(word, JW_CRON_QUARTZ);
    g_autofree char *apscheduler = read_weekdays(word, JW_CRON_APSCHEDULER);

    if (!has_numbers(word) || (g_str_equal(here, quartz) && g_str_equal(here, apscheduler))) {
        return;
    }
    jw_warnings_add(warnings, "CRON_WEEKDAY_NUMBERS",
                    "day of week '%s' is %s here, as in crontab; Quartz: %s; APScheduler: %s. "
                    "Write names, such as MON-FRI",
                    word, here, quartz, apscheduler);
}

static void
lint_both_days(const JwCron *self, const char *day, const char *weekday, GPtrArray *warnings)
{
    if (self->either_day) {
        jw_warnings_add(warnings, "CRON_BOTH_DAYS",
                        "day of month '%s' and day of week '%s': either one is enough here, as in "
                        "crontab; APScheduler wants both, Quartz refuses it",
                        day, weekday);
    } else if (!g_str_equal(day, "*") && !g_str_equal(weekday, "*")) {
        jw_warnings_add(warnings, "CRON_STAR_STEP_DAYS",
                        "day of month '%s' and day of week '%s': both must hold here, as in "
                        "Vixie's cron, because one begins with '*'; other programs take either "
                        "one, Quartz refuses it",
                        day, weekday);
    }
}

static void
lint_forms(const char *name, const char *item, GPtrArray *warnings)
{
    const char *slash = strchr(item, '/');
    const char *dash = strchr(item, '-');

    if (slash != NULL && item[0] != '*' && (dash == NULL || dash > slash)) {
        jw_warnings_add(warnings, "CRON_OPEN_STEP",
                        "%s '%s' runs from its first value to the end of the field, as in Quartz; "
                        "crontab knows a step behind * or a range only",
                        name, item);
    }
    if (dash != NULL && g_ascii_strcasecmp(dash, "-SUN") == 0 && item[0] != '0'
        && g_ascii_strncasecmp(item, "SUN", 3) != 0) {
        jw_warnings_add(warnings, "CRON_RANGE_TO_SUNDAY",
                        "%s '%s' ends on Sunday here; some crontabs refuse it, as their SUN is 0: "
                        "7 is the Sunday at the end",
                        name, item);
    }
}

/* L and #, in the fields of days. */
static void
lint_extension(const char *name, const char *item, GPtrArray *warnings)
{
    const size_t length = strlen(item);

    if (strchr(item, '#') != NULL || g_ascii_toupper(item[0]) == 'L'
        || (length > 0 && g_ascii_toupper(item[length - 1]) == 'L')) {
        jw_warnings_add(warnings, "CRON_EXTENSION",
                        "%s '%s' is read as Quartz reads the form; crontab and APScheduler refuse "
                        "it",
                        name, item);
    }
}

static void
lint_step(const JwCronField *field, int index, const char *item, GPtrArray *warnings)
{
    static const char *const within[] = {
        [JW_FIELD_SECOND] = "minute", [JW_FIELD_MINUTE] = "hour", [JW_FIELD_HOUR] = "day",
        [JW_FIELD_DAY] = "month",     [JW_FIELD_MONTH] = "year",  [JW_FIELD_WEEKDAY] = "week",
    };
    const char *slash = strchr(item, '/');
    const int span = index == JW_FIELD_WEEKDAY ? 7 : field->high - field->low + 1;
    const int step =
        slash != NULL && item[0] == '*' ? (int)g_ascii_strtoll(slash + 1, NULL, 10) : 1;

    if (index == JW_FIELD_YEAR || step <= 1 || span % step == 0) {
        return;
    }
    if (index == JW_FIELD_DAY) {
        jw_warnings_add(warnings, "CRON_UNEVEN_STEP",
                        "%s '%s' starts anew each month, however long ago its last day was",
                        field->name, item);
        return;
    }
    jw_warnings_add(warnings, "CRON_UNEVEN_STEP",
                    "%s '%s' starts anew each %s: its last step is %d, not %d", field->name, item,
                    within[index], span % step, step);
}

static void
lint_field(const JwCron *self, int index, const char *word, bool named, GPtrArray *warnings)
{
    g_auto(GStrv) items = g_strsplit(word, ",", -1);
    const JwCronField *field = jw_cron_field(self->dialect, index);
    const bool of_days = index == JW_FIELD_DAY || index == JW_FIELD_WEEKDAY;

    for (size_t i = 0; items[i] != NULL; i++) {
        lint_step(field, index, items[i], warnings);
        if (named) {
            continue;
        }
        lint_forms(field->name, items[i], warnings);
        if (of_days) {
            lint_extension(field->name, items[i], warnings);
        }
    }
}

void
jw_cron_lint(const JwCron *self, bool named, GPtrArray *warnings)
{
    g_return_if_fail(self != NULL && warnings != NULL);
    g_auto(GStrv) words = g_strsplit(self->fields, " ", -1);
    const guint n_words = g_strv_length(words);
    const int skip = n_words == 5 ? 1 : 0;

    if (!named && n_words == 6) {
        jw_warnings_add(warnings, "CRON_SECONDS",
                        "the first of six fields is the second, as in Quartz; croniter reads it in "
                        "the last one, crontab and APScheduler know five fields");
    }
    for (guint i = 0; i < n_words; i++) {
        lint_field(self, (int)i + skip, words[i], named, warnings);
    }
    if (!named) {
        lint_weekdays(words[JW_FIELD_WEEKDAY - skip], warnings);
        lint_both_days(self, words[JW_FIELD_DAY - skip], words[JW_FIELD_WEEKDAY - skip], warnings);
    }
}
