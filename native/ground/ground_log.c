#include "ground_log.h"

#include <string.h>

static const uint8_t MARKER[4] = {0xF5U, 0x4CU, 0x4FU, 0x47U};

#define CHECKED_HEAD_bytes 16U // of the head, before its CRC
#define END_payload        20U
#define END_before         12U // until it said how long the stations have listened

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ // stored whole: of single octets gcc 12 makes ten instructions

static void put_u16(uint8_t* const out, const uint16_t value)
{
    memcpy(out, &value, sizeof(value));
}

static void put_u32(uint8_t* const out, const uint32_t value)
{
    memcpy(out, &value, sizeof(value));
}

static void put_u64(uint8_t* const out, const uint64_t value)
{
    memcpy(out, &value, sizeof(value));
}

#else

static void put_u16(uint8_t* const out, const uint16_t value)
{
    out[0] = (uint8_t)(value & 0xFFU);
    out[1] = (uint8_t)(value >> 8U);
}

static void put_u32(uint8_t* const out, const uint32_t value)
{
    put_u16(&out[0], (uint16_t)(value & 0xFFFFU));
    put_u16(&out[2], (uint16_t)(value >> 16U));
}

static void put_u64(uint8_t* const out, const uint64_t value)
{
    put_u32(&out[0], (uint32_t)(value & 0xFFFFFFFFU));
    put_u32(&out[4], (uint32_t)(value >> 32U));
}

#endif

static uint64_t get(const uint8_t* const from, const size_t octets)
{
    uint64_t value = 0U;
    for (size_t i = octets; i > 0U; i--) {
        value = (value << 8U) | from[i - 1U];
    }
    return value;
}

// ------------------------------------------------------------------------------------------------ write

static void open(ground_log_t* const self)
{
    self->begun = self->used;
    self->open  = true;
    self->full  = self->capacity - self->used < (size_t)GROUND_LOG_HEAD_bytes;
    if (!self->full) {
        self->used += GROUND_LOG_HEAD_bytes;
    }
}

/// Room for `size` more octets of the open block and the CRC after them, or NULL.
static uint8_t* room(ground_log_t* const self, const size_t size)
{
    if (self->full || self->capacity - self->used < size + (size_t)GROUND_LOG_CRC_bytes) {
        self->full = true;
        self->lost += size;
        return NULL;
    }
    uint8_t* const out = &self->octets[self->used];
    self->used += size;
    return out;
}

static void close(ground_log_t* const self, const uint8_t kind)
{
    self->open = false;
    if (self->full || self->octets == NULL) {
        self->lost += self->used - self->begun;
        self->used = self->begun;
        return;
    }
    uint8_t* const head    = &self->octets[self->begun];
    const size_t   payload = self->used - self->begun - (size_t)GROUND_LOG_HEAD_bytes;
    memcpy(head, MARKER, sizeof(MARKER));
    head[4] = kind;
    head[5] = (uint8_t)GROUND_LOG_VERSION;
    put_u16(&head[6], 0U);
    put_u32(&head[8], self->blocks);
    put_u32(&head[12], (uint32_t)payload);
    put_u32(&head[16], ground_crc32(0U, head, CHECKED_HEAD_bytes));
    put_u32(&self->octets[self->used], ground_crc32(0U, head, self->used - self->begun));
    self->used += (size_t)GROUND_LOG_CRC_bytes;
    self->written += self->used - self->begun;
    self->blocks++;
}

void ground_log_header(ground_log_t* const self, const uint8_t* const json, const size_t size)
{
    open(self);
    uint8_t* const out = room(self, size);
    if (out != NULL) {
        memcpy(out, json, size);
    }
    close(self, (uint8_t)GROUND_LOG_HEADER);
}

void ground_log_begin(ground_log_t* const self)
{
    open(self);
}

void ground_log_add(ground_log_t* const self, const uint8_t* const octets, const size_t size,
                    const ground_log_reception_t* const receptions, const uint8_t count)
{
    if (!self->open || count == 0U || size > UINT16_MAX) {
        return;
    }
    const size_t   prefix = (size_t)GROUND_LOG_ENTRY_bytes + (size_t)GROUND_LOG_RECEPTION_bytes * count;
    uint8_t* const out    = room(self, prefix + size);
    if (out == NULL) {
        return;
    }
    put_u16(out, (uint16_t)size);
    out[2] = count;
    for (uint8_t i = 0U; i < count; i++) {
        uint8_t* const at = &out[(size_t)GROUND_LOG_ENTRY_bytes + (size_t)GROUND_LOG_RECEPTION_bytes * i];
        at[0]             = receptions[i].station;
        put_u64(&at[1], (uint64_t)receptions[i].ert_us);
    }
    memcpy(&out[prefix], octets, size);
}

void ground_log_end(ground_log_t* const self)
{
    if (!self->open) {
        return;
    }
    if (!self->full && self->used == self->begun + (size_t)GROUND_LOG_HEAD_bytes) {
        self->used = self->begun;
        self->open = false;
        return;
    }
    close(self, (uint8_t)GROUND_LOG_RECEIVED);
}

void ground_log_finish(ground_log_t* const self, const int64_t listened_us)
{
    open(self);
    uint8_t* const out = room(self, END_payload);
    if (out != NULL) {
        put_u32(&out[0], self->blocks);
        put_u64(&out[4], self->written);
        put_u64(&out[12], (uint64_t)listened_us);
    }
    close(self, (uint8_t)GROUND_LOG_END);
}

