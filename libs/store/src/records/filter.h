/* filter.h: the filters of a scan as a query. */
#pragma once
#include "db/bson_auto.h"
#include "jw/store_records.h"

G_BEGIN_DECLS

/* Without the period. Under $and: several may name one field, or the date field. */
void jw_store_append_record_filters(bson_t *filter, const JwRecordScan *scan);

G_END_DECLS
