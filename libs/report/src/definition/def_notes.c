/* definition/def_notes.c: what of a definition is changed where it is used. Pure, any thread. */
#include "jw/report_sheets.h"

static void
note_sheet(GPtrArray *notes, GPtrArray *names, const char *title, const char *pointer)
{
    const char *why = NULL;
    const char *name = jw_sheet_name_add(names, title, 1, &why);

    if (why != NULL) {
        g_ptr_array_add(notes, g_strdup_printf("%s: the workbook's sheet will be named '%s': %s",
                                               pointer, name, why));
    }
}

/* Decimals are of numbers. */
static void
note_decimals(GPtrArray *notes, const JwMeasureDef *measure, guint index)
{
    if (measure->decimals > 0 && !jw_format_is_number(measure->format)) {
        g_ptr_array_add(notes, g_strdup_printf("/measures/%u/decimals: have no effect, because the "
                                               "format of '%s' is none of numbers",
                                               index, measure->name));
    }
}

GPtrArray *
jw_report_def_notes(const JwReportDef *def)
{
    g_return_val_if_fail(def != NULL, NULL);

    GPtrArray *notes = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < def->measures->len; i++) {
        note_decimals(notes, &g_array_index(def->measures, JwMeasureDef, i), i);
    }
    (void)jw_sheet_name_add(names, JW_SHEET_SUMMARY, 1, NULL);
    for (guint i = 0; i < def->tables->len; i++) {
        g_autofree char *pointer = g_strdup_printf("/tables/%u/title", i);
        note_sheet(notes, names, g_array_index(def->tables, JwTableDef, i).title, pointer);
    }
    if (def->columns->len > 0) {
        note_sheet(notes, names, def->list_title, "/listTitle");
    }
    return notes;
}
