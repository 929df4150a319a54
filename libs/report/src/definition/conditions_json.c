/* definition/conditions_json.c: conditions from their JSON. Any thread, no state. The tables check
 * single members; here is what they mean together, and what may be named. */
#include "definition/conditions.h"
#include "engine/bound.h"
#include "jw/text.h"

#include <string.h>

#define TEXT_MAX 200

static const char *const bound_names[JW_BOUND_N] = {
    [JW_BOUND_LT] = "lt",
    [JW_BOUND_LTE] = "lte",
    [JW_BOUND_GT] = "gt",
    [JW_BOUND_GTE] = "gte",
};

static const JwField equals_item = { .type = JW_FIELD_STRING, .max = TEXT_MAX };
static const JwField contains_item = { .type = JW_FIELD_STRING, .min = 1, .max = TEXT_MAX };

#define TEXTS(member, what)                                                                        \
    {                                                                                              \
        .name = (member), .type = JW_FIELD_ARRAY, .min = 1, .max = 100, .item = &(what)            \
    }
#define PARTS(member)                                                                              \
    {                                                                                              \
        .name = (member), .type = JW_FIELD_ARRAY, .min = 1, .max = 20, .item = &jw_condition_item  \
    }
static const JwField condition_fields[] = {
    { .name = "field", .type = JW_FIELD_STRING, .check = jw_check_field_name },
    TEXTS("equals", equals_item),
    TEXTS("contains", contains_item),
    { .name = "lt", .type = JW_FIELD_ANY },
    { .name = "lte", .type = JW_FIELD_ANY },
    { .name = "gt", .type = JW_FIELD_ANY },
    { .name = "gte", .type = JW_FIELD_ANY },
    { .name = "present", .type = JW_FIELD_BOOL },
    { .name = "absent", .type = JW_FIELD_BOOL },
    PARTS("any"),
    PARTS("all"),
    { .name = "is", .type = JW_FIELD_STRING, .check = jw_check_identifier },
    { .name = "not", .type = JW_FIELD_BOOL },
    { .name = NULL },
};
const JwField jw_condition_item = { .type = JW_FIELD_OBJECT, .fields = condition_fields };

static const JwField shared_fields[] = {
    { .name = "name",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .check = jw_check_identifier },
    { .name = "where",
      .type = JW_FIELD_ARRAY,
      .flags = JW_FIELD_REQUIRED,
      .min = 1,
      .max = 20,
      .item = &jw_condition_item },
    { .name = NULL },
};
const JwField jw_shared_condition_item = { .type = JW_FIELD_OBJECT, .fields = shared_fields };

/* What a list amounts to. */
typedef struct {
    size_t n, depth;
} Extent;

typedef struct {
    const json_t *shared;
    Extent *extents; /* of the shared ones */
    bool *used;
    size_t n_known; /* that may be named here */
    JwViolations *violations;
    size_t n_noted;
} Check;

static void G_GNUC_PRINTF(4, 5)
    note(Check *self, const char *base, const char *member, const char *format, ...)
{
    g_autofree char *pointer = member != NULL ? jw_pointer(base, member) : g_strdup(base);
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    self->n_noted++;
    (void)jw_violations_add(self->violations, pointer, "%s", text);
}

