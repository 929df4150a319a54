/* fuzz_envelope.c: any bytes as the value of a message: parse, print, event, cancel command. */
#include "fuzz.h"

#include "exe.h"
#include "jw/wire.h"
#include "jw/wire_message.h"

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

/* A structured event that is taken has its attributes and its data. */
static void
read_message(const uint8_t *data, size_t size)
{
    const JwWireMessage message = { .content_type = JW_CONTENT_TYPE_EVENT,
                                    .body = data,
                                    .body_length = size };
    g_auto(JwWireEvent) event = { 0 };
    g_autoptr(GError) error = NULL;
    bool ok = jw_wire_message_read(&message, &event, &error);

    g_assert(ok == (error == NULL));
    g_assert(ok == (event.type != NULL && event.source != NULL && event.id != NULL));
    g_assert(ok == (event.data != NULL));
    g_assert(ok || g_utf8_validate(error->message, -1, NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_auto(JwViolations) violations = { 0 };
    g_autoptr(GError) error = NULL;
    g_autofree char *job_id = jw_wire_event_job_id(data, size, NULL);
    json_auto_t *value = jw_json_parse(data, size, &error);

    read_message(data, size);
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
