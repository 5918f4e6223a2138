/// The flight software of a launch vehicle: one table-driven sequencer, its clock, voting, navigation, guidance and
/// telemetry, advanced by one pure function at a fixed rate.
///
/// What flies is decided by `fsw_config_t`, a constant that a host or a board keeps for as long as the computer runs:
/// nothing in this room names a vehicle. Life of a computer: fill a `fsw_config_t`; `fsw_init()` once; `fsw_step()` once
/// a tick, for ever. Freestanding C11: no heap, no libc beyond mem*, no clock, no globals. Time comes in as ticks.
///
/// Two clocks, both in ticks. The *countdown clock* starts at `countdown_ticks`, passes zero at planned T-0 and runs on.
/// *Mission elapsed time* (MET) is the countdown clock until the entry that defines T-0 is latched; that tick is MET 0.
///
/// One tick: what the sensors said is voted; after T-0 it is integrated; every entry whose window is open looks at its
/// triggers; what fires is latched and its commands go out; guidance and telemetry follow. All entries of a tick see the
/// events latched in *earlier* ticks, so that the order of the table does not matter, with one exception on the safe
/// side: entries with role AVD or ABORT go first, and what they latch inhibits the others in the same tick.
///
/// Every decision is made on integers (ticks, scaled counts), so that it is bit for bit the same on every machine;
/// navigation and guidance use binary64 with + - * / sqrt and polynomials of their own.

#ifndef FSW_H_INCLUDED
#define FSW_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum
{
    FSW_ENTRIES_MAX        = 64,  ///< Entries of a sequence; also bits of an event mask.
    FSW_NODES_MAX          = 256, ///< Nodes of all triggers together.
    FSW_ACTIONS_MAX        = 64,  ///< Discrete commands a sequence can issue; bits of `fsw_output_t.actions`.
    FSW_ANALOGS_MAX        = 16,  ///< Analogue channels.
    FSW_PITCH_MAX          = 32,  ///< Segments of a pitch programme.
    FSW_TRIGGERS_PER_ENTRY = 3,   ///< Primary, backup and depletion.
    FSW_RECENT_EVENTS      = 16,  ///< Events that HOUSEKEEPING repeats.
    FSW_OUTBOX_bytes       = 4352 ///< Packets one tick can produce.
};

#define FSW_TICK_NEVER  INT64_MAX              ///< A time that does not come.
#define FSW_TICKS_MAX   INT64_C(1000000000000) ///< Where the clock stops, and the largest time a table may hold.
#define FSW_LEAD_MAX_us INT64_C(60000000)      ///< Longest tail-off allowance.

// ------------------------------------------------------------------------------------------------ the table

/// What one node of a trigger looks at. Nodes of one trigger are contiguous, children before their parent; the last is
/// the trigger's value, so that a single pass evaluates it without recursion. A node belongs to one trigger, and every
/// node but the last is somebody's child. Persistence counts only while the entry's window is open, from zero.
typedef enum
{
    FSW_NODE_AFTER_EVENT, ///< True from `ticks` after event `source` was latched, but not in that same tick.
    FSW_NODE_COUNTDOWN,   ///< True from the moment the countdown clock reaches `ticks` (negative before planned T-0).
    FSW_NODE_QUANTITY,    ///< Quantity `source` compared with `threshold`, held for `persistence` ticks.
    FSW_NODE_DISCRETES,   ///< At least `votes` of the discretes in `mask` are set, held for `persistence` ticks.
    FSW_NODE_ALL,         ///< Every node in `mask` (bit i = i-th node of this trigger) is true.
    FSW_NODE_ANY          ///< At least one node in `mask` is true.
} fsw_node_kind_t;

typedef enum
{
    FSW_AT_LEAST,
    FSW_AT_MOST
} fsw_comparison_t;

