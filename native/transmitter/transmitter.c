#include "transmitter.h"

#include <string.h>

#include "ccsds.h"
#include "ccsds_crc.h"
#include "transmitter_dictionary.h"
#include "transmitter_frame.h"

#define MILLION UINT64_C(1000000)

static void count_u32(uint32_t* const counter, const uint32_t more)
{
    *counter = (UINT32_MAX - *counter < more) ? UINT32_MAX : (*counter + more);
}

static void count_u16(uint16_t* const counter)
{
    *counter = (*counter == UINT16_MAX) ? UINT16_MAX : (uint16_t)(*counter + 1U);
}

/// Bits of a frame with its marker, times a million: what it takes off the credit.
static uint64_t cost(const transmitter_t* const self)
{
    return ((uint64_t)self->config->frame_bytes + CCSDS_MARKER_bytes) * 8U * MILLION;
}

// ------------------------------------------------------------------------------------------------ life

static void enter(transmitter_t* const self, const transmitter_state_t state)
{
    self->state    = (uint8_t)state;
    self->state_us = 0U;
}

/// What memory does that loses its power: everything but the counters starts again.
static void forget(transmitter_t* const self)
{
    for (uint32_t i = 0U; i < TRANSMITTER_CHANNELS; i++) {
        transmitter_queue_t* const queue = &self->queue[i];
        count_u32(&self->count.packets_lost[i], queue->packets);
        transmitter_queue_clear(queue);
        queue->number = 0U;
    }
    self->waiting      = 0U;
    self->master_count = 0U;
    self->status_count = 0U;
    self->idle_number  = 0U;
    self->heartbeat_us = 0U;
    self->silent_us    = 0U;
    self->uptime_us    = 0U;
    self->credit       = 0U;
#if TRANSMITTER_SLEEPS
    self->slept_us = 0U;
    self->quiet_us = 0U;
#endif
}

static void go_off(transmitter_t* const self)
{
    forget(self);
    enter(self, TRANSMITTER_OFF);
}

static void restart(transmitter_t* const self, const transmitter_reset_t why)
{
    forget(self);
    count_u16(&self->count.resets);
    self->last_reset = (uint8_t)why;
    enter(self, TRANSMITTER_RESET);
}

static bool is_gone(const transmitter_t* const self)
{
    return self->supply_mv < self->config->gone_mv;
}

static bool is_enough(const transmitter_t* const self)
{
    return self->supply_mv >= self->config->on_mv;
}

static bool is_in(const transmitter_t* const self, const transmitter_state_t state)
{
    return self->state == (uint8_t)state;
}

/// What an unsteady supply does to one that sends.
static void live_on(transmitter_t* const self)
{
    if (is_gone(self)) {
        enter(self, TRANSMITTER_DYING);
        self->heartbeat_us = self->config->heartbeat_us; // the last thing that it tells
    } else if (self->supply_mv < self->config->brown_out_mv) {
        count_u16(&self->count.brown_outs);
        enter(self, TRANSMITTER_BROWN_OUT);
    }
}

static void live(transmitter_t* const self)
{
    const transmitter_config_t* const config = self->config;
    if (is_in(self, TRANSMITTER_ON)) {
        live_on(self);
    } else if (is_in(self, TRANSMITTER_DYING)) {
        if (is_enough(self)) {
            restart(self, TRANSMITTER_RESET_SUPPLY);
        }
    } else if (is_in(self, TRANSMITTER_OFF)) {
        if (is_enough(self)) {
            enter(self, TRANSMITTER_WARM_UP);
        }
    } else if (is_gone(self)) {
        go_off(self);
    } else if (is_in(self, TRANSMITTER_WARM_UP)) {
        if (self->state_us >= config->warm_up_us) {
            enter(self, TRANSMITTER_ON);
            self->heartbeat_us = config->heartbeat_us; // the first thing that it tells
        }
    } else if (is_in(self, TRANSMITTER_RESET)) {
        if (self->state_us >= config->reset_us) {
            enter(self, TRANSMITTER_WARM_UP);
        }
    } else if (is_enough(self)) { // in a brown-out
        enter(self, TRANSMITTER_ON);
    }
}

