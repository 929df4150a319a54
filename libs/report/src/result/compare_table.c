/* result/compare_table.c: a table of a result with that of the period before. Their rows meet by
 * what they are about: a day by its place in the period, all else by its value, whatever it is
 * called. One thread. */
#include "result/compare.h"

#include "engine/buckets.h"
#include "engine/groups.h"
#include "jw/civil.h"
#include "jw/report_text.h"
#include "jw/report_words.h"

#include <stdio.h>
#include <string.h>

#define ROLES_MAX 4   /* of one measure: value, previous, difference, percent */
#define TOTAL_KEY "t" /* which no key of a group is: engine/groups.h */

/* A row of the table that is made, by its places in the two that it is made of; -1: it has none. */
typedef struct {
    gssize row, before;
} Pair;

/* Two tables, and the one that they become. */
typedef struct {
    const JwCompared *compare;
    const JwTablePlan *plan;
    JwReportTable now;
    const JwReportTable *before;
    GArray *pairs; /* of Pair */
    bool timeline; /* its key is a day, a week, … */
    JwBuckets buckets;
    bool sorted; /* by what the plan says */
    bool now_other, before_other;
    int64_t left_out;
    JwReportTable made;
} Tables;

/* The key of a bucket (engine/buckets.h) by its label; false: another label. */
static bool
read_label(const JwBuckets *buckets, const char *label, int64_t *ret_key)
{
    const bool week = buckets->part == JW_PART_WEEK && buckets->iso;
    int year = 0, number = 1, day = 1, end = 0;

    if (buckets->part == JW_PART_YEAR) {
        (void)sscanf(label, "%4d%n", &year, &end);
        *ret_key = year;
    } else if (buckets->part == JW_PART_QUARTER) {
        (void)sscanf(label, "%4d-Q%1d%n", &year, &number, &end);
        *ret_key = (year - 1970) * INT64_C(4) + number - 1;
    } else if (buckets->part == JW_PART_MONTH) {
        (void)sscanf(label, "%4d-%2d%n", &year, &number, &end);
        *ret_key = (year - 1970) * INT64_C(12) + number - 1;
    } else if (week) {
        (void)sscanf(label, "%4d-W%2d%n", &year, &number, &end);
        const int64_t fourth = jw_civil_days(year, 1, 4); /* is in the first week */
        *ret_key = fourth - (jw_civil_weekday(fourth) + 6) % 7 + (number - 1) * INT64_C(7);
    } else {
        (void)sscanf(label, "%4d-%2d-%2d%n", &year, &number, &day, &end);
        *ret_key = jw_civil_days(year, number, day);
    }
    return end > 0 && label[end] == '\0';
}

static int64_t
key_of_day(const JwBuckets *buckets, int64_t day)
{
    return jw_bucket_key(buckets, day * JW_DAY_SECONDS);
}

/* Whether a day is beside the same date, and not beside the day with the same number. */
static bool
goes_by_date(const JwCompared *self, const JwBuckets *buckets)
{
    return buckets->part == JW_PART_DATE && self->request->compare == JW_COMPARE_YEAR
           && self->request->period != JW_PERIOD_WEEKLY;
}

/* The day, week, month and so on of the period that has the place of @key in the period before;
 * false: it has none. */
static bool
moved_key(const JwCompared *self, const JwBuckets *buckets, int64_t key, int64_t *ret_key)
{
    const int64_t first = key_of_day(buckets, self->first_day);
    JwCivil date = { 0 };

    if (!goes_by_date(self, buckets)) {
        *ret_key = key + first - key_of_day(buckets, self->compared_day);
    } else {
        jw_civil_from_days(key, &date);
        if (date.day > jw_civil_month_days(date.year + 1, date.month)) {
            return false;
        }
        /* of a period that begins on 29 February that before begins on the 28th */
        *ret_key = MAX(jw_civil_days(date.year + 1, date.month, date.day), first);
    }
    return *ret_key <= key_of_day(buckets, self->last_day);
}

