/// The telemetry transmitter: space packets in, CCSDS TM transfer frames (132.0-B) out.
///
/// One application, the same in the loop and on a board. It knows its supply, its input and its clock, and nothing of the
/// mission. Packets wait in one queue a virtual channel; a step sends as many whole frames as the rate allows, the first
/// channel first. A frame leaves when it is full, or when its oldest octet has waited for `flush_us`: the rest is then
/// filled with an idle packet. Every frame follows the marker 1A CF FC 1D, has a secondary header with the upper 24 bits
/// of its channel's frame number, and ends with a CRC-16. Freestanding C11; its memory is the caller's.

#ifndef TRANSMITTER_H_INCLUDED
#define TRANSMITTER_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Whether steps in which nothing can happen are passed over: not where an address has 16 bits. What leaves is the same.
#ifndef TRANSMITTER_SLEEPS
#define TRANSMITTER_SLEEPS (UINTPTR_MAX > 0xFFFFU)
#endif

enum
{
    TRANSMITTER_CHANNELS        = 4,    ///< Virtual channels 0 to 3, the first with the highest priority.
    TRANSMITTER_ROUTES_MAX      = 8,    ///< APIDs that it carries.
    TRANSMITTER_FRAME_MIN_bytes = 64,   ///< Room for the status packet of its own with some to spare.
    TRANSMITTER_FRAME_MAX_bytes = 2048, ///< CCSDS 132.0-B, 4.1.1: what a first header pointer can point to.
    TRANSMITTER_RATE_MAX_bps    = 100000000
};

/// off -> warm-up -> on <-> brown-out. When the supply goes, `on` is followed by dying and off; warm-up and brown-out, which
/// hold no charge, by off at once. A reset, or a supply that comes back while it is dying, is followed by warm-up: queues
/// are empty then and frames are counted from zero.
typedef enum
{
    TRANSMITTER_OFF,
    TRANSMITTER_WARM_UP, ///< Powered; sends nothing, takes nothing.
    TRANSMITTER_ON,
    TRANSMITTER_BROWN_OUT, ///< Too little supply to send; takes packets as long as its queues have room.
    TRANSMITTER_RESET,
    TRANSMITTER_DYING ///< On the charge that is left: the first channel alone, at once; then damaged frames.
} transmitter_state_t;

typedef enum
{
    TRANSMITTER_RESET_NONE,
    TRANSMITTER_RESET_SUPPLY,  ///< The supply went and came back.
    TRANSMITTER_RESET_WATCHDOG ///< transmitter_reset().
} transmitter_reset_t;

typedef struct
{
    uint16_t queue_bytes; ///< At least a frame; its memory is in `storage`.
    uint32_t flush_us;    ///< Longest wait of an octet for company; 0: leaves in the step after it came.
} transmitter_channel_config_t;

typedef struct
{
    uint16_t apid;
    uint8_t  channel;
} transmitter_route_t;

typedef struct
{
    uint16_t spacecraft_id; ///< 10 bits.
    uint16_t frame_bytes;   ///< Without its marker, [TRANSMITTER_FRAME_MIN_bytes, TRANSMITTER_FRAME_MAX_bytes].
    uint32_t rate_bps;      ///< Cap on everything that leaves, markers included, [1, TRANSMITTER_RATE_MAX_bps].
    uint32_t warm_up_us;
    uint32_t reset_us;     ///< How long a reset takes, before warm-up.
    uint32_t hold_up_us;   ///< How long it can still send after the supply has gone ...
    uint32_t damage_us;    ///< ... and how long after that what leaves is damaged.
    uint32_t heartbeat_us; ///< Period of its own status packet; 0: none.
    uint32_t idle_us;      ///< Silence after which an idle frame is sent; 0: never.
    uint16_t on_mv;        ///< Supply from which it starts and sends.
    uint16_t brown_out_mv; ///< Below: brown-out. At most `on_mv`.
    uint16_t gone_mv;      ///< Below: the supply has gone. At most `brown_out_mv`.
    uint8_t  status_channel;
    uint8_t  route_count;
    transmitter_route_t          route[TRANSMITTER_ROUTES_MAX];
    transmitter_channel_config_t channel[TRANSMITTER_CHANNELS];
} transmitter_config_t;

