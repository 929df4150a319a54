/* update.c: updates and projections. Pure. A document is written anew for each field that
 * changes. */
#include "memdb.h"
#include <string.h>

/* Appends what becomes of a field: @old is NULL when there is none. */
typedef void (*Write)(bson_t *out, const char *key, const bson_iter_t *old,
                      const bson_iter_t *operand);

static void
write_set(bson_t *out, const char *key, const bson_iter_t *old, const bson_iter_t *operand)
{
    (void)old;
    bson_append_iter(out, key, -1, operand);
}

static void
write_unset(bson_t *out, const char *key, const bson_iter_t *old, const bson_iter_t *operand)
{
    (void)out;
    (void)key;
    (void)old;
    (void)operand;
}

static void
write_inc(bson_t *out, const char *key, const bson_iter_t *old, const bson_iter_t *operand)
{
    if (old == NULL) {
        bson_append_iter(out, key, -1, operand);
        return;
    }
    if (!BSON_ITER_HOLDS_INT(old) || !BSON_ITER_HOLDS_INT(operand)) {
        md_unknown("$inc of another type than an integer:", key);
    }
    const int64_t sum = bson_iter_as_int64(old) + bson_iter_as_int64(operand);
    if (BSON_ITER_HOLDS_INT32(old) && BSON_ITER_HOLDS_INT32(operand)) {
        bson_append_int32(out, key, -1, (int32_t)sum);
    } else {
        bson_append_int64(out, key, -1, sum);
    }
}

/* Copies elements behind those that are there, but for those that @pulled matches. */
static void
append_elements(bson_t *array, const bson_iter_t *from, uint32_t *n, const bson_iter_t *pulled)
{
    bson_iter_t item;
    char buffer[16];
    const char *index;

    if (!BSON_ITER_HOLDS_ARRAY(from)) {
        md_unknown("$push or $pull of what is no array:", bson_iter_key(from));
    }
    for (bool ok = bson_iter_recurse(from, &item); ok && bson_iter_next(&item);) {
        if (pulled == NULL || !md_element_matches(&item, pulled)) {
            bson_uint32_to_string((*n)++, &index, buffer, sizeof(buffer));
            bson_append_iter(array, index, -1, &item);
        }
    }
}

static void
write_push(bson_t *out, const char *key, const bson_iter_t *old, const bson_iter_t *operand)
{
    bson_iter_t each;
    bson_t array;
    uint32_t n = 0;

    if (!BSON_ITER_HOLDS_DOCUMENT(operand) || !bson_iter_recurse(operand, &each)
        || !bson_iter_next(&each) || strcmp(bson_iter_key(&each), "$each") != 0) {
        md_unknown("$push without $each:", key);
    }
    bson_append_array_begin(out, key, -1, &array);
    if (old != NULL) {
        append_elements(&array, old, &n, NULL);
    }
    append_elements(&array, &each, &n, NULL);
    bson_append_array_end(out, &array);
}

static void
write_pull(bson_t *out, const char *key, const bson_iter_t *old, const bson_iter_t *operand)
{
    bson_t array;
    uint32_t n = 0;

    if (old != NULL) {
        bson_append_array_begin(out, key, -1, &array);
        append_elements(&array, old, &n, operand);
        bson_append_array_end(out, &array);
    }
}

static const struct {
    const char *name;
    Write write;
    bool creates; /* documents on the way to the field */
} operators[] = {
    { "$set", write_set, true },   { "$unset", write_unset, false }, { "$inc", write_inc, true },
    { "$push", write_push, true }, { "$pull", write_pull, false },
};

typedef struct {
    Write write;
    bool creates;
    const bson_iter_t *operand;
} Edit;

/* Appends the document at @in (NULL: none yet) with one field of it edited. */
static void edit_document(bson_t *out, bson_iter_t *in, const char *path, const Edit *edit);

static void
edit_field(bson_t *out, const char *key, const bson_iter_t *old, const char *rest, const Edit *edit)
{
    bson_iter_t inside;
    bson_t child;

    if (rest == NULL) {
        edit->write(out, key, old, edit->operand);
        return;
    }
    if (old == NULL && !edit->creates) {
        return;
    }
    if (old != NULL && !(BSON_ITER_HOLDS_DOCUMENT(old) && bson_iter_recurse(old, &inside))) {
        md_unknown("update inside of what is no document:", key);
    }
    bson_append_document_begin(out, key, -1, &child);
    edit_document(&child, old == NULL ? NULL : &inside, rest, edit);
    bson_append_document_end(out, &child);
}

