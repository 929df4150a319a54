/* groups.c: the groups of one dimension. One thread at a time. A small open-addressing table
 * over a growing array, at most half full: keys are views into a record, not NUL-terminated
 * strings, as GHashTable would want them; the number of groups is capped. */
#include "engine/groups.h"
#include "engine/buckets.h"
#include "engine/hash.h"
#include "jw/civil.h"
#include "engine/condition.h"
#include "jw/error.h"
#include "jw/zone_cache.h"

#include <inttypes.h>
#include <string.h>

/* A period of more days (weeks, months, …) than this starts without its empty days. */
#define MOST_PREPARED 400
#define FIRST_SLOTS   64
/* A longer value is known by its begin, its end, its length and its hash: memory per group is
 * fixed. The label shows the begin and the end. */
#define MOST_LABEL_BYTES 256
#define BEGIN_BYTES      168
#define END_BYTES        85
#define CUT              "\xe2\x80\xa6" /* … */

#define NONE_LABEL  "(none)"
#define OTHER_LABEL "(other)"

struct _JwGroups {
    JwBuckets buckets;
    JwZoneCache zone;
    GHashTable *labels; /* of the definition; NULL: none */
    GArray *groups;     /* of JwGroup */
    size_t n_values, most_held, max_groups, n_prepared;
    size_t none, other; /* index + 1; 0: not there yet */
    uint32_t *slots;    /* index + 1; 0: free */
    size_t mask;
    size_t last; /* last hit, as records often come in order */
    GString *scratch;
    GArray *order; /* of size_t; NULL: to be computed */
};

static void
group_clear(gpointer data)
{
    JwGroup *group = data;

    g_clear_pointer(&group->label, g_free);
    g_clear_pointer(&group->value, g_free);
}

/* @text with its middle left out. */
static char *
cut_label(const char *text, size_t length)
{
    size_t begin = BEGIN_BYTES, end = length - END_BYTES;

    while (((unsigned char)text[begin] & 0xc0) == 0x80) {
        begin--; /* not inside a character */
    }
    while (end < length && ((unsigned char)text[end] & 0xc0) == 0x80) {
        end++;
    }
    return g_strdup_printf("%.*s" CUT "%.*s", (int)begin, text, (int)(length - end), text + end);
}

static bool
is_of_text(const JwGroup *group, const char *text, size_t length)
{
    if (group->bytes != length) {
        return false;
    }
    if (length <= MOST_LABEL_BYTES) {
        return memcmp(group->label, text, length) == 0;
    }
    g_autofree char *label = cut_label(text, length);
    return strcmp(group->label, label) == 0;
}

static size_t
add_group(JwGroups *self, JwGroupKind kind, int64_t key, uint64_t hash, char *take_label)
{
    const JwGroup group = {
        .kind = kind,
        .key = key,
        .hash = hash,
        .label = take_label,
        .length = strlen(take_label),
        .seen = (uint32_t)self->n_values,
        .shown = self->labels != NULL ? g_hash_table_lookup(self->labels, take_label) : NULL,
    };

    g_array_append_val(self->groups, group);
    return self->groups->len - 1;
}

static size_t
none_group(JwGroups *self)
{
    if (self->none == 0) {
        self->none = add_group(self, JW_GROUP_NONE, 0, 0, g_strdup(NONE_LABEL)) + 1;
    }
    return self->none - 1;
}

static size_t
other_group(JwGroups *self)
{
    if (self->other == 0) {
        self->other = add_group(self, JW_GROUP_OTHER, 0, 0, g_strdup(OTHER_LABEL)) + 1;
    }
    return self->other - 1;
}

/* Keeps the table half empty. */
static void
grow(JwGroups *self)
{
    const size_t n_slots = 2 * (self->mask + 1);

    g_free(self->slots);
    self->slots = g_new0(uint32_t, n_slots);
    self->mask = n_slots - 1;
    for (guint i = 0; i < self->groups->len; i++) {
        const JwGroup *group = &g_array_index(self->groups, JwGroup, i);
        size_t slot = group->hash & self->mask;
        while (self->slots[slot] != 0) {
            slot = (slot + 1) & self->mask;
        }
        if (group->kind == JW_GROUP_VALUE) {
            self->slots[slot] = i + 1;
        }
    }
}

