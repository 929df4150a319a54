/* fuzz_formula.c: any bytes as a formula, with values that the first of them choose. */
#include "engine/formula.h"
#include "fuzz.h"

#include <math.h>
#include <string.h>

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    jw_base_init();
    return 0;
}

static JwNumber
number_of(uint8_t byte)
{
    static const JwNumber numbers[] = {
        { .kind = JW_NUMBER_NONE },
        { .kind = JW_NUMBER_EXACT, .top = 0, .bottom = 1 },
        { .kind = JW_NUMBER_EXACT, .top = -7, .bottom = 3 },
        { .kind = JW_NUMBER_EXACT, .top = INT64_MAX, .bottom = 1 },
        { .kind = JW_NUMBER_EXACT, .top = INT64_MIN, .bottom = 1 },
        { .kind = JW_NUMBER_EXACT, .top = 1, .bottom = INT64_MAX },
        { .kind = JW_NUMBER_REAL, .real = 1e308 },
        { .kind = JW_NUMBER_REAL, .real = -5e-324 },
    };

    return numbers[byte % G_N_ELEMENTS(numbers)];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;

    if (size == 0) {
        return 0;
    }
    g_autofree char *text = g_strndup((const char *)data + 1, size - 1);
    g_autoptr(JwFormula) formula = jw_formula_parse(text, &error);
    g_assert((formula == NULL) == (error != NULL));
    if (formula == NULL) {
        return 0;
    }
    JwNumber values[JW_FORMULA_MAX_PARTS];
    for (size_t i = 0; jw_formula_name(formula, i) != NULL; i++) {
        g_assert(i < G_N_ELEMENTS(values));
        values[i] = number_of((uint8_t)(data[0] + i));
    }
    const JwNumber number = jw_formula_evaluate(formula, values);
    g_assert(number.kind == JW_NUMBER_NONE || isfinite(jw_number_double(&number)));
    g_assert(number.kind != JW_NUMBER_EXACT || number.bottom > 0);
    return 0;
}
