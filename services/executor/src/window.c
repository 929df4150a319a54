/* window.c: see window.h. */
#include "window.h"

#include <string.h>

typedef struct {
    char *caller;
    GPtrArray *ids; /* of char *, never empty */
    guint at;       /* the one to be taken next */
    bool cut;
} Line;

struct _ExeWindow {
    GPtrArray *lines; /* of Line, in the order of callers */
    size_t jobs;
};

static void
line_free(gpointer data)
{
    Line *self = data;

    g_free(self->caller);
    g_ptr_array_unref(self->ids);
    g_free(self);
}

ExeWindow *
exe_window_new(void)
{
    ExeWindow *self = g_new0(ExeWindow, 1);

    self->lines = g_ptr_array_new_with_free_func(line_free);
    return self;
}

void
exe_window_free(gpointer data)
{
    ExeWindow *self = data;

    if (self != NULL) {
        g_ptr_array_unref(self->lines);
        g_free(self);
    }
}

size_t
exe_window_jobs(const ExeWindow *self)
{
    return self->jobs;
}

size_t
exe_window_callers(const ExeWindow *self)
{
    return self->lines->len;
}

/* The place of the first line that is not before @caller. */
static guint
place_of(const ExeWindow *self, const char *caller)
{
    guint low = 0, high = self->lines->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;

        if (strcmp(((const Line *)g_ptr_array_index(self->lines, middle))->caller, caller) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static Line *
find_line(const ExeWindow *self, const char *caller)
{
    guint place = place_of(self, caller);
    Line *line = place < self->lines->len ? g_ptr_array_index(self->lines, place) : NULL;

    return line != NULL && strcmp(line->caller, caller) == 0 ? line : NULL;
}

void
exe_window_add(ExeWindow *self, const char *caller, const char *id)
{
    Line *line = find_line(self, caller);

    if (line == NULL) {
        line = g_new0(Line, 1);
        line->caller = g_strdup(caller);
        line->ids = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_insert(self->lines, (gint)place_of(self, caller), line);
    }
    g_ptr_array_add(line->ids, g_strdup(id));
    self->jobs++;
}

void
exe_window_cut(ExeWindow *self, const char *caller)
{
    Line *line = find_line(self, caller);

    if (line != NULL) {
        line->cut = true;
    }
}

void
exe_window_append(ExeWindow *self, const char *caller, const char *id)
{
    const Line *line = find_line(self, caller);

    if (line == NULL || !line->cut) {
        exe_window_add(self, caller, id);
    }
}

char *
exe_window_take(ExeWindow *self, const char *after, bool again, char **ret_caller,
                bool *ret_ran_out)
{
    guint place = after != NULL ? place_of(self, after) : 0;

    if (self->lines->len == 0) {
        return NULL;
    }
    if (after != NULL && !again && find_line(self, after) != NULL) {
        place++;
    }
    place %= self->lines->len;
    Line *line = g_ptr_array_index(self->lines, place);
    char *id = g_ptr_array_steal_index(line->ids, line->at);

    *ret_caller = g_strdup(line->caller);
    self->jobs--;
    line->at = line->at < line->ids->len ? line->at : 0;
    if (line->ids->len == 0) {
        *ret_ran_out = line->cut;
        (void)g_ptr_array_remove_index(self->lines, place);
    }
    return id;
}

void
exe_window_skip(ExeWindow *self, const char *caller, double part)
{
    Line *line = find_line(self, caller);

    if (line != NULL) {
        line->at = (guint)(part * line->ids->len);
    }
}
