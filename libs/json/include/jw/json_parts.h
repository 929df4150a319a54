/* jw/json_parts.h: parts of values: their check, one over another, and one inside another. Any
 * thread, no state. */
#pragma once
#include "jw/json.h"

G_BEGIN_DECLS

/* As jw_check_object(), but what is required may be missing in the outermost @levels of objects: a
 * part of a value, which jw_json_merge() makes whole. */
bool jw_check_partial(const json_t *value, const JwField *fields, unsigned levels, const char *base,
                      JwViolations *violations);

/* @base with the members of @patch over it, object by object; everything else that @patch has is
 * taken as it is, and null takes a member away, if there is one (RFC 7396). (transfer full) */
json_t *jw_json_merge(const json_t *base, const json_t *patch);

/* Notes the nulls of @patch, an object, whose names are not known in @fields: they would take
 * nothing away, and nobody would learn of a slip. False when there was one. */
bool jw_check_nulls(const json_t *patch, const JwField *fields, const char *base,
                    JwViolations *violations);

/* What is at @pointer (RFC 6901) of @value; NULL: nothing. (transfer none) */
const json_t *jw_json_at(const json_t *value, const char *pointer);

/* The member as jw_json_time() has it, where 0 says that there is none: the first millisecond of
 * 1970, which clients send when theirs is not set, is the second. */
int64_t jw_json_moment(const json_t *object, const char *name);

G_END_DECLS