// ------------------------------------------------------------------------------------------------ sleep

static size_t data_bytes(const transmitter_t* const self)
{
    return (size_t)self->config->frame_bytes - CCSDS_FRAME_OVERHEAD_bytes;
}

/// Lets time pass for the idle frames and for the rate.
static void pass(transmitter_t* const self, const uint32_t elapsed_us)
{
    if (elapsed_us == 0U) {
        return; // more of the same step: what its time has earned stands
    }
    count_u32(&self->silent_us, elapsed_us);
    // A pause earns one frame, not a burst: no stretch of time carries more than the rate and one frame.
    const uint64_t most = cost(self);
    self->credit        = (self->credit < most) ? self->credit : most;
    self->credit += (uint64_t)self->config->rate_bps * elapsed_us;
}

// Steps in which nothing can happen only add up their time; the next that is looked at catches up with them. What leaves is
// the same. A small processor, which has no flash to spare for it, looks at each.

#if TRANSMITTER_SLEEPS

static uint32_t least(const uint32_t a, const uint32_t b)
{
    return (a < b) ? a : b;
}

/// How long nothing can happen from now on but by what comes from outside, when nothing waits that could leave now: until
/// octets have waited long enough, a status packet or an idle frame is due. At most a second.
static uint32_t quiet(const transmitter_t* const self)
{
    const transmitter_config_t* const config   = self->config;
    uint32_t                          least_us = MILLION;
    if (config->heartbeat_us != 0U) {
        least_us = least(least_us, config->heartbeat_us - self->heartbeat_us);
    }
    if (config->idle_us != 0U) {
        least_us = least(least_us, config->idle_us - self->silent_us);
    }
    for (unsigned int waiting = self->waiting; waiting != 0U; waiting &= waiting - 1U) {
        const uint32_t channel   = (uint32_t)__builtin_ctz(waiting);
        const uint32_t waited_us = (uint32_t)self->uptime_us - self->queue[channel].since_us;
        least_us                 = least(least_us, config->channel[channel].flush_us - waited_us);
    }
    return least_us;
}

/// What has come cuts the quiet short: a frame is full, or an octet waits from now on.
static void stir(transmitter_t* const self, const uint32_t channel)
{
    const bool full = self->queue[channel].used >= data_bytes(self);
    self->quiet_us  = full ? 0U : least(self->quiet_us, self->slept_us + self->config->channel[channel].flush_us);
}

/// What steps in which nothing happened would have counted.
static void catch_up(transmitter_t* const self)
{
    const uint32_t slept_us = self->slept_us;
    count_u32(&self->state_us, slept_us);
    self->uptime_us += slept_us;
    self->heartbeat_us += slept_us;
    pass(self, slept_us);
    self->slept_us = 0U;
}

/// Called when nothing waits that could leave now. One whose supply does not hold does not sleep: its state will change.
static void fall_asleep(transmitter_t* const self)
{
    const bool steady = is_in(self, TRANSMITTER_ON) && self->supply_mv >= self->config->brown_out_mv;
    self->quiet_us    = steady ? quiet(self) : 0U;
}

static void wake_up(transmitter_t* const self)
{
    self->quiet_us = 0U;
}

static bool sleeps_on(transmitter_t* const self, const uint32_t elapsed_us)
{
    const uint32_t slept_us = self->slept_us + elapsed_us;
    if (slept_us >= self->quiet_us) {
        return false;
    }
    self->slept_us = slept_us;
    return true;
}

static uint32_t now_us(const transmitter_t* const self)
{
    return (uint32_t)self->uptime_us + self->slept_us;
}

#else

#define stir(self, channel)         ((void)0)
#define catch_up(self)              ((void)0)
#define fall_asleep(self)           ((void)0)
#define wake_up(self)               ((void)0)
#define sleeps_on(self, elapsed_us) (false)
#define now_us(self)                ((uint32_t)(self)->uptime_us)

#endif

// ------------------------------------------------------------------------------------------------ in

static bool takes(const transmitter_t* const self)
{
    return is_in(self, TRANSMITTER_ON) || is_in(self, TRANSMITTER_BROWN_OUT) || is_in(self, TRANSMITTER_DYING);
}

