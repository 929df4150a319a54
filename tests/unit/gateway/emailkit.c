/* emailkit.c: see emailkit.h. */
#include "emailkit.h"

#include "core/metrics.h"
#include "jw/store_deliveries.h"

#include <string.h>

void
assert_error(const Answer *answer, long status, const char *code)
{
    if (answer->status != status || g_strcmp0(answer_text(answer, "code"), code) != 0
        || answer_text(answer, "message") == NULL || answer_text(answer, "timestamp") == NULL
        || answer_at(answer, "details") == NULL || json_object_size(answer->json) != 4) {
        fail_msg("expected %ld %s, got %ld: %.*s", status, code, answer->status,
                 (int)answer->body->len, (const char *)answer->body->data);
    }
    assert_string_equal(answer_header(answer, "content-type"), "application/json");
}

void
assert_status(const Answer *answer, long status)
{
    if (answer->status != status) {
        fail_msg("expected %ld, got %ld: %.*s", status, answer->status, (int)answer->body->len,
                 (const char *)answer->body->data);
    }
}

Answer
post(GwKit *kit, const char *body, const char *one, const char *two)
{
    const char *const headers[] = { one, two, NULL };

    return kit_ask(kit, "admin", "POST", GENERATE, body, headers);
}

char *
make(GwKit *kit, const char *body)
{
    g_auto(Answer) answer = post(kit, body, "Prefer: respond-async", NULL);

    assert_status(&answer, 202);
    return g_strdup(answer_text(&answer, "reportId"));
}

static gpointer
call_thread(gpointer data)
{
    Call *self = data;

    self->answer = post(self->kit, self->body, self->one, self->two);
    return NULL;
}

static bool
is_waiting(void *data)
{
    return (int)jw_metric_value(gw_metrics[GW_METRIC_WAITS], NULL) == *(const int *)data;
}

void
wait_for_waits(int n)
{
    tk_wait_until(is_waiting, &n, 20000, "calls to wait");
}

void
call(Call *self, GwKit *kit, const char *body, const char *one, const char *two, int others)
{
    *self = (Call){ .kit = kit, .body = body, .one = one, .two = two };
    self->thread = g_thread_new("call", call_thread, self);
    wait_for_waits(others + 1);
}

void
end_call(Call *self)
{
    (void)g_thread_join(g_steal_pointer(&self->thread));
}

void
call_clear(Call *self)
{
    if (self->thread != NULL) {
        end_call(self);
    }
    answer_clear(&self->answer);
}

char *
latest(GwKit *kit)
{
    g_auto(Answer) answer = kit_get(kit, "admin", HISTORY "?count=1");

    assert_status(&answer, 200);
    return g_strdup(answer_text(&answer, "0.executionId"));
}

void
complete(GwKit *kit, const char *id)
{
    const int64_t token = kit_claim(kit->ports, id);
    g_autoptr(JwArtifact) file = kit_upload(
        kit->ports, id, NULL, "CDR_Weekly_Report_2026-01-05_2026-01-11.xlsx", "a workbook");

    g_free(file->content_type);
    file->content_type =
        g_strdup("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    file->rows = 12;
    file->duration_ms = 345;
    g_free(file->summary);
    file->summary = g_strdup(
        "{\"figures\":[{\"name\":\"totalCalls\",\"value\":12},{\"name\":\"answerRate\","
        "\"value\":83.33},{\"name\":\"averageWaitTime\",\"value\":null},{\"name\":\"other\","
        "\"value\":1}]}");
    kit_change(kit->ports, (JwJobChange){ .job_id = id,
                                          .transition = JW_CHANGE_FINISH,
                                          .token = token,
                                          .artifact = file });
}

void
deliver(GwKit *kit, const char *id, const char *recipient, JwDeliveryTransition how,
        const char *reply)
{
    const int64_t now_ms = kit->ports->clock.fake.now_ms;
    g_autoptr(JwDelivery) delivery = jw_delivery_new(id, recipient, now_ms);
    const JwDelivery *all[] = { delivery };
    JwDeliveryChange change = { .delivery_id = delivery->id,
                                .transition = JW_DCHANGE_CLAIM,
                                .now_ms = now_ms,
                                .owner = "kit" };
    g_autoptr(GError) error = NULL;
    JwCreate create = JW_CREATE_EXISTS;
    JwCas cas = JW_CAS_LOST;

    assert_ok(jw_store_create_deliveries(kit->gw.store, all, 1, &create, &error), error);
    assert_ok(jw_store_change_delivery(kit->gw.store, &change, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    change = (JwDeliveryChange){
        .delivery_id = delivery->id, .transition = how, .now_ms = now_ms, .token = 1, .reply = reply
    };
    assert_ok(jw_store_change_delivery(kit->gw.store, &change, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
}

bool
no_call_waits(void)
{
    return is_waiting(&(int){ 0 });
}
