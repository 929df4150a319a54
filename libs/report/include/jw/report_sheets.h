/* jw/report_sheets.h: the names of a workbook's sheets, by the rules of all spreadsheet programs,
 * what a definition's titles become by them, and what these programs read as codes. Pure; any
 * thread. */
#pragma once
#include "jw/report_def.h"

G_BEGIN_DECLS

/* The longest name, in units of UTF-16: "é" is one, an emoji two. */
#define JW_SHEET_NAME_UNITS 31

/* The name for a sheet of this @title: one line without any of []:*?/\, no apostrophe at an end,
 * not "History", of JW_SHEET_NAME_UNITS at most, and none of @names, whatever their case. @number:
 * from 2 on it stands behind ("Records 2"), for the sheet that goes on with a list. Only what must
 * stand behind takes room from the title. @names: (element-type utf8) owns its strings and gets the
 * name.
 * @ret_why: (nullable): why the name is not the title, NULL when it is. (transfer none) */
const char *jw_sheet_name_add(GPtrArray *names, const char *title, unsigned number,
                              const char **ret_why);

/* Whether a byte of a sheet's text must be given as a code, "_x0007_": XML cannot hold it. */
static inline bool
jw_sheet_byte_needs_code(char byte)
{
    return (unsigned char)byte < 0x20 && byte != '\t' && byte != '\n';
}

/* Whether @text begins with what a spreadsheet program would read as such a code: "_x0041_" as "A".
 * What ends it may also be the code of the next byte. */
bool jw_sheet_looks_like_code(const char *text, size_t length);

/* The title of the first sheet, that of the figures. */
#define JW_SHEET_SUMMARY "Summary"

/* What of @def is changed in the workbook, one sentence each with its JSON pointer. (transfer full)
 * (element-type utf8) */
GPtrArray *jw_report_def_notes(const JwReportDef *def);

G_END_DECLS
