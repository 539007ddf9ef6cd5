#include <stddef.h>

/// The first byte of digits.csv.gz, as embedded in the program.
const unsigned char *digits_gzip(void);

/// The number of bytes of digits.csv.gz.
size_t digits_gzip_size(void);
