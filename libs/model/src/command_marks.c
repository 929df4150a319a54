/* command_marks.c: see jw/command_marks.h. Pure. */
#include "jw/command_marks.h"

static void
mark_free(gpointer self)
{
    JwCommandMark *mark = self;

    if (mark != NULL) {
        g_free(mark->refused);
        g_free(mark);
    }
}

GPtrArray *
jw_command_marks_new(void)
{
    return g_ptr_array_new_with_free_func(mark_free);
}

static JwCommandMark *
find_mark(const GPtrArray *marks, int32_t partition, guint *ret_index)
{
    for (guint i = 0; i < marks->len; i++) {
        JwCommandMark *mark = g_ptr_array_index(marks, i);

        if (mark->partition == partition) {
            *ret_index = i;
            return mark;
        }
    }
    return NULL;
}

/* Offsets of a topic that was made anew begin again, and its messages are younger. */
static bool
is_behind(const JwCommandMark *mark, const JwCommandPlace *place)
{
    return place->offset <= mark->offset && (place->at_ms <= 0 || place->at_ms <= mark->at_ms);
}

JwCommandSeen
jw_command_seen(const GPtrArray *marks, const char *const *ids, const JwCommandPlace *place,
                const char **ret_refused)
{
    g_return_val_if_fail(marks != NULL && place != NULL && ret_refused != NULL, JW_COMMAND_DECIDED);
    guint index = 0;
    const JwCommandMark *mark = find_mark(marks, place->partition, &index);

    *ret_refused = NULL;
    if (mark != NULL && is_behind(mark, place)) {
        if (place->offset != mark->offset || mark->refused == NULL) {
            return JW_COMMAND_DECIDED;
        }
        *ret_refused = mark->refused;
        return JW_COMMAND_REFUSED;
    }
    return ids != NULL && g_strv_contains(ids, place->id) ? JW_COMMAND_DECIDED : JW_COMMAND_NEW;
}

void
jw_command_marks_note(GPtrArray *marks, const JwCommandPlace *place, const char *refused)
{
    g_return_if_fail(marks != NULL && place != NULL);
    JwCommandMark *mark = g_new0(JwCommandMark, 1);
    guint index = 0;
    const JwCommandMark *before = find_mark(marks, place->partition, &index);

    mark->partition = place->partition;
    mark->offset = place->offset;
    mark->at_ms = before != NULL ? MAX(before->at_ms, place->at_ms) : place->at_ms;
    mark->refused = g_strdup(refused);
    if (before != NULL) {
        g_ptr_array_remove_index(marks, index);
    } else if (marks->len >= JW_COMMAND_MARKS_MAX) {
        g_ptr_array_remove_index(marks, 0);
    }
    g_ptr_array_add(marks, mark);
}

GPtrArray *
jw_command_marks_copy(const GPtrArray *marks)
{
    GPtrArray *copy = jw_command_marks_new();

    for (guint i = 0; i < marks->len; i++) {
        const JwCommandMark *mark = g_ptr_array_index(marks, i);
        JwCommandMark *one = g_new0(JwCommandMark, 1);

        *one = *mark;
        one->refused = g_strdup(mark->refused);
        g_ptr_array_add(copy, one);
    }
    return copy;
}

char **
jw_command_ids_with(const char *const *ids, const char *id)
{
    const size_t n = ids != NULL ? g_strv_length((char **)(uintptr_t)ids) : 0;
    const size_t first = n >= JW_COMMAND_IDS_MAX ? n - JW_COMMAND_IDS_MAX + 1 : 0;
    char **with = g_new0(char *, n - first + 2);

    for (size_t i = first; i < n; i++) {
        with[i - first] = g_strdup(ids[i]);
    }
    with[n - first] = g_strdup(id);
    return with;
}
