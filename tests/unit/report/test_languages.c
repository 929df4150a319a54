/* test_languages.c: a report in another language: translated definitions, dates, groups, figures.
 */
#include "jw/catalog.h"
#include "jw/report_change.h"
#include "jw/report_text.h"
#include "result_fixture.h"

static const char definition[] =
    "{'reportType':'visits','title':'Visits','filePrefix':'V','collection':'visits',"
    "'dateField':'startedAt','timeZone':'Europe/Istanbul','mailChartTable':'By kind',"
    "'mail':{'subject':'{{figures.total}} in {{period}}','senderName':'Visits'},"
    "'dimensions':[{'name':'kind','label':'Kind','field':'agent','labels':{'w':'Walk-in'}},"
    "{'name':'weekday','label':'Weekday','field':'startedAt','part':'weekday'}],"
    "'measures':[{'name':'total','label':'Visits','op':'count',"
    "'unit':{'one':'visit','other':'visits'}},"
    "{'name':'half','label':'Mean','op':'avg','field':'durationSeconds','format':'decimal',"
    "'decimals':2},"
    "{'name':'best','label':'Best day','op':'peak','dimension':'weekday','of':'total',"
    "'format':'text'}],"
    "'columns':[{'field':'agent','label':'Kind','labels':{'w':'Walk-in'}}],"
    "'summary':['total','half','best'],"
    "'tables':[{'title':'By kind','dimension':'kind','measures':['total'],'chart':'column',"
    "'chartMeasure':'total','compare':true},"
    "{'title':'By weekday','dimension':'weekday','measures':['total']}],"
    "'languages':{'de':{'mail':{'subject':'{{figures.total}} vom {{start}} an','intro':'Hallo'},"
    "'title':'Besuche','filePrefix':'Besuche','labels':{'kind':'Art','total':'"
    "Besuche'},"
    "'columns':{'agent':'Art des Besuchs'},'tables':{'By kind':'Nach Art'},"
    "'units':{'total':{'one':'Besuch','other':'Besuche'}},"
    "'values':{'kind':{'w':'Laufkundschaft'}}}}}";

static JwReportDef *
parse(void)
{
    g_autofree char *json = g_strdelimit(g_strdup(definition), "'", '"');
    g_autoptr(GError) error = NULL;
    JwReportDef *def = jw_report_def_parse(json, strlen(json), "visits.json", &error);

    assert_ok(def != NULL, error);
    return def;
}

static const char *const fields[] = { "agent", "startedAt", "durationSeconds", NULL };

static void
add(JwAggregate *aggregate, const char *kind, const char *started, double seconds)
{
    JwValue row[] = { { .type = JW_VALUE_TEXT, .text = kind, .length = strlen(kind) },
                      { .type = JW_VALUE_TIME },
                      { .type = JW_VALUE_REAL, .real = seconds } };

    assert_true(jw_time_parse(started, &row[1].time_ms, NULL));
    jw_aggregate_add(aggregate, row);
}

/* Three visits of the week of 5 January 2026, one of the week before, in a language. */
static JwReportResult *
report(const JwReportDef *all, const char *language)
{
    const JwReportDef *def = jw_report_def_in(all, language);
    g_autoptr(JwReportRequest) request = jw_report_request_new();
    g_autoptr(GTimeZone) zone = jw_zone_new("Europe/Istanbul", NULL);
    g_autoptr(GError) error = NULL;

    request->period = JW_PERIOD_WEEKLY;
    request->language = g_strdup(def->language);
    request->compare = JW_COMPARE_PREVIOUS;
    assert_true(jw_time_parse("2026-01-04T21:00:00Z", &request->start_ms, NULL));
    assert_true(jw_time_parse("2026-01-11T21:00:00Z", &request->end_ms, NULL));
    assert_true(jw_time_parse("2025-12-28T21:00:00Z", &request->compared_start_ms, NULL));
    request->compared_end_ms = request->start_ms;
    g_autoptr(JwAggregate) now = jw_aggregate_new(def, request, fields, zone, &error);
    assert_ok(now != NULL, error);
    g_autoptr(JwAggregate) before = jw_aggregate_new(def, request, fields, zone, &error);
    assert_ok(before != NULL, error);
    add(now, "w", "2026-01-06T12:00:00Z", 1000.25);
    add(now, "w", "2026-01-06T12:00:00Z", 2000.25);
    add(now, "", "2026-01-07T12:00:00Z", 3000.25);
    add(before, "w", "2025-12-30T12:00:00Z", 3000.25);
    return jw_report_result_new_compared(now, before, def, request, zone);
}