/* Whether the period before has a day, a week and so on in the place of @key. */
static bool
has_counterpart(const JwCompared *self, const JwBuckets *buckets, int64_t key)
{
    const int64_t first = key_of_day(buckets, self->compared_day);
    const int64_t before = goes_by_date(self, buckets)
                               ? jw_civil_year_before(key)
                               : key - key_of_day(buckets, self->first_day) + first;
    int64_t moved = 0;

    return before >= first && before <= key_of_day(buckets, self->compared_last_day)
           && moved_key(self, buckets, before, &moved) && moved == key;
}

/* The bucket that a row of a table in time is about; false: it is about none. */
static bool
read_key(const Tables *tables, const char *key, int64_t *ret_bucket)
{
    return tables->timeline && key[0] == JW_GROUP_KEY_VALUE
           && read_label(&tables->buckets, key + 1, ret_bucket);
}

/* What a row of the period before is about, as a key of this period. NULL: this period has no such
 * day. @ret_owned: (transfer full) where it is a new text */
static const char *
moved_key_text(const Tables *tables, const char *key, char **ret_owned)
{
    int64_t bucket = 0;

    *ret_owned = NULL;
    if (!read_key(tables, key, &bucket)) {
        return key;
    }
    if (!moved_key(tables->compare, &tables->buckets, bucket, &bucket)) {
        return NULL;
    }
    g_autofree char *label = jw_bucket_label(&tables->buckets, bucket);
    *ret_owned = g_strdup_printf("%c%s", JW_GROUP_KEY_VALUE, label);
    return *ret_owned;
}

static const char *
row_label(const JwReportTable *table, size_t row)
{
    const JwValue *cell = jw_report_cell(table, row, 0);

    return cell->type == JW_VALUE_TEXT ? cell->text : "";
}

static const char *
row_key(const JwReportTable *table, size_t row)
{
    return jw_report_row_kind(table, row) != JW_ROW_GROUP ? TOTAL_KEY : table->row_keys[row];
}

/* Rows of the table before by what they are about, in words of this period; those that this period
 * has no row for are counted. (transfer full) */
static GHashTable *
rows_before(Tables *tables)
{
    GHashTable *rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (size_t row = 0; row < tables->before->n_rows; row++) {
        g_autofree char *owned = NULL;
        const char *key = moved_key_text(tables, row_key(tables->before, row), &owned);
        if (key == NULL) {
            tables->left_out += 1;
            continue;
        }
        g_hash_table_insert(rows, g_strdup(key), GSIZE_TO_POINTER(row + 1));
    }
    return rows;
}

/* @ret_owned: as moved_key_text() */
static const char *
pair_key(const Tables *tables, const Pair *pair, char **ret_owned)
{
    *ret_owned = NULL;
    return pair->row >= 0
               ? row_key(&tables->now, (size_t)pair->row)
               : moved_key_text(tables, row_key(tables->before, (size_t)pair->before), ret_owned);
}

/* Values, then "(none)", then "(other)", then the total. Where the rows are sorted "(none)" is one
 * of them, and what the period before alone has comes behind. */
static int
pair_rank(const Tables *tables, const Pair *pair)
{
    const bool now = pair->row >= 0;
    const char kind = *(now ? row_key(&tables->now, (size_t)pair->row)
                            : row_key(tables->before, (size_t)pair->before));

    return kind == *TOTAL_KEY           ? 3
           : kind == JW_GROUP_KEY_OTHER ? 2
           : tables->sorted             ? !now
           : kind == JW_GROUP_KEY_NONE  ? 1
                                        : 0;
}

static int
compare_pairs(gconstpointer a, gconstpointer b, gpointer data)
{
    const Tables *tables = data;
    const int first = pair_rank(tables, a), second = pair_rank(tables, b);

    if (first != second || first != 0 || !tables->timeline || tables->sorted) {
        return first - second; /* the sort keeps the order */
    }
    g_autofree char *one = NULL;
    g_autofree char *other = NULL;
    return strcmp(pair_key(tables, a, &one), pair_key(tables, b, &other));
}

