/* change.h: one change of a state as one conditional update of one document. A table of effects
 * for each kind of document defines what a rule's flags and new state mean. The filter is the
 * left side of the rule, the update its right side, and the events are pushed in the same
 * update: there is no moment at which a change is durable and its event is not. */
#pragma once
#include "repo.h"

G_BEGIN_DECLS

typedef enum {
    JW_EFFECT_WANT_INT,  /* in the filter: equals the value; */
    JW_EFFECT_WANT_BOOL, /* the same; */
    JW_EFFECT_WANT_MIN,  /* is at least the value; */
    JW_EFFECT_WANT_PAST, /* is not after now */
    JW_EFFECT_SET_INT64, /* in the update */
    JW_EFFECT_SET_INT32,
    JW_EFFECT_SET_BOOL,
    JW_EFFECT_SET_NOW,
    JW_EFFECT_ADD_INT64,
    JW_EFFECT_ADD_INT32,
    JW_EFFECT_UNSET,
} JwEffectType;

typedef struct {
    unsigned flags;  /* for rules with one of these, */
    unsigned states; /* and those that lead into one of these (1u << state) */
    JwEffectType type;
    const char *field;
    int32_t value;
} JwEffect;

/* A change being built; its repository appends what the tables cannot express. */
typedef struct {
    bson_t *filter, *set, *add, *unset, *push;
} JwChange;
void jw_change_init(JwChange *self, const char *id);
void jw_change_clear(JwChange *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwChange, jw_change_clear)

/* Those of @effects that hold for a rule of these @flags into the state @to. */
void jw_change_apply(JwChange *self, const JwEffect *effects, size_t n_effects, unsigned flags,
                     unsigned to, int64_t now_ms);

/* Does the change, with its events; as jw_repo_modify(). */
bool jw_change_run(JwChange *self, JwStore *store, const JwRepo *repo,
                   const JwOutboxEntry *const *events, size_t n_events, JwCas *ret_cas,
                   gpointer *ret, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