/// Quantities a node may look at; analogue channel k is FSW_QUANTITY_ANALOG_0 + k, in that channel's counts. Before T-0
/// the apparent velocity is zero and the estimates are those of the pad.
typedef enum
{
    FSW_QUANTITY_APPARENT_VELOCITY_mmps, ///< Voted integral of axial specific force since T-0, rounded towards zero.
    FSW_QUANTITY_AXIAL_ACCEL_mmps2,      ///< Voted axial specific force over the last tick, rounded towards zero.
    FSW_QUANTITY_ESTIMATED_ALTITUDE_mm,  ///< Navigation's height above the ellipsoid, along the geocentric radius.
    FSW_QUANTITY_ESTIMATED_SPEED_mmps,   ///< Navigation's inertial speed.
    FSW_QUANTITY_ESTIMATED_CLIMB_mmps,   ///< Rate of change of that height, negative when falling.
    FSW_QUANTITY_ANALOG_0
} fsw_quantity_t;

typedef struct
{
    uint8_t  kind;        ///< fsw_node_kind_t.
    uint8_t  comparison;  ///< fsw_comparison_t, QUANTITY only.
    uint8_t  votes;       ///< DISCRETES only, >= 1.
    uint8_t  source;      ///< Event index or quantity.
    uint32_t persistence; ///< Consecutive ticks, >= 1: QUANTITY and DISCRETES.
    int64_t  ticks;       ///< AFTER_EVENT, COUNTDOWN.
    int64_t  threshold;   ///< QUANTITY: mm/s, mm/s2, mm or counts.
    int64_t  lead_us; ///< QUANTITY, apparent velocity only: time of thrust still to come after the command (tail-off
                      ///< impulse over thrust), [0, FSW_LEAD_MAX_us]. The condition looks at W + axial acceleration
                      ///< * lead. Zero: none.
    uint64_t mask;    ///< DISCRETES: bits of `fsw_input_t.discretes`; ALL, ANY: nodes of this trigger.
} fsw_node_t;

/// Why an entry fired. In one tick the first in this order is recorded: the vehicle did what it was meant to.
typedef enum
{
    FSW_BY_PRIMARY,
    FSW_BY_BACKUP,
    FSW_BY_DEPLETION,
    FSW_BY_AVD,    ///< Primary of an entry with role AVD (emergency engine shutdown).
    FSW_BY_ABORT,  ///< Primary of an entry with role ABORT.
    FSW_BY_MONITOR ///< Primary of an entry with role MONITOR: something is out of limits; nothing need be commanded.
} fsw_trigger_t;

typedef enum
{
    FSW_ROLE_SEQUENCE,
    FSW_ROLE_AVD,
    FSW_ROLE_ABORT,
    FSW_ROLE_MONITOR
} fsw_role_t;

typedef struct
{
    uint16_t first_node;
    uint16_t node_count; ///< 0: no such trigger. At most 32.
} fsw_trigger_nodes_t;

/// One entry: an event, when it is due, what stops it, what it commands. An entry fires once and is then latched.
///
/// Its triggers are looked at only while its window is open: all of `requires_events` latched in earlier ticks, none of
/// `inhibited_by` latched, and the clock within the bounds, both inclusive. A window opens once: inhibited or past its
/// `not_after_ticks`, the entry is out for good.
///
/// A bound >= 0 is MET and begins with T-0: until then `not_before_ticks` keeps the window shut and `not_after_ticks` does
/// not shut it. A bound < 0 is countdown clock, before and after T-0. For the entry that defines T-0 both are countdown
/// clock whatever their sign.
typedef struct
{
    uint8_t             role;      ///< fsw_role_t.
    bool                is_t_zero; ///< Latching this entry defines T-0 (lift-off contact). Exactly one entry.
    uint16_t            reserved;
    fsw_trigger_nodes_t trigger[FSW_TRIGGERS_PER_ENTRY];
    int64_t             not_before_ticks; ///< First tick; INT64_MIN: no bound.
    int64_t             not_after_ticks;  ///< Last tick; FSW_TICK_NEVER: no bound.
    uint64_t            requires_events;  ///< All of these events must be latched (in an earlier tick).
    uint64_t            inhibited_by;     ///< None of these may be (in an earlier tick; AVD and ABORT: in this one).
    uint64_t            actions;          ///< Commands issued in the tick in which it fires.
} fsw_entry_t;

/// One cubic of the pitch programme: pitch = c0 + c1 u + c2 u2 + c3 u3, u = t - start_s, rad above the launch horizon in
/// the platform frame, held within +-pi. Before the first segment, and before T-0, c0 of the first holds; after
/// `pitch_end_s` the last value holds.
typedef struct
{
    double start_s;
    double c[4];
} fsw_pitch_segment_t;

