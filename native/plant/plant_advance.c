#include "plant.h"

#include "plant_aero.h"
#include "plant_propulsion.h"
#include "plant_stack.h"

#define TOUCH_DOWN_m    1e-3   // below the pad's height, falling: more than the error of a height, nothing to a vehicle
#define CHUTE_STEP      0.25   // of the time in which an open parachute stops its load: a quarter of what stays stable
#define CHUTE_STEPS_MAX 1000.0 // parts of one advance()
#define AXIS_STUCK      1e-9   // denominator of turned() for an axis that points away from its command

/// What acts at the predicted mid-point of a step.
typedef struct
{
    double       dt_s;
    plant_vec3_t position_eci_m;
    plant_air_t  air;
    double       thrust_n;
    double       inverse_mass_pkg; ///< Mean over the step.
} plant_middle_t;

void plant_aim(plant_t* const self, const plant_vec3_t axis_commanded_eci)
{
    self->axis_commanded_eci = axis_commanded_eci;
}

/// The axis after a turn towards its command at the rate sin(angle) / lag, which keeps its length and has a closed form:
/// tan(angle / 2) decays exponentially, to `decay` of what it was. So two halves of a step make the whole.
static plant_vec3_t turned(const plant_vec3_t axis, const plant_vec3_t command, const double decay)
{
    const double along       = plant_vec3_dot(axis, command);
    const double decay2      = decay * decay;
    const double denominator = (1.0 + decay2) + (1.0 - decay2) * along;
    if (!(denominator > AXIS_STUCK)) {
        return axis;
    }
    const double       toward = (1.0 - decay) * (1.0 - decay) * along + (1.0 - decay2);
    const plant_vec3_t sum    = plant_vec3_add(plant_vec3_scale(axis, 2.0 * decay), plant_vec3_scale(command, toward));
    const plant_vec3_t next   = plant_vec3_scale(sum, 1.0 / denominator);
    return plant_vec3_scale(next, 1.5 - 0.5 * plant_vec3_dot(next, next)); // takes the rounding off the length
}

static bool is_on_rail(const plant_t* const self)
{
    return (self->config->attitude == (uint8_t)PLANT_ATTITUDE_WIND) &&
           (self->rail_travelled_m < self->config->rail_length_m);
}

/// The axis half a step on; `wind` is the velocity against the air there.
static plant_vec3_t middle_axis(const plant_t* const self, const double dt_s, const plant_vec3_t wind)
{
    if (self->config->attitude == (uint8_t)PLANT_ATTITUDE_COMMANDED) {
        return turned(self->axis_eci, self->axis_commanded_eci, self->attitude_decay);
    }
    if (is_on_rail(self)) {
        return plant_eci_from_ecef(self->held_axis_ecef, self->t_s + 0.5 * dt_s);
    }
    const double speed = plant_vec3_norm(wind);
    return speed > 0.0 ? plant_vec3_scale(wind, 1.0 / speed) : self->axis_eci;
}

/// The axis at the end of a step, whose middle one is known.
static plant_vec3_t end_axis(const plant_t* const self, const double dt_s, const plant_vec3_t middle)
{
    if (self->config->attitude == (uint8_t)PLANT_ATTITUDE_COMMANDED) {
        return turned(middle, self->axis_commanded_eci, self->attitude_decay);
    }
    if (is_on_rail(self)) {
        return plant_eci_from_ecef(self->held_axis_ecef, self->t_s + dt_s);
    }
    const plant_vec3_t wind  = plant_air_velocity_eci_mps(self->position_eci_m, self->velocity_eci_mps);
    const double       speed = plant_vec3_norm(wind);
    return speed > 0.0 ? plant_vec3_scale(wind, 1.0 / speed) : middle;
}

/// Acceleration of a vehicle that the rail lets move along its axis only.
static plant_vec3_t railed(const plant_vec3_t accel, const plant_vec3_t position, const plant_vec3_t wind,
                           const plant_vec3_t axis)
{
    // omega x is linear: the velocity of the ground "at" a velocity is the acceleration
    const plant_vec3_t centripetal = plant_ground_velocity_eci_mps(plant_ground_velocity_eci_mps(position));
    const plant_vec3_t coriolis    = plant_vec3_scale(plant_ground_velocity_eci_mps(wind), 2.0);
    const plant_vec3_t turning     = plant_vec3_add(centripetal, coriolis);
    const double       along       = plant_vec3_dot(plant_vec3_sub(accel, turning), axis);
    return plant_vec3_add(turning, plant_vec3_scale(axis, along));
}