/// The channel of an APID, or TRANSMITTER_CHANNELS when it has no route.
static uint32_t route_of(const transmitter_t* const self, const uint16_t apid)
{
    for (uint32_t i = 0U; i < self->config->route_count; i++) {
        if (self->config->route[i].apid == apid) {
            return self->config->route[i].channel;
        }
    }
    return TRANSMITTER_CHANNELS;
}

/// Appends a whole packet at `uptime_us`; false, and nothing is changed, when it finds no room.
static bool push(transmitter_queue_t* const queue, const transmitter_channel_config_t* const config,
                 const uint32_t uptime_us, const uint8_t* const packet, const size_t size)
{
    if (size > (size_t)config->queue_bytes - queue->used) {
        return false;
    }
    if (queue->used == 0U) {
        queue->since_us = uptime_us;
    }
    transmitter_queue_append(queue, config, packet, size);
    queue->packets++;
    return true;
}

static bool offer(transmitter_t* const self, const uint32_t channel, const uint8_t* const packet, const size_t size)
{
    if (!takes(self) || !push(&self->queue[channel], &self->config->channel[channel], now_us(self), packet, size)) {
        count_u32(&self->count.packets_dropped[channel], 1U);
        return false;
    }
    self->waiting |= (uint8_t)(1U << channel);
    stir(self, channel);
    return true;
}

uint32_t transmitter_accept(transmitter_t* const self, const uint8_t* const packets, const size_t size)
{
    uint32_t taken = 0U;
    size_t   at    = 0U;
    while (at < size) {
        const size_t left = size - at;
        const size_t next = (left < CCSDS_PACKET_HEADER_bytes) ? SIZE_MAX : ccsds_packet_bytes(&packets[at]);
        if (next > left) {
            count_u32(&self->count.packets_malformed, 1U);
            break;
        }
        const uint32_t channel = route_of(self, ccsds_packet_apid(&packets[at]));
        if (channel == TRANSMITTER_CHANNELS) {
            count_u32(&self->count.packets_malformed, 1U);
        } else if (offer(self, channel, &packets[at], next)) {
            taken++;
        }
        at += next;
    }
    count_u32(&self->count.packets_accepted, taken);
    return taken;
}

/// Puts a status packet in line when one is due and there is room: until then it waits, as what it tells is of now. A dying
/// transmitter has the first channel left.
static void beat(transmitter_t* const self, const uint32_t elapsed_us)
{
    const transmitter_config_t* const config = self->config;
    if (config->heartbeat_us == 0U || elapsed_us == 0U) {
        return; // never, or more of the same step
    }
    self->heartbeat_us += elapsed_us;
    if (self->heartbeat_us < config->heartbeat_us) {
        return;
    }
    const uint32_t channel = (self->state == (uint8_t)TRANSMITTER_DYING) ? 0U : config->status_channel;
    const size_t   room    = (size_t)config->channel[channel].queue_bytes - self->queue[channel].used;
    if (TRANSMITTER_PACKET_TRANSMITTER_bytes > room) {
        self->heartbeat_us = config->heartbeat_us;
        return;
    }
    self->heartbeat_us %= config->heartbeat_us;
    transmitter_packet_transmitter_t packet = {
        .state             = self->state,
        .last_reset        = self->last_reset,
        .supply_mv         = self->supply_mv,
        .packets_accepted  = self->count.packets_accepted,
        .packets_malformed = self->count.packets_malformed,
        .resets            = self->count.resets,
        .brown_outs        = self->count.brown_outs,
    };
    for (uint32_t i = 0U; i < TRANSMITTER_CHANNELS; i++) {
        packet.frames_sent[i]     = self->count.frames_sent[i];
        packet.packets_dropped[i] = self->count.packets_dropped[i];
        packet.queued_bytes[i]    = self->queue[i].used;
    }
    packet.frames_sent[TRANSMITTER_CHANNELS] = self->count.frames_sent[TRANSMITTER_CHANNELS];

    uint8_t      octets[TRANSMITTER_PACKET_TRANSMITTER_bytes];
    const size_t size    = transmitter_pack_transmitter(&packet, self->status_count, (int64_t)self->uptime_us, octets);
    const size_t covered = size - TRANSMITTER_PACKET_CRC_bytes;
    ccsds_put_u16(&octets[covered], ccsds_crc16(octets, covered));
    (void)offer(self, channel, octets, size);
    self->status_count = (uint16_t)((self->status_count + 1U) & CCSDS_SEQUENCE_mask);
}

