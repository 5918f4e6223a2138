/// Elementary functions and three-vectors whose bits do not depend on the compiler, its options or the machine.
///
/// The C library's sin, exp, pow differ between systems in the last bit, and one bit is enough to change every byte of
/// a telemetry file. These use + - * / and the correctly rounded square root only, in the order written, so they need
/// `-ffp-contract=off` and binary64 arithmetic without excess precision. No state, no errno. Errors are the largest
/// seen against 40-digit arithmetic, in units of the last place of the result; costs are for a 3 GHz core.

#ifndef PLANT_MATH_H_INCLUDED
#define PLANT_MATH_H_INCLUDED

#define PLANT_PI 3.14159265358979323846 // OEIS A000796, rounded to binary64 by the compiler

/// Cartesian vector. The frame and the unit are in the name of the variable that holds it.
typedef struct
{
    double x;
    double y;
    double z;
} plant_vec3_t;

/// Correctly rounded square root; NaN below zero.
static inline double plant_sqrt(const double x)
{
    return __builtin_sqrt(x);
}

/// Sine and cosine of `x` rad together, for the price of one reduction (15 ns). Error <= 1 ulp for |x| <= 1.6e6 rad;
/// NaN beyond that and for anything not finite.
void plant_sincos(double x, double* s, double* c);

/// Sine of `x` rad: as plant_sincos().
double plant_sin(double x);

/// Cosine of `x` rad: as plant_sincos().
double plant_cos(double x);

/// Angle of the point (x, y) from the x axis, rad, [-pi, pi]. Error <= 2 ulp. Signed zeros and infinities as in C11
/// F.10.1.4: (0, 0) gives 0, so the pole of a sphere has longitude 0.
double plant_atan2(double y, double x);

/// Arc sine, rad, [-pi/2, pi/2]. Error <= 1 ulp; NaN outside [-1, 1].
double plant_asin(double x);

/// Arc cosine, rad, [0, pi]. Error <= 1 ulp; NaN outside [-1, 1].
double plant_acos(double x);

/// e^x. Error <= 1 ulp; infinity above 709.78, gradual underflow to zero below -708.39.
double plant_exp(double x);

/// Natural logarithm. Error <= 1 ulp; -infinity at zero, NaN below.
double plant_log(double x);

/// x^y for x > 0 (NaN otherwise). Error <= 1 ulp for |y| <= 2^31; overflow gives infinity, underflow zero.
double plant_pow(double x, double y);

static inline plant_vec3_t plant_vec3_add(const plant_vec3_t a, const plant_vec3_t b)
{
    return (plant_vec3_t){a.x + b.x, a.y + b.y, a.z + b.z};
}

static inline plant_vec3_t plant_vec3_sub(const plant_vec3_t a, const plant_vec3_t b)
{
    return (plant_vec3_t){a.x - b.x, a.y - b.y, a.z - b.z};
}

static inline plant_vec3_t plant_vec3_scale(const plant_vec3_t a, const double factor)
{
    return (plant_vec3_t){a.x * factor, a.y * factor, a.z * factor};
}

static inline double plant_vec3_dot(const plant_vec3_t a, const plant_vec3_t b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static inline plant_vec3_t plant_vec3_cross(const plant_vec3_t a, const plant_vec3_t b)
{
    return (plant_vec3_t){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

static inline double plant_vec3_norm(const plant_vec3_t a)
{
    return plant_sqrt(plant_vec3_dot(a, a));
}

/// `a` at length 1; the zero vector stays zero.
static inline plant_vec3_t plant_vec3_unit(const plant_vec3_t a)
{
    const double norm = plant_vec3_norm(a);
    return norm > 0.0 ? plant_vec3_scale(a, 1.0 / norm) : a;
}

#endif
