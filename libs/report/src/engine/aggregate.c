/* engine/aggregate.c: the pass over the records. One thread at a time. Names are resolved once;
 * each record is then evaluated once for each simple measure, and the result is added to the
 * totals and to the record's group of each dimension. Ratios and peaks are computed on demand
 * (engine/figures.c). Memory depends on the groups alone. */
#include "engine/aggregate_private.h"
#include "definition/measure_ops.h"
#include "engine/formula.h"
#include "jw/error.h"
#include "names.h"
#include "result/plan.h"

#include <math.h>
#include <string.h>

#define MEDIAN 50000 /* thousandths of a percent */
/* For the groups of a dimension, but for what their accumulators hold. */
#define GROUPS_BUDGET ((size_t)128 * 1024 * 1024)
/* Of a group beside its accumulators: itself, its label, its slots. */
#define GROUP_BYTES (sizeof(JwGroup) + 64)

static void
accumulator_clear(gpointer data)
{
    jw_accumulator_clear(data);
}

GArray *
jw_accumulators_new(void)
{
    GArray *accumulators = g_array_new(FALSE, TRUE, sizeof(JwAccumulator));

    g_array_set_clear_func(accumulators, accumulator_clear);
    return accumulators;
}

void
jw_accumulators_merge(const JwAggregate *self, JwAccumulator *into, const JwAccumulator *from)
{
    for (size_t i = 0; i < self->n_measures; i++) {
        const JwMeasure *measure = &self->measures[i];
        if (measure->simple) {
            jw_accumulator_merge(&into[measure->place], &from[measure->place], measure->def->op);
        }
    }
}

static void
combination_clear(gpointer data)
{
    JwCombination *combination = data;

    g_clear_pointer(&combination->tuples, jw_tuples_free);
    g_clear_pointer(&combination->accumulators, g_array_unref);
}

