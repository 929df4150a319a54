/* handlers.c: which kinds of jobs this executor runs. Constant; any thread. */
#include "handlers/handlers.h"

extern const ExeHandler exe_handler_report; /* report.c */

const ExeHandler *const exe_handlers[] = { &exe_handler_report };
const size_t exe_n_handlers = G_N_ELEMENTS(exe_handlers);
