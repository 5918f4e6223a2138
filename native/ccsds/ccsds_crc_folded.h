#ifndef CCSDS_CRC_FOLDED_H_INCLUDED
#define CCSDS_CRC_FOLDED_H_INCLUDED

#include <stddef.h>
#include <stdint.h>

#define CCSDS_CRC_FOLDED_min_bytes                                                                                     \
    128U // about a frame; packets are shorter, and the words of ccsds_crc.c serve them as well

/// ccsds_crc16() by folding, of what is long enough, where ccsds_fold_can().
uint16_t ccsds_crc16_folded(const uint8_t* data, size_t size);

#endif
