#include "sensors.h"

#include <stddef.h>

#define MICRO 1e-6

enum
{
    INTEGRATORS      = 6,
    FIRST_IMU        = 3,
    ANALOG_COMPONENT = 16, ///< Noise component of the first analogue channel; the integrators have 0 to 5.
    SECOND_us        = 1000000
};

static const sensors_integrator_t* integrator(const sensors_config_t* const config, const uint32_t k)
{
    return k < FIRST_IMU ? &config->axial[k] : &config->imu[k - FIRST_IMU];
}

/// Nearest whole number; what does not fit or is none is zero.
static int64_t rounded(const double x)
{
    const double limit = 9.0e18; // below 2^63
    if (!((x < limit) && (x > -limit))) {
        return 0;
    }
    return (int64_t)(x < 0.0 ? x - 0.5 : x + 0.5);
}

static int32_t wrapped(const int64_t x)
{
    const uint32_t low = (uint32_t)((uint64_t)x & 0xFFFFFFFFU);
    return low <= (uint32_t)INT32_MAX ? (int32_t)low : (int32_t)(low - (uint32_t)INT32_MAX - 1U) + INT32_MIN;
}

static int32_t saturated(const int64_t x)
{
    if (x > INT32_MAX) {
        return INT32_MAX;
    }
    return x < INT32_MIN ? INT32_MIN : (int32_t)x;
}

static void init_discrete(sensors_t* const self, const uint32_t k)
{
    const sensors_discrete_t* const discrete = &self->config->discrete[k];
    const uint64_t                  bit      = UINT64_C(1) << k;
    if (discrete->part >= PLANT_PARTS_MAX) {
        return;
    }
    switch ((sensors_discrete_kind_t)discrete->kind) {
    case SENSORS_LIFT_OFF_CONTACT:
        self->lift_off_bits |= bit;
        break;
    case SENSORS_SEPARATION_CONTACT:
        self->separation_bits[discrete->part] |= bit;
        break;
    case SENSORS_OXIDIZER_DRY:
        self->oxidizer_bits[discrete->part] |= bit;
        break;
    case SENSORS_FUEL_DRY:
        self->fuel_bits[discrete->part] |= bit;
        break;
    }
}

void sensors_init(sensors_t* const self, const sensors_config_t* const config, const plant_t* const plant,
                  const plant_vec3_t platform_x_eci, const plant_vec3_t platform_y_eci,
                  const plant_vec3_t platform_z_eci)
{
    *self = (sensors_t){
        .config                = config,
        .last_axial_mps        = plant->specific_velocity_axial_mps,
        .last_velocity_eci_mps = plant->specific_velocity_eci_mps,
    };
    sensors_set_platform(self, platform_x_eci, platform_y_eci, platform_z_eci);
    for (uint32_t k = 0; k < INTEGRATORS; k++) {
        self->integrator_fault[k].scale = 1.0;
        self->inverse_quantum[k]        = 1.0 / integrator(config, k)->quantum_mps;
        self->key[k]                    = sensors_noise_key(config->seed, k);
    }
    for (uint32_t k = 0; (k < config->analog_count) && (k < SENSORS_ANALOGS_MAX); k++) {
        self->analog_inverse_quantum[k] = 1.0 / config->analog[k].quantum;
        self->analog_key[k]             = sensors_noise_key(config->seed, ANALOG_COMPONENT + k);
        self->analog_phase_us[k]        = SECOND_us; // due at once
    }
    for (uint32_t k = 0; (k < config->discrete_count) && (k < SENSORS_DISCRETES_MAX); k++) {
        init_discrete(self, k);
    }
}

void sensors_set_platform(sensors_t* const self, const plant_vec3_t x_eci, const plant_vec3_t y_eci,
                          const plant_vec3_t z_eci)
{
    self->platform_x_eci = x_eci;
    self->platform_y_eci = y_eci;
    self->platform_z_eci = z_eci;
}

