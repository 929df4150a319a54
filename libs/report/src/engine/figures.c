/* engine/figures.c: the results of the pass: values of measures over all records and over
 * groups, ratios and peaks among them. One thread at a time: the order of groups is computed on
 * first use. */
#include "engine/aggregate_private.h"
#include "engine/distinct.h"
#include "engine/formula.h"
#include "engine/quantile.h"
#include "jw/report_text.h"
#include "jw/report_words.h"

#define PERCENT 100.0

static bool find_peak(JwAggregate *self, const JwMeasure *peak, size_t *ret_group);
static JwNumber measure_number(JwAggregate *self, const JwMeasure *measure, const JwScope *scope);
static JwNumber part_number(JwAggregate *self, size_t index, const JwScope *scope);

static JwScope
group_scope(const JwAggregate *self, const JwDimension *dimension, size_t group)
{
    return (JwScope){ group_accumulators(self, dimension, group), self->totals, self->totals };
}

static JwNumber
formula_number(JwAggregate *self, const JwMeasure *measure, const JwScope *scope)
{
    g_autofree JwNumber *values = g_new(JwNumber, measure->n_parts);

    for (size_t i = 0; i < measure->n_parts; i++) {
        values[i] = part_number(self, measure->parts[i], scope);
    }
    return jw_formula_evaluate(measure->def->formula, values);
}

/* @top of @bottom; an estimate when one of them is. */
static JwNumber
ratio_number(JwNumber top, JwNumber bottom, double scale)
{
    JwNumber number = jw_number_ratio(&top, &bottom, scale);

    number.approximate = top.approximate || bottom.approximate;
    return number;
}

static JwNumber
computed_number(JwAggregate *self, const JwMeasure *measure, const JwScope *scope)
{
    size_t group = 0;

    if (measure->simple) {
        return jw_accumulator_number(&scope->group[measure->place], measure->def->op);
    }
    if (measure->def->op == JW_MEASURE_RATIO) {
        return ratio_number(part_number(self, measure->numerator, scope),
                            part_number(self, measure->denominator, scope), measure->def->scale);
    }
    if (measure->def->op == JW_MEASURE_FORMULA) {
        return formula_number(self, measure, scope);
    }
    if (measure->def->op == JW_MEASURE_SHARE) {
        const JwMeasure *of = &self->measures[measure->of]; /* a simple one */
        return ratio_number(jw_accumulator_number(&scope->group[of->place], of->def->op),
                            jw_accumulator_number(&scope->all[of->place], of->def->op), PERCENT);
    }
    if (measure->def->op == JW_MEASURE_PEAK_VALUE && scope->group == self->totals
        && find_peak(self, measure, &group)) {
        const JwScope peak = group_scope(self, &self->dimensions[measure->dimension], group);
        return measure_number(self, &self->measures[measure->of], &peak);
    }
    return (JwNumber){ 0 };
}

/* Computed once an evaluation, however many measures are made of it. A peak over all records
 * evaluates groups meanwhile, which have a place of their own. */
static JwNumber
part_number(JwAggregate *self, size_t index, const JwScope *scope)
{
    const size_t place = scope->group == self->totals ? 1 : 0;
    JwMeasure *measure = &self->measures[index];

    if (measure->known[place].round != self->rounds[place]) {
        measure->known[place].number = computed_number(self, measure, scope);
        measure->known[place].round = self->rounds[place];
    }
    return measure->known[place].number;
}

/* In groups peaks have no value. */
static JwNumber
measure_number(JwAggregate *self, const JwMeasure *measure, const JwScope *scope)
{
    self->rounds[scope->group == self->totals ? 1 : 0]++;
    return part_number(self, (size_t)(measure - self->measures), scope);
}

/* The group in which peak->of is highest, the first in natural order on ties; false: there is none.
 * "(none)" and "(other)" are no values of the dimension; a count of 0 is no peak. */
static bool
find_peak(JwAggregate *self, const JwMeasure *peak, size_t *ret_group)
{
    const JwDimension *dimension = &self->dimensions[peak->dimension];
    const JwMeasure *of = &self->measures[peak->of];
    bool found = false, estimated = false;
    double best = 0.0;

    for (size_t place = 0; place < jw_groups_count(dimension->groups); place++) {
        const size_t group = jw_groups_at(dimension->groups, place);
        const JwGroup *info = jw_groups_get(dimension->groups, group);
        if (info->kind != JW_GROUP_VALUE || info->rows == 0) {
            continue;
        }
        const JwScope scope = group_scope(self, dimension, group);
        const JwNumber number = measure_number(self, of, &scope);
        const double value = jw_number_double(&number);
        estimated = estimated || number.approximate; /* any of them may be the highest */
        if (number.kind == JW_NUMBER_NONE || (of->def->op == JW_MEASURE_COUNT && value == 0.0)
            || (found && value <= best)) {
            continue;
        }
        found = true;
        best = value;
        *ret_group = group;
    }
    self->estimated = self->estimated || estimated;
    return found;
}

static JwValue
measure_value(JwAggregate *self, const JwMeasure *measure, const JwScope *scope, int decimals)
{
    if (measure->simple) {
        const JwAccumulator *of = &scope->group[measure->place];
        self->estimated = self->estimated || jw_accumulator_is_estimate(of);
        return jw_accumulator_value(of, measure->def->op, decimals);
    }
    const JwNumber number = measure_number(self, measure, scope);
    self->estimated = self->estimated || (number.approximate && number.kind != JW_NUMBER_NONE);
    return jw_number_value(&number, decimals);
}

