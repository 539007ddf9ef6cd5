// The least an MPI program can do: what is left of another program's start-up time beyond this is its own.
#include <mpi.h>

int main(int argc, char **argv) {
  int provided;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  return MPI_Finalize();
}
