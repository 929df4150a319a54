/* jobs_times.c: see jw/jobs_times.h; docs/failover.md has the table of all that depends. */
#include "jw/jobs_times.h"

#define HEARTBEATS_MISSED 3 /* that may get lost before an attempt is in doubt */

const JwConfigEntry jw_jobs_times_entries[] = {
    { "JW_HEARTBEAT_INTERVAL", JW_CONFIG_DURATION, offsetof(JwJobsTimes, heartbeat_ms), "2s", 50,
      60000, 0, "how often a running job writes its heartbeat" },
    { "JW_HEARTBEAT_TIMEOUT", JW_CONFIG_DURATION, offsetof(JwJobsTimes, heartbeat_timeout_ms),
      "15s", 200, 240000, 0,
      "without a heartbeat written for this long, and none possible now, an attempt stops itself; "
      "at least 3 times JW_HEARTBEAT_INTERVAL" },
    { "JW_REAP_AFTER", JW_CONFIG_DURATION, offsetof(JwJobsTimes, reap_after_ms), "18s", 500,
      3600000, 0,
      "a running job without a new heartbeat for this long is taken away; at least "
      "JW_HEARTBEAT_TIMEOUT and JW_HEARTBEAT_INTERVAL together" },
};
const size_t jw_jobs_n_times_entries = G_N_ELEMENTS(jw_jobs_times_entries);

static bool
check_timeout(const JwJobsTimes *self, int64_t least_ms, GError **error)
{
    return self->heartbeat_timeout_ms >= least_ms
           || jw_fail(error, JW_ERROR_INVALID,
                      "JW_HEARTBEAT_TIMEOUT: %" G_GINT64_FORMAT
                      "ms is too short beside JW_HEARTBEAT_INTERVAL=%" G_GINT64_FORMAT
                      "ms: give at least %" G_GINT64_FORMAT
                      "ms, so that %d heartbeats may get lost",
                      self->heartbeat_timeout_ms, self->heartbeat_ms, least_ms, HEARTBEATS_MISSED);
}

/* @timeout_ms: the one in force, or the least that is wanted in its place */
static bool
check_reap(const JwJobsTimes *self, int64_t timeout_ms, GError **error)
{
    int64_t least_ms = timeout_ms + self->heartbeat_ms;

    return self->reap_after_ms >= least_ms
           || jw_fail(error, JW_ERROR_INVALID,
                      "JW_REAP_AFTER: %" G_GINT64_FORMAT
                      "ms is too short beside JW_HEARTBEAT_TIMEOUT=%" G_GINT64_FORMAT
                      "ms: give at least %" G_GINT64_FORMAT
                      "ms, and the same three variables to executors and scheduler, so that no "
                      "living attempt loses its job",
                      self->reap_after_ms, timeout_ms, least_ms);
}

bool
jw_jobs_times_check(const JwJobsTimes *self, GError **error)
{
    int64_t least_timeout_ms = HEARTBEATS_MISSED * self->heartbeat_ms;
    g_autoptr(GString) wrong = g_string_new(NULL);
    JwConfigCheck check = { .unread = "", .wrong = wrong };
    g_autoptr(GError) violation = NULL;

    jw_config_note(&check, check_timeout(self, least_timeout_ms, &violation), &violation);
    jw_config_note(&check,
                   check_reap(self, MAX(self->heartbeat_timeout_ms, least_timeout_ms), &violation),
                   &violation);
    return wrong->len == 0 || jw_fail(error, JW_ERROR_INVALID, "%s", wrong->str);
}
