/* change.c: see change.h. Pure but for jw_change_run(); any thread. */
#include "change.h"

void
jw_change_init(JwChange *self, const char *id)
{
    self->filter = BCON_NEW("_id", BCON_UTF8(id));
    self->set = bson_new();
    self->add = bson_new();
    self->unset = bson_new();
    self->push = bson_new();
}

void
jw_change_clear(JwChange *self)
{
    g_clear_pointer(&self->filter, bson_destroy);
    g_clear_pointer(&self->set, bson_destroy);
    g_clear_pointer(&self->add, bson_destroy);
    g_clear_pointer(&self->unset, bson_destroy);
    g_clear_pointer(&self->push, bson_destroy);
}

static void
apply(JwChange *self, const JwEffect *effect, int64_t now_ms)
{
    switch (effect->type) {
    case JW_EFFECT_WANT_INT:
        BSON_APPEND_INT32(self->filter, effect->field, effect->value);
        break;
    case JW_EFFECT_WANT_BOOL:
        BSON_APPEND_BOOL(self->filter, effect->field, effect->value != 0);
        break;
    case JW_EFFECT_WANT_MIN:
        BCON_APPEND(self->filter, effect->field, "{", "$gte", BCON_INT32(effect->value), "}");
        break;
    case JW_EFFECT_WANT_PAST:
        jw_repo_append_past(self->filter, effect->field, now_ms, 0);
        break;
    case JW_EFFECT_SET_INT64:
        BSON_APPEND_INT64(self->set, effect->field, effect->value);
        break;
    case JW_EFFECT_SET_INT32:
        BSON_APPEND_INT32(self->set, effect->field, effect->value);
        break;
    case JW_EFFECT_SET_BOOL:
        BSON_APPEND_BOOL(self->set, effect->field, effect->value != 0);
        break;
    case JW_EFFECT_SET_NOW:
        BSON_APPEND_DATE_TIME(self->set, effect->field, now_ms);
        break;
    case JW_EFFECT_ADD_INT64:
        BSON_APPEND_INT64(self->add, effect->field, effect->value);
        break;
    case JW_EFFECT_ADD_INT32:
        BSON_APPEND_INT32(self->add, effect->field, effect->value);
        break;
    case JW_EFFECT_UNSET:
        BSON_APPEND_INT32(self->unset, effect->field, 1);
        break;
    }
}

void
jw_change_apply(JwChange *self, const JwEffect *effects, size_t n_effects, unsigned flags,
                unsigned to, int64_t now_ms)
{
    for (size_t i = 0; i < n_effects; i++) {
        if ((effects[i].flags & flags) != 0 || (effects[i].states & (1u << to)) != 0) {
            apply(self, &effects[i], now_ms);
        }
    }
}

bool
jw_change_run(JwChange *self, JwStore *store, const JwRepo *repo,
              const JwOutboxEntry *const *events, size_t n_events, JwCas *ret_cas, gpointer *ret,
              GError **error)
{
    g_auto(bson_t) update = BSON_INITIALIZER;
    bson_t outbox;

    BSON_APPEND_DOCUMENT(&update, "$set", self->set);
    if (!bson_empty(self->add)) {
        BSON_APPEND_DOCUMENT(&update, "$inc", self->add);
    }
    if (!bson_empty(self->unset)) {
        BSON_APPEND_DOCUMENT(&update, "$unset", self->unset);
    }
    if (n_events > 0) {
        BSON_APPEND_DOCUMENT_BEGIN(self->push, "outbox", &outbox);
        jw_doc_append_outbox(&outbox, "$each", events, n_events);
        bson_append_document_end(self->push, &outbox);
    }
    if (!bson_empty(self->push)) {
        BSON_APPEND_DOCUMENT(&update, "$push", self->push);
    }
    return jw_repo_modify(store, repo, self->filter, &update, ret_cas, ret, error);
}
