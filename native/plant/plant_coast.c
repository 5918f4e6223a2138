#include "plant.h"

#define CROSSING_s 1e-7 // the moment of crossing is known to this

enum
{
    ROW_COLUMNS    = 7,
    BISECTIONS_MAX = 64
};

typedef struct
{
    plant_vec3_t position;
    plant_vec3_t velocity;
} state_t;

typedef struct
{
    double* rows;
    size_t  capacity;
    size_t  count;
} record_t;

typedef struct
{
    double dt_s;
    double ground_height_m;
} crossing_t;

static plant_vec3_t plus(const plant_vec3_t a, const plant_vec3_t b, const double factor)
{
    return plant_vec3_add(a, plant_vec3_scale(b, factor));
}

static plant_vec3_t accel(const state_t* const state, const plant_air_table_t* const table, const double inverse_beta)
{
    plant_air_t air;
    plant_air_lookup(table, plant_height_m(state->position), &air);
    const plant_vec3_t wind = plant_air_velocity_eci_mps(state->position, state->velocity);
    const double       pull = 0.5 * air.density_kgpm3 * plant_vec3_norm(wind) * inverse_beta;
    return plus(plant_gravity_eci_mps2(state->position), wind, -pull);
}

/// One step of the classical Runge-Kutta method. The forces do not depend on time: the air turns with its own axis.
static state_t stepped(const state_t* const start, const plant_air_table_t* const air, const double inverse_beta,
                       const double dt_s)
{
    const double       half = 0.5 * dt_s;
    const plant_vec3_t a1   = accel(start, air, inverse_beta);
    const state_t      s2   = {plus(start->position, start->velocity, half), plus(start->velocity, a1, half)};
    const plant_vec3_t a2   = accel(&s2, air, inverse_beta);
    const state_t      s3   = {plus(start->position, s2.velocity, half), plus(start->velocity, a2, half)};
    const plant_vec3_t a3   = accel(&s3, air, inverse_beta);
    const state_t      s4   = {plus(start->position, s3.velocity, dt_s), plus(start->velocity, a3, dt_s)};
    const plant_vec3_t a4   = accel(&s4, air, inverse_beta);

    const plant_vec3_t v23 = plant_vec3_scale(plant_vec3_add(s2.velocity, s3.velocity), 2.0);
    const plant_vec3_t a23 = plant_vec3_scale(plant_vec3_add(a2, a3), 2.0);
    const plant_vec3_t v   = plant_vec3_add(plant_vec3_add(start->velocity, s4.velocity), v23);
    const plant_vec3_t a   = plant_vec3_add(plant_vec3_add(a1, a4), a23);
    return (state_t){plus(start->position, v, dt_s / 6.0), plus(start->velocity, a, dt_s / 6.0)};
}

static bool is_down(const state_t* const state, const double ground_height_m)
{
    return (plant_height_m(state->position) <= ground_height_m) &&
           (plant_vec3_dot(plant_air_velocity_eci_mps(state->position, state->velocity), state->position) < 0.0);
}

static void write_row(record_t* const self, const double t_s, const state_t* const state)
{
    if (self->rows == NULL) {
        return;
    }
    double* const row = &self->rows[self->count * ROW_COLUMNS];
    row[0]            = t_s;
    row[1]            = state->position.x;
    row[2]            = state->position.y;
    row[3]            = state->position.z;
    row[4]            = state->velocity.x;
    row[5]            = state->velocity.y;
    row[6]            = state->velocity.z;
    self->count++;
}

/// Shortens the step from `start` to the moment of crossing, which it is known to hold; leaves the state there.
static double locate(state_t* const state, const plant_air_table_t* const air, const double inverse_beta,
                     const crossing_t crossing)
{
    const state_t start = *state;
    double        low   = 0.0;
    double        high  = crossing.dt_s;
    *state              = stepped(&start, air, inverse_beta, high);
    for (int32_t i = 0; (i < BISECTIONS_MAX) && (high - low > CROSSING_s); i++) {
        const double  middle = 0.5 * (low + high);
        const state_t tried  = stepped(&start, air, inverse_beta, middle);
        if (is_down(&tried, crossing.ground_height_m)) {
            high   = middle;
            *state = tried;
        } else {
            low = middle;
        }
    }
    return high;
}

/// The end takes the place of the last row if there is no room, or if that row is of the same moment.
static void write_last_row(record_t* const self, const double t_s, const state_t* const state)
{
    if (self->count > 0U) {
        const double* const last = &self->rows[(self->count - 1U) * ROW_COLUMNS];
        if ((last[0] == t_s) || (self->count == self->capacity)) {
            self->count--;
        }
        write_row(self, t_s, state);
    }
}

bool plant_coast(plant_coast_t* const self, const plant_air_table_t* const air, const double until_s,
                 const double step_s, const double ground_height_m, const uint32_t row_every, double* const rows,
                 const size_t row_capacity, size_t* const row_count)
{
    const bool   runs         = step_s > 0.0;
    const double inverse_beta = 1.0 / self->beta_kgpm2;
    const double start_s      = self->t_s;
    record_t     record       = {.rows = (runs && (row_capacity > 0U)) ? rows : NULL, .capacity = row_capacity};
    state_t      state        = {self->position_eci_m, self->velocity_eci_mps};
    bool         down         = runs && is_down(&state, ground_height_m);
    bool         over         = down || !runs;
    write_row(&record, start_s, &state);
    for (uint64_t steps = 1; !over; steps++) {
        const double due_s = start_s + (double)steps * step_s;
        const double end_s = due_s < until_s ? due_s : until_s;
        const double dt_s  = end_s - self->t_s;
        if (!(dt_s > 0.0)) {
            break;
        }
        const state_t next = stepped(&state, air, inverse_beta, dt_s);
        down               = is_down(&next, ground_height_m);
        over               = down;
        if (down) {
            self->t_s += locate(&state, air, inverse_beta, (crossing_t){dt_s, ground_height_m});
        } else {
            state     = next;
            self->t_s = end_s;
            if ((row_every > 0U) && (steps % row_every == 0U) && (record.count < record.capacity)) {
                write_row(&record, self->t_s, &state);
            }
        }
    }
    self->position_eci_m   = state.position;
    self->velocity_eci_mps = state.velocity;
    write_last_row(&record, self->t_s, &state);
    if (row_count != NULL) {
        *row_count = record.count;
    }
    return down;
}