/// Counters stop at their largest value and stand until transmitter_init(): a reset does not clear them.
typedef struct
{
    uint32_t frames_sent[TRANSMITTER_CHANNELS + 1]; ///< The last: idle frames. Damaged ones count; a cut one does not.
    uint32_t packets_accepted;
    uint32_t packets_malformed;                     ///< Not a packet, cut short, or of an APID that has no route.
    uint32_t packets_dropped[TRANSMITTER_CHANNELS]; ///< No room, or a state that takes nothing.
    uint32_t packets_lost[TRANSMITTER_CHANNELS];    ///< Accepted, and gone with the queue in a reset or with the power.
    uint16_t resets;
    uint16_t brown_outs;
} transmitter_counters_t;

typedef struct
{
    uint8_t* octets; ///< A ring of `queue_bytes`.
    uint16_t head;
    uint16_t used;
    uint16_t rest;         ///< Octets at the head that belong to a packet which began in an earlier frame ...
    bool     rest_is_idle; ///< ... and whether that is an idle packet.
    uint16_t packets;      ///< Packets, but for idle ones, that have not wholly left.
    uint32_t since_us;     ///< Uptime, modulo 2^32, since which its head has waited for company.
    uint32_t number;       ///< Of the next frame.
} transmitter_queue_t;

typedef struct
{
    const transmitter_config_t* config;
    uint8_t                     state;      ///< transmitter_state_t.
    uint8_t                     last_reset; ///< transmitter_reset_t.
    uint16_t                    supply_mv;
    uint8_t                     master_count;
    uint16_t                    status_count;
    uint32_t                    state_us;     ///< Time in the state.
    uint32_t                    heartbeat_us; ///< Time since the last status packet.
    uint32_t                    silent_us;
    uint32_t                    idle_number;
    uint64_t                    uptime_us; ///< Since it last started.
    uint64_t                    credit;    ///< Bits that may leave, times a million.
    uint8_t                     waiting;   ///< Bit i: something waits in queue i.
    transmitter_queue_t         queue[TRANSMITTER_CHANNELS];
    transmitter_counters_t      count;
#if TRANSMITTER_SLEEPS
    uint32_t slept_us; ///< Time that none of the other times has counted yet.
    uint32_t quiet_us; ///< How long nothing can happen but by what comes from outside; 0: not known.
#endif
} transmitter_t;

typedef enum
{
    TRANSMITTER_OK            = 0,
    TRANSMITTER_ERROR_FRAME   = -1, ///< Spacecraft id, length or rate out of range.
    TRANSMITTER_ERROR_SUPPLY  = -2, ///< Thresholds not in order, or `gone_mv` zero.
    TRANSMITTER_ERROR_ROUTE   = -3, ///< More routes than there is room for, or to a channel that is not there.
    TRANSMITTER_ERROR_STORAGE = -4  ///< A queue shorter than a frame, or `storage` shorter than all of them.
} transmitter_status_t;

/// Makes an unpowered transmitter. `config` and `storage` must outlive it; `storage` is cut into the queues.
transmitter_status_t transmitter_init(transmitter_t* self, const transmitter_config_t* config, uint8_t* storage,
                                      size_t storage_bytes);

/// Tells the supply voltage. It acts in the next step.
void transmitter_set_supply(transmitter_t* self, uint16_t supply_mv);

/// What a watchdog does: queues, clock and frame numbers start again.
void transmitter_reset(transmitter_t* self);

/// Offers whole space packets, one after the other. Returns how many were taken; the others are counted.
uint32_t transmitter_accept(transmitter_t* self, const uint8_t* packets, size_t size);

/// Lets `elapsed_us` (at most a second) pass and returns how many octets leave: whole frames with their markers, or, as the
/// last of a dying transmitter, the beginning of one. A frame that finds no room in `out` waits for the next step; one in
/// which no time passes goes on where this one had to end.
size_t transmitter_step(transmitter_t* self, uint32_t elapsed_us, uint8_t* out, size_t capacity);

#endif
