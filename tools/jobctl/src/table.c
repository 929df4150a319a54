/* table.c: aligned columns. One thread. */
#include "table.h"

#include "jw/text.h"

struct _JcTable {
    size_t n_columns;
    GPtrArray *cells; /* of char * */
};

JcTable *
jc_table_new(size_t n_columns)
{
    JcTable *self = g_new0(JcTable, 1);

    self->n_columns = n_columns;
    self->cells = g_ptr_array_new_with_free_func(g_free);
    return self;
}

void
jc_table_free(gpointer self)
{
    JcTable *table = self;

    if (table != NULL) {
        g_ptr_array_unref(table->cells);
        g_free(table);
    }
}

void
jc_table_add(JcTable *self, const char *text)
{
    g_ptr_array_add(self->cells,
                    text != NULL && text[0] != '\0' ? jw_text_one_line(text) : g_strdup("-"));
}

static int
width_of(const char *text)
{
    int width = 0;

    for (; *text != '\0'; text = g_utf8_find_next_char(text, NULL)) {
        const gunichar c = g_utf8_get_char(text);
        width += g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
    }
    return width;
}

void
jc_table_print(const JcTable *self, FILE *file)
{
    g_autofree int *widths = g_new0(int, self->n_columns);

    for (guint i = 0; i < self->cells->len; i++) {
        const int width = width_of(g_ptr_array_index(self->cells, i));
        widths[i % self->n_columns] = MAX(widths[i % self->n_columns], width);
    }
    for (guint i = 0; i < self->cells->len; i++) {
        const char *text = g_ptr_array_index(self->cells, i);
        const size_t column = i % self->n_columns;
        if (column + 1 == self->n_columns) {
            fprintf(file, "%s\n", text);
        } else {
            fprintf(file, "%s%*s", text, widths[column] - width_of(text) + 2, "");
        }
    }
}
