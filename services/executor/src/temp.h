/* temp.h: the folder of this process under JW_TEMP_DIR, in which attempts have theirs. Made on the
 * main thread; any thread may then ask for folders in it.
 *
 * Its name begins with that of the host, and a lock file in it is locked (flock(2)) for as long as
 * the process lives, so that a later one of the same host tells folders that a killed process left
 * from those in use. Process ids would not do: in containers each is 1 or 7. */
#pragma once
#include "jw/error.h"

G_BEGIN_DECLS

typedef struct _ExeTemp ExeTemp;

/* Removes what dead processes of this host left under @dir, and makes the folder of this one.
 * UNAVAILABLE. */
ExeTemp *exe_temp_new(const char *dir, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Removes the folder with what is in it. NULL-safe. */
void exe_temp_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExeTemp, exe_temp_free)

/* How many folders of dead processes were removed. */
size_t exe_temp_swept(const ExeTemp *self);

/* Keeps the lock young, so that no cleaner of old files takes it, and makes it again when one did.
 * Now and then; any thread. */
void exe_temp_touch(ExeTemp *self);

/* Makes an empty folder for an attempt, which removes it. (transfer full). UNAVAILABLE. */
char *exe_temp_make(ExeTemp *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Sets what an attempt could not do (@what: "write the CSV file") under JW_TEMP_DIR for @cause, an
 * errno or 0 where it is not known, and what to do. People who asked for the report read it: there
 * is no path in it. Always false. UNAVAILABLE; INTERNAL: something is there already. */
bool exe_temp_failed(GError **error, const char *what, int cause);

/* What is left on the disk of @dir for this user. UNAVAILABLE. */
bool exe_temp_space(const char *dir, int64_t *ret_free_bytes,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
