/* test_measures.c: measures beyond counts, sums and extremes, from their JSON over records to
 * figures, groups and the result. Records have a number `v` and a group `g`. */
#include "fixture.h"

#include "jw/aggregate.h"
#include "jw/cron.h"
#include "jw/report_result.h"

#include <math.h>

typedef struct {
    JwReportDef *def;
    JwReportRequest *request;
    GTimeZone *zone;
    char **fields;
    JwAggregate *aggregate;
} Pass;

static void
pass_clear(Pass *self)
{
    g_clear_pointer(&self->aggregate, jw_aggregate_free);
    g_clear_pointer(&self->fields, g_strfreev);
    g_clear_pointer(&self->zone, g_time_zone_unref);
    g_clear_pointer(&self->request, jw_report_request_free);
    g_clear_pointer(&self->def, jw_report_def_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pass, pass_clear)

/* @measures: in single quotes; every measure that a table may have is in one, all in the summary.
 */
static void
pass_init(Pass *self, const char *measures, const char *summary, const char *columns)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *single = g_strdup_printf(
        "{'reportType':'x','title':'T','filePrefix':'T','collection':'c','dateField':'at',"
        "'dimensions':[{'name':'g','label':'G','field':'g'}],'measures':[%s],"
        "'columns':[{'field':'v','label':'V'},{'field':'g','label':'G'}],'summary':[%s],"
        "'tables':[{'title':'By G','dimension':'g','measures':[%s]}]}",
        measures, summary, columns);
    g_autofree char *text = quoted(single);

    self->def = jw_report_def_parse(text, strlen(text), "x.json", &error);
    assert_ok(self->def != NULL, error);
    self->request = jw_report_request_new();
    self->zone = jw_zone_new("UTC", NULL);
    self->fields = jw_report_def_fields(self->def);
    self->aggregate = jw_aggregate_new(self->def, self->request, (const char *const *)self->fields,
                                       self->zone, &error);
    assert_ok(self->aggregate != NULL, error);
}

static void
add(Pass *self, const char *group, JwValue value)
{
    const JwValue row[] = { value,
                            { .type = JW_VALUE_TEXT, .text = group, .length = strlen(group) } };

    jw_aggregate_add(self->aggregate, row);
}

#define WHOLE(value) ((JwValue){ .type = JW_VALUE_INT, .integer = (value) })
#define REAL(value)  ((JwValue){ .type = JW_VALUE_REAL, .real = (value) })
#define NOTHING      ((JwValue){ .type = JW_VALUE_NULL })

/* NAN: it has no value. */
static double
number(JwValue value)
{
    assert_true(value.type == JW_VALUE_INT || value.type == JW_VALUE_REAL
                || value.type == JW_VALUE_NULL);
    return value.type == JW_VALUE_INT    ? (double)value.integer
           : value.type == JW_VALUE_REAL ? value.real
                                         : (double)NAN;
}

static double
figure(Pass *self, const char *name)
{
    return number(jw_aggregate_figure(self->aggregate, jw_report_def_measure(self->def, name)));
}

static double
in_group(Pass *self, const char *group, const char *name)
{
    const JwDimensionDef *dimension = jw_report_def_dimension(self->def, "g");

    for (size_t i = 0; i < jw_aggregate_n_groups(self->aggregate, dimension); i++) {
        if (strcmp(jw_aggregate_group_label(self->aggregate, dimension, i), group) == 0) {
            return number(jw_aggregate_group_value(self->aggregate, dimension, i,
                                                   jw_report_def_measure(self->def, name)));
        }
    }
    fail_msg("no group '%s'", group);
    return 0.0;
}

#define assert_number(value, expected) assert_true((value) == (expected))
#define assert_nothing(value)          assert_true(isnan(value))

#define COUNT(name) "{'name':'" name "','label':'N','op':'count'}"

