#include "plant_atmosphere.h"

#include <stdbool.h>
#include <stddef.h>

#include "plant_math.h"

#define EARTH_RADIUS_m     6356766.0 // the standard, 1.2.4: r0, for which g is 9.80665 at 45 deg
#define G0_mps2            9.80665   // the standard, Table 2
#define GAS_J_PER_KMOL_K   8314.32   // the standard, Table 2: R*
#define MOLAR_MASS_kgpkmol 28.9644   // the standard, 1.2.4: M0, at sea level
#define HEAT_RATIO         1.4       // the standard, 1.3.4: ratio of specific heats
#define GAS_J_PER_KG_K     (GAS_J_PER_KMOL_K / MOLAR_MASS_kgpkmol)
#define UPPER_m            86000.0 // the standard, 1.2.5: where the formulas of the layers end
#define MIDDLE_TOP_m       180000.0
#define LOWER_START_m      (-5100.0)
#define STEP_LOWER_m       100.0
#define STEP_MIDDLE_m      80.0
#define STEP_UPPER_m       400.0

typedef struct
{
    double base_m;    ///< Geopotential. The standard, Table 4.
    double lapse_kpm; ///< The standard, Table 4.
    double base_k;    ///< Follows from 288.15 K (Table 2) and the lapse rates.
    double base_pa;   ///< Follows from 101325 Pa (Table 2) by the standard's eq. 33.
} layer_t;

static const layer_t layers[] = {
    {0.0, -0.0065, 288.15, 101325.0},
    {11000.0, 0.0, 216.65, 22632.06397346293},
    {20000.0, 0.0010, 216.65, 5474.88866967778},
    {32000.0, 0.0028, 228.65, 868.0186847552274},
    {47000.0, 0.0, 270.65, 110.90630555496588},
    {51000.0, -0.0028, 270.65, 66.93887311868727},
    {71000.0, -0.0020, 214.65, 3.9564204280407287},
};

enum
{
    LAYERS = sizeof layers / sizeof layers[0]
};

/// M / M0 every 500 m from 80 to 86 km. The standard, Table 8; the last one makes 186.9459 K into 186.8673 K.
static const double mass_ratio[] = {1.000000, 0.999996, 0.999989, 0.999971, 0.999941, 0.999909, 0.999870,
                                    0.999829, 0.999786, 0.999741, 0.999694, 0.999641, 0.999579};

typedef struct
{
    double height_m;
    double pressure_pa;
    double density_kgpm3;
} knot_t;

