/* test_record.c: rows become records by a mapping; each thing that is wrong has a reason. */
#include "jc_fixture.h"

#include <string.h>

#include "import/cell.h"
#include "import/record.h"

static const char mapping_text[] =
    "{\"collection\": \"things\", \"idField\": \"id\", \"dateField\": \"at\", \"delimiter\": "
    "\",\", \"fields\": ["
    "{\"field\": \"id\", \"columns\": [\"Id\"], \"type\": \"text\"},"
    "{\"field\": \"at\", \"columns\": [\"Date\", \"Time\"], \"type\": \"datetime\", \"format\": "
    "\"%F %R\","
    " \"timeZone\": \"Europe/Berlin\", \"required\": true},"
    "{\"field\": \"state\", \"columns\": [\"State\"], \"type\": \"text\", \"required\": true,"
    " \"values\": {\"Y\": \"good\", \"N\": \"bad\"}, \"valuesStrict\": true},"
    "{\"field\": \"count\", \"columns\": [\"Count\"], \"type\": \"int\", \"min\": 0, \"max\": 10},"
    "{\"field\": \"size\", \"columns\": [\"Size\"], \"type\": \"real\"},"
    "{\"field\": \"ok\", \"columns\": [\"Ok\"], \"type\": \"bool\", \"values\": {\"oui\": "
    "\"true\"}},"
    "{\"field\": \"took\", \"columns\": [\"Took\"], \"type\": \"duration\", \"format\": "
    "\"h:mm:ss\"},"
    "{\"field\": \"group\", \"type\": \"const\", \"when\": ["
    "{\"field\": \"state\", \"equals\": [\"bad\", \"worse\"], \"value\": \"b\"},"
    "{\"field\": \"ok\", \"equals\": [\"true\"], \"value\": \"t\"}, {\"value\": \"other\"}]}]}";
static const char head_text[] = "Id,Date,Time,State,Count,Size,Ok,Took";
enum { ID, AT, STATE, COUNT, SIZE, OK, TOOK, GROUP, N };

typedef struct {
    JcFixture *jc;
    JcMapping *mapping;
    JcRecordBuilder *builder;
    GStringChunk *strings;
    GPtrArray *violations;
    JwValue values[N];
    const char *id;
} Fixture;

static int
setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);
    g_autoptr(GError) error = NULL;

    self->jc = jc_fixture_new(NULL, NULL);
    g_autofree char *path = jc_fixture_file(self->jc, "m.json", mapping_text);
    self->mapping = jc_mapping_load(path, &error);
    assert_ok(self->mapping != NULL, error);
    self->builder = jc_record_builder_new(self->mapping, &error);
    assert_ok(self->builder != NULL, error);
    self->strings = g_string_chunk_new(1024);
    self->violations = g_ptr_array_new_with_free_func(jc_row_violation_free);
    *state = self;
    return 0;
}

static int
teardown(void **state)
{
    Fixture *self = *state;

    jc_record_builder_free(self->builder);
    jc_mapping_free(self->mapping);
    g_string_chunk_free(self->strings);
    g_ptr_array_unref(self->violations);
    jc_fixture_free(self->jc);
    g_free(self);
    return 0;
}

/* The lines of @text to the builder: the first is the head. Returns the answer of apply for the
 * last one. */
static bool
apply_lines(Fixture *self, const char *text)
{
    FILE *file = tmpfile();
    g_autoptr(GError) error = NULL;
    JcCsvRow row = { 0 };
    JcCsvResult result = JC_CSV_END;
    bool good = true;

    assert_true(fputs(text, file) >= 0);
    rewind(file);
    g_autoptr(JcCsv) csv = jc_csv_new(file, "test", ',');
    assert_ok(jc_csv_next(csv, &row, &result, &error), error);
    assert_ok(jc_record_builder_set_head(self->builder, &row, &error), error);
    while (jc_csv_next(csv, &row, &result, &error) && result == JC_CSV_ROW) {
        g_ptr_array_set_size(self->violations, 0);
        good = jc_record_builder_apply(self->builder, &row, self->strings, self->values, &self->id,
                                       self->violations);
    }
    assert_null(error);
    return good;
}

static bool
apply(Fixture *self, const char *line)
{
    g_autofree char *text = g_strconcat(head_text, "\n", line, "\n", NULL);
    return apply_lines(self, text);
}

static void
assert_text(const JwValue *value, const char *text)
{
    assert_int_equal(value->type, JW_VALUE_TEXT);
    assert_int_equal(value->length, strlen(text));
    assert_memory_equal(value->text, text, strlen(text));
}

