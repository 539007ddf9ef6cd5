// Prints the GFLOP/s of one core that does nothing but fused multiply-adds in registers, the best of 8 tries.
#include <stdio.h>
#include <time.h>

#ifdef __AVX512F__
#define WIDTH 16
#else
#define WIDTH 8
#endif
typedef float Vector __attribute__((vector_size(4 * WIDTH)));

enum { CHAINS = 12, REPEATS = 8000000, TRIES = 8 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

int main(void) {
  double best = 0;
  Vector chain[CHAINS] = {};
  // Read at run time, and with a fixed point near 1: nothing is computed ahead, nothing overflows.
  volatile float half = 0.5f;
  Vector factor = half - (Vector){}, term = half - (Vector){};
  for (int try = 0; try < TRIES; try++) {
    double begin = now();
    for (int i = 0; i < REPEATS; i++)
      for (int c = 0; c < CHAINS; c++) chain[c] = chain[c] * factor + term;
    double flops = 2.0 * WIDTH * CHAINS * REPEATS / (now() - begin);
    if (flops > best) best = flops;
  }
  float sum = 0;
  for (int c = 0; c < CHAINS; c++) sum += chain[c][0];
  printf("%.1f\n", best / 1e9);
  return !(sum > 0);
}
