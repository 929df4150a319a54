/* filekit.h: a report built by hand, for tests of what is in a file. */
#pragma once
#include "render/render.h"

G_BEGIN_DECLS

typedef struct {
    JwReportDef *def; /* without columns at first */
    GTimeZone *zone;
    char *dir, *path;
    ExeRenderInput input;
    JwReportResult result; /* without figures and tables at first */
} FileKit;

/* @zone: "Europe/Istanbul" */
void fk_init(FileKit *self, const char *zone);
void fk_clear(FileKit *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FileKit, fk_clear)

JwValue fk_text(const char *text);
JwValue fk_int(int64_t value);
JwValue fk_real(double value);
JwValue fk_time(const char *rfc3339);
#define FK_NULL ((JwValue){ .type = JW_VALUE_NULL })
#define FK_TRUE ((JwValue){ .type = JW_VALUE_BOOL, .boolean = true })

void fk_column(FileKit *self, const char *field, const char *label, JwFormat format);
/* (transfer none), until the next one is added. Strings are borrowed. */
JwReportFigure *fk_figure(FileKit *self, const char *name, const char *label, JwFormat format,
                          JwValue value, const char *text);
/* A table of rows that are groups. @cells: (transfer none), until the kit is cleared. (transfer
 * none), until the next one is added */
JwReportTable *fk_table(FileKit *self, const char *title, const JwReportColumn *columns,
                        size_t n_columns, const JwValue *cells, size_t n_rows);
/* The same with two figures, and two tables of one title: one with all that a table can have. */
void fk_fill(FileKit *self);

/* Writes the file of @rows, as many values a row as there are columns, checks it, and reads it.
 * (transfer full) */
char *fk_write(FileKit *self, const ExeRenderOps *ops, const JwValue *rows, size_t n_rows,
               size_t *ret_length);
/* A file of the zip that was written. (transfer full) (nullable) */
char *fk_unzip(const FileKit *self, const char *name);
/* "list.csv|figures.csv". (transfer full) */
char *fk_zip_names(const FileKit *self);

G_END_DECLS