/// Specific force by thrust and air at the mid-point; notes Mach number and dynamic pressure.
static plant_vec3_t specific_force(plant_t* const self, const plant_middle_t* const middle, const plant_vec3_t wind,
                                   const plant_vec3_t axis)
{
    const double speed = plant_vec3_norm(wind);
    self->mach         = speed / middle->air.sound_speed_mps;

    const double half_density = 0.5 * middle->air.density_kgpm3;
    const double cosine       = speed > 0.0 ? plant_vec3_dot(axis, wind) / speed : 1.0;
    const double incidence    = 1.0 + self->config->incidence_drag * 2.0 * (1.0 - cosine);
    const double area = plant_aero_cd(self, self->mach) * incidence * self->reference_area_m2 + self->deployed_area_m2;

    self->dynamic_pressure_pa = half_density * speed * speed;
    if (self->dynamic_pressure_pa > self->max_dynamic_pressure_pa) {
        self->max_dynamic_pressure_pa = self->dynamic_pressure_pa;
    }
    const plant_vec3_t thrust = plant_vec3_scale(axis, middle->thrust_n * middle->inverse_mass_pkg);
    const plant_vec3_t drag   = plant_vec3_scale(wind, half_density * speed * area * middle->inverse_mass_pkg);
    return plant_vec3_sub(thrust, drag);
}

static void sense(plant_t* const self, const plant_vec3_t specific_force_mps2, const plant_vec3_t axis,
                  const double dt_s)
{
    const plant_vec3_t gained       = plant_vec3_scale(specific_force_mps2, dt_s);
    self->specific_velocity_eci_mps = plant_vec3_add(self->specific_velocity_eci_mps, gained);
    self->specific_velocity_axial_mps += plant_vec3_dot(gained, axis);
}

static void touch_down(plant_t* const self)
{
    const double now_s         = self->t_s;
    self->on_ground            = true;
    self->held_position_ecef_m = plant_ecef_from_eci(self->position_eci_m, now_s);
    self->held_axis_ecef       = plant_ecef_from_eci(self->axis_eci, now_s);
    self->burning              = 0U;
    for (uint32_t i = 0; i < self->config->part_count; i++) {
        self->part[i].level           = 0.0;
        self->part[i].level_commanded = 0.0;
    }
    plant_stack_count(self);
    plant_stack_place(self);
    self->mach                = 0.0;
    self->dynamic_pressure_pa = 0.0;
}

static void fly(plant_t* const self, const plant_middle_t* const middle)
{
    const double       dt_s = middle->dt_s;
    const plant_vec3_t velocity =
        plant_vec3_add(self->velocity_eci_mps, plant_vec3_scale(self->accel_eci_mps2, 0.5 * dt_s));
    const plant_vec3_t wind    = plant_air_velocity_eci_mps(middle->position_eci_m, velocity);
    const plant_vec3_t axis    = middle_axis(self, dt_s, wind);
    const plant_vec3_t gravity = plant_gravity_eci_mps2(middle->position_eci_m);
    plant_vec3_t       force   = specific_force(self, middle, wind, axis);
    plant_vec3_t       accel   = plant_vec3_add(force, gravity);
    if (is_on_rail(self)) {
        accel = railed(accel, middle->position_eci_m, wind, axis);
        force = plant_vec3_sub(accel, gravity);
        self->rail_travelled_m += plant_vec3_dot(wind, axis) * dt_s;
    }

    const plant_vec3_t moved =
        plant_vec3_add(plant_vec3_scale(self->velocity_eci_mps, dt_s), plant_vec3_scale(accel, 0.5 * dt_s * dt_s));
    self->position_eci_m   = plant_vec3_add(self->position_eci_m, moved);
    self->velocity_eci_mps = plant_vec3_add(self->velocity_eci_mps, plant_vec3_scale(accel, dt_s));
    self->accel_eci_mps2   = accel;
    self->axis_eci         = end_axis(self, dt_s, axis);
    self->t_s += dt_s;
    sense(self, force, axis, dt_s);

    if (self->height_m > self->max_height_m) {
        self->max_height_m = self->height_m;
    }
    if (self->height_m < self->config->pad.height_m - TOUCH_DOWN_m) {
        const plant_vec3_t drift = plant_air_velocity_eci_mps(self->position_eci_m, self->velocity_eci_mps);
        if (plant_vec3_dot(drift, self->position_eci_m) < 0.0) {
            touch_down(self);
        }
    }
}

/// On the pad or on the ground: turns with the Earth and feels what carries it.
static void stand(plant_t* const self, const plant_middle_t* const middle)
{
    const plant_vec3_t velocity    = plant_ground_velocity_eci_mps(middle->position_eci_m);
    const plant_vec3_t centripetal = plant_ground_velocity_eci_mps(velocity);
    const plant_vec3_t reaction    = plant_vec3_sub(centripetal, plant_gravity_eci_mps2(middle->position_eci_m));
    const plant_vec3_t axis        = plant_eci_from_ecef(self->held_axis_ecef, self->t_s + 0.5 * middle->dt_s);
    sense(self, reaction, axis, middle->dt_s);
    self->t_s += middle->dt_s;
    plant_stack_place(self);
}

