/* schedule.h: what the verbs of `jobctl schedule` share. One thread. */
#pragma once
#include "api.h"
#include "command.h"

G_BEGIN_DECLS

#define JC_SCHEDULES "/api/v1alpha1/jobs"
#define JC_CALENDARS "/api/v1alpha1/calendars"

typedef struct {
    const char *api_key;
    JcAs output;
    int64_t limit;
    GPtrArray *files;
    bool dry_run, export, paused, wait, yes;
    /* members of a schedule, as texts */
    const char *cron, *every, *at, *zone, *dialect, *anchor, *start, *end, *calendar, *jitter;
    const char *gap, *repeat, *misfire, *misfire_grace, *overlap;
    const char *name, *type, *parameters, *format, *priority;
    GPtrArray *recipients;
    const char *note, *key;
    const char *since, *until, *status, *from, *to;
    int64_t timeout_s;
    /* what the times come to; 0: not given */
    int64_t since_ms, until_ms, from_ms, to_ms;
} JcScheduleOptions;

/* moment.c: which way a length of time that is given for a moment leads from now. */
typedef enum { JC_AGO, JC_AHEAD } JcDirection;

/**
 * jc_moment_read:
 * @text: an RFC 3339 time; a date, "2026-12-01", or "2026-12-01 08:00[:30]" in @zone; "now"; a
 *   length of time, "2h", from now
 * @what: the option, for messages
 * @error: INVALID, also for a local time that a change of the clock skips
 */
bool jc_moment_read(const char *text, const char *what, GTimeZone *zone, JcDirection direction,
                    JwClock *clock, int64_t *ret_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* "Sat 2026-11-28 03:00:00 CET". (transfer full) */
char *jc_moment_text(int64_t time_ms, GTimeZone *zone);
/* "in 3 h", "5 min ago", "now". (transfer full) */
char *jc_moment_distance(int64_t time_ms, int64_t now_ms);
/* Both of an RFC 3339 time of the API: "Sat 2026-11-28 03:00:00 CET, in 3 h"; "" for NULL.
 * @zone: NULL: that of this computer. (transfer full) */
char *jc_moment_words(const JcContext *context, const char *time, GTimeZone *zone);
/* The zone that a schedule of the API names, or UTC. (transfer full) */
GTimeZone *jc_moment_zone(const char *name);

/* rule.c: a schedule made of what options say, @base under them; @is_patch: over one that is
 * stored, in the sense of RFC 7396. INVALID. (transfer full) */
struct json_t *jc_rule_of_options(const JcCall *call, const struct json_t *base, bool is_patch,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* rule.c: that what options say has an effect, and their moments are some. INVALID. */
bool jc_rule_check(const JcCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* rule.c: whether options name a trigger. */
bool jc_rule_has_trigger(const JcScheduleOptions *given);
/* rule.c: the schedules of @path, the file of schedules or one schedule: an array. @ret_is_file:
 * (out): the first, so that their pointers begin with "/schedules/0". INVALID, those of
 * jc_json_read() and of jc_calendar_check_stored(). (transfer full) */
struct json_t *jc_rule_read(const JcCall *call, const char *path, bool *ret_is_file,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* paths.c: JC_SCHEDULES/<id><tail>. (transfer full) */
char *jc_schedule_path(const char *id, const char *tail);
/* paths.c: `data` of an answer; @body: (nullable). Errors: jc_api_ask(). (transfer full) */
struct json_t *jc_schedule_ask(const JcCall *call, const char *method, const char *path,
                               const struct json_t *body, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* paths.c: the items of a list in pages, the member @name of `data`, behind each other by `after`;
 * at most @limit. @ret_more: (out): there are more. (transfer full) */
struct json_t *jc_pages_read(const JcCall *call, const char *path, const char *name,
                             int64_t page_most, int64_t limit, bool *ret_more,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* calendars.c: JC_CALENDARS/<name><tail>. (transfer full) */
char *jc_calendar_path(const char *name, const char *tail);
/* calendars.c: one that is stored. @ret: (out) (nullable) (transfer full): NULL: there is none */
bool jc_calendar_read(const JcCall *call, const char *name, struct json_t **ret,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* calendars.c: which days differ, whatever their order: [{"pointer","added","removed"}]. @before:
 * (nullable). (transfer full) */
struct json_t *jc_calendar_diff(const struct json_t *before, const struct json_t *after);
/* calendars.c: CONFLICT when a calendar of a file is not stored as it is there. @calendars:
 * (nullable)
 */
bool jc_calendar_check_stored(const JcCall *call, const char *file, const struct json_t *calendars,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* detail.c: due times with their distance from now, and notes, of `data` that has next_run_times
 * and warnings. @most: of the times */
void jc_schedule_show_times(const JcContext *context, const struct json_t *data, GTimeZone *zone,
                            size_t most);
/* detail.c: "active", "paused" or "ended". (transfer none) */
const char *jc_schedule_state(const struct json_t *job);

/* change.c: whether there is a terminal on which a deletion may be asked for. INVALID. */
bool jc_schedule_may_ask(const JcContext *context, const char *what,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* change.c: asks. @what: "schedule 'x'". CANCELLED: it is not to be */
bool jc_schedule_confirm(const JcContext *context, const char *what,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The verbs. */
JcExit jc_schedule_list(const JcCall *call, GError **error);
JcExit jc_schedule_get(const JcCall *call, GError **error);
JcExit jc_schedule_create(const JcCall *call, GError **error);
JcExit jc_schedule_apply(const JcCall *call, GError **error);
JcExit jc_schedule_preview(const JcCall *call, GError **error);
JcExit jc_schedule_pause(const JcCall *call, GError **error);
JcExit jc_schedule_resume(const JcCall *call, GError **error);
JcExit jc_schedule_delete(const JcCall *call, GError **error);
JcExit jc_schedule_run(const JcCall *call, GError **error);
JcExit jc_schedule_backfill(const JcCall *call, GError **error);
JcExit jc_schedule_occurrences(const JcCall *call, GError **error);

/* occurrences.c: as a table, in the order given. */
void jc_schedule_show_rows(const JcCall *call, const struct json_t *rows);

/* diff.c: how @after differs from @before, member by member: [{"pointer","from","to"}], null where
 * there is none. (transfer full) */
struct json_t *jc_diff(const struct json_t *before, const struct json_t *after);
/* diff.c: a line of it: `/overlap: "allow" → "skip"`. (transfer full) */
char *jc_diff_text(const struct json_t *change);

G_END_DECLS
