/* render/xlsx/part_check.c: see render/xlsx/part_check.h. */
#include "render/xlsx/part_check.h"

#include <expat.h>
#include <string.h>

#define NAMESPACE_MARK '|' /* between a namespace and a name; in neither of ours */

struct _ExePartCheck {
    char *part;
    GHashTable *names;
    XML_Parser parser;
    bool failed;
};

/* The path of @target as the relations of @rels mean it: from the folder of the part that they
 * belong to, "xl/" for "xl/_rels/workbook.xml.rels". (transfer full) */
static char *
target_path(const char *rels, const char *target)
{
    g_autofree char *folder = g_path_get_dirname(rels);
    g_autofree char *owner = g_path_get_dirname(folder);
    g_autofree char *base = g_strconcat("/", owner, NULL);
    g_autofree char *path = g_canonicalize_filename(target, base);

    return g_strdup(path + 1);
}

static const char *
attribute(const char **attributes, const char *name)
{
    for (; attributes[0] != NULL; attributes += 2) {
        if (strcmp(attributes[0], name) == 0) {
            return attributes[1];
        }
    }
    return NULL;
}

static void
on_start(void *data, const char *element, const char **attributes)
{
    ExePartCheck *self = data;
    const char *mark = strrchr(element, NAMESPACE_MARK);
    const char *name = mark != NULL ? mark + 1 : element;
    const char *mode = attribute(attributes, "TargetMode");
    char *path = NULL;

    if (strcmp(name, "Relationship") == 0 && attribute(attributes, "Target") != NULL
        && g_strcmp0(mode, "External") != 0) {
        path = target_path(self->part, attribute(attributes, "Target"));
    } else if (strcmp(name, "Override") == 0 && attribute(attributes, "PartName") != NULL) {
        path = target_path("_rels/.rels", attribute(attributes, "PartName"));
    }
    if (path != NULL) {
        g_hash_table_insert(self->names, path, g_strdup(self->part));
    }
}

ExePartCheck *
exe_part_check_new(const char *part, GHashTable *names)
{
    ExePartCheck *self = g_new0(ExePartCheck, 1);

    self->part = g_strdup(part);
    self->names = names;
    self->parser = XML_ParserCreateNS(NULL, NAMESPACE_MARK);
    g_assert(self->parser != NULL); /* fails for want of memory only */
    XML_SetUserData(self->parser, self);
    if (g_str_has_suffix(part, ".rels") || strcmp(part, "[Content_Types].xml") == 0) {
        XML_SetStartElementHandler(self->parser, on_start);
    }
    return self;
}

void
exe_part_check_free(ExePartCheck *self)
{
    if (self != NULL) {
        XML_ParserFree(self->parser);
        g_free(self->part);
        g_free(self);
    }
}

void
exe_part_check_feed(ExePartCheck *self, const char *data, size_t length)
{
    self->failed =
        self->failed || XML_Parse(self->parser, data, (int)length, XML_FALSE) != XML_STATUS_OK;
}

/* What is said of a part that ends too early, as a full disk makes it. */
static bool
is_cut(enum XML_Error code)
{
    return code == XML_ERROR_NO_ELEMENTS || code == XML_ERROR_UNCLOSED_TOKEN
           || code == XML_ERROR_PARTIAL_CHAR;
}

bool
exe_part_check_end(ExePartCheck *self, GError **error)
{
    if (!self->failed && XML_Parse(self->parser, "", 0, XML_TRUE) == XML_STATUS_OK) {
        return true;
    }
    const enum XML_Error code = XML_GetErrorCode(self->parser);
    if (is_cut(code)) {
        return jw_fail(error, JW_ERROR_CORRUPT,
                       "part %s of the workbook is cut; was the disk full?", self->part);
    }
    return jw_fail(error, JW_ERROR_CORRUPT,
                   "part %s of the workbook is not well-formed in line %lu: %s; this is a fault of "
                   "Jobwire, please report it",
                   self->part, (unsigned long)XML_GetCurrentLineNumber(self->parser),
                   XML_ErrorString(code));
}
