/* emailkit.h: what the tests of the API of mailed reports share: its calls, also ones that wait,
 * and what executor and notifier do with a report. */
#pragma once
#include "gwkit.h"

#include "jw/delivery.h"

G_BEGIN_DECLS

#define GENERATE "/report/generate-email-report"
#define SEND     "/report/send-email-report"
#define HISTORY  "/report/execution-history"
#define WEEKLY   "{\"reportType\":\"Weekly\"}"
#define UNKNOWN  "019480a4-5f00-7000-8000-000000000001"
#define MAILED                                                                                     \
    "{\"reportType\":\"Weekly\",\"sendEmail\":true,\"emailRecipients\":[\"a@example.com\","        \
    "\"b@example.com\",\"a@EXAMPLE.com\"]}"
#define RECIPIENTS(list)                                                                           \
    "{\"reportType\":\"Weekly\",\"sendEmail\":true,\"emailRecipients\":" list "}"

/* The form of every refusal but 401 and 403. */
void assert_error(const Answer *answer, long status, const char *code);
void assert_status(const Answer *answer, long status);

/* As "admin", with these headers, which may be NULL. */
Answer post(GwKit *kit, const char *body, const char *one, const char *two);
/* One that is made and not waited for; its id. (transfer full) */
char *make(GwKit *kit, const char *body);

/* A call on a thread of its own. */
typedef struct {
    GwKit *kit;
    const char *body, *one, *two;
    Answer answer;
    GThread *thread;
} Call;
void wait_for_waits(int n);
/* It waits when this returns, beside @others. */
void call(Call *self, GwKit *kit, const char *body, const char *one, const char *two, int others);
void end_call(Call *self);
void call_clear(Call *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Call, call_clear)
bool no_call_waits(void);

/* The report that was made last. (transfer full) */
char *latest(GwKit *kit);
void complete(GwKit *kit, const char *id);
/* Claims the delivery to that recipient, and ends the try as said. */
void deliver(GwKit *kit, const char *id, const char *recipient, JwDeliveryTransition how,
             const char *reply);

G_END_DECLS
