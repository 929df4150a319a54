/* A bad sample for the lint rule of the same name. */
int f(char *a) { return atoi(a); }