/* The rows of this period in their order, and in front of "(none)", "(other)" and the total those
 * of the period before only; days in the order of the calendar. */
static void
pair_rows(Tables *tables)
{
    g_autoptr(GHashTable) before = rows_before(tables);

    for (size_t row = 0; row < tables->now.n_rows; row++) {
        const char *key = row_key(&tables->now, row);
        const size_t found = GPOINTER_TO_SIZE(g_hash_table_lookup(before, key));
        const Pair pair = { (gssize)row, (gssize)found - 1 };

        g_array_append_val(tables->pairs, pair);
        g_hash_table_remove(before, key);
    }
    for (size_t row = 0; row < tables->before->n_rows; row++) {
        g_autofree char *owned = NULL;
        const char *key = moved_key_text(tables, row_key(tables->before, row), &owned);
        const Pair pair = { -1, (gssize)row };

        if (key != NULL && g_hash_table_contains(before, key)) {
            g_array_append_val(tables->pairs, pair);
        }
    }
    g_array_sort_with_data(tables->pairs, compare_pairs, tables);
}

/* The roles that the columns of a measure have. */
static size_t
n_roles(const JwReportColumn *column)
{
    return jw_compare_has_percent(column->format)      ? 4
           : jw_compare_has_difference(column->format) ? 3
                                                       : 2;
}

static const JwMeasureDef *
measure_of(const Tables *tables, size_t column)
{
    return jw_report_def_measure(tables->compare->def, tables->now.columns[column].name);
}

/* The value of a table at a place of a pair, or what a measure is over no records of its period:
 * not known when its group may be among others. */
static JwValue
pair_value(const Tables *tables, const JwReportTable *table, gssize row, size_t column, bool other)
{
    JwAggregate *aggregate =
        table == &tables->now ? tables->compare->aggregate : tables->compare->previous;

    if (row >= 0) {
        return *jw_report_cell(table, (size_t)row, column);
    }
    const JwMeasureDef *measure = measure_of(tables, column);
    return other || measure == NULL ? (JwValue){ .type = JW_VALUE_NULL }
                                    : jw_aggregate_nothing(aggregate, measure);
}

/* "(other)" is not the same in both. */
static bool
pair_is_other(const Tables *tables, const Pair *pair)
{
    return (tables->now_other || tables->before_other) && pair_rank(tables, pair) == 2;
}

/* A day of this period that the period before does not have: there is no figure, not even 0. */
static bool
pair_is_alone(const Tables *tables, const Pair *pair)
{
    int64_t bucket = 0;

    return pair->before < 0 && read_key(tables, row_key(&tables->now, (size_t)pair->row), &bucket)
           && !has_counterpart(tables->compare, &tables->buckets, bucket);
}

/* @ret_owned: as moved_key_text() */
static const char *
pair_label(const Tables *tables, const Pair *pair, char **ret_owned)
{
    const char *key = pair_key(tables, pair, ret_owned);

    return pair->row >= 0                      ? row_label(&tables->now, (size_t)pair->row)
           : *ret_owned != NULL && key != NULL ? key + 1
                                               : row_label(tables->before, (size_t)pair->before);
}

