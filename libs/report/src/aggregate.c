/* aggregate.c: figures and groups over a stream of records. One thread at a time.
 * Names are resolved once; a record is then looked at once for each simple measure (what it adds), and that
 * is applied to the totals and to the record's group of each dimension. Ratios and peaks are worked out when
 * asked for. Memory depends on the groups alone. */
#include "jw/aggregate.h"
#include "accumulator.h"
#include "condition.h"
#include "groups.h"
#include "jw/error.h"

#include <math.h>
#include <string.h>

typedef struct {
    const JwMeasureDef *def;
    size_t place; /* of its accumulator; simple measures only */
    bool simple, has_field;
    size_t field;
    size_t numerator, denominator; /* indices of measures */
    size_t dimension, of;
    JwTest *tests;
    size_t n_tests;
} Measure;

typedef struct {
    const JwDimensionDef *def;
    size_t field;
    JwGroups *groups;
    GArray *accumulators; /* of JwAccumulator, n_simple for each group */
} Dimension;

/* What the current record adds to the accumulator at @place. */
typedef struct {
    size_t place;
    JwMeasureOp op;
    const JwValue *value;
} Hit;

struct _JwAggregate {
    const char *const *fields;
    Measure *measures;
    size_t n_measures, n_simple;
    Dimension *dimensions;
    size_t n_dimensions;
    JwAccumulator *totals;
    Hit *hits;
    int64_t rows;
};

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
    for (size_t i = 0; i < self->n_measures; i++) {
        if (g_strcmp0(self->measures[i].def->name, name) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return jw_fail(error, JW_ERROR_INVALID, "no measure '%s'", name != NULL ? name : "");
}

static bool
resolve_dimension(const JwAggregate *self, const char *name, size_t *ret_index, GError **error)
{
    for (size_t i = 0; i < self->n_dimensions; i++) {
        if (g_strcmp0(self->dimensions[i].def->name, name) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return jw_fail(error, JW_ERROR_INVALID, "no dimension '%s'", name != NULL ? name : "");
}

static bool
prepare_tests(JwAggregate *self, Measure *measure, GError **error)
{
    const GArray *where = measure->def->where;

    if (where == NULL || where->len == 0) {
        return true;
    }
    measure->tests = g_new0(JwTest, where->len);
    for (guint i = 0; i < where->len; i++) {
        const JwCondition *condition = &g_array_index(where, JwCondition, i);
        size_t field = 0;
        if (!resolve_field(self, condition->field, &field, error)) {
            return false;
        }
        jw_test_init(&measure->tests[measure->n_tests++], condition, field);
    }
    return true;
}

static bool
prepare_measure(JwAggregate *self, Measure *measure, GError **error)
{
    const JwMeasureDef *def = measure->def;

    switch (def->op) {
    case JW_MEASURE_RATIO:
        return resolve_measure(self, def->numerator, &measure->numerator, error)
               && resolve_measure(self, def->denominator, &measure->denominator, error);
    case JW_MEASURE_PEAK:
    case JW_MEASURE_PEAK_VALUE:
        return resolve_dimension(self, def->dimension, &measure->dimension, error)
               && resolve_measure(self, def->of, &measure->of, error);
    case JW_MEASURE_COUNT:
    case JW_MEASURE_SUM:
    case JW_MEASURE_AVG:
    case JW_MEASURE_MIN:
    case JW_MEASURE_MAX:
        break;
    }
    measure->simple = true;
    measure->place = self->n_simple++;
    measure->has_field = def->field != NULL;
    if ((measure->has_field || def->op != JW_MEASURE_COUNT)
        && !resolve_field(self, def->field, &measure->field, error)) {
        return false;
    }
    return prepare_tests(self, measure, error);
}

static bool
prepare_measures(JwAggregate *self, const JwReportDef *def, GError **error)
{
    for (size_t i = 0; i < self->n_measures; i++) {
        self->measures[i].def = &g_array_index(def->measures, JwMeasureDef, i);
    }
    for (size_t i = 0; i < self->n_measures; i++) {
        if (!prepare_measure(self, &self->measures[i], error)) {
            return jw_prefix(error, "measure '%s'", self->measures[i].def->name);
        }
    }
    self->totals = g_new0(JwAccumulator, MAX(self->n_simple, 1));
    self->hits = g_new0(Hit, MAX(self->n_simple, 1));
    return true;
}

static bool
prepare_dimensions(JwAggregate *self, const JwReportDef *def, const JwReportRequest *request,
                   GTimeZone *zone, GError **error)
{
    for (size_t i = 0; i < self->n_dimensions; i++) {
        Dimension *dimension = &self->dimensions[i];
        dimension->def = &g_array_index(def->dimensions, JwDimensionDef, i);
        if (!resolve_field(self, dimension->def->field, &dimension->field, error)) {
            return jw_prefix(error, "dimension '%s'", dimension->def->name);
        }
        dimension->groups = jw_groups_new(dimension->def->part, def->max_groups, zone,
                                          request->start_ms, request->end_ms);
        dimension->accumulators = g_array_new(FALSE, TRUE, sizeof(JwAccumulator));
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

/* Groups that are there from the start, or were just made, get their accumulators. */
static void
fit_accumulators(const JwAggregate *self, Dimension *dimension)
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
    self->fields = fields;
    self->n_measures = def->measures->len;
    self->measures = g_new0(Measure, MAX(self->n_measures, 1));
    self->n_dimensions = def->dimensions->len;
    self->dimensions = g_new0(Dimension, MAX(self->n_dimensions, 1));
    if (!prepare_dimensions(self, def, request, zone, error) || !prepare_measures(self, def, error)
        || !check_request(self, request, error)) {
        return NULL;
    }
    for (size_t i = 0; i < self->n_dimensions; i++) {
        fit_accumulators(self, &self->dimensions[i]);
    }
    return g_steal_pointer(&self);
}

void
jw_aggregate_free(JwAggregate *self)
{
    if (self == NULL) {
        return;
    }
    for (size_t i = 0; i < self->n_measures; i++) {
        for (size_t k = 0; k < self->measures[i].n_tests; k++) {
            jw_test_clear(&self->measures[i].tests[k]);
        }
        g_free(self->measures[i].tests);
    }
    for (size_t i = 0; i < self->n_dimensions; i++) {
        jw_groups_free(self->dimensions[i].groups);
        g_clear_pointer(&self->dimensions[i].accumulators, g_array_unref);
    }
    g_free(self->measures);
    g_free(self->dimensions);
    g_free(self->totals);
    g_free(self->hits);
    g_free(self);
}

static bool
value_counts(JwMeasureOp op, const JwValue *value)
{
    switch (value->type) {
    case JW_VALUE_BOOL:
    case JW_VALUE_INT:
        return true;
    case JW_VALUE_REAL:
        return op == JW_MEASURE_COUNT || isfinite(value->real);
    case JW_VALUE_TIME:
        return op == JW_MEASURE_COUNT || op == JW_MEASURE_MIN || op == JW_MEASURE_MAX;
    case JW_VALUE_TEXT:
        return op == JW_MEASURE_COUNT;
    case JW_VALUE_NULL:
        break;
    }
    return false;
}

static bool
measure_hit(const Measure *measure, const JwValue *row)
{
    if (!measure->simple
        || (measure->has_field && !value_counts(measure->def->op, &row[measure->field]))) {
        return false;
    }
    for (size_t i = 0; i < measure->n_tests; i++) {
        if (!jw_test_passes(&measure->tests[i], row)) {
            return false;
        }
    }
    return true;
}

static void
apply_hits(JwAccumulator *accumulators, const Hit *hits, size_t n_hits)
{
    for (size_t i = 0; i < n_hits; i++) {
        jw_accumulator_add(&accumulators[hits[i].place], hits[i].op, hits[i].value);
    }
}

static JwAccumulator *
group_accumulators(const JwAggregate *self, const Dimension *dimension, size_t group)
{
    return &g_array_index(dimension->accumulators, JwAccumulator, group * self->n_simple);
}

void
jw_aggregate_add(JwAggregate *self, const JwValue *row)
{
    size_t n_hits = 0;

    g_return_if_fail(self != NULL && row != NULL);
    self->rows++;
    for (size_t i = 0; i < self->n_measures; i++) {
        const Measure *measure = &self->measures[i];
        if (measure_hit(measure, row)) {
            self->hits[n_hits++] = (Hit){ measure->place, measure->def->op, &row[measure->field] };
        }
    }
    apply_hits(self->totals, self->hits, n_hits);
    for (size_t i = 0; i < self->n_dimensions; i++) {
        Dimension *dimension = &self->dimensions[i];
        const size_t group = jw_groups_take(dimension->groups, &row[dimension->field]);
        fit_accumulators(self, dimension);
        apply_hits(group_accumulators(self, dimension, group), self->hits, n_hits);
    }
}

int64_t
jw_aggregate_rows(const JwAggregate *self)
{
    g_return_val_if_fail(self != NULL, 0);
    return self->rows;
}

static bool find_peak(JwAggregate *self, const Measure *peak, size_t *ret_group);

/* @accumulators: of the totals, or of one group, in which peaks have no value. */
static JwNumber
measure_number(JwAggregate *self, const Measure *measure, const JwAccumulator *accumulators)
{
    size_t group = 0;

    if (measure->simple) {
        return jw_accumulator_number(&accumulators[measure->place], measure->def->op);
    }
    if (measure->def->op == JW_MEASURE_RATIO) {
        const JwNumber top =
            measure_number(self, &self->measures[measure->numerator], accumulators);
        const JwNumber bottom =
            measure_number(self, &self->measures[measure->denominator], accumulators);
        return jw_number_ratio(&top, &bottom, measure->def->scale);
    }
    if (measure->def->op == JW_MEASURE_PEAK_VALUE && accumulators == self->totals
        && find_peak(self, measure, &group)) {
        const Dimension *dimension = &self->dimensions[measure->dimension];
        return measure_number(self, &self->measures[measure->of],
                              group_accumulators(self, dimension, group));
    }
    return (JwNumber){ 0 };
}

/* The group in which peak->of is highest, the first in natural order on ties; false: there is none.
 * "(none)" and "(other)" are no values of the dimension; a count of 0 is no peak. */
static bool
find_peak(JwAggregate *self, const Measure *peak, size_t *ret_group)
{
    const Dimension *dimension = &self->dimensions[peak->dimension];
    const Measure *of = &self->measures[peak->of];
    bool found = false;
    double best = 0.0;

    for (size_t place = 0; place < jw_groups_count(dimension->groups); place++) {
        const size_t group = jw_groups_at(dimension->groups, place);
        const JwGroup *info = jw_groups_get(dimension->groups, group);
        if (info->kind != JW_GROUP_VALUE || info->rows == 0) {
            continue;
        }
        const JwNumber number =
            measure_number(self, of, group_accumulators(self, dimension, group));
        const double value = jw_number_double(&number);
        if (number.kind == JW_NUMBER_NONE || (of->def->op == JW_MEASURE_COUNT && value == 0.0)
            || (found && value <= best)) {
            continue;
        }
        found = true;
        best = value;
        *ret_group = group;
    }
    return found;
}

static JwValue
measure_value(JwAggregate *self, const Measure *measure, const JwAccumulator *accumulators,
              int decimals)
{
    if (measure->simple) {
        return jw_accumulator_value(&accumulators[measure->place], measure->def->op, decimals);
    }
    const JwNumber number = measure_number(self, measure, accumulators);
    if (number.kind == JW_NUMBER_NONE) {
        return (JwValue){ .type = JW_VALUE_NULL };
    }
    return (JwValue){ .type = JW_VALUE_REAL, .real = jw_number_round(&number, decimals) };
}

static JwValue
peak_figure(JwAggregate *self, const Measure *peak)
{
    const Dimension *dimension = &self->dimensions[peak->dimension];
    size_t group = 0;

    if (!find_peak(self, peak, &group)) {
        return (JwValue){ .type = JW_VALUE_NULL };
    }
    if (peak->def->op == JW_MEASURE_PEAK_VALUE) {
        return measure_value(self, &self->measures[peak->of],
                             group_accumulators(self, dimension, group), peak->def->decimals);
    }
    const JwGroup *info = jw_groups_get(dimension->groups, group);
    if (dimension->def->part == JW_PART_HOUR) {
        return (JwValue){ .type = JW_VALUE_INT, .integer = info->key };
    }
    return (JwValue){ .type = JW_VALUE_TEXT, .text = info->label, .length = info->length };
}

JwValue
jw_aggregate_figure(JwAggregate *self, const char *name)
{
    const JwValue nothing = { .type = JW_VALUE_NULL };
    size_t index = 0;

    g_return_val_if_fail(self != NULL && name != NULL, nothing);
    g_return_val_if_fail(resolve_measure(self, name, &index, NULL), nothing);
    const Measure *measure = &self->measures[index];
    if (measure->def->op == JW_MEASURE_PEAK || measure->def->op == JW_MEASURE_PEAK_VALUE) {
        return peak_figure(self, measure);
    }
    return measure_value(self, measure, self->totals, measure->def->decimals);
}

size_t
jw_aggregate_n_groups(JwAggregate *self, const char *dimension)
{
    size_t index = 0;

    g_return_val_if_fail(self != NULL && dimension != NULL, 0);
    g_return_val_if_fail(resolve_dimension(self, dimension, &index, NULL), 0);
    return jw_groups_count(self->dimensions[index].groups);
}

const char *
jw_aggregate_group_label(JwAggregate *self, const char *dimension, size_t group)
{
    size_t index = 0;

    g_return_val_if_fail(self != NULL && dimension != NULL, NULL);
    g_return_val_if_fail(resolve_dimension(self, dimension, &index, NULL), NULL);
    JwGroups *groups = self->dimensions[index].groups;
    g_return_val_if_fail(group < jw_groups_count(groups), NULL);
    return jw_groups_get(groups, jw_groups_at(groups, group))->label;
}

JwValue
jw_aggregate_group_value(JwAggregate *self, const char *dimension, size_t group,
                         const char *measure)
{
    const JwValue nothing = { .type = JW_VALUE_NULL };
    size_t index = 0, of = 0;

    g_return_val_if_fail(self != NULL && dimension != NULL && measure != NULL, nothing);
    g_return_val_if_fail(resolve_dimension(self, dimension, &index, NULL)
                             && resolve_measure(self, measure, &of, NULL),
                         nothing);
    const Dimension *of_dimension = &self->dimensions[index];
    g_return_val_if_fail(group < jw_groups_count(of_dimension->groups), nothing);
    return measure_value(
        self, &self->measures[of],
        group_accumulators(self, of_dimension, jw_groups_at(of_dimension->groups, group)),
        self->measures[of].def->decimals);
}
