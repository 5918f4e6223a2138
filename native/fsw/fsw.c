#include "fsw.h"

#include "fsw_guidance.h"
#include "fsw_navigation.h"
#include "fsw_number.h"
#include "fsw_sequencer.h"
#include "fsw_table.h"
#include "fsw_telemetry.h"
#include "fsw_vote.h"

#define APPARENT_VELOCITY_MAX_um_per_s INT64_C(1000000000000000) // three times that of light: no sum can overflow
#define AXIAL_ACCEL_MAX_mmps2          INT64_C(1000000000)       // 100 000 g, as above

static int64_t met_at(const fsw_t* const self, const int64_t clock_ticks)
{
    return (self->t_zero_ticks == FSW_TICK_NEVER) ? clock_ticks : (clock_ticks - self->t_zero_ticks);
}

/// What the counters gained since the last step; nothing in the first.
static void read_counters(int32_t increment[3], int32_t last[3], const int32_t now[3], const bool primed)
{
    for (uint32_t i = 0; i < 3U; i++) {
        increment[i] = primed ? fsw_increment_i32(now[i], last[i]) : 0;
        last[i]      = now[i];
    }
}

/// Specific force along the body axis: voted, and summed from T-0 on.
static void sense_axial(fsw_t* const self, const int32_t increment[3])
{
    const fsw_config_t* const config = self->config;
    const int32_t  voted    = fsw_vote_increment(self->axial_carry, increment, (int32_t)config->axial_tolerance_counts);
    const uint32_t outvoted = fsw_vote_outvoted(increment, voted, config->axial_tolerance_counts);
    if (outvoted != 0U) {
        fsw_count_u32(&self->err.accelerometer_disagreements);
        self->outvoted |= (uint8_t)outvoted;
    }
    const int64_t gained_um_per_s = voted * config->axial_quantum_um_per_s;
    const int64_t accel_mmps2     = (gained_um_per_s * 1000) / (int64_t)config->tick_us;
    self->axial_accel_mmps2       = fsw_clamp_i64(accel_mmps2, -AXIAL_ACCEL_MAX_mmps2, AXIAL_ACCEL_MAX_mmps2);
    if (self->t_zero_ticks != FSW_TICK_NEVER) {
        self->apparent_velocity_um_per_s =
            fsw_clamp_i64(self->apparent_velocity_um_per_s + gained_um_per_s, -APPARENT_VELOCITY_MAX_um_per_s,
                          APPARENT_VELOCITY_MAX_um_per_s);
    }
}

fsw_status_t fsw_init(fsw_t* const self, const fsw_config_t* const config)
{
    const fsw_status_t status = fsw_table_check(config);
    if (status != FSW_OK) {
        return status;
    }
    self->config                     = config;
    self->clock_ticks                = config->countdown_ticks;
    self->tick_s                     = (double)config->tick_us * 1.0e-6;
    self->counters_primed            = false;
    self->apparent_velocity_um_per_s = 0;
    self->axial_accel_mmps2          = 0;
    for (uint32_t i = 0; i < 3U; i++) {
        self->axial_last[i]  = 0;
        self->axial_carry[i] = 0;
        self->imu_last[i]    = 0;
    }
    self->err.accelerometer_disagreements = 0U;
    self->outvoted                        = 0U;
    fsw_sequencer_start(self);
    fsw_navigation_start(self);
    fsw_guidance_start(self);
    fsw_telemetry_start(self);
    return FSW_OK;
}

void fsw_step(fsw_t* const self, const fsw_input_t* const input, fsw_output_t* const output)
{
    int32_t axial_increment[3];
    int32_t imu_increment[3];
    read_counters(axial_increment, self->axial_last, input->axial_counts, self->counters_primed);
    read_counters(imu_increment, self->imu_last, input->imu_counts, self->counters_primed);
    self->counters_primed = true;

    sense_axial(self, axial_increment);
    if (self->t_zero_ticks != FSW_TICK_NEVER) {
        fsw_navigation_step(self, imu_increment);
    }

    const uint64_t fired = fsw_sequencer_step(self, input);
    output->actions      = 0U;
    for (uint64_t rest = fired; rest != 0U; rest &= rest - 1U) {
        output->actions |= self->config->entry[fsw_lowest_bit(rest)].actions;
    }
    fsw_guidance_step(self, met_at(self, self->clock_ticks), output->axis_platform);
    output->packet_bytes = 0U;
    output->packet_count = 0U;
    fsw_telemetry_step(self, input, fired, output);

    self->clock_ticks += (self->clock_ticks < FSW_TICKS_MAX) ? 1 : 0;
}

int64_t fsw_met_ticks(const fsw_t* const self)
{
    return met_at(self, self->clock_ticks - 1);
}
