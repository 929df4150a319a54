/* render/json_text.h: values as JSON, straight into the text of a file. Pure. */
#pragma once
#include "jw/report_result.h"
#include "jw/zone_cache.h"

G_BEGIN_DECLS

/* What values need while they are written: JSON has no type of times. */
typedef struct {
    GString *out;
    JwZoneCache zone;
    GString *scratch;
} ExeJson;

/* @out: (transfer none). @zone: (transfer none) */
void exe_json_init(ExeJson *self, GString *out, GTimeZone *zone);
void exe_json_clear(ExeJson *self);

/* A string whatever the bytes are (jw_text_sane); NULL: null. */
void exe_json_text(ExeJson *self, const char *text);

/* A number with all its digits, true or false, a string, null; what is no number of JSON is null.
 * Times are RFC 3339 with the zone's offset, or the day alone. */
void exe_json_value(ExeJson *self, const JwValue *value, JwFormat format);

/* "\"title\":", with a comma in front unless it is the @first member. */
void exe_json_key(ExeJson *self, const char *name, bool first);

/* The members of a record, no two alike: one a column of the list by its field, or of the table by
 * what tells it from others: "calls", "calls.previous", "Monday.calls". (transfer full)
 * (element-type utf8) */
GPtrArray *exe_json_list_names(const JwReportDef *def);
GPtrArray *exe_json_table_names(const JwReportTable *table);

/* The same as exe_json_key() writes them. (transfer full) (element-type utf8) */
GPtrArray *exe_json_keys(const GPtrArray *names);

/* The names of what a row stands for, of what a column shows, and of a level; NULL for none.
 * (transfer none) */
const char *exe_json_column_role(JwColumnRole role);
const char *exe_json_row_kind(JwRowKind kind);
const char *exe_json_level(JwLevel level);

/* Reads a file back: JSON by RFC 8259 in UTF-8, of bounded depth, in memory that does not grow with
 * it. @lines: a value a line, @count of them; else one value, whose last array of the first level
 * has @count items. CORRUPT. */
bool exe_json_check(const char *path, bool lines, int64_t count,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