static void
test_german(void **state)
{
    g_autoptr(JwReportDef) def = parse();
    g_autoptr(JwReportResult) result = report(def, "de");
    g_autofree char *change = jw_report_change_text(figure_at(result, 0), result->language);
    const JwReportTable *kinds = table_at(result, 0), *weekdays = table_at(result, 1);
    (void)state;

    assert_string_equal(jw_report_def_in(def, "de")->sha256, def->sha256);
    assert_string_equal(result->language, "de");
    assert_string_equal(result->title, "Besuche");
    assert_string_equal(result->period_label, "5. Jan. 2026 – 11. Jan. 2026");
    assert_string_equal(result->compared_label, "29. Dez. 2025 – 4. Jan. 2026");
    assert_string_equal(figure_at(result, 0)->label, "Besuche");
    assert_string_equal(figure_at(result, 0)->text, "3 Besuche");
    assert_string_equal(figure_at(result, 0)->comparison.previous_text, "1 Besuch");
    assert_string_equal(change, "▲ +2 Besuche (+200,0 %)");
    assert_string_equal(figure_at(result, 1)->label, "Mean"); /* not translated */
    assert_string_equal(figure_at(result, 1)->text, "2.000,25");
    assert_string_equal(figure_at(result, 1)->comparison.difference_text, "-1.000,00");
    assert_string_equal(figure_at(result, 2)->text, "Dienstag");
    assert_string_equal(kinds->title, "Nach Art");
    assert_true(kinds->chart_in_front);
    assert_string_equal(kinds->columns[0].label, "Art");
    assert_string_equal(kinds->columns[2].label, "Besuche, zuvor");
    assert_string_equal(jw_report_cell(kinds, 0, 0)->text, "Laufkundschaft");
    assert_string_equal(jw_report_cell(kinds, 1, 0)->text, "(ohne)");
    assert_string_equal(jw_report_cell(weekdays, 6, 0)->text, "Sonntag");
    g_autofree char *summary = jw_report_result_summary(result);
    g_autoptr(JwReportResult) read = jw_report_result_of_summary(summary);
    assert_string_equal(read->language, "de");
}

/* A language that the definition does not translate has dates, numbers and words. */
static void
test_other_languages(void **state)
{
    static const struct {
        const char *language, *title, *period, *mean, *day, *none, *list;
    } rows[] = {
        { "en", "Visits", "5 Jan 2026 – 11 Jan 2026", "2,000.25", "Tuesday", "(none)", "Records" },
        { "fr", "Visits", "5 janv. 2026 – 11 janv. 2026",
          "2\xe2\x80\xaf"
          "000,25",
          "mardi", "(aucun)", "Enregistrements" },
        { "es", "Visits", "5 ene 2026 – 11 ene 2026", "2.000,25", "martes", "(ninguno)",
          "Registros" },
        { "tr", "Visits", "5 Oca 2026 – 11 Oca 2026", "2.000,25", "Salı", "(yok)", "Kayıtlar" },
    };
    g_autoptr(JwReportDef) def = parse();
    (void)state;

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(JwReportResult) result = report(def, rows[i].language);
        assert_string_equal(result->title, rows[i].title);
        assert_string_equal(result->period_label, rows[i].period);
        assert_string_equal(figure_at(result, 1)->text, rows[i].mean);
        assert_string_equal(figure_at(result, 2)->text, rows[i].day);
        assert_string_equal(jw_report_cell(table_at(result, 0), 1, 0)->text, rows[i].none);
        assert_string_equal(jw_report_def_in(def, rows[i].language)->list_title, rows[i].list);
    }
}

