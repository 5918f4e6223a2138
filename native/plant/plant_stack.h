/// What is attached, what it weighs and where it stands: the bookkeeping behind commands and motion. Private to the plant.

#ifndef PLANT_STACK_H_INCLUDED
#define PLANT_STACK_H_INCLUDED

#include "plant.h"

/// Derives which parts hang on which. Once, by plant_init().
void plant_stack_init(plant_t* self);

/// After anything has changed at once: adds up the masses and areas of what is attached, and drops the acceleration that
/// would predict the next mid-point from before the change.
void plant_stack_count(plant_t* self);

/// Puts a vehicle that is on the pad or on the ground where that is now.
void plant_stack_place(plant_t* self);

#endif
