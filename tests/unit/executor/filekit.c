/* filekit.c: see filekit.h. */
#include "filekit.h"

#include <glib/gstdio.h>
#include <minizip/unzip.h>
#include <string.h>

#include "jw/clock.h"
#include "testkit.h"

#define MADE_AT INT64_C(1609750984000) /* 2021-01-04T09:03:04Z */

static void
table_clear(gpointer data)
{
    g_free(((JwReportTable *)data)->columns);
}

void
fk_init(FileKit *self, const char *zone)
{
    *self = (FileKit){ .def = jw_report_def_new(), .dir = tk_temp_dir() };
    self->zone = g_time_zone_new_identifier(zone);
    assert_non_null(self->zone);
    self->path = g_build_filename(self->dir, "file", NULL);
    self->def->list_title = g_strdup("Calls");
    self->input = (ExeRenderInput){
        .def = self->def,
        .zone = self->zone,
        .title = "Calls of the week",
        .path = self->path,
        .temp_dir = self->dir,
        .made_at_ms = MADE_AT,
    };
    self->result = (JwReportResult){
        .title = "Call records",
        .report_type = "call-records",
        .period = JW_PERIOD_WEEKLY,
        .start_ms = INT64_C(1609707600000), /* 4 Jan 2021 in Istanbul */
        .end_ms = INT64_C(1610312400000),
        .time_zone = "Europe/Istanbul",
        .period_label = "4 Jan 2021 – 10 Jan 2021",
        .limits = g_array_new(FALSE, FALSE, sizeof(JwReportLimit)),
        .notes = g_ptr_array_new(),
        .figures = g_array_new(FALSE, TRUE, sizeof(JwReportFigure)),
        .tables = g_array_new(FALSE, TRUE, sizeof(JwReportTable)),
    };
    g_array_set_clear_func(self->result.tables, table_clear);
}

void
fk_clear(FileKit *self)
{
    if (self->def == NULL) {
        return;
    }
    (void)g_unlink(self->path);
    jw_report_def_free(self->def);
    g_time_zone_unref(self->zone);
    g_array_unref(self->result.limits);
    g_ptr_array_unref(self->result.notes);
    g_array_unref(self->result.figures);
    g_array_unref(self->result.tables);
    g_free(self->dir);
    g_free(self->path);
}

JwValue
fk_text(const char *text)
{
    return (JwValue){ .type = JW_VALUE_TEXT, .text = text, .length = strlen(text) };
}

JwValue
fk_int(int64_t value)
{
    return (JwValue){ .type = JW_VALUE_INT, .integer = value };
}

JwValue
fk_real(double value)
{
    return (JwValue){ .type = JW_VALUE_REAL, .real = value };
}

JwValue
fk_time(const char *rfc3339)
{
    JwValue value = { .type = JW_VALUE_TIME };

    assert_true(jw_time_parse(rfc3339, &value.time_ms, NULL));
    return value;
}

void
fk_column(FileKit *self, const char *field, const char *label, JwFormat format)
{
    const JwColumnDef column = { .field = g_strdup(field),
                                 .label = g_strdup(label),
                                 .format = format,
                                 .width = 12,
                                 .decimals = -1 };

    g_array_append_val(self->def->columns, column);
}

JwReportFigure *
fk_figure(FileKit *self, const char *name, const char *label, JwFormat format, JwValue value,
          const char *text)
{
    const JwReportFigure figure = {
        .name = name, .label = label, .format = format, .value = value, .text = text
    };

    g_array_append_val(self->result.figures, figure);
    return &g_array_index(self->result.figures, JwReportFigure, self->result.figures->len - 1);
}

JwReportTable *
fk_table(FileKit *self, const char *title, const JwReportColumn *columns, size_t n_columns,
         const JwValue *cells, size_t n_rows)
{
    const JwReportTable table = {
        .title = title,
        .columns = g_memdup2(columns, n_columns * sizeof *columns),
        .n_columns = n_columns,
        .n_rows = n_rows,
        .n_keys = 1,
        .cells = (JwValue *)(uintptr_t)cells,
    };

    g_array_append_val(self->result.tables, table);
    return &g_array_index(self->result.tables, JwReportTable, self->result.tables->len - 1);
}

/* By agent and topic, two weekdays across, each compared, with a sub-total and a total. */
static void
add_pivot(FileKit *self)
{
    static const JwReportColumn columns[] = {
        { .name = "agent", .label = "Agent", .format = JW_FORMAT_TEXT },
        { .name = "topic", .label = "Topic", .format = JW_FORMAT_TEXT },
        { .name = "calls", .label = "Calls", .format = JW_FORMAT_INTEGER, .head = "Monday" },
        { .name = "calls",
          .label = "Before",
          .format = JW_FORMAT_INTEGER,
          .head = "Monday",
          .role = JW_COLUMN_PREVIOUS },
        { .name = "rate",
          .label = "Rate",
          .format = JW_FORMAT_PERCENT,
          .decimals = 2,
          .head = "Tuesday" },
    };
    static JwValue cells[4 * 5];
    static JwRowKind kinds[] = { JW_ROW_GROUP, JW_ROW_GROUP, JW_ROW_SUBTOTAL, JW_ROW_TOTAL };
    static JwLevel levels[4 * 5] = { [2] = JW_LEVEL_GOOD, [4] = JW_LEVEL_BAD, [7] = JW_LEVEL_WARN };
    const JwValue filled[] = {
        fk_text("Ann"),   fk_text("=1+1"),  fk_int(3),  fk_int(2), fk_real(82.5),
        fk_text("Ann"),   fk_text("a,b;c"), fk_int(-1), FK_NULL,   FK_NULL,
        fk_text("Total"), FK_NULL,          fk_int(2),  fk_int(2), fk_real(82.5),
        fk_text("Total"), FK_NULL,          fk_int(2),  fk_int(2), fk_real(82.5),
    };

    memcpy(cells, filled, sizeof filled);
    JwReportTable *table = fk_table(self, "By agent", columns, G_N_ELEMENTS(columns), cells, 4);
    table->n_keys = 2;
    table->kinds = kinds;
    table->levels = levels;
}

