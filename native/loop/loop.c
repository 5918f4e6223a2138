#include "loop.h"

#include <string.h>

#include "ccsds.h"

#define COAST_STEP_s 1.0 // within 1 m of 0.01 s over a minute; a link does not see ten

const char* const LOOP_TRUTH_NAMES =
    "t_s,position_x_eci_m,position_y_eci_m,position_z_eci_m,velocity_x_eci_mps,velocity_y_eci_mps,velocity_z_eci_mps,"
    "axis_x_eci,axis_y_eci,axis_z_eci,mass_kg,height_m,thrust_n,dynamic_pressure_pa,mach,air_pressure_pa,"
    "specific_velocity_axial_mps,specific_velocity_x_eci_mps,specific_velocity_y_eci_mps,specific_velocity_z_eci_mps";

static bool level_exists(const plant_part_t* const part, const uint8_t value)
{
    return value < PLANT_LEVELS_MAX && part->engine.thrust_vac_n > 0.0 && part->engine.level[value] > 0.0;
}

static bool actions_fit(const loop_config_t* const config)
{
    if (config->action_count > FSW_ACTIONS_MAX) {
        return false;
    }
    for (uint16_t i = 0U; i < config->action_count; i++) {
        const loop_action_t* const action = &config->action[i];
        if (action->part >= config->plant->part_count || action->command > (uint8_t)PLANT_DEPLOY) {
            return false;
        }
        const bool needs_level = action->command == (uint8_t)PLANT_IGNITE || action->command == (uint8_t)PLANT_THROTTLE;
        if (needs_level && !level_exists(&config->plant->part[action->part], action->value)) {
            return false;
        }
    }
    return true;
}

static bool acts_fit(const loop_config_t* const config)
{
    for (uint16_t i = 0U; i < config->act_count && i < FAULTS_ACTS_MAX; i++) {
        const faults_act_t* const act   = &config->act[i];
        uint16_t                  limit = 1U;
        switch ((faults_kind_t)act->kind) {
        case FAULTS_ENGINE_SHUTDOWN:
        case FAULTS_ENGINE_THRUST_LOSS:
        case FAULTS_STAGE_SEPARATION:
            limit = config->plant->part_count;
            break;
        case FAULTS_INTEGRATOR_STUCK:
        case FAULTS_INTEGRATOR_BIAS:
        case FAULTS_INTEGRATOR_SCALE:
            limit = 6U;
            break;
        case FAULTS_DISCRETE_STUCK:
            limit = config->sensors->discrete_count;
            break;
        case FAULTS_TRANSMITTER_SUPPLY:
        case FAULTS_TRANSMITTER_RESET:
            limit = config->transmitter_count;
            break;
        }
        if (act->kind > (uint8_t)FAULTS_DISCRETE_STUCK || act->component >= limit) {
            return false;
        }
    }
    return config->act_count <= FAULTS_ACTS_MAX;
}

/// The platform's axes as they stand at plant clock `t_s`, and told to the sensors.
static void turn_platform(loop_t* const self, const double t_s)
{
    for (int i = 0; i < 3; i++) {
        self->platform_axes_eci[i] = plant_eci_from_ecef(self->config->platform_axes_ecef[i], t_s);
    }
    sensors_set_platform(&self->sensors, self->platform_axes_eci[0], self->platform_axes_eci[1],
                         self->platform_axes_eci[2]);
}

/// A transmitter that does not wait for a separation has been on for long when the simulation begins.
static void warm(const loop_transmitter_t* const config, transmitter_t* const transmitter)
{
    uint8_t nothing[1];
    transmitter_set_supply(transmitter, config->supply_mv);
    (void)transmitter_step(transmitter, 0U, nothing, 0U);
    (void)transmitter_step(transmitter, config->config.warm_up_us, nothing, 0U);
}

static int32_t start_transmitters(loop_t* const self)
{
    const loop_config_t* const config = self->config;
    if (config->transmitter_count > LOOP_TRANSMITTERS_MAX) {
        return LOOP_ERROR_TRANSMITTER;
    }
    for (uint8_t i = 0U; i < config->transmitter_count; i++) {
        const loop_transmitter_t* const each    = &config->transmitter[i];
        faults_transmitter_t* const     carried = &self->transmitter[i];
        const transmitter_status_t      status =
            transmitter_init(&carried->transmitter, &each->config, self->queues[i], LOOP_QUEUES_bytes);
        if (status != TRANSMITTER_OK || each->part >= config->plant->part_count) {
            return LOOP_ERROR_TRANSMITTER + (int32_t)status;
        }
        carried->supply_mv = each->supply_mv;
        self->is_awake[i]  = !each->wakes_on_separation;
        self->alive |= (uint8_t)((self->is_awake[i] || each->takes_packets) ? (1U << i) : 0U);
        if (self->is_awake[i]) {
            warm(each, &carried->transmitter);
        }
    }
    return LOOP_OK;
}

