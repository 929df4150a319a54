/* config_private.h: values of the configuration, between config.c (which variable) and
 * config_value.c (their values). */
#pragma once
#include "jw/config.h"

G_BEGIN_DECLS

/* Reads @text as the type of @entry and stores it at @field. On failure: false and the violation
 * and what to do in @ret_violation (transfer full); a secret or URI is never repeated in it. */
bool jw_config_value_parse(const JwConfigEntry *entry, const char *text, void *field,
                           char **ret_violation) G_GNUC_WARN_UNUSED_RESULT;
/* As --print-config shows it: masked, on one line. (transfer full) */
char *jw_config_value_show(const JwConfigEntry *entry, const void *field);
/* "duration, from 1s to 10m"; (transfer full) */
char *jw_config_value_describe(const JwConfigEntry *entry);

G_END_DECLS