static void
test_record(void **state)
{
    Fixture *self = *state;

    assert_true(apply(self, " A1 ,2021-07-01, 12:00 ,Y,7,-1.5e2,Yes,0:02:03"));
    assert_string_equal(self->id, "A1");
    assert_text(&self->values[ID], "A1");
    assert_int_equal(self->values[AT].type, JW_VALUE_TIME);
    assert_int_equal(self->values[AT].time_ms, INT64_C(1625133600000));
    assert_text(&self->values[STATE], "good");
    assert_int_equal(self->values[COUNT].integer, 7);
    assert_true(self->values[SIZE].type == JW_VALUE_REAL && self->values[SIZE].real == -150.0);
    assert_true(self->values[OK].type == JW_VALUE_BOOL && self->values[OK].boolean);
    assert_int_equal(self->values[TOOK].integer, 123);
    assert_text(&self->values[GROUP], "t");
}

static void
test_empty_cells(void **state)
{
    Fixture *self = *state;

    assert_true(apply(self, ",2021-07-01,12:00,N,,,,"));
    assert_null(self->id);
    assert_int_equal(self->values[ID].type, JW_VALUE_NULL);
    assert_int_equal(self->values[COUNT].type, JW_VALUE_NULL);
    assert_int_equal(self->values[OK].type, JW_VALUE_NULL);
    assert_int_equal(self->values[TOOK].type, JW_VALUE_NULL);
    assert_text(&self->values[GROUP], "b");
    assert_true(apply(self, "x,2021-07-01,12:00,Y,,,0,"));
    assert_text(&self->values[GROUP], "other");
    assert_true(apply(self, "x,2021-07-01,12:00,Y,,,oui,"));
    assert_text(&self->values[GROUP], "t");
}

static void
test_faults(void **state)
{
    static const struct {
        const char *line, *column, *reason;
    } cases[] = {
        { "a,2021-07-01,12:00,Y,7,1,1", NULL, "has 7 cells, the first line has 8" },
        { "a,2021-07-01,12:00,Y,7,1,1,,", NULL, "has 9 cells, the first line has 8" },
        { "a,,,Y,,,,", "Date + Time", "is empty" },
        { "a,2021-07-01,,Y,,,,", "Date + Time", "'2021-07-01' is not a date like %Y-%m-%d %H:%M" },
        { "a,2021-03-28,02:30,Y,,,,", "Date + Time",
          "'2021-03-28 02:30' does not exist in Europe/Berlin: the clock was put forward over it" },
        { "a,2021-07-01,12:00,,,,,", "State", "is empty" },
        { "a,2021-07-01,12:00,y,,,,", "State", "'y' is not one of the mapping's values" },
        { "a,2021-07-01,12:00,Y,1.5,,,", "Count", "'1.5' is not a whole number" },
        { "a,2021-07-01,12:00,Y,+1,,,", "Count", "'+1' is not a whole number" },
        { "a,2021-07-01,12:00,Y,99999999999999999999,,,", "Count",
          "'99999999999999999999' is not a whole number" },
        { "a,2021-07-01,12:00,Y,11,,,", "Count", "11 is not between 0 and 10" },
        { "a,2021-07-01,12:00,Y,-1,,,", "Count", "-1 is not between 0 and 10" },
        { "a,2021-07-01,12:00,Y,,nan,,", "Size", "'nan' is not a number" },
        { "a,2021-07-01,12:00,Y,,0x10,,", "Size", "'0x10' is not a number" },
        { "a,2021-07-01,12:00,Y,,1e999,,", "Size", "'1e999' is not a number" },
        { "a,2021-07-01,12:00,Y,,\"1,5\",,", "Size",
          "'1,5' is not a number; the mapping can name its marks (\"decimal\", \"thousands\")" },
        { "a,2021-07-01,12:00,Y,1.234,,,", "Count",
          "'1.234' is not a whole number; the mapping can name its mark (\"thousands\")" },
        { "a,2021-07-01,12:00,Y,1\xC2\xA0"
          "234,,,",
          "Count",
          "'1<U+00A0>234' is not a whole number; the mapping can name its mark "
          "(\"thousands\")" },
        { "a,2021-07-01,12:00,Y\xE2\x80\x8B\xE2\x80\x8BY,,,,", "State",
          "'Y<U+200B><U+200B>Y' is not one of the mapping's values" },
        { "a,2021-07\xC2\xAD-01,12:00,Y,,,,", "Date + Time",
          "'2021-07<U+00AD>-01 12:00' is not a date like %Y-%m-%d %H:%M" },
        { "a,2021-07-01,12:00,Y,,,maybe,", "Ok", "'maybe' is neither true nor false" },
        { "a,2021-07-01,12:00,Y,,,,1:00", "Took", "'1:00' is not a duration like h:mm:ss" },
        { "a\x01"
          ",2021-07-01,12:00,Y,,,,",
          "Id", "holds the control character U+0001; remove it" },
        { "M\xFCller,2021-07-01,12:00,Y,,,,", "Id",
          "the byte 0xFC is not UTF-8: the file seems to be in a Windows code page; save it as "
          "UTF-8, or convert it: iconv -f WINDOWS-1252 -t UTF-8 (WINDOWS-1254 for Turkish)" },
        { "\"a,2021-07-01,12:00,Y,,,,", NULL, "the quote opened on line 2 is never closed" },
    };
    Fixture *self = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_false(apply(self, cases[i].line));
        assert_int_equal(self->violations->len, 1);
        const JcRowViolation *violation = g_ptr_array_index(self->violations, 0);
        assert_int_equal(g_strcmp0(violation->column, cases[i].column), 0);
        assert_string_equal(violation->reason, cases[i].reason);
    }
}

