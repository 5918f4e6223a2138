/// Faults: when an act is due and what it changes, from a table.
///
/// An act changes a cause at one of the joints (a valve, a sensor, a bolt, a supply), never an outcome, and notes in its
/// ledger row whether it changed anything.

#ifndef FAULTS_H_INCLUDED
#define FAULTS_H_INCLUDED

#include <stdbool.h>
#include <stdint.h>

#include "plant.h"
#include "sensors.h"
#include "transmitter.h"

enum
{
    FAULTS_ACTS_MAX    = 64,
    FAULTS_FROM_T_ZERO = 0xFF ///< `trigger_event` of an act that counts from T-0.
};

typedef enum
{
    FAULTS_ENGINE_SHUTDOWN,    ///< Part `component`: valves shut.
    FAULTS_ENGINE_THRUST_LOSS, ///< Part `component`: thrust times value[0], flow times value[1].
    FAULTS_STAGE_SEPARATION,   ///< Part `component`: its locks open.
    FAULTS_TRANSMITTER_SUPPLY, ///< Transmitter `component`: its supply has value[0] mV from now on; zero: it is gone.
    FAULTS_TRANSMITTER_RESET,  ///< Transmitter `component`: its watchdog bites.
    FAULTS_INTEGRATOR_STUCK,   ///< Integrator `component` (0..2 axial, 3..5 platform).
    FAULTS_INTEGRATOR_BIAS,    ///< The same: value[0] m/s2 more.
    FAULTS_INTEGRATOR_SCALE,   ///< The same: times value[0].
    FAULTS_DISCRETE_STUCK      ///< Discrete `component` says value[0] (0 or 1) from now on.
} faults_kind_t;

typedef struct
{
    uint8_t kind;          ///< faults_kind_t.
    uint8_t component;     ///< Index in the table that the kind speaks of.
    uint8_t trigger_event; ///< Event of the sequence, or FAULTS_FROM_T_ZERO.
    uint8_t reserved;
    int64_t delay_ticks; ///< After the trigger; of FAULTS_FROM_T_ZERO, below zero: before planned T-0.
    double  value[2];
} faults_act_t;

/// What became of one act.
typedef struct
{
    bool    due;      ///< Its time came.
    bool    acted;    ///< It changed something.
    int64_t at_ticks; ///< Loop tick in which its time came.
    double  before;   ///< What it changed, before: level, factor, attached, powered, bias, scale, discrete.
    double  after;
} faults_ledger_t;

typedef struct
{
    uint16_t        count;
    uint64_t        waiting;    ///< Bit per act whose time has not come.
    uint64_t        untimed;    ///< Bit per act whose trigger has not happened.
    int64_t         next_ticks; ///< Earliest due tick of the timed ones: one comparison a tick.
    int64_t         due_ticks[FAULTS_ACTS_MAX];
    faults_act_t    act[FAULTS_ACTS_MAX];
    faults_ledger_t ledger[FAULTS_ACTS_MAX];
} faults_t;

/// Takes `count` acts (at most FAULTS_ACTS_MAX; false if more). T-0 is planned for tick `planned_tick`: when lift-off will
/// be, nobody knows before, so an act before T-0 has its time from the first. One before the first tick acts in that.
bool faults_init(faults_t* self, const faults_act_t* acts, uint16_t count, int64_t planned_tick);

/// Tells that the event `event` (or T-0: FAULTS_FROM_T_ZERO) happened in tick `tick`: acts that wait for it get a time.
void faults_note(faults_t* self, uint8_t event, int64_t tick);

/// A transmitter of the vehicle, and what its supply would give it.
typedef struct
{
    transmitter_t transmitter;
    uint16_t      supply_mv;
    bool          was_reset; ///< Since whoever runs it in place of `transmitter` last asked.
} faults_transmitter_t;

/// Lets everything act that is due by `tick`.
void faults_apply(faults_t* self, int64_t tick, plant_t* plant, sensors_t* sensors, faults_transmitter_t* transmitters);

#endif
