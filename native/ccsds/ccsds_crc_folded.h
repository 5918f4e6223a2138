#ifndef CCSDS_CRC_FOLDED_H_INCLUDED
#define CCSDS_CRC_FOLDED_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// ccsds_crc16() by folding, into `crc`. Returns false, and leaves it, for a text that is too short to be worth it and on
/// a processor that cannot. There where ccsds_fold.h defines CCSDS_FOLDS.
bool ccsds_crc16_folded(const uint8_t* data, size_t size, uint16_t* crc);

#endif
