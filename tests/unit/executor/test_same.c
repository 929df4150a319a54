/* test_same.c: the same report gives the same bytes in every format, wherever and whenever it is
 * written; and no format cares for what another one would be harmed by. */
#include "drawing.h"
#include "filekit.h"
#include "testkit.h"

#include <locale.h>
#include <math.h>
#include <string.h>
#include <time.h>

static char *
write_hash(const char *format, JwContent content)
{
    g_auto(FileKit) kit = { 0 };
    const JwValue rows[] = {
        fk_text("Ann \xff\x01"),
        fk_real(1234.5),
        fk_time("2021-01-04T22:30:00Z"),
        FK_TRUE,
        fk_text("=1+1"),
        fk_int(INT64_MIN),
        FK_NULL,
        FK_NULL,
        fk_text(""),
        fk_real(NAN),
        FK_NULL,
        FK_NULL,
    };
    size_t length = 0;

    fk_init(&kit, "Europe/Istanbul");
    fk_fill(&kit);
    fk_column(&kit, "who", "Who", JW_FORMAT_TEXT);
    fk_column(&kit, "amount", "Amount", JW_FORMAT_DECIMAL);
    fk_column(&kit, "at", "At", JW_FORMAT_DATETIME);
    fk_column(&kit, "ok", "OK", JW_FORMAT_BOOL);
    kit.input.content = content;
    g_autofree char *file = fk_write(&kit, exe_render_find(format), rows, 3, &length);
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)file, length);
}

static void
test_same_bytes_everywhere(void **state G_GNUC_UNUSED)
{
    static const char *const zones[] = { "UTC", "Asia/Tokyo", "America/New_York" };
    static const JwContent contents[] = { JW_CONTENT_ALL, JW_CONTENT_LIST, JW_CONTENT_TABLES };

    for (size_t i = 0; i < jw_n_report_formats * G_N_ELEMENTS(contents); i++) {
        const JwReportFormat *format = &jw_report_formats[i / G_N_ELEMENTS(contents)];
        const JwContent content = contents[i % G_N_ELEMENTS(contents)];
        g_autofree char *first = NULL;

        for (size_t zone = 0; zone < G_N_ELEMENTS(zones); zone++) {
            assert_true(g_setenv("TZ", zones[zone], TRUE));
            tzset();
            assert_non_null(setlocale(LC_ALL, zone == 0 ? "C" : "C.UTF-8"));
            g_autofree char *hash = write_hash(format->name, content);
            if (first != NULL && strcmp(first, hash) != 0) {
                fail_msg("%s, content %d: other bytes in %s", format->name, (int)content,
                         zones[zone]);
            }
            g_free(first);
            first = g_steal_pointer(&hash);
        }
    }
    (void)setlocale(LC_ALL, "C");
}

/* Nothing to show is a file, too. */
static void
test_nothing_at_all(void **state G_GNUC_UNUSED)
{
    for (size_t i = 0; i < jw_n_report_formats; i++) {
        g_auto(FileKit) kit = { 0 };

        fk_init(&kit, "UTC");
        fk_column(&kit, "who", "Who", JW_FORMAT_TEXT);
        g_free(fk_write(&kit, exe_render_find(jw_report_formats[i].name), NULL, 0, NULL));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bytes_everywhere),
        cmocka_unit_test(test_nothing_at_all),
    };

    return cmocka_run_group_tests_name("same", tests, NULL, release_fonts);
}
