/* The functions of one hash: OpenSSL would rather have all go through its table of algorithms, which is 4 MB in a binary. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