// ------------------------------------------------------------------------------------------------ out

static bool is_damaging(const transmitter_t* const self)
{
    return self->state == (uint8_t)TRANSMITTER_DYING && self->state_us > self->config->hold_up_us;
}

/// Whether a channel in which something waits has a frame that should leave now.
static bool is_ready(const transmitter_t* const self, const uint32_t channel)
{
    const transmitter_queue_t* const queue = &self->queue[channel];
    if (self->state == (uint8_t)TRANSMITTER_DYING) {
        return channel == 0U || is_damaging(self);
    }
    return queue->used >= data_bytes(self) ||
           (uint32_t)self->uptime_us - queue->since_us >= self->config->channel[channel].flush_us;
}

/// The channel whose turn it is: TRANSMITTER_CHANNELS for an idle frame, one more for none.
static uint32_t whose_turn(const transmitter_t* const self)
{
    for (unsigned int waiting = self->waiting; waiting != 0U; waiting &= waiting - 1U) {
        const uint32_t channel = (uint32_t)__builtin_ctz(waiting); // the lowest
        if (is_ready(self, channel)) {
            return channel;
        }
    }
    const bool idle = self->config->idle_us != 0U && self->silent_us >= self->config->idle_us;
    return TRANSMITTER_CHANNELS + (idle ? 0U : 1U);
}

/// Writes the frame of a channel, with its marker, and counts it.
static void send(transmitter_t* const self, const uint32_t channel, uint8_t* const out)
{
    const transmitter_config_t* const config = self->config;
    transmitter_frame_t               frame  = {
        .spacecraft_id = config->spacecraft_id,
        .frame_bytes   = config->frame_bytes,
        .master_count  = self->master_count,
    };
    if (channel == TRANSMITTER_CHANNELS) {
        frame.number = self->idle_number++;
        transmitter_frame_idle(&frame, out);
    } else {
        transmitter_queue_t* const queue = &self->queue[channel];
        frame.channel                    = (uint8_t)channel;
        frame.number                     = queue->number++;
        transmitter_frame_data(&frame, queue, &config->channel[channel], out);
        queue->since_us = (uint32_t)self->uptime_us;
        self->waiting &= (uint8_t)~((queue->used == 0U) ? (1U << channel) : 0U);
    }
    self->master_count++;
    self->silent_us = 0U;
    count_u32(&self->count.frames_sent[channel], 1U);
}

/// The rest of a frame that a transmitter had begun when it died. Returns its octets.
static size_t cut(transmitter_t* const self, uint8_t* const out, const size_t capacity)
{
    const size_t   whole   = (size_t)self->config->frame_bytes + CCSDS_MARKER_bytes;
    const size_t   begun   = (size_t)(self->credit / (8U * MILLION));
    const uint32_t channel = whose_turn(self);
    if (channel > TRANSMITTER_CHANNELS || capacity < whole) {
        return 0U;
    }
    const uint32_t sent = self->count.frames_sent[channel];
    send(self, channel, out);
    self->count.frames_sent[channel] = sent;
    transmitter_frame_damage(out, whole, self->idle_number + self->master_count);
    return (begun < whole) ? begun : whole;
}

static size_t transmit(transmitter_t* const self, uint8_t* const out, const size_t capacity)
{
    const size_t whole = (size_t)self->config->frame_bytes + CCSDS_MARKER_bytes;
    size_t       used  = 0U;
    for (;;) {
        const uint32_t channel = whose_turn(self);
        if (channel > TRANSMITTER_CHANNELS) {
            fall_asleep(self);
            break;
        }
        if (self->credit < cost(self) || capacity - used < whole) {
            break;
        }
        send(self, channel, &out[used]);
        if (is_damaging(self)) {
            transmitter_frame_damage(&out[used], whole, self->idle_number + self->master_count);
        }
        self->credit -= cost(self);
        used += whole;
    }
    return used;
}

