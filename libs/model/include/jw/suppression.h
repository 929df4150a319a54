/* jw/suppression.h: an address that gets no mail, or none about one type of report. Pure data. */
#pragma once
#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef enum {
    JW_SUPPRESSED_UNSUBSCRIBED, /* by who has the address, from the link in a mail */
    JW_SUPPRESSED_BOUNCED,      /* its server has no such mailbox */
    JW_SUPPRESSED_MANUAL,       /* by an operator */
} JwSuppressionReason;

typedef struct {
    char *id;          /* UUIDv5 of (address, scope): one entry each */
    char *address;     /* as jw_address_key() has it, the domain as it is sent */
    char *report_type; /* the scope; NULL: all mail, also that a job has failed */
    JwSuppressionReason reason;
    char *by;          /* who: "ann@host"; NULL: who reads the mail, or its server */
    char *note;        /* NULL: none */
    char *delivery_id; /* the mail whose link was used, or that bounced; NULL: none */
    int64_t created_at_ms;
} JwSuppression;

/* Of an address that jw_address_check() has nothing against. @report_type: (nullable). (transfer
 * full) */
JwSuppression *jw_suppression_new(const char *address, const char *report_type,
                                  JwSuppressionReason reason, int64_t now_ms);

/* NULL-safe. */
void jw_suppression_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwSuppression, jw_suppression_free)

/* The id of the entry for @address and @report_type (nullable). (transfer full) */
char *jw_suppression_id(const char *address, const char *report_type);

/* "unsubscribed", "bounced", "manual"; NULL for what is none. (transfer none) */
const char *jw_suppression_reason_name(int reason);

/* What a delivery says that was not sent for it: "suppressed: unsubscribed from cdr reports on 13
 * Jan 2026, 02:00 UTC". (transfer full) */
char *jw_suppression_words(const JwSuppression *self);

G_END_DECLS
