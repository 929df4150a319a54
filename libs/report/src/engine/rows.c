/* rows.c: see rows.h. One thread at a time. */
#include "engine/rows.h"
#include "engine/leaves.h"
#include "jw/wanted.h"

#include <string.h>

#define OTHER_LABEL "(other)"

typedef struct {
    size_t level;
    size_t first, end; /* its leaves */
    JwScope scope;
} Row;

struct _JwRows {
    const JwTablePlan *plan;
    JwAggregate *aggregate;
    JwLeaves leaves;
    GArray *rows;                          /* of Row */
    GArray *across;                        /* of uint32_t, places */
    JwRank ranks[JW_TABLE_DIMENSIONS_MAX]; /* of the keys */
    bool capped[JW_TABLE_DIMENSIONS_MAX];
    bool folded, across_folded;
    size_t most_across;
    JwAccumulator *nothing; /* of no records */
    /* the accumulators across of the row that was asked for last */
    size_t loaded;
    const JwAccumulator **cells;
    size_t own; /* merged accumulators that are kept */
};

/* A group, with what it is sorted by. */
typedef struct {
    JwStretch stretch;
    const JwAccumulator *accumulators;
    JwNumber number; /* of the measure, or that the label writes */
    uint32_t place;
    const JwGroup *group; /* NULL: "(other)" */
} Node;

typedef struct {
    bool by_number, by_label, descending;
} NodeOrder;

static JwScope
scope_of(const JwAggregate *aggregate, const JwAccumulator *group, const JwAccumulator *subtotal)
{
    return (JwScope){ group, subtotal, aggregate->totals };
}

/* The number that readers see of a group of a value; NONE: it is another text. */
static JwNumber
label_number(const JwGroup *group)
{
    JwWanted wanted;

    jw_wanted_init(&wanted, jw_group_shown(group));
    return group->kind != JW_GROUP_VALUE ? (JwNumber){ 0 }
           : wanted.is_integer           ? jw_number_int(wanted.integer)
           : wanted.is_real              ? jw_number_real(wanted.real)
                                         : (JwNumber){ 0 };
}

/* As readers see them: hours, days, … in their own order, numbers as numbers, then texts. */
static int
compare_labels(const Node *a, const Node *b)
{
    const JwGroup *first = a->group, *second = b->group;
    int result = 0;

    if (first->key != second->key) {
        return first->key < second->key ? -1 : 1;
    }
    if (a->number.kind != JW_NUMBER_NONE || b->number.kind != JW_NUMBER_NONE) {
        result = jw_leaves_compare(&a->number, &b->number, false);
    }
    return result != 0 ? result : strcmp(jw_group_shown(first), jw_group_shown(second));
}

/* "(other)" is last, and equal ones are in natural order. */
static int
compare_nodes(gconstpointer a, gconstpointer b, gpointer data)
{
    const NodeOrder *order = data;
    const Node *first = a, *second = b;
    int result = 0;

    if ((first->group == NULL) != (second->group == NULL)) {
        return first->group == NULL ? 1 : -1;
    }
    if (order->by_number) {
        result = jw_leaves_compare(&first->number, &second->number, order->descending);
    } else if (order->by_label && first->group != NULL) {
        if (first->group->kind != second->group->kind) { /* "(none)" behind the values */
            return first->group->kind < second->group->kind ? -1 : 1;
        }
        result = compare_labels(first, second);
        result = order->descending ? -result : result;
    }
    if (result != 0) {
        return result;
    }
    return first->stretch.first < second->stretch.first ? -1 : 1;
}

static const JwRank frequency = { NULL, true };

/* The groups of a dimension by their rank over all of their records, without "(other)", which is
 * none of them. (transfer full) */
static GArray *
rank_groups(JwRows *self, size_t dimension, const JwRank *rank)
{
    const JwDimension *of = self->leaves.dimensions[dimension];
    GArray *nodes = g_array_new(FALSE, TRUE, sizeof(Node));
    NodeOrder order = { .by_number = true, .descending = rank->descending };

    for (uint32_t place = 0; place < jw_groups_count(of->groups); place++) {
        const size_t index = jw_groups_at(of->groups, place);
        const JwGroup *group = jw_groups_get(of->groups, index);
        Node node = { .stretch = { .first = place }, .place = place, .group = group };
        if (group->kind == JW_GROUP_OTHER || group->rows == 0) {
            continue;
        }
        node.number = jw_leaves_number(&self->leaves, rank,
                                       group_accumulators(self->aggregate, of, index), group->rows);
        g_array_append_val(nodes, node);
    }
    g_array_sort_with_data(nodes, compare_nodes, &order);
    return nodes;
}

