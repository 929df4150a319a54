/* test_cron_lint.c: what is warned of, and what is not. */
#include "jw/cron.h"
#include "testkit.h"

#include <string.h>

typedef struct {
    const char *expression;
    const char *codes;
    const char *message; /* of the first */
} Row;

static const Row rows[] = {
    { "0 9 * * *", "", "" },
    { "*/5 * * * *", "", "" },
    { "0 9 * * MON-FRI", "", "" },
    { "0 9 1 * *", "", "" },
    { "@weekly", "CRON_WEEKDAY_NUMBERS ",
      "*'0' is SUN here*Quartz: refuses it; APScheduler: MON*" },
    { "0 9 * * 1-5", "CRON_WEEKDAY_NUMBERS ",
      "day of week '1-5' is MON TUE WED THU FRI here, as in crontab; Quartz: SUN MON TUE WED THU; "
      "APScheduler: TUE WED THU FRI SAT. Write names, such as MON-FRI" },
    { "0 9 * * 7", "CRON_WEEKDAY_NUMBERS ", "*'7' is SUN here*SAT; APScheduler: refuses it*" },
    { "0 9 * * MON,3", "CRON_WEEKDAY_NUMBERS ", "*is MON WED here*MON TUE*MON THU*" },
    { "0 9 * * 5L", "CRON_EXTENSION CRON_WEEKDAY_NUMBERS ",
      "*'5L'*crontab and APScheduler refuse*" },
    { "0 9 * * FRIL", "CRON_EXTENSION ", "*'FRIL'*" },
    { "0 9 * * MON#2", "CRON_EXTENSION ", "*'MON#2'*" },
    { "0 9 L * *", "CRON_EXTENSION ", "day of month 'L'*" },
    { "0 9 15,L-2 * *", "CRON_EXTENSION ", "day of month 'L-2'*" },
    { "0 9 1-7 * MON", "CRON_BOTH_DAYS ",
      "*'1-7'*'MON': either one is enough*APScheduler wants both*" },
    { "0 9 */2 * MON", "CRON_UNEVEN_STEP CRON_STAR_STEP_DAYS ", "*'*/2' starts anew each month*" },
    { "0 0 9 * * MON", "CRON_SECONDS ", "the first of six fields is the second, as in Quartz*" },
    { "*/7 * * * *", "CRON_UNEVEN_STEP ",
      "minute '*/7' starts anew each hour: its last step is 4, not 7" },
    { "*/45 */5 * */5 *", "CRON_UNEVEN_STEP CRON_UNEVEN_STEP CRON_UNEVEN_STEP ",
      "minute '*/45' starts anew each hour: its last step is 15, not 45" },
    { "1,*/25 * * * *", "CRON_UNEVEN_STEP ", "minute '*/25'*last step is 10, not 25" },
    { "0 0 * * */2", "CRON_UNEVEN_STEP CRON_WEEKDAY_NUMBERS ",
      "day of week '*/2' starts anew each week: its last step is 1, not 2" },
    { "5/15 * * * *", "CRON_OPEN_STEP ", "minute '5/15' runs*to the end of the field*" },
    { "5-59/15 * * * *", "", "" },
    { "0 9 * * FRI-SUN", "CRON_RANGE_TO_SUNDAY ", "*'FRI-SUN' ends on Sunday here*" },
    { "0 9 * * 0-6", "CRON_WEEKDAY_NUMBERS ", "*Quartz: refuses it*" },
    { "0 9 * * 1-6/2", "CRON_WEEKDAY_NUMBERS ", "*" },
};

static char *
codes_of(const char *expression, JwCronDialect dialect, bool named, char **ret_first)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwCron) cron = jw_cron_new_in(expression, dialect, &error);
    assert_ok(cron, error);
    g_autoptr(GPtrArray) warnings = jw_warnings_new();
    g_autoptr(GString) codes = g_string_new(NULL);

    jw_cron_lint(cron, named, warnings);
    *ret_first = g_strdup("");
    for (guint i = 0; i < warnings->len; i++) {
        const JwWarning *warning = g_ptr_array_index(warnings, i);
        g_string_append_printf(codes, "%s ", warning->code);
        if (i == 0) {
            g_free(*ret_first);
            *ret_first = g_strdup(warning->message);
        }
    }
    return g_string_free(g_steal_pointer(&codes), FALSE);
}

static void
test_without_a_named_dialect(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *message = NULL;
        g_autofree char *codes = codes_of(rows[i].expression, JW_CRON_CRONTAB, false, &message);
        if (strcmp(codes, rows[i].codes) != 0
            || !g_pattern_match_simple(rows[i].message, message)) {
            fail_msg("\"%s\": \"%s\" \"%s\"", rows[i].expression, codes, message);
        }
    }
}

/* Who names the dialect knows how it reads; only steps that do not come out even are told. */
static void
test_with_a_named_dialect(void **state)
{
    static const struct {
        const char *expression;
        JwCronDialect dialect;
        const char *codes;
    } named[] = {
        { "0 9 1-7 * 5", JW_CRON_CRONTAB, "" },
        { "0 0 9 L * *", JW_CRON_CRONTAB, "" },
        { "0 0 9 ? * 2#1", JW_CRON_QUARTZ, "" },
        { "0 0/7 9 1W * ?", JW_CRON_QUARTZ, "" },
        { "0 */7 9 ? * MON */3", JW_CRON_QUARTZ, "CRON_UNEVEN_STEP " },
        { "*/7 9 13 * 4", JW_CRON_APSCHEDULER, "CRON_UNEVEN_STEP " },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(named); i++) {
        g_autofree char *message = NULL;
        g_autofree char *codes = codes_of(named[i].expression, named[i].dialect, true, &message);
        assert_string_equal(codes, named[i].codes);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_a_named_dialect),
        cmocka_unit_test(test_with_a_named_dialect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
