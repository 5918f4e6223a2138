#include "fsw_telemetry.h"

#include "ccsds_crc.h"
#include "fsw_dictionary.h"
#include "fsw_number.h"

#define PERIOD_millionths 1000000U

enum
{
    STREAM_EVENT,
    STREAM_STATE,
    STREAM_HOUSEKEEPING,
    STREAM_DISCRETES
};

enum
{
    PACE_STATE,
    PACE_HOUSEKEEPING,
    PACE_DISCRETES
};

#define NO_ENTRY        0xFFU
#define AXIAL_CHANNELS  3U
#define EVENTS_per_tick (FSW_ENTRIES_MAX + 1U + AXIAL_CHANNELS) // entries, the start, an accelerometer each

_Static_assert((EVENTS_per_tick * FSW_PACKET_EVENT_bytes) + FSW_PACKET_DISCRETES_bytes + FSW_PACKET_STATE_bytes +
                       FSW_PACKET_HOUSEKEEPING_bytes <=
                   FSW_OUTBOX_bytes,
               "an outbox holds all that a tick can produce");

/// Where the next packet goes, or NULL if it does not fit.
static uint8_t* room(fsw_t* const self, fsw_output_t* const output, const size_t size)
{
    if ((size_t)FSW_OUTBOX_bytes - output->packet_bytes < size) {
        fsw_count_u32(&self->err.outbox_full);
        return NULL;
    }
    return &output->packets[output->packet_bytes];
}

static void finish(fsw_t* const self, fsw_output_t* const output, const uint32_t stream, const size_t size)
{
    uint8_t* const packet  = &output->packets[output->packet_bytes];
    const size_t   covered = size - FSW_PACKET_CRC_bytes;
    ccsds_put_u16(&packet[covered], ccsds_crc16(packet, covered));
    output->packet_bytes         = (uint16_t)(output->packet_bytes + size);
    output->packet_count         = (uint16_t)(output->packet_count + 1U);
    self->sequence_count[stream] = (uint16_t)((self->sequence_count[stream] + 1U) & 0x3FFFU);
}

static int32_t position_counts(const fsw_t* const self, const uint32_t axis)
{
    return fsw_saturate_i32(fsw_round_i64(self->estimated_position_eci_m[axis] * 1.0e2, 0));
}

static int32_t velocity_counts(const fsw_t* const self, const uint32_t axis)
{
    return fsw_saturate_i32(fsw_round_i64(self->estimated_velocity_eci_mps[axis] * 1.0e4, 0));
}

static int64_t met_ticks(const fsw_t* const self)
{
    const int64_t origin = (self->t_zero_ticks == FSW_TICK_NEVER) ? 0 : self->t_zero_ticks;
    return self->clock_ticks - origin;
}

static int64_t met_us(const fsw_t* const self)
{
    return met_ticks(self) * (int64_t)self->config->tick_us;
}

/// What happened, as EVENT and HOUSEKEEPING tell it.
typedef struct
{
    uint8_t kind;
    uint8_t entry;
    uint8_t trigger;
    uint8_t role;
    int32_t argument;
} happening_t;

static uint8_t kind_of(const uint8_t role)
{
    static const uint8_t kind[] = {
        [FSW_ROLE_SEQUENCE] = FSW_EVENT_SEQUENCE_STEP,
        [FSW_ROLE_AVD]      = FSW_EVENT_EMERGENCY_SHUTDOWN,
        [FSW_ROLE_ABORT]    = FSW_EVENT_ABORT_STEP,
        [FSW_ROLE_MONITOR]  = FSW_EVENT_MONITOR_TRIPPED,
    };
    return kind[role]; // fsw_table_check() lets no other role fly
}

/// Latches an event for HOUSEKEEPING and returns its number.
static uint16_t latch(fsw_t* const self, const happening_t* const what)
{
    const uint16_t number      = self->event_count;
    const uint32_t slot        = (uint32_t)number % FSW_RECENT_EVENTS;
    self->recent.kind[slot]    = what->kind;
    self->recent.entry[slot]   = what->entry;
    self->recent.trigger[slot] = what->trigger;
    self->recent.role[slot]    = what->role;
    self->recent.ticks[slot]   = fsw_saturate_i32(met_ticks(self));
    self->event_count          = (uint16_t)((number + 1U) & 0xFFFFU);
    return number;
}

