/* definition/conditions.c: lists of conditions: new, clear, what they read. Pure, any thread. */
#include "definition/conditions.h"

static void
condition_clear(gpointer data)
{
    JwCondition *condition = data;

    g_clear_pointer(&condition->field, g_free);
    g_clear_pointer(&condition->equals, g_strfreev);
    g_clear_pointer(&condition->contains, g_strfreev);
    for (size_t i = 0; i < JW_BOUND_N; i++) {
        g_clear_pointer(&condition->bounds[i], g_free);
    }
    g_clear_pointer(&condition->parts, g_array_unref);
}

GArray *
jw_report_conditions_new(void)
{
    GArray *conditions = g_array_new(FALSE, TRUE, sizeof(JwCondition));

    g_array_set_clear_func(conditions, condition_clear);
    return conditions;
}

void
jw_conditions_fields(const GArray *conditions, void (*take)(const char *field, gpointer data),
                     gpointer data)
{
    for (guint i = 0; conditions != NULL && i < conditions->len; i++) {
        const JwCondition *condition = &g_array_index(conditions, JwCondition, i);

        if (condition->parts != NULL) {
            jw_conditions_fields(condition->parts, take, data);
        } else {
            take(condition->field, data);
        }
    }
}
