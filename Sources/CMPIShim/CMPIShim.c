#include "CMPIShim.h"

MPI_Comm shim_MPI_COMM_WORLD(void) { return MPI_COMM_WORLD; }
MPI_Comm shim_MPI_COMM_SELF(void) { return MPI_COMM_SELF; }
MPI_Errhandler shim_MPI_ERRORS_RETURN(void) { return MPI_ERRORS_RETURN; }
MPI_Info shim_MPI_INFO_NULL(void) { return MPI_INFO_NULL; }
MPI_Request shim_MPI_REQUEST_NULL(void) { return MPI_REQUEST_NULL; }
MPI_Win shim_MPI_WIN_NULL(void) { return MPI_WIN_NULL; }
MPI_Status *shim_MPI_STATUS_IGNORE(void) { return MPI_STATUS_IGNORE; }
void *shim_MPI_IN_PLACE(void) { return MPI_IN_PLACE; }

MPI_Datatype shim_MPI_UINT8_T(void) { return MPI_UINT8_T; }
MPI_Datatype shim_MPI_INT32_T(void) { return MPI_INT32_T; }
MPI_Datatype shim_MPI_INT64_T(void) { return MPI_INT64_T; }
MPI_Datatype shim_MPI_UINT64_T(void) { return MPI_UINT64_T; }
MPI_Datatype shim_MPI_FLOAT(void) { return MPI_FLOAT; }
MPI_Datatype shim_MPI_DOUBLE(void) { return MPI_DOUBLE; }

MPI_Op shim_MPI_SUM(void) { return MPI_SUM; }
MPI_Op shim_MPI_MIN(void) { return MPI_MIN; }
MPI_Op shim_MPI_MAX(void) { return MPI_MAX; }