/// The standard, Table I, pp. 68 to 73, as printed.
static const knot_t knots[] = {
    {86000.0, 3.7338e-01, 6.958e-06},  {87000.0, 3.1259e-01, 5.824e-06},  {88000.0, 2.6173e-01, 4.875e-06},
    {89000.0, 2.1919e-01, 4.081e-06},  {90000.0, 1.8359e-01, 3.416e-06},  {91000.0, 1.5381e-01, 2.860e-06},
    {92000.0, 1.2887e-01, 2.393e-06},  {93000.0, 1.0801e-01, 2.000e-06},  {94000.0, 9.0560e-02, 1.670e-06},
    {95000.0, 7.5966e-02, 1.393e-06},  {96000.0, 6.3765e-02, 1.162e-06},  {97000.0, 5.3571e-02, 9.685e-07},
    {98000.0, 4.5057e-02, 8.071e-07},  {99000.0, 3.7948e-02, 6.725e-07},  {100000.0, 3.2011e-02, 5.604e-07},
    {101000.0, 2.7192e-02, 4.695e-07}, {102000.0, 2.3144e-02, 3.935e-07}, {103000.0, 1.9742e-02, 3.300e-07},
    {104000.0, 1.6882e-02, 2.769e-07}, {105000.0, 1.4477e-02, 2.325e-07}, {106000.0, 1.2454e-02, 1.954e-07},
    {107000.0, 1.0751e-02, 1.643e-07}, {108000.0, 9.3188e-03, 1.381e-07}, {109000.0, 8.1142e-03, 1.161e-07},
    {110000.0, 7.1042e-03, 9.708e-08}, {111000.0, 6.2614e-03, 8.111e-08}, {112000.0, 5.5547e-03, 6.838e-08},
    {113000.0, 4.9570e-03, 5.811e-08}, {114000.0, 4.4473e-03, 4.975e-08}, {115000.0, 4.0096e-03, 4.289e-08},
    {116000.0, 3.6312e-03, 3.720e-08}, {118000.0, 3.0144e-03, 2.847e-08}, {120000.0, 2.5382e-03, 2.222e-08},
    {122000.0, 2.1635e-03, 1.767e-08}, {124000.0, 1.8635e-03, 1.428e-08}, {126000.0, 1.6194e-03, 1.171e-08},
    {128000.0, 1.4183e-03, 9.717e-09}, {130000.0, 1.2505e-03, 8.152e-09}, {132000.0, 1.1092e-03, 6.904e-09},
    {134000.0, 9.8907e-04, 5.897e-09}, {136000.0, 8.8617e-04, 5.074e-09}, {138000.0, 7.9739e-04, 4.396e-09},
    {140000.0, 7.2028e-04, 3.831e-09}, {142000.0, 6.5294e-04, 3.358e-09}, {144000.0, 5.9380e-04, 2.958e-09},
    {146000.0, 5.4162e-04, 2.618e-09}, {148000.0, 4.9538e-04, 2.326e-09}, {150000.0, 4.5422e-04, 2.076e-09},
    {160000.0, 3.0395e-04, 1.233e-09}, {170000.0, 2.1210e-04, 7.815e-10}, {180000.0, 1.5271e-04, 5.194e-10},
    {190000.0, 1.1266e-04, 3.581e-10}, {200000.0, 8.4736e-05, 2.541e-10}, {210000.0, 6.4756e-05, 1.846e-10},
    {220000.0, 5.0149e-05, 1.367e-10}, {230000.0, 3.9276e-05, 1.029e-10}, {240000.0, 3.1059e-05, 7.858e-11},
    {250000.0, 2.4767e-05, 6.073e-11}, {260000.0, 1.9894e-05, 4.742e-11}, {270000.0, 1.6083e-05, 3.738e-11},
    {280000.0, 1.3076e-05, 2.971e-11}, {290000.0, 1.0683e-05, 2.378e-11}, {300000.0, 8.7704e-06, 1.916e-11},
    {320000.0, 5.9796e-06, 1.264e-11}, {340000.0, 4.1320e-06, 8.503e-12}, {360000.0, 2.8878e-06, 5.805e-12},
    {380000.0, 2.0384e-06, 4.013e-12}, {400000.0, 1.4518e-06, 2.803e-12}, {420000.0, 1.0427e-06, 1.975e-12},
    {440000.0, 7.5517e-07, 1.402e-12}, {460000.0, 5.5155e-07, 1.002e-12}, {480000.0, 4.0642e-07, 7.208e-13},
    {500000.0, 3.0236e-07, 5.215e-13}, {525000.0, 2.1200e-07, 3.509e-13}, {550000.0, 1.5137e-07, 2.384e-13},
    {575000.0, 1.1028e-07, 1.637e-13}, {600000.0, 8.2130e-08, 1.137e-13}, {625000.0, 6.2601e-08, 7.998e-14},
    {650000.0, 4.8865e-08, 5.712e-14}, {675000.0, 3.9048e-08, 4.148e-14}, {700000.0, 3.1908e-08, 3.070e-14},
    {725000.0, 2.6611e-08, 2.318e-14}, {750000.0, 2.2599e-08, 1.788e-14}, {775000.0, 1.9493e-08, 1.410e-14},
    {800000.0, 1.7036e-08, 1.136e-14}, {825000.0, 1.5051e-08, 9.339e-15}, {850000.0, 1.3415e-08, 7.824e-15},
    {875000.0, 1.2043e-08, 6.664e-15}, {900000.0, 1.0873e-08, 5.759e-15}, {925000.0, 9.8635e-09, 5.038e-15},
    {950000.0, 8.9816e-09, 4.453e-15}, {975000.0, 8.2043e-09, 3.968e-15}, {1000000.0, 7.5138e-09, 3.561e-15},
};

enum
{
    KNOTS     = sizeof knots / sizeof knots[0],
    KNOT_KINK = 14 ///< 100 km. Cubics do not look across it.
};

static double geopotential_m(const double height_m)
{
    return EARTH_RADIUS_m * height_m / (EARTH_RADIUS_m + height_m);
}

static double geometric_m(const double geopotential)
{
    return EARTH_RADIUS_m * geopotential / (EARTH_RADIUS_m - geopotential);
}

