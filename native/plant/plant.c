#include "plant.h"

#include "plant_aero.h"
#include "plant_propulsion.h"
#include "plant_stack.h"

static bool is_finite(const double x)
{
    return __builtin_isfinite(x) != 0;
}

static bool is_positive(const double x)
{
    return (x > 0.0) && is_finite(x);
}

static bool is_not_negative(const double x)
{
    return (x >= 0.0) && is_finite(x);
}

static bool parts_are_sound(const plant_config_t* const config)
{
    if ((config->part_count < 1U) || (config->part_count > PLANT_PARTS_MAX) || !(config->part[0].dry_mass_kg > 0.0)) {
        return false;
    }
    for (int32_t i = 0; i < (int32_t)config->part_count; i++) {
        const plant_part_t* const part              = &config->part[i];
        const int32_t             first             = i == 0 ? -1 : 0;
        const int32_t             last              = i - 1;
        const bool                parent_is_earlier = (part->parent >= first) && (part->parent <= last);
        if (!parent_is_earlier || !is_not_negative(part->dry_mass_kg) || !is_not_negative(part->oxidizer_kg) ||
            !is_not_negative(part->fuel_kg) || !is_not_negative(part->drag_area_m2) || !(part->beta_kgpm2 > 0.0) ||
            !is_not_negative(part->deployed_drag_area_m2) || !is_finite(part->separation_speed_mps)) {
            return false;
        }
    }
    return true;
}

static bool engine_is_sound(const plant_part_t* const part)
{
    const plant_engine_t* const engine = &part->engine;
    if (!is_not_negative(engine->thrust_vac_n) || !is_not_negative(engine->mixture_ratio)) {
        return false;
    }
    if (engine->thrust_vac_n <= 0.0) {
        return true;
    }
    bool has_level = false;
    for (uint32_t i = 0; i < PLANT_LEVELS_MAX; i++) {
        if (!is_not_negative(engine->level[i])) {
            return false;
        }
        has_level = has_level || (engine->level[i] > 0.0);
    }
    const bool has_propellant = (part->fuel_kg > 0.0) && ((engine->mixture_ratio <= 0.0) || (part->oxidizer_kg > 0.0));
    return has_level && has_propellant && is_positive(engine->mass_flow_kgps) &&
           is_not_negative(engine->exit_area_m2) && is_not_negative(engine->build_up_s) &&
           is_not_negative(engine->tail_off_s) && is_not_negative(engine->chamber_pressure_pa);
}

static bool aero_is_sound(const plant_config_t* const config)
{
    if ((config->mach_count < 1U) || (config->mach_count > PLANT_MACH_MAX) ||
        !is_not_negative(config->incidence_drag)) {
        return false;
    }
    for (uint32_t i = 0; i < config->mach_count; i++) {
        const bool ascends = (i == 0U) || (config->mach[i] > config->mach[i - 1U]);
        if (!ascends || !is_finite(config->mach[i]) || !is_not_negative(config->cd[i])) {
            return false;
        }
    }
    return true;
}

static bool start_is_sound(const plant_config_t* const config)
{
    const plant_geodetic_t* const pad    = &config->pad;
    const double                  length = plant_vec3_norm(config->axis_at_start_ecef);
    return is_finite(pad->latitude_rad) && is_finite(pad->longitude_rad) && is_finite(pad->height_m) &&
           is_finite(config->start_s) && (length > 0.999) && (length < 1.001) &&
           is_not_negative(config->attitude_lag_s) && is_not_negative(config->rail_length_m) &&
           (config->attitude <= (uint8_t)PLANT_ATTITUDE_WIND);
}

static plant_status_t check(const plant_config_t* const config)
{
    if (!parts_are_sound(config)) {
        return PLANT_ERROR_PARTS;
    }
    for (uint32_t i = 0; i < config->part_count; i++) {
        if (!engine_is_sound(&config->part[i])) {
            return PLANT_ERROR_ENGINE;
        }
    }
    if (!aero_is_sound(config)) {
        return PLANT_ERROR_AERO;
    }
    return start_is_sound(config) ? PLANT_OK : PLANT_ERROR_START;
}

plant_status_t plant_init(plant_t* const self, const plant_config_t* const config)
{
    const plant_status_t status = check(config);
    if (status != PLANT_OK) {
        return status;
    }
    *self = (plant_t){
        .config               = config,
        .t_s                  = config->start_s,
        .on_pad               = true,
        .lift_off_s           = __builtin_nan(""),
        .height_m             = config->pad.height_m,
        .max_height_m         = config->pad.height_m,
        .held_position_ecef_m = plant_ecef_from_geodetic(config->pad),
        .held_axis_ecef       = plant_vec3_unit(config->axis_at_start_ecef),
    };
    for (uint32_t i = 0; i < config->part_count; i++) {
        self->part[i] = (plant_part_state_t){
            .attached      = true,
            .oxidizer_kg   = config->part[i].oxidizer_kg,
            .fuel_kg       = config->part[i].fuel_kg,
            .thrust_factor = 1.0,
            .flow_factor   = 1.0,
        };
    }
    plant_stack_init(self);
    plant_propulsion_init(self);
    plant_aero_init(self);
    plant_stack_count(self);
    plant_stack_place(self);
    self->axis_commanded_eci = self->axis_eci;

    plant_air_t air;
    plant_air_lookup(&config->air, self->height_m, &air);
    self->air_pressure_pa = air.pressure_pa;
    return PLANT_OK;
}
