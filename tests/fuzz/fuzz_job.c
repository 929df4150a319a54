/* fuzz_job.c: any JSON as a request and as a command; what is accepted must come back the same from
 * its own command, and its spec must decode. */
#include "fuzz.h"

#include "jw/report_request.h"
#include "jw/wire.h"

#include <jansson.h>
#include <string.h>

#define NOW_MS INT64_C(1767225600000)

static JwCatalog *catalog;
static JwWire *wire;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    g_autoptr(GError) error = NULL;

    (void)argc;
    (void)argv;
    jw_base_init();
    if (wire == NULL) {
        catalog = jw_catalog_load(JW_SOURCE_DIR "/schemas/reports", &error);
        g_assert_no_error(error);
        wire = jw_wire_new(catalog, "jobwire.");
    }
    return 0;
}

static void
check_job(const JwJob *job)
{
    g_autoptr(JwOutboxEntry) entry = jw_wire_submit_command(wire, job, NOW_MS);
    json_auto_t *body = jw_json_parse(entry->body, strlen(entry->body), NULL);
    g_auto(JwViolations) violations = { 0 };
    g_autoptr(JwJob) back = NULL;
    g_autoptr(GError) error = NULL;
    JwReportRequest *request = NULL;
    const JwReportDef *def = NULL;

    g_assert(body != NULL);
    bool ok = jw_wire_job_from_command(wire, body, "fuzz", "1", NOW_MS, &violations, &back);
    g_assert(ok);
    g_assert_cmpstr(back->id, ==, job->id);
    g_assert_cmpstr(back->spec, ==, job->spec);
    g_assert_cmpstr(back->name, ==, job->name);
    g_autoptr(JwOutboxEntry) again = jw_wire_submit_command(wire, back, NOW_MS);
    g_assert_cmpstr(again->body, ==, entry->body);
    ok = jw_report_request_of_job(catalog, job, &request, &def, &error);
    g_assert_no_error(error);
    g_assert(ok);
    jw_report_request_free(request);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_auto(JwViolations) request_violations = { 0 };
    g_auto(JwViolations) command_violations = { 0 };
    g_autoptr(JwJob) requested = NULL;
    g_autoptr(JwJob) commanded = NULL;
    json_auto_t *body = jw_json_parse(data, size, NULL);

    if (body == NULL) {
        return 0;
    }
    bool ok = jw_wire_job_from_request(wire, body, NOW_MS, &request_violations, &requested);
    g_assert(ok == (jw_violations_count(&request_violations) == 0) && ok == (requested != NULL));
    ok = jw_wire_job_from_command(wire, body, "fuzz", "1", NOW_MS, &command_violations, &commanded);
    g_assert(ok == (jw_violations_count(&command_violations) == 0) && ok == (commanded != NULL));
    for (size_t i = 0; i < jw_violations_count(&command_violations); i++) {
        g_assert(g_utf8_validate(jw_violations_get(&command_violations, i)->message, -1, NULL));
    }
    if (commanded != NULL) {
        check_job(commanded);
    }
    return 0;
}
