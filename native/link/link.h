/// The radio link: which station hears a burst of a transmitter, when, and with which bits wrong.
///
/// Straight lines in a vacuum: a station hears what is above its mask and near enough for its receiver to lock. The
/// signal-to-noise ratio per bit decides the bit-error rate, and a seeded draw decides the bits. Before lift-off a
/// station with an umbilical hears the vehicle through it, without error. What is heard goes into a downlink log, one
/// block for each slice of the flight's clock.

#ifndef LINK_H_INCLUDED
#define LINK_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ground_log.h"
#include "plant_math.h"

enum
{
    LINK_STATIONS_MAX    = 32,
    LINK_EMITTERS_MAX    = 4,
    LINK_BURST_MAX_bytes = 2052, ///< A transfer frame and its marker.
    LINK_SLICE_us        = 50000 ///< Of the log: what a power cut on the ground can cost.
};

typedef struct
{
    plant_vec3_t position_ecef_m;
    plant_vec3_t up_ecef; ///< Normal of the ellipsoid.
    double       sin_mask;
    double       range_max_m;
    double       g_over_t_dbpk; ///< Gain of the antenna over the noise temperature of its receiver, dB/K.
    bool         umbilical;
} link_station_t;

typedef struct
{
    double eirp_dbw;     ///< Radiated power and gain of the antenna, towards the station.
    double frequency_hz; ///< Of the carrier.
    double loss_db;      ///< Of everything that is not distance: polarisation, pointing, plume, receiver.
    double rate_bps;
} link_emitter_t;

typedef struct
{
    uint64_t       seed;
    double         lock_db; ///< Least signal-to-noise ratio per bit at which a receiver finds the bits at all, dB.
    uint8_t        station_count;
    uint8_t        emitter_count;
    link_station_t station[LINK_STATIONS_MAX];
    link_emitter_t emitter[LINK_EMITTERS_MAX];
} link_config_t;

typedef struct
{
    uint32_t bursts;  ///< That left the antenna.
    uint32_t heard;   ///< By at least one station, whole and right.
    uint32_t damaged; ///< By at least one station, but by none without error.
} link_count_t;

typedef struct
{
    const link_config_t* config;
    int64_t              closes_us; ///< When the block that is open ends; INT64_MAX: none is.
    uint64_t             burst;     ///< Bursts so far, of all emitters: what numbers the draws.
    double               gain[LINK_EMITTERS_MAX][LINK_STATIONS_MAX]; ///< Signal-to-noise ratio per bit at 1 m.
    double               lock;
    double       height_m[LINK_STATIONS_MAX]; ///< Of a station over the centre of the Earth, along its vertical.
    double       floor_m[LINK_STATIONS_MAX];  ///< What is further below its horizontal is below its mask.
    uint64_t     key[LINK_STATIONS_MAX];
    link_count_t count[LINK_EMITTERS_MAX];
} link_t;

/// Prepares the link. Returns false when there are more stations or emitters than there is room for.
bool link_init(link_t* self, const link_config_t* config);

/// Writes what the stations hear of a burst into `log`. `t_us` is when it left, after the epoch of the log, and does not
/// decrease; `through_umbilical` says that the vehicle stands on its pad. Octets that find no room are counted by the log.
void link_hear(link_t* self, ground_log_t* log, uint8_t emitter, int64_t t_us, plant_vec3_t position_ecef_m,
               bool through_umbilical, const uint8_t* octets, size_t size);

/// Closes the block of the slice that `t_us` has left behind; with INT64_MAX the last.
void link_close(link_t* self, ground_log_t* log, int64_t t_us);

/// Signal-to-noise ratio per bit of an emitter at a station, `range_m` apart, as a plain ratio.
double link_ratio(const link_emitter_t* emitter, const link_station_t* station, double range_m);

/// Bit-error rate at a signal-to-noise ratio per bit.
double link_bit_error_rate(double ratio);

#endif
