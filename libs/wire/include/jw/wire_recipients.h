/* jw/wire_recipients.h: who may be named as a recipient. */
#pragma once
#include "jw/mail_domains.h"
#include "jw/wire.h"

G_BEGIN_DECLS

/* At start, before other threads use it: jobs, templates and schedules that name a recipient
 * elsewhere are refused. For whoever talks to people, who can mend it. @domains: (transfer none),
 * outlives it. */
void jw_wire_limit_recipients(JwWire *self, const JwMailDomains *domains);

G_END_DECLS
