/// The downlink log: what stations heard, in blocks that are each checked, appended and never changed.
///
/// Layout, all integers little-endian. A block is a head, its payload and a CRC-32 (that of zlib) of both:
///   head: marker F5 4C 4F 47, u8 kind, u8 version, u16 zero, u32 number, u32 payload octets, u32 CRC-32 of these 16.
/// Numbers count from 0, so that a block that is gone is missed. Kinds of payload:
///   1 header    UTF-8 JSON: epoch, stations, frame length, dictionary ...; written twice, so that one may be lost
///   2 received  entries: u16 octets, u8 receptions, then u8 station and i64 ert_us of each, then the octets
///   3 end       u32 blocks and u64 octets before it. A log without it is not complete
/// `ert_us` is Earth-received time in microseconds after the epoch of the header.

#ifndef GROUND_LOG_H_INCLUDED
#define GROUND_LOG_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum
{
    GROUND_LOG_VERSION         = 1,
    GROUND_LOG_HEADER          = 1,
    GROUND_LOG_RECEIVED        = 2,
    GROUND_LOG_END             = 3,
    GROUND_LOG_HEAD_bytes      = 20,
    GROUND_LOG_CRC_bytes       = 4,
    GROUND_LOG_PAYLOAD_MAX     = 16777216,
    GROUND_LOG_ENTRY_bytes     = 3,
    GROUND_LOG_RECEPTION_bytes = 9
};

// ------------------------------------------------------------------------------------------------ write

typedef struct
{
    uint8_t station;
    int64_t ert_us;
} ground_log_reception_t;

/// A writer into the caller's memory, which may be emptied (`used` = 0) whenever no block is open. All zero but for
/// `octets` and `capacity` at the start. A block that finds no room is left out whole and takes no number.
typedef struct
{
    uint8_t* octets;
    size_t   capacity;
    size_t   used;
    size_t   lost;  ///< Octets of the blocks that found no room.
    size_t   begun; ///< Where the open block begins.
    bool     open;
    bool     full;    ///< The open block found no room.
    uint32_t blocks;  ///< So far; the number of the next.
    uint64_t written; ///< Octets of them.
} ground_log_t;

/// Writes a header block. Call it twice, before everything else.
void ground_log_header(ground_log_t* self, const uint8_t* json, size_t size);

/// Opens a block for what is received.
void ground_log_begin(ground_log_t* self);

/// Adds octets, at most 65535, that `count` stations heard alike. Does nothing unless a block is open and count is not zero.
void ground_log_add(ground_log_t* self, const uint8_t* octets, size_t size, const ground_log_reception_t* receptions,
                    uint8_t count);

/// Closes the open block. One without entries is not written.
void ground_log_end(ground_log_t* self);

/// Writes the block that makes a log complete. The stations have listened until `listened_us`, after the epoch of the log.
void ground_log_finish(ground_log_t* self, int64_t listened_us);

// ------------------------------------------------------------------------------------------------ read

typedef struct
{
    uint64_t offset; ///< Of the head, in the log.
    uint32_t number;
    uint32_t payload_bytes;
    uint32_t kind;
    uint32_t reserved;
} ground_log_block_t;

typedef struct
{
    uint64_t offset; ///< Of the octets, in the log.
    uint32_t size;
    uint32_t first; ///< Its first reception.
    uint32_t count; ///< Its receptions.
    uint32_t block; ///< Its block, an index.
} ground_log_entry_t;

typedef struct
{
    int64_t  ert_us;
    uint32_t entry; ///< An index.
    uint32_t station;
} ground_log_heard_t;

/// Octets that belong to no good block.
typedef struct
{
    uint64_t offset;
    uint64_t size;
} ground_log_damage_t;

/// Tables of a scan: the caller's, filled from the start. What finds no room is counted all the same, so that a first
/// scan with no room at all tells how much is needed.
typedef struct
{
    ground_log_block_t*  block;
    size_t               block_capacity;
    size_t               block_count;
    ground_log_entry_t*  entry;
    size_t               entry_capacity;
    size_t               entry_count;
    ground_log_heard_t*  heard;
    size_t               heard_capacity;
    size_t               heard_count;
    ground_log_damage_t* damage;
    size_t               damage_capacity;
    size_t               damage_count;
} ground_log_scan_t;

/// Finds every block of `log` whose checks hold, in any order of numbers, and what lies between them. After damage the
/// search goes on at the next marker. A block of an unknown kind or version, or whose entries do not add up, is damage.
void ground_log_scan(const uint8_t* log, size_t size, ground_log_scan_t* scan);

/// CRC-32 of zlib, PNG and Ethernet; `crc` is zero or that of what came before.
uint32_t ground_crc32(uint32_t crc, const uint8_t* octets, size_t size);

#endif
