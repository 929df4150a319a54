/* test_condition.c: conditions of definitions, from their JSON to the records that pass. The rows
 * have the fields a and b. */
#include "fixture.h"

#include "engine/condition.h"
#include "jw/cron.h"

#include <math.h>

static const char *const fields[] = { "a", "b", NULL };

static JwReportDef *
parse(const char *conditions, const char *where, GError **error)
{
    g_autofree char *single = g_strdup_printf(
        "{'reportType':'x','title':'T','filePrefix':'T','collection':'c','dateField':'at',"
        "'conditions':%s,'measures':[{'name':'n','label':'N','op':'count','where':%s}],"
        "'columns':[{'field':'at','label':'At'}],'summary':['n']}",
        conditions, where);
    g_autofree char *text = quoted(single);

    return jw_report_def_parse(text, strlen(text), "x.json", error);
}

static bool
passes_in(const char *conditions, const char *where, const JwValue *row, const char *zone_name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwReportDef) def = parse(conditions, where, &error);
    g_autoptr(GTimeZone) zone = jw_zone_new(zone_name, NULL);

    assert_ok(def != NULL, error);
    g_autoptr(JwTest) test =
        jw_test_new(g_array_index(def->measures, JwMeasureDef, 0).where, fields, zone, &error);
    assert_ok(test != NULL, error);
    return jw_test_passes(test, row);
}

static bool
passes(const char *where, JwValue a)
{
    const JwValue row[2] = { a };

    return passes_in("[]", where, row, "Europe/Istanbul");
}

static JwValue
text(const char *value)
{
    return (JwValue){ .type = JW_VALUE_TEXT, .text = value, .length = strlen(value) };
}

static JwValue
moment(const char *value)
{
    JwValue moment = { .type = JW_VALUE_TIME };

    assert_true(jw_time_parse_record(value, &moment.time_ms, NULL));
    return moment;
}

#define WHOLE(value) ((JwValue){ .type = JW_VALUE_INT, .integer = (value) })
#define REAL(value)  ((JwValue){ .type = JW_VALUE_REAL, .real = (value) })
#define BOOL(value)  ((JwValue){ .type = JW_VALUE_BOOL, .boolean = (value) })
/* As the store has a Decimal128 that no double is. */
#define DECIMAL(value, remainder)                                                                  \
    ((JwValue){ .type = JW_VALUE_REAL, .real = (value), .rest = (remainder) })
#define NOTHING ((JwValue){ .type = JW_VALUE_NULL })

/* Each bound against a value whose @order to it is -1, 0 or 1; 2: no such comparison. */
static void
assert_bounds(const char *bound, JwValue value, int order)
{
    static const struct {
        const char *name;
        bool below, same, above;
    } bounds[] = {
        { "lt", true, false, false },
        { "lte", true, true, false },
        { "gt", false, false, true },
        { "gte", false, true, true },
    };

    for (size_t k = 0; k < G_N_ELEMENTS(bounds); k++) {
        g_autofree char *where = g_strdup_printf("[{'field':'a','%s':%s}]", bounds[k].name, bound);
        const bool expected = (order == -1 && bounds[k].below) || (order == 0 && bounds[k].same)
                              || (order == 1 && bounds[k].above);
        if (passes(where, value) != expected) {
            fail_msg("%s", where);
        }
    }
}

static void
test_numbers(void **state)
{
    const struct {
        const char *bound;
        JwValue value;
        int order;
    } cases[] = {
        { "60", WHOLE(59), -1 },
        { "60", WHOLE(60), 0 },
        { "60", WHOLE(61), 1 },
        { "'60'", WHOLE(61), 1 },
        { "'60'", REAL(60.0), 0 },
        { "60", REAL(59.999), -1 },
        { "60", REAL(60.001), 1 },
        { "0.1", REAL(0.1), 0 },
        { "'0.1'", REAL(0.1), 0 },
        { "0.1", DECIMAL(0.1, -5.55e-18), 0 }, /* Decimal128 0.1 */
        { "-1.5", WHOLE(-1), 1 },
        { "-1.5", WHOLE(-2), -1 },
        { "1e3", WHOLE(1000), 0 },
        { "9007199254740993", WHOLE(INT64_C(9007199254740992)), -1 },
        { "9007199254740993", WHOLE(INT64_C(9007199254740993)), 0 },
        { "9007199254740992", WHOLE(INT64_C(9007199254740993)), 1 },
        { "9007199254740993", REAL(9007199254740992.0), -1 },
        { "9007199254740993", REAL(9007199254740994.0), 1 },
        { "9007199254740993", DECIMAL(9007199254740992.0, 1.5), -1 }, /* its whole part decides */
        { "9007199254740992", DECIMAL(9007199254740992.0, 0.5), 1 },
        { "9223372036854775807", WHOLE(INT64_MAX), 0 },
        { "9223372036854775807", REAL(9223372036854775808.0), 1 },
        { "-9223372036854775808", WHOLE(INT64_MIN), 0 },
        { "-9223372036854775808", REAL(-1e300), -1 },
        { "'18446744073709551616'", WHOLE(INT64_MAX), -1 },
        { "1e300", REAL(INFINITY), 1 },
        { "-1e300", REAL(-INFINITY), -1 },
        { "1.5", REAL(NAN), 2 },
        { "1", REAL(NAN), 2 },
        { "1", text("2"), 2 },
        { "1", text("n/a"), 2 },
        { "0", BOOL(true), 2 },
        { "0", NOTHING, 2 },
        { "0", moment("2026-01-06T10:00:00Z"), 2 },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_bounds(cases[i].bound, cases[i].value, cases[i].order);
    }
}

