/* test_html.c: reports as HTML pages. */
#include "drawing.h"
#include "filekit.h"
#include "render/html_text.h"
#include "testkit.h"

#include <math.h>
#include <string.h>

static void
assert_has(const char *page, const char *part)
{
    if (strstr(page, part) == NULL) {
        fail_msg("no %s in:\n%s", part, page);
    }
}

static size_t
count_of(const char *page, const char *part)
{
    size_t count = 0;

    for (const char *at = page; (at = strstr(at, part)) != NULL; at += strlen(part)) {
        count++;
    }
    return count;
}

static void
test_all_parts(void **state G_GNUC_UNUSED)
{
    static const char *const parts[] = {
        "<!DOCTYPE html>\n<html lang=\"en\">",
        "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"",
        "<title>Calls of the week, 4 Jan 2021 – 10 Jan 2021</title>",
        ">Weekly report · Call records</div>\n<h1 ",
        ">Calls of the week</h1>",
        "Agents: Ann, &lt;Bob&gt;",
        "Requested by Ann &amp; Co",
        ">1,234</div>",
        ">✓ good</div>",
        "▲ +34 <span style=\"white-space:nowrap\">(+2.8 %)</span>",
        "vs 28 Dec – 3 Jan (1,200)",
        "<li>Two groups are left out.</li>",
        "<th colspan=\"2\"></th><th class=\"g\" colspan=\"2\">Monday</th>"
        "<th class=\"g\" colspan=\"1\">Tuesday</th>",
        "<tr><td class=\"k\">Ann</td><td class=\"k\">=1+1</td><td class=\"n good\">"
        "<b role=\"img\" aria-label=\"good\" title=\"good\">✓</b> 3</td>"
        "<td class=\"n\">2</td><td class=\"n bad\">"
        "<b role=\"img\" aria-label=\"bad\" title=\"bad\">✗</b> 82.50 %</td></tr>",
        "<td class=\"n warn\">"
        "<b role=\"img\" aria-label=\"attention\" title=\"attention\">!</b> -1</td><td "
        "class=\"n\"></td><td class=\"n\"></td></tr>",
        "<tr class=\"s\"><td class=\"k\">Total</td>",
        "<tr class=\"t\"><td class=\"k\">Total</td>",
        "<img alt=\"by Agent: most at 09:00 (2)\" src=\"data:image/png;base64,iVBOR",
        "<h2>Calls</h2>\n<p class=\"more\">1 record</p>",
        "<tr><td>&lt;img src=x onerror=alert(1)&gt;</td><td class=\"n\">1,234.5</td></tr>",
        "Made at 2021-01-04 12:03:04 (Europe/Istanbul)",
    };
    g_auto(FileKit) kit = { 0 };
    const JwValue rows[] = { fk_text("<img src=x onerror=alert(1)>"), fk_real(1234.5) };

    fk_init(&kit, "Europe/Istanbul");
    fk_fill(&kit);
    kit.result.compared_end_ms = kit.result.start_ms;
    kit.result.compared_start_ms = kit.result.start_ms - INT64_C(7) * 86400000;
    fk_column(&kit, "who", "Who", JW_FORMAT_TEXT);
    fk_column(&kit, "amount", "Amount", JW_FORMAT_DECIMAL);
    g_autofree char *page = fk_write(&kit, &exe_render_html, rows, 1, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        assert_has(page, parts[i]);
    }
    assert_int_equal(count_of(page, "<script"), 0);
    assert_int_equal(count_of(page, "http://") + count_of(page, "https://"), 0);
    g_autofree char *again = fk_write(&kit, &exe_render_html, rows, 1, NULL);
    assert_string_equal(page, again);
}

