/// The Earth: its rotation, shape and gravity, the frames fixed to it, and the orbit that a state vector is part of.
///
/// Model: WGS 84 ellipsoid, constant rotation, central gravity with J2. No polar motion, no precession, no higher
/// harmonics: over ten minutes of flight they amount to less than 100 m.
///
/// Frames, all geocentric and right-handed, in m and m/s:
///   ecef  turns with the Earth; x towards latitude 0, longitude 0; z towards the north pole.
///   eci   does not turn; coincides with ecef at t_s = 0 of the plant clock, whatever that instant is called.
/// Angles are in rad, longitudes positive east. "Height" is always above the ellipsoid, along its normal.

#ifndef PLANT_EARTH_H_INCLUDED
#define PLANT_EARTH_H_INCLUDED

#include <stdbool.h>

#include "plant_math.h"

#define PLANT_EARTH_GM_m3ps2       3.986004418e14        // NIMA TR8350.2 (2000), table 3.1: WGS 84, with the atmosphere
#define PLANT_EARTH_RADIUS_m       6378137.0             // NIMA TR8350.2 (2000), table 3.1: semi-major axis, exact
#define PLANT_EARTH_FLATTENING     (1.0 / 298.257223563) // NIMA TR8350.2 (2000), table 3.1: exact
#define PLANT_EARTH_ROTATION_radps 7.292115e-5           // NIMA TR8350.2 (2000), table 3.1: exact
#define PLANT_EARTH_J2             1.08262982131e-3      // NIMA TR8350.2: -sqrt(5) * C20, C20 = -0.484166774985e-3

/// A point by its ellipsoidal coordinates.
typedef struct
{
    double latitude_rad;  ///< Geodetic, [-pi/2, pi/2].
    double longitude_rad; ///< East, (-pi, pi]; 0 on the polar axis.
    double height_m;
} plant_geodetic_t;

/// Three unit vectors that make a right-handed set (z = x cross y), given in some other frame.
typedef struct
{
    plant_vec3_t x;
    plant_vec3_t y;
    plant_vec3_t z;
} plant_axes_t;

/// The osculating orbit. Directions are in `eci`: the node is counted from its x axis, the meridian of Greenwich at
/// t_s = 0. What a circular or equatorial orbit lacks is set so that the sums stay right: without eccentricity the
/// perigee is put at the ascending node, without inclination the node on the x axis.
typedef struct
{
    bool   elliptic; ///< Bound and not falling straight down. If false every number here is NaN.
    double perigee_radius_m;
    double apogee_radius_m;
    double semi_major_axis_m;
    double eccentricity;     ///< [0, 1).
    double inclination_rad;  ///< [0, pi].
    double raan_rad;         ///< Right ascension of the ascending node, [0, 2 pi).
    double arg_perigee_rad;  ///< [0, 2 pi).
    double true_anomaly_rad; ///< [0, 2 pi).
    double perigee_height_m; ///< Of the perigee *point*, above the ellipsoid there; may be negative.
    double apogee_height_m;  ///< Of the apogee point, likewise.
} plant_orbit_t;

/// Acceleration by gravity alone at a position in `eci`, or equally in `ecef`: this Earth is symmetric about its axis.
/// Central term and J2; the centrifugal acceleration of a frame that turns is not in it. Any radius above zero. 6 ns.
plant_vec3_t plant_gravity_eci_mps2(plant_vec3_t position_eci_m);

/// Turns a vector's axes about z by the Earth's rotation at t_s. For a position this is the whole conversion. A
/// velocity relative to the Earth is plant_ecef_from_eci(plant_air_velocity_eci_mps(r, v), t_s).
plant_vec3_t plant_ecef_from_eci(plant_vec3_t vector_eci, double t_s);

/// The opposite of plant_ecef_from_eci().
plant_vec3_t plant_eci_from_ecef(plant_vec3_t vector_ecef, double t_s);

/// Velocity relative to air at rest over the turning Earth, v - omega x r, still along the axes of `eci`.
plant_vec3_t plant_air_velocity_eci_mps(plant_vec3_t position_eci_m, plant_vec3_t velocity_eci_mps);

/// Inertial velocity of a point fixed to the Earth, omega x r.
plant_vec3_t plant_ground_velocity_eci_mps(plant_vec3_t position_eci_m);

/// Ellipsoidal coordinates of a point, by Bowring's iteration without the cases it fails in: error < 1e-12 rad and
/// < 1e-7 m for heights from -10 km to 2000 km, at the poles and the equator too.
plant_geodetic_t plant_geodetic_from_ecef(plant_vec3_t position_ecef_m);

/// The opposite of plant_geodetic_from_ecef().
plant_vec3_t plant_ecef_from_geodetic(plant_geodetic_t point);

/// Height alone, in `eci` or `ecef`, without any angle: three roots and one division, 10 ns. Error < 1e-6 m from -10 km
/// to 2000 km. For the air, every tick.
double plant_height_m(plant_vec3_t position_m);

/// East (x), north (y) and up (z) along the ellipsoid's normal at a place, as vectors of `ecef`. At a pole the
/// longitude given says where east is.
plant_axes_t plant_local_axes(double latitude_rad, double longitude_rad);

/// The axes of a stable platform or a launch frame at a place, as vectors of `ecef`: x level along the firing azimuth
/// (from north, clockwise), y up, z = x cross y level to the right of the flight.
plant_axes_t plant_platform_axes(double latitude_rad, double longitude_rad, double azimuth_rad);

/// The osculating orbit of a state in `eci`, of the central term of gravity.
plant_orbit_t plant_orbit_from_state(plant_vec3_t position_eci_m, plant_vec3_t velocity_eci_mps);

#endif
