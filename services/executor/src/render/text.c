/* render/text.c: see render/text.h. */
#include "render/text.h"

#include "jw/civil.h"

#define MARCH_1900_MS (-INT64_C(2203891200000))
#define YEAR_10000_MS INT64_C(253402300800000)

const char *
exe_text_far_time(int64_t local_ms, char buffer[EXE_FAR_TIME_MAX])
{
    JwCivil at;

    if (local_ms >= MARCH_1900_MS && local_ms < YEAR_10000_MS) {
        return NULL;
    }
    jw_civil_from_seconds(jw_floor_div(local_ms, 1000), &at);
    (void)g_snprintf(buffer, EXE_FAR_TIME_MAX, "%04d-%02d-%02d %02d:%02d:%02d", at.year, at.month,
                     at.day, at.hour, at.minute, at.second);
    return buffer;
}

char *
exe_text_put_digits(char *at, int64_t value, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        at[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return at + width;
}