/* Leaves the first @n of a dimension. */
static void
keep_first(JwRows *self, size_t dimension, const JwRank *rank, size_t n)
{
    const size_t n_groups = jw_groups_count(self->leaves.dimensions[dimension]->groups);
    g_autoptr(GArray) nodes = rank_groups(self, dimension, rank);
    g_autofree bool *kept = g_new0(bool, n_groups + 1);

    for (size_t i = 0; i < MIN(n, nodes->len); i++) {
        kept[g_array_index(nodes, Node, i).place] = true;
    }
    jw_leaves_keep(&self->leaves, dimension, kept);
}

/* Leaves no more values than a table shows: those of the period, the first of the others, and
 * "(none)". */
static void
cap(JwRows *self, size_t dimension, const JwRank *rank)
{
    JwGroups *groups = self->leaves.dimensions[dimension]->groups;
    const size_t n_prepared = jw_groups_n_prepared(groups);
    size_t left = jw_groups_most(groups) - n_prepared;

    if (jw_groups_n_values(groups) <= jw_groups_most(groups) || self->leaves.narrowed) {
        return;
    }
    g_autoptr(GArray) nodes = rank_groups(self, dimension, rank);
    g_autofree bool *kept = g_new0(bool, jw_groups_count(groups) + 1);
    for (uint32_t place = 0; place < jw_groups_count(groups); place++) {
        const JwGroup *group = jw_groups_get(groups, jw_groups_at(groups, place));
        kept[place] = group->kind == JW_GROUP_NONE || group->seen < n_prepared;
    }
    for (guint i = 0; i < nodes->len && left > 0; i++) {
        const uint32_t place = g_array_index(nodes, Node, i).place;
        left -= kept[place] ? 0 : 1;
        kept[place] = true;
    }
    jw_leaves_keep(&self->leaves, dimension, kept);
    self->capped[dimension] = true;
}

/* Leaves the groups of the first key that have one of these keys. */
static void
keep_named(JwRows *self, GHashTable *keys)
{
    JwGroups *groups = self->leaves.dimensions[0]->groups;
    g_autofree bool *kept = g_new0(bool, jw_groups_count(groups) + 1);

    for (uint32_t place = 0; place < jw_groups_count(groups); place++) {
        const JwGroup *group = jw_groups_get(groups, jw_groups_at(groups, place));
        g_autofree char *key = jw_group_key(group);
        kept[place] = g_hash_table_contains(keys, key);
    }
    jw_leaves_keep(&self->leaves, 0, kept);
}

/* All groups of the dimension, when they are few, else those that have records. */
static void
load_across(JwRows *self)
{
    const size_t dimension = self->leaves.n_keys;
    JwGroups *groups = self->leaves.dimensions[dimension]->groups;
    const uint32_t other_place = JW_PLACE_OTHER;
    size_t n_seen = 0;
    bool other = false;

    for (size_t i = 0; i < jw_groups_count(groups); i++) {
        const JwGroup *group = jw_groups_get(groups, i);
        n_seen += group->kind != JW_GROUP_OTHER && group->rows > 0;
    }
    self->most_across = MIN(JW_ACROSS_MAX, jw_groups_most(groups));
    if (n_seen > self->most_across) {
        keep_first(self, dimension, &frequency, self->most_across);
        self->across_folded = true;
    }
    const bool all = !self->across_folded && jw_groups_count(groups) <= JW_ACROSS_MAX;
    g_autofree bool *used = g_new0(bool, jw_groups_count(groups) + 1);
    for (guint i = 0; i < self->leaves.leaves->len; i++) {
        const uint32_t place = g_array_index(self->leaves.leaves, JwLeaf, i).places[dimension];
        other = other || place == JW_PLACE_OTHER;
        used[place == JW_PLACE_OTHER ? jw_groups_count(groups) : place] = true;
    }
    for (uint32_t place = 0; place < jw_groups_count(groups); place++) {
        const JwGroup *group = jw_leaves_group(&self->leaves, dimension, place);
        if (used[place] || (all && group->kind == JW_GROUP_VALUE)) {
            g_array_append_val(self->across, place);
        }
    }
    if (other) {
        g_array_append_val(self->across, other_place);
    }
}

/* Without sub-totals between them sorted rows are one list. */
static bool
is_one_list(const JwTablePlan *plan)
{
    return !plan->totals && plan->n_keys > 1
           && (plan->sort_by != NULL || plan->sort_key < plan->n_keys);
}

