/// The fixed-rate executive: the only place where measurement becomes input and command becomes plant input.
///
/// T-0 is the first tick boundary at which the lift-off contacts are open: what a healthy flight computer finds itself.
/// One tick: faults act, sensors sample, the flight software steps, its packets go to the transmitters and over the link
/// to the stations, its commands to the plant, the plant moves on. A whole flight is one call.

#ifndef LOOP_H_INCLUDED
#define LOOP_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "faults.h"
#include "fsw.h"
#include "ground_log.h"
#include "link.h"
#include "plant.h"
#include "sensors.h"
#include "transmitter.h"

enum
{
    LOOP_TRUTH_COLUMNS    = 20, ///< Doubles of a truth row; names in LOOP_TRUTH_NAMES.
    LOOP_TRANSMITTERS_MAX = LINK_EMITTERS_MAX,
    LOOP_QUEUES_bytes     = 16384 ///< For the queues of one transmitter.
};

/// Columns of a truth row, in order, comma separated. Positions and velocities in the plant's eci; `t_s` is the plant
/// clock, of which T-0 is `loop_t.t_zero_s`.
extern const char* const LOOP_TRUTH_NAMES;

/// What one bit of the flight software's commands does to the plant.
typedef struct
{
    uint8_t command; ///< plant_command_t.
    uint8_t part;
    uint8_t value; ///< Throttle stage.
} loop_action_t;

/// A transmitter on the vehicle.
typedef struct
{
    transmitter_config_t config;
    uint16_t             supply_mv;           ///< Of its battery.
    uint8_t              part;                ///< That carries it.
    bool                 takes_packets;       ///< Whether the flight software's packets go to it.
    bool                 wakes_on_separation; ///< Powered once its part has left the stack; else warm from the start.
} loop_transmitter_t;

typedef struct
{
    const plant_config_t*   plant;
    const sensors_config_t* sensors;
    const fsw_config_t*     fsw;
    uint16_t                action_count;
    loop_action_t           action[FSW_ACTIONS_MAX];
    uint16_t                act_count;
    faults_act_t            act[FAULTS_ACTS_MAX];
    uint8_t                 transmitter_count;
    loop_transmitter_t      transmitter[LOOP_TRANSMITTERS_MAX];
    link_config_t           link;       ///< Its emitters are the transmitters, in order.
    plant_vec3_t platform_axes_ecef[3]; ///< x firing azimuth, y up, z right: Earth-fixed until T-0, then inertial.
    double       end_s;                 ///< MET at which the closed loop ends.
    double       hold_limit_s;          ///< Plant clock at which a vehicle that never left its pad is given up.
    uint32_t     truth_rate_hz;         ///< Rows per second; 0: none.
} loop_config_t;

/// Where a flight is written. Owned by the caller; may be emptied and reused between two calls. When one is full the
/// flight goes on, and its `lost` counts what found no room.
typedef struct
{
    ground_log_t downlink; ///< What the stations heard. Its epoch is planned T-0.
    uint8_t*     emitted;  ///< What left the antennas, in order; for those who look at a transmitter. NULL: not kept.
    size_t       emitted_capacity;
    size_t       emitted_used;
    size_t       emitted_lost;
    double*      truth;          ///< Rows of LOOP_TRUTH_COLUMNS.
    size_t       truth_capacity; ///< Rows.
    size_t       truth_used;
    size_t       truth_lost;
} loop_record_t;

typedef struct
{
    const loop_config_t* config;
    int64_t              tick;        ///< Ticks since start.
    int64_t              t_zero_tick; ///< Tick of lift-off in truth; INT64_MAX before.
    double               t_zero_s;    ///< Plant clock then; NaN before.
    uint64_t             latched;     ///< Events of the flight software already seen by the faults.
    bool                 finished;    ///< The closed loop has ended: its time, the ground, or a hold that was given up.
    double               tick_s;
    plant_vec3_t         platform_axes_eci[3];
    plant_t              plant;
    sensors_t            sensors;
    fsw_t                fsw;
    fsw_input_t          input;
    fsw_output_t         output;
    faults_transmitter_t transmitter[LOOP_TRANSMITTERS_MAX];
    plant_coast_t        carried[LOOP_TRANSMITTERS_MAX]; ///< Of those whose part has left: where it is.
    bool                 is_free[LOOP_TRANSMITTERS_MAX];
    bool                 is_awake[LOOP_TRANSMITTERS_MAX]; ///< Has a supply: all but those that wait for a separation.
    uint8_t              alive;  ///< Bit i: transmitter i has a supply or takes packets; to another nothing happens.
    uint16_t             bodies; ///< Of the plant's that were looked at.
    uint8_t              queues[LOOP_TRANSMITTERS_MAX][LOOP_QUEUES_bytes];
    link_t               link;
    faults_t             faults;
} loop_t;

typedef enum
{
    LOOP_OK                = 0,
    LOOP_ERROR_PLANT       = -100, ///< plant_init() refused.
    LOOP_ERROR_FSW         = -200,
    LOOP_ERROR_FAULTS      = -300,
    LOOP_ERROR_ACTIONS     = -400, ///< An action names a part or level that is not there.
    LOOP_ERROR_TRANSMITTER = -500, ///< transmitter_init() refused, or there are too many.
    LOOP_ERROR_LINK        = -600
} loop_status_t;

/// Puts everything on the pad. The configuration and what it points to must outlive `self`. A refusal is LOOP_ERROR_x
/// plus the room's own status.
int32_t loop_init(loop_t* self, const loop_config_t* config);

/// Flies at most `ticks` ticks; returns how many were flown (fewer when the closed loop has ended). What it hears in a
/// slice of the log may stay open until a later call; the call that ends the closed loop leaves nothing open.
int64_t loop_run(loop_t* self, int64_t ticks, loop_record_t* record);

/// Countdown clock in microseconds: what the log of the downlink counts, from planned T-0.
int64_t loop_clock_us(const loop_t* self);

// ------------------------------------------------------------------------------------------------ one tick in its phases

// A board stands in place of a part when its phase is left out and what came from outside is put there. loop_run() is, tick
// by tick and until `finished`: loop_sense, loop_compute, loop_transmit for each transmitter in order, loop_settle.

/// Faults act, sensors sample: `input` is what the flight software is told in this tick.
void loop_sense(loop_t* self);

/// The flight software steps. Another computer's answer goes into `output` instead, and the events that it has latched
/// into `fsw.latched`.
void loop_compute(loop_t* self);

/// Transmitter `index` is given its supply and the packets, and is heard.
void loop_transmit(loop_t* self, uint8_t index, loop_record_t* record);

/// What an outside transmitter is given.
typedef struct
{
    uint16_t supply_mv;
    bool     reset; ///< A fault makes its watchdog bite; before it feels its supply.
} loop_supply_t;

/// In place of loop_transmit(), once a tick: what its battery and the faults give outside transmitter `index`. Its own
/// transmitter_t is given the same and no packets, so that the ledger says what a reset found; it is never heard.
loop_supply_t loop_supply(loop_t* self, uint8_t index);

/// What an outside transmitter sent leaves its antenna: bursts of a whole frame with its marker, and what is left as the
/// last. Nothing else of that transmitter is heard.
void loop_radiate(loop_t* self, uint8_t index, const uint8_t* octets, size_t size, loop_record_t* record);

/// Events are noted, commands obeyed, the truth is recorded, the vehicle moves on, and the tick is over.
void loop_settle(loop_t* self, loop_record_t* record);

#endif
