/* handlers.h: the handler of each kind of job. Worker threads. */
#pragma once
#include "attempt.h"

G_BEGIN_DECLS

typedef struct {
    const char *type; /* of jw/kinds.h */
    /* Does the work and fills in its result; a file is published first (publish.h). Errors:
     * CANCELLED when the attempt must stop; INVALID, NOT_FOUND, DENIED, TOO_LARGE end the job;
     * others are tried again (CORRUPT too: a full disk cuts files). @ret_result is empty; what is
     * in it is the caller's. */
    bool (*run)(ExeAttempt *attempt, JwJobResult *ret_result, GError **error);
} ExeHandler;

/* handlers.c */
extern const ExeHandler *const exe_handlers[];
extern const size_t exe_n_handlers;

/* The handler of that type, or NULL. (transfer none) */
const ExeHandler *exe_handler_find(const char *type);

/* The types of all of them, NULL-terminated, made once. (transfer none) */
const char *const *exe_handler_types(void);

/* Runs the handler of the attempt's job. INTERNAL when it left out what its kind promises. */
bool exe_handle(ExeAttempt *attempt, JwJobResult *ret_result,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
