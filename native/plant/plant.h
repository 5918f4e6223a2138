/// The vehicle and its world: a stack of parts under thrust, drag and gravity, advanced by one force evaluation a step.
///
/// A vehicle is a tree of *parts* (stage, fairing, payload ...) given by `plant_config_t`; part 0 is the root, which
/// carries the flight computer and is the body that plant_advance() follows. A part that separates takes everything
/// attached to it along and from then on only coasts (plant_coast()). Today the followed body is a point mass whose
/// attitude lags its command (or follows the wind, for a finned rocket); state struct and advance(dt) stay when it
/// becomes a rigid body.
///
/// Frame: `eci`, Earth-fixed axes frozen at the plant's t = 0. SI throughout. No globals, no heap, no libm.

#ifndef PLANT_H_INCLUDED
#define PLANT_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plant_atmosphere.h"
#include "plant_earth.h"
#include "plant_math.h"

enum
{
    PLANT_PARTS_MAX  = 16,
    PLANT_LEVELS_MAX = 4, ///< Throttle stages of an engine.
    PLANT_MACH_MAX   = 24,
    PLANT_BODIES_MAX = PLANT_PARTS_MAX
};

typedef struct
{
    double thrust_vac_n;            ///< At level 1. Zero: the part has no engine.
    double mass_flow_kgps;          ///< At level 1.
    double exit_area_m2;            ///< Thrust in air is level * thrust_vac - pressure * exit area, never below zero.
    double mixture_ratio;           ///< Oxidizer to fuel by mass; 0: a single propellant, held as fuel.
    double build_up_s;              ///< First-order time constant of a rising level.
    double tail_off_s;              ///< First-order time constant of a falling one: tail-off impulse over thrust.
    double chamber_pressure_pa;     ///< At level 1; proportional to level and thrust factor.
    double level[PLANT_LEVELS_MAX]; ///< Commandable levels; 0: no such level.
    bool   restartable;             ///< False: an engine that was shut down stays so.
} plant_engine_t;

typedef struct
{
    int32_t parent;                ///< Part it hangs on; -1 for part 0 only. A parent has a lower index.
    double  dry_mass_kg;           ///< With residuals that cannot be burnt.
    double  oxidizer_kg;           ///< Usable, at plant start.
    double  fuel_kg;               ///< Usable, at plant start.
    double  drag_area_m2;          ///< Its share of the reference area while attached.
    double  beta_kgpm2;            ///< Mass over drag area times Cd when it falls alone.
    double  deployed_drag_area_m2; ///< Cd*A of its parachute; 0: none. Acts from PLANT_DEPLOY on.
    double  separation_speed_mps;  ///< Relative speed the pushers give, along the body axis, backwards for parts
                                   ///< (a negative value pushes the part forwards).
    plant_engine_t engine;
} plant_part_t;

typedef enum
{
    PLANT_ATTITUDE_COMMANDED, ///< Body axis follows the command with a first-order lag.
    PLANT_ATTITUDE_WIND       ///< Finned: on the rail the rail's direction, then along the air velocity.
} plant_attitude_t;

typedef struct
{
    uint16_t part_count;
    uint16_t mach_count;     ///< >= 1.
    uint8_t  attitude;       ///< plant_attitude_t.
    double   attitude_lag_s; ///< Time constant; 0: no lag.
    double   rail_length_m;  ///< WIND: travelled before the rocket is free; until then the rail holds it sideways.
    double   incidence_drag; ///< Cd grows by (1 + incidence_drag * alpha^2), alpha in rad.
    double   mach[PLANT_MACH_MAX]; ///< Ascending.
    double   cd[PLANT_MACH_MAX];
    plant_geodetic_t  pad;
    double            start_s;            ///< Plant clock at start, usually negative.
    plant_vec3_t      axis_at_start_ecef; ///< Body axis on the pad, unit, Earth-fixed.
    plant_part_t      part[PLANT_PARTS_MAX];
    plant_air_table_t air; ///< Filled by plant_air_table_init().
} plant_config_t;

/// One part's state.
typedef struct
{
    bool   attached;
    bool   deployed;
    bool   burnt_out; ///< A propellant ran dry, or a non-restartable engine was shut down: it ignites no more.
    double oxidizer_kg;
    double fuel_kg;
    double level; ///< Actual engine level.
    double level_commanded;
    double thrust_factor; ///< 1 unless a fault changed it.
    double flow_factor;
} plant_part_state_t;

/// First-order lag over a step: what is left of a deviation from the command at its end, and on average over it.
typedef struct
{
    double decay;
    double mean;
} plant_lag_t;

/// A body that left the stack, at the instant it did.
typedef struct
{
    uint32_t     parts; ///< Bit per part that went with it.
    double       t_s;
    plant_vec3_t position_eci_m;
    plant_vec3_t velocity_eci_mps;
    double       mass_kg;
    double       beta_kgpm2; ///< Of its topmost part in the tree.
} plant_body_t;

