#include "link.h"

#include <string.h>

#include "sensors_noise.h"

#define LIGHT_mps    299792458.0    // exact: the definition of the metre
#define BOLTZMANN_db (-228.5991672) // 10 log10(1.380649e-23), J/K exact since 2019
#define PI_x4        12.566370614359172
#define DECIBEL      0.23025850929940457            // ln(10) / 10: exp(DECIBEL x) = 10^(x/10)
#define NO_ERRORS    1.0e-13                        // bit-error rate below which a mission has none
#define CLEAN_ratio  60.0                           // exp(-30) / 2 is below that: most bursts need no exponential
#define HUGE_m       1.0e300                        // below every horizontal
#define STREAM       UINT32_C(0x4C4B0000)           // components of the noise generator that belong to the link
#define WORD_to_unit (1.0 / 18446744073709551616.0) // 2^-64

double link_ratio(const link_emitter_t* const emitter, const link_station_t* const station, const double range_m)
{
    const double db     = emitter->eirp_dbw + station->g_over_t_dbpk - emitter->loss_db - BOLTZMANN_db;
    const double spread = LIGHT_mps / (PI_x4 * emitter->frequency_hz * range_m);
    return plant_exp(DECIBEL * db) * spread * spread / emitter->rate_bps;
}

/// Frequency-shift keying, noncoherent detection: exp(-ratio/2) / 2. J. G. Proakis, Digital Communications, 4th edition,
/// 5.4-47; what telemetry receivers of PCM/FM come close to.
double link_bit_error_rate(const double ratio)
{
    return 0.5 * plant_exp(-0.5 * ratio);
}

bool link_init(link_t* const self, const link_config_t* const config)
{
    if (config->station_count > LINK_STATIONS_MAX || config->emitter_count > LINK_EMITTERS_MAX) {
        return false;
    }
    memset(self, 0, sizeof(*self));
    self->config    = config;
    self->closes_us = INT64_MAX;
    self->lock      = plant_exp(DECIBEL * config->lock_db);
    for (uint8_t s = 0U; s < config->station_count; s++) {
        const link_station_t* const station = &config->station[s];
        self->key[s]                        = sensors_noise_key(config->seed, STREAM + s);
        self->height_m[s]                   = plant_vec3_dot(station->position_ecef_m, station->up_ecef);
        self->floor_m[s]                    = (station->sin_mask < 0.0) ? -HUGE_m : 0.0;
        for (uint8_t e = 0U; e < config->emitter_count; e++) {
            self->gain[e][s] = link_ratio(&config->emitter[e], station, 1.0);
        }
    }
    return true;
}

/// A number of (0, 1), of draw `draw` for a burst at a station. Draws of different bursts never meet: a burst has fewer
/// than 2^20.
static double unit(const link_t* const self, const uint8_t station, const uint32_t draw)
{
    const uint64_t word = sensors_noise_word(self->key[station], (self->burst << 20U) + draw);
    return ((double)(word >> 11U) + 0.5) * (WORD_to_unit * 2048.0);
}

/// Copies octets and turns over what is received wrong: gaps between wrong bits are geometrically distributed. Returns
/// whether any was; if not, `spoilt` may be as it was.
static bool spoil(const link_t* const self, const uint8_t station, const double ratio, const uint8_t* const octets,
                  const size_t size, uint8_t* const spoilt)
{
    if (ratio > CLEAN_ratio) {
        return false;
    }
    const double rate = link_bit_error_rate(ratio);
    if (rate < NO_ERRORS) {
        return false;
    }
    memcpy(spoilt, octets, size);
    const double log_right = plant_log(1.0 - rate);
    const double bits      = (double)(size * 8U);
    double       at        = -1.0;
    uint32_t     draw      = 0U;
    for (;;) {
        at += 1.0 + (double)(int64_t)(plant_log(unit(self, station, draw)) / log_right);
        if (at >= bits) {
            return draw != 0U;
        }
        const size_t bit = (size_t)at;
        spoilt[bit / 8U] = (uint8_t)(spoilt[bit / 8U] ^ (0x80U >> (bit % 8U)));
        draw++;
    }
}

static void open(link_t* const self, ground_log_t* const log, const int64_t t_us)
{
    link_close(self, log, t_us);
    if (self->closes_us == INT64_MAX) {
        ground_log_begin(log);
        const int64_t into = t_us % LINK_SLICE_us;
        self->closes_us    = t_us - into + ((into < 0) ? 0 : LINK_SLICE_us);
    }
}

void link_close(link_t* const self, ground_log_t* const log, const int64_t t_us)
{
    if (t_us >= self->closes_us) {
        ground_log_end(log); // nothing when none is open
        self->closes_us = INT64_MAX;
    }
}

void link_hear(link_t* const self, ground_log_t* const log, const uint8_t emitter, const int64_t t_us,
               const plant_vec3_t position_ecef_m, const bool through_umbilical, const uint8_t* const octets,
               const size_t size)
{
    ground_log_reception_t clean[LINK_STATIONS_MAX];
    uint8_t                clean_count = 0U;
    bool                   damaged     = false;
    uint8_t                spoilt[LINK_BURST_MAX_bytes];

    const link_config_t* const config = self->config;
    const uint8_t              all    = config->station_count;
    for (uint8_t s = 0U; s < all; s++) {
        const link_station_t* const station = &config->station[s];
        if (through_umbilical && station->umbilical) {
            clean[clean_count++] = (ground_log_reception_t){.station = s, .ert_us = t_us};
            continue;
        }
        const double rise_m = plant_vec3_dot(position_ecef_m, station->up_ecef) - self->height_m[s];
        if (rise_m < self->floor_m[s]) {
            continue; // most are; no root is needed to say so
        }
        const plant_vec3_t line    = plant_vec3_sub(position_ecef_m, station->position_ecef_m);
        const double       square  = plant_vec3_dot(line, line);
        const double       range_m = __builtin_sqrt(square);
        if (rise_m < station->sin_mask * range_m || range_m > station->range_max_m) {
            continue;
        }
        const double ratio = self->gain[emitter][s] / square;
        if (!(ratio >= self->lock)) {
            continue;
        }
        ground_log_reception_t* const heard = &clean[clean_count];
        heard->station                      = s;
        heard->ert_us                       = t_us + (int64_t)(range_m * (1.0e6 / LIGHT_mps) + 0.5);
        if (spoil(self, s, ratio, octets, size, spoilt)) {
            open(self, log, t_us);
            ground_log_add(log, spoilt, size, heard, 1U);
            damaged = true;
        } else {
            clean_count++;
        }
    }
    self->burst++;
    link_count_t* const count = &self->count[emitter];
    count->bursts++;
    if (clean_count != 0U) {
        open(self, log, t_us);
        ground_log_add(log, octets, size, clean, clean_count);
        count->heard++;
    } else if (damaged) {
        count->damaged++;
    }
}
