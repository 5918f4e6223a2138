#include "role.h"

#include <string.h>

#include "link.h"

// The configuration comes as the memory of a struct: little-endian, natural alignment, binary64. One that is laid out
// otherwise does not compile.
#define AT(type, field, offset) _Static_assert(offsetof(type, field) == (offset), #type "." #field)
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "byte order");
_Static_assert(sizeof(double) == 8U, "double");
_Static_assert(sizeof(bool) == 1U, "bool");
_Static_assert(sizeof(fsw_entry_t) == 56U, "fsw_entry_t");
_Static_assert(sizeof(fsw_node_t) == 40U, "fsw_node_t");
_Static_assert(sizeof(fsw_pitch_segment_t) == 40U, "fsw_pitch_segment_t");
_Static_assert(sizeof(fsw_config_t) == 15296U, "fsw_config_t");
AT(fsw_config_t, countdown_ticks, 8U);
AT(fsw_config_t, sequence_hash, 16U);
AT(fsw_config_t, entry_count, 20U);
AT(fsw_config_t, state_rate_hz, 28U);
AT(fsw_config_t, axial_quantum_um_per_s, 40U);
AT(fsw_config_t, axial_tolerance_counts, 48U);
AT(fsw_config_t, imu_quantum_mps, 56U);
AT(fsw_config_t, pad_position_m, 64U);
AT(fsw_config_t, eci_from_platform, 112U);
AT(fsw_config_t, pitch_end_s, 184U);
AT(fsw_config_t, entry, 192U);
AT(fsw_config_t, node, 3776U);
AT(fsw_config_t, pitch, 14016U);
AT(fsw_entry_t, is_t_zero, 1U);
AT(fsw_entry_t, trigger, 4U);
AT(fsw_entry_t, not_before_ticks, 16U);
AT(fsw_entry_t, actions, 48U);
AT(fsw_node_t, persistence, 4U);
AT(fsw_node_t, ticks, 8U);
AT(fsw_node_t, mask, 32U);
// The reply is made where the output was.
_Static_assert(offsetof(fsw_output_t, packets) >= ROLE_SEQUENCER_HEAD_bytes, "fsw_output_t");

enum
{
    INPUT_FIXED_bytes = 32, // before the analogue channels
    IS_T_ZERO_at      = 192 + 1
};

static const fsw_config_t* config_of(const role_memory_t* const memory)
{
    return (const fsw_config_t*)(const void*)memory->config;
}

/// Whether every bool has one of the two octets that a bool has.
static bool bools_are(const role_memory_t* const memory)
{
    for (size_t i = 0U; i < FSW_ENTRIES_MAX; i++) {
        if (memory->config[IS_T_ZERO_at + (i * sizeof(fsw_entry_t))] > 1U) {
            return false;
        }
    }
    return true;
}

static role_refusal_t start(const role_memory_t* const memory, const role_start_t* const start,
                            const uint16_t reply_bytes, uint32_t* const detail)
{
    role_sequencer_t* const   self   = memory->state;
    const fsw_config_t* const config = config_of(memory);
    if (start->config_bytes != sizeof(fsw_config_t)) {
        *detail = (uint32_t)sizeof(fsw_config_t);
        return ROLE_REFUSES_LENGTH;
    }
    memset(self, 0, sizeof(*self));
    fsw_status_t status = FSW_ERROR_TABLE;
    if (bools_are(memory) && reply_bytes >= sizeof(fsw_output_t)) {
        status = fsw_init(&self->fsw, config);
    }
    if (status != FSW_OK) {
        *detail = (uint32_t)status;
        return ROLE_REFUSES_CONTENTS;
    }
    if (config->tick_us != start->tick_us) {
        *detail = config->tick_us;
        return ROLE_REFUSES_TICK;
    }
    return ROLE_OK;
}

static bool open(const role_memory_t* const memory, const role_grant_t* const grant)
{
    role_sequencer_t* const self = memory->state;
    self->used                   = 0U;
    return grant->input_bytes == INPUT_FIXED_bytes + (4U * (uint32_t)config_of(memory)->analog_count);
}

static bool take(const role_memory_t* const memory, const uint8_t* const octets, const uint16_t size)
{
    role_sequencer_t* const self = memory->state;
    memcpy(&memory->input[self->used], octets, size); // as long as the whole, which open() has looked at
    self->used = (uint16_t)(self->used + size);
    return true;
}

static void close(const role_memory_t* const memory)
{
    (void)memory;
}

static void read_input(fsw_input_t* const input, const uint8_t* const at, const uint16_t analog_count)
{
    memset(input, 0, sizeof(*input));
    for (size_t i = 0U; i < 3U; i++) {
        input->axial_counts[i] = (int32_t)link_get_u32(&at[4U * i]);
        input->imu_counts[i]   = (int32_t)link_get_u32(&at[12U + (4U * i)]);
    }
    input->discretes = link_get_u64(&at[24]);
    for (size_t i = 0U; i < analog_count; i++) {
        input->analog_counts[i] = (int32_t)link_get_u32(&at[INPUT_FIXED_bytes + (4U * i)]);
    }
}

/// The reply, made of the output in its own memory. Returns its length.
static uint16_t write_reply(uint8_t* const reply, const fsw_output_t* const output)
{
    const uint64_t actions = output->actions;
    const uint16_t count   = output->packet_count;
    const uint16_t size    = output->packet_bytes;
    double         axis[3];
    memcpy(axis, output->axis_platform, sizeof(axis));
    memmove(&reply[ROLE_SEQUENCER_HEAD_bytes], output->packets, size);
    uint8_t* const at = link_put_u64(reply, actions);
    memcpy(at, axis, sizeof(axis));
    (void)link_put_u16(&at[sizeof(axis)], count);
    return (uint16_t)(ROLE_SEQUENCER_HEAD_bytes + size);
}

static uint16_t advance(const role_memory_t* const memory, const uint32_t elapsed_us, uint8_t* const reply,
                        const uint16_t reply_bytes, bool* const more)
{
    role_sequencer_t* const self = memory->state;
    (void)reply_bytes;
    *more = false;
    if (elapsed_us == 0U) {
        return 0U;
    }
    fsw_output_t* const output = (fsw_output_t*)(void*)reply;
    fsw_input_t         input;
    read_input(&input, memory->input, config_of(memory)->analog_count);
    fsw_step(&self->fsw, &input, output);
    return write_reply(reply, output);
}

const role_t role_sequencer = {
    .start    = start,
    .open     = open,
    .take     = take,
    .close    = close,
    .advance  = advance,
    .by_clock = false,
};