static void
edit_document(bson_t *out, bson_iter_t *in, const char *path, const Edit *edit)
{
    const size_t length = strcspn(path, ".");
    const char *rest = path[length] == '\0' ? NULL : path + length + 1;
    g_autofree char *head = g_strndup(path, length);
    bool found = false;

    while (in != NULL && bson_iter_next(in)) {
        if (strcmp(bson_iter_key(in), head) == 0) {
            found = true;
            edit_field(out, head, in, rest, edit);
        } else {
            bson_append_iter(out, bson_iter_key(in), -1, in);
        }
    }
    if (!found) {
        edit_field(out, head, NULL, rest, edit);
    }
}

static Edit
edit_of(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(operators); i++) {
        if (strcmp(name, operators[i].name) == 0) {
            return (Edit){ operators[i].write, operators[i].creates, NULL };
        }
    }
    md_unknown("operator", name);
}

/* Whether two paths name the same field, or one something inside of the other. */
static bool
paths_meet(const char *path, const char *other)
{
    const size_t common = MIN(strlen(path), strlen(other));

    return strncmp(path, other, common) == 0
           && (path[common] == '.' || other[common] == '.' || strcmp(path, other) == 0);
}

/* Servers refuse to write a field twice, or a field and something inside of it. */
static void
check_path(GPtrArray *paths, const char *path)
{
    for (guint i = 0; i < paths->len; i++) {
        if (paths_meet(path, g_ptr_array_index(paths, i))) {
            md_unknown("update with a conflict at", path);
        }
    }
    g_ptr_array_add(paths, (gpointer)(uintptr_t)path);
}

static void
check_conflicts(const bson_t *update)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new();
    bson_iter_t operator, field;

    for (bool ok = bson_iter_init(&operator, update); ok && bson_iter_next(&operator);) {
        for (bool more = bson_iter_recurse(&operator, & field); more && bson_iter_next(&field);) {
            check_path(paths, bson_iter_key(&field));
        }
    }
}

bson_t *
md_update(const bson_t *document, const bson_t *update)
{
    bson_t *current = bson_copy(document);
    bson_iter_t operator, field, in;

    check_conflicts(update);
    for (bool ok = bson_iter_init(&operator, update); ok && bson_iter_next(&operator);) {
        Edit edit = edit_of(bson_iter_key(&operator));
        for (bool more = bson_iter_recurse(&operator, & field); more && bson_iter_next(&field);) {
            bson_t *edited = bson_new();
            edit.operand = &field;
            g_assert_true(bson_iter_init(&in, current));
            edit_document(edited, &in, bson_iter_key(&field), &edit);
            bson_destroy(current);
            current = edited;
        }
    }
    return current;
}

typedef enum { LEFT_OUT, WITHIN, WHOLE } Projected;

static Projected
projected(const bson_t *fields, const char *path)
{
    const size_t length = strlen(path);
    bson_iter_t field;
    Projected answer = strcmp(path, "_id") == 0 ? WHOLE : LEFT_OUT;

    for (bool ok = bson_iter_init(&field, fields); ok && bson_iter_next(&field);) {
        const char *name = bson_iter_key(&field);
        const bool same = strcmp(name, path) == 0;
        if (!bson_iter_as_bool(&field) && strcmp(name, "_id") != 0) {
            md_unknown("projection that leaves out", name);
        }
        if (same) {
            return bson_iter_as_bool(&field) ? WHOLE : LEFT_OUT;
        }
        if (strncmp(name, path, length) == 0 && name[length] == '.') {
            answer = WITHIN;
        }
    }
    return answer;
}

static void
project(bson_t *out, bson_iter_t *in, const bson_t *fields, const char *prefix)
{
    bson_iter_t inside;
    bson_t child;

    while (bson_iter_next(in)) {
        const char *key = bson_iter_key(in);
        g_autofree char *path = g_strconcat(prefix, key, NULL);
        const Projected answer = projected(fields, path);
        if (answer == WHOLE) {
            bson_append_iter(out, key, -1, in);
        } else if (answer == WITHIN && BSON_ITER_HOLDS_ARRAY(in)) {
            md_unknown("projection inside of the array", path);
        } else if (answer == WITHIN && BSON_ITER_HOLDS_DOCUMENT(in)
                   && bson_iter_recurse(in, &inside)) {
            g_autofree char *dotted = g_strconcat(path, ".", NULL);
            bson_append_document_begin(out, key, -1, &child);
            project(&child, &inside, fields, dotted);
            bson_append_document_end(out, &child);
        }
    }
}

bson_t *
md_project(const bson_t *document, const bson_t *fields)
{
    bson_t *out = bson_new();
    bson_iter_t in;

    g_assert_true(bson_iter_init(&in, document));
    project(out, &in, fields, "");
    return out;
}
