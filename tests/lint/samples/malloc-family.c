/* A bad sample for the lint rule of the same name. */
void f(void) { char *p = malloc(3); }
