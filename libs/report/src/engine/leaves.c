/* leaves.c: see leaves.h. One thread at a time. What is folded is merged in natural order, so that
 * the order of records does not matter. */
#include "engine/leaves.h"

#include <string.h>

static JwLeaf *
leaf_at(const JwLeaves *self, size_t index)
{
    return &g_array_index(self->leaves, JwLeaf, index);
}

const JwGroup *
jw_leaves_group(const JwLeaves *self, size_t dimension, uint32_t place)
{
    JwGroups *groups = self->dimensions[dimension]->groups;

    return place < jw_groups_count(groups) ? jw_groups_get(groups, jw_groups_at(groups, place))
                                           : NULL;
}

/* The place of every group of a dimension, by its index. (transfer full) */
static uint32_t *
places_of(JwGroups *groups)
{
    uint32_t *places = g_new(uint32_t, MAX(jw_groups_count(groups), 1));

    for (size_t place = 0; place < jw_groups_count(groups); place++) {
        const size_t group = jw_groups_at(groups, place);
        places[group] =
            jw_groups_get(groups, group)->kind == JW_GROUP_OTHER ? JW_PLACE_OTHER : (uint32_t)place;
    }
    return places;
}

static int
compare_leaves(gconstpointer a, gconstpointer b, gpointer data)
{
    const JwLeaves *self = data;
    const JwLeaf *first = a, *second = b;

    for (size_t i = 0; i < self->n_dimensions; i++) {
        if (first->places[i] != second->places[i]) {
            return first->places[i] < second->places[i] ? -1 : 1;
        }
    }
    return 0;
}

static bool
begins_as(const JwLeaf *a, const JwLeaf *b, size_t n)
{
    return memcmp(a->places, b->places, n * sizeof a->places[0]) == 0;
}

/* The groups of one dimension, with those that have no records. */
static void
load_groups(JwLeaves *self, uint32_t *const *places)
{
    const JwDimension *dimension = self->dimensions[0];

    for (size_t i = 0; i < jw_groups_count(dimension->groups); i++) {
        const JwLeaf leaf = { .places = { places[0][i] },
                              .rows = jw_groups_get(dimension->groups, i)->rows,
                              .accumulators = group_accumulators(self->aggregate, dimension, i) };
        g_array_append_val(self->leaves, leaf);
    }
}

static void
load_tuples(JwLeaves *self, const JwCombination *combination, uint32_t *const *places)
{
    const size_t n_simple = self->aggregate->n_simple;

    for (size_t i = 0; i < jw_tuples_count(combination->tuples); i++) {
        const uint32_t *keys = jw_tuples_keys(combination->tuples, i);
        JwLeaf leaf = { .rows = jw_tuples_rows(combination->tuples, i),
                        .accumulators = &g_array_index(combination->accumulators, JwAccumulator,
                                                       i * n_simple) };
        for (size_t k = 0; k < self->n_dimensions; k++) {
            leaf.places[k] = keys[k] == JW_TUPLES_OTHER ? JW_PLACE_OTHER : places[k][keys[k]];
        }
        g_array_append_val(self->leaves, leaf);
    }
}

static void
accumulators_free(gpointer data)
{
    g_array_unref(data);
}

void
jw_leaves_init(JwLeaves *self, JwAggregate *aggregate, const JwTablePlan *plan)
{
    const JwCombination *combination =
        jw_aggregate_combination(aggregate, plan->dimensions, plan->n_dimensions);
    uint32_t *places[JW_TABLE_DIMENSIONS_MAX] = { 0 };

    *self = (JwLeaves){ .aggregate = aggregate,
                        .n_keys = plan->n_keys,
                        .n_dimensions = plan->n_dimensions,
                        .leaves = g_array_new(FALSE, TRUE, sizeof(JwLeaf)),
                        .merged = g_ptr_array_new_with_free_func(accumulators_free) };
    for (size_t i = 0; i < plan->n_dimensions; i++) {
        const JwDimensionDef *first = &g_array_index(aggregate->def->dimensions, JwDimensionDef, 0);
        self->dimensions[i] = &aggregate->dimensions[plan->dimensions[i] - first];
        places[i] = places_of(self->dimensions[i]->groups);
    }
    if (plan->n_dimensions == 1) {
        load_groups(self, places);
    } else if (combination != NULL) {
        self->narrowed = combination->narrowed;
        load_tuples(self, combination, places);
    }
    g_array_sort_with_data(self->leaves, compare_leaves, self);
    for (size_t i = 0; i < plan->n_dimensions; i++) {
        g_free(places[i]);
    }
}

