/* fuzz_report_def.c: any bytes as a report definition. */
#include "fuzz.h"

#include "jw/catalog.h"

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    jw_base_init();
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;

    if (size == 0) {
        return 0;
    }
    g_autoptr(JwReportDef) def = jw_report_def_parse((const char *)data, size, "fuzz.json", &error);
    g_assert((def == NULL) == (error != NULL));
    if (def != NULL) {
        g_auto(GStrv) fields = jw_report_def_fields(def);
        g_assert(fields != NULL && fields[0] != NULL);
    }
    return 0;
}
