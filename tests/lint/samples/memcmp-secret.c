/* A bad sample for the lint rule of the same name. */
int f(char *a, char *secret) { return memcmp(a, secret, 3); }
