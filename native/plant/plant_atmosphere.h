/// The air: the U.S. Standard Atmosphere, 1976 (NOAA-S/T 76-1562, below "the standard"), from its formulas or by table.
///
/// Height is geometric, above the ellipsoid (the standard says mean sea level; the geoid is not modelled).
///
/// Below 86 km the standard's formulas hold exactly. Between 80 and 86 km air begins to unmix: the standard computes
/// pressure, density and sound speed from the molecular-scale temperature, which Table I also prints as temperature
/// there, and corrects only the kinetic temperature, by the ratio of molecular masses of its Table 8. `temperature_k`
/// is the corrected one, at most 0.04 % below the printed column, so that it meets the 186.8673 K of 86 km.
///
/// From 86 to 1000 km the kinetic temperature is exact; pressure and density are those printed in Table I at 93 heights
/// and smooth in between: cubics of the logarithm of pressure and of density * temperature / pressure, which is the
/// mean molecular mass. Other printed rows come out to 5e-5 in pressure and to 6e-4 in density, the rounding of four
/// printed digits. At 100 km the standard itself has a kink in both, kept here.

#ifndef PLANT_ATMOSPHERE_H_INCLUDED
#define PLANT_ATMOSPHERE_H_INCLUDED

#include <stdint.h>

#define PLANT_AIR_FLOOR_m (-5000.0) // the standard, Table I: lowest row
#define PLANT_AIR_TOP_m   1000000.0 // the standard, Table I: highest row

/// The air at one height.
typedef struct
{
    double density_kgpm3;
    double pressure_pa;
    double temperature_k;   ///< Kinetic.
    double sound_speed_mps; ///< sqrt(1.4 p / density), above 86 km too, where the standard gives none. Never zero.
} plant_air_t;

enum
{
    PLANT_AIR_ROWS_LOWER  = 901,  ///< Every 100 m of geopotential height, -5.1 to 84.9 km: its kinks lie on rows.
    PLANT_AIR_ROWS_MIDDLE = 1176, ///< Every 80 m, 86 to 180 km: the kink at 100 km lies on a row.
    PLANT_AIR_ROWS_UPPER  = 2051, ///< Every 400 m, 180 to 1000 km.
    PLANT_AIR_ROWS        = PLANT_AIR_ROWS_LOWER + PLANT_AIR_ROWS_MIDDLE + PLANT_AIR_ROWS_UPPER
};

/// The air at fixed heights, 132 kB of which a flight touches two rows at a time.
typedef struct
{
    plant_air_t row[PLANT_AIR_ROWS];
} plant_air_table_t;

/// The air at `height_m`, by formula (0.1 to 0.4 us). Below PLANT_AIR_FLOOR_m the air of that height, above
/// PLANT_AIR_TOP_m a vacuum: no density, no pressure, temperature and sound speed of the top. NaN gives NaN.
plant_air_t plant_atmosphere_us76(double height_m);

/// Fills the table from plant_atmosphere_us76() (1 ms). The table does not change afterwards.
void plant_air_table_init(plant_air_table_t* self);

/// The air at `height_m` by linear interpolation (5 ns): density and pressure within 5e-5 of plant_atmosphere_us76(),
/// and defined for the same heights, which is all of them.
void plant_air_lookup(const plant_air_table_t* self, double height_m, plant_air_t* out);

#endif
