/* fuzz_envelope.c: any bytes as the value of a message: parse, print, event, cancel command. */
#include "fuzz.h"

#include "exe.h"
#include "jw/wire.h"

#include <jansson.h>
#include <string.h>

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    jw_base_init();
    return 0;
}

/* What we print we must be able to read, and to print the same again. */
static void
print_and_read(const json_t *value)
{
    g_autofree char *text = jw_json_print(value);
    json_auto_t *again = jw_json_parse(text, strlen(text), NULL);

    g_assert(again != NULL);
    g_autofree char *second = jw_json_print(again);
    g_assert_cmpstr(text, ==, second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_auto(JwViolations) violations = { 0 };
    g_autoptr(GError) error = NULL;
    g_autofree char *job_id = jw_wire_event_job_id(data, size, NULL);
    json_auto_t *value = jw_json_parse(data, size, &error);

    g_assert((value == NULL) == (error != NULL));
    if (value == NULL) {
        g_assert(job_id == NULL && g_utf8_validate(error->message, -1, NULL));
        return 0;
    }
    print_and_read(value);
    bool ok = exe_check_command(JW_TYPE_JOB_CANCEL, value, &violations);
    g_assert(ok == (jw_violations_count(&violations) == 0));
    return 0;
}
