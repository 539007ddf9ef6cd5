#ifndef REVOADA_CMPI_SHIM_H
#define REVOADA_CMPI_SHIM_H

// MPI's constants are macros around pointer casts, which Swift cannot import. Each is a function here, named after it.

#include <mpi.h>

MPI_Comm shim_MPI_COMM_WORLD(void);
MPI_Comm shim_MPI_COMM_SELF(void);
MPI_Errhandler shim_MPI_ERRORS_RETURN(void);
MPI_Info shim_MPI_INFO_NULL(void);
MPI_Request shim_MPI_REQUEST_NULL(void);
MPI_Win shim_MPI_WIN_NULL(void);
MPI_Status *shim_MPI_STATUS_IGNORE(void);
void *shim_MPI_IN_PLACE(void);

MPI_Datatype shim_MPI_UINT8_T(void);
MPI_Datatype shim_MPI_INT32_T(void);
MPI_Datatype shim_MPI_INT64_T(void);
MPI_Datatype shim_MPI_UINT64_T(void);
MPI_Datatype shim_MPI_FLOAT(void);
MPI_Datatype shim_MPI_DOUBLE(void);

MPI_Op shim_MPI_SUM(void);
MPI_Op shim_MPI_MIN(void);
MPI_Op shim_MPI_MAX(void);

#endif