static void
test_all_faults_of_a_row(void **state)
{
    Fixture *self = *state;

    assert_false(apply(self, "a,yesterday,,Z,x,y,z,w"));
    assert_int_equal(self->violations->len, 6);
}

static void
test_long_id(void **state)
{
    Fixture *self = *state;
    g_autofree char *id = g_strnfill(201, 'i');
    g_autofree char *line = g_strconcat(id, ",2021-07-01,12:00,Y,,,,", NULL);

    assert_false(apply(self, line));
    assert_false(apply_lines(
        self, "Took,Ok,Size,Count,State,Time,Date,Id,More\n,,,,X,12:00,2021-07-01,a,b\n"));
    assert_true(apply_lines(
        self, "Took,Ok,Size,Count,State,Time,Date,Id,More\n,,,,Y,12:00,2021-07-01,a,b\n"));
    assert_string_equal(self->id, "a");
}

static void
check_head(Fixture *self, const char *head, const char *pattern)
{
    FILE *file = tmpfile();
    g_autoptr(GError) error = NULL;
    JcCsvRow row = { 0 };
    JcCsvResult result = JC_CSV_END;

    assert_true(fputs(head, file) >= 0);
    rewind(file);
    g_autoptr(JcCsv) csv = jc_csv_new(file, "test", ',');
    assert_ok(jc_csv_next(csv, &row, &result, &error), error);
    assert_false(jc_record_builder_set_head(self->builder, &row, &error));
    assert_jw_error(error, JW_ERROR_INVALID, pattern);
}

static void
test_heads(void **state)
{
    Fixture *self = *state;

    check_head(self, "Id,Date,Time,State,Count,Size,Ok\n",
               "column 'Took' is missing. The first line has 'Id', 'Date'*");
    check_head(self, "Id,Date,State,Count,Size,Ok\n",
               "column 'Time' is missing; column 'Took' is missing. *");
    check_head(self, "Id,Date,Time,State,Count,Size,Ok,Took,Date\n",
               "column 'Date' is there twice. *");
    check_head(self, "id,date\n", "column 'Id' is missing; *");
    check_head(self, "Id,Date,Time,State,Count,Size,Ok,To\xC2\xA0ok\n",
               "column 'Took' is missing. *'To<U+00A0>ok'*");
    check_head(self, "Id,Date,Time,State,Count,Size,Ok,T\xF6ok\n",
               "the name of column 8 cannot be read: the byte 0xF6 is not UTF-8: *WINDOWS-1252*");
    check_head(self, "\"Id,Date\n", "the first line cannot be read: the quote*");
}

/* What a reader does not see at the edge of a name or a cell does not count. */
static void
test_edges(void **state)
{
    Fixture *self = *state;

    assert_true(apply_lines(self,
                            "\xEF\xBB\xBF\xEF\xBB\xBFId,\xC2\xA0"
                            "Date\xC2\xA0,\xE2\x80\x8BTime,State ,Count,Size,Ok,Took\xE2\x81\xA0\n"
                            "\xC2\xA0 A1\xE2\x80\x8B,2021-07-01\xE3\x80\x80,12:00,\xEF\xBB\xBFY,"
                            "\xE2\x80\x8E"
                            "7,\xE2\x80\xAF"
                            "1.234,,\xC2\xA0\n"));
    assert_string_equal(self->id, "A1");
    assert_text(&self->values[STATE], "good");
    assert_int_equal(self->values[COUNT].integer, 7);
    assert_true(self->values[SIZE].real == 1.234);
    assert_int_equal(self->values[TOOK].type, JW_VALUE_NULL);
    assert_true(
        apply(self, "x\xC2\xA0y,2021-07-01,12:00,Y,,,,")); /* inside a text it belongs to it */
    assert_string_equal(self->id, "x\xC2\xA0y");
}

