/* handlers/report_lookup.c: see handlers/report_lookup.h. A collection that is not there, or lacks
 * a name, shows ids as they are: a report does not fail for want of one. Of several records with
 * one key the least name is shown, so that the order of reading decides nothing. */
#include "handlers/report_lookup.h"

#include <string.h>

#include "jw/report_text.h"
#include "jw/report_words.h"
#include "jw/text.h"

#define KEYS_A_QUERY ((size_t)10000)
#define MOST_BYTES   256 /* of a key; a longer one is no id. Of a name; a longer one is cut */

/* Those of one lookup of the list. */
typedef struct {
    const JwLookup *from; /* NULL: values are shown as they are */
    const char *label;    /* of the column */
    GHashTable *names;    /* char * to char *; shared by the columns of one lookup */
    bool cut, missed;     /* there are more; one that was shown is not among these */
} Names;

struct _ExeLookups {
    const JwReportDef *def;
    JwStore *store;
    Names *columns; /* as many as the definition has */
    GString *key, *name;
    GPtrArray *notes; /* of char * */
};

ExeLookups *
exe_lookups_new(const JwReportDef *def, JwStore *store)
{
    ExeLookups *self = g_new0(ExeLookups, 1);

    self->def = def;
    self->store = store;
    self->columns = g_new0(Names, def->columns->len + 1);
    self->key = g_string_new(NULL);
    self->name = g_string_new(NULL);
    self->notes = g_ptr_array_new_with_free_func(g_free);
    return self;
}

void
exe_lookups_free(ExeLookups *self)
{
    if (self == NULL) {
        return;
    }
    for (guint i = 0; i < self->def->columns->len; i++) {
        g_clear_pointer(&self->columns[i].names, g_hash_table_unref);
    }
    g_free(self->columns);
    g_string_free(self->key, TRUE);
    g_string_free(self->name, TRUE);
    g_ptr_array_unref(self->notes);
    g_free(self);
}

static GHashTable *
names_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

typedef struct {
    ExeLookups *lookups;
    GHashTable *names;
    int64_t rows;
} Taking;

/* At most @bytes of @text, whole characters. */
static void
cut(GString *text, size_t bytes)
{
    while (bytes < text->len && bytes > 0 && ((guchar)text->str[bytes] & 0xc0) == 0x80) {
        bytes--;
    }
    g_string_truncate(text, MIN(bytes, text->len));
}

static bool
take_name(const JwValue *row, gpointer data, GError **error G_GNUC_UNUSED)
{
    Taking *taking = data;
    GString *key = g_string_truncate(taking->lookups->key, 0);
    GString *name = g_string_truncate(taking->lookups->name, 0);

    taking->rows++;
    jw_report_text_plain(&row[0], key);
    jw_report_text_plain(&row[1], name);
    cut(name, MOST_BYTES);
    if (key->len == 0 || key->len > MOST_BYTES || name->len == 0) {
        return true;
    }
    const char *known = g_hash_table_lookup(taking->names, key->str);
    if (known == NULL || strcmp(name->str, known) < 0) {
        g_hash_table_replace(taking->names, g_strdup(key->str), g_strdup(name->str));
    }
    return true;
}

/* Reads names of @from into @names: those of @keys, NULL-terminated, else the first @limit. */
static bool
read_names(ExeLookups *self, const JwLookup *from, const char *const *keys, int64_t limit,
           GHashTable *names, int64_t *ret_rows, GError **error)
{
    const char *const fields[] = { from->key, from->label, NULL };
    const JwRecordFilter filter = { .field = from->key, .values = keys };
    const JwRecordScan scan = { .collection = from->collection,
                                .filters = &filter,
                                .n_filters = keys != NULL ? 1 : 0,
                                .fields = fields,
                                .limit = limit };
    Taking taking = { self, names, 0 };

    if (!jw_store_scan_records(self->store, &scan, take_name, &taking, error)) {
        return jw_prefix(error, "looking up names in '%s'", from->collection);
    }
    *ret_rows = taking.rows;
    return true;
}

static bool
is_same(const JwLookup *a, const JwLookup *b)
{
    return strcmp(a->collection, b->collection) == 0 && strcmp(a->key, b->key) == 0
           && strcmp(a->label, b->label) == 0;
}

/* The names that an earlier column has read already; NULL: none has. (transfer none) */
static const Names *
read_before(const ExeLookups *self, guint column)
{
    for (guint i = 0; i < column; i++) {
        const Names *names = &self->columns[i];
        if (names->from != NULL && is_same(names->from, self->columns[column].from)) {
            return names;
        }
    }
    return NULL;
}

