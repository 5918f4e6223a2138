#include "plant_propulsion.h"

#define LEVEL_SETTLED 1e-12 // deviation that counts as none; 27 time constants after a full step
#define DRY_s         1e-9  // propellant for less than this at full flow is none

static uint32_t lowest_bit(const uint32_t mask)
{
    return (uint32_t)__builtin_ctz(mask);
}

static bool is_dry(const plant_t* const self, const uint32_t part)
{
    const plant_part_state_t* const state = &self->part[part];
    return (state->fuel_kg <= 0.0) || ((self->oxidizer_share[part] > 0.0) && (state->oxidizer_kg <= 0.0));
}

static double flow_kgps(const plant_t* const self, const uint32_t part)
{
    return self->config->part[part].engine.mass_flow_kgps * self->part[part].flow_factor;
}

/// Propellant that can still be burnt: what the scarcer of the two allows.
static double burnable_kg(const plant_t* const self, const uint32_t part)
{
    const double share     = self->oxidizer_share[part];
    const double from_fuel = self->part[part].fuel_kg / (1.0 - share);
    if (share <= 0.0) {
        return from_fuel;
    }
    const double from_oxidizer = self->part[part].oxidizer_kg / share;
    return from_oxidizer < from_fuel ? from_oxidizer : from_fuel;
}

static plant_lag_t lag_over(const double dt_s, const double time_constant_s)
{
    if (time_constant_s <= 0.0) {
        return (plant_lag_t){0.0, 0.0};
    }
    const double decay = plant_exp(-dt_s / time_constant_s);
    return (plant_lag_t){decay, (1.0 - decay) * time_constant_s / dt_s};
}

/// Time at which the integral of the level reaches `wanted_s`; it does so before `dt_s`. Newton's method, kept inside
/// the bracket, on an integral that never falls.
static double time_of_integral_s(const plant_part_state_t* const state, const double time_constant_s,
                                 const double wanted_s, const double dt_s)
{
    const double command   = state->level_commanded;
    const double deviation = state->level - command;
    if ((deviation == 0.0) || (time_constant_s <= 0.0)) {
        return wanted_s / command;
    }
    double low  = 0.0;
    double high = dt_s;
    double time = 0.5 * dt_s;
    for (int32_t i = 0; i < 60; i++) {
        const double decay  = plant_exp(-time / time_constant_s);
        const double excess = command * time + deviation * time_constant_s * (1.0 - decay) - wanted_s;
        if (excess > 0.0) {
            high = time;
        } else {
            low = time;
        }
        const double newton = time - excess / (command + deviation * decay);
        const double next   = ((newton > low) && (newton < high)) ? newton : 0.5 * (low + high);
        const double moved  = next - time;
        time                = next;
        if ((moved < 1e-13) && (moved > -1e-13)) {
            break;
        }
    }
    return time;
}

void plant_propulsion_init(plant_t* const self)
{
    for (uint32_t i = 0; i < self->config->part_count; i++) {
        const double ratio      = self->config->part[i].engine.mixture_ratio;
        self->oxidizer_share[i] = ratio / (1.0 + ratio);
    }
}

void plant_propulsion_set_step(plant_t* const self, const double dt_s)
{
    for (uint32_t i = 0; i < self->config->part_count; i++) {
        const plant_engine_t* const engine = &self->config->part[i].engine;
        if (engine->thrust_vac_n > 0.0) {
            self->rising[i]  = lag_over(dt_s, engine->build_up_s);
            self->falling[i] = lag_over(dt_s, engine->tail_off_s);
        }
    }
}

double plant_propulsion_horizon_s(const plant_t* const self, const double dt_s)
{
    double horizon_s = dt_s;
    for (uint32_t burning = self->burning; burning != 0U; burning &= burning - 1U) {
        const uint32_t                  part  = lowest_bit(burning);
        const plant_part_state_t* const state = &self->part[part];

        const bool   rises  = state->level_commanded > state->level;
        const double peak   = rises ? state->level_commanded : state->level;
        const double flow   = flow_kgps(self, part);
        const double at_max = flow * peak * dt_s;
        const double share  = self->oxidizer_share[part];
        if (((at_max * share <= state->oxidizer_kg) && (at_max * (1.0 - share) <= state->fuel_kg)) ||
            is_dry(self, part)) {
            continue;
        }
        const double wanted_s = burnable_kg(self, part) / flow;
        const double mean     = rises ? self->rising[part].mean : self->falling[part].mean;
        const double level    = state->level_commanded + (state->level - state->level_commanded) * mean;
        if (level * dt_s > wanted_s) {
            const plant_engine_t* const engine = &self->config->part[part].engine;
            const double                dry_s =
                time_of_integral_s(state, rises ? engine->build_up_s : engine->tail_off_s, wanted_s, dt_s);
            horizon_s = dry_s < horizon_s ? dry_s : horizon_s;
        }
    }
    return horizon_s;
}

plant_burn_t plant_propulsion_burn(plant_t* const self, const double dt_s, const double pressure_pa)
{
    plant_burn_t burn = {0.0, 0.0};
    for (uint32_t burning = self->burning; burning != 0U; burning &= burning - 1U) {
        const uint32_t              part   = lowest_bit(burning);
        const plant_engine_t* const engine = &self->config->part[part].engine;
        plant_part_state_t* const   state  = &self->part[part];

        double       level     = state->level;
        const double deviation = level - state->level_commanded;
        if (deviation != 0.0) {
            const plant_lag_t* const lag  = deviation < 0.0 ? &self->rising[part] : &self->falling[part];
            const double             left = deviation * lag->decay;
            level                         = state->level_commanded + deviation * lag->mean;
            state->level = ((left < LEVEL_SETTLED) && (left > -LEVEL_SETTLED)) ? state->level_commanded
                                                                               : state->level_commanded + left;
        }
        const double thrust_n =
            level * engine->thrust_vac_n * state->thrust_factor - pressure_pa * engine->exit_area_m2;
        if (thrust_n > 0.0) {
            burn.thrust_n += thrust_n;
        }
        if (!is_dry(self, part)) {
            const double used_kg     = level * flow_kgps(self, part) * dt_s;
            const double oxidizer_kg = state->oxidizer_kg - used_kg * self->oxidizer_share[part];
            const double fuel_kg     = state->fuel_kg - used_kg * (1.0 - self->oxidizer_share[part]);
            state->oxidizer_kg       = oxidizer_kg > 0.0 ? oxidizer_kg : 0.0;
            state->fuel_kg           = fuel_kg > 0.0 ? fuel_kg : 0.0;
            burn.used_kg += used_kg;
        }
        if ((state->level <= 0.0) && (state->level_commanded <= 0.0)) {
            self->burning &= ~(1U << part);
        }
    }
    return burn;
}

void plant_propulsion_run_dry(plant_t* const self)
{
    for (uint32_t burning = self->burning; burning != 0U; burning &= burning - 1U) {
        const uint32_t            part        = lowest_bit(burning);
        plant_part_state_t* const state       = &self->part[part];
        const double              dregs_kg    = flow_kgps(self, part) * DRY_s;
        const double              share       = self->oxidizer_share[part];
        const bool                no_oxidizer = (share > 0.0) && (state->oxidizer_kg <= dregs_kg * share);
        const bool                no_fuel     = state->fuel_kg <= dregs_kg * (1.0 - share);
        if (no_oxidizer) {
            state->oxidizer_kg = 0.0;
        }
        if (no_fuel) {
            state->fuel_kg = 0.0;
        }
        if (no_oxidizer || no_fuel) {
            state->level_commanded = 0.0;
            state->burnt_out       = true;
        }
    }
}
