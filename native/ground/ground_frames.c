#include "ground_frames.h"

#include <string.h>

#include "ccsds.h"
#include "ccsds_crc.h"

#define DATA_offset ((size_t)CCSDS_FRAME_HEADER_bytes + (size_t)CCSDS_FRAME_EXTENSION_bytes)

// ------------------------------------------------------------------------------------------------ frames

/// What the headers of a frame say.
static ground_frame_t headers(const uint8_t* const head)
{
    const uint32_t first = ccsds_get_u16(&head[0]);
    return (ground_frame_t){
        .spacecraft_id = (uint16_t)((first >> 4U) & CCSDS_SPACECRAFT_mask),
        .channel       = (uint8_t)((first >> 1U) & 0x7U),
        .master_count  = head[2],
        .number        = (ccsds_get_u32(&head[6]) << 8U) | head[3],
        .first_header  = (uint16_t)(ccsds_get_u16(&head[4]) & CCSDS_FIRST_HEADER_mask),
    };
}

/// Version 1, no operational control field, secondary header as ours, packets in it.
static bool is_ours(const uint8_t* const head)
{
    return (head[0] & 0xC0U) == 0U && (head[1] & 0x01U) == 0U && (head[4] & 0xF8U) == (CCSDS_FRAME_STATUS >> 8U) &&
           head[6] == CCSDS_FRAME_EXTENSION_ID;
}

/// Whether a marker stands at `octets`.
static bool is_marker(const uint8_t* const octets)
{
    return ccsds_get_u32(octets) == CCSDS_MARKER;
}

typedef struct
{
    const uint8_t*       log;
    uint32_t             entry;
    size_t               frame_bytes;
    ground_frame_scan_t* scan;
    ground_junk_t        junk; ///< What is known of the octets since the last good frame.
} search_t;

static void end_junk(search_t* const self, const size_t from, const size_t to)
{
    if (from != to) {
        if (self->scan->junk_count < self->scan->junk_capacity) {
            self->junk.offset                        = from;
            self->junk.size                          = (uint32_t)(to - from);
            self->junk.entry                         = self->entry;
            self->scan->junk[self->scan->junk_count] = self->junk;
        }
        self->scan->junk_count++;
    }
    self->junk = (ground_junk_t){.reason = (uint32_t)GROUND_JUNK_NO_MARKER};
}

static void note(search_t* const self, const ground_junk_reason_t reason, const uint8_t* const head)
{
    if (self->junk.reason == (uint32_t)GROUND_JUNK_NO_MARKER) {
        self->junk.reason = (uint32_t)reason;
        if (head != NULL) {
            const ground_frame_t claimed     = headers(head);
            self->junk.claimed_number        = claimed.number;
            self->junk.claimed_spacecraft_id = claimed.spacecraft_id;
            self->junk.claimed_channel       = claimed.channel;
        }
    }
}

/// Takes the frame whose first octet is `at`, if it is good.
static bool take(search_t* const self, const size_t at)
{
    const uint8_t* const head = &self->log[at];
    if (ccsds_crc16(head, self->frame_bytes) != 0U) {
        note(self, GROUND_JUNK_CRC, head);
        return false;
    }
    if (!is_ours(head)) {
        note(self, GROUND_JUNK_HEADER, head);
        return false;
    }
    ground_frame_scan_t* const scan = self->scan;
    if (scan->frame_count < scan->frame_capacity) {
        ground_frame_t frame           = headers(head);
        frame.offset                   = at;
        frame.entry                    = self->entry;
        scan->frame[scan->frame_count] = frame;
    }
    scan->frame_count++;
    return true;
}

static void search(search_t* const self, const size_t begin, const size_t end)
{
    const size_t whole = (size_t)CCSDS_MARKER_bytes + self->frame_bytes;
    size_t       at    = begin;
    size_t       done  = begin;
    while (end - at >= (size_t)CCSDS_MARKER_bytes) {
        const bool alone = at == begin && end - begin == whole;
        if (alone || is_marker(&self->log[at])) {
            if (end - at < whole) {
                note(self, GROUND_JUNK_CUT, NULL);
            } else if (take(self, at + (size_t)CCSDS_MARKER_bytes)) {
                end_junk(self, done, at);
                at += whole;
                done = at;
                continue;
            }
        }
        const uint8_t* const next = memchr(&self->log[at + 1U], (int)(CCSDS_MARKER >> 24U), end - at - 1U);
        at                        = (next == NULL) ? end : (size_t)(next - self->log);
    }
    end_junk(self, done, end);
}

void ground_frame_scan(const uint8_t* const log, const size_t size, const ground_log_entry_t* const entry,
                       const size_t entry_count, const uint16_t frame_bytes, ground_frame_scan_t* const scan)
{
    scan->frame_count = 0U;
    scan->junk_count  = 0U;
    if (frame_bytes <= CCSDS_FRAME_OVERHEAD_bytes) {
        return;
    }
    search_t self = {.log = log, .frame_bytes = frame_bytes, .scan = scan};
    for (size_t i = 0U; i < entry_count; i++) {
        if (entry[i].offset <= size && entry[i].size <= size - entry[i].offset) {
            self.entry = (uint32_t)i;
            search(&self, (size_t)entry[i].offset, (size_t)entry[i].offset + entry[i].size);
        }
    }
}