/* The index of the shared condition with this name among the first @n; false: there is none. */
static bool
find_shared(const json_t *shared, const char *name, size_t n, size_t *ret_index)
{
    for (size_t i = 0; name != NULL && i < n; i++) {
        if (g_strcmp0(jw_json_text(json_array_get(shared, i), "name"), name) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

/* A bound as text: what is written, or the digits of a number. (transfer full) (nullable) */
static char *
bound_text(const json_t *value)
{
    char buffer[JW_TEXT_REAL_MAX];

    if (json_is_integer(value)) {
        return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    }
    if (json_is_real(value)) {
        return g_strdup(jw_text_real(json_real_value(value), buffer));
    }
    return g_strdup(json_string_value(value));
}

/* What is wrong with a bound alone, for a person; NULL: nothing. */
static const char *
bound_fault(const json_t *value)
{
    const char *text = json_string_value(value);

    if (json_is_number(value)) {
        return NULL;
    }
    if (text == NULL) {
        return "must be a text or a number";
    }
    if (!jw_text_clean(text, json_string_length(value)) || strpbrk(text, "\r\n\t") != NULL) {
        return "must be one line, without control characters";
    }
    if (text[0] == '\0' || g_utf8_strlen(text, -1) > TEXT_MAX) {
        return "must have 1 to 200 characters";
    }
    return jw_bound_fault(text);
}

static void
check_bound(Check *self, const json_t *item, const char *base, size_t which)
{
    const json_t *value = json_object_get(item, bound_names[which]);
    const char *wrong = value != NULL ? bound_fault(value) : NULL;

    if (wrong != NULL) {
        note(self, base, bound_names[which], "%s", wrong);
    }
}

/* Two ends of one range: one at most at each side, and something between them. */
static void
check_range(Check *self, const json_t *item, const char *base)
{
    g_autofree char *lt = bound_text(json_object_get(item, "lt"));
    g_autofree char *lte = bound_text(json_object_get(item, "lte"));
    g_autofree char *gt = bound_text(json_object_get(item, "gt"));
    g_autofree char *gte = bound_text(json_object_get(item, "gte"));
    const char *from = gt != NULL ? gt : gte, *to = lt != NULL ? lt : lte;
    const char *upper = lt != NULL ? "lt" : "lte";

    if (lt != NULL && lte != NULL) {
        note(self, base, "lte", "and lt beside it exclude each other; keep one of them");
    }
    if (gt != NULL && gte != NULL) {
        note(self, base, "gte", "and gt beside it exclude each other; keep one of them");
    }
    if (from == NULL || to == NULL) {
        return;
    }
    switch (jw_bounds_relate(from, to)) {
    case JW_BOUNDS_RISE:
        return;
    case JW_BOUNDS_EQUAL:
        if ((gte != NULL && lte != NULL) || (gt == NULL && lt == NULL)) {
            return;
        }
        break;
    case JW_BOUNDS_FALL:
        break;
    case JW_BOUNDS_DIFFER:
        note(
            self, base, upper,
            "is no bound of the same sort as '%s' is, so that no value can pass: give two numbers, "
            "two dates or times, or two texts",
            from);
        return;
    }
    note(self, base, upper, "leaves nothing behind '%s', so that no value can pass", from);
}

/* Each says by itself what a value must be. */
static const char *const kinds[] = { "any",    "all", "is",  "equals", "contains", "present",
                                     "absent", "lt",  "lte", "gt",     "gte" };
#define N_ALONE  3 /* the first ones, which stand without a field */
#define N_SINGLE 7 /* those, and the ones that exclude bounds and each other */

/* Whether exactly one kind is there, or a field alone. */
static bool
check_kind(Check *self, const json_t *item, const char *base)
{
    const bool has_field = json_object_get(item, "field") != NULL;
    size_t first = 0;
    bool ok = true;

    while (first < G_N_ELEMENTS(kinds) && json_object_get(item, kinds[first]) == NULL) {
        first++;
    }
    if (first >= N_ALONE && !has_field) {
        note(self, base, "field", "is required, unless any, all or is stands in its place");
        return false;
    }
    if (first < N_ALONE && has_field) {
        note(self, base, "field",
             "has no effect beside %s; put it into a condition of its own beside this one",
             kinds[first]);
        ok = false;
    }
    for (size_t i = first + 1; first < N_SINGLE && i < G_N_ELEMENTS(kinds); i++) {
        if (json_object_get(item, kinds[i]) != NULL) {
            note(self, base, kinds[i],
                 "and %s beside it exclude each other; make two conditions of them", kinds[first]);
            ok = false;
        }
    }
    return ok;
}

static void
check_true(Check *self, const json_t *item, const char *base, const char *member,
           const char *instead)
{
    if (json_is_false(json_object_get(item, member))) {
        note(self, base, member, "can only be true; for the opposite write \"%s\": true", instead);
    }
}

static Extent
check_is(Check *self, const char *name, const char *base)
{
    size_t index = 0;

    if (find_shared(self->shared, name, self->n_known, &index)) {
        self->used[index] = true;
        return self->extents[index];
    }
    g_autofree char *echo = jw_echo(name);
    const bool later = find_shared(self->shared, name, json_array_size(self->shared), &index);
    note(self, base, "is",
         later ? "'%s' is not an earlier one of /conditions" : "/conditions has no '%s'", echo);
    return (Extent){ 0 };
}

static Extent check_list(Check *self, const json_t *list, const char *base);

static Extent
check_condition(Check *self, const json_t *item, const char *base)
{
    static const char *const groups[] = { "any", "all" };
    Extent inner = { 0 };

    if (!json_is_object(item) || !check_kind(self, item, base)) {
        return (Extent){ 1, 1 };
    }
    check_true(self, item, base, "present", "absent");
    check_true(self, item, base, "absent", "present");
    const size_t n_noted = self->n_noted;
    for (size_t i = 0; i < JW_BOUND_N; i++) {
        check_bound(self, item, base, i);
    }
    if (self->n_noted == n_noted) {
        check_range(self, item, base);
    }
    if (json_is_string(json_object_get(item, "is"))) {
        inner = check_is(self, jw_json_text(item, "is"), base);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(groups); i++) {
        if (json_object_get(item, groups[i]) != NULL) {
            g_autofree char *pointer = jw_pointer(base, groups[i]);
            inner = check_list(self, json_object_get(item, groups[i]), pointer);
        }
    }
    return (Extent){ inner.n + 1, inner.depth + 1 };
}

static Extent
check_list(Check *self, const json_t *list, const char *base)
{
    Extent all = { 0 };
    const json_t *item = NULL;
    size_t i = 0;

    json_array_foreach(list, i, item)
    {
        g_autofree char *pointer = jw_pointer_index(base, i);
        const Extent one = check_condition(self, item, pointer);
        all = (Extent){ all.n + one.n, MAX(all.depth, one.depth) };
    }
    return all;
}

/* A whole list, as it will be tested. */
static Extent
check_whole(Check *self, const json_t *list, const char *base)
{
    const Extent extent = check_list(self, list, base);

    if (extent.n > JW_CONDITIONS_MAX) {
        note(self, base, NULL,
             "has more than %d conditions, with those inside any and all and those that it names",
             JW_CONDITIONS_MAX);
        return (Extent){ 0 };
    }
    if (extent.depth > JW_CONDITIONS_DEPTH) {
        note(self, base, NULL, "nests any, all and named conditions deeper than %d",
             JW_CONDITIONS_DEPTH);
        return (Extent){ 0 };
    }
    return extent;
}

/* One after the other: each may name those before it. */
static void
check_shared(Check *self)
{
    const json_t *item = NULL;
    size_t i = 0, earlier = 0;

    json_array_foreach(self->shared, i, item)
    {
        g_autofree char *base = jw_pointer_index("/conditions", i);
        g_autofree char *pointer = jw_pointer(base, "where");
        const char *name = jw_json_text(item, "name");
        if (find_shared(self->shared, name, i, &earlier)) {
            note(self, base, "name", "'%s' is already defined", name);
        }
        self->n_known = i;
        self->extents[i] = check_whole(self, json_object_get(item, "where"), pointer);
    }
    self->n_known = json_array_size(self->shared);
}

static void
check_unused(Check *self)
{
    for (size_t i = 0; i < self->n_known; i++) {
        if (!self->used[i] && json_is_object(json_array_get(self->shared, i))) {
            g_autofree char *base = jw_pointer_index("/conditions", i);
            note(self, base, NULL,
                 "has no effect: no condition names it with \"is\"; use it or leave it out");
        }
    }
}

bool
jw_conditions_check(const json_t *value, JwViolations *violations)
{
    const json_t *shared = json_object_get(value, "conditions");
    const size_t n = json_array_size(shared);
    g_autofree Extent *extents = g_new0(Extent, n + 1);
    g_autofree bool *used = g_new0(bool, n + 1);
    Check check = { .shared = shared, .extents = extents, .used = used, .violations = violations };
    const json_t *item = NULL;
    size_t i = 0;

    check_shared(&check);
    json_array_foreach(json_object_get(value, "measures"), i, item)
    {
        g_autofree char *base = jw_pointer_index("/measures", i);
        g_autofree char *pointer = jw_pointer(base, "where");
        (void)check_whole(&check, json_object_get(item, "where"), pointer);
    }
    if (check.n_noted == 0) {
        check_unused(&check);
    }
    return check.n_noted == 0;
}

static GArray *read_list(const json_t *list, const json_t *shared, size_t n_known);

/* Those inside: of `any` and `all`, or of the shared one. (transfer full) (nullable) */
static GArray *
read_parts(const json_t *item, const json_t *shared, size_t n_known)
{
    const json_t *any = json_object_get(item, "any");
    const json_t *all = json_object_get(item, "all");
    size_t index = 0;

    if (json_object_get(item, "is") != NULL) { /* an unknown one has been noted */
        return find_shared(shared, jw_json_text(item, "is"), n_known, &index)
                   ? read_list(json_object_get(json_array_get(shared, index), "where"), shared,
                               index)
                   : jw_report_conditions_new();
    }
    return any != NULL || all != NULL ? read_list(any != NULL ? any : all, shared, n_known) : NULL;
}

static GArray *
read_list(const json_t *list, const json_t *shared, size_t n_known)
{
    GArray *conditions = jw_report_conditions_new();
    const json_t *item = NULL;
    size_t i = 0;

    json_array_foreach(list, i, item)
    {
        const bool negate = json_is_true(json_object_get(item, "not"));
        JwCondition condition = {
            .field = g_strdup(jw_json_text(item, "field")),
            .equals = jw_json_texts(json_object_get(item, "equals")),
            .contains = jw_json_texts(json_object_get(item, "contains")),
            .parts = read_parts(item, shared, n_known),
            .any = json_object_get(item, "any") != NULL,
            .negate = json_is_true(json_object_get(item, "absent")) != negate,
        };
        for (size_t k = 0; k < JW_BOUND_N; k++) {
            condition.bounds[k] = bound_text(json_object_get(item, bound_names[k]));
        }
        g_array_append_val(conditions, condition);
    }
    return conditions;
}

GArray *
jw_conditions_read(const json_t *list, const json_t *shared)
{
    return read_list(list, shared, json_array_size(shared));
}
