/// Guidance: the pitch programme, a chain of cubics in mission elapsed time, as a direction of the body axis.

#ifndef FSW_GUIDANCE_H_INCLUDED
#define FSW_GUIDANCE_H_INCLUDED

#include "fsw.h"

/// Stands before the first segment.
void fsw_guidance_start(fsw_t* self);

/// Pitch at this tick into `self->pitch_rad`, and (cos pitch, sin pitch, 0) into `axis_platform`. `met_ticks` must not
/// run backwards.
void fsw_guidance_step(fsw_t* self, int64_t met_ticks, double axis_platform[3]);

/// Sine and cosine of an angle within +-pi, better than 1e-15. Polynomials: there is no libm here.
void fsw_guidance_sine_cosine(double angle_rad, double* sine, double* cosine);

#endif
