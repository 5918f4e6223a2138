#include "fsw_navigation.h"

#include "fsw_number.h"

#define EARTH_GM_m3ps2        3.986004418e14    // WGS-84: NIMA TR8350.2 (2000), table 3.1
#define EARTH_RADIUS_m        6378137.0         // WGS-84: NIMA TR8350.2 (2000), table 3.1
#define EARTH_POLAR_RADIUS_m  6356752.3142      // WGS-84: NIMA TR8350.2 (2000), table 3.3
#define EARTH_ECCENTRICITY_SQ 6.69437999014e-3  // WGS-84: NIMA TR8350.2 (2000), table 3.3
#define EARTH_J2              1.082629821313e-3 // -sqrt(5) times C(2,0): NIMA TR8350.2 (2000), table 3.1
#define FLOOR_RADIUS_SQ_m2    (1.0e6 * 1.0e6)   // deeper than any vehicle gets: keeps a division from zero

static double dot(const double a[3], const double b[3])
{
    return (a[0] * b[0]) + (a[1] * b[1]) + (a[2] * b[2]);
}

static double radius_squared_m2(const double position_m[3])
{
    const double squared_m2 = dot(position_m, position_m);
    return (squared_m2 > FLOOR_RADIUS_SQ_m2) ? squared_m2 : FLOOR_RADIUS_SQ_m2;
}

void fsw_navigation_gravity(const double position_eci_m[3], double gravity_eci_mps2[3])
{
    const double  j2_scale   = 1.5 * EARTH_J2 * EARTH_RADIUS_m * EARTH_RADIUS_m;
    const double* p          = position_eci_m;
    const double  inverse_sq = 1.0 / radius_squared_m2(p);
    const double  newton     = EARTH_GM_m3ps2 * inverse_sq * __builtin_sqrt(inverse_sq);
    const double  j2         = j2_scale * inverse_sq;
    const double  polar      = 5.0 * p[2] * p[2] * inverse_sq;
    const double  sideways   = -newton * (1.0 + (j2 * (1.0 - polar)));

    gravity_eci_mps2[0] = sideways * p[0];
    gravity_eci_mps2[1] = sideways * p[1];
    gravity_eci_mps2[2] = -newton * (1.0 + (j2 * (3.0 - polar))) * p[2];
}

/// Height above the ellipsoid is r - R, with R the radius of the ellipsoid at the same geocentric latitude:
/// R = b / sqrt(1 - e2 c2), c2 = 1 - (z / r)2, b the polar radius. Climb is its derivative:
/// dR/dt = R3 / b2 * e2 / 2 * d(c2)/dt, d(c2)/dt = -2 (z / r) * d(z / r)/dt.
static void observe(fsw_t* const self)
{
    const double* const p = self->estimated_position_eci_m;
    const double* const v = self->estimated_velocity_eci_mps;

    const double radius_m         = __builtin_sqrt(radius_squared_m2(p));
    const double inverse_radius   = 1.0 / radius_m;
    const double sine             = p[2] * inverse_radius;
    const double radial_mps       = dot(p, v) * inverse_radius;
    const double cosine_sq        = 1.0 - (sine * sine);
    const double flattening       = 1.0 / (1.0 - (EARTH_ECCENTRICITY_SQ * cosine_sq));
    const double surface_m        = EARTH_POLAR_RADIUS_m * __builtin_sqrt(flattening);
    const double sine_per_s       = (v[2] - (sine * radial_mps)) * inverse_radius;
    const double surface_rate_mps = -surface_m * flattening * EARTH_ECCENTRICITY_SQ * sine * sine_per_s;

    const double altitude_mm = (radius_m - surface_m) * 1.0e3;
    const double speed_mmps  = __builtin_sqrt(dot(v, v)) * 1.0e3;
    const double climb_mmps  = (radial_mps - surface_rate_mps) * 1.0e3;

    self->estimated_altitude_mm = fsw_round_i64(altitude_mm, self->estimated_altitude_mm);
    self->estimated_speed_mmps  = fsw_round_i64(speed_mmps, self->estimated_speed_mmps);
    self->estimated_climb_mmps  = fsw_round_i64(climb_mmps, self->estimated_climb_mmps);
}

void fsw_navigation_start(fsw_t* const self)
{
    for (uint32_t i = 0; i < 3U; i++) {
        self->estimated_position_eci_m[i]   = self->config->pad_position_m[i];
        self->estimated_velocity_eci_mps[i] = self->config->pad_velocity_mps[i];
    }
    self->estimated_altitude_mm = 0;
    self->estimated_speed_mmps  = 0;
    self->estimated_climb_mmps  = 0;
    observe(self);
}

void fsw_navigation_step(fsw_t* const self, const int32_t increment[3])
{
    const fsw_config_t* const config   = self->config;
    double* const             position = self->estimated_position_eci_m;
    double* const             velocity = self->estimated_velocity_eci_mps;
    const double              half_s   = 0.5 * self->tick_s;

    double sensed_platform_mps[3];
    double middle_m[3];
    double gravity_mps2[3];
    for (uint32_t i = 0; i < 3U; i++) {
        sensed_platform_mps[i] = (double)increment[i] * config->imu_quantum_mps;
        middle_m[i]            = position[i] + (velocity[i] * half_s);
    }
    fsw_navigation_gravity(middle_m, gravity_mps2);

    for (uint32_t i = 0; i < 3U; i++) {
        const double sensed_mps = dot(&config->eci_from_platform[(size_t)3U * i], sensed_platform_mps);
        const double after_mps  = velocity[i] + (sensed_mps + (gravity_mps2[i] * self->tick_s));
        position[i] += (velocity[i] + after_mps) * half_s;
        velocity[i] = after_mps;
    }
    observe(self);
}
