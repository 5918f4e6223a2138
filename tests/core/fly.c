/// Flies the tables of one flight without Python: reads them and the header of its log from stdin, writes the downlink to
/// stdout.
///
/// The tests compile this with other compilers and levels and compare the bytes; the benchmarks count its instructions.

#include <stdio.h>
#include <stdlib.h>

#include "loop.h"

static void* take(size_t size)
{
    void* const data = calloc(1U, size);
    if (data == NULL || fread(data, 1U, size, stdin) != size) {
        (void)fputs("the tables on stdin are short\n", stderr);
        exit(2);
    }
    return data;
}

int main(void)
{
    plant_config_t* const   plant   = take(sizeof(plant_config_t));
    sensors_config_t* const sensors = take(sizeof(sensors_config_t));
    fsw_config_t* const     fsw     = take(sizeof(fsw_config_t));
    loop_config_t* const    config  = take(sizeof(loop_config_t));
    config->plant                   = plant;
    config->sensors                 = sensors;
    config->fsw                     = fsw;
    plant_air_table_init(&plant->air);

    const uint32_t* const header_bytes = take(sizeof(uint32_t));
    const uint8_t* const  header       = take(*header_bytes);

    static loop_t       loop;
    loop_record_t       record = {0};
    ground_log_t* const log    = &record.downlink;
    log->capacity              = (size_t)64U << 20U;
    log->octets                = malloc(log->capacity);
    record.truth               = malloc(100000U * LOOP_TRUTH_COLUMNS * sizeof(double));
    record.truth_capacity      = 100000U;
    if (log->octets == NULL || record.truth == NULL || loop_init(&loop, config) != LOOP_OK) {
        return 3;
    }
    ground_log_header(log, header, *header_bytes);
    ground_log_header(log, header, *header_bytes);
    const int64_t flown = loop_run(&loop, INT64_MAX, &record);
    ground_log_finish(log, loop_clock_us(&loop));
    (void)fprintf(stderr, "%lld\n", (long long)flown);
    return fwrite(log->octets, 1U, log->used, stdout) == log->used ? 0 : 4;
}