static bool
resolve_field(const JwAggregate *self, const char *field, size_t *ret_index, GError **error)
{
    for (size_t i = 0; field != NULL && self->fields[i] != NULL; i++) {
        if (strcmp(self->fields[i], field) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return jw_fail(error, JW_ERROR_INVALID, "field '%s' is not among those read",
                   field != NULL ? field : "");
}

static bool
resolve_measure(const JwAggregate *self, const char *name, size_t *ret_index, GError **error)
{
    return jw_names_index(self->def->measures, name, ret_index)
           || jw_fail(error, JW_ERROR_INVALID, "no measure '%s'", name != NULL ? name : "");
}

static bool
resolve_dimension(const JwAggregate *self, const char *name, size_t *ret_index, GError **error)
{
    return jw_names_index(self->def->dimensions, name, ret_index)
           || jw_fail(error, JW_ERROR_INVALID, "no dimension '%s'", name != NULL ? name : "");
}

static bool
prepare_parts(const JwAggregate *self, JwMeasure *measure, GError **error)
{
    const JwFormula *formula = measure->def->formula;
    const char *name = NULL;

    while (formula != NULL && (name = jw_formula_name(formula, measure->n_parts)) != NULL) {
        measure->parts = g_renew(size_t, measure->parts, measure->n_parts + 1);
        if (!resolve_measure(self, name, &measure->parts[measure->n_parts++], error)) {
            return false;
        }
    }
    return formula != NULL || jw_fail(error, JW_ERROR_INVALID, "has no formula");
}

/* Of one that is made of other measures. */
static bool
prepare_computed(JwAggregate *self, JwMeasure *measure, GError **error)
{
    const JwMeasureDef *def = measure->def;

    if (def->op == JW_MEASURE_RATIO) {
        return resolve_measure(self, def->numerator, &measure->numerator, error)
               && resolve_measure(self, def->denominator, &measure->denominator, error);
    }
    if (def->op == JW_MEASURE_FORMULA) {
        return prepare_parts(self, measure, error);
    }
    return resolve_measure(self, def->of, &measure->of, error)
           && (!jw_measure_ops[def->op].whole
               || resolve_dimension(self, def->dimension, &measure->dimension, error));
}

static bool
prepare_measure(JwAggregate *self, JwMeasure *measure, GTimeZone *zone, GError **error)
{
    const JwMeasureDef *def = measure->def;

    if (!jw_measure_ops[def->op].simple) {
        return prepare_computed(self, measure, error);
    }
    measure->simple = true;
    measure->holds = jw_accumulator_needs_held(def->op);
    measure->p = def->op == JW_MEASURE_MEDIAN ? MEDIAN : def->p;
    measure->place = self->n_simple++;
    measure->has_field = def->field != NULL;
    if ((measure->has_field || def->op != JW_MEASURE_COUNT)
        && !resolve_field(self, def->field, &measure->field, error)) {
        return false;
    }
    if (def->where == NULL || def->where->len == 0) {
        return true;
    }
    measure->test = jw_test_new(def->where, self->fields, zone, error);
    return measure->test != NULL;
}

static bool
prepare_measures(JwAggregate *self, GTimeZone *zone, GError **error)
{
    for (size_t i = 0; i < self->n_measures; i++) {
        self->measures[i].def = &g_array_index(self->def->measures, JwMeasureDef, i);
    }
    for (size_t i = 0; i < self->n_measures; i++) {
        if (!prepare_measure(self, &self->measures[i], zone, error)) {
            return jw_prefix(error, "measure '%s'", self->measures[i].def->name);
        }
    }
    self->totals = g_new0(JwAccumulator, MAX(self->n_simple, 1));
    self->hits = g_new0(JwHit, MAX(self->n_simple, 1));
    return true;
}

/* What is shown is told apart as far as memory reaches, whatever the number of groups that are
 * shown of it: which these are is known after the last record. */
static size_t
most_held(const JwAggregate *self, const JwDimension *dimension)
{
    const size_t fit = GROUPS_BUDGET / (GROUP_BYTES + self->n_simple * sizeof(JwAccumulator));

    return dimension->shown ? MIN(fit, JW_GROUPS_MAX) : 1;
}

/* Groups that exist from the start, or were just created, get their accumulators. */
static void
fit_accumulators(const JwAggregate *self, JwDimension *dimension)
{
    const guint wanted = (guint)(jw_groups_count(dimension->groups) * self->n_simple);

    if (dimension->accumulators->len < wanted) {
        g_array_set_size(dimension->accumulators, wanted);
    }
}

static bool
prepare_dimensions(JwAggregate *self, const JwReportRequest *request, GTimeZone *zone,
                   GError **error)
{
    const JwReportDef *def = self->def;

    for (size_t i = 0; i < self->n_dimensions; i++) {
        JwDimension *dimension = &self->dimensions[i];
        dimension->def = &g_array_index(def->dimensions, JwDimensionDef, i);
        if (!resolve_field(self, dimension->def->field, &dimension->field, error)) {
            return jw_prefix(error, "dimension '%s'", dimension->def->name);
        }
        dimension->groups =
            jw_groups_new(dimension->def, (size_t)MAX(def->max_groups, 1),
                          most_held(self, dimension), zone, request->start_ms, request->end_ms);
        dimension->accumulators = jw_accumulators_new();
        fit_accumulators(self, dimension);
    }
    return true;
}

static JwCombination *
find_combination(const JwAggregate *self, const JwDimensionDef *const *dimensions,
                 size_t n_dimensions)
{
    for (guint i = 0; i < self->combinations->len; i++) {
        JwCombination *combination = &g_array_index(self->combinations, JwCombination, i);
        bool same = combination->n_dimensions == n_dimensions;
        for (size_t k = 0; same && k < n_dimensions; k++) {
            same = self->dimensions[combination->dimensions[k]].def == dimensions[k];
        }
        if (same) {
            return combination;
        }
    }
    return NULL;
}

const JwCombination *
jw_aggregate_combination(const JwAggregate *self, const JwDimensionDef *const *dimensions,
                         size_t n_dimensions)
{
    return find_combination(self, dimensions, n_dimensions);
}

static size_t
dimension_index(const JwAggregate *self, const JwDimensionDef *dimension)
{
    return (size_t)(dimension - &g_array_index(self->def->dimensions, JwDimensionDef, 0));
}

/* @what: of the name, for who is told that its groups are too many to rank */
static void
note_ranked(JwDimension *dimension, const char *what, const char *name)
{
    if (dimension->ranked == NULL) {
        dimension->ranked = g_strdup_printf("%s '%s'", what, name);
    }
}

/* The measure and those that it is made of, each once. */
static void
note_figure(JwAggregate *self, size_t index)
{
    JwMeasure *measure = &self->measures[index];

    if (measure->noted) {
        return;
    }
    measure->noted = true;
    if (jw_measure_ops[measure->def->op].whole) {
        self->dimensions[measure->dimension].shown = true;
        note_ranked(&self->dimensions[measure->dimension], "the figure", measure->def->name);
    }
    if (measure->def->op == JW_MEASURE_RATIO) {
        note_figure(self, measure->numerator);
        note_figure(self, measure->denominator);
    }
    for (size_t i = 0; i < measure->n_parts; i++) {
        note_figure(self, measure->parts[i]);
    }
}

/* What the result will have of the dimensions. @plans: its tables */
static void
note_shown(JwAggregate *self, const JwReportRequest *request, const GArray *plans)
{
    g_autoptr(GPtrArray) figures = jw_result_plan_figures(self->def, request);
    size_t index = 0;

    for (guint i = 0; i < figures->len; i++) {
        const JwMeasureDef *figure = g_ptr_array_index(figures, i);
        if (jw_names_index(self->def->measures, figure->name, &index)) {
            note_figure(self, index);
        }
    }
    for (guint i = 0; i < plans->len; i++) {
        const JwTablePlan *plan = &g_array_index(plans, JwTablePlan, i);
        for (size_t k = 0; k < plan->n_dimensions; k++) {
            self->dimensions[dimension_index(self, plan->dimensions[k])].shown = true;
        }
        if (plan->top_by != NULL) {
            note_ranked(&self->dimensions[dimension_index(self, plan->dimensions[0])],
                        "the highest by", plan->top_by->name);
        }
        for (size_t k = 0; plan->sort_by != NULL && k < plan->n_keys; k++) {
            note_ranked(&self->dimensions[dimension_index(self, plan->dimensions[k])],
                        "the order by", plan->sort_by->name);
        }
    }
}

/* Those of the tables that the result will have. */
static void
prepare_combinations(JwAggregate *self, const GArray *plans)
{
    for (guint i = 0; i < plans->len; i++) {
        const JwTablePlan *plan = &g_array_index(plans, JwTablePlan, i);
        const bool ranked = plan->top_by != NULL || plan->sort_by != NULL;
        JwCombination *known = find_combination(self, plan->dimensions, plan->n_dimensions);
        if (known != NULL) {
            known->ranked = known->ranked || ranked;
        }
        if (plan->n_dimensions == 1 || known != NULL) {
            continue;
        }
        JwCombination combination = { .n_dimensions = plan->n_dimensions,
                                      .tuples = jw_tuples_new(plan->n_dimensions),
                                      .accumulators = jw_accumulators_new(),
                                      .ranked = ranked };
        for (size_t k = 0; k < plan->n_dimensions; k++) {
            combination.dimensions[k] = dimension_index(self, plan->dimensions[k]);
        }
        g_array_append_val(self->combinations, combination);
    }
}

static bool
check_request(const JwAggregate *self, const JwReportRequest *request, GError **error)
{
    size_t index = 0;

    for (size_t i = 0; request->group_by != NULL && request->group_by[i] != NULL; i++) {
        if (!resolve_dimension(self, request->group_by[i], &index, error)) {
            return jw_prefix(error, "groupBy");
        }
    }
    for (size_t i = 0; request->measures != NULL && request->measures[i] != NULL; i++) {
        if (!resolve_measure(self, request->measures[i], &index, error)) {
            return jw_prefix(error, "measures");
        }
    }
    return true;
}

static bool
prepare_where(JwAggregate *self, GTimeZone *zone, GError **error)
{
    if (self->def->where->len == 0) {
        return true;
    }
    self->where = jw_test_new(self->def->where, self->fields, zone, error);
    return self->where != NULL || jw_prefix(error, "where");
}

JwAggregate *
jw_aggregate_new(const JwReportDef *def, const JwReportRequest *request, const char *const *fields,
                 GTimeZone *zone, GError **error)
{
    g_autoptr(JwAggregate) self = NULL;

    g_return_val_if_fail(def != NULL && request != NULL && fields != NULL && zone != NULL, NULL);
    g_return_val_if_fail(error == NULL || *error == NULL, NULL);

    self = g_new0(JwAggregate, 1);
    self->def = def;
    self->fields = fields;
    self->pool = jw_held_pool_new(JW_HELD_BUDGET);
    self->n_measures = def->measures->len;
    self->measures = g_new0(JwMeasure, MAX(self->n_measures, 1));
    self->n_dimensions = def->dimensions->len;
    self->dimensions = g_new0(JwDimension, MAX(self->n_dimensions, 1));
    self->groups = g_new0(uint32_t, MAX(self->n_dimensions, 1));
    self->combinations = g_array_new(FALSE, TRUE, sizeof(JwCombination));
    g_array_set_clear_func(self->combinations, combination_clear);
    if (!prepare_measures(self, zone, error) || !prepare_where(self, zone, error)
        || !check_request(self, request, error)) {
        return NULL;
    }
    g_autoptr(GArray) plans = jw_result_plan_tables(def, request);
    note_shown(self, request, plans);
    if (!prepare_dimensions(self, request, zone, error)) {
        return NULL;
    }
    prepare_combinations(self, plans);
    return g_steal_pointer(&self);
}

void
jw_aggregate_free(gpointer data)
{
    JwAggregate *self = data;

    if (self == NULL) {
        return;
    }
    jw_test_free(self->where);
    for (size_t i = 0; i < self->n_measures; i++) {
        jw_test_free(self->measures[i].test);
        g_free(self->measures[i].parts);
    }
    for (size_t i = 0; i < self->n_dimensions; i++) {
        jw_groups_free(self->dimensions[i].groups);
        g_clear_pointer(&self->dimensions[i].accumulators, g_array_unref);
        g_free(self->dimensions[i].ranked);
    }
    g_array_unref(self->combinations);
    g_free(self->groups);
    g_free(self->measures);
    g_free(self->dimensions);
    for (size_t i = 0; self->totals != NULL && i < self->n_simple; i++) {
        jw_accumulator_clear(&self->totals[i]);
    }
    g_free(self->totals);
    jw_held_pool_free(self->pool);
    g_free(self->hits);
    g_free(self);
}

static bool
measure_hit(const JwMeasure *measure, const JwValue *row)
{
    if (!measure->simple
        || (measure->has_field && !jw_accumulator_takes(measure->def->op, &row[measure->field]))) {
        return false;
    }
    return measure->test == NULL || jw_test_passes(measure->test, row);
}

static void
apply_hits(const JwAggregate *self, JwAccumulator *accumulators, size_t n_hits)
{
    const JwHit *hits = self->hits;

    for (size_t i = 0; i < n_hits; i++) {
        if (hits[i].holds) {
            jw_accumulator_hold(&accumulators[hits[i].place], hits[i].op, hits[i].p, self->pool);
        }
        jw_accumulator_add(&accumulators[hits[i].place], hits[i].op, hits[i].value);
    }
}

/* Of what is not among the first values of its dimension nothing more is known. */
static void
narrow_keys(const JwAggregate *self, const JwCombination *combination, uint32_t *keys)
{
    for (size_t i = 0; i < combination->n_dimensions; i++) {
        const JwDimension *dimension = &self->dimensions[combination->dimensions[i]];
        if (keys[i] != JW_TUPLES_OTHER && !jw_groups_is_first(dimension->groups, keys[i])) {
            keys[i] = JW_TUPLES_OTHER;
        }
    }
}

/* The number of a combination, with accumulators for it. False: there are too many. */
static bool
take_combination(const JwAggregate *self, JwCombination *combination, uint32_t *keys, int64_t rows,
                 size_t *ret_index)
{
    if (combination->narrowed) {
        narrow_keys(self, combination, keys);
    }
    if (!jw_tuples_take(combination->tuples, keys, rows, ret_index)) {
        return false;
    }
    const guint wanted = (guint)(jw_tuples_count(combination->tuples) * self->n_simple);
    if (combination->accumulators->len < wanted) {
        g_array_set_size(combination->accumulators, wanted);
    }
    return true;
}

/* As if none but the first values of each dimension had been told apart from the start. */
static void
narrow(const JwAggregate *self, JwCombination *combination)
{
    g_autoptr(JwTuples) tuples = combination->tuples;
    g_autoptr(GArray) accumulators = combination->accumulators;
    uint32_t keys[JW_TABLE_DIMENSIONS_MAX] = { 0 };
    size_t index = 0;

    combination->tuples = jw_tuples_new(combination->n_dimensions);
    combination->accumulators = jw_accumulators_new();
    combination->narrowed = true;
    for (size_t i = 0; i < jw_tuples_count(tuples); i++) {
        memcpy(keys, jw_tuples_keys(tuples, i), combination->n_dimensions * sizeof keys[0]);
        const bool fits =
            take_combination(self, combination, keys, jw_tuples_rows(tuples, i), &index);
        g_assert(fits); /* they are not more than before */
        jw_accumulators_merge(
            self, &g_array_index(combination->accumulators, JwAccumulator, index * self->n_simple),
            &g_array_index(accumulators, JwAccumulator, i * self->n_simple));
    }
}

/* A table that a measure ranks needs all its combinations; others go on with fewer. Once one has
 * too many there will be no result. */
static void
add_combination(JwAggregate *self, JwCombination *combination, size_t n_hits)
{
    uint32_t keys[JW_TABLE_DIMENSIONS_MAX] = { 0 };
    size_t index = 0;

    for (size_t i = 0; i < combination->n_dimensions; i++) {
        keys[i] = self->groups[combination->dimensions[i]];
    }
    if (!take_combination(self, combination, keys, 1, &index)) {
        if (combination->ranked || combination->narrowed) {
            self->full = combination;
            return;
        }
        narrow(self, combination);
        if (!take_combination(self, combination, keys, 1, &index)) {
            self->full = combination;
            return;
        }
    }
    if (self->n_simple > 0) {
        apply_hits(self,
                   &g_array_index(combination->accumulators, JwAccumulator, index * self->n_simple),
                   n_hits);
    }
}

static bool
fail_ranked(const JwDimension *dimension, GError **error)
{
    return jw_fail(error, JW_ERROR_TOO_LARGE,
                   "the records have more than %zu different values of the dimension '%s', too "
                   "many to rank them for %s; ask for a shorter period or narrower filters, or "
                   "for a report without it",
                   jw_groups_n_values(dimension->groups), dimension->def->name, dimension->ranked);
}

bool
jw_aggregate_check(const JwAggregate *self, GError **error)
{
    g_autoptr(GString) names = g_string_new(NULL);

    g_return_val_if_fail(self != NULL, false);
    for (size_t i = 0; i < self->n_dimensions; i++) {
        const JwDimension *dimension = &self->dimensions[i];
        if (dimension->ranked != NULL && jw_groups_overflowed(dimension->groups)) {
            return fail_ranked(dimension, error);
        }
    }
    if (self->full == NULL) {
        return true;
    }
    for (size_t i = 0; i < self->full->n_dimensions; i++) {
        g_string_append_printf(names, "%s%s", i > 0 ? " x " : "",
                               self->dimensions[self->full->dimensions[i]].def->name);
    }
    return jw_fail(error, JW_ERROR_TOO_LARGE,
                   "the records have more than %d combinations of %s; ask for a shorter period, "
                   "narrower filters or fewer dimensions at once",
                   JW_TUPLES_MAX, names->str);
}

bool
jw_aggregate_add(JwAggregate *self, const JwValue *row)
{
    size_t n_hits = 0;

    g_return_val_if_fail(self != NULL && row != NULL, false);
    if (self->where != NULL && !jw_test_passes(self->where, row)) {
        return false;
    }
    self->rows++;
    for (size_t i = 0; i < self->n_measures; i++) {
        const JwMeasure *measure = &self->measures[i];
        if (measure_hit(measure, row)) {
            self->hits[n_hits++] = (JwHit){ .place = measure->place,
                                            .op = measure->def->op,
                                            .p = measure->p,
                                            .holds = measure->holds,
                                            .value = &row[measure->field] };
        }
    }
    apply_hits(self, self->totals, n_hits);
    for (size_t i = 0; i < self->n_dimensions; i++) {
        JwDimension *dimension = &self->dimensions[i];
        const size_t group = jw_groups_take(dimension->groups, &row[dimension->field]);
        fit_accumulators(self, dimension);
        self->groups[i] = (uint32_t)group;
        apply_hits(self, group_accumulators(self, dimension, group), n_hits);
    }
    for (guint i = 0; i < self->combinations->len && self->full == NULL; i++) {
        add_combination(self, &g_array_index(self->combinations, JwCombination, i), n_hits);
    }
    return true;
}

int64_t
jw_aggregate_rows(const JwAggregate *self)
{
    g_return_val_if_fail(self != NULL, 0);
    return self->rows;
}
