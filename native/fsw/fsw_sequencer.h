/// The sequencer: which entries of the table fire in this tick, and why.
///
/// Rules of one tick, the same for every entry (docs/sequencer.md has the reasons):
///   - an entry is looked at while its window is open, and never again once it has fired, was inhibited or is too late;
///   - it sees the events latched in earlier ticks only; entries with role AVD or ABORT go first and inhibit at once;
///   - the first of primary, backup and depletion that is true is recorded, and the entry is latched.
/// Every trigger is one pass over its nodes, without recursion.

#ifndef FSW_SEQUENCER_H_INCLUDED
#define FSW_SEQUENCER_H_INCLUDED

#include "fsw.h"

/// Nothing latched, every entry pending. `config` has passed fsw_table_check().
void fsw_sequencer_start(fsw_t* self);

/// Evaluates one tick at `self->clock_ticks`. Returns the entries that fired, which are latched.
uint64_t fsw_sequencer_step(fsw_t* self, const fsw_input_t* input);

#endif