static void
fill_pair(Tables *tables, size_t at, const Pair *pair)
{
    JwReportResult *result = tables->compare->self;
    const size_t n_keys = tables->now.n_keys;
    const bool unknown = pair_is_other(tables, pair) || pair_is_alone(tables, pair);
    size_t column = n_keys;
    g_autofree char *owned = NULL;
    const char *label = pair_label(tables, pair, &owned);

    *jw_result_cell(&tables->made, at, 0) = jw_result_keep_value(
        result, (JwValue){ .type = JW_VALUE_TEXT, .text = label, .length = strlen(label) });
    for (size_t i = n_keys; i < tables->now.n_columns; i++) {
        const JwReportColumn *about = &tables->now.columns[i];
        const JwValue now = pair_value(tables, &tables->now, pair->row, i, tables->now_other);
        const JwValue before =
            unknown ? (JwValue){ .type = JW_VALUE_NULL }
                    : pair_value(tables, tables->before, pair->before, i, tables->before_other);
        const JwValue change = jw_compare_has_difference(about->format)
                                   ? jw_compare_difference(&now, &before, about->decimals)
                                   : (JwValue){ .type = JW_VALUE_NULL };
        const JwValue values[ROLES_MAX] = { now, jw_result_keep_value(result, before), change,
                                            jw_compare_percent(&change, &before) };
        for (size_t role = 0; role < n_roles(about); role++) {
            *jw_result_cell(&tables->made, at, column++) = values[role];
        }
    }
}

/* @before: whether the values before are estimates */
static JwReportColumn
role_column(JwReportResult *result, const JwReportColumn *of, bool before, JwColumnRole role)
{
    static const JwWord words[] = { [JW_COLUMN_PREVIOUS] = JW_WORD_PREVIOUS_OF,
                                    [JW_COLUMN_DIFFERENCE] = JW_WORD_DIFFERENCE_OF,
                                    [JW_COLUMN_PERCENT] = JW_WORD_CHANGE_OF };
    JwReportColumn column = *of;

    if (role == JW_COLUMN_VALUE) {
        return column;
    }
    g_autofree char *label = jw_report_word_fill(words[role], result->language, of->label, NULL);
    column.label = jw_result_keep(result, label);
    column.role = role;
    column.approximate = before || (of->approximate && role != JW_COLUMN_PREVIOUS);
    if (role == JW_COLUMN_DIFFERENCE && of->format == JW_FORMAT_PERCENT) {
        g_autofree char *points = jw_compare_points(result->language);
        column.unit = jw_result_keep(result, points);
        column.unit_one = NULL;
    }
    if (role == JW_COLUMN_PERCENT) {
        column.format = JW_FORMAT_PERCENT;
        column.decimals = JW_CHANGE_DECIMALS;
        column.unit = column.unit_one = NULL;
    }
    return column;
}

/* Where a column of this period's table is in the one that is made. */
static size_t
made_column(const JwReportTable *now, size_t column)
{
    size_t at = MIN(column, now->n_keys);

    for (size_t i = now->n_keys; i < column; i++) {
        at += n_roles(&now->columns[i]);
    }
    return at;
}

/* The period before is drawn beside the one measure of a chart. */
static void
make_chart(Tables *tables)
{
    const JwReportTable *now = &tables->now;
    JwReportTable *made = &tables->made;

    for (size_t i = 0; i < now->n_chart_columns; i++) {
        made->chart_columns[i] = made_column(now, now->chart_columns[i]);
    }
    if (now->n_chart_columns == 1) {
        made->chart_columns[1] = made->chart_columns[0] + 1;
        made->n_chart_columns = 2;
    }
}

/* Puts the compared table in the place of this period's. */
static void
make_table(Tables *tables)
{
    JwReportTable *now = &tables->now, *made = &tables->made;
    size_t column = 0;

    *made = *now;
    made->n_rows = tables->pairs->len;
    made->n_columns = made_column(now, now->n_columns);
    made->columns = g_new0(JwReportColumn, made->n_columns);
    made->cells = g_new0(JwValue, made->n_columns * made->n_rows);
    made->kinds = now->kinds != NULL ? g_new0(JwRowKind, made->n_rows) : NULL;
    made->levels = NULL;
    made->row_keys = NULL;
    for (size_t i = 0; i < now->n_columns; i++) {
        const size_t roles = i < now->n_keys ? 1 : n_roles(&now->columns[i]);
        for (size_t role = 0; role < roles; role++) {
            made->columns[column++] =
                role_column(tables->compare->self, &now->columns[i],
                            tables->before->columns[i].approximate, (JwColumnRole)role);
        }
    }
    for (guint i = 0; i < tables->pairs->len; i++) {
        const Pair *pair = &g_array_index(tables->pairs, Pair, i);
        fill_pair(tables, i, pair);
        if (made->kinds != NULL && pair->row >= 0) {
            made->kinds[i] = now->kinds[pair->row];
        }
    }
    make_chart(tables);
    g_free(now->columns);
    g_free(now->cells);
    g_free(now->kinds);
    g_free(now->row_keys);
    g_free(now->levels);
}

