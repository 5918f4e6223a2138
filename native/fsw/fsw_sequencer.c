#include "fsw_sequencer.h"

#include "fsw_number.h"
#include "fsw_persistence.h"
#include "fsw_vote.h"

static uint64_t bit(const uint32_t index)
{
    return UINT64_C(1) << index;
}

// ------------------------------------------------------------------------------------------------ triggers

static int64_t quantity_of(const fsw_t* const self, const fsw_input_t* const input, const fsw_node_t* const node)
{
    switch ((fsw_quantity_t)node->source) {
    case FSW_QUANTITY_APPARENT_VELOCITY_mmps: {
        const int64_t to_come_um_per_s = (self->axial_accel_mmps2 * node->lead_us) / 1000; // mm/s2 us = nm/s
        return (self->apparent_velocity_um_per_s + to_come_um_per_s) / 1000;
    }
    case FSW_QUANTITY_AXIAL_ACCEL_mmps2:
        return self->axial_accel_mmps2;
    case FSW_QUANTITY_ESTIMATED_ALTITUDE_mm:
        return self->estimated_altitude_mm;
    case FSW_QUANTITY_ESTIMATED_SPEED_mmps:
        return self->estimated_speed_mmps;
    case FSW_QUANTITY_ESTIMATED_CLIMB_mmps:
        return self->estimated_climb_mmps;
    case FSW_QUANTITY_ANALOG_0:
        break;
    }
    return input->analog_counts[node->source - (uint32_t)FSW_QUANTITY_ANALOG_0];
}

static bool compares(const fsw_t* const self, const fsw_input_t* const input, const fsw_node_t* const node)
{
    const int64_t quantity = quantity_of(self, input, node);
    if (node->comparison == FSW_AT_LEAST) {
        return quantity >= node->threshold;
    }
    return quantity <= node->threshold;
}

/// Value of node `index`; `values` holds those of the nodes before it in its trigger.
static bool node_is_true(fsw_t* const self, const fsw_input_t* const input, const uint32_t index, const uint32_t values)
{
    const fsw_node_t* const node = &self->config->node[index];
    uint32_t* const         seen = &self->node_seen[index];
    switch ((fsw_node_kind_t)node->kind) {
    case FSW_NODE_AFTER_EVENT:
        return ((self->latched & bit(node->source)) != 0U) &&
               (self->clock_ticks - self->event_ticks[node->source] >= node->ticks);
    case FSW_NODE_COUNTDOWN:
        return self->clock_ticks >= node->ticks;
    case FSW_NODE_QUANTITY:
        return fsw_persistence_feed(seen, node->persistence, compares(self, input, node));
    case FSW_NODE_DISCRETES:
        return fsw_persistence_feed(seen, node->persistence,
                                    fsw_vote_discretes(input->discretes, node->mask, node->votes));
    case FSW_NODE_ALL:
        return (values & node->mask) == node->mask;
    case FSW_NODE_ANY:
        return (values & node->mask) != 0U;
    }
    return false;
}

static bool trigger_is_true(fsw_t* const self, const fsw_input_t* const input, const fsw_trigger_nodes_t trigger)
{
    uint32_t values = 0U;
    bool     value  = false;
    for (uint32_t i = 0; i < trigger.node_count; i++) {
        value = node_is_true(self, input, trigger.first_node + i, values);
        values |= (uint32_t)value << i;
    }
    return value;
}

// ------------------------------------------------------------------------------------------------ entries

static uint8_t by_primary(const uint8_t role)
{
    switch ((fsw_role_t)role) {
    case FSW_ROLE_SEQUENCE:
        break;
    case FSW_ROLE_AVD:
        return FSW_BY_AVD;
    case FSW_ROLE_ABORT:
        return FSW_BY_ABORT;
    case FSW_ROLE_MONITOR:
        return FSW_BY_MONITOR;
    }
    return FSW_BY_PRIMARY;
}

/// All three triggers are fed in every tick, so that the persistence of one does not depend on another.
static bool entry_fires(fsw_t* const self, const fsw_input_t* const input, const uint32_t index)
{
    const fsw_entry_t* const entry     = &self->config->entry[index];
    const bool               primary   = trigger_is_true(self, input, entry->trigger[FSW_BY_PRIMARY]);
    const bool               backup    = trigger_is_true(self, input, entry->trigger[FSW_BY_BACKUP]);
    const bool               depletion = trigger_is_true(self, input, entry->trigger[FSW_BY_DEPLETION]);

    if (primary) {
        self->event_by[index] = by_primary(entry->role);
    } else if (backup) {
        self->event_by[index] = FSW_BY_BACKUP;
    } else if (depletion) {
        self->event_by[index] = FSW_BY_DEPLETION;
    }
    return primary || backup || depletion;
}