static NodeOrder
order_of_level(const JwTablePlan *plan, size_t level)
{
    const bool top = plan->top_by != NULL && level == 0 && plan->sort_by == NULL
                     && plan->sort_key == plan->n_keys;

    if (is_one_list(plan)) { /* sort_as_one() has the natural order to begin with */
        return (NodeOrder){ 0 };
    }
    return (NodeOrder){ .by_number = plan->sort_by != NULL || top,
                        .by_label = plan->sort_key == level,
                        .descending = plan->descending || top };
}

static const JwAccumulator *
accumulators_of(JwRows *self, const JwStretch *stretch)
{
    return stretch->end - stretch->first == 1
               ? g_array_index(self->leaves.leaves, JwLeaf, stretch->first).accumulators
               : jw_leaves_merge(&self->leaves, stretch->first, stretch->end);
}

/* The groups of the key at @level among some leaves, in order. (transfer full) */
static GArray *
sorted_nodes(JwRows *self, size_t level, size_t first, size_t end)
{
    g_autoptr(GArray) stretches = jw_leaves_stretches(&self->leaves, first, end, level + 1);
    GArray *nodes = g_array_sized_new(FALSE, TRUE, sizeof(Node), stretches->len);
    NodeOrder order = order_of_level(self->plan, level);
    const JwRank rank = { .by = self->plan->sort_by != NULL ? self->plan->sort_by
                                                            : self->plan->top_by };

    for (guint i = 0; i < stretches->len; i++) {
        Node node = { .stretch = g_array_index(stretches, JwStretch, i) };
        node.accumulators = accumulators_of(self, &node.stretch);
        node.group = jw_leaves_group(
            &self->leaves, level,
            g_array_index(self->leaves.leaves, JwLeaf, node.stretch.first).places[level]);
        if (order.by_number) {
            node.number = jw_leaves_number(&self->leaves, &rank, node.accumulators, 0);
        } else if (order.by_label && node.group != NULL) {
            node.number = label_number(node.group);
        }
        g_array_append_val(nodes, node);
    }
    g_array_sort_with_data(nodes, compare_nodes, &order);
    return nodes;
}

static void
add_row(JwRows *self, size_t level, const JwStretch *stretch, JwScope scope)
{
    const Row row = {
        .level = level, .first = stretch->first, .end = stretch->end, .scope = scope
    };

    g_array_append_val(self->rows, row);
}

static void
add_level(JwRows *self, size_t level, size_t first, size_t end, const JwAccumulator *subtotal)
{
    g_autoptr(GArray) nodes = sorted_nodes(self, level, first, end);

    for (guint i = 0; i < nodes->len; i++) {
        const Node *node = &g_array_index(nodes, Node, i);
        const JwScope scope = scope_of(self->aggregate, node->accumulators, subtotal);
        if (level + 1 == self->plan->n_keys) {
            add_row(self, level + 1, &node->stretch, scope);
            continue;
        }
        add_level(self, level + 1, node->stretch.first, node->stretch.end, node->accumulators);
        if (self->plan->totals) {
            add_row(self, level + 1, &node->stretch, scope);
        }
    }
}

/* What a row stands for in one list: the group of the key that sorts it, else that of its last key;
 * NULL: it is in "(other)", of any of its keys when a measure sorts. */
static const JwGroup *
group_of_row(const JwRows *self, const JwLeaf *leaf, const NodeOrder *order)
{
    const JwTablePlan *plan = self->plan;
    const size_t last = order->by_label ? plan->sort_key : plan->n_keys - 1;
    const JwGroup *group = jw_leaves_group(&self->leaves, last, leaf->places[last]);

    for (size_t key = 0; order->by_number && key < last && group != NULL; key++) {
        group = leaf->places[key] != JW_PLACE_OTHER ? group : NULL;
    }
    return group;
}