int32_t loop_init(loop_t* const self, const loop_config_t* const config)
{
    memset(self, 0, sizeof(*self));
    self->config      = config;
    self->t_zero_tick = INT64_MAX;
    self->t_zero_s    = __builtin_nan("");
    self->tick_s      = (double)config->fsw->tick_us * 1.0e-6;

    const plant_status_t plant_status = plant_init(&self->plant, config->plant);
    if (plant_status != PLANT_OK) {
        return LOOP_ERROR_PLANT + (int32_t)plant_status;
    }
    const fsw_status_t fsw_status = fsw_init(&self->fsw, config->fsw);
    if (fsw_status != FSW_OK) {
        return LOOP_ERROR_FSW + (int32_t)fsw_status;
    }
    if (!acts_fit(config) ||
        !faults_init(&self->faults, config->act, config->act_count, -config->fsw->countdown_ticks)) {
        return LOOP_ERROR_FAULTS;
    }
    if (!actions_fit(config)) {
        return LOOP_ERROR_ACTIONS;
    }
    const int32_t transmitter_status = start_transmitters(self);
    if (transmitter_status != LOOP_OK) {
        return transmitter_status;
    }
    if (!link_init(&self->link, &config->link)) {
        return LOOP_ERROR_LINK;
    }
    sensors_init(&self->sensors, config->sensors, &self->plant, config->platform_axes_ecef[0],
                 config->platform_axes_ecef[1], config->platform_axes_ecef[2]);
    turn_platform(self, self->plant.t_s);
    return LOOP_OK;
}

/// Measurement becomes input, line by line.
static void read_sensors(fsw_input_t* const input, const sensors_t* const sensors)
{
    for (int i = 0; i < 3; i++) {
        input->axial_counts[i] = sensors->counts[i];
        input->imu_counts[i]   = sensors->counts[3 + i];
    }
    for (int i = 0; i < FSW_ANALOGS_MAX; i++) {
        input->analog_counts[i] = sensors->analog_counts[i];
    }
    input->discretes = sensors->discretes;
}

/// Command becomes plant input, line by line.
static void obey(loop_t* const self)
{
    const fsw_output_t* const output = &self->output;
    const plant_vec3_t* const axes   = self->platform_axes_eci;

    uint64_t actions = output->actions;
    for (uint16_t i = 0U; actions != 0U && i < self->config->action_count; i++) {
        if ((actions & 1U) != 0U) {
            const loop_action_t* const action = &self->config->action[i];
            (void)plant_command(&self->plant, (plant_command_t)action->command, action->part, action->value);
        }
        actions >>= 1U;
    }
    const plant_vec3_t x = plant_vec3_scale(axes[0], output->axis_platform[0]);
    const plant_vec3_t y = plant_vec3_scale(axes[1], output->axis_platform[1]);
    const plant_vec3_t z = plant_vec3_scale(axes[2], output->axis_platform[2]);
    plant_aim(&self->plant, plant_vec3_add(plant_vec3_add(x, y), z));
}

int64_t loop_clock_us(const loop_t* const self)
{
    return (self->tick + self->config->fsw->countdown_ticks) * (int64_t)self->config->fsw->tick_us;
}

/// Follows a part that has left the stack to `t_s`, and says where it is.
static plant_vec3_t follow(loop_t* const self, const uint8_t index)
{
    plant_coast_t* const coast = &self->carried[index];
    size_t               rows  = 0U;
    (void)plant_coast(coast, &self->config->plant->air, self->plant.t_s, COAST_STEP_s, 0.0, 1U, NULL, 0U, &rows);
    return plant_ecef_from_eci(coast->position_eci_m, coast->t_s);
}

