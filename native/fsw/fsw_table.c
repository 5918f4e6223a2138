#include "fsw_table.h"

#include "fsw_vote.h"

#define TRIGGER_NODES_MAX          32U
#define PAD_RADIUS_MIN_m           1.0e6 // assumed: any place on or near the Earth lies between these two
#define PAD_RADIUS_MAX_m           1.0e8
#define PAD_SPEED_MAX_mps          1.0e5 // assumed: ten times that of a low orbit
#define IMU_QUANTUM_MAX_mps        10.0  // assumed: a hundred times the coarsest instrument
#define AXIAL_QUANTUM_MAX_um_per_s 1000000
#define AXIAL_TOLERANCE_MAX_counts 1000000U // assumed: beyond any noise
#define ROTATION_TOLERANCE         1.0e-9   // assumed: of direction cosines computed in binary64

static bool within(const int64_t value, const int64_t low, const int64_t high)
{
    return (value >= low) && (value <= high);
}

/// False for what is not a number, too.
static bool real_within(const double value, const double limit)
{
    return (value >= -limit) && (value <= limit);
}

static uint64_t bits_below(const uint32_t count)
{
    return (count >= 64U) ? UINT64_MAX : ((UINT64_C(1) << count) - 1U);
}

static bool counts_fit(const fsw_config_t* const config)
{
    return within(config->entry_count, 1, FSW_ENTRIES_MAX) && (config->node_count <= FSW_NODES_MAX) &&
           (config->analog_count <= FSW_ANALOGS_MAX);
}

// ------------------------------------------------------------------------------------------------ nodes

static bool quantity_fits(const fsw_config_t* const config, const fsw_node_t* const node)
{
    const uint32_t quantities = (uint32_t)FSW_QUANTITY_ANALOG_0 + config->analog_count;
    const int64_t  lead_max   = (node->source == FSW_QUANTITY_APPARENT_VELOCITY_mmps) ? FSW_LEAD_MAX_us : 0;
    return (node->source < quantities) && (node->comparison <= FSW_AT_MOST) && (node->persistence >= 1U) &&
           within(node->lead_us, 0, lead_max);
}

/// Node number `place` of a trigger of entry `owner`.
static bool node_fits(const fsw_config_t* const config, const fsw_node_t* const node, const uint32_t owner,
                      const uint32_t place)
{
    if (node->kind > FSW_NODE_ANY) {
        return false;
    }
    switch ((fsw_node_kind_t)node->kind) {
    case FSW_NODE_AFTER_EVENT:
        return (node->source < config->entry_count) && (node->source != owner) && within(node->ticks, 0, FSW_TICKS_MAX);
    case FSW_NODE_COUNTDOWN:
        return within(node->ticks, -FSW_TICKS_MAX, FSW_TICKS_MAX);
    case FSW_NODE_QUANTITY:
        return quantity_fits(config, node);
    case FSW_NODE_DISCRETES:
        return (node->persistence >= 1U) && within(node->votes, 1, fsw_vote_count(node->mask));
    case FSW_NODE_ALL:
    case FSW_NODE_ANY:
        return (node->mask != 0U) && ((node->mask & ~bits_below(place)) == 0U);
    }
    return false;
}

static bool trigger_fits(const fsw_config_t* const config, const uint32_t owner, const fsw_trigger_nodes_t trigger)
{
    if ((trigger.node_count > TRIGGER_NODES_MAX) ||
        ((uint32_t)trigger.first_node + trigger.node_count > config->node_count)) {
        return false;
    }
    uint64_t children = 0U;
    for (uint32_t i = 0; i < trigger.node_count; i++) {
        const fsw_node_t* const node = &config->node[trigger.first_node + i];
        if (!node_fits(config, node, owner, i)) {
            return false;
        }
        if ((node->kind == FSW_NODE_ALL) || (node->kind == FSW_NODE_ANY)) {
            children |= node->mask;
        }
    }
    return (trigger.node_count == 0U) || (children == bits_below(trigger.node_count - 1U));
}

/// Persistence is counted per node: one that belonged to two triggers would be counted twice a tick.
static bool nodes_have_one_owner(const fsw_config_t* const config)
{
    uint64_t owned[FSW_NODES_MAX / 64] = {0U};
    uint32_t count                     = 0U;
    for (uint32_t i = 0; i < config->entry_count; i++) {
        for (uint32_t t = 0; t < FSW_TRIGGERS_PER_ENTRY; t++) {
            const fsw_trigger_nodes_t trigger = config->entry[i].trigger[t];
            for (uint32_t n = trigger.first_node; n < (uint32_t)trigger.first_node + trigger.node_count; n++) {
                owned[n / 64U] |= UINT64_C(1) << (n % 64U);
                count++;
            }
        }
    }
    uint32_t distinct = 0U;
    for (uint32_t i = 0; i < FSW_NODES_MAX / 64U; i++) {
        distinct += fsw_vote_count(owned[i]);
    }
    return (count == config->node_count) && (distinct == count);
}

// ------------------------------------------------------------------------------------------------ entries

static bool window_fits(const fsw_entry_t* const entry)
{
    const bool no_first = entry->not_before_ticks == INT64_MIN;
    const bool no_last  = entry->not_after_ticks == FSW_TICK_NEVER;
    return (no_first || within(entry->not_before_ticks, -FSW_TICKS_MAX, FSW_TICKS_MAX)) &&
           (no_last || within(entry->not_after_ticks, -FSW_TICKS_MAX, FSW_TICKS_MAX)) &&
           (no_first || no_last || (entry->not_before_ticks <= entry->not_after_ticks));
}

