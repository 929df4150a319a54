/* window.h: what one executor knows of the jobs that wait in one priority: of each caller the first
 * few, by id. Who gets a job its claim decides, so what is known may be out of date. One thread at
 * a time. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

G_BEGIN_DECLS

typedef struct _ExeWindow ExeWindow;

ExeWindow *exe_window_new(void);
/* NULL-safe. */
void exe_window_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExeWindow, exe_window_free)

/* How many jobs, and of how many callers. */
size_t exe_window_jobs(const ExeWindow *self);
size_t exe_window_callers(const ExeWindow *self);

/* The next job of that caller. */
void exe_window_add(ExeWindow *self, const char *caller, const char *id);
/* More of that caller may wait than was added. */
void exe_window_cut(ExeWindow *self, const char *caller);
/* As exe_window_add() where that is the caller's next one: nothing of theirs was cut off. */
void exe_window_append(ExeWindow *self, const char *caller, const char *id);

/* Takes a job of the first caller behind @after (nullable: the first of all), or of @after itself
 * with @again; round again behind the last one. @ret_caller: (out): who it is. @ret_ran_out: (out):
 * set when it was the last one of a caller of whom more may wait. NULL: nothing is known. (transfer
 * full) */
char *exe_window_take(ExeWindow *self, const char *after, bool again, char **ret_caller,
                      bool *ret_ran_out);

/* Somebody else had the job that was taken of that caller, and takes the following ones likewise:
 * go on somewhere else among them. @part: from 0 to less than 1. */
void exe_window_skip(ExeWindow *self, const char *caller, double part);

G_END_DECLS