typedef struct
{
    uint32_t tick_us;         ///< Length of a tick, [1000, 100000].
    int64_t  countdown_ticks; ///< Countdown clock at the first step: negative ticks before planned T-0.
    uint32_t sequence_hash;   ///< CRC-32 of the sequence file, telemetered.
    uint16_t entry_count;     ///< [1, FSW_ENTRIES_MAX].
    uint16_t node_count;      ///< [0, FSW_NODES_MAX].
    uint16_t analog_count;    ///< [0, FSW_ANALOGS_MAX].
    uint16_t pitch_count;     ///< [1, FSW_PITCH_MAX].
    uint32_t state_rate_hz; ///< Packets of STATE per second, the first in the first step; at most one a tick; 0: none.
    uint32_t housekeeping_rate_hz; ///< Packets of HOUSEKEEPING per second, likewise.
    uint32_t discretes_rate_hz; ///< Packets of DISCRETES per second, likewise; besides, one when a discrete changes or
                                ///< something is commanded.
    int64_t axial_quantum_um_per_s; ///< One count of an integrating accelerometer, um/s, [1, 1000000].

    /// An accelerometer whose increment is further than this from the voted one is counted as a disagreement: a few times
    /// quantum and noise of one tick. Also the most that one can be ahead or behind in the vote (fsw_vote_increment). At
    /// most 1000000.
    uint32_t axial_tolerance_counts;

    double imu_quantum_mps;      ///< One count of the platform accelerometers, (0, 10].
    double pad_position_m[3];    ///< Pad at T-0, Earth-fixed axes frozen at T-0 (`eci`).
    double pad_velocity_mps[3];  ///< Its inertial velocity.
    double eci_from_platform[9]; ///< Row major rotation: platform (x firing azimuth, y up, z right) to `eci`.
    double pitch_end_s;          ///< Not before the last segment starts.

    fsw_entry_t         entry[FSW_ENTRIES_MAX];
    fsw_node_t          node[FSW_NODES_MAX];
    fsw_pitch_segment_t pitch[FSW_PITCH_MAX];
} fsw_config_t;

// ------------------------------------------------------------------------------------------------ in, out, state

/// What the sensors said this tick. Counters run on (they wrap like two's complement int32), so that a lost sample
/// loses nothing.
typedef struct
{
    int32_t  axial_counts[3];                ///< Three integrating accelerometers along the body axis.
    int32_t  imu_counts[3];                  ///< Integrating accelerometers of the stable platform, x y z.
    int32_t  analog_counts[FSW_ANALOGS_MAX]; ///< Pressures, levels: counts of each channel.
    uint64_t discretes;                      ///< Contacts and dry sensors, one bit each.
} fsw_input_t;

typedef struct
{
    uint64_t actions;                   ///< Commands issued this tick: those of the entries that fired in it.
    double   axis_platform[3];          ///< Commanded direction of the body axis, platform frame, unit vector.
    uint16_t packet_bytes;              ///< Bytes used in `packets`.
    uint16_t packet_count;              ///< Packets in `packets`.
    uint8_t  packets[FSW_OUTBOX_bytes]; ///< Whole CCSDS space packets, one after the other: of the dictionary, EVENT
                                        ///< in the order of the table, then DISCRETES, STATE, HOUSEKEEPING.
} fsw_output_t;

