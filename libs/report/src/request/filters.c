/* request/filters.c: the filters of a request: whether the definition has them and lets them be
 * asked so, and what they ask. Any thread, no state. Looks at values the tables may already have
 * refused, so every read tolerates a wrong type. */
#include "request/request_private.h"

#include "engine/bound.h"
#include "jw/cron.h"
#include "jw/wanted.h"
#include "names.h"

#include <string.h>

static bool
is_number(const char *text)
{
    JwWanted wanted;

    jw_wanted_init(&wanted, text);
    return wanted.is_integer || wanted.is_real;
}

/* Whether what is given of both is a time. */
static bool
take_times(JwRange *range, GTimeZone *zone)
{
    int64_t start_ms = INT64_MIN, end_ms = INT64_MAX, unused_ms = 0;
    bool day = false;

    if ((range->from != NULL && !jw_report_instant(range->from, zone, &start_ms, &unused_ms, &day))
        || (range->to != NULL && !jw_report_instant(range->to, zone, &unused_ms, &end_ms, &day))) {
        return false;
    }
    range->from_ms = start_ms;
    range->to_ms = range->to != NULL ? end_ms - 1 : INT64_MAX;
    return true;
}

bool
jw_report_filter_range(const JwFilter *self, GTimeZone *zone, JwRange *ret_range)
{
    g_return_val_if_fail(self != NULL && zone != NULL && ret_range != NULL, false);

    *ret_range = (JwRange){ .kind = JW_RANGE_TEXT, .from = self->from, .to = self->to };
    if (self->from == NULL && self->to == NULL) {
        return false;
    }
    if ((self->from == NULL || is_number(self->from))
        && (self->to == NULL || is_number(self->to))) {
        ret_range->kind = JW_RANGE_NUMBER;
    } else if (take_times(ret_range, zone)) {
        ret_range->kind = JW_RANGE_TIME;
    }
    return true;
}

/* What is wrong with the two ends beside each other, as a clause; NULL: nothing. */
static const char *
ends_fault(const JwFilter *ends, GTimeZone *zone)
{
    static const char backwards[] = "must not be before from; both are included";
    JwRange range;

    if (ends->from == NULL || ends->to == NULL || !jw_report_filter_range(ends, zone, &range)) {
        return NULL;
    }
    if (range.kind == JW_RANGE_TIME) {
        return range.from_ms > range.to_ms ? backwards : NULL;
    }
    switch (jw_bounds_relate(ends->from, ends->to)) {
    case JW_BOUNDS_RISE:
    case JW_BOUNDS_EQUAL:
        break;
    case JW_BOUNDS_FALL:
        return backwards;
    case JW_BOUNDS_DIFFER:
        return "is of another sort than from, so that no value can pass: give two numbers, two "
               "dates or times, or two texts";
    }
    return NULL;
}

static bool
check_range(const json_t *asked, GTimeZone *zone, const char *pointer, JwViolations *violations)
{
    static const char *const names[] = { "from", "to" };
    const JwFilter ends = { .from = (char *)(uintptr_t)jw_json_text(asked, names[0]),
                            .to = (char *)(uintptr_t)jw_json_text(asked, names[1]) };
    bool ok = true;

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *text = i == 0 ? ends.from : ends.to;
        const char *fault = text != NULL ? jw_bound_fault(text) : NULL;
        g_autofree char *at = jw_pointer(pointer, names[i]);
        ok = (fault == NULL || jw_violations_add(violations, at, "%s", fault)) && ok;
    }
    const char *fault = ok ? ends_fault(&ends, zone) : NULL;
    if (fault != NULL) {
        g_autofree char *at = jw_pointer(pointer, names[1]);
        ok = jw_violations_add(violations, at, "%s", fault);
    }
    return ok;
}

/* Which operator of the definition allows a member of a filter. */
static const struct {
    const char *member;
    JwFilterOperators operator;
} members[] = {
    { "in", JW_FILTER_IN },    { "not", JW_FILTER_NOT },           { "from", JW_FILTER_RANGE },
    { "to", JW_FILTER_RANGE }, { "contains", JW_FILTER_CONTAINS }, { "absent", JW_FILTER_ABSENT },
};