void
fk_fill(FileKit *self)
{
    static const JwReportColumn columns[] = {
        { .name = "hour", .label = "Hour", .format = JW_FORMAT_TEXT },
        { .name = "calls", .label = "Calls", .format = JW_FORMAT_INTEGER },
    };
    static JwValue cells[4];
    const JwValue filled[] = { fk_text("09:00"), fk_int(2), fk_text("10:00"), FK_NULL };
    const JwReportLimit limit = { "agents", "Agents", "Ann, <Bob>" };
    JwReportFigure *figure =
        fk_figure(self, "calls", "Calls", JW_FORMAT_INTEGER, fk_int(1234), "1,234");

    figure->comparison = (JwReportComparison){ .previous = fk_int(1200),
                                               .difference = fk_int(34),
                                               .percent = fk_real(2.83),
                                               .previous_text = "1,200",
                                               .difference_text = "+34",
                                               .percent_text = "+2.8 %" };
    figure->level = JW_LEVEL_GOOD;
    figure = fk_figure(self, "rate", "Answer rate", JW_FORMAT_PERCENT, FK_NULL, "n/a");
    figure->comparison = (JwReportComparison){ .previous = fk_real(81),
                                               .previous_text = "81 %",
                                               .difference_text = "n/a",
                                               .percent_text = "n/a" };
    memcpy(cells, filled, sizeof filled);
    add_pivot(self);
    JwReportTable *hours = fk_table(self, "by Agent", columns, 2, cells, 2);
    hours->chart = JW_CHART_COLUMN;
    hours->chart_columns[0] = 1;
    hours->n_chart_columns = 1;
    g_array_append_val(self->result.limits, limit);
    self->result.compared_label = "28 Dec 2020 – 3 Jan 2021";
    self->result.requester = "Ann & Co";
    g_ptr_array_add(self->result.notes, (gpointer)(uintptr_t) "Two groups are left out.");
}

char *
fk_write(FileKit *self, const ExeRenderOps *ops, const JwValue *rows, size_t n_rows,
         size_t *ret_length)
{
    GError *error = NULL;
    char *content = NULL;

    (void)g_unlink(self->path);
    ExeRender *render = ops->open(&self->input, &error);
    assert_ok(render != NULL, error);
    for (size_t i = 0; i < n_rows; i++) {
        assert_ok(ops->row(render, rows + i * self->def->columns->len, &error), error);
    }
    self->result.rows = (int64_t)n_rows;
    assert_ok(ops->finish(render, &self->result, &error), error);
    assert_ok(ops->check == NULL || ops->check(render, &error), error);
    ops->free(render);
    assert_true(g_file_get_contents(self->path, &content, ret_length, NULL));
    return content;
}

/* The text of @name, or all names. */
static char *
walk_zip(const FileKit *self, const char *name)
{
    unzFile zip = unzOpen64(self->path);
    g_autoptr(GString) names = g_string_new(NULL);
    char *found = NULL;
    char path[256];
    unz_file_info64 info;

    assert_non_null(zip);
    for (int more = unzGoToFirstFile(zip); more == UNZ_OK; more = unzGoToNextFile(zip)) {
        assert_int_equal(unzGetCurrentFileInfo64(zip, &info, path, sizeof path, NULL, 0, NULL, 0),
                         UNZ_OK);
        assert_int_equal(info.dosDate, 41U << 25 | 1 << 21 | 4 << 16 | 9 << 11 | 3 << 5 | 4 / 2);
        g_string_append_printf(names, "%s%s", names->len > 0 ? "|" : "", path);
        if (name != NULL && strcmp(path, name) == 0) {
            const unsigned size = (unsigned)info.uncompressed_size;
            found = g_malloc0(size + 1);
            assert_int_equal(unzOpenCurrentFile(zip), UNZ_OK);
            assert_int_equal(unzReadCurrentFile(zip, found, size), size);
            assert_int_equal(unzCloseCurrentFile(zip), UNZ_OK);
        }
    }
    assert_int_equal(unzClose(zip), UNZ_OK);
    return name != NULL ? found : g_string_free(g_steal_pointer(&names), FALSE);
}

char *
fk_unzip(const FileKit *self, const char *name)
{
    return walk_zip(self, name);
}

char *
fk_zip_names(const FileKit *self)
{
    return walk_zip(self, NULL);
}
