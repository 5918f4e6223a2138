#include "plant_earth.h"

#define TWO_PI (2.0 * PLANT_PI)

/// Square of the ellipsoid's first eccentricity, f (2 - f).
#define ECCENTRICITY2 (PLANT_EARTH_FLATTENING * (2.0 - PLANT_EARTH_FLATTENING))

/// Below this an eccentricity or a sine of inclination is the rounding of the state vector, not an orbit's shape.
static const double no_direction = 1e-11;

static double not_a_number(void)
{
    return __builtin_nan("");
}

/// What turns a point's radius into the ellipsoid's normal through it: (across * outward, along * north) has the
/// normal's direction, at any length.
typedef struct
{
    double outward;
    double north;
} lean_t;

/// The normal leans towards the pole by the factor (N + h) / (N (1 - e2) + h). With N and h to first order in e2, which
/// gives 1 + e2 a (1 + e2 sin2 / 2) / (r - e2 a cos2), the factor is right to 1e-6, the direction to 3e-7 rad and the
/// height, which is stationary in the direction, to 1e-6 m. Taken times r^3 so that nothing is divided.
static lean_t lean_of_normal(const double across2, const double along2)
{
    static const double e2a = ECCENTRICITY2 * PLANT_EARTH_RADIUS_m;

    const double r2      = across2 + along2;
    const double outward = r2 * plant_sqrt(r2) - e2a * across2;
    return (lean_t){outward, outward + e2a * (r2 + 0.5 * ECCENTRICITY2 * along2)};
}

plant_vec3_t plant_gravity_eci_mps2(const plant_vec3_t position_eci_m)
{
    static const double radius2 = PLANT_EARTH_RADIUS_m * PLANT_EARTH_RADIUS_m;

    const double r2      = plant_vec3_dot(position_eci_m, position_eci_m);
    const double inv_r2  = 1.0 / r2;
    const double central = -PLANT_EARTH_GM_m3ps2 * plant_sqrt(r2) * inv_r2 * inv_r2;
    const double oblate  = 1.5 * PLANT_EARTH_J2 * radius2 * inv_r2;
    const double polar   = 5.0 * position_eci_m.z * position_eci_m.z * inv_r2;
    const double level   = central * (1.0 + oblate * (1.0 - polar));
    const double along   = central * (1.0 + oblate * (3.0 - polar));
    return (plant_vec3_t){position_eci_m.x * level, position_eci_m.y * level, position_eci_m.z * along};
}

plant_vec3_t plant_ecef_from_eci(const plant_vec3_t vector_eci, const double t_s)
{
    double s;
    double c;
    plant_sincos(PLANT_EARTH_ROTATION_radps * t_s, &s, &c);
    return (plant_vec3_t){c * vector_eci.x + s * vector_eci.y, c * vector_eci.y - s * vector_eci.x, vector_eci.z};
}

plant_vec3_t plant_eci_from_ecef(const plant_vec3_t vector_ecef, const double t_s)
{
    return plant_ecef_from_eci(vector_ecef, -t_s);
}

plant_vec3_t plant_ground_velocity_eci_mps(const plant_vec3_t position_eci_m)
{
    return (plant_vec3_t){-PLANT_EARTH_ROTATION_radps * position_eci_m.y, PLANT_EARTH_ROTATION_radps * position_eci_m.x,
                          0.0};
}

plant_vec3_t plant_air_velocity_eci_mps(const plant_vec3_t position_eci_m, const plant_vec3_t velocity_eci_mps)
{
    return plant_vec3_sub(velocity_eci_mps, plant_ground_velocity_eci_mps(position_eci_m));
}

plant_geodetic_t plant_geodetic_from_ecef(const plant_vec3_t position_ecef_m)
{
    static const double to_outward = ECCENTRICITY2 * PLANT_EARTH_RADIUS_m;
    static const double to_north   = ECCENTRICITY2 * PLANT_EARTH_RADIUS_m / (1.0 - PLANT_EARTH_FLATTENING);

    const double along   = position_ecef_m.z;
    const double across2 = position_ecef_m.x * position_ecef_m.x + position_ecef_m.y * position_ecef_m.y;
    const double across  = plant_sqrt(across2);
    const lean_t lean    = lean_of_normal(across2, along * along);
    double       outward = across * lean.outward;
    double       north   = along * lean.north;
    for (int i = 0; i < 2; i++) {
        const double reduced = (1.0 - PLANT_EARTH_FLATTENING) * north;
        const double inverse = 1.0 / plant_sqrt(outward * outward + reduced * reduced);
        const double cosine  = outward * inverse;
        const double sine    = reduced * inverse;
        outward              = across - to_outward * cosine * cosine * cosine;
        north                = along + to_north * sine * sine * sine;
    }
    const double length  = plant_sqrt(outward * outward + north * north);
    const double surface = plant_sqrt(outward * outward + (1.0 - ECCENTRICITY2) * north * north);
    return (plant_geodetic_t){plant_atan2(north, outward), plant_atan2(position_ecef_m.y, position_ecef_m.x),
                              (across * outward + along * north - PLANT_EARTH_RADIUS_m * surface) / length};
}

