/// Truth to measurement: what each sensor says of the plant, with its bias, scale error, noise, quantum and rate.
///
/// Sensors know only the plant's truth. Noise comes from a counter-based generator keyed by (seed, component), so that
/// one more sensor, or another order of calls, changes no other sensor's samples.

#ifndef SENSORS_H_INCLUDED
#define SENSORS_H_INCLUDED

#include <stdbool.h>
#include <stdint.h>

#include "plant.h"
#include "sensors_noise.h"

enum
{
    SENSORS_ANALOGS_MAX   = 16,
    SENSORS_DISCRETES_MAX = 64
};

/// An accelerometer that integrates: its counter is velocity / quantum, to the nearest count, and wraps.
typedef struct
{
    double quantum_mps; ///< > 0.
    double bias_mps2;
    double scale;     ///< 1 is true.
    double noise_mps; ///< 1 sigma of each reading of the integral; does not accumulate.
} sensors_integrator_t;

typedef enum
{
    SENSORS_CHAMBER_PRESSURE, ///< Of part `part`: level * thrust factor * chamber_pressure_pa; 0 once it is gone.
    SENSORS_STATIC_PRESSURE,  ///< Of the air.
    SENSORS_LEVEL             ///< Propellant left in part `part`, kg; stays what it was when the part left.
} sensors_analog_kind_t;      // of a part that is gone: zero counts, the cable has parted

typedef struct
{
    uint8_t  kind; ///< sensors_analog_kind_t.
    uint8_t  part;
    uint32_t rate_hz; ///< Held in between. More than one a tick is one a tick; 0: the first tick only.
    double   quantum; ///< Pa or kg of one count, > 0.
    double   bias;
    double   noise; ///< 1 sigma.
} sensors_analog_t;

typedef enum
{
    SENSORS_LIFT_OFF_CONTACT,   ///< Set once the vehicle has left the pad.
    SENSORS_SEPARATION_CONTACT, ///< Set once part `part` is gone.
    SENSORS_OXIDIZER_DRY,       ///< Set when part `part` has no usable oxidizer left.
    SENSORS_FUEL_DRY            ///< Set when part `part` has no usable fuel left.
} sensors_discrete_kind_t;

typedef struct
{
    uint8_t kind; ///< sensors_discrete_kind_t.
    uint8_t part; ///< Not for LIFT_OFF_CONTACT. A dry sensor of a part that is gone says what it said last.
} sensors_discrete_t;

typedef struct
{
    uint64_t             seed;
    uint32_t             tick_us;
    sensors_integrator_t axial[3];
    sensors_integrator_t imu[3];
    uint16_t             analog_count;
    uint16_t             discrete_count;
    sensors_analog_t     analog[SENSORS_ANALOGS_MAX];
    sensors_discrete_t   discrete[SENSORS_DISCRETES_MAX];
} sensors_config_t;

/// What faults do to a sensor. Neutral after sensors_init(); written by native/faults.
typedef struct
{
    bool stuck;       ///< Output frozen: the counter goes on at the rate of its last tick, which is what the output of
                      ///< a device of rates looks like to who integrates it.
    double bias_mps2; ///< Added from the moment it is set.
    double scale;     ///< Multiplies what is sensed from the moment it is set; 1 is none.
} sensors_integrator_fault_t;

typedef struct
{
    const sensors_config_t*    config;
    uint64_t                   tick;           ///< Samples taken so far.
    plant_vec3_t               platform_x_eci; ///< Axes of the stable platform; see sensors_set_platform().
    plant_vec3_t               platform_y_eci;
    plant_vec3_t               platform_z_eci;
    double                     integral_mps[6];       ///< Axial 0..2, imu x y z: what each has integrated.
    double                     last_axial_mps;        ///< Truth at the last sample.
    plant_vec3_t               last_velocity_eci_mps; ///< Likewise: integral of specific force.
    int32_t                    counts[6];
    int32_t                    analog_counts[SENSORS_ANALOGS_MAX];
    uint64_t                   discretes;
    uint64_t                   stuck_discretes;       ///< Bits that no longer follow.
    uint64_t                   stuck_discrete_values; ///< What those bits say instead.
    sensors_integrator_fault_t integrator_fault[6];
    int32_t                    stuck_step[6]; ///< Counts of the last tick: what a stuck integrator adds.

    // What follows is derived from the configuration and kept because it is dear: never write it.
    double   inverse_quantum[6];
    double   analog_inverse_quantum[SENSORS_ANALOGS_MAX];
    uint64_t key[6];
    uint64_t analog_key[SENSORS_ANALOGS_MAX];
    uint32_t analog_phase_us[SENSORS_ANALOGS_MAX]; ///< Of the sampling period, times its rate in Hz.
    uint64_t lift_off_bits;
    uint64_t separation_bits[PLANT_PARTS_MAX];
    uint64_t oxidizer_bits[PLANT_PARTS_MAX];
    uint64_t fuel_bits[PLANT_PARTS_MAX];
} sensors_t;

/// Starts the sensors of a vehicle that stands on its pad. The platform's axes are given in eci. Counts of what there is
/// no such part for stay zero. `config` must outlive `self`.
void sensors_init(sensors_t* self, const sensors_config_t* config, const plant_t* plant, plant_vec3_t platform_x_eci,
                  plant_vec3_t platform_y_eci, plant_vec3_t platform_z_eci);

/// Turns the platform: each tick before T-0, when it is kept in line with the Earth, and never after, when it keeps its
/// axes by itself. Each sample resolves what was sensed since the last one along the axes of that moment.
void sensors_set_platform(sensors_t* self, plant_vec3_t x_eci, plant_vec3_t y_eci, plant_vec3_t z_eci);

/// Samples everything that is due this tick; results stand in `counts`, `analog_counts` and `discretes`. Call it once a
/// tick, the first time where the plant starts. 15 ns a noisy channel.
void sensors_sample(sensors_t* self, const plant_t* plant);

#endif