void
jw_leaves_clear(JwLeaves *self)
{
    g_clear_pointer(&self->leaves, g_array_unref);
    g_clear_pointer(&self->merged, g_ptr_array_unref);
}

const JwAccumulator *
jw_leaves_merge(JwLeaves *self, size_t first, size_t end)
{
    GArray *merged = jw_accumulators_new();

    g_array_set_size(merged, (guint)self->aggregate->n_simple);
    for (size_t i = first; i < end; i++) {
        jw_accumulators_merge(self->aggregate, &g_array_index(merged, JwAccumulator, 0),
                              leaf_at(self, i)->accumulators);
    }
    g_ptr_array_add(self->merged, merged);
    return &g_array_index(merged, JwAccumulator, 0);
}

GArray *
jw_leaves_stretches(const JwLeaves *self, size_t first, size_t end, size_t n)
{
    GArray *stretches = g_array_new(FALSE, TRUE, sizeof(JwStretch));

    for (size_t i = first; i < end; i++) {
        const JwStretch stretch = { .first = i };
        if (i == first || !begins_as(leaf_at(self, i), leaf_at(self, i - 1), n)) {
            g_array_append_val(stretches, stretch);
        }
        JwStretch *last = &g_array_index(stretches, JwStretch, stretches->len - 1);
        last->end = i + 1;
        last->rows += leaf_at(self, i)->rows;
    }
    return stretches;
}

/* In order again, with one leaf for what has become the same. */
static void
tidy(JwLeaves *self)
{
    g_array_sort_with_data(self->leaves, compare_leaves, self);
    g_autoptr(GArray) same = jw_leaves_stretches(self, 0, self->leaves->len, self->n_dimensions);
    GArray *leaves = g_array_sized_new(FALSE, TRUE, sizeof(JwLeaf), same->len);

    for (guint i = 0; i < same->len; i++) {
        const JwStretch *stretch = &g_array_index(same, JwStretch, i);
        JwLeaf leaf = *leaf_at(self, stretch->first);
        if (stretch->end - stretch->first > 1) {
            leaf.accumulators = jw_leaves_merge(self, stretch->first, stretch->end);
            leaf.rows = stretch->rows;
        }
        g_array_append_val(leaves, leaf);
    }
    g_array_unref(self->leaves);
    self->leaves = leaves;
}

void
jw_leaves_keep(JwLeaves *self, size_t dimension, const bool *kept)
{
    for (guint i = 0; i < self->leaves->len; i++) {
        JwLeaf *leaf = leaf_at(self, i);
        const uint32_t place = leaf->places[dimension];
        if (place == JW_PLACE_OTHER || kept[place]) {
            continue;
        }
        leaf->places[dimension] = JW_PLACE_OTHER;
        if (leaf->rows == 0) { /* "(other)" is not there for groups without records */
            g_array_remove_index(self->leaves, i--);
        }
    }
    tidy(self);
}

/* Some leaves, and how they are ranked. */
typedef struct {
    JwStretch stretch;
    JwNumber number;
    bool other; /* in "(other)" already */
} Ranked;

JwNumber
jw_leaves_number(JwLeaves *self, const JwRank *rank, const JwAccumulator *accumulators,
                 int64_t rows)
{
    const JwScope scope = { accumulators, self->aggregate->totals, self->aggregate->totals };

    if (rank->by == NULL) {
        return jw_number_int(rows);
    }
    const JwNumber number = jw_aggregate_number(self->aggregate, rank->by, &scope);
    self->estimated = self->estimated || number.approximate;
    return number;
}

int
jw_leaves_compare(const JwNumber *a, const JwNumber *b, bool descending)
{
    if (a->kind == JW_NUMBER_NONE || b->kind == JW_NUMBER_NONE) {
        return (a->kind == JW_NUMBER_NONE) - (b->kind == JW_NUMBER_NONE);
    }
    return descending ? jw_number_compare(b, a) : jw_number_compare(a, b);
}