static void
sort_as_one(JwRows *self)
{
    const JwTablePlan *plan = self->plan;
    NodeOrder order = { .by_number = plan->sort_by != NULL,
                        .by_label = plan->sort_key < plan->n_keys,
                        .descending = plan->descending };
    g_autoptr(GArray) nodes = g_array_new(FALSE, TRUE, sizeof(Node));
    g_autoptr(GArray) rows = g_array_new(FALSE, TRUE, sizeof(Row));

    for (guint i = 0; i < self->rows->len; i++) {
        const Row *row = &g_array_index(self->rows, Row, i);
        const JwLeaf *leaf = &g_array_index(self->leaves.leaves, JwLeaf, row->first);
        Node node = { .stretch = { .first = i }, .group = group_of_row(self, leaf, &order) };
        if (order.by_number) {
            node.number = jw_leaves_number(&self->leaves, &self->ranks[0], row->scope.group, 0);
        } else if (order.by_label && node.group != NULL) {
            node.number = label_number(node.group);
        }
        g_array_append_val(nodes, node);
    }
    g_array_sort_with_data(nodes, compare_nodes, &order);
    for (guint i = 0; i < nodes->len; i++) {
        const size_t index = g_array_index(nodes, Node, i).stretch.first;
        g_array_append_val(rows, g_array_index(self->rows, Row, index));
    }
    g_array_unref(self->rows);
    self->rows = g_steal_pointer(&rows);
}

/* Fewer rows where they are wide. */
static size_t
most_rows(const JwRows *self)
{
    const JwTablePlan *plan = self->plan;
    const size_t groups = self->across->len + 1;
    const size_t fit = JW_TABLE_CELLS_MAX / (plan->n_keys + groups * plan->measures->len);

    return plan->n_dimensions > 1 ? MIN(plan->max_rows, MAX(fit, 1)) : plan->max_rows;
}

/* Which groups of a key have rows when not all have: the first by the measure that sorts the table,
 * or by which it has the highest; else the most frequent. */
static void
set_ranks(JwRows *self)
{
    const JwTablePlan *plan = self->plan;

    for (size_t key = 0; key < plan->n_keys; key++) {
        self->ranks[key] = plan->sort_by != NULL ? (JwRank){ plan->sort_by, plan->descending }
                           : key == 0            ? (JwRank){ plan->top_by, true }
                                                 : frequency;
    }
}

/* Whether the table says itself how many groups of a key it has: rows that a measure sorts are
 * first as rows, whatever their groups are as a whole. */
static bool
has_own_limit(const JwTablePlan *plan, size_t key)
{
    return plan->n_keys > 1 ? plan->sort_by != NULL || (key == 0 && plan->top_by != NULL)
                            : plan->kept != NULL || plan->top_by != NULL
                                  || (plan->n_dimensions == 1 && plan->max_rows > 0);
}

static void
fold(JwRows *self)
{
    const JwTablePlan *plan = self->plan;
    const JwRank top = { plan->top_by, true };

    set_ranks(self);
    if (plan->kept != NULL) {
        keep_named(self, plan->kept);
    } else if (plan->top_by != NULL) {
        keep_first(self, 0, &top, plan->top_n);
    }
    for (size_t key = 0; key < plan->n_keys; key++) {
        if (!has_own_limit(plan, key)) {
            cap(self, key, &self->ranks[key]);
        }
    }
    if (plan->n_dimensions > plan->n_keys) {
        load_across(self);
    }
    if (plan->max_rows > 0 && plan->kept == NULL) {
        self->folded =
            is_one_list(plan) && plan->sort_by != NULL
                ? jw_leaves_limit_list(&self->leaves, plan->n_keys, most_rows(self), self->ranks)
                : jw_leaves_limit(&self->leaves, plan->n_keys, most_rows(self), self->ranks);
    }
}

JwRows *
jw_rows_new(JwAggregate *aggregate, const JwTablePlan *plan)
{
    JwRows *self = g_new0(JwRows, 1);

    self->plan = plan;
    self->aggregate = aggregate;
    self->rows = g_array_new(FALSE, TRUE, sizeof(Row));
    self->across = g_array_new(FALSE, TRUE, sizeof(uint32_t));
    self->nothing = g_new0(JwAccumulator, MAX(aggregate->n_simple, 1));
    jw_leaves_init(&self->leaves, aggregate, plan);
    fold(self);
    const JwStretch all = { .end = self->leaves.leaves->len };
    add_level(self, 0, all.first, all.end, aggregate->totals);
    if (is_one_list(plan)) {
        sort_as_one(self);
    }
    if (plan->totals) {
        add_row(self, 0, &all, scope_of_all(aggregate));
    }
    self->loaded = SIZE_MAX;
    self->cells = g_new0(const JwAccumulator *, self->across->len + 1);
    self->own = self->leaves.merged->len;
    return self;
}

void
jw_rows_free(gpointer data)
{
    JwRows *self = data;

    if (self == NULL) {
        return;
    }
    jw_leaves_clear(&self->leaves);
    g_array_unref(self->rows);
    g_array_unref(self->across);
    g_free(self->nothing);
    g_free(self->cells);
    g_free(self);
}

size_t
jw_rows_count(const JwRows *self)
{
    return self->rows->len;
}