/* The group with this key, @text for JW_PART_VALUE, else @key. */
static size_t
find_group(JwGroups *self, uint64_t hash, int64_t key, const char *text, size_t length)
{
    size_t slot = hash & self->mask, index = 0;

    for (; self->slots[slot] != 0; slot = (slot + 1) & self->mask) {
        const JwGroup *group = &g_array_index(self->groups, JwGroup, self->slots[slot] - 1);
        if (group->hash == hash && group->key == key
            && (text == NULL || is_of_text(group, text, length))) {
            return self->slots[slot] - 1;
        }
    }
    if (self->n_values >= self->most_held) {
        return other_group(self);
    }
    const bool cut = text != NULL && length > MOST_LABEL_BYTES;
    index = add_group(self, JW_GROUP_VALUE, key, hash,
                      cut            ? cut_label(text, length)
                      : text != NULL ? g_strndup(text, length)
                                     : jw_bucket_label(&self->buckets, key));
    g_array_index(self->groups, JwGroup, index).bytes = length;
    self->n_values++;
    self->slots[slot] = (uint32_t)index + 1;
    if (2 * self->n_values > self->mask) {
        grow(self);
    }
    return index;
}

static size_t
find_key(JwGroups *self, int64_t key)
{
    return find_group(self, jw_hash_mix((uint64_t)key + 1), key, NULL, 0);
}

/* Some zones skipped one when they crossed the date line, as Samoa did on 30 December 2011. */
static bool
is_day(GTimeZone *zone, int64_t day)
{
    return jw_zone_day_start_ms(zone, day) < jw_zone_day_start_ms(zone, day + 1);
}

static void
prepare_period(JwGroups *self, int64_t start_ms, int64_t end_ms)
{
    const JwBuckets *buckets = &self->buckets;
    const int64_t first = jw_bucket_key(buckets, jw_zone_cache_local(&self->zone, start_ms));
    const int64_t last = jw_bucket_key(buckets, jw_zone_cache_local(&self->zone, end_ms - 1));
    const int64_t step = jw_bucket_next(buckets, 0);

    for (int64_t key = first; (last - first) / step < MOST_PREPARED && key <= last; key += step) {
        if (buckets->part != JW_PART_DATE || is_day(self->zone.zone, key)) {
            find_key(self, key);
        }
    }
}

JwGroups *
jw_groups_new(const JwDimensionDef *dimension, size_t max_groups, size_t most_held, GTimeZone *zone,
              int64_t start_ms, int64_t end_ms)
{
    JwGroups *self = g_new0(JwGroups, 1);

    self->buckets = jw_buckets_of(dimension);
    self->zone.zone = zone;
    self->labels = dimension->labels;
    self->groups = g_array_new(FALSE, TRUE, sizeof(JwGroup));
    g_array_set_clear_func(self->groups, group_clear);
    self->scratch = g_string_new(NULL);
    self->max_groups = MAX(max_groups, 1);
    self->slots = g_new0(uint32_t, FIRST_SLOTS);
    self->mask = FIRST_SLOTS - 1;
    const size_t fixed = jw_buckets_fixed(&self->buckets);
    for (size_t i = 0; i < fixed; i++) {
        add_group(self, JW_GROUP_VALUE, (int64_t)i, 0, jw_bucket_label(&self->buckets, (int64_t)i));
    }
    self->n_prepared = fixed;
    if (dimension->part != JW_PART_VALUE && fixed == 0 && end_ms > start_ms) {
        self->most_held = MOST_PREPARED + 1; /* the caps are for values of records */
        prepare_period(self, start_ms, end_ms);
        self->n_prepared = self->n_values;
    }
    self->most_held = MAX(MAX(most_held, self->max_groups), self->n_prepared);
    return self;
}

void
jw_groups_free(gpointer self)
{
    JwGroups *groups = self;

    if (groups == NULL) {
        return;
    }
    g_array_unref(groups->groups);
    g_clear_pointer(&groups->order, g_array_unref);
    g_string_free(groups->scratch, TRUE);
    g_free(groups->slots);
    g_free(groups);
}

/* A text that reads as one of our labels, in quotation marks; NULL: it does not. */
static const char *
quoted_label(const char *text, size_t length)
{
    if (length == strlen(NONE_LABEL) && memcmp(text, NONE_LABEL, length) == 0) {
        return "\"" NONE_LABEL "\"";
    }
    if (length == strlen(OTHER_LABEL) && memcmp(text, OTHER_LABEL, length) == 0) {
        return "\"" OTHER_LABEL "\"";
    }
    return NULL;
}

static size_t
find_text(JwGroups *self, const char *text, size_t length)
{
    const char *quoted = quoted_label(text, length);

    if (length == 0) {
        return none_group(self);
    }
    if (quoted != NULL) {
        text = quoted;
        length = strlen(quoted);
    }
    return find_group(self, jw_hash_bytes(text, length), 0, text, length);
}

