#include "faults.h"

#include <string.h>

static void find_next(faults_t* const self)
{
    self->next_ticks = INT64_MAX;
    for (uint16_t i = 0U; i < self->count; i++) {
        const uint64_t bit   = UINT64_C(1) << i;
        const bool     timed = (self->waiting & bit) != 0U && (self->untimed & bit) == 0U;
        if (timed && self->due_ticks[i] < self->next_ticks) {
            self->next_ticks = self->due_ticks[i];
        }
    }
}

bool faults_init(faults_t* const self, const faults_act_t* const acts, const uint16_t count, const int64_t planned_tick)
{
    if (count > FAULTS_ACTS_MAX) {
        return false;
    }
    memset(self, 0, sizeof(*self));
    self->count = count;
    for (uint16_t i = 0U; i < count; i++) {
        const uint64_t bit = UINT64_C(1) << i;
        self->act[i]       = acts[i];
        self->waiting |= bit;
        if (acts[i].trigger_event == FAULTS_FROM_T_ZERO && acts[i].delay_ticks < 0) {
            self->due_ticks[i] = planned_tick + acts[i].delay_ticks;
        } else {
            self->untimed |= bit;
        }
    }
    find_next(self);
    return true;
}

void faults_note(faults_t* const self, const uint8_t event, const int64_t tick)
{
    if (self->untimed == 0U) {
        return;
    }
    for (uint16_t i = 0U; i < self->count; i++) {
        const uint64_t bit = UINT64_C(1) << i;
        if ((self->untimed & bit) != 0U && self->act[i].trigger_event == event) {
            self->untimed &= ~bit;
            self->due_ticks[i] = tick + self->act[i].delay_ticks;
        }
    }
    find_next(self);
}

/// An integrator's knobs: stuck, bias, scale.
static void act_on_integrator(const faults_act_t* const act, faults_ledger_t* const ledger,
                              sensors_integrator_fault_t* const fault)
{
    if (act->kind == FAULTS_INTEGRATOR_STUCK) {
        ledger->before = fault->stuck ? 1.0 : 0.0;
        fault->stuck   = true;
        ledger->after  = 1.0;
    } else if (act->kind == FAULTS_INTEGRATOR_BIAS) {
        ledger->before = fault->bias_mps2;
        fault->bias_mps2 += act->value[0];
        ledger->after = fault->bias_mps2;
    } else {
        ledger->before = fault->scale;
        fault->scale *= act->value[0];
        ledger->after = fault->scale;
    }
    ledger->acted = ledger->before < ledger->after || ledger->after < ledger->before;
}

static void act_on_discrete(const faults_act_t* const act, faults_ledger_t* const ledger, sensors_t* const sensors)
{
    const uint64_t bit  = UINT64_C(1) << act->component;
    const bool     said = (sensors->discretes & bit) != 0U;
    const bool     says = act->value[0] >= 0.5;
    ledger->before      = said ? 1.0 : 0.0;
    ledger->after       = says ? 1.0 : 0.0;
    // A contact that sticks where it stands has changed too: it will no longer follow.
    ledger->acted = (sensors->stuck_discretes & bit) == 0U || said != says;
    sensors->stuck_discretes |= bit;
    sensors->stuck_discrete_values = (sensors->stuck_discrete_values & ~bit) | (says ? bit : 0U);
}

static void act_on_engine(const faults_act_t* const act, faults_ledger_t* const ledger, plant_t* const plant)
{
    plant_part_state_t* const part = &plant->part[act->component];
    if (act->kind == FAULTS_ENGINE_SHUTDOWN) {
        ledger->before = part->level;
        ledger->acted  = part->attached && plant_command(plant, PLANT_SHUTDOWN, act->component, 0U);
        ledger->after  = ledger->acted ? 0.0 : part->level;
    } else {
        ledger->before = part->thrust_factor;
        part->thrust_factor *= act->value[0];
        part->flow_factor *= act->value[1];
        ledger->after = part->thrust_factor;
        ledger->acted = part->attached && !part->burnt_out &&
                        (act->value[0] < 1.0 || act->value[0] > 1.0 || act->value[1] < 1.0 || act->value[1] > 1.0);
    }
}

static void act_on_transmitter(const faults_act_t* const act, faults_ledger_t* const ledger,
                               faults_transmitter_t* const carried)
{
    if (act->kind == FAULTS_TRANSMITTER_SUPPLY) {
        const uint16_t supply_mv = (uint16_t)act->value[0];
        ledger->before           = carried->supply_mv;
        ledger->acted            = carried->supply_mv != supply_mv;
        ledger->after            = supply_mv;
        carried->supply_mv       = supply_mv;
    } else {
        ledger->before = carried->transmitter.count.resets;
        transmitter_reset(&carried->transmitter);
        carried->was_reset = true;
        ledger->after      = carried->transmitter.count.resets;
        ledger->acted      = ledger->after > ledger->before;
    }
}

static void perform(const faults_act_t* const act, faults_ledger_t* const ledger, plant_t* const plant,
                    sensors_t* const sensors, faults_transmitter_t* const transmitters)
{
    switch ((faults_kind_t)act->kind) {
    case FAULTS_ENGINE_SHUTDOWN:
    case FAULTS_ENGINE_THRUST_LOSS:
        act_on_engine(act, ledger, plant);
        break;
    case FAULTS_STAGE_SEPARATION:
        ledger->before = plant->part[act->component].attached ? 1.0 : 0.0;
        ledger->acted  = plant_command(plant, PLANT_SEPARATE, act->component, 0U);
        ledger->after  = plant->part[act->component].attached ? 1.0 : 0.0;
        break;
    case FAULTS_TRANSMITTER_SUPPLY:
    case FAULTS_TRANSMITTER_RESET:
        act_on_transmitter(act, ledger, &transmitters[act->component]);
        break;
    case FAULTS_INTEGRATOR_STUCK:
    case FAULTS_INTEGRATOR_BIAS:
    case FAULTS_INTEGRATOR_SCALE:
        act_on_integrator(act, ledger, &sensors->integrator_fault[act->component]);
        break;
    case FAULTS_DISCRETE_STUCK:
        act_on_discrete(act, ledger, sensors);
        break;
    }
}

void faults_apply(faults_t* const self, const int64_t tick, plant_t* const plant, sensors_t* const sensors,
                  faults_transmitter_t* const transmitters)
{
    if (tick < self->next_ticks) {
        return;
    }
    for (uint16_t i = 0U; i < self->count; i++) {
        const uint64_t bit = UINT64_C(1) << i;
        if ((self->waiting & bit) != 0U && (self->untimed & bit) == 0U && self->due_ticks[i] <= tick) {
            self->waiting &= ~bit;
            self->ledger[i].due      = true;
            self->ledger[i].at_ticks = tick;
            perform(&self->act[i], &self->ledger[i], plant, sensors, transmitters);
        }
    }
    find_next(self);
}
