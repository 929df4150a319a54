/* definition/editions.h: the editions of a definition, from JSON. Private to libs/report. */
#pragma once
#include "jw/json.h"
#include "jw/report_def.h"

G_BEGIN_DECLS

extern const JwField jw_def_edition_item;

#define JW_DEF_EDITIONS                                                                            \
    {                                                                                              \
        .name = "editions", .type = JW_FIELD_MAP, .min = 1, .max = 20,                             \
        .item = &jw_def_edition_item, .check = jw_check_identifier                                 \
    }

/* Adds those of @editions (nullable) to the definition, in their order. */
void jw_def_read_editions(JwReportDef *def, const json_t *editions);

G_END_DECLS
