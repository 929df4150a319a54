/* shipped.c: the schedules that come with Jobwire: cdr-weekly and cdr-monthly, paused. The
 * maintenance thread, once.
 *
 * One that is not there is made. One that is as it was made follows the configuration, its zone and
 * its recipients. One that anybody changed, resumed or deleted, or that the file of schedules has,
 * is left alone: what it says is its owner's, whatever version of Jobwire comes. entry_hash is
 * SHA-256 of what it said when it was made. */
#include "sch.h"

#include <string.h>

#include "jw/jobs_calendars.h"
#include "jw/json.h"
#include "jw/log.h"

#define REPORT_TYPE "cdr"

static const struct {
    const char *id, *edition, *cron, *name, *description;
} rows[] = {
    { "cdr-weekly", "Weekly", "0 2 * * MON", "Weekly CDR report",
      "The calls of the last week, every Monday at 02:00. It came with Jobwire, paused: resume it "
      "to have the report" },
    { "cdr-monthly", "Monthly", "0 2 1 * *", "Monthly CDR report",
      "The calls of the last month, on the 1st at 02:00. It came with Jobwire, paused: resume it "
      "to have the report" },
};

/* As the API would be told. (transfer full) */
static json_t *
body_of(size_t row, const JwReportDef *def, char **recipients)
{
    json_t *job = json_pack("{s:s, s:s, s:s, s:{s:s}, s:{s:s}}", "kind", "report", "name",
                            rows[row].name, "reportType", REPORT_TYPE, "parameters", "edition",
                            rows[row].edition, "output", "format", "xlsx");

    if (recipients != NULL) {
        json_object_set_new(
            job, "delivery",
            json_pack("{s:o}", "recipients", jw_json_strings((const char *const *)recipients)));
    }
    return json_pack("{s:s, s:s, s:b, s:s, s:s, s:{s:s, s:s}, s:o}", "id", rows[row].id,
                     "description", rows[row].description, "paused", 1, "time_zone", def->time_zone,
                     "misfire", "fire_once", "trigger", "type", "cron", "cron", rows[row].cron,
                     "job", job);
}

static char *
hash_of(const JwSchedule *schedule)
{
    json_auto_t *value = jw_wire_schedule_value(schedule);
    g_autofree char *text = jw_json_print(value);

    return jw_sha256_hex(text, strlen(text));
}

/* (transfer full) */
static JwSchedule *
schedule_of(const Sch *self, size_t row, const JwReportDef *def, char **recipients, GError **error)
{
    json_auto_t *body = body_of(row, def, recipients);
    g_auto(JwViolations) violations = { 0 };
    g_autoptr(JwSchedule) schedule = NULL;

    if (!jw_wire_schedule_from_value(self->wire, body, "", jw_clock_now_ms(self->clock),
                                     &violations, &schedule)) {
        g_autofree char *text = jw_violations_text(&violations);
        return jw_fail_null(error, JW_ERROR_INVALID, "the schedule %s: %s", rows[row].id, text);
    }
    schedule->source = g_strdup(JW_SCHEDULE_SHIPPED);
    schedule->entry_hash = hash_of(schedule);
    return jw_jobs_begin_schedule(&self->jobs, schedule, error) ? g_steal_pointer(&schedule) : NULL;
}

/* Whether nobody but us has said what it says. */
static bool
is_ours(const JwSchedule *found)
{
    g_autofree char *hash = hash_of(found);

    return g_strcmp0(found->source, JW_SCHEDULE_SHIPPED) == 0
           && g_strcmp0(found->entry_hash, hash) == 0;
}

static bool
ship(const Sch *self, const JwSchedule *schedule, JwCas *ret_cas, GError **error)
{
    g_autoptr(JwSchedule) found = NULL;
    g_autoptr(JwSchedule) deleted = NULL;

    if (!jw_store_get_deleted_schedule(self->store, schedule->id, &deleted, error)
        || !jw_store_get_schedule(self->store, schedule->id, &found, error)) {
        return false;
    }
    if (deleted != NULL
        || (found != NULL
            && (!is_ours(found) || g_strcmp0(found->entry_hash, schedule->entry_hash) == 0))) {
        return true;
    }
    return jw_store_replace_schedule(self->store, schedule, found, ret_cas, error)
           || jw_prefix(error, "storing schedule \"%s\"", schedule->id);
}

bool
sch_check_shipped(const Sch *self, GError **error)
{
    g_auto(GStrv) recipients = NULL;

    return jw_default_recipients_read(&self->recipients, &recipients, error);
}

bool
sch_ship_schedules(Sch *self, size_t *ret_count, GError **error)
{
    const JwReportDef *def =
        self->catalog != NULL ? jw_catalog_find(self->catalog, REPORT_TYPE) : NULL;
    g_auto(GStrv) recipients = NULL;

    *ret_count = 0;
    if (self->shipped || !self->config.ship_schedules || def == NULL) {
        return true;
    }
    if (!jw_default_recipients_read(&self->recipients, &recipients, error)) {
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(JwSchedule) schedule = schedule_of(self, i, def, recipients, error);
        JwCas cas = JW_CAS_LOST; /* another scheduler was first, or nothing was to be done */

        if (schedule == NULL || !ship(self, schedule, &cas, error)) {
            return false;
        }
        if (cas == JW_CAS_WON) {
            jw_info("schedule_shipped", JW_STR("schedule_id", schedule->id));
            (*ret_count)++;
        }
    }
    jw_info("shipped_schedules", JW_INT("written", (int64_t)*ret_count));
    self->shipped = true;
    return true;
}