static bool entry_fits(const fsw_config_t* const config, const uint32_t index)
{
    const fsw_entry_t* const entry    = &config->entry[index];
    const uint64_t           others   = bits_below(config->entry_count) & ~(UINT64_C(1) << index);
    uint32_t                 triggers = 0U;
    for (uint32_t t = 0; t < FSW_TRIGGERS_PER_ENTRY; t++) {
        if (!trigger_fits(config, index, entry->trigger[t])) {
            return false;
        }
        triggers += (entry->trigger[t].node_count > 0U) ? 1U : 0U;
    }
    return (triggers > 0U) && (entry->role <= FSW_ROLE_MONITOR) && window_fits(entry) &&
           (((entry->requires_events | entry->inhibited_by) & ~others) == 0U) &&
           ((entry->requires_events & entry->inhibited_by) == 0U);
}

/// Entries that wait for one another in a ring would wait for ever.
static bool requirements_can_be_met(const fsw_config_t* const config)
{
    uint64_t possible = 0U;
    for (uint32_t round = 0; round < config->entry_count; round++) {
        for (uint32_t i = 0; i < config->entry_count; i++) {
            if ((config->entry[i].requires_events & ~possible) == 0U) {
                possible |= UINT64_C(1) << i;
            }
        }
    }
    return possible == bits_below(config->entry_count);
}

static bool table_fits(const fsw_config_t* const config)
{
    if (!counts_fit(config)) {
        return false;
    }
    for (uint32_t i = 0; i < config->entry_count; i++) {
        if (!entry_fits(config, i)) {
            return false;
        }
    }
    return nodes_have_one_owner(config) && requirements_can_be_met(config);
}

static uint32_t t_zero_entries(const fsw_config_t* const config)
{
    uint32_t count = 0U;
    for (uint32_t i = 0; i < config->entry_count; i++) {
        count += config->entry[i].is_t_zero ? 1U : 0U;
    }
    return count;
}

// ------------------------------------------------------------------------------------------------ guidance, navigation

static bool guidance_fits(const fsw_config_t* const config)
{
    const double limit = 1.0e9; // s and rad/s^n: no flight comes near
    if (!within(config->pitch_count, 1, FSW_PITCH_MAX) || !real_within(config->pitch_end_s, limit)) {
        return false;
    }
    for (uint32_t i = 0; i < config->pitch_count; i++) {
        const fsw_pitch_segment_t* const cubic = &config->pitch[i];
        if (!real_within(cubic->start_s, limit) || !real_within(cubic->c[0], limit) ||
            !real_within(cubic->c[1], limit) || !real_within(cubic->c[2], limit) || !real_within(cubic->c[3], limit)) {
            return false;
        }
        if ((i > 0U) && (cubic->start_s <= config->pitch[i - 1U].start_s)) {
            return false;
        }
    }
    return config->pitch_end_s >= config->pitch[config->pitch_count - 1U].start_s;
}

static double dot(const double a[3], const double b[3])
{
    return (a[0] * b[0]) + (a[1] * b[1]) + (a[2] * b[2]);
}

/// Rows x and y of unit length and at right angles, row z their cross product.
static bool is_rotation(const double matrix[9])
{
    const double* const x = &matrix[0];
    const double* const y = &matrix[3];
    const double* const z = &matrix[6];

    const double off[6] = {dot(x, x) - 1.0,
                           dot(y, y) - 1.0,
                           dot(x, y),
                           (x[1] * y[2]) - (x[2] * y[1]) - z[0],
                           (x[2] * y[0]) - (x[0] * y[2]) - z[1],
                           (x[0] * y[1]) - (x[1] * y[0]) - z[2]};

    bool fits = true;
    for (uint32_t i = 0; i < 6U; i++) {
        fits = fits && real_within(off[i], ROTATION_TOLERANCE);
    }
    return fits;
}

static bool navigation_fits(const fsw_config_t* const config)
{
    const double* const position = config->pad_position_m;
    const double* const velocity = config->pad_velocity_mps;
    const double        radius_m = __builtin_sqrt(dot(position, position));
    const double        speed    = __builtin_sqrt(dot(velocity, velocity));
    return within(config->axial_quantum_um_per_s, 1, AXIAL_QUANTUM_MAX_um_per_s) &&
           (config->axial_tolerance_counts <= AXIAL_TOLERANCE_MAX_counts) && (config->imu_quantum_mps > 0.0) &&
           (config->imu_quantum_mps <= IMU_QUANTUM_MAX_mps) && (radius_m >= PAD_RADIUS_MIN_m) &&
           (radius_m <= PAD_RADIUS_MAX_m) && (speed <= PAD_SPEED_MAX_mps) && is_rotation(config->eci_from_platform);
}

fsw_status_t fsw_table_check(const fsw_config_t* const config)
{
    if (!within(config->tick_us, 1000, 100000) || !within(config->countdown_ticks, -FSW_TICKS_MAX, FSW_TICKS_MAX)) {
        return FSW_ERROR_TICK;
    }
    if (!table_fits(config)) {
        return FSW_ERROR_TABLE;
    }
    if (t_zero_entries(config) != 1U) {
        return FSW_ERROR_T_ZERO;
    }
    if (!guidance_fits(config)) {
        return FSW_ERROR_GUIDANCE;
    }
    return navigation_fits(config) ? FSW_OK : FSW_ERROR_NAVIGATION;
}