static plant_air_t air(const double density_kgpm3, const double pressure_pa, const double temperature_k)
{
    return (plant_air_t){density_kgpm3, pressure_pa, temperature_k,
                         plant_sqrt(HEAT_RATIO * pressure_pa / density_kgpm3)};
}

static double ratio_of_masses(const double height_m)
{
    if (height_m <= 80000.0) {
        return 1.0;
    }
    const double step = (height_m - 80000.0) / 500.0;
    const size_t i    = step < 11.0 ? (size_t)step : 11U;
    return mass_ratio[i] + (step - (double)i) * (mass_ratio[i + 1U] - mass_ratio[i]);
}

/// The standard, eq. 23, 33a, 33b, 42. Also a little beyond 86 km, for the last row of the table.
static plant_air_t layered_air(const double geopotential, const double height_m)
{
    static const double hydrostatic_kpm = G0_mps2 / GAS_J_PER_KG_K;

    size_t i = 0U;
    while (i + 1U < LAYERS && geopotential >= layers[i + 1U].base_m) {
        i++;
    }
    const layer_t* const layer     = &layers[i];
    const double         above     = geopotential - layer->base_m;
    const double         molecular = layer->base_k + layer->lapse_kpm * above;
    const double         pressure =
        layer->lapse_kpm == 0.0
            ? layer->base_pa * plant_exp(-hydrostatic_kpm * above / layer->base_k)
            : layer->base_pa * plant_pow(layer->base_k / molecular, hydrostatic_kpm / layer->lapse_kpm);
    return air(pressure / (GAS_J_PER_KG_K * molecular), pressure, molecular * ratio_of_masses(height_m));
}

/// The standard, eq. 25, 27, 29, 31.
static double upper_temperature_k(const double height_m)
{
    if (height_m <= 91000.0) {
        return 186.8673;
    }
    if (height_m < 110000.0) {
        const double x = (height_m - 91000.0) / -19942.9;
        return 263.1905 - 76.3232 * plant_sqrt(1.0 - x * x);
    }
    if (height_m < 120000.0) {
        return 240.0 + 0.012 * (height_m - 110000.0);
    }
    const double above = (height_m - 120000.0) * (EARTH_RADIUS_m + 120000.0) / (EARTH_RADIUS_m + height_m);
    return 1000.0 - 640.0 * plant_exp(-1.875e-5 * above);
}

/// What is interpolated between the knots.
typedef struct
{
    double log_pressure;
    double mass; ///< density * temperature / pressure: the mean molecular mass over R*, kg K/J.
} upper_t;

static upper_t upper_at_knot(const size_t i)
{
    const knot_t* const knot = &knots[i];
    return (upper_t){plant_log(knot->pressure_pa),
                     knot->density_kgpm3 * upper_temperature_k(knot->height_m) / knot->pressure_pa};
}

static upper_t slope_between(const size_t i, const size_t j)
{
    const upper_t a = upper_at_knot(i);
    const upper_t b = upper_at_knot(j);
    const double  w = 1.0 / (knots[j].height_m - knots[i].height_m);
    return (upper_t){(b.log_pressure - a.log_pressure) * w, (b.mass - a.mass) * w};
}

/// Slope, at knot `i`, of the parabola through it and two neighbours within [first, last].
static upper_t slope_at_knot(const size_t i, const size_t first, const size_t last)
{
    size_t middle = i;
    if (i == first) {
        middle = i + 1U;
    } else if (i == last) {
        middle = i - 1U;
    }
    const upper_t left  = slope_between(middle - 1U, middle);
    const upper_t right = slope_between(middle, middle + 1U);
    const double  x0    = knots[middle - 1U].height_m;
    const double  x1    = knots[middle].height_m;
    const double  x2    = knots[middle + 1U].height_m;
    const double  w     = (2.0 * knots[i].height_m - x0 - x1) / (x2 - x0); // 0 halfway to the left, 1 to the right
    return (upper_t){left.log_pressure + w * (right.log_pressure - left.log_pressure),
                     left.mass + w * (right.mass - left.mass)};
}

/// Cubic with values a, b and slopes (over the whole step) da, db at u = 0, 1.
static double hermite(const double u, const double a, const double b, const double da, const double db)
{
    const double rise = b - a;
    return a + u * (da + u * (3.0 * rise - 2.0 * da - db + u * (da + db - 2.0 * rise)));
}

