// The fastest way we know to sum an array over two ranks of a machine: both see both arrays (an MPI window), each adds
// one half and writes the sum to both places, in one pass over memory. What `revoada bench allreduce` is held against.
//
//   mpirun -n 2 allreduce_window BYTES...     prints one line for each size: bytes, median seconds of a call
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

enum { most_blocks = 31, fewest_blocks = 5 };
static const double block_seconds = 0.01, most_seconds = 3;

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void all_reduce(float *restrict first, float *restrict second, long begin, long end) {
  MPI_Barrier(MPI_COMM_WORLD);
  for (long i = begin; i < end; i++) {
    float sum = first[i] + second[i];
    first[i] = sum;
    second[i] = sum;
  }
  MPI_Barrier(MPI_COMM_WORLD);
}

// The slowest rank's seconds for `calls` calls.
static double seconds(int calls, float **arrays, long begin, long end) {
  MPI_Barrier(MPI_COMM_WORLD);
  double start = MPI_Wtime();
  for (int call = 0; call < calls; call++) all_reduce(arrays[0], arrays[1], begin, end);
  double own = MPI_Wtime() - start, slowest;
  MPI_Allreduce(&own, &slowest, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return slowest;
}

static double median_seconds(float **arrays, long begin, long end) {
  seconds(1, arrays, begin, end);
  int calls = 1;
  double taken;
  while ((taken = seconds(calls, arrays, begin, end)) < block_seconds / 4) calls *= 2;
  calls = taken > block_seconds ? 1 : (int)(calls * block_seconds / taken) + 1;
  double blocks[most_blocks], total = 0;
  int count = 0;
  while (count < most_blocks && (count < fewest_blocks || total < most_seconds)) {
    double block = seconds(calls, arrays, begin, end);
    total += block;
    blocks[count++] = block / calls;
  }
  qsort(blocks, count, sizeof *blocks, ascending);
  return blocks[count / 2];
}

int main(int argc, char **argv) {
  int rank, ranks;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  if (ranks != 2) MPI_Abort(MPI_COMM_WORLD, 64);
  for (int argument = 1; argument < argc; argument++) {
    long bytes = atol(argv[argument]), count = bytes / (long)sizeof(float);
    float *own, *arrays[2];
    MPI_Win window;
    MPI_Win_allocate_shared(bytes, sizeof(float), MPI_INFO_NULL, MPI_COMM_WORLD, &own, &window);
    for (int other = 0; other < 2; other++) {
      MPI_Aint size;
      int unit;
      MPI_Win_shared_query(window, other, &size, &unit, &arrays[other]);
    }
    for (long i = 0; i < count; i++) own[i] = 0;
    double median = median_seconds(arrays, count * rank / 2, count * (rank + 1) / 2);
    if (rank == 0) printf("%ld %.9g\n", bytes, median);
    MPI_Win_free(&window);
  }
  return MPI_Finalize();
}