/// The whole memory of a computer. Plain, owned by the caller, written by fsw_init() and fsw_step() only.
typedef struct
{
    const fsw_config_t* config;
    int64_t             clock_ticks;  ///< Countdown clock of the step to come; stops at FSW_TICKS_MAX.
    int64_t             t_zero_ticks; ///< Countdown clock at T-0; FSW_TICK_NEVER before.
    uint64_t            latched;      ///< Events that have fired.
    uint64_t            pending;      ///< Entries that can still fire.
    uint64_t            armed;        ///< Those of them whose requirements are met: all that a tick looks at.
    uint64_t            safety;       ///< Entries with role AVD or ABORT.
    int64_t             opens_ticks[FSW_ENTRIES_MAX];  ///< Countdown clock at which the window of each opens ...
    int64_t             closes_ticks[FSW_ENTRIES_MAX]; ///< ... and the last at which it is open.
    int64_t             event_ticks[FSW_ENTRIES_MAX]; ///< Countdown clock when each was latched; FSW_TICK_NEVER before.
    uint8_t             event_by[FSW_ENTRIES_MAX];    ///< fsw_trigger_t.
    uint32_t            node_seen[FSW_NODES_MAX];     ///< Persistence of each node.
    int32_t             axial_last[3];
    int32_t             axial_carry[3]; ///< What each is ahead of the vote, counts.
    int32_t             imu_last[3];
    bool                counters_primed; ///< The first step only notes where the counters stand.
    int64_t             apparent_velocity_um_per_s;
    int64_t             axial_accel_mmps2;
    double              tick_s;
    double              estimated_position_eci_m[3];
    double              estimated_velocity_eci_mps[3];
    int64_t             estimated_altitude_mm;
    int64_t             estimated_speed_mmps;
    int64_t             estimated_climb_mmps;
    uint16_t            pitch_segment;
    double              pitch_rad;
    struct
    {
        uint32_t accelerometer_disagreements; ///< Ticks in which an accelerometer stood away from the voted value.
        uint32_t outbox_full;                 ///< Packets that found no room.
    } err;                                    ///< Counters that stop at their largest value.
    struct
    {
        uint32_t elapsed;       ///< Millionths of the period that have gone ...
        uint32_t share;         ///< ... and that a tick adds.
    } pace[3];                  ///< Of the packets that come at a rate: STATE, HOUSEKEEPING, DISCRETES.
    uint16_t sequence_count[4]; ///< Next packet sequence count, modulo 2^14: EVENT, STATE, HOUSEKEEPING, DISCRETES.
    bool     started;           ///< COMPUTER_STARTED has been told.
    uint8_t  outvoted;          ///< Accelerometers that have stood away from the vote, a bit each ...
    uint8_t  outvoted_told;     ///< ... and those of which it has been told.
    uint64_t discretes_told;    ///< As in the last DISCRETES.
    uint64_t commands_untold;   ///< Issued since.
    uint16_t event_count;       ///< Events told, modulo 2^16.
    struct
    {
        uint8_t kind[FSW_RECENT_EVENTS];
        uint8_t entry[FSW_RECENT_EVENTS];
        uint8_t trigger[FSW_RECENT_EVENTS];
        uint8_t role[FSW_RECENT_EVENTS];
        int32_t ticks[FSW_RECENT_EVENTS];
    } recent;           ///< The last events: event n in slot n modulo FSW_RECENT_EVENTS.
    uint8_t last_event; ///< Index of the last latched entry with role SEQUENCE; 0xFF before.
} fsw_t;

typedef enum
{
    FSW_OK           = 0,
    FSW_ERROR_TICK   = -1, ///< tick_us or countdown_ticks out of range.
    FSW_ERROR_TABLE  = -2, ///< A count, index, mask or order in the table is out of range, or an entry can never fire.
    FSW_ERROR_T_ZERO = -3, ///< Not exactly one entry defines T-0.
    FSW_ERROR_GUIDANCE   = -4, ///< Pitch programme not ascending in time, or not finite.
    FSW_ERROR_NAVIGATION = -5  ///< Quantum or pad out of range, or `eci_from_platform` no rotation.
} fsw_status_t;

/// Starts a computer. `config` must outlive it, unchanged. Returns FSW_OK, or why nothing was started.
fsw_status_t fsw_init(fsw_t* self, const fsw_config_t* config);

/// Flies one tick: measurements in, commands and packets out. Cannot fail: what goes wrong in flight is counted in
/// `err`, and the safe thing is done. `output` is wholly written, but for the octets of `packets` past `packet_bytes`,
/// which are left alone. Constant worst-case time; the usual time goes by the entries that are armed.
void fsw_step(fsw_t* self, const fsw_input_t* input, fsw_output_t* output);

/// Mission elapsed time of the last step in ticks (countdown clock before T-0).
int64_t fsw_met_ticks(const fsw_t* self);

#endif