static plant_air_t tabulated_air(const double height_m)
{
    size_t i = 0U;
    while (i + 2U < KNOTS && height_m >= knots[i + 1U].height_m) {
        i++;
    }
    const size_t  first  = i < KNOT_KINK ? 0U : KNOT_KINK;
    const size_t  last   = i < KNOT_KINK ? KNOT_KINK : KNOTS - 1U;
    const double  step_m = knots[i + 1U].height_m - knots[i].height_m;
    const double  u      = (height_m - knots[i].height_m) / step_m;
    const upper_t a      = upper_at_knot(i);
    const upper_t b      = upper_at_knot(i + 1U);
    const upper_t da     = slope_at_knot(i, first, last);
    const upper_t db     = slope_at_knot(i + 1U, first, last);
    const double  pressure =
        plant_exp(hermite(u, a.log_pressure, b.log_pressure, da.log_pressure * step_m, db.log_pressure * step_m));
    const double mass        = hermite(u, a.mass, b.mass, da.mass * step_m, db.mass * step_m);
    const double temperature = upper_temperature_k(height_m);
    return air(pressure * mass / temperature, pressure, temperature);
}

plant_air_t plant_atmosphere_us76(const double height_m)
{
    if (!(height_m <= PLANT_AIR_TOP_m)) {
        const bool        vacuum = height_m > PLANT_AIR_TOP_m;
        const plant_air_t top    = tabulated_air(PLANT_AIR_TOP_m);
        return vacuum ? (plant_air_t){0.0, 0.0, top.temperature_k, top.sound_speed_mps}
                      : (plant_air_t){height_m, height_m, height_m, height_m};
    }
    const double height = height_m > PLANT_AIR_FLOOR_m ? height_m : PLANT_AIR_FLOOR_m;
    return height < UPPER_m ? layered_air(geopotential_m(height), height) : tabulated_air(height);
}

void plant_air_table_init(plant_air_table_t* const self)
{
    plant_air_t* row = self->row;
    for (uint32_t i = 0U; i < PLANT_AIR_ROWS_LOWER; i++) {
        const double geopotential = LOWER_START_m + STEP_LOWER_m * (double)i;
        *row++                    = layered_air(geopotential, geometric_m(geopotential));
    }
    for (uint32_t i = 0U; i < PLANT_AIR_ROWS_MIDDLE; i++) {
        *row++ = tabulated_air(UPPER_m + STEP_MIDDLE_m * (double)i);
    }
    for (uint32_t i = 0U; i < PLANT_AIR_ROWS_UPPER; i++) {
        *row++ = tabulated_air(MIDDLE_TOP_m + STEP_UPPER_m * (double)i);
    }
}

void plant_air_lookup(const plant_air_table_t* const self, const double height_m, plant_air_t* const out)
{
    if (!(height_m < PLANT_AIR_TOP_m)) {
        *out = plant_atmosphere_us76(height_m);
        return;
    }
    const double       height = height_m > PLANT_AIR_FLOOR_m ? height_m : PLANT_AIR_FLOOR_m;
    const plant_air_t* row    = self->row;
    double             step;
    if (height < UPPER_m) {
        step = (geopotential_m(height) - LOWER_START_m) * (1.0 / STEP_LOWER_m);
    } else if (height < MIDDLE_TOP_m) {
        row += PLANT_AIR_ROWS_LOWER;
        step = (height - UPPER_m) * (1.0 / STEP_MIDDLE_m);
    } else {
        row += PLANT_AIR_ROWS_LOWER + PLANT_AIR_ROWS_MIDDLE;
        step = (height - MIDDLE_TOP_m) * (1.0 / STEP_UPPER_m);
    }
    const int32_t      i = (int32_t)step;
    const double       u = step - (double)i;
    const plant_air_t* a = &row[i];
    const plant_air_t* b = &row[i + 1];
    out->density_kgpm3   = a->density_kgpm3 + u * (b->density_kgpm3 - a->density_kgpm3);
    out->pressure_pa     = a->pressure_pa + u * (b->pressure_pa - a->pressure_pa);
    out->temperature_k   = a->temperature_k + u * (b->temperature_k - a->temperature_k);
    out->sound_speed_mps = a->sound_speed_mps + u * (b->sound_speed_mps - a->sound_speed_mps);
}