// ------------------------------------------------------------------------------------------------ packets

typedef struct
{
    ground_packet_scan_t* scan;
    size_t                joined;   ///< Octets joined so far.
    size_t                at;       ///< Where the next packet begins in them.
    bool                  in_sync;  ///< Whether that is known.
    size_t                begun_in; ///< Frame in which it begins.
} join_t;

/// Gives up what has been joined and not used, up to `until`.
static void abandon(join_t* const self, const size_t until)
{
    if (until > self->at) {
        self->scan->damaged_bytes += until - self->at;
        self->scan->damaged_packets++;
    }
    self->at = until;
}

static void put_packet(join_t* const self, const size_t size, const size_t frame)
{
    ground_packet_scan_t* const scan   = self->scan;
    const uint8_t* const        packet = &scan->octets[self->at];
    const uint16_t              apid   = ccsds_packet_apid(packet);
    if (apid == CCSDS_APID_IDLE) {
        scan->idle_bytes += size;
        return;
    }
    scan->packet_bytes += size;
    if (scan->packet_count < scan->packet_capacity) {
        scan->packet[scan->packet_count] = (ground_packet_t){
            .offset         = self->at,
            .size           = (uint32_t)size,
            .first_frame    = (uint32_t)self->begun_in,
            .last_frame     = (uint32_t)frame,
            .apid           = apid,
            .sequence_count = (uint16_t)(ccsds_get_u16(&packet[2]) & CCSDS_SEQUENCE_mask),
            .good           = ccsds_crc16(packet, size) == 0U,
        };
    }
    scan->packet_count++;
}

/// Takes every packet that is whole by now.
static void walk(join_t* const self, const size_t frame)
{
    while (self->in_sync && self->joined - self->at >= (size_t)CCSDS_PACKET_HEADER_bytes) {
        const size_t size = ccsds_packet_bytes(&self->scan->octets[self->at]);
        if (size > self->joined - self->at) {
            break;
        }
        put_packet(self, size, frame);
        self->at += size;
        self->begun_in = frame;
    }
}

static bool follows(const ground_frame_t* const one, const ground_frame_t* const other)
{
    return one->spacecraft_id == other->spacecraft_id && one->channel == other->channel &&
           one->session == other->session && one->number + 1U == other->number;
}

/// Where the first packet that begins in the octets joined last must begin, counted from them, as the packets before them
/// say: CCSDS_FIRST_HEADER_NONE when none does. Their number is `size`.
static size_t expected_first(const join_t* const self, const size_t size)
{
    const size_t begin = self->joined - size;
    if (self->at >= begin) {
        return self->at - begin;
    }
    if (self->joined - self->at < (size_t)CCSDS_PACKET_HEADER_bytes) {
        return CCSDS_FIRST_HEADER_NONE;
    }
    const size_t end = self->at + ccsds_packet_bytes(&self->scan->octets[self->at]);
    return (end < self->joined) ? (end - begin) : CCSDS_FIRST_HEADER_NONE;
}

static void join(join_t* const self, const ground_frame_t* const frame, const size_t index, const bool continues,
                 const uint8_t* const data, const size_t size)
{
    const size_t begin = self->joined;
    const size_t first = frame->first_header;
    memcpy(&self->scan->octets[begin], data, size);
    self->joined += size;
    if (first == CCSDS_FIRST_HEADER_IDLE) {
        abandon(self, begin);
        self->at      = self->joined;
        self->in_sync = false;
        self->scan->idle_bytes += size;
        return;
    }
    if (!continues || (self->in_sync && expected_first(self, size) != first)) {
        abandon(self, begin);
        self->in_sync = false;
    }
    if (!self->in_sync) {
        abandon(self, (first < size) ? (begin + first) : self->joined);
        self->in_sync = first < size;
    }
    if (self->at >= begin) {
        self->begun_in = index;
    }
    walk(self, index);
}

bool ground_packet_scan(const uint8_t* const log, const size_t size, const ground_frame_t* const frame,
                        const size_t frame_count, const uint16_t frame_bytes, ground_packet_scan_t* const scan)
{
    if (frame_bytes <= CCSDS_FRAME_OVERHEAD_bytes) {
        return false;
    }
    const size_t data = (size_t)frame_bytes - (size_t)CCSDS_FRAME_OVERHEAD_bytes;
    if (scan->octets_capacity / data < frame_count) {
        return false;
    }
    for (size_t i = 0U; i < frame_count; i++) {
        if (frame[i].offset > size || frame_bytes > size - frame[i].offset) {
            return false;
        }
    }
    scan->packet_count    = 0U;
    scan->idle_bytes      = 0U;
    scan->packet_bytes    = 0U;
    scan->damaged_bytes   = 0U;
    scan->damaged_packets = 0U;
    join_t self           = {.scan = scan};
    for (size_t i = 0U; i < frame_count; i++) {
        const bool continues = i > 0U && follows(&frame[i - 1U], &frame[i]);
        join(&self, &frame[i], i, continues, &log[(size_t)frame[i].offset + DATA_offset], data);
    }
    abandon(&self, self.joined);
    return true;
}
