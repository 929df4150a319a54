/* A bad sample for the lint rule of the same name. */
void f(void) { sleep(1); }
