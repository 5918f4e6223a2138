#include "link.h"

#include <string.h>

// A constant of an AVR stands in its scarce RAM unless told otherwise.
#ifdef __AVR__
#include <avr/pgmspace.h>
#define TABLE        PROGMEM
#define ENTRY(index) pgm_read_dword(&remainder[index])
#else
#define TABLE
#define ENTRY(index) remainder[index]
#endif

/// Of a nibble, by the polynomial of ISO 3309, reflected.
static const uint32_t remainder[16] TABLE = {
    0x00000000U, 0x1DB71064U, 0x3B6E20C8U, 0x26D930ACU, 0x76DC4190U, 0x6B6B51F4U, 0x4DB26158U, 0x5005713CU,
    0xEDB88320U, 0xF00F9344U, 0xD6D6A3E8U, 0xCB61B38CU, 0x9B64C2B0U, 0x86D3D2D4U, 0xA00AE278U, 0xBDBDF21CU,
};

uint32_t link_crc32(const uint32_t crc, const uint8_t* const octets, const size_t size)
{
    uint32_t rest = ~crc;
    for (size_t i = 0U; i < size; i++) {
        rest ^= octets[i];
        rest = (rest >> 4U) ^ ENTRY(rest & 15U);
        rest = (rest >> 4U) ^ ENTRY(rest & 15U);
    }
    return ~rest;
}

void link_count(uint32_t* const counter, const uint32_t more)
{
    *counter = (UINT32_MAX - *counter < more) ? UINT32_MAX : (*counter + more);
}

void link_init(link_t* const self, uint8_t* const content, const uint16_t capacity)
{
    memset(self, 0, sizeof(*self));
    self->content  = content;
    self->capacity = capacity;
}

// ------------------------------------------------------------------------------------------------ in

static void begin(link_t* const self)
{
    self->used = 0U;
    self->code = 0U;
    self->left = 0U;
    self->skip = false;
}

static void append(link_t* const self, const uint8_t octet)
{
    if (self->used == self->capacity) {
        link_count(&self->count.frames_long, 1U);
        self->skip = true;
        return;
    }
    self->content[self->used] = octet;
    self->used++;
}

static bool is_good(const link_t* const self)
{
    if (self->left != 0U || self->used < LINK_HOST_HEAD_bytes + LINK_CRC_bytes) {
        return false;
    }
    const size_t size = (size_t)self->used - LINK_CRC_bytes;
    return link_crc32(0U, self->content, size) == link_get_u32(&self->content[size]);
}

/// What a 00 means. Returns the length of the content of a good frame.
static uint16_t end(link_t* const self)
{
    uint16_t size = 0U;
    if (!self->skip && self->code != 0U) {
        const bool good = is_good(self);
        link_count(good ? &self->count.frames_good : &self->count.frames_bad, 1U);
        size = good ? (uint16_t)(self->used - LINK_CRC_bytes) : 0U;
    }
    begin(self);
    return size;
}

uint16_t link_take(link_t* const self, const uint8_t octet)
{
    self->taken++;
    link_count(&self->count.received, 1U);
    if (octet == 0U) {
        return end(self);
    }
    if (self->skip) {
        return 0U;
    }
    if (self->left != 0U) {
        self->left--;
        append(self, octet);
        return 0U;
    }
    if (self->code != 0U && self->code != 0xFFU) {
        append(self, 0U);
    }
    self->code = octet;
    self->left = (uint8_t)(octet - 1U);
    return 0U;
}

void link_follow(link_t* const self, const uint8_t sequence)
{
    const uint8_t ahead = (uint8_t)(sequence - self->expected);
    if (ahead >= 128U) {
        link_count(&self->count.sequence_repeats, 1U);
        return;
    }
    link_count(&self->count.sequence_gaps, ahead);
    self->expected = (uint8_t)(sequence + 1U);
}

// ------------------------------------------------------------------------------------------------ out

/// An octet of what is sent: head, body, CRC.
static uint8_t octet_at(const link_content_t* const content, const uint8_t* const crc, const uint16_t at)
{
    if (at < content->head_bytes) {
        return content->head[at];
    }
    const uint16_t rest = (uint16_t)(at - content->head_bytes);
    return (rest < content->body_bytes) ? content->body[rest] : crc[rest - content->body_bytes];
}

void link_send(link_t* const self, const link_content_t* const content, const link_put_t put)
{
    uint8_t        crc[LINK_CRC_bytes];
    const uint32_t of_head = link_crc32(0U, content->head, content->head_bytes);
    (void)link_put_u32(crc, link_crc32(of_head, content->body, content->body_bytes));

    const uint16_t size  = (uint16_t)(content->head_bytes + content->body_bytes + LINK_CRC_bytes);
    uint16_t       begun = 0U; // of the group
    for (uint16_t at = 0U; at <= size; at++) {
        if (at < size && octet_at(content, crc, at) != 0U) {
            continue;
        }
        put((uint8_t)(at - begun + 1U));
        for (; begun < at; begun++) {
            put(octet_at(content, crc, begun));
        }
        begun = (uint16_t)(at + 1U);
    }
    put(0U);
    link_count(&self->count.sent, (uint32_t)size + 2U);
}

// ------------------------------------------------------------------------------------------------ little-endian

uint16_t link_get_u16(const uint8_t* const from)
{
    return (uint16_t)(from[0] | ((uint32_t)from[1] << 8U));
}

uint32_t link_get_u32(const uint8_t* const from)
{
    return (uint32_t)link_get_u16(from) | ((uint32_t)link_get_u16(&from[2]) << 16U);
}

uint64_t link_get_u64(const uint8_t* const from)
{
    return (uint64_t)link_get_u32(from) | ((uint64_t)link_get_u32(&from[4]) << 32U);
}

uint8_t* link_put_u8(uint8_t* const out, const uint8_t value)
{
    out[0] = value;
    return &out[1];
}

uint8_t* link_put_u16(uint8_t* const out, const uint16_t value)
{
    out[0] = (uint8_t)(value & 0xFFU);
    out[1] = (uint8_t)(value >> 8U);
    return &out[2];
}

uint8_t* link_put_u32(uint8_t* const out, const uint32_t value)
{
    return link_put_u16(link_put_u16(out, (uint16_t)(value & 0xFFFFU)), (uint16_t)(value >> 16U));
}

uint8_t* link_put_u64(uint8_t* const out, const uint64_t value)
{
    return link_put_u32(link_put_u32(out, (uint32_t)(value & 0xFFFFFFFFU)), (uint32_t)(value >> 32U));
}
