/* A bad sample for the lint rule of the same name. */
#include <jwt.h>