static bool
load_column(ExeLookups *self, guint column, GError **error)
{
    Names *names = &self->columns[column];
    const Names *same = read_before(self, column);
    int64_t rows = 0;

    if (same != NULL) {
        names->names = g_hash_table_ref(same->names);
        names->cut = same->cut;
        return true;
    }
    names->names = names_new();
    if (!read_names(self, names->from, NULL, EXE_LOOKUP_MOST + 1, names->names, &rows, error)) {
        return false;
    }
    names->cut = rows > EXE_LOOKUP_MOST;
    return true;
}

bool
exe_lookups_load(ExeLookups *self, GError **error)
{
    for (guint i = 0; i < self->def->columns->len; i++) {
        const JwColumnDef *column = &g_array_index(self->def->columns, JwColumnDef, i);
        if (column->lookup.collection == NULL) {
            continue;
        }
        self->columns[i].from = &column->lookup;
        self->columns[i].label = column->label;
        if (!load_column(self, i, error)) {
            return false;
        }
    }
    return true;
}

void
exe_lookups_show(ExeLookups *self, JwValue *shown)
{
    for (guint i = 0; i < self->def->columns->len; i++) {
        Names *names = &self->columns[i];
        if (names->from == NULL || shown[i].type == JW_VALUE_NULL) {
            continue;
        }
        g_string_truncate(self->key, 0);
        jw_report_text_plain(&shown[i], self->key);
        const char *name = g_hash_table_lookup(names->names, self->key->str);
        if (name != NULL) {
            shown[i] = (JwValue){ .type = JW_VALUE_TEXT, .text = name, .length = strlen(name) };
        }
        names->missed = names->missed || name == NULL;
    }
}

static const char *
name_of(const char *value, gpointer names)
{
    return g_hash_table_lookup(names, value);
}

/* The values of a dimension in both periods, each once; NULL-terminated. They live as long as the
 * aggregates keep them. (transfer full) */
static GPtrArray *
values_of(const JwDimensionDef *dimension, JwAggregate *const *aggregates, size_t n)
{
    g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
    GPtrArray *all = g_ptr_array_new();

    for (size_t i = 0; i < n; i++) {
        g_autofree const char **values = jw_aggregate_group_values(aggregates[i], dimension);
        for (size_t k = 0; values[k] != NULL; k++) {
            gpointer value = (gpointer)(uintptr_t)values[k];
            if (g_hash_table_add(known, value)) {
                g_ptr_array_add(all, value);
            }
        }
    }
    g_ptr_array_add(all, NULL);
    return all;
}

static bool
name_dimension(ExeLookups *self, const JwDimensionDef *dimension, JwAggregate *aggregate,
               JwAggregate *previous, GError **error)
{
    JwAggregate *const aggregates[] = { aggregate, previous };
    g_autoptr(GPtrArray) all = values_of(dimension, aggregates, previous != NULL ? 2 : 1);
    const char **values = (const char **)(uintptr_t)all->pdata;
    const size_t n = all->len - 1;
    g_autoptr(GHashTable) names = names_new();
    int64_t rows = 0;

    for (size_t at = 0; at < n; at += KEYS_A_QUERY) {
        const size_t end = MIN(at + KEYS_A_QUERY, n);
        const char *behind = values[end];
        values[end] = NULL;
        const bool ok = read_names(self, &dimension->lookup, values + at, 0, names, &rows, error);
        values[end] = behind;
        if (!ok) {
            return false;
        }
    }
    if (n > 0 && g_hash_table_size(names) == 0) {
        g_ptr_array_add(self->notes,
                        jw_report_word_fill(JW_WORD_NOTE_NO_NAMES, self->def->language,
                                            dimension->label, dimension->lookup.collection));
    }
    jw_aggregate_relabel(aggregate, previous, dimension, name_of, names);
    return true;
}

bool
exe_lookups_name_groups(ExeLookups *self, JwAggregate *aggregate, JwAggregate *previous,
                        GError **error)
{
    for (guint i = 0; i < self->def->dimensions->len; i++) {
        const JwDimensionDef *dimension = &g_array_index(self->def->dimensions, JwDimensionDef, i);
        if (dimension->lookup.collection != NULL
            && !name_dimension(self, dimension, aggregate, previous, error)) {
            return false;
        }
    }
    return true;
}

void
exe_lookups_note(const ExeLookups *self, JwReportResult *result)
{
    for (guint i = 0; i < self->notes->len; i++) {
        jw_report_result_note(result, self->notes->pdata[i]);
    }
    for (guint i = 0; i < self->def->columns->len; i++) {
        const Names *names = &self->columns[i];
        if (names->from == NULL || !names->cut || !names->missed) {
            continue;
        }
        g_autofree char *of = g_strdup_printf("%s (%s)", names->label, names->from->collection);
        g_autofree char *most = jw_report_count(EXE_LOOKUP_MOST, self->def->language);
        g_autofree char *note =
            jw_report_word_fill(JW_WORD_NOTE_MANY_NAMES, self->def->language, of, most);
        jw_report_result_note(result, note);
    }
}
