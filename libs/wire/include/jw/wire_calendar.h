/* jw/wire_calendar.h: the days of a calendar as JSON: {"dates": ["2026-12-25"], "ranges":
 * [{"first": "2026-08-01", "last": "2026-08-15"}], "weekdays": ["SAT", "SUN"], "yearly":
 * ["01-01"]}, each of them optional. Any thread, no state. Checked against
 * schemas/common/calendar.v1.json. */
#pragma once
#include "jw/calendar.h"
#include "jw/json.h"

G_BEGIN_DECLS

/* The members, for the table of a body that has them among others. Ends with a NULL name. */
extern const JwField jw_wire_calendar_fields[];

/* The calendar of @value, an object whose own pointer is @base; members that are no days are left
 * alone. Notes all that is wrong with the days, also when they leave none; NULL when something is.
 * (transfer full) (nullable) */
JwCalendar *jw_wire_calendar_read(const json_t *value, const char *base, JwViolations *violations);

/* The same of an object that has nothing else, but for its `name`, which must be @name then
 * (nullable: it has none). What it has of days, to be stored; NULL when something is wrong.
 * (transfer full) (nullable) */
json_t *jw_wire_calendar_days(const json_t *value, const char *name, const char *base,
                              JwViolations *violations);

G_END_DECLS
