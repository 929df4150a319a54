/* bench_values.c: see bench_values.h. */
#include "bench_values.h"

#include <string.h>

static JwValue
text_of(const char *text)
{
    return (JwValue){ .type = JW_VALUE_TEXT, .text = text, .length = strlen(text) };
}

static JwValue
number_of(int64_t number)
{
    return (JwValue){ .type = JW_VALUE_INT, .integer = number };
}

void
bench_values(const BenchRow *row, JwValue *ret_values)
{
    ret_values[0] = text_of(row->id);
    ret_values[1] = (JwValue){ .type = JW_VALUE_TIME, .time_ms = row->time_ms };
    ret_values[2] = text_of(row->agent);
    ret_values[3] = text_of(row->department);
    ret_values[4] = text_of(row->topic);
    ret_values[5] = text_of(row->status);
    ret_values[6] = number_of(row->wait_s);
    ret_values[7] = number_of(row->talk_s);
    ret_values[8] = (JwValue){ .type = JW_VALUE_BOOL, .boolean = row->resolved };
    ret_values[9] = number_of(row->satisfaction);
}
