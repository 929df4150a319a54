/* A bad sample for the lint rule of the same name. */
int f(void) { return g_random_int(); }