static bool thrust_exceeds_weight(const plant_t* const self, const double thrust_n)
{
    const plant_vec3_t centripetal = plant_ground_velocity_eci_mps(self->velocity_eci_mps);
    const plant_vec3_t gravity     = plant_vec3_sub(plant_gravity_eci_mps2(self->position_eci_m), centripetal);
    return thrust_n > -self->mass_kg * plant_vec3_dot(gravity, self->axis_eci);
}

static plant_vec3_t middle_position(const plant_t* const self, const double dt_s)
{
    if (self->on_pad || self->on_ground) {
        return plant_eci_from_ecef(self->held_position_ecef_m, self->t_s + 0.5 * dt_s);
    }
    return plant_vec3_add(self->position_eci_m,
                          plant_vec3_add(plant_vec3_scale(self->velocity_eci_mps, 0.5 * dt_s),
                                         plant_vec3_scale(self->accel_eci_mps2, 0.125 * dt_s * dt_s)));
}

static void set_step(plant_t* const self, const double dt_s)
{
    const double lag_s   = self->config->attitude_lag_s;
    self->lag_dt_s       = dt_s;
    self->attitude_decay = lag_s > 0.0 ? plant_exp(-0.5 * dt_s / lag_s) : 0.0;
    plant_propulsion_set_step(self, dt_s);
}

/// A step in which no propellant runs dry. The lags are those of `dt_s`.
static void step(plant_t* const self, const double dt_s)
{
    plant_middle_t middle = {.dt_s = dt_s, .position_eci_m = middle_position(self, dt_s)};
    self->height_m        = plant_height_m(middle.position_eci_m);
    plant_air_lookup(&self->config->air, self->height_m, &middle.air);
    self->air_pressure_pa = middle.air.pressure_pa;

    const plant_burn_t burn = plant_propulsion_burn(self, dt_s, middle.air.pressure_pa);
    self->thrust_n          = burn.thrust_n;
    self->evaluations++;
    middle.thrust_n = burn.thrust_n;

    if (self->on_pad && thrust_exceeds_weight(self, burn.thrust_n)) {
        self->on_pad     = false;
        self->lift_off_s = self->t_s;
    }
    // 1/m over a step of constant flow is ln(m0/m1) / (m0 - m1); with x = (m0 - m1) / mean, (1 + x2/12) / mean to x4/80
    const double mean_kg    = self->mass_kg - 0.5 * burn.used_kg;
    const double inverse    = 1.0 / mean_kg;
    const double used       = burn.used_kg * inverse;
    middle.inverse_mass_pkg = inverse + inverse * used * used * (1.0 / 12.0);
    self->mass_kg -= burn.used_kg;

    if (self->on_pad || self->on_ground) {
        stand(self, &middle);
    } else {
        fly(self, &middle);
    }
}

/// Parts into which an advance is divided so that an open parachute's pull stays stable.
static uint32_t chute_steps(const plant_t* const self, const double dt_s)
{
    if ((self->deployed_area_m2 <= 0.0) || self->on_pad || self->on_ground) {
        return 1U;
    }
    plant_air_t air;
    plant_air_lookup(&self->config->air, plant_height_m(self->position_eci_m), &air);
    const double speed = plant_vec3_norm(plant_air_velocity_eci_mps(self->position_eci_m, self->velocity_eci_mps));
    const double rate  = air.density_kgpm3 * speed * self->deployed_area_m2 / self->mass_kg;
    const double parts = rate * dt_s * (1.0 / CHUTE_STEP);
    return parts < CHUTE_STEPS_MAX ? 1U + (uint32_t)parts : (uint32_t)CHUTE_STEPS_MAX;
}

/// A step, divided wherever a propellant runs dry.
static void advance_part(plant_t* const self, const double dt_s)
{
    double left_s = dt_s;
    for (uint32_t split = 0; left_s > 0.0; split++) {
        if (left_s != self->lag_dt_s) {
            set_step(self, left_s);
        }
        const double horizon_s = split < PLANT_PARTS_MAX ? plant_propulsion_horizon_s(self, left_s) : left_s;
        if (horizon_s < left_s) {
            if (horizon_s > 0.0) {
                set_step(self, horizon_s);
                step(self, horizon_s);
            }
            plant_propulsion_run_dry(self);
            plant_stack_count(self);
        } else {
            step(self, horizon_s);
        }
        left_s -= horizon_s;
    }
}

void plant_advance(plant_t* const self, const double dt_s)
{
    if (!(dt_s > 0.0)) {
        return;
    }
    const double   end_s = self->t_s + dt_s;
    const uint32_t parts = chute_steps(self, dt_s);
    for (uint32_t i = 0; i < parts; i++) {
        advance_part(self, dt_s / (double)parts);
    }
    self->t_s = end_s;
}
