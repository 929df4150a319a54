/* jw/delivery_try.h: the attempts to send an event to a webhook. Pure data. */
#pragma once
#include "jw/ident.h"

G_BEGIN_DECLS

/* One attempt to send an event. */
typedef struct {
    int64_t at_ms, duration_ms;
    int32_t status; /* HTTP; 0: there was no answer */
    char *answer;   /* its first bytes; NULL: none */
    char *why;      /* why it failed; NULL: it did not */
} JwDeliveryTry;

/* NULL-safe. */
void jw_delivery_try_free(gpointer self);

/* The id of the delivery of that event to that webhook. */
void jw_delivery_event_id(char ret[JW_UUID_LEN + 1], const char *event_id, const char *webhook_id);

G_END_DECLS
