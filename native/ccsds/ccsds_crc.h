/// CRC-16 of packets and frames: the error control field of CCSDS 132.0-B (4.1.6), also known as CRC-16/CCITT-FALSE
/// or CRC-16/IBM-3740.

#ifndef CCSDS_CRC_H_INCLUDED
#define CCSDS_CRC_H_INCLUDED

#include <stddef.h>
#include <stdint.h>

/// Checksum of `size` bytes: polynomial x^16 + x^12 + x^5 + 1, register all ones at the start, most significant bit
/// first, nothing inverted at the end. Needs no table, and 256 octets of stack; some 200 instructions and 1.2 more a byte,
/// on a host that folds (ccsds_fold.h) 40 and half a one for what is as long as a frame. On a processor of 8 or 16 bits, and
/// with CCSDS_CRC_SMALL anywhere, it goes byte by byte and needs no stack: the same answers. `data` may be NULL when `size` is zero; the answer is then 0xFFFF. Of data followed by its own checksum,
/// most significant byte first, the answer is zero.
uint16_t ccsds_crc16(const uint8_t* data, size_t size);

#endif
