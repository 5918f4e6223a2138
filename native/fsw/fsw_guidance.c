#include "fsw_guidance.h"

#define PI_rad           3.14159265358979323846
#define QUARTER_TURN_rad 1.57079632679489661923
#define QUARTERS_per_rad 0.636619772367581343076 // 2 / pi
#define QUARTER_TAIL_rad 6.123233995736766e-17   // pi / 2 less its nearest binary64

/// Taylor series within +-pi/4, where the first term left out is below 1e-16.
static double sine_series(const double x)
{
    const double z = x * x;
    const double s = 1.0 / 1307674368000.0; // 15!
    double       p = (1.0 / 6227020800.0) - (z * s);
    p              = (1.0 / 39916800.0) - (z * p);
    p              = (1.0 / 362880.0) - (z * p);
    p              = (1.0 / 5040.0) - (z * p);
    p              = (1.0 / 120.0) - (z * p);
    p              = (1.0 / 6.0) - (z * p);
    return x - (x * z * p);
}

static double cosine_series(const double x)
{
    const double z = x * x;
    const double s = 1.0 / 20922789888000.0; // 16!
    double       p = (1.0 / 87178291200.0) - (z * s);
    p              = (1.0 / 479001600.0) - (z * p);
    p              = (1.0 / 3628800.0) - (z * p);
    p              = (1.0 / 40320.0) - (z * p);
    p              = (1.0 / 720.0) - (z * p);
    p              = (1.0 / 24.0) - (z * p);
    p              = 0.5 - (z * p);
    return 1.0 - (z * p);
}

void fsw_guidance_sine_cosine(const double angle_rad, double* const sine, double* const cosine)
{
    const double  quarters = angle_rad * QUARTERS_per_rad; // within +-2
    const int32_t quarter  = (int32_t)(quarters + ((quarters < 0.0) ? -0.5 : 0.5));
    const double  rest     = (angle_rad - (quarter * QUARTER_TURN_rad)) - (quarter * QUARTER_TAIL_rad);
    const double  s        = sine_series(rest);
    const double  c        = cosine_series(rest);

    const bool   swapped   = (quarter == 1) || (quarter == -1);
    const double sine_size = swapped ? c : s;
    const double cosine_of = swapped ? s : c;
    *sine                  = ((quarter == -1) || (quarter == 2) || (quarter == -2)) ? -sine_size : sine_size;
    *cosine                = ((quarter == 1) || (quarter == 2) || (quarter == -2)) ? -cosine_of : cosine_of;
}

static double held_within_half_turn(const double angle_rad)
{
    const double at_least = (angle_rad < -PI_rad) ? -PI_rad : angle_rad;
    return (at_least > PI_rad) ? PI_rad : at_least;
}

void fsw_guidance_start(fsw_t* const self)
{
    self->pitch_segment = 0U;
    self->pitch_rad     = held_within_half_turn(self->config->pitch[0].c[0]);
}

static double programme_rad(fsw_t* const self, const int64_t met_ticks)
{
    const fsw_config_t* const config = self->config;
    const double              met_s  = (double)met_ticks * self->tick_s;
    const double              now_s  = (met_s > config->pitch_end_s) ? config->pitch_end_s : met_s;

    uint16_t segment = self->pitch_segment;
    while ((segment + 1U < config->pitch_count) && (now_s >= config->pitch[segment + 1U].start_s)) {
        segment++;
    }
    self->pitch_segment = segment;

    const fsw_pitch_segment_t* const cubic = &config->pitch[segment];
    const double                     u     = (now_s > cubic->start_s) ? (now_s - cubic->start_s) : 0.0;
    return cubic->c[0] + (u * (cubic->c[1] + (u * (cubic->c[2] + (u * cubic->c[3])))));
}

void fsw_guidance_step(fsw_t* const self, const int64_t met_ticks, double axis_platform[3])
{
    if (self->t_zero_ticks != FSW_TICK_NEVER) {
        self->pitch_rad = held_within_half_turn(programme_rad(self, met_ticks));
    }
    fsw_guidance_sine_cosine(self->pitch_rad, &axis_platform[1], &axis_platform[0]);
    axis_platform[2] = 0.0;
}
