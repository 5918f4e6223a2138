#include "plant_stack.h"

static double part_mass_kg(const plant_t* const self, const uint32_t part)
{
    return self->config->part[part].dry_mass_kg + self->part[part].oxidizer_kg + self->part[part].fuel_kg;
}

void plant_stack_count(plant_t* const self)
{
    self->mass_kg           = 0.0;
    self->reference_area_m2 = 0.0;
    self->deployed_area_m2  = 0.0;
    self->accel_eci_mps2    = (plant_vec3_t){0.0, 0.0, 0.0};
    for (uint32_t i = 0; i < self->config->part_count; i++) {
        if (self->part[i].attached) {
            self->mass_kg += part_mass_kg(self, i);
            self->reference_area_m2 += self->config->part[i].drag_area_m2;
            self->deployed_area_m2 += self->part[i].deployed ? self->config->part[i].deployed_drag_area_m2 : 0.0;
        }
    }
}

void plant_stack_init(plant_t* const self)
{
    for (uint32_t i = self->config->part_count; i-- > 0U;) {
        self->subtree[i] |= 1U << i;
        if (i > 0U) {
            self->subtree[self->config->part[i].parent] |= self->subtree[i];
        }
    }
}

void plant_stack_place(plant_t* const self)
{
    self->position_eci_m   = plant_eci_from_ecef(self->held_position_ecef_m, self->t_s);
    self->velocity_eci_mps = plant_ground_velocity_eci_mps(self->position_eci_m);
    self->axis_eci         = plant_eci_from_ecef(self->held_axis_ecef, self->t_s);
}

static bool set_level(plant_t* const self, const uint32_t part, const uint32_t stage)
{
    plant_part_state_t* const state = &self->part[part];
    if (stage >= PLANT_LEVELS_MAX) {
        return false;
    }
    const double level = self->config->part[part].engine.level[stage];
    if ((level <= 0.0) || (level == state->level_commanded)) {
        return false;
    }
    state->level_commanded = level;
    self->burning |= 1U << part;
    return true;
}

static bool shut_down(plant_t* const self, const uint32_t part)
{
    plant_part_state_t* const state = &self->part[part];
    if (state->level_commanded <= 0.0) {
        return false;
    }
    state->level_commanded = 0.0;
    state->burnt_out       = !self->config->part[part].engine.restartable;
    return true;
}

/// The pushers' work is inside the stack: momentum is shared, and what stays on feels a jolt. A stack that is held does
/// not move.
static bool separate(plant_t* const self, const uint32_t part)
{
    if (part == 0U) {
        return false;
    }
    plant_body_t body = {
        .t_s              = self->t_s,
        .position_eci_m   = self->position_eci_m,
        .velocity_eci_mps = self->velocity_eci_mps,
        .beta_kgpm2       = self->config->part[part].beta_kgpm2,
    };
    for (uint32_t i = part; i < self->config->part_count; i++) {
        plant_part_state_t* const state = &self->part[i];
        if (state->attached && ((self->subtree[part] & (1U << i)) != 0U)) {
            body.parts |= 1U << i;
            body.mass_kg += part_mass_kg(self, i);
            state->attached        = false;
            state->level           = 0.0;
            state->level_commanded = 0.0;
        }
    }
    self->burning &= ~body.parts;
    plant_stack_count(self);

    const bool         held  = self->on_pad || self->on_ground;
    const double       total = self->mass_kg + body.mass_kg;
    const double       share = held ? 0.0 : body.mass_kg / total;
    const plant_vec3_t push  = plant_vec3_scale(self->axis_eci, self->config->part[part].separation_speed_mps);
    const plant_vec3_t jolt  = plant_vec3_scale(push, share);

    body.velocity_eci_mps           = plant_vec3_sub(body.velocity_eci_mps, plant_vec3_scale(push, 1.0 - share));
    self->velocity_eci_mps          = plant_vec3_add(self->velocity_eci_mps, jolt);
    self->specific_velocity_eci_mps = plant_vec3_add(self->specific_velocity_eci_mps, jolt);
    self->specific_velocity_axial_mps += plant_vec3_dot(jolt, self->axis_eci);

    self->body[self->body_count] = body;
    self->body_count++;
    return true;
}

static bool deploy(plant_t* const self, const uint32_t part)
{
    if (self->part[part].deployed || (self->config->part[part].deployed_drag_area_m2 <= 0.0)) {
        return false;
    }
    self->part[part].deployed = true;
    return true;
}

bool plant_command(plant_t* const self, const plant_command_t command, const uint32_t part, const uint32_t value)
{
    if ((part >= self->config->part_count) || !self->part[part].attached) {
        return false;
    }
    const plant_part_state_t* const state   = &self->part[part];
    bool                            changed = false;
    switch (command) {
    case PLANT_IGNITE:
        changed = !self->on_ground && !state->burnt_out && (self->config->part[part].engine.thrust_vac_n > 0.0) &&
                  set_level(self, part, value);
        break;
    case PLANT_THROTTLE:
        changed = (state->level_commanded > 0.0) && set_level(self, part, value);
        break;
    case PLANT_SHUTDOWN:
        changed = shut_down(self, part);
        break;
    case PLANT_SEPARATE:
        changed = separate(self, part);
        break;
    case PLANT_DEPLOY:
        changed = deploy(self, part);
        break;
    }
    if (changed) {
        plant_stack_count(self);
    }
    return changed;
}
