/// The fixed-rate executive: the only place where measurement becomes input and command becomes plant input.
///
/// T-0 is the first tick boundary at which the lift-off contacts are open: what a healthy flight computer finds itself.
/// One tick: faults act, sensors sample, the flight software steps, its packets go to the transmitter, its commands to
/// the plant, the plant moves on. A whole flight is one call.

#ifndef LOOP_H_INCLUDED
#define LOOP_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "faults.h"
#include "fsw.h"
#include "plant.h"
#include "sensors.h"
#include "transmitter.h"

enum
{
    LOOP_TRUTH_COLUMNS = 20 ///< Doubles of a truth row; names in LOOP_TRUTH_NAMES.
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

typedef struct
{
    const plant_config_t*   plant;
    const sensors_config_t* sensors;
    const fsw_config_t*     fsw;
    uint16_t                action_count;
    loop_action_t           action[FSW_ACTIONS_MAX];
    uint16_t                act_count;
    faults_act_t            act[FAULTS_ACTS_MAX];
    plant_vec3_t platform_axes_ecef[3]; ///< x firing azimuth, y up, z right: Earth-fixed until T-0, then inertial.
    double       end_s;                 ///< MET at which the closed loop ends.
    double       hold_limit_s;          ///< Plant clock at which a vehicle that never left its pad is given up.
    uint32_t     truth_rate_hz;         ///< Rows per second; 0: none.
} loop_config_t;

/// Where a flight is written. Owned by the caller; may be reused. When one is full the flight goes on, and `*_lost`
/// counts what found no room.
typedef struct
{
    uint8_t* downlink;
    size_t   downlink_capacity;
    size_t   downlink_used;
    size_t   downlink_lost;
    double*  truth;          ///< Rows of LOOP_TRUTH_COLUMNS.
    size_t   truth_capacity; ///< Rows.
    size_t   truth_used;
    size_t   truth_lost;
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
    transmitter_t        transmitter;
    faults_t             faults;
} loop_t;

typedef enum
{
    LOOP_OK            = 0,
    LOOP_ERROR_PLANT   = -100, ///< plant_init() refused.
    LOOP_ERROR_FSW     = -200,
    LOOP_ERROR_FAULTS  = -300,
    LOOP_ERROR_ACTIONS = -400 ///< An action names a part or level that is not there.
} loop_status_t;

/// Puts everything on the pad. The configuration and what it points to must outlive `self`. A refusal is LOOP_ERROR_x
/// plus the room's own status.
int32_t loop_init(loop_t* self, const loop_config_t* config);

/// Flies at most `ticks` ticks; returns how many were flown (fewer when the closed loop has ended).
int64_t loop_run(loop_t* self, int64_t ticks, loop_record_t* record);

#endif