typedef struct
{
    const plant_config_t* config;
    double                t_s;       ///< Plant clock.
    bool                  on_pad;    ///< Held; released when thrust exceeds weight.
    bool                  on_ground; ///< Came down again, below the pad's height: it lies there and turns with the
                                     ///< Earth, engines out.
    double       lift_off_s;         ///< Plant clock of release; NaN before.
    double       rail_travelled_m;
    plant_vec3_t position_eci_m;
    plant_vec3_t velocity_eci_mps;
    plant_vec3_t accel_eci_mps2; ///< Of the last step, predicts the next mid-point; zeroed at every event.
    plant_vec3_t axis_eci;       ///< Body axis.
    plant_vec3_t axis_commanded_eci;
    plant_vec3_t specific_velocity_eci_mps; ///< Integral of specific force since plant start (what a stable platform
                                            ///< integrates), pad reaction included.
    double             specific_velocity_axial_mps; ///< Integral of specific force along the body axis.
    double             mass_kg;
    double             height_m; ///< Of the last mid-point, above the ellipsoid.
    double             air_pressure_pa;
    double             dynamic_pressure_pa;
    double             mach;
    double             thrust_n; ///< Mean of the last step, all engines.
    double             max_height_m;
    double             max_dynamic_pressure_pa;
    uint32_t           evaluations; ///< Force evaluations so far; steps spent standing count too.
    plant_part_state_t part[PLANT_PARTS_MAX];
    uint16_t           body_count;
    plant_body_t       body[PLANT_BODIES_MAX];

    // What follows is derived from the above and kept because it is dear: never write it.
    plant_vec3_t held_position_ecef_m; ///< Where it stands while on_pad or on_ground.
    plant_vec3_t held_axis_ecef;       ///< Its axis there, and on the rail.
    double       reference_area_m2;    ///< Of the attached parts.
    double       deployed_area_m2;     ///< Cd*A of the open parachutes.
    uint32_t     burning;              ///< Bit per part whose engine level is above zero or commanded to be.
    uint16_t     mach_row;             ///< Row of the Mach table last used.
    double       cd_slope[PLANT_MACH_MAX];
    uint32_t     subtree[PLANT_PARTS_MAX];        ///< Bit per part that hangs on this one, itself included.
    double       oxidizer_share[PLANT_PARTS_MAX]; ///< Of the mass flow.
    double       lag_dt_s;                        ///< Length of step for which the lags hold.
    double       attitude_decay;                  ///< Of the attitude's deviation, over half a step.
    plant_lag_t  rising[PLANT_PARTS_MAX];
    plant_lag_t  falling[PLANT_PARTS_MAX];
} plant_t;

typedef enum
{
    PLANT_OK           = 0,
    PLANT_ERROR_PARTS  = -1, ///< Part count, parent order or a mass that is negative or not finite.
    PLANT_ERROR_ENGINE = -2, ///< An engine with thrust but no flow, no level or no propellant, or a negative number.
    PLANT_ERROR_AERO   = -3, ///< Mach table empty, not ascending or not finite.
    PLANT_ERROR_START  = -4  ///< Pad, clock or start axis not finite, a negative lag or rail, no such attitude.
} plant_status_t;

/// Puts the vehicle on its pad at `config->start_s`. `config` must outlive `self`. A refusal has started nothing.
///
/// Faults write `thrust_factor` and `flow_factor` of a part whenever they like. A vehicle is placed elsewhere than on its
/// pad by clearing `on_pad` and writing `position_eci_m`, `velocity_eci_mps` and, if it matters, the axes.
plant_status_t plant_init(plant_t* self, const plant_config_t* config);

/// What can be done to a part; `value` is the throttle stage's index for PLANT_THROTTLE.
typedef enum
{
    PLANT_IGNITE,   ///< Engine to level[value]; no effect on an engine that is burnt out.
    PLANT_THROTTLE, ///< Engine to level[value]; no effect on an engine that does not burn.
    PLANT_SHUTDOWN, ///< Valves shut; level decays with tail_off_s.
    PLANT_SEPARATE, ///< The part and all that hangs on it leave the followed body.
    PLANT_DEPLOY    ///< Parachute.
} plant_command_t;

/// Obeys at once; the effect unfolds in plant_advance(). Returns whether anything changed (an engine that does not burn
/// is not shut down, a part that is gone cannot leave).
bool plant_command(plant_t* self, plant_command_t command, uint32_t part, uint32_t value);

/// Aims the body axis (unit vector). Ignored by a finned rocket.
void plant_aim(plant_t* self, plant_vec3_t axis_commanded_eci);

/// Moves the world on by `dt_s`: one force evaluation, and one more for each propellant that runs dry inside, located
/// where it does. Mid-point with exact engine and attitude lags; second order in dt_s. 150 ns with six engines burning.
/// A step that is long for an open parachute is divided so that it stays stable. Nothing happens unless dt_s > 0.
///
/// Thrust of an engine is level * thrust_vac * thrust_factor - pressure * exit_area, never below zero. The one that runs
/// dry gets its command to zero in that instant and burns its tail-off on what stands in the lines, which is dry mass.
/// Held on the pad until the mean thrust of a step exceeds the weight along the axis: then free from the step's start.
/// A finned rocket on its rail moves along the rail only; afterwards its axis is the air velocity's.
void plant_advance(plant_t* self, double dt_s);

/// A ballistic body of constant `beta_kgpm2` (infinite: no drag).
typedef struct
{
    double       t_s; ///< Of the frame's clock: the ground turns under it.
    plant_vec3_t position_eci_m;
    plant_vec3_t velocity_eci_mps;
    double       beta_kgpm2;
} plant_coast_t;

/// Coasts until `until_s` or the ground (ellipsoid height `ground_height_m`, crossed downwards), in steps of `step_s`
/// (RK4), the last one shortened. Writes the states passed on the way into `rows` (7 doubles: t, r, v) if it is not null,
/// at most `row_capacity`: first the start, then every `row_every`-th step (0: none), last the end, which takes the place
/// of the last row when there is no room; `*row_count`, if not null, says how many. Returns whether the ground was
/// reached; `self` is then the point of impact, located within 1e-6 s of the crossing. A body that starts below the
/// ground and falls is there at once. Nothing happens unless step_s > 0; `until_s` must be finite.
bool plant_coast(plant_coast_t* self, const plant_air_table_t* air, double until_s, double step_s,
                 double ground_height_m, uint32_t row_every, double* rows, size_t row_capacity, size_t* row_count);

#endif
