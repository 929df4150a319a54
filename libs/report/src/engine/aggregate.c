/* engine/aggregate.c: the pass over the records. One thread at a time. Names are resolved once;
 * each record is then evaluated once for each simple measure, and the result is added to the
 * totals and to the record's group of each dimension. Ratios and peaks are computed on demand
 * (engine/figures.c). Memory depends on the groups alone. */
#include "engine/aggregate_private.h"
#include "definition/measure_ops.h"
#include "engine/formula.h"
#include "jw/error.h"
#include "names.h"

#include <math.h>
#include <string.h>

#define MEDIAN 50000 /* thousandths of a percent */

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

static void
accumulator_clear(gpointer data)
{
    jw_accumulator_clear(data);
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
        dimension->groups = jw_groups_new(dimension->def, def->max_groups, zone, request->start_ms,
                                          request->end_ms);
        dimension->accumulators = g_array_new(FALSE, TRUE, sizeof(JwAccumulator));
        g_array_set_clear_func(dimension->accumulators, accumulator_clear);
    }
    return true;
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

/* Groups that exist from the start, or were just created, get their accumulators. */
static void
fit_accumulators(const JwAggregate *self, JwDimension *dimension)
{
    const guint wanted = (guint)(jw_groups_count(dimension->groups) * self->n_simple);

    if (dimension->accumulators->len < wanted) {
        g_array_set_size(dimension->accumulators, wanted);
    }
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
    if (!prepare_dimensions(self, request, zone, error) || !prepare_measures(self, zone, error)
        || !check_request(self, request, error)) {
        return NULL;
    }
    for (size_t i = 0; i < self->n_dimensions; i++) {
        fit_accumulators(self, &self->dimensions[i]);
    }
    return g_steal_pointer(&self);
}

void
jw_aggregate_free(gpointer data)
{
    JwAggregate *self = data;

    if (self == NULL) {
        return;
    }
    for (size_t i = 0; i < self->n_measures; i++) {
        jw_test_free(self->measures[i].test);
        g_free(self->measures[i].parts);
    }
    for (size_t i = 0; i < self->n_dimensions; i++) {
        jw_groups_free(self->dimensions[i].groups);
        g_clear_pointer(&self->dimensions[i].accumulators, g_array_unref);
    }
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

void
jw_aggregate_add(JwAggregate *self, const JwValue *row)
{
    size_t n_hits = 0;

    g_return_if_fail(self != NULL && row != NULL);
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
        apply_hits(self, group_accumulators(self, dimension, group), n_hits);
    }
}

int64_t
jw_aggregate_rows(const JwAggregate *self)
{
    g_return_val_if_fail(self != NULL, 0);
    return self->rows;
}