typedef struct {
    const char *where;
    JwValue value;
    bool passes;
} Case;

static void
assert_cases(const Case *cases, size_t n_cases)
{
    for (size_t i = 0; i < n_cases; i++) {
        if (passes(cases[i].where, cases[i].value) != cases[i].passes) {
            fail_msg("case %zu: %s", i, cases[i].where);
        }
    }
}

/* In Istanbul a day begins at 21:00 UTC of the day before. */
static void
test_dates_are_whole_days(void **state)
{
    const JwValue before = moment("2026-01-05T20:59:59.999Z"),
                  first = moment("2026-01-05T21:00:00Z");
    const JwValue last = moment("2026-01-06T20:59:59.999Z"), after = moment("2026-01-06T21:00:00Z");
    const Case cases[] = {
        { "[{'field':'a','lt':'2026-01-06'}]", before, true },
        { "[{'field':'a','lt':'2026-01-06'}]", first, false },
        { "[{'field':'a','lte':'2026-01-06'}]", last, true },
        { "[{'field':'a','lte':'2026-01-06'}]", after, false },
        { "[{'field':'a','gt':'2026-01-06'}]", last, false },
        { "[{'field':'a','gt':'2026-01-06'}]", after, true },
        { "[{'field':'a','gte':'2026-01-06'}]", before, false },
        { "[{'field':'a','gte':'2026-01-06'}]", first, true },
        { "[{'field':'a','gte':'2026-01-06','lte':'2026-01-06'}]", before, false },
        { "[{'field':'a','gte':'2026-01-06','lte':'2026-01-06'}]", first, true },
        { "[{'field':'a','gte':'2026-01-06','lte':'2026-01-06'}]", last, true },
        { "[{'field':'a','gte':'2026-01-06','lte':'2026-01-06'}]", after, false },
        /* A time is its moment, wherever its zone is. */
        { "[{'field':'a','lt':'2026-01-06T00:00:00+03:00'}]", before, true },
        { "[{'field':'a','lt':'2026-01-06T00:00:00+03:00'}]", first, false },
        { "[{'field':'a','lte':'2026-01-05T21:00:00Z'}]", first, true },
        { "[{'field':'a','gt':'2026-01-05T21:00:00Z'}]", first, false },
        { "[{'field':'a','gte':'2026-01-05T21:00:00Z'}]", first, true },
        { "[{'field':'a','gte':'2026-01-06','lt':'2026-01-06T01:00:00+03:00'}]", first, true },
        /* Of long ago, too. */
        { "[{'field':'a','lt':'1960-02-03'}]", moment("1960-02-02T12:00:00Z"), true },
        { "[{'field':'a','gte':'1960-02-03'}]", moment("1960-02-02T12:00:00Z"), false },
        /* A text that reads as a date is none, as in the rest of a report. */
        { "[{'field':'a','gte':'2026-01-06'}]", text("2026-01-07"), false },
        { "[{'field':'a','gte':'2026-01-06'}]", WHOLE(INT64_MAX), false },
    };
    const JwValue row[2] = { moment("2026-03-29T22:30:00Z") }; /* summer time began that day */

    (void)state;
    assert_cases(cases, G_N_ELEMENTS(cases));
    assert_true(passes_in("[]", "[{'field':'a','gt':'2026-03-29'}]", row, "Europe/Berlin"));
    assert_true(passes_in("[]", "[{'field':'a','lte':'2026-03-29'}]", row, "UTC"));
}

