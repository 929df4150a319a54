/* jw/report_rows.h: which rows a table of groups has, and in which order: what a table of a
 * definition and a request's groupBy may both say. Pure; any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

/* The most dimensions of a table. */
#define JW_TABLE_DIMENSIONS_MAX 4
/* The most rows of groups that a table of several dimensions has when nothing else is said. */
#define JW_TABLE_ROWS_DEFAULT 10000

typedef enum { JW_TOTALS_DEFAULT, JW_TOTALS_YES, JW_TOTALS_NO } JwTotals;

typedef struct {
    char *pivot;   /* the dimension that goes across; NULL: none */
    char *top_by;  /* a measure by which the first dimension has its highest groups alone; NULL */
    int top_n;     /* how many these are; the others are together in "(other)" */
    char *sort_by; /* a measure, or a dimension of the rows; NULL: as the dimensions have it */
    bool sort_descending;
    JwTotals totals;
    int max_rows; /* rows of groups; more are together in "(other)"; 0: the default */
} JwTableRows;

/* Frees its strings and sets them to NULL. */
void jw_table_rows_clear(JwTableRows *self);

G_END_DECLS