static void
test_formulas(void **state)
{
    g_auto(Pass) pass = { 0 };

    (void)state;
    pass_init(
        &pass,
        COUNT("n") ",{'name':'big','label':'B','op':'count','where':[{'field':'v','gte':10}]},"
                   "{'name':'sum','label':'S','op':'sum','field':'v'},"
                   "{'name':'f','label':'F','op':'formula','decimals':2,"
                   "'formula':'(n - big) / big * 100'},"
                   "{'name':'again','label':'A','op':'formula','formula':'f * 3 + sum',"
                   "'decimals':1}",
        "'f'", "'f','again'");
    assert_nothing(figure(&pass, "f")); /* 0 / 0 */
    for (int i = 0; i < 4; i++) {
        add(&pass, "a", WHOLE(i));
    }
    add(&pass, "b", WHOLE(10));
    add(&pass, "b", WHOLE(11));
    add(&pass, "b", WHOLE(12));
    assert_number(figure(&pass, "f"), 133.33);
    assert_number(figure(&pass, "again"), 439.0); /* of 133.333…, and not of 133.33 */
    assert_nothing(in_group(&pass, "a", "f"));
    assert_nothing(in_group(&pass, "a", "again"));
    assert_number(in_group(&pass, "b", "f"), 0.0);
    assert_number(in_group(&pass, "b", "again"), 33.0);
}

/* A formula of a formula of … takes one step each, however often each is named. */
static void
test_a_chain_of_formulas(void **state)
{
    g_auto(Pass) pass = { 0 };
    g_autoptr(GString) measures = g_string_new(COUNT("f0"));

    (void)state;
    for (int i = 1; i < 99; i++) {
        g_string_append_printf(measures,
                               ",{'name':'f%d','label':'F','op':'formula','decimals':6,"
                               "'formula':'(f%d + f%d + f%d + f%d) / 4'}",
                               i, i - 1, i - 1, i - 1, i - 1);
    }
    pass_init(&pass, measures->str, "'f98'", "'f98'");
    add(&pass, "a", WHOLE(1));
    add(&pass, "b", WHOLE(1));
    assert_number(figure(&pass, "f98"), 2.0);
    assert_number(in_group(&pass, "b", "f98"), 1.0);
}

static void
test_shares(void **state)
{
    g_auto(Pass) pass = { 0 };

    (void)state;
    pass_init(&pass,
              COUNT("n") ",{'name':'sum','label':'S','op':'sum','field':'v'},"
                         "{'name':'records','label':'R','op':'share','of':'n','decimals':2},"
                         "{'name':'money','label':'M','op':'share','of':'sum','decimals':2}",
              "'records','money'", "'records','money'");
    assert_nothing(figure(&pass, "records")); /* of nothing */
    add(&pass, "a", WHOLE(0));
    assert_number(figure(&pass, "records"), 100.0);
    assert_nothing(figure(&pass, "money")); /* of 0 */
    assert_nothing(in_group(&pass, "a", "money"));
    add(&pass, "b", WHOLE(30));
    add(&pass, "b", REAL(-10.0));
    assert_number(figure(&pass, "records"), 100.0);
    assert_number(figure(&pass, "money"), 100.0);
    assert_number(in_group(&pass, "a", "records"), 33.33);
    assert_number(in_group(&pass, "b", "records"), 66.67);
    assert_number(in_group(&pass, "a", "money"), 0.0);
    assert_number(in_group(&pass, "b", "money"), 100.0);
}

/* A value that is not there, or no number, is none of those that are measured. */
static void
test_statistics(void **state)
{
    g_auto(Pass) pass = { 0 };
    const JwValue odd = { .type = JW_VALUE_TEXT, .text = "n/a", .length = 3 };

    (void)state;
    pass_init(
        &pass,
        "{'name':'d','label':'D','op':'stddev','field':'v','decimals':3},"
        "{'name':'u','label':'U','op':'distinct','field':'v'},"
        "{'name':'big','label':'B','op':'distinct','field':'v','where':[{'field':'v','gt':2}]},"
        "{'name':'m','label':'M','op':'median','field':'v','decimals':2},"
        "{'name':'p','label':'P','op':'percentile','p':90,'field':'v','decimals':2},"
        "{'name':'f','label':'F','op':'formula','formula':'p - m','decimals':3}",
        "'d'", "'d','u','big','m','p','f'");
    assert_nothing(figure(&pass, "d"));
    assert_nothing(figure(&pass, "m"));
    assert_number(figure(&pass, "u"), 0.0);
    add(&pass, "a", WHOLE(1));
    add(&pass, "a", WHOLE(2));
    add(&pass, "a", NOTHING);
    add(&pass, "a", REAL(2.0));
    add(&pass, "a", REAL(NAN)); /* a value to distinct, and no number to others */
    add(&pass, "b", WHOLE(10));
    add(&pass, "b", odd);
    add(&pass, "c", NOTHING);
    assert_number(figure(&pass, "d"), 4.193);
    assert_number(figure(&pass, "u"), 5.0);
    assert_number(figure(&pass, "big"), 1.0);
    assert_number(figure(&pass, "m"), 2.0);
    assert_number(figure(&pass, "p"), 7.6);
    assert_number(figure(&pass, "f"), 5.6);
    assert_number(in_group(&pass, "a", "d"), 0.577);
    assert_number(in_group(&pass, "a", "u"), 3.0);
    assert_number(in_group(&pass, "b", "u"), 2.0);
    assert_nothing(in_group(&pass, "b", "d")); /* of one value */
    assert_number(in_group(&pass, "b", "p"), 10.0);
    assert_number(in_group(&pass, "c", "u"), 0.0);
    assert_nothing(in_group(&pass, "c", "m"));
    assert_nothing(in_group(&pass, "c", "f"));
}