plant_vec3_t plant_ecef_from_geodetic(const plant_geodetic_t point)
{
    const plant_vec3_t up     = plant_local_axes(point.latitude_rad, point.longitude_rad).z;
    const double       normal = PLANT_EARTH_RADIUS_m / plant_sqrt(1.0 - ECCENTRICITY2 * up.z * up.z);
    return (plant_vec3_t){(normal + point.height_m) * up.x, (normal + point.height_m) * up.y,
                          (normal * (1.0 - ECCENTRICITY2) + point.height_m) * up.z};
}

double plant_height_m(const plant_vec3_t position_m)
{
    const double across2  = position_m.x * position_m.x + position_m.y * position_m.y;
    const double along2   = position_m.z * position_m.z;
    const lean_t lean     = lean_of_normal(across2, along2);
    const double outward2 = across2 * lean.outward * lean.outward;
    const double north2   = along2 * lean.north * lean.north;
    const double surface  = plant_sqrt(outward2 + (1.0 - ECCENTRICITY2) * north2);
    const double level    = across2 * lean.outward + along2 * lean.north;
    return (level - PLANT_EARTH_RADIUS_m * surface) / plant_sqrt(outward2 + north2);
}

plant_axes_t plant_local_axes(const double latitude_rad, const double longitude_rad)
{
    double s_lat;
    double c_lat;
    double s_lon;
    double c_lon;
    plant_sincos(latitude_rad, &s_lat, &c_lat);
    plant_sincos(longitude_rad, &s_lon, &c_lon);
    return (plant_axes_t){.x = {-s_lon, c_lon, 0.0},
                          .y = {-s_lat * c_lon, -s_lat * s_lon, c_lat},
                          .z = {c_lat * c_lon, c_lat * s_lon, s_lat}};
}

plant_axes_t plant_platform_axes(const double latitude_rad, const double longitude_rad, const double azimuth_rad)
{
    const plant_axes_t local = plant_local_axes(latitude_rad, longitude_rad);
    double             s;
    double             c;
    plant_sincos(azimuth_rad, &s, &c);
    return (plant_axes_t){.x = plant_vec3_add(plant_vec3_scale(local.x, s), plant_vec3_scale(local.y, c)),
                          .y = local.z,
                          .z = plant_vec3_sub(plant_vec3_scale(local.x, c), plant_vec3_scale(local.y, s))};
}

/// Angle from `from` to `to` about the unit vector `about`, all in one plane, [0, 2 pi).
static double angle_about(const plant_vec3_t about, const plant_vec3_t from, const plant_vec3_t to)
{
    const double sine  = plant_vec3_dot(about, plant_vec3_cross(from, to));
    const double angle = plant_atan2(sine, plant_vec3_dot(from, to));
    const double whole = angle < 0.0 ? angle + TWO_PI : angle;
    return whole < TWO_PI ? whole : 0.0;
}

static plant_orbit_t no_orbit(void)
{
    const double nan = not_a_number();
    return (plant_orbit_t){false, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan};
}

plant_orbit_t plant_orbit_from_state(const plant_vec3_t position_eci_m, const plant_vec3_t velocity_eci_mps)
{
    const double       r       = plant_vec3_norm(position_eci_m);
    const double       energy  = 0.5 * plant_vec3_dot(velocity_eci_mps, velocity_eci_mps) - PLANT_EARTH_GM_m3ps2 / r;
    const plant_vec3_t moment  = plant_vec3_cross(position_eci_m, velocity_eci_mps);
    const double       moment1 = plant_vec3_norm(moment);
    const plant_vec3_t lean = plant_vec3_scale(plant_vec3_cross(velocity_eci_mps, moment), 1.0 / PLANT_EARTH_GM_m3ps2);
    const plant_vec3_t e_vector = plant_vec3_sub(lean, plant_vec3_scale(position_eci_m, 1.0 / r));
    const double       e        = plant_vec3_norm(e_vector);
    if (!(energy < 0.0 && moment1 > 0.0 && e < 1.0)) {
        return no_orbit();
    }

    const plant_vec3_t normal  = plant_vec3_unit(moment);
    const double       sine    = plant_sqrt(normal.x * normal.x + normal.y * normal.y);
    const plant_vec3_t x_axis  = {1.0, 0.0, 0.0};
    const plant_vec3_t z_axis  = {0.0, 0.0, 1.0};
    const plant_vec3_t node    = sine > no_direction ? (plant_vec3_t){-normal.y / sine, normal.x / sine, 0.0} : x_axis;
    const plant_vec3_t perigee = e > no_direction ? plant_vec3_unit(e_vector) : node;
    const double       latus   = moment1 * moment1 / PLANT_EARTH_GM_m3ps2;
    const double       r_perigee = latus / (1.0 + e);
    const double       r_apogee  = latus / (1.0 - e);
    return (plant_orbit_t){
        .elliptic          = true,
        .perigee_radius_m  = r_perigee,
        .apogee_radius_m   = r_apogee,
        .semi_major_axis_m = 0.5 * (r_perigee + r_apogee),
        .eccentricity      = e,
        .inclination_rad   = plant_atan2(sine, normal.z),
        .raan_rad          = angle_about(z_axis, x_axis, node),
        .arg_perigee_rad   = angle_about(normal, node, perigee),
        .true_anomaly_rad  = angle_about(normal, perigee, position_eci_m),
        .perigee_height_m  = plant_height_m(plant_vec3_scale(perigee, r_perigee)),
        .apogee_height_m   = plant_height_m(plant_vec3_scale(perigee, -r_apogee)),
    };
}
