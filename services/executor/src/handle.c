/* handle.c: has the handler of a job do its work. Worker threads, no state. */
#include "handlers/handlers.h"

#include "jw/kinds.h"

const ExeHandler *
exe_handler_find(const char *type)
{
    for (size_t i = 0; i < exe_n_handlers; i++) {
        if (g_strcmp0(exe_handlers[i]->type, type) == 0) {
            return exe_handlers[i];
        }
    }
    return NULL;
}

const char *const *
exe_handler_types(void)
{
    static const char **types = NULL;

    if (g_once_init_enter(&types)) {
        const char **made = g_new0(const char *, exe_n_handlers + 1);

        for (size_t i = 0; i < exe_n_handlers; i++) {
            made[i] = exe_handlers[i]->type;
        }
        g_once_init_leave(&types, made);
    }
    return types;
}

bool
exe_handle(ExeAttempt *attempt, JwJobResult *ret_result, GError **error)
{
    const char *type = exe_attempt_job(attempt)->type;
    const ExeHandler *handler = exe_handler_find(type);
    const JwJobKind *kind = jw_kind_find(type);

    if (handler == NULL || kind == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "no handler for jobs of type \"%s\"", type);
    }
    if (!handler->run(attempt, ret_result, error)) {
        return false;
    }
    if (((kind->flags & JW_KIND_ARTIFACT) != 0 && ret_result->artifact == NULL)
        || ((kind->flags & JW_KIND_RESULT) != 0 && ret_result->json == NULL)) {
        return jw_fail(error, JW_ERROR_INTERNAL, "the handler of type \"%s\" left out its result",
                       type);
    }
    return true;
}
