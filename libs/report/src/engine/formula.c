/* engine/formula.c: a formula becomes a program in postfix order, which needs a stack and no
 * recursion. Pure, any thread. */
#include "engine/formula.h"

#include <stdarg.h>
#include <string.h>

#define MOST_DIGITS 18 /* fewer than an int64 has */

typedef enum { STEP_NUMBER, STEP_NAME, STEP_ADD, STEP_SUBTRACT, STEP_MULTIPLY, STEP_DIVIDE } StepOp;

typedef struct {
    StepOp op;
    JwNumber number; /* NUMBER */
    size_t name;     /* NAME: its index */
} Step;

struct _JwFormula {
    GPtrArray *names; /* of char * */
    GArray *steps;    /* of Step */
};

typedef struct {
    const char *text, *at;
    JwFormula *formula;
    int depth;
    size_t n_parts;
    GError **error;
} Parser;

/* @at: where it is; all before it is ASCII. */
static bool G_GNUC_PRINTF(3, 4) fail_at(const Parser *self, const char *at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    return jw_fail(self->error, JW_ERROR_INVALID, "at character %zu: %s",
                   (size_t)(at - self->text) + 1, text);
}

static void
skip_spaces(Parser *self)
{
    while (*self->at == ' ') {
        self->at++;
    }
}

static void
add_step(Parser *self, StepOp op)
{
    const Step step = { .op = op };

    g_array_append_val(self->formula->steps, step);
}

/* Counts a number, a name, an operator or a parenthesis. */
static bool
count_part(Parser *self)
{
    return ++self->n_parts <= JW_FORMULA_MAX_PARTS
           || fail_at(self, self->at,
                      "more than %d numbers, names and operators; make a measure of "
                      "a part of the formula",
                      JW_FORMULA_MAX_PARTS);
}

static bool
parse_number(Parser *self)
{
    const char *start = self->at;
    Step step = { .op = STEP_NUMBER, .number = { .kind = JW_NUMBER_EXACT, .bottom = 1 } };
    int digits = 0;
    bool fraction = false;

    for (; g_ascii_isdigit(*self->at) || (*self->at == '.' && !fraction); self->at++) {
        if (*self->at == '.') {
            fraction = true;
            continue;
        }
        if (++digits > MOST_DIGITS) {
            return fail_at(self, start, "a number has at most %d digits", MOST_DIGITS);
        }
        step.number.top = step.number.top * 10 + (*self->at - '0');
        step.number.bottom *= fraction ? 10 : 1;
    }
    if (self->at[-1] == '.' || *self->at == '.') {
        return fail_at(self, start, "write a number as 12 or 12.5");
    }
    g_array_append_val(self->formula->steps, step);
    return true;
}

static bool
parse_name(Parser *self)
{
    const char *start = self->at;
    Step step = { .op = STEP_NAME };

    while (g_ascii_isalnum(*self->at) || *self->at == '_') {
        self->at++;
    }
    g_autofree char *name = g_strndup(start, (size_t)(self->at - start));
    GPtrArray *names = self->formula->names;
    for (; step.name < names->len; step.name++) {
        if (strcmp(g_ptr_array_index(names, step.name), name) == 0) {
            break;
        }
    }
    if (step.name == names->len) {
        g_ptr_array_add(names, g_steal_pointer(&name));
    }
    g_array_append_val(self->formula->steps, step);
    return true;
}

static bool parse_sum(Parser *self);

static bool
parse_inside(Parser *self)
{
    const char *start = self->at++;

    if (!parse_sum(self)) {
        return false;
    }
    if (*self->at != ')') {
        return *self->at == '\0' ? fail_at(self, start, "'(' is not closed")
                                 : fail_at(self, self->at, "expected an operator (+ - * /) or ')'");
    }
    self->at++;
    return true;
}

static bool parse_negative(Parser *self);

static bool
parse_factor(Parser *self)
{
    skip_spaces(self);
    if (!count_part(self)) {
        return false;
    }
    const char first = *self->at;
    if (g_ascii_isdigit(first)) {
        return parse_number(self);
    }
    if (g_ascii_isalpha(first)) {
        return parse_name(self);
    }
    if (first != '(' && first != '-') {
        return fail_at(self, self->at, "expected a number, the name of a measure, '-' or '('%s",
                       first == '\0' ? ", and the formula ends" : "");
    }
    if (self->depth == JW_FORMULA_MAX_DEPTH) {
        return fail_at(self, self->at, "more than %d parentheses one in the other",
                       JW_FORMULA_MAX_DEPTH);
    }
    self->depth++;
    const bool ok = first == '(' ? parse_inside(self) : parse_negative(self);
    self->depth--;
    skip_spaces(self);
    return ok;
}

