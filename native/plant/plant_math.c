/// Elementary functions after FreeBSD msun (e_asin.c, e_acos.c, e_atan2.c, e_exp.c, e_log.c, e_pow.c, e_rem_pio2.c,
/// k_sin.c, k_cos.c, s_atan.c), whose notice follows; every coefficient below is from there. Changed here: bits are
/// read through memcpy, the reduction by pi/2 always takes its three parts, and arguments it cannot take give NaN.
///
/// ====================================================
/// Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.
///
/// Developed at SunPro, a Sun Microsystems, Inc. business.
/// Permission to use, copy, modify, and distribute this
/// software is freely granted, provided that this notice
/// is preserved.
/// ====================================================
/// e_pow.c: Copyright (C) 2004 by Sun Microsystems, Inc., same permission.

#include "plant_math.h"

#include <stdbool.h>
#include <stdint.h>

static uint64_t bits_of(const double x)
{
    uint64_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double double_of(const uint64_t bits)
{
    double x;
    __builtin_memcpy(&x, &bits, sizeof x);
    return x;
}

static uint32_t high_word(const double x)
{
    return (uint32_t)(bits_of(x) >> 32U);
}

static double clear_low_word(const double x)
{
    return double_of(bits_of(x) & 0xFFFFFFFF00000000ULL);
}

static double with_high_word(const double x, const uint32_t high)
{
    return double_of((bits_of(x) & 0xFFFFFFFFULL) | ((uint64_t)high << 32U));
}

static double absolute(const double x)
{
    return double_of(bits_of(x) & 0x7FFFFFFFFFFFFFFFULL);
}

static bool is_nan(const double x)
{
    return x != x;
}

static double not_a_number(void)
{
    return double_of(0x7FF8000000000000ULL);
}

static double infinity(void)
{
    return double_of(0x7FF0000000000000ULL);
}

/// x * 2^n, also into and out of the subnormal range, rounded once.
static double scale_by_power_of_two(const double x, const int32_t n)
{
    if (n < -1022) {
        return x * double_of((uint64_t)(1023 + n + 54) << 52U) * 0x1p-54;
    }
    if (n > 1023) {
        return x * 2.0 * double_of((uint64_t)(1023 + n - 1) << 52U);
    }
    return x * double_of((uint64_t)(1023 + n) << 52U);
}

/// Sine of x + y, |x| <= pi/4, y the tail of x.
static double kernel_sin(const double x, const double y)
{
    static const double s1 = -1.66666666666666324348e-01;
    static const double s2 = 8.33333333332248946124e-03;
    static const double s3 = -1.98412698298579493134e-04;
    static const double s4 = 2.75573137070700676789e-06;
    static const double s5 = -2.50507602534068634195e-08;
    static const double s6 = 1.58969099521155010221e-10;

    const double z = x * x;
    const double w = z * z;
    const double r = s2 + z * (s3 + z * s4) + z * w * (s5 + z * s6);
    const double v = z * x;
    return x - ((z * (0.5 * y - v * r) - y) - v * s1);
}

/// Cosine of x + y, |x| <= pi/4, y the tail of x.
static double kernel_cos(const double x, const double y)
{
    static const double c1 = 4.16666666666666019037e-02;
    static const double c2 = -1.38888888888741095749e-03;
    static const double c3 = 2.48015872894767294178e-05;
    static const double c4 = -2.75573143513906633035e-07;
    static const double c5 = 2.08757232129817482790e-09;
    static const double c6 = -1.13596475577881948265e-11;

    const double z    = x * x;
    const double w    = z * z;
    const double r    = z * (c1 + z * (c2 + z * c3)) + w * w * (c4 + z * (c5 + z * c6));
    const double half = 0.5 * z;
    const double most = 1.0 - half;
    return most + (((1.0 - most) - half) + (z * r - x * y));
}

/// x = n * pi/2 + head + tail with |head| <= pi/4; the answer is n modulo 4. |x| <= 1.6e6.
static uint32_t reduce_by_half_pi(const double x, double* const head, double* const tail)
{
    static const double two_over_pi = 6.36619772367581382433e-01;
    static const double first       = 1.57079632673412561417e+00; // 33 bits of pi/2
    static const double second      = 6.07710050630396597660e-11; // the next 33
    static const double third       = 2.02226624871116645580e-21; // the next 33
    static const double third_tail  = 8.47842766036889956997e-32;
    static const double to_integer  = 6755399441055744.0; // 1.5 * 2^52: adding it rounds to a whole number

    const double n = (x * two_over_pi + to_integer) - to_integer;
    const double a = x - n * first;
    double       w = n * second;
    const double b = a - w;
    const double e = (a - b) - w;
    w              = n * third;
    const double r = b - w;
    w              = n * third_tail - (((b - r) - w) + e);
    *head          = r - w;
    *tail          = (r - *head) - w;
    return (uint32_t)(int32_t)n & 3U;
}

void plant_sincos(const double x, double* const s, double* const c)
{
    if (!(absolute(x) <= 1.6e6)) {
        *s = not_a_number();
        *c = not_a_number();
        return;
    }
    double   head     = x;
    double   tail     = 0.0;
    uint32_t quadrant = 0U;
    if (absolute(x) > 0.25 * PLANT_PI) {
        quadrant = reduce_by_half_pi(x, &head, &tail);
    }
    const double sine   = kernel_sin(head, tail);
    const double cosine = kernel_cos(head, tail);
    const double s_turn = (quadrant & 1U) != 0U ? cosine : sine;
    const double c_turn = (quadrant & 1U) != 0U ? sine : cosine;
    *s                  = (quadrant & 2U) != 0U ? -s_turn : s_turn;
    *c                  = ((quadrant + 1U) & 2U) != 0U ? -c_turn : c_turn;
}

double plant_sin(const double x)
{
    double s;
    double c;
    plant_sincos(x, &s, &c);
    return s;
}

double plant_cos(const double x)
{
    double s;
    double c;
    plant_sincos(x, &s, &c);
    return c;
}

/// Arc tangent of x >= 0.
static double arc_tangent(const double x)
{
    static const double high[] = {4.63647609000806093515e-01, 7.85398163397448278999e-01, 9.82793723247329054082e-01,
                                  1.57079632679489655800e+00};
    static const double low[]  = {2.26987774529616870924e-17, 3.06161699786838301793e-17, 1.39033110312309984516e-17,
                                  6.12323399573676603587e-17};
    static const double t[]    = {3.33333333333329318027e-01,  -1.99999999998764832476e-01, 1.42857142725034663711e-01,
                                  -1.11111104054623557880e-01, 9.09088713343650656196e-02,  -7.69187620504482999495e-02,
                                  6.66107313738753120669e-02,  -5.83357013379057348645e-02, 4.97687799461593236017e-02,
                                  -3.65315727442169155270e-02, 1.62858201153657823623e-02};

    double   y  = x;
    uint32_t id = 4U;
    if (x >= 0x1p66) {
        return high[3] + low[3];
    }
    if (x >= 2.4375) {
        id = 3U;
        y  = -1.0 / x;
    } else if (x >= 1.1875) {
        id = 2U;
        y  = (x - 1.5) / (1.0 + 1.5 * x);
    } else if (x >= 0.6875) {
        id = 1U;
        y  = (x - 1.0) / (x + 1.0);
    } else if (x >= 0.4375) {
        id = 0U;
        y  = (2.0 * x - 1.0) / (2.0 + x);
    }
    const double z    = y * y;
    const double w    = z * z;
    const double odd  = z * (t[0] + w * (t[2] + w * (t[4] + w * (t[6] + w * (t[8] + w * t[10])))));
    const double even = w * (t[1] + w * (t[3] + w * (t[5] + w * (t[7] + w * t[9]))));
    return id == 4U ? y - y * (odd + even) : high[id] - ((y * (odd + even) - low[id]) - y);
}

double plant_atan2(const double y, const double x)
{
    static const double pi_low = 1.2246467991473531772e-16;

    if (is_nan(x) || is_nan(y)) {
        return not_a_number();
    }
    const bool   left  = (bits_of(x) >> 63U) != 0U;
    const bool   below = (bits_of(y) >> 63U) != 0U;
    const double ax    = absolute(x);
    const double ay    = absolute(y);
    double       angle = 0.0;
    if (ay == 0.0) {
        angle = left ? PLANT_PI : 0.0;
    } else if (ax == 0.0 || ay * 0x1p-60 > ax) {
        angle = 0.5 * PLANT_PI;
    } else if (ax == infinity()) {
        const double far = left ? PLANT_PI : 0.0;
        angle            = ax == ay ? 0.5 * (far + 0.5 * PLANT_PI) : far;
    } else {
        const double first = arc_tangent(ay / ax);
        angle              = left ? PLANT_PI - (first - pi_low) : first;
    }
    return below ? -angle : angle;
}

/// The rational part common to arc sine and arc cosine: (asin(sqrt(t)) / sqrt(t)) - 1, t in [0, 1/4].
static double arc_sine_ratio(const double t)
{
    static const double p0 = 1.66666666666666657415e-01;
    static const double p1 = -3.25565818622400915405e-01;
    static const double p2 = 2.01212532134862925881e-01;
    static const double p3 = -4.00555345006794114027e-02;
    static const double p4 = 7.91534994289814532176e-04;
    static const double p5 = 3.47933107596021167570e-05;
    static const double q1 = -2.40339491173441421878e+00;
    static const double q2 = 2.02094576023350569471e+00;
    static const double q3 = -6.88283971605453293030e-01;
    static const double q4 = 7.70381505559019352791e-02;

    const double p = t * (p0 + t * (p1 + t * (p2 + t * (p3 + t * (p4 + t * p5)))));
    const double q = 1.0 + t * (q1 + t * (q2 + t * (q3 + t * q4)));
    return p / q;
}

double plant_asin(const double x)
{
    static const double half_pi_high    = 1.57079632679489655800e+00;
    static const double half_pi_low     = 6.12323399573676603587e-17;
    static const double quarter_pi_high = 7.85398163397448278999e-01;

    const double a = absolute(x);
    if (!(a <= 1.0)) {
        return not_a_number();
    }
    if (a < 0.5) {
        return x + x * arc_sine_ratio(x * x);
    }
    const double t     = (1.0 - a) * 0.5;
    const double s     = plant_sqrt(t);
    const double ratio = arc_sine_ratio(t);
    double       angle;
    if (a >= 0.975) {
        angle = half_pi_high - (2.0 * (s + s * ratio) - half_pi_low);
    } else {
        const double w = clear_low_word(s);
        const double c = s > 0.0 ? (t - w * w) / (s + w) : 0.0;
        const double p = 2.0 * s * ratio - (half_pi_low - 2.0 * c);
        const double q = quarter_pi_high - 2.0 * w;
        angle          = quarter_pi_high - (p - q);
    }
    return x > 0.0 ? angle : -angle;
}

double plant_acos(const double x)
{
    static const double half_pi_high = 1.57079632679489655800e+00;
    static const double half_pi_low  = 6.12323399573676603587e-17;

    const double a = absolute(x);
    if (!(a <= 1.0)) {
        return not_a_number();
    }
    if (a < 0.5) {
        return half_pi_high - (x - (half_pi_low - x * arc_sine_ratio(x * x)));
    }
    const double z     = (1.0 - a) * 0.5;
    const double s     = plant_sqrt(z);
    const double ratio = arc_sine_ratio(z);
    if (x < 0.0) {
        return PLANT_PI - 2.0 * (s + (ratio * s - half_pi_low));
    }
    const double high = clear_low_word(s);
    const double rest = s > 0.0 ? (z - high * high) / (s + high) : 0.0;
    return 2.0 * (high + (ratio * s + rest));
}

double plant_exp(const double x)
{
    static const double ln2_high = 6.93147180369123816490e-01;
    static const double ln2_low  = 1.90821492927058770002e-10;
    static const double inv_ln2  = 1.44269504088896338700e+00;
    static const double p1       = 1.66666666666666019037e-01;
    static const double p2       = -2.77777777770155933842e-03;
    static const double p3       = 6.61375632143793436117e-05;
    static const double p4       = -1.65339022054652515390e-06;
    static const double p5       = 4.13813679705723846039e-08;

    if (is_nan(x)) {
        return x;
    }
    if (x > 7.09782712893383973096e+02) {
        return infinity();
    }
    if (x < -7.45133219101941108420e+02) {
        return 0.0;
    }
    const int32_t k    = absolute(x) <= 0.34657359027997264 ? 0 : (int32_t)(inv_ln2 * x + (x < 0.0 ? -0.5 : 0.5));
    const double  high = x - (double)k * ln2_high;
    const double  low  = (double)k * ln2_low;
    const double  r    = high - low;
    const double  t    = r * r;
    const double  c    = r - t * (p1 + t * (p2 + t * (p3 + t * (p4 + t * p5))));
    const double  y    = 1.0 - ((low - (r * c) / (2.0 - c)) - high);
    return scale_by_power_of_two(y, k);
}

double plant_log(const double x)
{
    static const double ln2_high = 6.93147180369123816490e-01;
    static const double ln2_low  = 1.90821492927058770002e-10;
    static const double l1       = 6.666666666666735130e-01;
    static const double l2       = 3.999999999940941908e-01;
    static const double l3       = 2.857142874366239149e-01;
    static const double l4       = 2.222219843214978396e-01;
    static const double l5       = 1.818357216161805012e-01;
    static const double l6       = 1.531383769920937332e-01;
    static const double l7       = 1.479819860511658591e-01;

    if (x == 0.0) {
        return -infinity();
    }
    if (!(x > 0.0)) {
        return not_a_number();
    }
    if (x == infinity()) {
        return x;
    }
    const bool     subnormal = x < 0x1p-1022;
    const double   y         = subnormal ? x * 0x1p54 : x;
    const uint32_t high      = high_word(y);
    const uint32_t mantissa  = high & 0xFFFFFU;
    const uint32_t above     = (mantissa + 0x95F64U) & 0x100000U; // set where the mantissa is above sqrt(2)
    const int32_t  k         = (int32_t)(high >> 20U) - 1023 + (int32_t)(above >> 20U) - (subnormal ? 54 : 0);
    const double   dk        = (double)k;
    const double   f         = with_high_word(y, mantissa | (above ^ 0x3FF00000U)) - 1.0;
    const double   s         = f / (2.0 + f);
    const double   z         = s * s;
    const double   w         = z * z;
    const double   odd       = w * (l2 + w * (l4 + w * l6));
    const double   even      = z * (l1 + w * (l3 + w * (l5 + w * l7)));
    const double   r         = even + odd;
    if (mantissa >= 0x6147AU && mantissa <= 0x6B851U) {
        const double half = 0.5 * f * f;
        return dk * ln2_high - ((half - (s * (half + r) + dk * ln2_low)) - f);
    }
    return dk * ln2_high - ((s * (f - r) - dk * ln2_low) - f);
}

/// log2 of a finite x > 0 as high + low, high with its low word clear.
static void log2_in_two(const double x, double* const high, double* const low)
{
    static const double base[]      = {1.0, 1.5};
    static const double base_high[] = {0.0, 5.84962487220764160156e-01}; // log2(base)
    static const double base_low[]  = {0.0, 1.35003920212974897128e-08};
    static const double l1          = 5.99999999999994648725e-01;
    static const double l2          = 4.28571428578550184252e-01;
    static const double l3          = 3.33333329818377432918e-01;
    static const double l4          = 2.72728123808534006489e-01;
    static const double l5          = 2.30660745775561754067e-01;
    static const double l6          = 2.06975017800338417784e-01;
    static const double cp          = 9.61796693925975554329e-01; // 2 / (3 ln 2)
    static const double cp_high     = 9.61796700954437255859e-01;
    static const double cp_low      = -7.02846165095275826516e-09;

    const bool     subnormal = x < 0x1p-1022;
    const double   scaled    = subnormal ? x * 0x1p53 : x;
    const uint32_t mantissa  = high_word(scaled) & 0xFFFFFU;
    int32_t        n         = (int32_t)(high_word(scaled) >> 20U) - 1023 - (subnormal ? 53 : 0);
    uint32_t       word      = mantissa | 0x3FF00000U;
    uint32_t       k         = 0U;
    if (mantissa > 0x3988EU && mantissa < 0xBB67AU) {
        k = 1U;
    } else if (mantissa >= 0xBB67AU) {
        n += 1;
        word -= 0x00100000U;
    }
    const double ax = with_high_word(scaled, word);

    const double u      = ax - base[k];
    const double v      = 1.0 / (ax + base[k]);
    const double ss     = u * v;
    const double s_high = clear_low_word(ss);
    const double t_high = double_of((uint64_t)(((word >> 1U) | 0x20000000U) + 0x00080000U + (k << 18U)) << 32U);
    const double t_low  = ax - (t_high - base[k]);
    const double s_low  = v * ((u - s_high * t_high) - s_high * t_low);
    const double s2     = ss * ss;
    const double series = s2 * s2 * (l1 + s2 * (l2 + s2 * (l3 + s2 * (l4 + s2 * (l5 + s2 * l6)))));
    const double r      = series + s_low * (s_high + ss);
    const double s2h    = s_high * s_high;
    const double th     = clear_low_word(3.0 + s2h + r);
    const double tl     = r - ((th - 3.0) - s2h);
    const double uu     = s_high * th;
    const double vv     = s_low * th + tl * ss;
    const double p_high = clear_low_word(uu + vv);
    const double p_low  = vv - (p_high - uu);
    const double z_high = cp_high * p_high;
    const double z_low  = cp_low * p_high + p_low * cp + base_low[k];
    const double t      = (double)n;
    *high               = clear_low_word(((z_high + z_low) + base_high[k]) + t);
    *low                = z_low - (((*high - t) - base_high[k]) - z_high);
}

/// 2^(high + low), for a sum in (-1075, 1024).
static double exp2_of_two(const double high, const double low)
{
    static const double ln2      = 6.93147180559945286227e-01;
    static const double ln2_high = 6.93147182464599609375e-01;
    static const double ln2_low  = -1.90465429995776804525e-09;
    static const double p1       = 1.66666666666666019037e-01;
    static const double p2       = -2.77777777770155933842e-03;
    static const double p3       = 6.61375632143793436117e-05;
    static const double p4       = -1.65339022054652515390e-06;
    static const double p5       = 4.13813679705723846039e-08;

    const double  sum  = high + low;
    const int32_t n    = absolute(sum) <= 0.5 ? 0 : (int32_t)(sum + (sum < 0.0 ? -0.5 : 0.5));
    const double  rest = high - (double)n;
    const double  t    = clear_low_word(low + rest);
    const double  u    = t * ln2_high;
    const double  v    = (low - (t - rest)) * ln2 + t * ln2_low;
    const double  z    = u + v;
    const double  w    = v - (z - u);
    const double  zz   = z * z;
    const double  c    = z - zz * (p1 + zz * (p2 + zz * (p3 + zz * (p4 + zz * p5))));
    const double  r    = (z * c) / (c - 2.0) - (w + z * w);
    return scale_by_power_of_two(1.0 - (r - z), n);
}

double plant_pow(const double x, const double y)
{
    if (y == 0.0 || x == 1.0) {
        return 1.0;
    }
    if (!(x > 0.0) || is_nan(y)) {
        return not_a_number();
    }
    if (absolute(y) >= 0x1p64 || x == infinity()) {
        return (x > 1.0) == (y > 0.0) ? infinity() : 0.0;
    }
    double log_high;
    double log_low;
    log2_in_two(x, &log_high, &log_low);
    const double y_high = clear_low_word(y);
    const double low    = (y - y_high) * log_high + y * log_low;
    const double high   = y_high * log_high;
    if (high + low >= 1024.0) {
        return infinity();
    }
    if (high + low <= -1075.0) {
        return 0.0;
    }
    return exp2_of_two(high, low);
}
