/* jw/address.h: the one rule for mail addresses: what is accepted anywhere can be sent. Any thread.
 *
 * Narrower than RFC 5321 on purpose: no quoted local parts, comments, groups, address literals or
 * IP addresses, which no real mailbox needs and which programs behind a server misread. The domain
 * may be an international name, which is converted (IDNA). Before the "@" there may be letters of
 * any alphabet (RFC 6531), composed (NFC): such a mail can go only where the server offers
 * SMTPUTF8, and fails at once where it does not. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* What is wrong with @text as a mail address, as a clause such as "the address is empty"; NULL: it
 * is one. (transfer full) (nullable) */
char *jw_address_check(const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* The address as it is stored and sent: "a@xn--mnchen-3ya.example" of "a@München.example", what is
 * before the "@" composed. NULL when it is none, or NULL. (transfer full) (nullable) */
char *jw_address_sent(const char *text);

/* The form that is the same for two spellings of one mailbox: the domain in lower case, the part
 * before the "@" as it is, because a server may know case there. (transfer full) */
char *jw_address_key(const char *address);

G_END_DECLS