/* The first by rank first, "(other)" last; the natural order on ties. */
static int
compare_ranked(gconstpointer a, gconstpointer b, gpointer data)
{
    const JwRank *rank = data;
    const Ranked *first = a, *second = b;

    if (first->other != second->other) {
        return first->other ? 1 : -1;
    }
    const int result = jw_leaves_compare(&first->number, &second->number, rank->descending);
    if (result != 0) {
        return result;
    }
    return first->stretch.first < second->stretch.first ? -1 : 1;
}

/* Whether one of the places from @first on, before @n, is "(other)". */
static bool
has_other(const JwLeaf *leaf, size_t first, size_t n)
{
    bool other = false;

    for (size_t i = first; i < n; i++) {
        other = other || leaf->places[i] == JW_PLACE_OTHER;
    }
    return other;
}

/* The stretches of the first @n places in the order of their rank; those that are in "(other)" by a
 * place from @from on are last. (transfer full) (element-type Ranked) */
static GArray *
rank_stretches(JwLeaves *self, size_t from, size_t n, const JwRank *rank)
{
    g_autoptr(GArray) stretches = jw_leaves_stretches(self, 0, self->leaves->len, n);
    GArray *all = g_array_sized_new(FALSE, TRUE, sizeof(Ranked), stretches->len);
    JwRank order = rank->by != NULL ? *rank : (JwRank){ .descending = true };

    for (guint i = 0; i < stretches->len; i++) {
        Ranked ranked = { .stretch = g_array_index(stretches, JwStretch, i) };
        const JwStretch *stretch = &ranked.stretch;
        const JwLeaf *leaf = leaf_at(self, stretch->first);
        const bool merge = rank->by != NULL && stretch->end - stretch->first > 1;
        ranked.other = has_other(leaf, from, n);
        ranked.number = jw_leaves_number(self, rank,
                                         merge ? jw_leaves_merge(self, stretch->first, stretch->end)
                                               : leaf->accumulators,
                                         stretch->rows);
        g_array_append_val(all, ranked);
        if (merge) { /* only its number is needed */
            g_ptr_array_set_size(self->merged, (int)self->merged->len - 1);
        }
    }
    g_array_sort_with_data(all, compare_ranked, &order);
    return all;
}

/* Puts the stretches from @kept on into "(other)" by their places from @from on, before @n. */
static void
fold_last(JwLeaves *self, const GArray *ranked, size_t kept, size_t from, size_t n)
{
    for (size_t i = kept; i < ranked->len; i++) {
        const JwStretch *stretch = &g_array_index(ranked, Ranked, i).stretch;
        for (size_t k = stretch->first; k < stretch->end; k++) {
            for (size_t place = from; place < n; place++) {
                leaf_at(self, k)->places[place] = JW_PLACE_OTHER;
            }
        }
    }
    for (guint i = self->leaves->len; i > 0; i--) { /* groups without records */
        const JwLeaf *leaf = leaf_at(self, i - 1);
        if (leaf->rows == 0 && has_other(leaf, n - 1, n)) {
            g_array_remove_index(self->leaves, i - 1);
        }
    }
    tidy(self);
}

static size_t
count_stretches(const JwLeaves *self, size_t n)
{
    g_autoptr(GArray) stretches = jw_leaves_stretches(self, 0, self->leaves->len, n);

    return stretches->len;
}

/* Every group of the keys before may get an "(other)", so these are limited to half of it first. */
bool
jw_leaves_limit(JwLeaves *self, size_t n, size_t most, const JwRank *ranks)
{
    if (n == 0 || count_stretches(self, n) <= most) {
        return false;
    }
    (void)jw_leaves_limit(self, n - 1, MAX(most / 2, 1), ranks);
    const size_t parents = n > 1 ? count_stretches(self, n - 1) : 1;
    /* By a measure what stands for many is no group to be first. */
    const size_t from = ranks[n - 1].by != NULL ? 0 : n - 1;
    g_autoptr(GArray) ranked = rank_stretches(self, from, n, &ranks[n - 1]);
    fold_last(self, ranked, most > parents ? most - parents : 0, n - 1, n);
    return true;
}

bool
jw_leaves_limit_list(JwLeaves *self, size_t n, size_t most, const JwRank *rank)
{
    if (count_stretches(self, n) <= most) {
        return false;
    }
    g_autoptr(GArray) ranked = rank_stretches(self, 0, n, rank);
    fold_last(self, ranked, most - 1, 0, n);
    return true;
}