static void
test_days_and_filters(void **state)
{
    static const char *const wanted[] = { "28 Dec – 3 Jan", "28. Dez. – 3. Jan.",
                                          "28 déc. – 3 janv.", "28 dic – 3 ene", "28 Ara – 3 Oca" };
    static const char *const languages[] = { NULL, "de", "fr", "es", "tr" };
    char *values[] = { (char[]){ "a" }, (char[]){ "b" }, NULL };
    const JwFilter filter = { .values = values, .contains = (char[]){ "x" } };
    g_autoptr(GTimeZone) zone = jw_zone_new("UTC", NULL);
    int64_t start_ms = 0, end_ms = 0;
    (void)state;

    assert_true(jw_time_parse("2025-12-28T00:00:00Z", &start_ms, NULL));
    assert_true(jw_time_parse("2026-01-04T00:00:00Z", &end_ms, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_autofree char *days = jw_report_text_days(start_ms, end_ms, zone, languages[i]);
        assert_string_equal(days, wanted[i]);
    }
    g_autofree char *german = jw_report_text_filter_values(&filter, "de");
    assert_string_equal(german, "a, b, enthält „x“");
    g_autofree char *moment = jw_report_moment(start_ms, "de");
    assert_string_equal(moment, "28. Dez. 2025, 00:00 UTC");
    assert_null(jw_report_text_days(start_ms + 1, end_ms, zone, NULL));
}

static void
test_file_names(void **state)
{
    static const struct {
        const char *language;
        JwPeriodType period;
        bool part;
        const char *name;
    } rows[] = {
        { "en", JW_PERIOD_WEEKLY, false, "V_Weekly_Report_2026-01-05_2026-01-11.pdf" },
        { "de", JW_PERIOD_WEEKLY, false, "Besuche_Wochenbericht_2026-01-05_2026-01-11.pdf" },
        { "de", JW_PERIOD_CUSTOM, true, "Besuche_Bericht_2026-01-05_2026-01-11_Teil.pdf" },
        { "fr", JW_PERIOD_MONTHLY, false, "V_Rapport_mensuel_2026-01-05_2026-01-11.pdf" },
        { "es", JW_PERIOD_WEEKLY, true, "V_Informe_semanal_2026-01-05_2026-01-11_parte.pdf" },
        { "tr", JW_PERIOD_WEEKLY, false, "V_Haftalık_Rapor_2026-01-05_2026-01-11.pdf" },
    };
    g_autoptr(JwReportDef) def = parse();
    g_autoptr(GTimeZone) zone = jw_zone_new("Europe/Istanbul", NULL);
    (void)state;

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(JwReportRequest) request = jw_report_request_new();
        const JwFilter filter = { .name = g_strdup("agents"), .contains = g_strdup("x") };
        request->period = rows[i].period;
        request->format = g_strdup("pdf");
        assert_true(jw_time_parse("2026-01-04T21:00:00Z", &request->start_ms, NULL));
        assert_true(jw_time_parse("2026-01-11T21:00:00Z", &request->end_ms, NULL));
        g_array_append_vals(request->filters, &filter, rows[i].part ? 1 : 0);
        g_autofree char *name =
            jw_report_file_name(jw_report_def_in(def, rows[i].language), request, zone);
        assert_string_equal(name, rows[i].name);
        if (!rows[i].part) {
            g_free(filter.name);
            g_free(filter.contains);
        }
    }
}

/* What is not translated stays, and all of it goes with the summary. */
static void
test_texts_of_mails(void **state)
{
    static const struct {
        const char *language, *subject, *intro;
    } cases[] = {
        { "en", "{{figures.total}} in {{period}}", NULL },
        { "de", "{{figures.total}} vom {{start}} an", "Hallo" },
        { "tr", "{{figures.total}} in {{period}}", NULL },
    };
    g_autoptr(JwReportDef) def = parse();
    (void)state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JwReportResult) result = report(def, cases[i].language);
        g_autofree char *summary = jw_report_result_summary(result);
        g_autoptr(JwReportResult) read = jw_report_result_of_summary(summary);
        assert_string_equal(read->mail_subject, cases[i].subject);
        assert_int_equal(g_strcmp0(read->mail_intro, cases[i].intro), 0);
        assert_string_equal(read->mail_sender, "Visits");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_german),          cmocka_unit_test(test_texts_of_mails),
        cmocka_unit_test(test_other_languages), cmocka_unit_test(test_days_and_filters),
        cmocka_unit_test(test_file_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
