/* request/fields.c: the members of a report request, as tables. Constant; any thread. A REST
 * body, a Kafka command and a schedule's template use the same ones, which match
 * schemas/common/report-request.v1.json. */
#include "definition/rows_json.h"
#include "request/request_private.h"

#include "jw/report_words.h"
#include "names.h"

static const JwField range_fields[] = {
    { .name = "startDate",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .check = jw_check_date_or_time },
    { .name = "endDate",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .check = jw_check_date_or_time },
    { .name = NULL },
};
static const JwField period_fields[] = {
    { .name = "type",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .values = &jw_period_names[JW_PERIOD_WEEKLY] },
    { .name = "at", .type = JW_FIELD_STRING, .check = jw_check_time },
    { .name = "timeZone", .type = JW_FIELD_STRING, .check = jw_check_zone },
    { .name = NULL },
};
static const JwField filter_value = { .type = JW_FIELD_STRING, .min = 1, .max = 200 };
#define FILTER_VALUES(what, least)                                                                 \
    {                                                                                              \
        .name = (what), .type = JW_FIELD_ARRAY, .min = (least), .max = 1000, .item = &filter_value \
    }
#define FILTER_TEXT(what)                                                                          \
    {                                                                                              \
        .name = (what), .type = JW_FIELD_STRING, .min = 1, .max = 200                              \
    }
static const JwField operator_fields[] = {
    FILTER_VALUES("in", 1), FILTER_VALUES("not", 1), FILTER_TEXT("from"),
    FILTER_TEXT("to"),      FILTER_TEXT("contains"), { .name = "absent", .type = JW_FIELD_BOOL },
    { .name = NULL },
};
static const JwField filter_operators = { .type = JW_FIELD_OBJECT, .fields = operator_fields };
static const JwField filter_values = {
    .type = JW_FIELD_ARRAY, .max = 1000, .item = &filter_value, .otherwise = &filter_operators
};
static const JwField part_name = { .type = JW_FIELD_STRING, .min = 1, .max = 64 };
static const JwField parameter_fields[] = {
    { .name = "edition", .type = JW_FIELD_STRING, .check = jw_check_identifier },
    { .name = "dateRange", .type = JW_FIELD_OBJECT, .fields = range_fields },
    { .name = "period", .type = JW_FIELD_OBJECT, .fields = period_fields },
    { .name = "timeZone", .type = JW_FIELD_STRING, .check = jw_check_zone },
    { .name = "filters", .type = JW_FIELD_MAP, .max = 50, .item = &filter_values },
    { .name = "groupBy",
      .type = JW_FIELD_ARRAY,
      .flags = JW_FIELD_UNIQUE,
      .max = JW_TABLE_DIMENSIONS_MAX,
      .item = &part_name },
    JW_TABLE_ROWS_FIELDS,
    { .name = "measures",
      .type = JW_FIELD_ARRAY,
      .flags = JW_FIELD_UNIQUE,
      .max = 50,
      .item = &part_name },
    { .name = "includeInactive", .type = JW_FIELD_BOOL },
    { .name = "compare", .type = JW_FIELD_STRING, .values = jw_compare_names },
    { .name = "language", .type = JW_FIELD_STRING, .check = jw_check_language },
    { .name = "onEmpty", .type = JW_FIELD_STRING, .values = jw_on_empty_names },
    { .name = NULL },
};
/* clang-format off */
#define REQUEST_FIELDS                                                                             \
    { .name = "reportType", .type = JW_FIELD_STRING, .flags = JW_FIELD_REQUIRED, .min = 1,         \
      .max = 100 },                                                                                \
    { .name = "parameters", .type = JW_FIELD_OBJECT, .flags = JW_FIELD_REQUIRED,                   \
      .fields = parameter_fields },                                                                \
    { .name = "output", .type = JW_FIELD_OBJECT, .flags = JW_FIELD_REQUIRED,                       \
      .fields = jw_report_output_fields }
/* clang-format on */

const JwField jw_report_request_fields[] = { REQUEST_FIELDS, { .name = NULL } };
const JwField jw_report_spec_fields[] = {
    REQUEST_FIELDS,
    { .name = "timeZone", .type = JW_FIELD_STRING, .check = jw_check_zone },
    { .name = NULL },
};
