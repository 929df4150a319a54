/* wire_calendar.c: see jw/wire_calendar.h. */
#include "jw/wire_calendar.h"

#include "jw/ident.h"

#define MOST_DATES  4000
#define MOST_RANGES 1000
#define MOST_YEARLY 366
#define WEEK        7

static const char *const weekdays[] = { "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN", NULL };

typedef bool (*AddText)(JwCalendar *self, const char *text, GError **error);

static char *
check_by(AddText add, const char *text)
{
    g_autoptr(JwCalendar) calendar = jw_calendar_new();
    g_autoptr(GError) error = NULL;

    return add(calendar, text, &error) ? NULL : g_strdup(jw_error_message(error));
}

static char *
check_date(const char *text)
{
    return check_by(jw_calendar_add_date, text);
}

static char *
check_yearly(const char *text)
{
    return check_by(jw_calendar_add_yearly, text);
}

static const JwField date_item = { .type = JW_FIELD_STRING, .check = check_date };
static const JwField yearly_item = { .type = JW_FIELD_STRING, .check = check_yearly };
static const JwField weekday_item = { .type = JW_FIELD_STRING, .values = weekdays };
static const JwField range_fields[] = {
    { .name = "first", .type = JW_FIELD_STRING, .flags = JW_FIELD_REQUIRED, .check = check_date },
    { .name = "last", .type = JW_FIELD_STRING, .flags = JW_FIELD_REQUIRED, .check = check_date },
    { .name = NULL },
};
static const JwField range_item = { .type = JW_FIELD_OBJECT, .fields = range_fields };

const JwField jw_wire_calendar_fields[] = {
    { .name = "dates",
      .type = JW_FIELD_ARRAY,
      .flags = JW_FIELD_UNIQUE,
      .max = MOST_DATES,
      .item = &date_item },
    { .name = "ranges", .type = JW_FIELD_ARRAY, .max = MOST_RANGES, .item = &range_item },
    { .name = "weekdays",
      .type = JW_FIELD_ARRAY,
      .flags = JW_FIELD_UNIQUE,
      .max = WEEK,
      .item = &weekday_item },
    { .name = "yearly",
      .type = JW_FIELD_ARRAY,
      .flags = JW_FIELD_UNIQUE,
      .max = MOST_YEARLY,
      .item = &yearly_item },
    { .name = NULL },
};

static void
add_texts(JwCalendar *self, const json_t *texts, AddText add)
{
    const json_t *text = NULL;
    size_t i = 0;

    json_array_foreach(texts, i, text)
    {
        (void)!add(self, json_string_value(text), NULL); /* checked */
    }
}

static bool
add_ranges(JwCalendar *self, const json_t *ranges, const char *base, JwViolations *violations)
{
    g_autofree char *list = jw_pointer(base, "ranges");
    const json_t *range = NULL;
    size_t i = 0;
    bool ok = true;

    json_array_foreach(ranges, i, range)
    {
        g_autoptr(GError) error = NULL;
        if (!jw_calendar_add_range(self, jw_json_text(range, "first"), jw_json_text(range, "last"),
                                   &error)) {
            g_autofree char *item = jw_pointer_index(list, i);
            g_autofree char *pointer = jw_pointer(item, "last");
            ok = jw_violations_add(violations, pointer, "%s", jw_error_message(error));
        }
    }
    return ok;
}

/* The days alone. (transfer full) */
static json_t *
days_of(const json_t *value)
{
    json_t *days = json_object();

    for (const JwField *field = jw_wire_calendar_fields; field->name != NULL; field++) {
        json_t *member = json_object_get(value, field->name);
        if (member != NULL) {
            json_object_set(days, field->name, member);
        }
    }
    return days;
}

JwCalendar *
jw_wire_calendar_read(const json_t *value, const char *base, JwViolations *violations)
{
    g_return_val_if_fail(base != NULL && violations != NULL, NULL);
    g_autoptr(JwCalendar) calendar = jw_calendar_new();
    json_auto_t *days = days_of(value);
    int64_t day = 0;

    if (!jw_check_object(days, jw_wire_calendar_fields, base, violations)
        || !add_ranges(calendar, json_object_get(days, "ranges"), base, violations)) {
        return NULL;
    }
    add_texts(calendar, json_object_get(days, "dates"), jw_calendar_add_date);
    add_texts(calendar, json_object_get(days, "weekdays"), jw_calendar_add_weekday);
    add_texts(calendar, json_object_get(days, "yearly"), jw_calendar_add_yearly);
    if (!jw_calendar_open_day(calendar, 0, &day)) {
        const bool week = json_array_size(json_object_get(days, "weekdays")) == WEEK;
        g_autofree char *weekdays_at = jw_pointer(base, "weekdays");
        jw_violations_add(violations, week ? weekdays_at : base,
                          "excludes every day, so that nothing is ever due");
        return NULL;
    }
    return g_steal_pointer(&calendar);
}

/* Which members there are; what is in them jw_wire_calendar_read() looks at. */
static const JwField whole_fields[] = {
    { .name = "name", .type = JW_FIELD_STRING }, /* that of the path, which is checked */
    { .name = "dates", .type = JW_FIELD_ANY },
    { .name = "ranges", .type = JW_FIELD_ANY },
    { .name = "weekdays", .type = JW_FIELD_ANY },
    { .name = "yearly", .type = JW_FIELD_ANY },
    { .name = NULL },
};

static bool
check_name(const json_t *value, const char *name, const char *base, JwViolations *violations)
{
    const char *said = jw_json_text(value, "name");
    g_autofree char *pointer = jw_pointer(base, "name");
    g_autofree char *wrong = jw_check_slug(name);

    if (wrong != NULL) {
        return jw_violations_add(violations, pointer, "%s", wrong);
    }
    return said == NULL || g_strcmp0(said, name) == 0
           || jw_violations_add(violations, pointer, "must be that of the path, or be left out");
}

json_t *
jw_wire_calendar_days(const json_t *value, const char *name, const char *base,
                      JwViolations *violations)
{
    g_return_val_if_fail(base != NULL && violations != NULL, NULL);
    const JwField *fields = name != NULL ? whole_fields : whole_fields + 1;
    bool ok = jw_check_object(value, fields, base, violations);

    ok = (name == NULL || check_name(value, name, base, violations)) && ok;
    g_autoptr(JwCalendar) calendar = jw_wire_calendar_read(value, base, violations);
    return ok && calendar != NULL ? days_of(value) : NULL;
}
