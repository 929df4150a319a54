/* condition.h: a JwCondition prepared for millions of rows. Private to libs/report. */
#pragma once
#include "jw/report_def.h"
#include "jw/wanted.h"

G_BEGIN_DECLS

typedef struct {
    size_t field; /* place in a row */
    bool negate, any;
    size_t n_wanted;
    JwWanted *wanted;
} JwTest;

/* @def is (transfer none) and outlives @self. */
void jw_test_init(JwTest *self, const JwCondition *def, size_t field);
void jw_test_clear(JwTest *self);
bool jw_test_passes(const JwTest *self, const JwValue *row);

/* Value as text: "true", decimal, RFC 3339, …; NULL gives "". Appends. */
void jw_value_append(const JwValue *value, GString *text);

G_END_DECLS