static size_t
find_time(JwGroups *self, int64_t time_ms)
{
    const int64_t key = jw_bucket_key(&self->buckets, jw_zone_cache_local(&self->zone, time_ms));

    if (jw_buckets_fixed(&self->buckets) > 0) {
        return (size_t)key;
    }
    if (self->last < self->groups->len) {
        const JwGroup *last = &g_array_index(self->groups, JwGroup, self->last);
        if (last->kind == JW_GROUP_VALUE && last->key == key) {
            return self->last;
        }
    }
    self->last = find_key(self, key);
    return self->last;
}

/* "2021-01-04T09:12:00+03:00" into the scratch, as the list of the same report has it: in its zone.
 * Odd seconds of an offset of long ago are left out of the time as well. */
static void
write_time(JwGroups *self, int64_t time_ms)
{
    const int64_t seconds = jw_zone_cache_local(&self->zone, time_ms);
    const int offset = (int)self->zone.last.offset, ms = (int)jw_floor_mod(time_ms, 1000);
    JwCivil civil;

    jw_civil_from_seconds(seconds - offset % 60, &civil);
    g_string_printf(self->scratch, "%04d-%02d-%02dT%02d:%02d:%02d", civil.year, civil.month,
                    civil.day, civil.hour, civil.minute, civil.second);
    if (ms != 0) {
        g_string_append_printf(self->scratch, ".%03d", ms);
    }
    if (offset == 0) {
        g_string_append_c(self->scratch, 'Z');
        return;
    }
    g_string_append_printf(self->scratch, "%c%02d:%02d", offset < 0 ? '-' : '+', ABS(offset) / 3600,
                           ABS(offset) / 60 % 60);
}

static size_t
find_value(JwGroups *self, const JwValue *value)
{
    if (value->type == JW_VALUE_TEXT && self->buckets.part == JW_PART_VALUE) {
        return find_text(self, value->text, value->length);
    }
    if (self->buckets.part != JW_PART_VALUE) {
        return value->type == JW_VALUE_TIME ? find_time(self, value->time_ms) : none_group(self);
    }
    if (value->type == JW_VALUE_NULL) {
        return none_group(self);
    }
    g_string_truncate(self->scratch, 0);
    if (value->type == JW_VALUE_TIME) {
        write_time(self, value->time_ms);
    } else {
        jw_value_append(value, self->scratch);
    }
    return find_text(self, self->scratch->str, self->scratch->len);
}

size_t
jw_groups_take(JwGroups *self, const JwValue *value)
{
    const size_t index = find_value(self, value);

    g_array_index(self->groups, JwGroup, index).rows++;
    g_clear_pointer(&self->order, g_array_unref);
    return index;
}

size_t
jw_groups_count(const JwGroups *self)
{
    return self->groups->len;
}

size_t
jw_groups_n_values(const JwGroups *self)
{
    return self->n_values;
}

size_t
jw_groups_most(const JwGroups *self)
{
    return MAX(self->max_groups, self->n_prepared);
}

size_t
jw_groups_n_prepared(const JwGroups *self)
{
    return self->n_prepared;
}

bool
jw_groups_overflowed(const JwGroups *self)
{
    return self->other != 0;
}

bool
jw_groups_is_first(const JwGroups *self, size_t index)
{
    const JwGroup *group = jw_groups_get(self, index);

    return group->kind == JW_GROUP_NONE
           || (group->kind == JW_GROUP_VALUE && group->seen < jw_groups_most(self));
}

const JwGroup *
jw_groups_get(const JwGroups *self, size_t index)
{
    g_assert(index < self->groups->len);
    return &g_array_index(self->groups, JwGroup, index);
}

const char *
jw_group_shown(const JwGroup *self)
{
    return self->shown != NULL ? self->shown : self->label;
}

/* A value that is cut is known by its hash and length as well; its key is longer than any of a
 * whole one. */
char *
jw_group_key(const JwGroup *self)
{
    const char *value = self->value != NULL ? self->value : self->label;

    switch (self->kind) {
    case JW_GROUP_NONE:
        return g_strdup_printf("%c", JW_GROUP_KEY_NONE);
    case JW_GROUP_OTHER:
        return g_strdup_printf("%c", JW_GROUP_KEY_OTHER);
    case JW_GROUP_VALUE:
        break;
    }
    return self->bytes > MOST_LABEL_BYTES ? g_strdup_printf(
               "%c%s #%016" PRIx64 " %zu", JW_GROUP_KEY_VALUE, value, self->hash, self->bytes)
                                          : g_strdup_printf("%c%s", JW_GROUP_KEY_VALUE, value);
}

