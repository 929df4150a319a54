/* tiny_service.c: the smallest service, for test_svc_main.c. GET /wait answers when the drain
 * begins; GET /crash passes a crash point;
 * TINY_FAIL=start|required|optional|stuck|hang makes it fail so; TINY_PORTS gives it ports. */
#include "jw/crash.h"
#include "jw/svc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char *name, *secret;
    int64_t number;
    JwSvc *svc;
    JwStop *never;
    JW_PORTS;
} Tiny;

static const JwConfigEntry entries[] = {
    { "JW_TINY_NAME", JW_CONFIG_STRING, offsetof(Tiny, name), "tiny", 0, 0, 0, "a name" },
    { "JW_TINY_SECRET", JW_CONFIG_STRING, offsetof(Tiny, secret), NULL, 0, 0,
      JW_CONFIG_REQUIRED | JW_CONFIG_SECRET, "a secret" },
    { "JW_TINY_NUMBER", JW_CONFIG_INT, offsetof(Tiny, number), "3", 1, 9, 0, "a number" },
};

static bool
fails_in(const char *what)
{
    return g_strcmp0(g_getenv("TINY_FAIL"), what) == 0;
}

static void
get_wait(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Tiny *self = context;
    (void)request;
    (void)jw_stop_wait(jw_svc_stop_flag(self->svc), 60000);
    jw_http_reply_text(reply, 200, "text/plain", "drained");
}

static void
get_crash(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    (void)request;
    (void)context;
    jw_crash_point("tiny.crash");
    jw_http_reply_text(reply, 200, "text/plain", "alive");
}

static const JwHttpRoute routes[] = {
    { .method = "GET", .pattern = "/wait", .handler = get_wait },
    { .method = "GET", .pattern = "/crash", .handler = get_crash },
    { 0 },
};
static const JwHttpApi api = { .name = "tiny", .prefix = "", .routes = routes };

static bool
check_required(gpointer data, GError **error)
{
    Tiny *self = data;
    if (fails_in("stuck")) {
        (void)jw_stop_wait(jw_svc_stop_flag(self->svc), 600000);
    }
    return !fails_in("required")
           || jw_fail(error, JW_ERROR_UNAVAILABLE, "secret host mongo-7 is away");
}

static bool
check_optional(gpointer data, GError **error)
{
    (void)data;
    return !fails_in("optional") || jw_fail(error, JW_ERROR_UNAVAILABLE, "away");
}

static bool
check_number(const Tiny *self, GError **error)
{
    return self->number != 7
           || jw_fail(error, JW_ERROR_INVALID, "JW_TINY_NUMBER: 7 does not go with this service");
}

static void
check_values(gpointer data, JwConfigCheck *check)
{
    const Tiny *self = data;
    g_autoptr(GError) error = NULL;

    if (jw_config_is_read(check, "JW_TINY_NUMBER", NULL)) {
        jw_config_note(check, check_number(self, &error), &error);
    }
}

static bool
start(JwSvc *svc, gpointer data, GError **error)
{
    Tiny *self = data;

    self->svc = svc;
    self->never = jw_stop_new();
    if (fails_in("start")) {
        return jw_fail(error, JW_ERROR_UNAVAILABLE, "no port to open");
    }
    if (self->relay != NULL) { /* opened last */
        return jw_catalog_size(self->catalog) > 0
               || jw_fail(error, JW_ERROR_INVALID, "no report definitions");
    }
    jw_http_server_add_api(jw_svc_http(svc), &api, self);
    jw_svc_add_check(svc, "store", true, check_required, self);
    jw_svc_add_check(svc, "bus", false, check_optional, self);
    return true;
}

static void
drain(gpointer data, int64_t deadline_mono_ms)
{
    Tiny *self = data;
    (void)deadline_mono_ms;
    if (fails_in("hang")) {
        (void)jw_stop_wait(self->never, 600000);
    }
}

static void
stop(gpointer data)
{
    Tiny *self = data;

    g_clear_pointer(&self->never, jw_stop_free);
}

int
main(int argc, char **argv)
{
    Tiny self = { 0 };
    const JwConfigTable tables[] = { { "Tiny", entries, G_N_ELEMENTS(entries), &self } };
    const JwSvcDef def = {
        .name = "tiny",
        .summary = "A service for tests",
        .tables = tables,
        .n_tables = G_N_ELEMENTS(tables),
        .ports = g_getenv("TINY_PORTS") != NULL ? &self.ports : NULL,
        .reads_reports = true,
        .check = check_values,
        .start = start,
        .drain = drain,
        .stop = stop,
    };
    return jw_svc_main(&def, &self, argc, argv);
}
