/// Telemetry: what the computer tells, as packets of the dictionary in the outbox of a tick.

#ifndef FSW_TELEMETRY_H_INCLUDED
#define FSW_TELEMETRY_H_INCLUDED

#include "fsw.h"

/// Nothing counted; the first step sends COMPUTER_STARTED, and DISCRETES, STATE and HOUSEKEEPING, if they have a rate.
void fsw_telemetry_start(fsw_t* self);

/// Appends an EVENT for each thing that happened, entries of `fired` in their order, then DISCRETES, STATE and HOUSEKEEPING
/// when they are due, to `output->packets`. A packet that finds no room is not sent, takes no sequence count, and is counted
/// in `err.outbox_full`; an event is latched for HOUSEKEEPING all the same.
void fsw_telemetry_step(fsw_t* self, const fsw_input_t* input, uint64_t fired, fsw_output_t* output);

#endif
