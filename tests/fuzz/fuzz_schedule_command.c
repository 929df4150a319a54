/* fuzz_schedule_command.c: any JSON as the value of each command about schedules; a schedule that
 * is taken comes back the same from its own JSON. */
#include "fuzz.h"

#include "jw/wire_schedule_command.h"

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
check_schedule(const json_t *body)
{
    g_auto(JwViolations) violations = { 0 };
    g_autoptr(JwSchedule) first = NULL;
    g_autoptr(JwSchedule) second = NULL;

    bool ok = jw_wire_schedule_from_value(wire, body, "", NOW_MS, &violations, &first);
    g_assert(ok);
    json_auto_t *value = jw_wire_schedule_value(first);
    ok = jw_wire_schedule_from_value(wire, value, "", NOW_MS, &violations, &second);
    g_assert(ok);
    json_auto_t *again = jw_wire_schedule_value(second);
    g_assert(json_equal(value, again));
    g_assert_cmpstr(first->rule_hash, ==, second->rule_hash);
}

static void
check_command(const char *type, const json_t *value)
{
    g_auto(JwViolations) violations = { 0 };
    g_auto(JwWireScheduleCommand) command = { 0 };
    bool ok = jw_wire_schedule_command_read(wire, type, value, NOW_MS, &violations, &command);

    g_assert(ok == (jw_violations_count(&violations) == 0));
    for (size_t i = 0; i < jw_violations_count(&violations); i++) {
        g_assert(g_utf8_validate(jw_violations_get(&violations, i)->message, -1, NULL));
    }
    if (!ok) {
        g_assert(command.id == NULL && command.body == NULL);
        return;
    }
    g_assert_cmpstr(command.id, ==, jw_wire_schedule_command_id(value));
    g_assert((command.body == NULL) == (command.verb == JW_SCHEDULE_VERB_DELETE));
    if (command.verb == JW_SCHEDULE_VERB_CREATE || command.verb == JW_SCHEDULE_VERB_PUT) {
        check_schedule(command.body);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_auto_t *value = jw_json_parse(data, size, NULL);

    for (const char *const *type = jw_wire_schedule_commands; value != NULL && *type != NULL;
         type++) {
        check_command(*type, value);
    }
    return 0;
}