static const Row *
row_at(const JwRows *self, size_t row)
{
    return &g_array_index(self->rows, Row, row);
}

size_t
jw_rows_level(const JwRows *self, size_t row)
{
    return row_at(self, row)->level;
}

static const char *
label_at(const JwRows *self, size_t dimension, uint32_t place)
{
    const JwGroup *group = jw_leaves_group(&self->leaves, dimension, place);

    return group != NULL ? group->label : OTHER_LABEL;
}

const char *
jw_rows_label(const JwRows *self, size_t row, size_t key)
{
    const size_t leaf = row_at(self, row)->first;

    return label_at(self, key, g_array_index(self->leaves.leaves, JwLeaf, leaf).places[key]);
}

char *
jw_rows_key(const JwRows *self, size_t row)
{
    const size_t leaf = row_at(self, row)->first;
    const uint32_t place = g_array_index(self->leaves.leaves, JwLeaf, leaf).places[0];
    const JwGroup *group = jw_leaves_group(&self->leaves, 0, place);

    return group != NULL ? jw_group_key(group) : g_strdup_printf("%c", JW_GROUP_KEY_OTHER);
}

size_t
jw_rows_n_across(const JwRows *self)
{
    return self->across->len;
}

const char *
jw_rows_across_label(const JwRows *self, size_t across)
{
    return label_at(self, self->plan->n_keys, g_array_index(self->across, uint32_t, across));
}

JwValue
jw_rows_value(JwRows *self, size_t row, const JwMeasureDef *measure)
{
    return jw_aggregate_value(self->aggregate, measure, &row_at(self, row)->scope);
}

/* Those of a group are its leaves; those of a total are merged, and only while it is asked for. */
static const JwAccumulator *
cell_of(JwRows *self, const Row *row, uint32_t place)
{
    const size_t dimension = self->plan->n_keys;
    const JwAccumulator *found = NULL;
    JwAccumulator *own = NULL;

    for (size_t i = row->first; i < row->end; i++) {
        const JwLeaf *leaf = &g_array_index(self->leaves.leaves, JwLeaf, i);
        if (leaf->places[dimension] != place) {
            continue;
        }
        if (found == NULL) {
            found = leaf->accumulators;
            continue;
        }
        if (own == NULL) {
            GArray *merged = jw_accumulators_new();
            g_array_set_size(merged, (guint)self->aggregate->n_simple);
            g_ptr_array_add(self->leaves.merged, merged);
            own = &g_array_index(merged, JwAccumulator, 0);
            jw_accumulators_merge(self->aggregate, own, found);
            found = own;
        }
        jw_accumulators_merge(self->aggregate, own, leaf->accumulators);
    }
    return found != NULL ? found : self->nothing;
}

static void
load_cells(JwRows *self, size_t row)
{
    g_ptr_array_set_size(self->leaves.merged, (int)self->own);
    for (guint i = 0; i < self->across->len; i++) {
        self->cells[i] = cell_of(self, row_at(self, row), g_array_index(self->across, uint32_t, i));
    }
    self->loaded = row;
}

JwValue
jw_rows_across_value(JwRows *self, size_t row, size_t across, const JwMeasureDef *measure)
{
    if (self->loaded != row) {
        load_cells(self, row);
    }
    const JwScope scope =
        scope_of(self->aggregate, self->cells[across], row_at(self, row)->scope.group);
    return jw_aggregate_value(self->aggregate, measure, &scope);
}

bool
jw_rows_folded(const JwRows *self)
{
    return self->folded;
}

size_t
jw_rows_across_folded(const JwRows *self)
{
    return self->across_folded ? self->most_across : 0;
}

size_t
jw_rows_capped(const JwRows *self, size_t dimension)
{
    return self->capped[dimension] ? jw_groups_most(self->leaves.dimensions[dimension]->groups) : 0;
}

size_t
jw_rows_told_apart(const JwRows *self, size_t dimension)
{
    const JwGroups *groups = self->leaves.dimensions[dimension]->groups;
    const bool narrowed =
        self->leaves.narrowed && jw_groups_n_values(groups) > jw_groups_most(groups);

    return narrowed                       ? jw_groups_most(groups)
           : jw_groups_overflowed(groups) ? jw_groups_n_values(groups)
                                          : 0;
}

const JwMeasureDef *
jw_rows_ranked_by(const JwRows *self)
{
    return self->ranks[0].by;
}

bool
jw_rows_rank_is_estimate(const JwRows *self)
{
    return self->leaves.estimated;
}
