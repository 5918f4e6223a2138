/// Drag coefficient by Mach number. Private to the plant.

#ifndef PLANT_AERO_H_INCLUDED
#define PLANT_AERO_H_INCLUDED

#include "plant.h"

/// Derives the slopes of the table. Once, by plant_init().
void plant_aero_init(plant_t* self);

/// Coefficient at zero incidence: linear between rows, constant beyond the first and the last. Starts to look where the
/// last answer was found.
double plant_aero_cd(plant_t* self, double mach);

#endif
