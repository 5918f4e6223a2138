#include "plant_aero.h"

void plant_aero_init(plant_t* const self)
{
    const plant_config_t* const config = self->config;
    for (uint32_t i = 0; i + 1U < config->mach_count; i++) {
        self->cd_slope[i] = (config->cd[i + 1U] - config->cd[i]) / (config->mach[i + 1U] - config->mach[i]);
    }
}

double plant_aero_cd(plant_t* const self, const double mach)
{
    const plant_config_t* const config = self->config;
    const uint32_t              last   = config->mach_count - 1U;
    if (mach <= config->mach[0]) {
        return config->cd[0];
    }
    if (mach >= config->mach[last]) {
        return config->cd[last];
    }
    uint32_t row = self->mach_row;
    while ((row > 0U) && (mach < config->mach[row])) {
        row--;
    }
    while ((row + 1U < last) && (mach >= config->mach[row + 1U])) {
        row++;
    }
    self->mach_row = (uint16_t)row;
    return config->cd[row] + (mach - config->mach[row]) * self->cd_slope[row];
}
