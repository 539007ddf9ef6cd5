#include "CDigits.h"

// C, because the compiler copies the file as it is: as a Swift array literal it takes ten seconds to compile.
#pragma clang diagnostic ignored "-Wc23-extensions"
static const unsigned char digits[] = {
#embed "digits.csv.gz"
};

const unsigned char *digits_gzip(void) { return digits; }

size_t digits_gzip_size(void) { return sizeof digits; }
