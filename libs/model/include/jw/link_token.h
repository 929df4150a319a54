/* jw/link_token.h: the signature of download links: who has the link needs no token of a caller's.
 * The notifier signs those in mails, the gateway those that owners make, and checks both; they
 * share keys, JW_LINK_KEYS. Any thread; the keys are immutable.
 *
 * A token names a delivery, or a link that an owner made (jw/store_shares.h), by its id, and a
 * time,
 * "<mac>.<key id>.<id>.<seconds>": HMAC-SHA256 over
 * the rest. It ends in digits, because mail programs leave punctuation at the end out of a link. */
#pragma once
#include "jw/config.h"
#include "jw/error.h"
#include "jw/ident.h"

G_BEGIN_DECLS

typedef struct {
    char *keys; /* JW_LINK_KEYS */
} JwLinkConfig;

extern const JwConfigEntry jw_link_config_entries[];
extern const size_t jw_link_n_config_entries;

typedef struct _JwLinkKeys JwLinkKeys;

/* Keys of "id:secret id:secret …", separated by white space or commas. The first signs, all are
 * good for checking: to change keys, the new one goes in front everywhere, and the old one is left
 * out once its links are over. @error: INVALID: what is wrong and how a key is made; without any
 * part of a secret. (transfer full) */
JwLinkKeys *jw_link_keys_new(const JwLinkConfig *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @keys: (transfer full) (nullable): a JwLinkKeys. */
void jw_link_keys_free(gpointer keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwLinkKeys, jw_link_keys_free)

/* Their ids for the log, the one that signs first: "b a". (transfer none) */
const char *jw_link_keys_ids(const JwLinkKeys *self);

/* A token for what has that id, good before @expires_ms, which is cut to whole seconds. (transfer
 * full) */
char *jw_link_token_sign(const JwLinkKeys *self, const char *id, int64_t expires_ms);

typedef struct {
    char id[JW_UUID_LEN + 1];
    int64_t expires_ms;
} JwLinkToken;

/* Whether one of the keys signed @text. In the same time whichever byte is wrong, and whether the
 * key is known. @ret: set when true; whether its time is over is the caller's question. */
bool jw_link_token_check(const JwLinkKeys *self, const char *text, JwLinkToken *ret);

/* A token that takes who got that delivery off the list of its mails, "<mac>.<key id>.<delivery>";
 * without an end, for mails are kept. It opens no report, nor does a token that does take anybody
 * off. (transfer full) */
char *jw_unsubscribe_token_sign(const JwLinkKeys *self, const char *delivery_id);

/* As jw_link_token_check(). @ret: the delivery's id. */
bool jw_unsubscribe_token_check(const JwLinkKeys *self, const char *text,
                                char ret[JW_UUID_LEN + 1]);

G_END_DECLS
