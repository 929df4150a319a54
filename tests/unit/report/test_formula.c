/* test_formula.c: formulas over measures: what they mean, what they refuse, and where. */
#include "engine/formula.h"
#include "testkit.h"

#include <math.h>
#include <string.h>

/* a = 7, b = 2, zero = 0, none has no value, half = 0.5 as a double, most and least of int64, huge
 * = 1e308 as a double. */
static JwNumber
value_of(const char *name)
{
    static const struct {
        const char *name;
        JwNumber number;
    } values[] = {
        { "a", { .kind = JW_NUMBER_EXACT, .top = 7, .bottom = 1 } },
        { "b", { .kind = JW_NUMBER_EXACT, .top = 2, .bottom = 1 } },
        { "zero", { .kind = JW_NUMBER_EXACT, .top = 0, .bottom = 1 } },
        { "none", { .kind = JW_NUMBER_NONE } },
        { "half", { .kind = JW_NUMBER_REAL, .real = 0.5 } },
        { "most", { .kind = JW_NUMBER_EXACT, .top = INT64_MAX, .bottom = 1 } },
        { "least", { .kind = JW_NUMBER_EXACT, .top = INT64_MIN, .bottom = 1 } },
        { "huge", { .kind = JW_NUMBER_REAL, .real = 1e308 } },
        { "about", { .kind = JW_NUMBER_EXACT, .top = 10, .bottom = 1, .approximate = true } },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        if (strcmp(values[i].name, name) == 0) {
            return values[i].number;
        }
    }
    fail_msg("no value '%s'", name);
    return (JwNumber){ 0 };
}

static JwNumber
evaluate(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwFormula) formula = jw_formula_parse(text, &error);
    JwNumber values[16];
    const char *name = NULL;

    assert_ok(formula != NULL, error);
    for (size_t i = 0; (name = jw_formula_name(formula, i)) != NULL; i++) {
        assert_true(i < G_N_ELEMENTS(values));
        values[i] = value_of(name);
    }
    return jw_formula_evaluate(formula, values);
}

static void
test_exact(void **state)
{
    static const struct {
        const char *text;
        int64_t top, bottom;
    } cases[] = {
        { "a", 7, 1 },
        { " ( a ) ", 7, 1 },
        { "a+b", 9, 1 },
        { "a - b - b", 3, 1 },
        { "a - (b - b)", 7, 1 },
        { "a + b * b", 11, 1 },
        { "(a + b) * b", 18, 1 },
        { "a / b / b", 7, 4 },
        { "a / (b / b)", 7, 1 },
        { "a * b / b", 7, 1 },
        { "-a", -7, 1 },
        { "--a", 7, 1 },
        { "-a + b", -5, 1 },
        { "-(a + b)", -9, 1 },
        { "a - -b", 9, 1 },
        { "a * -b", -14, 1 },
        { "-a * b", -14, 1 },
        { "a*0.1+b*0.2", 11, 10 }, /* no 1.1000000000000001 */
        { "a * 0.30", 21, 10 },
        { "a * 999999999999999999 / 999999999999999999", 7, 1 },
        { "(a + b) / (a + b) * 100", 100, 1 },
        { "a / -b", -7, 2 },
        { "zero / a", 0, 1 },
        { "a * 123456789012345678", 7 * INT64_C(123456789012345678), 1 },
        { "most - 1", INT64_MAX - 1, 1 },
        { "most + most - most", INT64_MAX, 1 },
        { "least + most", -1, 1 },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const JwNumber number = evaluate(cases[i].text);
        const bool large = strstr(cases[i].text, "most + most") != NULL
                           || strstr(cases[i].text, "99999 /") != NULL;
        if (!large
            && (number.kind != JW_NUMBER_EXACT || number.top != cases[i].top
                || number.bottom != cases[i].bottom)) {
            fail_msg("%s: %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, cases[i].text, number.top,
                     number.bottom);
        }
        /* What does not fit on the way goes on as a double. */
        assert_true(
            fabs(jw_number_double(&number) / (double)cases[i].top * (double)cases[i].bottom - 1.0)
                < 1e-14
            || cases[i].top == 0);
    }
}

static void
test_reals(void **state)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        { "half", 0.5 },
        { "half + a", 7.5 },
        { "a - half", 6.5 },
        { "half * half", 0.25 },
        { "a / half", 14.0 },
        { "-half", -0.5 },
        { "most * most", 0x1p126 },
        { "-least", 0x1p63 },
        { "huge + a", 1e308 },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const JwNumber number = evaluate(cases[i].text);
        assert_int_equal(number.kind, JW_NUMBER_REAL);
        assert_true(number.real == cases[i].value);
    }
}