/// Which of `entries` fire in this tick. One that is too late leaves the pending ones for good.
static uint64_t firing(fsw_t* const self, const fsw_input_t* const input, const uint64_t entries)
{
    uint64_t fired = 0U;
    for (uint64_t rest = entries; rest != 0U; rest &= rest - 1U) {
        const uint32_t index = fsw_lowest_bit(rest);
        if (self->clock_ticks < self->opens_ticks[index]) {
            continue;
        }
        if (self->clock_ticks > self->closes_ticks[index]) {
            self->pending &= ~bit(index);
        } else if (entry_fires(self, input, index)) {
            fired |= bit(index);
        }
    }
    return fired;
}

/// Pending entries that one of `events` inhibits.
static uint64_t inhibited_by(const fsw_t* const self, const uint64_t events)
{
    uint64_t inhibited = 0U;
    for (uint64_t rest = self->pending; rest != 0U; rest &= rest - 1U) {
        const uint32_t index = fsw_lowest_bit(rest);
        if ((self->config->entry[index].inhibited_by & events) != 0U) {
            inhibited |= bit(index);
        }
    }
    return inhibited;
}

/// Pending entries whose requirements are all latched.
static uint64_t armed_entries(const fsw_t* const self)
{
    uint64_t armed = 0U;
    for (uint64_t rest = self->pending; rest != 0U; rest &= rest - 1U) {
        const uint32_t index = fsw_lowest_bit(rest);
        if ((self->config->entry[index].requires_events & ~self->latched) == 0U) {
            armed |= bit(index);
        }
    }
    return armed;
}

/// Puts the bounds of every window on the countdown clock; those from T-0 on never come before T-0 is known.
static void place_windows(fsw_t* const self)
{
    const fsw_config_t* const config = self->config;
    const int64_t             t_zero = self->t_zero_ticks;
    for (uint32_t i = 0; i < config->entry_count; i++) {
        const fsw_entry_t* const entry = &config->entry[i];

        const int64_t opens    = entry->not_before_ticks;
        const int64_t closes   = entry->not_after_ticks;
        self->opens_ticks[i]   = opens;
        self->closes_ticks[i]  = closes;
        const bool opens_later = (opens >= 0) && !entry->is_t_zero;
        const bool closes_late = (closes >= 0) && (closes != FSW_TICK_NEVER) && !entry->is_t_zero;
        if (opens_later) {
            self->opens_ticks[i] = (t_zero == FSW_TICK_NEVER) ? FSW_TICK_NEVER : (t_zero + opens);
        }
        if (closes_late) {
            self->closes_ticks[i] = (t_zero == FSW_TICK_NEVER) ? FSW_TICK_NEVER : (t_zero + closes);
        }
    }
}

static void latch(fsw_t* const self, const uint64_t fired)
{
    for (uint64_t rest = fired; rest != 0U; rest &= rest - 1U) {
        const uint32_t           index = fsw_lowest_bit(rest);
        const fsw_entry_t* const entry = &self->config->entry[index];
        self->event_ticks[index]       = self->clock_ticks;
        if (entry->is_t_zero) {
            self->t_zero_ticks = self->clock_ticks;
            place_windows(self);
        }
        if (entry->role == FSW_ROLE_SEQUENCE) {
            self->last_event = (uint8_t)index;
        }
    }
    self->latched |= fired;
    self->pending &= ~(fired | inhibited_by(self, fired));
}

void fsw_sequencer_start(fsw_t* const self)
{
    const fsw_config_t* const config = self->config;

    self->t_zero_ticks = FSW_TICK_NEVER;
    self->latched      = 0U;
    self->pending      = 0U;
    self->safety       = 0U;
    self->last_event   = UINT8_MAX;
    for (uint32_t i = 0; i < FSW_ENTRIES_MAX; i++) {
        self->opens_ticks[i]  = FSW_TICK_NEVER;
        self->closes_ticks[i] = FSW_TICK_NEVER;
        self->event_ticks[i]  = FSW_TICK_NEVER;
        self->event_by[i]     = FSW_BY_PRIMARY;
    }
    for (uint32_t i = 0; i < FSW_NODES_MAX; i++) {
        self->node_seen[i] = 0U;
    }
    for (uint32_t i = 0; i < config->entry_count; i++) {
        const uint8_t role = config->entry[i].role;
        self->pending |= bit(i);
        if ((role == FSW_ROLE_AVD) || (role == FSW_ROLE_ABORT)) {
            self->safety |= bit(i);
        }
    }
    place_windows(self);
    self->armed = armed_entries(self);
}

uint64_t fsw_sequencer_step(fsw_t* const self, const fsw_input_t* const input)
{
    const uint64_t pending = self->pending;

    const uint64_t alarms  = firing(self, input, self->armed & self->safety);
    const uint64_t stopped = (alarms == 0U) ? 0U : inhibited_by(self, alarms);
    const uint64_t fired   = alarms | firing(self, input, self->armed & ~self->safety & ~stopped);

    if (fired != 0U) {
        latch(self, fired);
    }
    if (self->pending != pending) {
        self->armed = armed_entries(self);
    }
    return fired;
}