/// Notes where a part that carries a transmitter begins to fly alone.
static void set_free(loop_t* const self, const plant_body_t* const body)
{
    for (uint8_t i = 0U; i < self->config->transmitter_count; i++) {
        const uint32_t bit = UINT32_C(1) << self->config->transmitter[i].part;
        if (!self->is_free[i] && (body->parts & bit) != 0U) {
            self->carried[i] = (plant_coast_t){
                .t_s              = body->t_s,
                .position_eci_m   = body->position_eci_m,
                .velocity_eci_mps = body->velocity_eci_mps,
                .beta_kgpm2       = body->beta_kgpm2,
            };
            self->is_free[i]  = true;
            self->is_awake[i] = true;
            self->alive |= (uint8_t)(1U << i);
        }
    }
}

static void note_separations(loop_t* const self)
{
    for (; self->bodies < self->plant.body_count; self->bodies++) {
        set_free(self, &self->plant.body[self->bodies]);
    }
}

static void keep_emitted(loop_record_t* const record, const uint8_t* const octets, const size_t size)
{
    if (record->emitted == NULL) {
        return;
    }
    if (record->emitted_capacity - record->emitted_used < size) {
        record->emitted_lost += size;
        return;
    }
    memcpy(&record->emitted[record->emitted_used], octets, size);
    record->emitted_used += size;
}

/// What a transmitter's battery gives it now.
static uint16_t supply_of(const loop_t* const self, const uint8_t index)
{
    return self->is_awake[index] ? self->transmitter[index].supply_mv : 0U;
}

/// Octets of one frame that a transmitter has to send, with its marker.
static size_t burst_bytes(const loop_t* const self, const uint8_t index)
{
    return (size_t)self->config->transmitter[index].config.frame_bytes + CCSDS_MARKER_bytes;
}

/// One burst leaves an antenna.
static void radiate(loop_t* const self, const uint8_t index, const uint8_t* const octets, const size_t size,
                    loop_record_t* const record)
{
    const plant_t* const plant = &self->plant;
    keep_emitted(record, octets, size);
    const plant_vec3_t place =
        self->is_free[index] ? follow(self, index) : plant_ecef_from_eci(plant->position_eci_m, plant->t_s);
    link_hear(&self->link, &record->downlink, index, loop_clock_us(self), place, plant->on_pad, octets, size);
}

void loop_radiate(loop_t* const self, const uint8_t index, const uint8_t* const octets, const size_t size,
                  loop_record_t* const record)
{
    const size_t whole = burst_bytes(self, index);
    if (size == whole) {
        radiate(self, index, octets, size, record); // nearly always
        return;
    }
    for (size_t at = 0U; at < size; at += whole) {
        radiate(self, index, &octets[at], (size - at < whole) ? (size - at) : whole, record);
    }
}

/// Lets what a transmitter sends leave its antenna, and what it has left to send when that filled `octets`.
static void send_on(loop_t* const self, const uint8_t index, uint8_t* const octets, size_t size,
                    loop_record_t* const record)
{
    loop_radiate(self, index, octets, size, record);
    while (LINK_BURST_MAX_bytes - size < burst_bytes(self, index)) { // no room was left for one more
        size = transmitter_step(&self->transmitter[index].transmitter, 0U, octets, LINK_BURST_MAX_bytes);
        loop_radiate(self, index, octets, size, record);
    }
}

static void run_transmitter(loop_t* const self, const uint8_t index, loop_record_t* const record)
{
    transmitter_t* const transmitter = &self->transmitter[index].transmitter;
    const uint16_t       supply_mv   = supply_of(self, index);
    if (transmitter->supply_mv != supply_mv) {
        transmitter_set_supply(transmitter, supply_mv);
    }
    if (self->output.packet_bytes != 0U && self->config->transmitter[index].takes_packets) {
        (void)transmitter_accept(transmitter, self->output.packets, self->output.packet_bytes);
    }
    uint8_t      octets[LINK_BURST_MAX_bytes];
    const size_t size = transmitter_step(transmitter, self->config->fsw->tick_us, octets, sizeof(octets));
    if (size != 0U) {
        send_on(self, index, octets, size, record);
    }
}

void loop_transmit(loop_t* const self, const uint8_t index, loop_record_t* const record)
{
    if ((((uint32_t)self->alive >> index) & 1U) != 0U) {
        run_transmitter(self, index, record);
    }
}

