/// Engines and tanks over one step of constant command: thrust, propellant and the instant at which one runs dry.
///
/// An engine's level follows its command with a first-order lag, which has a closed form: so have its mean over the step
/// (thrust), its integral (propellant) and hence the time at which a tank is empty. Nothing here is approximate in the
/// length of the step but the air pressure, which is taken as constant. Private to the plant.

#ifndef PLANT_PROPULSION_H_INCLUDED
#define PLANT_PROPULSION_H_INCLUDED

#include "plant.h"

/// What the engines did in a step.
typedef struct
{
    double thrust_n; ///< Mean.
    double used_kg;
} plant_burn_t;

/// Derives the propellants' shares from the configuration. Once, by plant_init().
void plant_propulsion_init(plant_t* self);

/// Computes the lags of every engine for steps of `dt_s`. 30 ns an engine: only when the length of step changes.
void plant_propulsion_set_step(plant_t* self, double dt_s);

/// Time until the first propellant runs dry, at most `dt_s`. Located to 1e-12 s. The lags must be those of `dt_s`.
double plant_propulsion_horizon_s(const plant_t* self, double dt_s);

/// Burns for `dt_s` at the given air pressure: moves levels and tanks on. The vehicle's mass is the caller's. The lags
/// must be those of `dt_s`, and no propellant may run dry inside.
plant_burn_t plant_propulsion_burn(plant_t* self, double dt_s, double pressure_pa);

/// Shuts down every engine that has just run dry (less than a nanosecond of full flow is left, which is poured away).
void plant_propulsion_run_dry(plant_t* self);

#endif