static JwValue
peak_figure(JwAggregate *self, const JwMeasure *peak)
{
    const JwDimension *dimension = &self->dimensions[peak->dimension];
    size_t group = 0;

    if (!find_peak(self, peak, &group)) {
        return (JwValue){ .type = JW_VALUE_NULL };
    }
    if (peak->def->op == JW_MEASURE_PEAK_VALUE) {
        const JwScope scope = group_scope(self, dimension, group);
        return measure_value(self, &self->measures[peak->of], &scope, peak->def->decimals);
    }
    const JwGroup *info = jw_groups_get(dimension->groups, group);
    if (dimension->def->part == JW_PART_HOUR) {
        return (JwValue){ .type = JW_VALUE_INT, .integer = info->key };
    }
    return (JwValue){ .type = JW_VALUE_TEXT, .text = info->label, .length = info->length };
}

/* The index of a definition among its kind. */
static size_t
index_of(const GArray *items, gconstpointer item, size_t item_size)
{
    const size_t offset = (size_t)((const char *)item - items->data);

    g_assert(offset < items->len * item_size);
    return offset / item_size;
}

static const JwMeasure *
measure_of(const JwAggregate *self, const JwMeasureDef *def)
{
    return &self->measures[index_of(self->def->measures, def, sizeof *def)];
}

static const JwDimension *
dimension_of(const JwAggregate *self, const JwDimensionDef *def)
{
    return &self->dimensions[index_of(self->def->dimensions, def, sizeof *def)];
}

JwValue
jw_aggregate_figure(JwAggregate *self, const JwMeasureDef *def)
{
    const JwMeasure *measure = measure_of(self, def);

    if (def->op == JW_MEASURE_PEAK || def->op == JW_MEASURE_PEAK_VALUE) {
        return peak_figure(self, measure);
    }
    const JwScope scope = scope_of_all(self);
    return measure_value(self, measure, &scope, def->decimals);
}

JwNumber
jw_aggregate_number(JwAggregate *self, const JwMeasureDef *measure, const JwScope *scope)
{
    return measure_number(self, measure_of(self, measure), scope);
}

JwValue
jw_aggregate_value(JwAggregate *self, const JwMeasureDef *measure, const JwScope *scope)
{
    return measure_value(self, measure_of(self, measure), scope, measure->decimals);
}

bool
jw_aggregate_take_estimated(JwAggregate *self)
{
    const bool estimated = self->estimated;

    self->estimated = false;
    return estimated;
}

char *
jw_aggregate_estimate_note(const JwAggregate *self, const JwMeasureDef *def, const char *language)
{
    const bool distinct = def->op == JW_MEASURE_DISTINCT;
    const double error = distinct ? jw_distinct_error(self->pool) : jw_quantile_error(self->pool);
    const JwValue percent = { .type = JW_VALUE_REAL, .real = error * PERCENT };
    const JwTextForm form = { .format = JW_FORMAT_PERCENT,
                              .decimals = distinct ? 2 : 1,
                              .language = language };

    if (!measure_of(self, def)->simple) {
        return jw_report_word_fill(JW_WORD_NOTE_COMPUTED, language, def->label, NULL);
    }
    g_autofree char *text = jw_report_text_form(&percent, &form);
    return jw_report_word_fill(distinct ? JW_WORD_NOTE_DISTINCT : JW_WORD_NOTE_QUANTILE, language,
                               def->label, text);
}

const char **
jw_aggregate_group_values(JwAggregate *self, const JwDimensionDef *dimension)
{
    return jw_groups_values(dimension_of(self, dimension)->groups);
}

void
jw_aggregate_relabel(JwAggregate *self, JwAggregate *previous, const JwDimensionDef *dimension,
                     JwGroupLabel label, gpointer data)
{
    JwGroups *others = previous != NULL ? dimension_of(previous, dimension)->groups : NULL;

    jw_groups_relabel(dimension_of(self, dimension)->groups, others, label, data);
}

size_t
jw_aggregate_n_groups(JwAggregate *self, const JwDimensionDef *dimension)
{
    return jw_groups_count(dimension_of(self, dimension)->groups);
}

char *
jw_aggregate_group_key(JwAggregate *self, const JwDimensionDef *dimension, size_t group)
{
    JwGroups *groups = dimension_of(self, dimension)->groups;

    return jw_group_key(jw_groups_get(groups, jw_groups_at(groups, group)));
}

bool
jw_aggregate_has_other(JwAggregate *self, const JwDimensionDef *dimension)
{
    return jw_groups_overflowed(dimension_of(self, dimension)->groups);
}

bool
jw_aggregate_has_more(JwAggregate *self, const JwDimensionDef *dimension)
{
    const JwGroups *groups = dimension_of(self, dimension)->groups;

    return jw_groups_n_values(groups) > jw_groups_most(groups);
}

JwValue
jw_aggregate_nothing(JwAggregate *self, const JwMeasureDef *def)
{
    g_autofree JwAccumulator *nothing = g_new0(JwAccumulator, MAX(self->n_simple, 1));

    const JwScope scope = { nothing, self->totals, self->totals };

    return measure_value(self, measure_of(self, def), &scope, def->decimals);
}
