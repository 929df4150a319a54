/* jw/report_filter.h: a filter as a definition has it, and how a request may ask it; what is done
 * when no record passes. Pure data. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* How a filter may be asked, as bits. */
typedef enum {
    JW_FILTER_IN = 1 << 0,       /* one of these */
    JW_FILTER_NOT = 1 << 1,      /* none of these */
    JW_FILTER_RANGE = 1 << 2,    /* from, to */
    JW_FILTER_CONTAINS = 1 << 3, /* a text with this in it */
    JW_FILTER_ABSENT = 1 << 4    /* not there, or there */
} JwFilterOperators;

/* Their names, by the places of their bits; NULL-terminated. */
extern const char *const jw_filter_operator_names[];

typedef struct {
    char *name, *field; /* name: as callers write it, "departmentIds" */
    char *label;        /* NULL: made of the name */
    unsigned operators; /* JwFilterOperators; 0: jw_report_filter_operators() says in */
} JwFilterDef;

/* How it may be asked. */
static inline unsigned
jw_report_filter_operators(const JwFilterDef *filter)
{
    return filter->operators != 0 ? filter->operators : (unsigned)JW_FILTER_IN;
}

/* When there is no record: the file as always, or no file and no mail, and the job says so. */
typedef enum { JW_ON_EMPTY_SEND, JW_ON_EMPTY_SKIP } JwOnEmpty;

G_END_DECLS