static void
test_texts(void **state)
{
    const JwValue with_nul = { .type = JW_VALUE_TEXT, .text = "ab\0VIP", .length = 6 };
    g_autofree char *filler = g_strnfill(1000, 'x');
    g_autofree char *tall = g_strconcat(filler, "Vip", NULL);
    const Case cases[] = {
        { "[{'field':'a','gte':'m'}]", text("m"), true },
        { "[{'field':'a','gt':'m'}]", text("m"), false },
        { "[{'field':'a','gt':'m'}]", text("ma"), true },
        { "[{'field':'a','lt':'ma'}]", text("m"), true },
        { "[{'field':'a','lt':'m'}]", text(""), true },
        { "[{'field':'a','lt':'a'}]", text("Z"), true }, /* by code, not by alphabet */
        { "[{'field':'a','gt':'z'}]", text("ä"), true },
        { "[{'field':'a','gt':'ä'}]", text("\xf0\x9f\x98\x80"), true },
        { "[{'field':'a','gt':'m'}]", WHOLE(5), false },
        { "[{'field':'a','gte':'007'}]", text("008"), true }, /* no number in JSON */
        { "[{'field':'a','gte':'007'}]", WHOLE(8), false },
        { "[{'field':'a','contains':['vip']}]", text("a ViP guest"), true },
        { "[{'field':'a','contains':['gold','VIP']}]", text("avip"), true },
        { "[{'field':'a','contains':['vip']}]", text("v i p"), false },
        { "[{'field':'a','contains':['vip']}]", text(""), false },
        { "[{'field':'a','contains':['vip']}]", text("vi"), false },
        { "[{'field':'a','contains':['vip']}]", with_nul, true },
        { "[{'field':'a','contains':['VIP']}]", text(tall), true },
        { "[{'field':'a','contains':['şişli']}]", text("ŞİŞLİ"), true },
        { "[{'field':'a','contains':['ISPARTA']}]", text("Isparta, ısparta"), true },
        { "[{'field':'a','contains':['DİYAR']}]", text("Diyarbakır"), true },
        { "[{'field':'a','contains':['ÖĞE']}]", text("böğeli"), true },
        { "[{'field':'a','contains':['strasse']}]", text("Hauptstraße"), true },
        { "[{'field':'a','contains':['.*']}]", text("abc"), false }, /* no pattern */
        { "[{'field':'a','contains':['5']}]", WHOLE(5), false },
        { "[{'field':'a','contains':['vip'],'not':true}]", text("guest"), true },
        { "[{'field':'a','contains':['vip'],'not':true}]", NOTHING, true },
    };

    (void)state;
    assert_cases(cases, G_N_ELEMENTS(cases));
}

static void
test_presence(void **state)
{
    const Case cases[] = {
        { "[{'field':'a'}]", text(""), true },
        { "[{'field':'a'}]", NOTHING, false },
        { "[{'field':'a','present':true}]", WHOLE(0), true },
        { "[{'field':'a','present':true}]", NOTHING, false },
        { "[{'field':'a','absent':true}]", NOTHING, true },
        { "[{'field':'a','absent':true}]", WHOLE(0), false },
        { "[{'field':'a','absent':true,'not':true}]", WHOLE(0), true },
        { "[{'field':'a','gt':0,'not':true}]", NOTHING, true },
        { "[{'field':'a','gt':0,'not':true}]", WHOLE(1), false },
        { "[{'field':'a','equals':['3']}]", DECIMAL(3.0, 0.0), true },
        { "[]", NOTHING, true },
    };

    (void)state;
    assert_cases(cases, G_N_ELEMENTS(cases));
}

static void
test_nesting(void **state)
{
    static const char shared[] = "[{'name':'big','where':[{'field':'a','gte':10}]},"
                                 "{'name':'bigOrNamed','where':[{'any':[{'is':'big'},"
                                 "{'field':'b'}]}]}]";
    static const struct {
        const char *where;
        unsigned passing; /* bits: a small, a big, then the same with b */
    } cases[] = {
        { "[{'any':[{'field':'a','gte':10},{'field':'b'}]},{'is':'bigOrNamed'}]", 0xe },
        { "[{'all':[{'field':'a','gte':10},{'field':'b'}]},{'is':'bigOrNamed'}]", 0x8 },
        { "[{'field':'a','gte':10},{'field':'b'},{'is':'bigOrNamed'}]", 0x8 },
        { "[{'is':'big'},{'is':'bigOrNamed'}]", 0xa },
        { "[{'is':'big','not':true},{'is':'bigOrNamed'}]", 0x4 },
        { "[{'is':'bigOrNamed','not':true}]", 0x1 },
        { "[{'any':[{'field':'a','gte':10},{'field':'b'}],'not':true},{'any':[{'field':'a'},"
          "{'is':'bigOrNamed'}]}]",
          0x1 },
        { "[{'any':[{'all':[{'is':'big'},{'field':'b'}]},{'all':[{'is':'big','not':true},"
          "{'field':'b','absent':true}]}]},{'any':[{'field':'a'},{'is':'bigOrNamed'}]}]",
          0x9 },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        unsigned passing = 0;
        for (unsigned k = 0; k < 4; k++) {
            const JwValue row[2] = { WHOLE((k & 1) != 0 ? 10 : 9),
                                     (k & 2) != 0 ? text("x") : NOTHING };
            passing |= passes_in(shared, cases[i].where, row, "UTC") ? 1u << k : 0;
        }
        if (passing != cases[i].passing) {
            fail_msg("case %zu: %x", i, passing);
        }
    }
}

