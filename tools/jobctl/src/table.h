/* table.h: rows of short texts, printed so that their columns stand below each other. One thread.
 */
#pragma once
#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

typedef struct _JcTable JcTable;

/* @n_columns: at least 1 */
JcTable *jc_table_new(size_t n_columns);
void jc_table_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JcTable, jc_table_free)

/* The next cell, row by row; NULL and "" read "-". Controls become spaces: what others wrote cannot
 * steer the terminal. @text: (nullable) */
void jc_table_add(JcTable *self, const char *text);

/* Two spaces between columns, none at the end of a line; wide characters count two. */
void jc_table_print(const JcTable *self, FILE *file);

G_END_DECLS
