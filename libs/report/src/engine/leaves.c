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
            leaf.places[k] = places[k][keys[k]];
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
        jw_accumulators_merge(self->aggregate, merged, leaf_at(self, i)->accumulators);
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

typedef struct {
    const JwLeaves *leaves;
    size_t n;
} Order;

/* The most frequent first, "(other)" last; the natural order on ties. */
static int
compare_frequency(gconstpointer a, gconstpointer b, gpointer data)
{
    const Order *order = data;
    const JwStretch *first = a, *second = b;
    const uint32_t one = leaf_at(order->leaves, first->first)->places[order->n - 1];
    const uint32_t two = leaf_at(order->leaves, second->first)->places[order->n - 1];

    if ((one == JW_PLACE_OTHER) != (two == JW_PLACE_OTHER)) {
        return one == JW_PLACE_OTHER ? 1 : -1;
    }
    if (first->rows != second->rows) {
        return first->rows > second->rows ? -1 : 1;
    }
    return first->first < second->first ? -1 : 1;
}

static void
fold_rarest(JwLeaves *self, size_t n, size_t kept)
{
    g_autoptr(GArray) stretches = jw_leaves_stretches(self, 0, self->leaves->len, n);
    Order order = { self, n };

    g_array_sort_with_data(stretches, compare_frequency, &order);
    for (size_t i = kept; i < stretches->len; i++) {
        const JwStretch *stretch = &g_array_index(stretches, JwStretch, i);
        for (size_t k = stretch->first; k < stretch->end; k++) {
            leaf_at(self, k)->places[n - 1] = JW_PLACE_OTHER;
        }
    }
    for (guint i = self->leaves->len; i > 0; i--) { /* groups without records */
        const JwLeaf *leaf = leaf_at(self, i - 1);
        if (leaf->rows == 0 && leaf->places[n - 1] == JW_PLACE_OTHER) {
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
jw_leaves_limit(JwLeaves *self, size_t n, size_t most)
{
    if (n == 0 || count_stretches(self, n) <= most) {
        return false;
    }
    (void)jw_leaves_limit(self, n - 1, MAX(most / 2, 1));
    const size_t parents = n > 1 ? count_stretches(self, n - 1) : 1;
    fold_rarest(self, n, most > parents ? most - parents : 0);
    return true;
}
