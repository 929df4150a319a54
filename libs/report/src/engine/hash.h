/* hash.h: one hash of bytes, for tables and for sketches, which need all of its bits to be even.
 * Not for input that is chosen to collide. Private to libs/report. */
#pragma once
#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

uint64_t jw_hash_mix(uint64_t hash);
uint64_t jw_hash_bytes(const char *bytes, size_t length);

G_END_DECLS
