/* engine/formula.h: formulas over measures. Pure; immutable once parsed. Private to libs/report.
 *
 *   formula = product { ( "+" | "-" ) product }
 *   product = factor { ( "*" | "/" ) factor }
 *   factor  = "-" factor | number | name | "(" formula ")"
 *   number  = digit { digit } [ "." digit { digit } ]           at most 18 digits
 *   name    = letter { letter | digit | "_" }                   of an earlier measure
 *
 * Spaces may stand between all of these. What has no value, and a division by 0, gives no value. */
#pragma once
#include "engine/number.h"
#include "jw/error.h"
#include "jw/report_def.h"

G_BEGIN_DECLS

#define JW_FORMULA_MAX       500 /* characters */
#define JW_FORMULA_MAX_PARTS 100 /* numbers, names, operators and "(" */
#define JW_FORMULA_MAX_DEPTH 20  /* parentheses and "-" before a factor, one in the other */

/* (transfer full) @error: INVALID, with the place of what is wrong as a character, from 1 */
JwFormula *jw_formula_parse(const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @self: (nullable): a JwFormula */
void jw_formula_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwFormula, jw_formula_free)

/* The @index-th of the measures that it names, each once, in their order; NULL: there are no more.
 * (transfer none) */
const char *jw_formula_name(const JwFormula *self, size_t index);

/* @values: of the measures that it names, in that order. Approximate when one of them is. */
JwNumber jw_formula_evaluate(const JwFormula *self, const JwNumber *values);

G_END_DECLS
