/* render/xlsx/xml_text.h: text in the way of spreadsheets' XML (ECMA-376 part 1, 22.9.2.19:
 * ST_Xstring): what XML cannot hold is written as _x0007_, and what would be read as such a code
 * begins with _x005F_. Pure. */
#pragma once
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

/* The most bytes that one byte becomes: "_x0007_". */
#define EXE_XML_GROWTH 7

/* Writes @text, valid UTF-8, to @at; returns its end. U+FFFE and U+FFFF become U+FFFD. @markup:
 * also
 * "&", "<" and ">" are escaped; without, whoever writes the result does that. */
char *exe_xml_put_text(char *at, const char *text, size_t length, bool markup);

G_END_DECLS