/* A job without a name of its own has that of its type. */
static void
test_names(void **state G_GNUC_UNUSED)
{
    static const char *const names[] = { NULL, "Call records" };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_auto(FileKit) kit = { 0 };

        fk_init(&kit, "UTC");
        kit.input.title = names[i];
        g_autofree char *page = fk_write(&kit, &exe_render_html, NULL, 0, NULL);
        assert_has(page, "<title>Call records, 4 Jan 2021 – 10 Jan 2021</title>");
        assert_has(page, ">Weekly report</div>\n<h1 ");
        assert_has(page, ">Call records</h1>");
    }
}

/* Where the head of a column says so, its values are estimates. */
static void
test_estimates_are_marked(void **state G_GNUC_UNUSED)
{
    g_auto(FileKit) kit = { 0 };

    fk_init(&kit, "UTC");
    fk_fill(&kit);
    JwReportTable *table = &g_array_index(kit.result.tables, JwReportTable, 0);
    table->columns[2].approximate = true;
    g_autofree char *page = fk_write(&kit, &exe_render_html, NULL, 0, NULL);
    assert_has(page, "<th class=\"n\">≈ Calls</th><th class=\"n\">Before</th>");
    assert_int_equal(count_of(page, "≈"), 1);
}

/* Rows of totals have a ground of their own; what a threshold says of their cells is over it: the
 * rule of a cell is the more special one. */
static void
test_levels_of_totals(void **state G_GNUC_UNUSED)
{
    static const char *const rules[] = { ".scroll tbody tr td.good{background:var(--good)}",
                                         ".scroll tbody tr td.warn{background:var(--warn)}",
                                         ".scroll tbody tr td.bad{background:var(--bad)}",
                                         ".scroll tr.s td{background:",
                                         ".scroll tr.t td{background:" };
    JwLevel levels[4 * 5] = { [12] = JW_LEVEL_GOOD, [17] = JW_LEVEL_BAD };
    g_auto(FileKit) kit = { 0 };

    fk_init(&kit, "UTC");
    fk_fill(&kit);
    g_array_index(kit.result.tables, JwReportTable, 0).levels = levels;
    g_autofree char *page = fk_write(&kit, &exe_render_html, NULL, 0, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        assert_has(page, rules[i]);
    }
    assert_has(page, "<tr class=\"s\"><td class=\"k\">Total</td><td class=\"k\"></td>"
                     "<td class=\"n good\"><b role=\"img\" aria-label=\"good\"");
    assert_has(page, "<tr class=\"t\"><td class=\"k\">Total</td><td class=\"k\"></td>"
                     "<td class=\"n bad\"><b role=\"img\" aria-label=\"bad\"");
}

/* Each number has the unit of its own, in the chart's words as well. */
static void
test_units_of_one(void **state G_GNUC_UNUSED)
{
    static const JwReportColumn columns[] = {
        { .name = "who", .label = "Wer", .format = JW_FORMAT_TEXT },
        { .name = "n",
          .label = "n",
          .format = JW_FORMAT_INTEGER,
          .unit = " Anrufe",
          .unit_one = " Anruf" },
        { .name = "n",
          .label = "Differenz",
          .format = JW_FORMAT_INTEGER,
          .role = JW_COLUMN_DIFFERENCE,
          .unit = " Anrufe",
          .unit_one = " Anruf" },
    };
    const JwValue cells[] = { fk_text("Ann"), fk_int(1),      fk_int(1), fk_text("Bob"), fk_int(0),
                              fk_int(2),      fk_text("Cem"), fk_int(0), fk_int(-1) };
    g_auto(FileKit) kit = { 0 };

    fk_init(&kit, "UTC");
    JwReportTable *table = fk_table(&kit, "Nach Person", columns, 3, cells, 3);
    table->chart = JW_CHART_COLUMN;
    table->chart_columns[0] = 1;
    table->n_chart_columns = 1;
    kit.result.language = "de";
    g_autofree char *page = fk_write(&kit, &exe_render_html, NULL, 0, NULL);
    assert_has(page, ">1 Anruf</td><td class=\"n\">+1 Anruf</td>");
    assert_has(page, ">0 Anrufe</td><td class=\"n\">+2 Anrufe</td>");
    assert_has(page, ">0 Anrufe</td><td class=\"n\">-1 Anruf</td>");
    assert_has(page, "alt=\"Nach Person: am meisten bei Ann (1 Anruf)\"");
    kit.result.language = "fr";
    g_autofree char *french = fk_write(&kit, &exe_render_html, NULL, 0, NULL);
    assert_has(french, ">0 Anruf</td><td class=\"n\">+2 Anrufe</td>");
}