/// A step that is looked at.
__attribute__((noinline)) static size_t live_through(transmitter_t* const self, const uint32_t elapsed_us,
                                                     uint8_t* const out, const size_t capacity)
{
    catch_up(self);
    wake_up(self);
    count_u32(&self->state_us, elapsed_us);
    live(self);
    if (self->state == (uint8_t)TRANSMITTER_OFF) {
        return 0U;
    }
    self->uptime_us += elapsed_us;
    const bool on = self->state == (uint8_t)TRANSMITTER_ON;
    if (!on && self->state != (uint8_t)TRANSMITTER_DYING) {
        return 0U;
    }
    if (!on && self->state_us > (uint64_t)self->config->hold_up_us + self->config->damage_us) {
        const size_t used = cut(self, out, capacity);
        go_off(self);
        return used;
    }
    if (capacity != 0U) { // else it is being made ready, and tells of itself in the next step
        beat(self, elapsed_us);
    }
    pass(self, elapsed_us);
    return transmit(self, out, capacity);
}

size_t transmitter_step(transmitter_t* const self, const uint32_t elapsed_us, uint8_t* const out, const size_t capacity)
{
    return sleeps_on(self, elapsed_us) ? 0U : live_through(self, elapsed_us, out, capacity);
}

// ------------------------------------------------------------------------------------------------ start

static transmitter_status_t check(const transmitter_config_t* const config, const size_t storage_bytes)
{
    if (config->spacecraft_id > CCSDS_SPACECRAFT_mask || config->frame_bytes < TRANSMITTER_FRAME_MIN_bytes ||
        config->frame_bytes > TRANSMITTER_FRAME_MAX_bytes || config->rate_bps == 0U ||
        config->rate_bps > TRANSMITTER_RATE_MAX_bps) {
        return TRANSMITTER_ERROR_FRAME;
    }
    if (config->gone_mv == 0U || config->brown_out_mv < config->gone_mv || config->on_mv < config->brown_out_mv) {
        return TRANSMITTER_ERROR_SUPPLY;
    }
    if (config->route_count > TRANSMITTER_ROUTES_MAX || config->status_channel >= TRANSMITTER_CHANNELS) {
        return TRANSMITTER_ERROR_ROUTE;
    }
    for (uint32_t i = 0U; i < config->route_count; i++) {
        if (config->route[i].channel >= TRANSMITTER_CHANNELS) {
            return TRANSMITTER_ERROR_ROUTE;
        }
    }
    size_t needed = 0U;
    for (uint32_t i = 0U; i < TRANSMITTER_CHANNELS; i++) {
        if (config->channel[i].queue_bytes < config->frame_bytes) {
            return TRANSMITTER_ERROR_STORAGE;
        }
        needed += config->channel[i].queue_bytes;
    }
    return (needed > storage_bytes) ? TRANSMITTER_ERROR_STORAGE : TRANSMITTER_OK;
}

transmitter_status_t transmitter_init(transmitter_t* const self, const transmitter_config_t* const config,
                                      uint8_t* const storage, const size_t storage_bytes)
{
    const transmitter_status_t status = check(config, storage_bytes);
    if (status != TRANSMITTER_OK) {
        return status;
    }
    memset(self, 0, sizeof(*self));
    self->config = config;
    size_t at    = 0U;
    for (uint32_t i = 0U; i < TRANSMITTER_CHANNELS; i++) {
        self->queue[i].octets = &storage[at];
        at += config->channel[i].queue_bytes;
    }
    return TRANSMITTER_OK;
}

void transmitter_set_supply(transmitter_t* const self, const uint16_t supply_mv)
{
    if (self->supply_mv != supply_mv) {
        self->supply_mv = supply_mv;
        wake_up(self);
    }
}

void transmitter_reset(transmitter_t* const self)
{
    if (self->state != (uint8_t)TRANSMITTER_OFF) {
        restart(self, TRANSMITTER_RESET_WATCHDOG);
    }
}