static void
test_numbers(void **state)
{
    static const struct {
        const char *marks, *text, *number; /* decimal and thousands; NULL: is none */
    } cases[] = {
        { ". ", "1.234", "1.234" },
        { ",.", "1.234", "1234" },
        { ",.", "1.234,5", "1234.5" },
        { ",.", "-1.234.567,50", "-1234567.50" },
        { ",.", "1234,5", "1234.5" },
        { ",.", "12.34", NULL },
        { ",.", "1234.567", NULL },
        { ",.", ".234", NULL },
        { ",.", "1.234.", NULL },
        { ",.", "1,5,5", NULL },
        { ",.", "1,5.5", NULL },
        { ",.", "1.5e3", NULL },
        { ",.", "1,5e3", "1.5e3" },
        { ".,", "1,234.5", "1234.5" },
        { ".,", "1,234", "1234" },
        { ".,", "1,23", NULL },
        { ", ", "1 234,5", "1234.5" },
        { ", ",
          "1\xC2\xA0"
          "234\xE2\x80\xAF"
          "567",
          "1234567" },
        { ", ",
          "1\xE2\x80\x89"
          "234",
          "1234" },
        { ".'", "1'234.5", "1234.5" },
        { ".'",
          "1\xE2\x80\x99"
          "234.5",
          "1234.5" },
        { ".'",
          "1\xC2\xA0"
          "234",
          "1\xC2\xA0"
          "234" /* no number, which its reader says */ },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *number =
            jc_cell_number(cases[i].text, cases[i].marks[0], cases[i].marks[1]);
        assert_int_equal(g_strcmp0(number, cases[i].number), 0);
    }
}

/* A spreadsheet's numbers through a whole mapping. */
static void
test_comma_numbers(void **state)
{
    Fixture *self = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(JcMapping) mapping = jc_mapping_load(
        JW_SOURCE_DIR "/schemas/examples/mapping.v1/valid/comma-numbers.json", &error);
    assert_ok(mapping != NULL, error);
    jc_record_builder_free(self->builder);
    self->builder = jc_record_builder_new(mapping, &error);
    assert_ok(self->builder != NULL, error);

    assert_true(
        apply_lines(self, "sep=,\nID,When,Preis,Besucher\nv,2021-01-01,\"1.234,50\",1 234\n"));
    assert_true(self->values[2].real == 1234.5);
    assert_int_equal(self->values[3].integer, 1234);
    assert_true(apply_lines(self, "ID,When,Preis,Besucher\nv,2021-01-01,1.234,1234\n"));
    assert_true(self->values[2].real == 1234.0);
    assert_false(apply_lines(self, "ID,When,Preis,Besucher\nv,2021-01-01,12.34,12 34\n"));
    assert_int_equal(self->violations->len, 2);
    const JcRowViolation *violation = g_ptr_array_index(self->violations, 0);
    assert_string_equal(violation->reason,
                        "'12.34' is not a number as the mapping expects it: 1.234,56");
    violation = g_ptr_array_index(self->violations, 1);
    assert_string_equal(violation->reason, "'12 34' is not a whole number");
    assert_false(apply_lines(self, "ID,When,Preis,Besucher\nv,2021-01-01,1,1.234\n"));
    violation = g_ptr_array_index(self->violations, self->violations->len - 1);
    assert_string_equal(violation->reason,
                        "'1.234' is not a whole number as the mapping expects it: 1 234");
}

static void
test_bad_mapping(void **state)
{
    Fixture *self = *state;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = jc_fixture_file(
        self->jc, "bad.json",
        "{\"collection\": \"things\", \"idField\": \"id\", \"dateField\": \"at\", \"fields\": ["
        "{\"field\": \"id\", \"columns\": [\"Id\"], \"type\": \"text\"},"
        "{\"field\": \"at\", \"columns\": [\"At\"], \"type\": \"datetime\", \"format\": \"%Q\"},"
        "{\"field\": \"took\", \"columns\": [\"T\"], \"type\": \"duration\", \"format\": \"?\"}]}");
    g_autoptr(JcMapping) mapping = jc_mapping_load(path, &error);

    assert_null(mapping);
    assert_jw_error(error, JW_ERROR_INVALID,
                    "*/fields/1/format: *%Q is not known*; /fields/2/format: *");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_record),      TEST(test_empty_cells),
        TEST(test_faults),      TEST(test_all_faults_of_a_row),
        TEST(test_long_id),     TEST(test_heads),
        TEST(test_bad_mapping), TEST(test_edges),
        TEST(test_numbers),     TEST(test_comma_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