/* Notes that @filter is not to be asked by the operator of @member. */
static bool
refuse(const JwFilterDef *filter, const char *member, const char *pointer, JwViolations *violations)
{
    g_autofree char *allowed = jw_filter_operators_join(jw_report_filter_operators(filter));

    return jw_violations_add(violations, pointer,
                             "the filter '%s' cannot be asked by '%s'; its operators are: %s",
                             filter->name, member, allowed);
}

static bool
check_members(const JwFilterDef *filter, const json_t *asked, const char *pointer,
              JwViolations *violations)
{
    bool ok = true;

    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        g_autofree char *at = jw_pointer(pointer, members[i].member);
        if (json_object_get(asked, members[i].member) != NULL
            && (jw_report_filter_operators(filter) & members[i].operator) == 0) {
            ok = refuse(filter, members[i].member, at, violations);
        }
    }
    return ok;
}

static bool
check_sense(const json_t *asked, GTimeZone *zone, const char *pointer, JwViolations *violations)
{
    bool ok = true;

    if (json_object_size(asked) == 0) {
        return jw_violations_add(violations, pointer,
                                 "asks for nothing; give an operator, or leave the filter out");
    }
    ok = check_range(asked, zone, pointer, violations);
    if (json_is_true(json_object_get(asked, "absent")) && json_object_size(asked) > 1) {
        g_autofree char *at = jw_pointer(pointer, "absent");
        ok =
            jw_violations_add(violations, at,
                              "leaves nothing for what is asked beside it; give it alone, or leave "
                              "it out");
    }
    return ok;
}

static bool
check_filter(const JwFilterDef *filter, const json_t *asked, GTimeZone *zone, const char *pointer,
             JwViolations *violations)
{
    if (json_is_object(asked)) {
        return check_members(filter, asked, pointer, violations)
               && check_sense(asked, zone, pointer, violations);
    }
    return (jw_report_filter_operators(filter) & JW_FILTER_IN) != 0 || json_array_size(asked) == 0
           || refuse(filter, "in", pointer, violations);
}

bool
jw_report_check_filters(const JwReportDef *def, const json_t *filters, const char *zone_name,
                        const char *pointer, JwViolations *violations)
{
    g_autoptr(GTimeZone) named = jw_zone_new(zone_name, NULL);
    g_autoptr(GTimeZone) zone = named != NULL ? g_steal_pointer(&named) : g_time_zone_new_utc();
    const char *name = NULL;
    json_t *asked = NULL;
    bool ok = true;

    json_object_foreach(jw_json_mutable(filters), name, asked)
    {
        g_autofree char *at = jw_pointer(pointer, name);
        const JwFilterDef *filter = jw_report_def_filter(def, name);
        ok = (filter != NULL
                  ? check_filter(filter, asked, zone, at, violations)
                  : jw_report_check_name(def, def->filters, "filter", name, at, violations))
             && ok;
    }
    return ok;
}

static char **
texts_of(const json_t *asked, const char *member)
{
    const json_t *list = json_object_get(asked, member);

    return json_array_size(list) > 0 ? jw_json_texts(list) : NULL;
}

static JwFilter
read_operators(const char *name, const json_t *asked)
{
    const json_t *absent = json_object_get(asked, "absent");

    return (JwFilter){
        .name = g_strdup(name),
        .values = texts_of(asked, "in"),
        .excluded = texts_of(asked, "not"),
        .from = g_strdup(jw_json_text(asked, "from")),
        .to = g_strdup(jw_json_text(asked, "to")),
        .contains = g_strdup(jw_json_text(asked, "contains")),
        .presence = absent == NULL         ? JW_PRESENCE_ANY
                    : json_is_true(absent) ? JW_PRESENCE_ABSENT
                                           : JW_PRESENCE_PRESENT,
    };
}

void
jw_report_read_filters(const json_t *filters, JwReportRequest *request)
{
    const char *name = NULL;
    json_t *asked = NULL;

    json_object_foreach(jw_json_mutable(filters), name, asked)
    {
        if (json_is_object(asked)) {
            const JwFilter filter = read_operators(name, asked);
            g_array_append_val(request->filters, filter);
        } else if (json_array_size(asked) > 0) {
            const JwFilter filter = { .name = g_strdup(name), .values = jw_json_texts(asked) };
            g_array_append_val(request->filters, filter);
        }
    }
}