static const JwReportFigure *
figure_at(const JwReportResult *result, guint index)
{
    assert_true(index < result->figures->len);
    return &g_array_index(result->figures, JwReportFigure, index);
}

/* Estimates say so wherever they are, and exact figures beside them do not. */
static void
test_estimates_are_marked(void **state)
{
    g_auto(Pass) pass = { 0 };

    (void)state;
    pass_init(&pass,
              COUNT("n") ",{'name':'u','label':'Callers','op':'distinct','field':'v'},"
                         "{'name':'m','label':'Median','op':'median','field':'v'},"
                         "{'name':'f','label':'Calls each','op':'formula','formula':'n / u',"
                         "'decimals':2},{'name':'top','label':'Top','op':'peakValue',"
                         "'dimension':'g','of':'u'}",
              "'n','u','m','f','top'", "'n','u','m'");
    for (int i = 0; i < 10001; i++) {
        add(&pass, i % 2 == 0 ? "a" : "b", WHOLE(i));
    }
    g_autoptr(JwReportResult) result =
        jw_report_result_new(pass.aggregate, pass.def, pass.request, pass.zone);
    const bool estimates[] = { false, true, true, true, false };
    for (guint i = 0; i < G_N_ELEMENTS(estimates); i++) {
        assert_int_equal(figure_at(result, i)->approximate, estimates[i]);
        assert_int_equal(g_str_has_prefix(figure_at(result, i)->text, "≈ "), estimates[i]);
    }
    assert_string_equal(figure_at(result, 0)->text, "10,001");
    assert_string_equal(figure_at(result, 4)->text, "5,001");
    assert_int_equal(result->notes->len, 3);
    assert_string_equal(g_ptr_array_index(result->notes, 0),
                        "Callers: marked with ≈ where there are too many different values to keep "
                        "each of them; the standard error is 0.81 %.");
    assert_string_equal(g_ptr_array_index(result->notes, 1),
                        "Median: marked with ≈ where there are too many values to keep each of "
                        "them; its place among them is right to about 0.3 %.");
    assert_string_equal(g_ptr_array_index(result->notes, 2),
                        "Calls each: marked with ≈ where it is made of estimates.");
    g_autofree char *german =
        jw_aggregate_estimate_note(pass.aggregate, jw_report_def_measure(pass.def, "u"), "de");
    assert_string_equal(german, "Callers: mit ≈ markiert, wo es zu viele verschiedene Werte gibt, "
                                "um jeden zu behalten; der Standardfehler beträgt 0,81 %.");
    const JwReportTable *table = &g_array_index(result->tables, JwReportTable, 0);
    for (size_t i = 0; i < table->n_columns; i++) { /* 5,001 and 5,000 in a group: exact */
        assert_false(table->columns[i].approximate);
    }
    for (int i = 0; i < 20000; i++) {
        add(&pass, "b", WHOLE(i));
    }
    g_autoptr(JwReportResult) later =
        jw_report_result_new(pass.aggregate, pass.def, pass.request, pass.zone);
    table = &g_array_index(later->tables, JwReportTable, 0);
    assert_false(table->columns[0].approximate);
    assert_false(table->columns[1].approximate);
    assert_true(table->columns[2].approximate);
    assert_true(table->columns[3].approximate);
    assert_true(figure_at(later, 4)->approximate);
    assert_int_equal(later->notes->len, 4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formulas),
        cmocka_unit_test(test_a_chain_of_formulas),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_estimates_are_marked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