static int
compare_groups(gconstpointer a, gconstpointer b, gpointer data)
{
    const JwGroups *self = data;
    const JwGroup *first = jw_groups_get(self, *(const size_t *)a);
    const JwGroup *second = jw_groups_get(self, *(const size_t *)b);

    if (first->kind != second->kind) {
        return first->kind < second->kind ? -1 : 1;
    }
    if (first->key != second->key) {
        return first->key < second->key ? -1 : 1;
    }
    if (self->buckets.part == JW_PART_VALUE && first->rows != second->rows) {
        return first->rows > second->rows ? -1 : 1;
    }
    return strcmp(jw_group_shown(first), jw_group_shown(second));
}

size_t
jw_groups_at(JwGroups *self, size_t place)
{
    if (self->order == NULL) {
        self->order = g_array_sized_new(FALSE, FALSE, sizeof(size_t), self->groups->len);
        for (size_t i = 0; i < self->groups->len; i++) {
            g_array_append_val(self->order, i);
        }
        g_array_sort_with_data(self->order, compare_groups, self);
    }
    g_assert(place < self->order->len);
    return g_array_index(self->order, size_t, place);
}

static bool
is_whole_value(const JwGroup *group)
{
    return group->kind == JW_GROUP_VALUE && group->bytes <= MOST_LABEL_BYTES;
}

const char **
jw_groups_values(const JwGroups *self)
{
    const char **values = g_new0(const char *, self->groups->len + 1);
    size_t n = 0;

    for (guint i = 0; i < self->groups->len; i++) {
        const JwGroup *group = &g_array_index(self->groups, JwGroup, i);
        if (is_whole_value(group)) {
            values[n++] = group->label;
        }
    }
    return values;
}

/* @name as the label of a value: not like one of ours, not longer than others. (transfer full) */
static char *
fit_label(const char *name)
{
    const size_t length = strlen(name);
    const char *quoted = quoted_label(name, length);

    return quoted != NULL              ? g_strdup(quoted)
           : length > MOST_LABEL_BYTES ? cut_label(name, length)
                                       : g_strdup(name);
}

/* The names of the groups of a value; NULL: it has none. (transfer full) */
static GPtrArray *
names_of(const JwGroups *self, JwGroupLabel label, gpointer data)
{
    GPtrArray *names = g_ptr_array_new_full(self->groups->len, g_free);

    for (guint i = 0; i < self->groups->len; i++) {
        const JwGroup *group = &g_array_index(self->groups, JwGroup, i);
        const char *name = is_whole_value(group) ? label(group->label, data) : NULL;
        g_ptr_array_add(names, name != NULL ? fit_label(name) : NULL);
    }
    return names;
}

/* @values: of each label, the value that had it first; @shared: labels that several have. */
static void
note_labels(const JwGroups *self, const GPtrArray *names, GHashTable *values, GHashTable *shared)
{
    for (guint i = 0; i < self->groups->len; i++) {
        char *value = g_array_index(self->groups, JwGroup, i).label;
        char *name = names->pdata[i];
        char *label = name != NULL ? name : value;
        const char *known = g_hash_table_lookup(values, label);
        if (known == NULL) {
            g_hash_table_insert(values, label, value);
        } else if (strcmp(known, value) != 0) {
            g_hash_table_add(shared, label);
        }
    }
}

static void
name_groups(JwGroups *self, const GPtrArray *names, GHashTable *shared)
{
    for (guint i = 0; i < self->groups->len; i++) {
        JwGroup *group = &g_array_index(self->groups, JwGroup, i);
        const char *name = names->pdata[i];
        if (name != NULL) {
            group->value = group->label;
            group->label = g_hash_table_contains(shared, name)
                               ? g_strdup_printf("%s (%s)", name, group->value)
                               : g_strdup(name);
            group->length = strlen(group->label);
        }
    }
    g_clear_pointer(&self->order, g_array_unref);
}

void
jw_groups_relabel(JwGroups *self, JwGroups *other, JwGroupLabel label, gpointer data)
{
    g_autoptr(GPtrArray) names = names_of(self, label, data);
    g_autoptr(GPtrArray) others = other != NULL ? names_of(other, label, data) : NULL;
    g_autoptr(GHashTable) values = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) shared = g_hash_table_new(g_str_hash, g_str_equal);

    note_labels(self, names, values, shared);
    if (other != NULL) {
        note_labels(other, others, values, shared);
    }
    name_groups(self, names, shared);
    if (other != NULL) {
        name_groups(other, others, shared);
    }
}
