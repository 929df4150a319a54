/* match.c: filters. Pure. */
#include "memdb.h"
#include <string.h>

/* What conditions are about: the values at a path of a document, or one value by itself. */
typedef struct {
    const bson_t *document;
    const char *path;
    const bson_iter_t *value;
} Subject;

typedef struct {
    const char *name;
    int least, most; /* of the comparison with the operand, unless: */
    bool (*holds)(const bson_iter_t *value, const bson_iter_t *operand);
    bool of_elements; /* holds for an array when it does for one of its elements */
    bool negated;
} Operator;

typedef struct {
    const Operator *op;
    const bson_iter_t *operand;
} Condition;

static bool
compares(const bson_iter_t *value, const bson_iter_t *operand, int least, int most)
{
    const int order =
        md_same_type(value, operand) && !md_is_nan(value) ? md_compare(value, operand) : 2;

    return order >= least && order <= most;
}

static bool
is_in(const bson_iter_t *value, const bson_iter_t *operand)
{
    bson_iter_t item;

    for (bool ok = bson_iter_recurse(operand, &item); ok && bson_iter_next(&item);) {
        if (compares(value, &item, 0, 0)) {
            return true;
        }
    }
    return false;
}

static bool
has_text(const bson_iter_t *value, const bson_iter_t *operand)
{
    return value != NULL && BSON_ITER_HOLDS_UTF8(value)
           && g_regex_match_simple(bson_iter_utf8(operand, NULL), bson_iter_utf8(value, NULL), 0,
                                   0);
}

static bool
has_match(const bson_iter_t *value, const bson_iter_t *operand)
{
    bson_iter_t item;

    if (value == NULL || !BSON_ITER_HOLDS_ARRAY(value)) {
        return false;
    }
    for (bool ok = bson_iter_recurse(value, &item); ok && bson_iter_next(&item);) {
        if (md_element_matches(&item, operand)) {
            return true;
        }
    }
    return false;
}

static const Operator operators[] = {
    { "$eq", 0, 0, NULL, true, false },        { "$ne", 0, 0, NULL, true, true },
    { "$gt", 1, 1, NULL, true, false },        { "$gte", 0, 1, NULL, true, false },
    { "$lt", -1, -1, NULL, true, false },      { "$lte", -1, 0, NULL, true, false },
    { "$in", 0, 0, is_in, true, false },       { "$nin", 0, 0, is_in, true, true },
    { "$regex", 0, 0, has_text, true, false }, { "$elemMatch", 0, 0, has_match, false, false },
};

static bool
holds_for(const bson_iter_t *value, const Condition *condition)
{
    const Operator *op = condition->op;

    return op->holds != NULL ? op->holds(value, condition->operand)
                             : compares(value, condition->operand, op->least, op->most);
}

static bool
test_value(const bson_iter_t *value, gpointer data)
{
    const Condition *condition = data;
    bson_iter_t item;

    if (condition->op->of_elements && value != NULL && BSON_ITER_HOLDS_ARRAY(value)) {
        for (bool ok = bson_iter_recurse(value, &item); ok && bson_iter_next(&item);) {
            if (holds_for(&item, condition)) {
                return true;
            }
        }
    }
    return holds_for(value, condition);
}

static bool conditions_hold(const Subject *subject, const bson_iter_t *conditions);

static bool
operator_holds(const Subject *subject, const bson_iter_t *operand)
{
    const char *name = bson_iter_key(operand);

    if (strcmp(name, "$not") == 0) {
        return !conditions_hold(subject, operand);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(operators); i++) {
        if (strcmp(name, operators[i].name) == 0) {
            Condition condition = { &operators[i], operand };
            const bool holds = subject->document != NULL ? md_walk(subject->document, subject->path,
                                                                   test_value, &condition)
                                                         : test_value(subject->value, &condition);
            return holds != operators[i].negated;
        }
    }
    md_unknown("operator", name);
}

static bool
conditions_hold(const Subject *subject, const bson_iter_t *conditions)
{
    bson_iter_t operand;

    for (bool ok = bson_iter_recurse(conditions, &operand); ok && bson_iter_next(&operand);) {
        if (!operator_holds(subject, &operand)) {
            return false;
        }
    }
    return true;
}

static bool
has_operators(const bson_iter_t *value)
{
    bson_iter_t first;

    return BSON_ITER_HOLDS_DOCUMENT(value) && bson_iter_recurse(value, &first)
           && bson_iter_next(&first) && bson_iter_key(&first)[0] == '$';
}

/* All of the filters (@all), or one of them. */
static bool
combination_holds(const bson_t *document, const bson_iter_t *filters, bool all)
{
    bson_iter_t item;
    bson_t filter;

    for (bool ok = bson_iter_recurse(filters, &item); ok && bson_iter_next(&item);) {
        md_view(&item, &filter);
        if (md_matches(document, &filter) != all) {
            return !all;
        }
    }
    return all;
}

static bool
field_matches(const bson_t *document, const bson_iter_t *wanted)
{
    const char *path = bson_iter_key(wanted);
    const Subject subject = { document, path, NULL };
    Condition equality = { &operators[0], wanted };

    if (strcmp(path, "$or") == 0 || strcmp(path, "$and") == 0) {
        return combination_holds(document, wanted, path[1] == 'a');
    }
    if (path[0] == '$') {
        md_unknown("operator", path);
    }
    return has_operators(wanted) ? conditions_hold(&subject, wanted)
                                 : md_walk(document, path, test_value, &equality);
}

bool
md_matches(const bson_t *document, const bson_t *filter)
{
    bson_iter_t wanted;

    for (bool ok = bson_iter_init(&wanted, filter); ok && bson_iter_next(&wanted);) {
        if (!field_matches(document, &wanted)) {
            return false;
        }
    }
    return true;
}

bool
md_element_matches(const bson_iter_t *element, const bson_iter_t *condition)
{
    const Subject subject = { NULL, NULL, element };
    bson_t document, filter;

    if (!BSON_ITER_HOLDS_DOCUMENT(condition)) {
        return compares(element, condition, 0, 0);
    }
    if (has_operators(condition)) {
        return conditions_hold(&subject, condition);
    }
    if (!BSON_ITER_HOLDS_DOCUMENT(element)) {
        return false;
    }
    md_view(element, &document);
    md_view(condition, &filter);
    return md_matches(&document, &filter);
}
