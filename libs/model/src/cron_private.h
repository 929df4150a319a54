/* cron_private.h: a cron expression as bit sets, shared by its parser, its search and its lint. */
#pragma once
#include "jw/cron.h"

#include <stddef.h>

G_BEGIN_DECLS

#define JW_CRON_FIRST_YEAR 1970
#define JW_CRON_LAST_YEAR  2099

struct _JwCron {
    JwCronDialect dialect;
    uint64_t seconds, minutes, hours; /* bit n: the value n is in the set */
    uint64_t days, months, weekdays;  /* days and months from bit 1; Sunday is bit 0 */
    uint64_t before_last;             /* bit n: the n-th day before the last of its month */
    uint64_t near_days;               /* bit n: the weekday nearest to day n */
    uint64_t near_last;               /* bit n: that nearest to the n-th day before the last */
    uint64_t nth_weekdays[6];         /* [n]: weekdays whose n-th is in the set; [0]: whose last */
    uint64_t years[3];                /* from bit 0 of [0], which is JW_CRON_FIRST_YEAR */
    bool years_free;
    bool either_day;        /* both day fields are restricted, and either one is enough */
    bool follows_time;      /* hour or minute began with '*': elapsed time, not the wall clock */
    uint64_t week_masks[7]; /* of @weekdays: days of a month whose first day is that weekday */
    char *fields;
};

/* The smallest value ≥ @from in the set, or -1. */
static inline int
jw_cron_next_bit(uint64_t set, int from)
{
    const uint64_t rest = from < 64 ? set >> from : 0;

    return rest == 0 ? -1 : from + __builtin_ctzll(rest);
}

/* The set's days of a month, from bit 1. */
uint64_t jw_cron_month_days(const JwCron *self, int year, int month);

/* The first year ≥ @year that the expression may fire in, -1: none. */
int jw_cron_year(const JwCron *self, int year);

/* Whether a local time of its own lies in [@from, @to), and the first. */
bool jw_cron_has_local(const JwCron *self, int64_t from, int64_t to, int64_t *ret_first);

/* The rule with AUTO written out. */
JwDst jw_cron_dst(const JwCron *self, JwDst rule);

/* One field as a dialect writes it. */
typedef struct {
    const char *name;
    int low, high;
    const char *const *names; /* of the values from @low on */
    size_t offset;            /* of the bit set */
    int shift;                /* weekdays: (value + shift) % 7 is 0 on Sunday */
} JwCronField;

enum {
    JW_FIELD_SECOND,
    JW_FIELD_MINUTE,
    JW_FIELD_HOUR,
    JW_FIELD_DAY,
    JW_FIELD_MONTH,
    JW_FIELD_WEEKDAY,
    JW_FIELD_YEAR
};

/* What a dialect knows besides. */
enum {
    JW_CRON_SECONDS = 1 << 0, /* the field may be left out */
    JW_CRON_YEARS = 1 << 1,
    JW_CRON_WRAPS = 1 << 2,    /* FRI-MON */
    JW_CRON_MACROS = 1 << 3,   /* @daily */
    JW_CRON_QUESTION = 1 << 4, /* ? in exactly one of the day fields */
    JW_CRON_EITHER = 1 << 5,   /* one of two restricted day fields is enough */
};

typedef struct {
    const char *name;
    unsigned least_fields, most_fields;
    unsigned knows;
    const char *form; /* for messages */
} JwCronReading;

const JwCronReading *jw_cron_reading(JwCronDialect dialect);
const JwCronField *jw_cron_field(JwCronDialect dialect, int field);

/* A value from @low to @high, digits only. */
bool jw_cron_parse_number(const JwCronField *field, const char *text, int low, int high, int *ret,
                          GError **error);

/* The same, or a name of the field. */
bool jw_cron_parse_value(const JwCronField *field, const char *text, int *ret, GError **error);

/* Whether @field is that of the weekdays. */
static inline bool
jw_cron_is_weekday(const JwCronField *field)
{
    return field->offset == offsetof(JwCron, weekdays);
}

/* Reads an item of a day field that is no number, range or step (L, 15W, MON#2), if it is one. */
bool jw_cron_parse_day(JwCron *self, const char *text, bool *ret_taken, GError **error);
bool jw_cron_parse_weekday(JwCron *self, const char *text, bool *ret_taken, GError **error);

G_END_DECLS