static void
test_content_leaves_parts_out(void **state G_GNUC_UNUSED)
{
    static const struct {
        JwContent content;
        size_t tables, images;
    } cases[] = {
        { JW_CONTENT_ALL, 3, 1 },
        { JW_CONTENT_LIST, 1, 0 },
        { JW_CONTENT_TABLES, 2, 1 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(FileKit) kit = { 0 };
        fk_init(&kit, "UTC");
        fk_fill(&kit);
        fk_column(&kit, "who", "Who", JW_FORMAT_TEXT);
        kit.input.content = cases[i].content;
        const JwValue row = fk_text("Ann");
        g_autofree char *page = fk_write(&kit, &exe_render_html, &row, 1, NULL);
        assert_int_equal(count_of(page, "<tbody>"), cases[i].tables);
        assert_int_equal(count_of(page, "<img "), cases[i].images);
        assert_int_equal(count_of(page, "<div class=\"card\">"), 2);
    }
}

static void
test_a_long_list_is_cut_and_says_so(void **state G_GNUC_UNUSED)
{
    g_auto(FileKit) kit = { 0 };
    g_autofree JwValue *rows = g_new(JwValue, 5001);

    fk_init(&kit, "UTC");
    fk_column(&kit, "n", "N", JW_FORMAT_INTEGER);
    for (int i = 0; i <= 5000; i++) {
        rows[i] = fk_int(i);
    }
    kit.input.content = JW_CONTENT_LIST;
    g_autofree char *whole = fk_write(&kit, &exe_render_html, rows, 5000, NULL);
    assert_has(whole, "<p class=\"more\">5,000 records</p>");
    assert_int_equal(count_of(whole, "<tr><td class=\"n\">"), 5000);
    g_autofree char *cut = fk_write(&kit, &exe_render_html, rows, 5001, NULL);
    assert_has(cut,
               "Only the first 5,000 of 5,001 records are shown here; a workbook, CSV or JSON");
    assert_int_equal(count_of(cut, "<tr><td class=\"n\">"), 5000);
    kit.result.language = "de";
    g_autofree char *german = fk_write(&kit, &exe_render_html, rows, 5001, NULL);
    assert_has(german, "Hier stehen nur die ersten 5.000 von 5.001 Datensätzen; ");
    g_autofree char *none = fk_write(&kit, &exe_render_html, NULL, 0, NULL);
    assert_int_equal(count_of(none, "<tr><td class=\"n\">"), 0);
}

static void
test_cells(void **state G_GNUC_UNUSED)
{
    const struct {
        JwValue value;
        JwTextForm form;
        const char *text;
    } cases[] = {
        { fk_text("\"a\" & <b> 'c'\x01\x7f\r\n"),
          { JW_FORMAT_TEXT, -1, NULL, false, NULL },
          "&quot;a&quot; &amp; &lt;b&gt; &#39;c&#39;\xef\xbf\xbd\xef\xbf\xbd\n" },
        { fk_text("\xff<"), { JW_FORMAT_TEXT, -1, NULL, false, NULL }, "\xef\xbf\xbd&lt;" },
        { fk_int(INT64_MIN),
          { JW_FORMAT_INTEGER, -1, NULL, false, NULL },
          "-9,223,372,036,854,775,808" },
        { fk_int(7), { JW_FORMAT_DECIMAL, 2, NULL, false, NULL }, "7.00" },
        { fk_real(0.1), { JW_FORMAT_PERCENT, -1, NULL, false, NULL }, "0.1 %" },
        { fk_real(1234567.125), { JW_FORMAT_DECIMAL, -1, NULL, false, NULL }, "1,234,567.125" },
        { fk_real(82.5), { JW_FORMAT_PERCENT, 2, NULL, false, NULL }, "82.50 %" },
        { fk_real(82.5), { JW_FORMAT_DECIMAL, 1, " <km>", false, NULL }, "82.5 &lt;km&gt;" },
        { fk_real(9), { JW_FORMAT_HOUR, 0, NULL, false, NULL }, "09:00" },
        { fk_real(NAN), { JW_FORMAT_DECIMAL, 1, NULL, false, NULL }, "" },
        { fk_real(INFINITY), { JW_FORMAT_DECIMAL, -1, NULL, false, NULL }, "" },
        { fk_int(34), { JW_FORMAT_INTEGER, 0, NULL, true, NULL }, "+34" },
        { FK_NULL, { JW_FORMAT_DECIMAL, 1, NULL, false, NULL }, "" },
        { FK_TRUE, { JW_FORMAT_BOOL, -1, NULL, false, NULL }, "yes" },
        { fk_time("2021-01-04T22:30:00Z"),
          { JW_FORMAT_DATETIME, -1, NULL, false, NULL },
          "2021-01-05 01:30:00" },
        { fk_time("2021-01-04T22:30:00Z"),
          { JW_FORMAT_DATE, -1, NULL, false, NULL },
          "2021-01-05" },
    };
    g_autoptr(GTimeZone) istanbul = g_time_zone_new_identifier("Europe/Istanbul");
    JwZoneCache zone = { .zone = istanbul };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        exe_html_value(out, &cases[i].value, &cases[i].form, &zone, NULL, 0);
        assert_string_equal(out->str, cases[i].text);
    }
    g_autoptr(GString) cut = g_string_new(NULL);
    exe_html_text(cut, "Ç<\xf0\x9f\x98\x80z", strlen("Ç<\xf0\x9f\x98\x80z"), 3);
    assert_string_equal(cut->str, "Ç&lt;\xf0\x9f\x98\x80…");
}