static void tell(fsw_t* const self, fsw_output_t* const output, const happening_t* const what)
{
    const uint16_t number = latch(self, what);
    uint8_t* const out    = room(self, output, FSW_PACKET_EVENT_bytes);
    if (out == NULL) {
        return;
    }
    const fsw_packet_event_t packet = {
        .number            = number,
        .kind              = what->kind,
        .entry             = what->entry,
        .trigger           = what->trigger,
        .role              = what->role,
        .argument          = what->argument,
        .position_x        = position_counts(self, 0U),
        .position_y        = position_counts(self, 1U),
        .position_z        = position_counts(self, 2U),
        .velocity_x        = velocity_counts(self, 0U),
        .velocity_y        = velocity_counts(self, 1U),
        .velocity_z        = velocity_counts(self, 2U),
        .apparent_velocity = fsw_saturate_i32(self->apparent_velocity_um_per_s / 1000),
    };
    finish(self, output, STREAM_EVENT, fsw_pack_event(&packet, self->sequence_count[STREAM_EVENT], met_us(self), out));
}

static void tell_events(fsw_t* const self, const uint64_t fired, fsw_output_t* const output)
{
    if (!self->started) {
        const happening_t start = {
            .kind = FSW_EVENT_COMPUTER_STARTED, .entry = NO_ENTRY, .argument = (int32_t)self->config->tick_us};
        self->started = true;
        tell(self, output, &start);
    }
    for (uint64_t rest = fired; rest != 0U; rest &= rest - 1U) {
        const uint32_t    entry = fsw_lowest_bit(rest);
        const uint8_t     role  = self->config->entry[entry].role;
        const happening_t step  = {
            .kind = kind_of(role), .entry = (uint8_t)entry, .trigger = self->event_by[entry], .role = role};
        tell(self, output, &step);
    }
    for (uint64_t rest = self->outvoted & (uint8_t)~self->outvoted_told; rest != 0U; rest &= rest - 1U) {
        const happening_t away = {
            .kind = FSW_EVENT_ACCELEROMETER_OUTVOTED, .entry = NO_ENTRY, .argument = (int32_t)fsw_lowest_bit(rest) + 1};
        tell(self, output, &away);
    }
    self->outvoted_told = self->outvoted;
}

static void send_discretes(fsw_t* const self, const fsw_input_t* const input, fsw_output_t* const output)
{
    uint8_t* const out = room(self, output, FSW_PACKET_DISCRETES_bytes);
    if (out == NULL) {
        return;
    }
    const fsw_packet_discretes_t packet = {
        .discretes = input->discretes,
        .commands  = self->commands_untold,
        .latched   = self->latched,
    };
    self->discretes_told  = input->discretes;
    self->commands_untold = 0U;
    const uint16_t count  = self->sequence_count[STREAM_DISCRETES];
    finish(self, output, STREAM_DISCRETES, fsw_pack_discretes(&packet, count, met_us(self), out));
}

static void send_state(fsw_t* const self, const fsw_input_t* const input, fsw_output_t* const output)
{
    uint8_t* const out = room(self, output, FSW_PACKET_STATE_bytes);
    if (out == NULL) {
        return;
    }
    fsw_packet_state_t packet = {
        .position_x        = position_counts(self, 0U),
        .position_y        = position_counts(self, 1U),
        .position_z        = position_counts(self, 2U),
        .velocity_x        = velocity_counts(self, 0U),
        .velocity_y        = velocity_counts(self, 1U),
        .velocity_z        = velocity_counts(self, 2U),
        .apparent_velocity = fsw_saturate_i32(self->apparent_velocity_um_per_s / 1000),
        .axial_accel       = fsw_saturate_i32(self->axial_accel_mmps2),
        .pitch             = fsw_saturate_i32(fsw_round_i64(self->pitch_rad * 1.0e6, 0)),
        .last_event        = self->last_event,
        .discretes         = input->discretes,
    };
    for (uint32_t i = 0; i < FSW_ANALOGS_MAX; i++) {
        packet.analog[i] = input->analog_counts[i];
    }
    finish(self, output, STREAM_STATE, fsw_pack_state(&packet, self->sequence_count[STREAM_STATE], met_us(self), out));
}

