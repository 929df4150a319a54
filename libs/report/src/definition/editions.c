/* definition/editions.c: see definition/editions.h. Any thread, no state. */
#include "definition/editions.h"

#include "names.h"

static const JwField edition_fields[] = {
    { .name = "period",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .values = &jw_period_names[JW_PERIOD_WEEKLY] },
    { .name = NULL },
};
const JwField jw_def_edition_item = { .type = JW_FIELD_OBJECT, .fields = edition_fields };

void
jw_def_read_editions(JwReportDef *def, const json_t *editions)
{
    const char *name = NULL;
    json_t *item = NULL;

    json_object_foreach(jw_json_mutable(editions), name, item)
    {
        const JwEditionDef edition = {
            .name = g_strdup(name),
            .period = (JwPeriodType)jw_name_read(item, "period", jw_period_names, JW_PERIOD_WEEKLY),
        };
        g_array_append_val(def->editions, edition);
    }
}