/* What conditions read is read, and named when no record has it. */
static void
test_fields(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwReportDef) def = parse(
        "[{'name':'s','where':[{'field':'deep.one','gt':1}]}]",
        "[{'any':[{'all':[{'field':'two','absent':true}]},{'is':'s'}]},{'field':'two'}]", &error);
    g_autoptr(JwReportRequest) request = jw_report_request_new();
    g_autoptr(GTimeZone) zone = jw_zone_new("UTC", NULL);

    (void)state;
    assert_ok(def != NULL, error);
    g_auto(GStrv) read = jw_report_def_fields(def);
    g_autofree char *all = g_strjoinv(",", read);
    assert_string_equal(all, "at,two,deep.one");
    g_autofree char *uses = jw_report_field_uses(def, request, "deep.one");
    assert_string_equal(uses, "measure 'n'");
    assert_null(
        jw_test_new(g_array_index(def->measures, JwMeasureDef, 0).where, fields, zone, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "field 'two' is not among those read");
}

static void
test_faults_say_what_to_do(void **state)
{
    static const struct {
        const char *conditions, *where, *fault;
    } cases[] = {
        { "[]", "[{'gt':1}]",
          "/measures/0/where/0/field: is required, unless any, all or is stands in its place" },
        { "[]", "[{'field':'a','gt':5,'lte':5}]",
          "/measures/0/where/0/lte: leaves nothing behind '5', so that no value can pass" },
        { "[]", "[{'field':'a','gte':'b','lt':'a'}]",
          "/measures/0/where/0/lt: leaves nothing behind 'b', so that no value can pass" },
        { "[]", "[{'field':'a','gte':'2026-01-06','lt':60}]",
          "/measures/0/where/0/lt: is no bound of the same sort as '2026-01-06' is*" },
        { "[]", "[{'any':[{'field':'a','gte':'1e999'}]}]",
          "/measures/0/where/0/any/0/gte: is a number beyond those that records have" },
        { "[]", "[{'field':'a','gte':1,'lt':'1e999'}]",
          "/measures/0/where/0/lt: is a number beyond those that records have" },
        { "[]", "[{'field':'a','gte':null}]",
          "/measures/0/where/0/gte: must be a text or a number" },
        { "[]", "[{'field':'a','gte':''}]",
          "/measures/0/where/0/gte: must have 1 to 200 characters" },
        { "[]", "[{'field':'a','present':false}]",
          "/measures/0/where/0/present: can only be true; for the opposite write "
          "\"absent\": true" },
        { "[]", "[{'all':[{'field':'a'}],'any':[{'field':'a'}]}]",
          "/measures/0/where/0/all: and any beside it exclude each other; make two conditions of "
          "them" },
        { "[{'name':'big','where':[{'field':'a'}]}]", "[{'is':'bigger'},{'is':'big'}]",
          "/measures/0/where/0/is: /conditions has no 'bigger'" },
        { "[{'name':'big','where':[{'is':'big'}]}]", "[{'is':'big'}]",
          "/conditions/0/where/0/is: 'big' is not an earlier one of /conditions" },
        { "[]", "[{'fild':'a'}]",
          "/measures/0/where/0/fild: is not known; did you mean 'field'?*" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *pattern = g_strdup_printf("x.json: %s", cases[i].fault);
        assert_null(parse(cases[i].conditions, cases[i].where, &error));
        assert_jw_error(error, JW_ERROR_INVALID, pattern);
    }
}

/* Shared ones that name shared ones: what they amount to counts, and none of it is unrolled before
 * that is known. */
static void
test_no_bomb(void **state)
{
    g_autoptr(GString) conditions = g_string_new("[{'name':'c0','where':[{'field':'a'}]}");
    g_autoptr(GError) error = NULL;

    (void)state;
    for (int i = 1; i < 40; i++) {
        g_string_append_printf(conditions, ",{'name':'c%d','where':[", i);
        for (int k = 0; k < 20; k++) {
            g_string_append_printf(conditions, "%s{'is':'c%d'}", k > 0 ? "," : "", i - 1);
        }
        g_string_append(conditions, "]}");
    }
    g_string_append_c(conditions, ']');
    assert_null(parse(conditions->str, "[{'is':'c39'}]", &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*/conditions/2/where: has more than 100 conditions*");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_dates_are_whole_days),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_presence),
        cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_faults_say_what_to_do),
        cmocka_unit_test(test_no_bomb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