static void send_housekeeping(fsw_t* const self, fsw_output_t* const output)
{
    uint8_t* const out = room(self, output, FSW_PACKET_HOUSEKEEPING_bytes);
    if (out == NULL) {
        return;
    }
    fsw_packet_housekeeping_t packet = {
        .dictionary_major            = FSW_DICTIONARY_MAJOR,
        .dictionary_minor            = FSW_DICTIONARY_MINOR,
        .dictionary_hash             = FSW_DICTIONARY_HASH,
        .sequence_hash               = self->config->sequence_hash,
        .tick_us                     = self->config->tick_us,
        .latched                     = self->latched,
        .accelerometer_disagreements = self->err.accelerometer_disagreements,
        .outbox_full                 = self->err.outbox_full,
        .event_count                 = self->event_count,
    };
    for (uint32_t i = 0; i < FSW_RECENT_EVENTS; i++) {
        packet.recent_kind[i]    = self->recent.kind[i];
        packet.recent_entry[i]   = self->recent.entry[i];
        packet.recent_trigger[i] = self->recent.trigger[i];
        packet.recent_role[i]    = self->recent.role[i];
        packet.recent_ticks[i]   = self->recent.ticks[i];
    }
    const uint16_t count = self->sequence_count[STREAM_HOUSEKEEPING];
    finish(self, output, STREAM_HOUSEKEEPING, fsw_pack_housekeeping(&packet, count, met_us(self), out));
}

/// Part of a period that a tick is, at most all of it; none: nothing is ever due.
static uint32_t share_of_period(const fsw_t* const self, const uint32_t rate_hz)
{
    const uint64_t share = (uint64_t)rate_hz * self->config->tick_us;
    return (share > PERIOD_millionths) ? PERIOD_millionths : (uint32_t)share;
}

static void start_pace(fsw_t* const self, const uint32_t pace, const uint32_t rate_hz)
{
    const uint32_t share     = share_of_period(self, rate_hz);
    self->pace[pace].share   = share;
    self->pace[pace].elapsed = (share == 0U) ? 0U : (PERIOD_millionths - share);
}

static bool is_due(fsw_t* const self, const uint32_t pace)
{
    const uint32_t elapsed   = self->pace[pace].elapsed + self->pace[pace].share;
    const bool     due       = elapsed >= PERIOD_millionths;
    self->pace[pace].elapsed = elapsed - (due ? PERIOD_millionths : 0U);
    return due;
}

void fsw_telemetry_start(fsw_t* const self)
{
    for (uint32_t i = 0; i < FSW_PACKET_KINDS; i++) {
        self->sequence_count[i] = 0U;
    }
    start_pace(self, PACE_STATE, self->config->state_rate_hz);
    start_pace(self, PACE_HOUSEKEEPING, self->config->housekeeping_rate_hz);
    start_pace(self, PACE_DISCRETES, self->config->discretes_rate_hz);
    self->started         = false;
    self->outvoted_told   = 0U;
    self->discretes_told  = 0U;
    self->commands_untold = 0U;
    self->event_count     = 0U;
    for (uint32_t i = 0; i < FSW_RECENT_EVENTS; i++) {
        self->recent.kind[i]    = 0U;
        self->recent.entry[i]   = 0U;
        self->recent.trigger[i] = 0U;
        self->recent.role[i]    = 0U;
        self->recent.ticks[i]   = 0;
    }
    self->err.outbox_full = 0U;
}

void fsw_telemetry_step(fsw_t* const self, const fsw_input_t* const input, const uint64_t fired,
                        fsw_output_t* const output)
{
    tell_events(self, fired, output);
    self->commands_untold |= output->actions;
    const bool changed = input->discretes != self->discretes_told || self->commands_untold != 0U;
    const bool due     = is_due(self, PACE_DISCRETES);
    if (self->config->discretes_rate_hz != 0U && (due || changed)) {
        send_discretes(self, input, output);
    }
    if (is_due(self, PACE_STATE)) {
        send_state(self, input, output);
    }
    if (is_due(self, PACE_HOUSEKEEPING)) {
        send_housekeeping(self, output);
    }
}
