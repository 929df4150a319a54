/* jw/wire_recipients.h: who may be named as a recipient. */
#pragma once
#include "jw/mail_domains.h"
#include "jw/wire.h"

G_BEGIN_DECLS

/* At start, before other threads use it: jobs, templates and schedules that name a recipient
 * elsewhere are refused. For whoever talks to people, who can mend it. @domains: (transfer none),
 * outlives it. */
void jw_wire_limit_recipients(JwWire *self, const JwMailDomains *domains);

/* Notes those of a list of addresses that mail may not go to. @list: (nullable); what is no address
 * in it is left to others. @base: its pointer. False when there was one. */
bool jw_wire_check_recipients(const JwWire *self, const json_t *list, const char *base,
                              JwViolations *violations);

G_END_DECLS