static void sample_integrators(sensors_t* const self, const plant_t* const plant)
{
    const plant_vec3_t gained = plant_vec3_sub(plant->specific_velocity_eci_mps, self->last_velocity_eci_mps);
    const double       axial  = plant->specific_velocity_axial_mps - self->last_axial_mps;
    const double       dt_s   = self->tick > 0U ? (double)self->config->tick_us * MICRO : 0.0;
    const double       sensed_mps[INTEGRATORS] = {
        axial,
        axial,
        axial,
        plant_vec3_dot(gained, self->platform_x_eci),
        plant_vec3_dot(gained, self->platform_y_eci),
        plant_vec3_dot(gained, self->platform_z_eci),
    };
    self->last_velocity_eci_mps = plant->specific_velocity_eci_mps;
    self->last_axial_mps        = plant->specific_velocity_axial_mps;

    for (uint32_t k = 0; k < INTEGRATORS; k++) {
        const sensors_integrator_t* const       device = integrator(self->config, k);
        const sensors_integrator_fault_t* const fault  = &self->integrator_fault[k];
        self->integral_mps[k] +=
            device->scale * fault->scale * sensed_mps[k] + (device->bias_mps2 + fault->bias_mps2) * dt_s;

        if (fault->stuck) {
            self->counts[k] = wrapped((int64_t)self->counts[k] + self->stuck_step[k]);
        } else {
            double reading_mps = self->integral_mps[k];
            if (device->noise_mps > 0.0) {
                reading_mps += device->noise_mps * sensors_noise(self->key[k], self->tick);
            }
            const int32_t counts = wrapped(rounded(reading_mps * self->inverse_quantum[k]));
            self->stuck_step[k]  = self->tick > 0U ? wrapped((int64_t)counts - self->counts[k]) : 0;
            self->counts[k]      = counts;
        }
    }
}

static double analog_truth(const sensors_analog_t* const analog, const plant_t* const plant)
{
    double truth = 0.0;
    switch ((sensors_analog_kind_t)analog->kind) {
    case SENSORS_CHAMBER_PRESSURE:
        truth = plant->part[analog->part].level * plant->part[analog->part].thrust_factor *
                plant->config->part[analog->part].engine.chamber_pressure_pa;
        break;
    case SENSORS_STATIC_PRESSURE:
        truth = plant->air_pressure_pa;
        break;
    case SENSORS_LEVEL:
        truth = plant->part[analog->part].oxidizer_kg + plant->part[analog->part].fuel_kg;
        break;
    }
    return truth;
}

/// A channel is due whenever another whole sampling period has passed since the start, counted in whole microseconds.
static bool is_due(sensors_t* const self, const uint32_t k)
{
    const bool due = self->analog_phase_us[k] >= SECOND_us;
    if (due) {
        self->analog_phase_us[k] -= SECOND_us;
    }
    const uint64_t ahead = self->analog_phase_us[k] + (uint64_t)self->config->analog[k].rate_hz * self->config->tick_us;
    // faster than the tick: due every time
    self->analog_phase_us[k] = ahead < 2U * (uint64_t)SECOND_us ? (uint32_t)ahead : (uint32_t)SECOND_us;
    return due;
}

static void sample_analogs(sensors_t* const self, const plant_t* const plant)
{
    for (uint32_t k = 0; (k < self->config->analog_count) && (k < SENSORS_ANALOGS_MAX); k++) {
        const sensors_analog_t* const analog = &self->config->analog[k];
        if (!is_due(self, k) || (analog->part >= plant->config->part_count)) {
            continue;
        }
        if ((analog->kind != (uint8_t)SENSORS_STATIC_PRESSURE) && !plant->part[analog->part].attached) {
            self->analog_counts[k] = 0;
            continue;
        }
        double reading = analog_truth(analog, plant) + analog->bias;
        if (analog->noise > 0.0) {
            reading += analog->noise * sensors_noise(self->analog_key[k], self->tick);
        }
        self->analog_counts[k] = saturated(rounded(reading * self->analog_inverse_quantum[k]));
    }
}

static void sample_discretes(sensors_t* const self, const plant_t* const plant)
{
    uint64_t bits = plant->on_pad ? 0U : self->lift_off_bits;
    for (uint32_t i = 0; i < plant->config->part_count; i++) {
        bits |= plant->part[i].attached ? 0U : self->separation_bits[i];
        bits |= plant->part[i].oxidizer_kg > 0.0 ? 0U : self->oxidizer_bits[i];
        bits |= plant->part[i].fuel_kg > 0.0 ? 0U : self->fuel_bits[i];
    }
    self->discretes = (bits & ~self->stuck_discretes) | (self->stuck_discrete_values & self->stuck_discretes);
}

void sensors_sample(sensors_t* const self, const plant_t* const plant)
{
    sample_integrators(self, plant);
    sample_analogs(self, plant);
    sample_discretes(self, plant);
    self->tick++;
}