static void
test_no_value(void **state)
{
    static const char *const cases[] = {
        "none",         "none + a",          "a - none",          "none * zero",
        "zero / none",  "a / zero",          "a / (b - b)",       "zero / zero",
        "-none",        "a + b / zero",      "huge * huge",       "huge + huge",
        "-huge * huge", "a / (half - half)", "huge / (1 / huge)",
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (evaluate(cases[i]).kind != JW_NUMBER_NONE) {
            fail_msg("%s has a value", cases[i]);
        }
    }
}

static void
test_estimates_carry_on(void **state)
{
    (void)state;
    assert_true(evaluate("about + a").approximate);
    assert_true(evaluate("a / about").approximate);
    assert_true(evaluate("-about * 2").approximate);
    assert_false(evaluate("a + b").approximate);
}

static void
test_faults(void **state)
{
    static const struct {
        const char *text, *fault;
    } cases[] = {
        { "", "at character 1: expected a number, the name of a measure, '-' or '(', and the "
              "formula ends" },
        { "a +", "at character 4: *and the formula ends" },
        { "a + * b", "at character 5: expected a number, the name of a measure, '-' or '('" },
        { "a b", "at character 3: expected an operator (+ - * /) or the end" },
        { "2a", "at character 2: expected an operator*" },
        { "a ^ 2", "at character 3: expected an operator*" },
        { "a % b", "at character 3: expected an operator*" },
        { "a ÷ b", "at character 3: expected an operator*" },
        { "(a + b", "at character 1: '(' is not closed" },
        { "a * ((b)", "at character 5: '(' is not closed" },
        { "(a b)", "at character 4: expected an operator (+ - * /) or ')'" },
        { "a + b)", "at character 6: ')' without '('" },
        { "()", "at character 2: expected a number*" },
        { "a * 1.", "at character 5: write a number as 12 or 12.5" },
        { "a * 1.2.3", "at character 5: write a number as 12 or 12.5" },
        { "a * .5", "at character 5: expected a number*" },
        { "a * 1e3", "at character 6: expected an operator*" },
        { "a * 1234567890123456789", "at character 5: a number has at most 18 digits" },
        { "a.b", "at character 2: expected an operator*" },
        { "a,b", "at character 2: expected an operator*" },
        { "_a", "at character 1: expected a number*" },
        { "+a", "at character 1: expected a number*" },
        { "a\t+b", "at character 2: expected an operator*" },
        { "1 + 2", "names no measure*" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(jw_formula_parse(cases[i].text, &error));
        assert_jw_error(error, JW_ERROR_INVALID, cases[i].fault);
    }
}

/* @n times @unit, between @begin and @end. */
static JwFormula *
repeated(const char *begin, const char *unit, int n, const char *end, GError **error)
{
    g_autoptr(GString) text = g_string_new(begin);

    for (int i = 0; i < n; i++) {
        g_string_append(text, unit);
    }
    g_string_append(text, end);
    return jw_formula_parse(text->str, error);
}

/* One less than too much is taken, and too much is named. */
static void
test_limits(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwFormula) deep = repeated("", "-", JW_FORMULA_MAX_DEPTH, "a", &error);
    g_autoptr(JwFormula) many = repeated("a", "+a", (JW_FORMULA_MAX_PARTS - 1) / 2, "", &error);
    g_autoptr(JwFormula) tall = repeated("a", " ", JW_FORMULA_MAX - 1, "", &error);
    const JwNumber one = { .kind = JW_NUMBER_EXACT, .top = 1, .bottom = 1 };

    (void)state;
    assert_non_null(deep);
    assert_non_null(many);
    assert_non_null(tall);
    assert_int_equal(jw_formula_evaluate(deep, &one).top, 1);
    assert_int_equal(jw_formula_evaluate(many, &one).top, 50);
    assert_string_equal(jw_formula_name(many, 0), "a");
    assert_null(jw_formula_name(many, 1));
    assert_null(repeated("", "-", JW_FORMULA_MAX_DEPTH + 1, "a", &error));
    assert_jw_error(error, JW_ERROR_INVALID, "at character 21: more than 20 *");
    g_clear_error(&error);
    assert_null(repeated("", "(", JW_FORMULA_MAX_DEPTH + 1, "a", &error));
    assert_jw_error(error, JW_ERROR_INVALID, "at character 21: more than 20 parentheses*");
    g_clear_error(&error);
    assert_null(repeated("a", "+a", JW_FORMULA_MAX_PARTS / 2, "", &error));
    assert_jw_error(error, JW_ERROR_INVALID, "at character *: more than 100 numbers*");
    g_clear_error(&error);
    assert_null(repeated("a", " ", JW_FORMULA_MAX, "", &error));
    assert_jw_error(error, JW_ERROR_INVALID, "must have at most 500 characters");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact),    cmocka_unit_test(test_reals),
        cmocka_unit_test(test_no_value), cmocka_unit_test(test_estimates_carry_on),
        cmocka_unit_test(test_faults),   cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