loop_supply_t loop_supply(loop_t* const self, const uint8_t index)
{
    faults_transmitter_t* const carried = &self->transmitter[index];
    const loop_supply_t         supply  = {.supply_mv = supply_of(self, index), .reset = carried->was_reset};
    carried->was_reset                  = false;

    uint8_t nothing[1];
    transmitter_set_supply(&carried->transmitter, supply.supply_mv);
    (void)transmitter_step(&carried->transmitter, self->config->fsw->tick_us, nothing, 0U);
    return supply;
}

/// Whether something that happens `rate_hz` times a second is due in `tick`; once a tick at the most.
static bool is_due(const int64_t tick, const uint32_t rate_hz, const uint32_t tick_us)
{
    const int64_t per_tick = (int64_t)rate_hz * (int64_t)tick_us;
    return tick == 0 || (tick * per_tick) / 1000000 != ((tick - 1) * per_tick) / 1000000;
}

static double* put_vec3(double* const out, const plant_vec3_t v)
{
    out[0] = v.x;
    out[1] = v.y;
    out[2] = v.z;
    return &out[3];
}

static void record_truth(const loop_t* const self, loop_record_t* const record)
{
    if (record->truth_used >= record->truth_capacity) {
        record->truth_lost++;
        return;
    }
    const plant_t* const plant = &self->plant;
    double*              out   = &record->truth[record->truth_used * LOOP_TRUTH_COLUMNS];
    record->truth_used++;
    *out++ = plant->t_s;
    out    = put_vec3(out, plant->position_eci_m);
    out    = put_vec3(out, plant->velocity_eci_mps);
    out    = put_vec3(out, plant->axis_eci);
    *out++ = plant->mass_kg;
    *out++ = plant_height_m(plant->position_eci_m);
    *out++ = plant->thrust_n;
    *out++ = plant->dynamic_pressure_pa;
    *out++ = plant->mach;
    *out++ = plant->air_pressure_pa;
    *out++ = plant->specific_velocity_axial_mps;
    (void)put_vec3(out, plant->specific_velocity_eci_mps);
}

static void note_events(loop_t* const self)
{
    uint64_t fresh = self->fsw.latched & ~self->latched;
    self->latched  = self->fsw.latched;
    for (uint8_t event = 0U; fresh != 0U; event++) {
        if ((fresh & 1U) != 0U) {
            faults_note(&self->faults, event, self->tick);
        }
        fresh >>= 1U;
    }
}

static void note_lift_off(loop_t* const self)
{
    if (self->t_zero_tick == INT64_MAX && !self->plant.on_pad) {
        self->t_zero_tick = self->tick;
        self->t_zero_s    = self->plant.t_s;
        turn_platform(self, self->t_zero_s);
        faults_note(&self->faults, FAULTS_FROM_T_ZERO, self->tick);
    }
}

static bool has_ended(const loop_t* const self)
{
    if (self->plant.on_ground) {
        return true;
    }
    if (self->plant.on_pad) {
        return self->plant.t_s >= self->config->hold_limit_s;
    }
    return self->plant.t_s - self->t_zero_s >= self->config->end_s - 0.5 * self->tick_s;
}

void loop_sense(loop_t* const self)
{
    faults_apply(&self->faults, self->tick, &self->plant, &self->sensors, self->transmitter);
    note_separations(self);
    sensors_sample(&self->sensors, &self->plant);
    read_sensors(&self->input, &self->sensors);
}

void loop_compute(loop_t* const self)
{
    fsw_step(&self->fsw, &self->input, &self->output);
}

void loop_settle(loop_t* const self, loop_record_t* const record)
{
    const uint32_t tick_us = self->config->fsw->tick_us;

    if (self->fsw.latched != self->latched) {
        note_events(self);
    }
    obey(self);
    if (self->config->truth_rate_hz != 0U && is_due(self->tick, self->config->truth_rate_hz, tick_us)) {
        record_truth(self, record);
    }
    plant_advance(&self->plant, self->tick_s);
    self->tick++;
    note_lift_off(self);
    self->finished = has_ended(self);
    link_close(&self->link, &record->downlink, self->finished ? INT64_MAX : loop_clock_us(self));
}

int64_t loop_run(loop_t* const self, const int64_t ticks, loop_record_t* const record)
{
    int64_t flown = 0;
    while (flown < ticks && !self->finished) {
        loop_sense(self);
        loop_compute(self);
        for (unsigned int alive = self->alive; alive != 0U; alive &= alive - 1U) {
            run_transmitter(self, (uint8_t)__builtin_ctz(alive), record);
        }
        loop_settle(self, record);
        flown++;
    }
    return flown;
}
