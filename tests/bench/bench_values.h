/* bench_values.h: a row of bench_rows.h as the engine and the writers of reports take it. */
#pragma once
#include "bench_rows.h"
#include "jw/value.h"

G_BEGIN_DECLS

#define BENCH_VALUES 10

/* @ret_values: BENCH_VALUES, in the order of the columns of call-records; borrow from @row. */
void bench_values(const BenchRow *row, JwValue *ret_values);

G_END_DECLS
