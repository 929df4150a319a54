/* memdb.h: what the files of the store in memory share: values and their order, filters, updates
 * and projections as MongoDB has them, for the operators that the repositories use. Whatever else a
 * repository asks for ends the test with its name (md_unknown), so that nothing passes here that a
 * server would answer differently. Pure; documents of our own, so their depth is small. */
#pragma once
#include "db/bson_auto.h"
#include <stdbool.h>

G_BEGIN_DECLS

/* Ends the process. */
G_GNUC_NORETURN void md_unknown(const char *what, const char *name);

/* value.c. MongoDB's order over values of all types, as -1, 0 or 1; a missing value (NULL) is
 * null. */
int md_compare(const bson_iter_t *a, const bson_iter_t *b);
/* Only values of one type are less or greater in a filter. */
bool md_same_type(const bson_iter_t *a, const bson_iter_t *b);
/* No number is less or greater than it, or the same. */
bool md_is_nan(const bson_iter_t *value);

/* Calls @test for the values at a dotted path, as filters see them: each document of an array on
 * the way is gone into; NULL for one that is missing. True as soon as @test is. */
typedef bool (*MdTest)(const bson_iter_t *value, gpointer data);
bool md_walk(const bson_t *document, const char *path, MdTest test, gpointer data);

/* The document or array at an iterator, borrowed. */
void md_view(const bson_iter_t *iter, bson_t *ret_view);

/* What a document is sorted by {"field": 1 or -1, ...}: the value at each, of an array its least or
 * greatest (transfer full); and the order of two of them. */
bson_t *md_sort_key(const bson_t *document, const bson_t *sort);
int md_compare_keys(const bson_t *a, const bson_t *b, const bson_t *sort);

/* match.c */
bool md_matches(const bson_t *document, const bson_t *filter);
/* One element of an array against the condition of $elemMatch or $pull. */
bool md_element_matches(const bson_iter_t *element, const bson_iter_t *condition);

/* update.c. (transfer full) */
bson_t *md_update(const bson_t *document, const bson_t *update);
bson_t *md_project(const bson_t *document, const bson_t *fields);

G_END_DECLS