static void
note_left_out(const JwCompared *self, const Tables *tables)
{
    g_autofree char *count = jw_report_count(tables->left_out, self->self->language);

    if (tables->left_out > 0) {
        g_autofree char *note =
            jw_report_word_fill(JW_WORD_LEFT_OUT, self->self->language, tables->made.title, count);
        g_ptr_array_add(self->self->notes, (gpointer)(uintptr_t)jw_result_keep(self->self, note));
    }
}

/* The keys of a table's groups. (transfer container) */
static GHashTable *
keys_of(const JwReportTable *table)
{
    GHashTable *keys = g_hash_table_new(g_str_hash, g_str_equal);

    for (size_t row = 0; row < table->n_rows; row++) {
        if (jw_report_row_kind(table, row) == JW_ROW_GROUP) {
            g_hash_table_add(keys, (gpointer)(uintptr_t)row_key(table, row));
        }
    }
    return keys;
}

/* Of a table that has not all groups: that of the period before with the same ones, so that
 * "(other)" is of the same as well. Where this period's has all of its own, those that the period
 * before shows by itself have rows too. (transfer none) */
static const JwReportTable *
table_before(Tables *tables, JwReportResult *before, guint index)
{
    const JwDimensionDef *dimension = tables->plan->dimensions[0];
    const JwReportTable *own = &g_array_index(before->tables, JwReportTable, index);
    JwAggregate *previous = tables->compare->previous;
    JwTablePlan same = *tables->plan;
    const bool limited = same.top_by != NULL || same.max_rows > 0
                         || jw_aggregate_has_more(tables->compare->aggregate, dimension);

    if (!limited && !jw_aggregate_has_more(previous, dimension)) {
        return own;
    }
    g_autoptr(GHashTable) keys = keys_of(&tables->now);
    g_autoptr(GHashTable) before_keys = keys_of(own);
    g_autoptr(GHashTable) kept = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t group = 0; group < jw_aggregate_n_groups(previous, dimension); group++) {
        g_autofree char *key = jw_aggregate_group_key(previous, dimension, group);
        g_autofree char *owned = NULL;
        const char *moved = moved_key_text(tables, key, &owned);
        if ((moved != NULL && g_hash_table_contains(keys, moved))
            || (!limited && g_hash_table_contains(before_keys, key))) {
            g_hash_table_add(kept, g_steal_pointer(&key));
        }
    }
    same.kept = kept;
    jw_result_fill_table(before, previous, &same);
    return &g_array_index(before->tables, JwReportTable, before->tables->len - 1);
}

void
jw_compare_table(const JwCompared *self, const JwTablePlan *plan, JwReportTable *table,
                 JwReportResult *before, guint index)
{
    const bool timeline = jw_part_is_in_time(plan->dimensions[0]->part);
    g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
    Tables tables = {
        .compare = self,
        .plan = plan,
        .now = *table,
        .pairs = pairs,
        .timeline = timeline,
        .buckets = timeline ? jw_buckets_of(plan->dimensions[0]) : (JwBuckets){ 0 },
        .sorted = plan->sort_by != NULL || plan->sort_key < plan->n_keys || plan->top_by != NULL,
        .now_other = jw_aggregate_has_other(self->aggregate, plan->dimensions[0]),
        .before_other = jw_aggregate_has_other(self->previous, plan->dimensions[0]),
    };

    tables.before = table_before(&tables, before, index);
    pair_rows(&tables);
    make_table(&tables);
    *table = tables.made;
    note_left_out(self, &tables);
}