// ------------------------------------------------------------------------------------------------ read

/// Octets of the whole block that begins `at`, or 0 when there is no good one.
static size_t block_at(const uint8_t* const log, const size_t size, const size_t at)
{
    const size_t   overhead = (size_t)GROUND_LOG_HEAD_bytes + (size_t)GROUND_LOG_CRC_bytes;
    const uint8_t* head     = &log[at];
    if (size - at < overhead || memcmp(head, MARKER, sizeof(MARKER)) != 0) {
        return 0U;
    }
    if (head[4] < GROUND_LOG_HEADER || head[4] > GROUND_LOG_END || head[5] != GROUND_LOG_VERSION ||
        get(&head[6], 2U) != 0U || get(&head[16], 4U) != ground_crc32(0U, head, CHECKED_HEAD_bytes)) {
        return 0U;
    }
    const size_t payload = (size_t)get(&head[12], 4U);
    if (payload > (size_t)GROUND_LOG_PAYLOAD_MAX || payload > size - at - overhead) {
        return 0U;
    }
    const size_t covered = (size_t)GROUND_LOG_HEAD_bytes + payload;
    return (get(&head[covered], 4U) == ground_crc32(0U, head, covered)) ? (overhead + payload) : 0U;
}

/// Where the entry after the one `at` begins, or 0 when it does not fit into its payload, which ends at `end`.
static size_t entry_after(const uint8_t* const log, const size_t at, const size_t end)
{
    if (end - at < (size_t)GROUND_LOG_ENTRY_bytes) {
        return 0U;
    }
    const size_t size =
        (size_t)GROUND_LOG_ENTRY_bytes + (size_t)get(&log[at], 2U) + (size_t)GROUND_LOG_RECEPTION_bytes * log[at + 2U];
    return (log[at + 2U] == 0U || size > end - at) ? 0U : (at + size);
}

static bool adds_up(const uint8_t* const log, const size_t begin, const size_t end)
{
    size_t at = begin;
    while (at < end) {
        at = entry_after(log, at, end);
        if (at == 0U) {
            return false;
        }
    }
    return true;
}

static void read_entry(const uint8_t* const log, const size_t at, ground_log_scan_t* const scan)
{
    const size_t count = log[at + 2U];
    if (scan->entry_count < scan->entry_capacity) {
        scan->entry[scan->entry_count] = (ground_log_entry_t){
            .offset = at + (size_t)GROUND_LOG_ENTRY_bytes + (size_t)GROUND_LOG_RECEPTION_bytes * count,
            .size   = (uint32_t)get(&log[at], 2U),
            .first  = (uint32_t)scan->heard_count,
            .count  = (uint32_t)count,
            .block  = (uint32_t)scan->block_count,
        };
    }
    for (size_t i = 0U; i < count; i++) {
        if (scan->heard_count < scan->heard_capacity) {
            const uint8_t* const from =
                &log[at + (size_t)GROUND_LOG_ENTRY_bytes + (size_t)GROUND_LOG_RECEPTION_bytes * i];
            scan->heard[scan->heard_count] = (ground_log_heard_t){
                .ert_us  = (int64_t)get(&from[1], 8U),
                .entry   = (uint32_t)scan->entry_count,
                .station = from[0],
            };
        }
        scan->heard_count++;
    }
    scan->entry_count++;
}

static bool read_block(const uint8_t* const log, const size_t at, ground_log_scan_t* const scan)
{
    const uint8_t* const head    = &log[at];
    const size_t         begin   = at + (size_t)GROUND_LOG_HEAD_bytes;
    const size_t         payload = (size_t)get(&head[12], 4U);
    if (head[4] == GROUND_LOG_END && payload != END_payload && payload != END_before) {
        return false;
    }
    if (head[4] == GROUND_LOG_RECEIVED) {
        if (!adds_up(log, begin, begin + payload)) {
            return false;
        }
        for (size_t entry = begin; entry < begin + payload; entry = entry_after(log, entry, begin + payload)) {
            read_entry(log, entry, scan);
        }
    }
    if (scan->block_count < scan->block_capacity) {
        scan->block[scan->block_count] = (ground_log_block_t){
            .offset        = at,
            .number        = (uint32_t)get(&head[8], 4U),
            .payload_bytes = (uint32_t)payload,
            .kind          = head[4],
        };
    }
    scan->block_count++;
    return true;
}

static void note_damage(ground_log_scan_t* const scan, const size_t from, const size_t to)
{
    if (from == to) {
        return;
    }
    if (scan->damage_count < scan->damage_capacity) {
        scan->damage[scan->damage_count] = (ground_log_damage_t){.offset = from, .size = to - from};
    }
    scan->damage_count++;
}

void ground_log_scan(const uint8_t* const log, const size_t size, ground_log_scan_t* const scan)
{
    scan->block_count  = 0U;
    scan->entry_count  = 0U;
    scan->heard_count  = 0U;
    scan->damage_count = 0U;
    size_t at          = 0U;
    size_t good        = 0U; // everything before it is accounted for
    while (at < size) {
        const size_t whole = block_at(log, size, at);
        if (whole != 0U && read_block(log, at, scan)) {
            note_damage(scan, good, at);
            at += whole;
            good = at;
            continue;
        }
        const uint8_t* const next = memchr(&log[at + 1U], MARKER[0], size - at - 1U);
        at                        = (next == NULL) ? size : (size_t)(next - log);
    }
    note_damage(scan, good, size);
}