/* -x is 0 - x. */
static bool
parse_negative(Parser *self)
{
    const Step zero = { .op = STEP_NUMBER, .number = { .kind = JW_NUMBER_EXACT, .bottom = 1 } };

    self->at++;
    g_array_append_val(self->formula->steps, zero);
    if (!parse_factor(self)) {
        return false;
    }
    add_step(self, STEP_SUBTRACT);
    return true;
}

static bool
parse_product(Parser *self)
{
    if (!parse_factor(self)) {
        return false;
    }
    for (skip_spaces(self); *self->at == '*' || *self->at == '/'; skip_spaces(self)) {
        const StepOp op = *self->at == '*' ? STEP_MULTIPLY : STEP_DIVIDE;
        if (!count_part(self)) {
            return false;
        }
        self->at++;
        if (!parse_factor(self)) {
            return false;
        }
        add_step(self, op);
    }
    return true;
}

static bool
parse_sum(Parser *self)
{
    if (!parse_product(self)) {
        return false;
    }
    for (skip_spaces(self); *self->at == '+' || *self->at == '-'; skip_spaces(self)) {
        const StepOp op = *self->at == '+' ? STEP_ADD : STEP_SUBTRACT;
        if (!count_part(self)) {
            return false;
        }
        self->at++;
        if (!parse_product(self)) {
            return false;
        }
        add_step(self, op);
    }
    return true;
}

static bool
parse_whole(Parser *self)
{
    if (strlen(self->text) > JW_FORMULA_MAX) {
        return jw_fail(self->error, JW_ERROR_INVALID, "must have at most %d characters",
                       JW_FORMULA_MAX);
    }
    if (!parse_sum(self)) {
        return false;
    }
    if (*self->at == ')') {
        return fail_at(self, self->at, "')' without '('");
    }
    if (*self->at != '\0') {
        return fail_at(self, self->at, "expected an operator (+ - * /) or the end");
    }
    return self->formula->names->len > 0
           || jw_fail(self->error, JW_ERROR_INVALID,
                      "names no measure, so that it would be the same whatever the records are");
}

JwFormula *
jw_formula_parse(const char *text, GError **error)
{
    g_return_val_if_fail(text != NULL, NULL);
    g_return_val_if_fail(error == NULL || *error == NULL, NULL);

    g_autoptr(JwFormula) self = g_new0(JwFormula, 1);
    self->names = g_ptr_array_new_with_free_func(g_free);
    self->steps = g_array_new(FALSE, TRUE, sizeof(Step));
    Parser parser = { .text = text, .at = text, .formula = self, .error = error };
    return parse_whole(&parser) ? g_steal_pointer(&self) : NULL;
}

void
jw_formula_free(gpointer data)
{
    JwFormula *self = data;

    if (self == NULL) {
        return;
    }
    g_clear_pointer(&self->names, g_ptr_array_unref);
    g_clear_pointer(&self->steps, g_array_unref);
    g_free(self);
}

const char *
jw_formula_name(const JwFormula *self, size_t index)
{
    return index < self->names->len ? g_ptr_array_index(self->names, index) : NULL;
}

static JwNumber
operate(StepOp op, const JwNumber *a, const JwNumber *b)
{
    switch (op) {
    case STEP_ADD:
        return jw_number_add(a, b, 1);
    case STEP_SUBTRACT:
        return jw_number_add(a, b, -1);
    case STEP_MULTIPLY:
        return jw_number_multiply(a, b);
    case STEP_DIVIDE:
        return jw_number_ratio(a, b, 1.0);
    case STEP_NUMBER:
    case STEP_NAME:
        break;
    }
    return (JwNumber){ 0 };
}

JwNumber
jw_formula_evaluate(const JwFormula *self, const JwNumber *values)
{
    JwNumber stack[JW_FORMULA_MAX_PARTS + JW_FORMULA_MAX_DEPTH];
    size_t height = 0;
    bool approximate = false;

    for (guint i = 0; i < self->steps->len; i++) {
        const Step *step = &g_array_index(self->steps, Step, i);
        if (step->op == STEP_NUMBER || step->op == STEP_NAME) {
            g_assert(height < G_N_ELEMENTS(stack));
            stack[height++] = step->op == STEP_NAME ? values[step->name] : step->number;
            approximate = approximate || stack[height - 1].approximate;
            continue;
        }
        g_assert(height >= 2);
        height--;
        stack[height - 1] = operate(step->op, &stack[height - 1], &stack[height]);
    }
    g_assert(height == 1);
    stack[0].approximate = approximate;
    return stack[0];
}
