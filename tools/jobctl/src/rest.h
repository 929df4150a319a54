/* rest.h: verbs that ask the API and show what it answers, as their rows say. One thread. */
#pragma once
#include "api.h"
#include "command.h"

G_BEGIN_DECLS

/* The whole answer to the verb's method, path and body. Errors as those of jc_api_ask(). (transfer
 * full) */
struct json_t *jc_rest_ask(const JcCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Shows one thing by the lines of the verb. */
JcExit jc_rest_one(const JcCall *call, GError **error);

/* Shows a list by the columns of the verb: of as many pages as --limit takes, filtered by the
 * options that have members; says on standard error when there are more than shown. */
JcExit jc_rest_list(const JcCall *call, GError **error);

G_END_DECLS