static void
test_a_cut_page_is_found(void **state G_GNUC_UNUSED)
{
    g_auto(FileKit) kit = { 0 };
    GError *error = NULL;
    g_autofree char *page = NULL;
    size_t length = 0;

    fk_init(&kit, "UTC");
    fk_fill(&kit);
    ExeRender *render = exe_render_html.open(&kit.input, &error);
    assert_ok(render != NULL, error);
    assert_ok(exe_render_html.finish(render, &kit.result, &error), error);
    assert_ok(exe_render_html.check(render, &error), error);
    assert_true(g_file_get_contents(kit.path, &page, &length, NULL));
    assert_true(g_file_set_contents(kit.path, page, (gssize)length - 2, NULL));
    assert_false(exe_render_html.check(render, &error));
    assert_jw_error(error, JW_ERROR_CORRUPT, "*6 rows instead of 6, and is cut");
    memcpy(strstr(page, "<tr><td class=\"k\">"), "xxx", 3);
    assert_true(g_file_set_contents(kit.path, page, (gssize)length, NULL));
    assert_false(exe_render_html.check(render, &error));
    assert_jw_error(error, JW_ERROR_CORRUPT, "the HTML file has 5 rows instead of 6");
    exe_render_html.free(render);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_parts),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_estimates_are_marked),
        cmocka_unit_test(test_levels_of_totals),
        cmocka_unit_test(test_units_of_one),
        cmocka_unit_test(test_content_leaves_parts_out),
        cmocka_unit_test(test_a_long_list_is_cut_and_says_so),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_a_cut_page_is_found),
    };

    return cmocka_run_group_tests_name("html", tests, NULL, release_fonts);
}
