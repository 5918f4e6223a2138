/// Navigation: where the vehicle is and how fast, from the platform accelerometers and a model of gravity.
///
/// An accelerometer does not sense gravity, so that gravity must be known: a point mass and J2. From T-0 on, velocity
/// gains the sensed increment and the gravity of the middle of the tick; position follows by the trapezoidal rule. Before
/// T-0 the estimate is the pad. No trigonometry, and nothing that is not finite can enter: increments are integers.

#ifndef FSW_NAVIGATION_H_INCLUDED
#define FSW_NAVIGATION_H_INCLUDED

#include "fsw.h"

/// Puts the estimate on the pad.
void fsw_navigation_start(fsw_t* self);

/// Integrates one tick of `increment` counts of the platform accelerometers x, y, z.
void fsw_navigation_step(fsw_t* self, const int32_t increment[3]);

/// Gravitation at `position_eci_m`, eci, m/s2. Its centrifugal part is not in it: eci does not rotate. Nearer to the
/// Earth's centre than 1000 km it no longer grows.
void fsw_navigation_gravity(const double position_eci_m[3], double gravity_eci_mps2[3]);

#endif
