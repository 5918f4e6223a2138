#include "transmitter.h"

static void count(uint32_t* const counter, const uint32_t more)
{
    *counter = (UINT32_MAX - *counter < more) ? UINT32_MAX : (*counter + more);
}

void transmitter_init(transmitter_t* const self)
{
    self->powered         = true;
    self->packets_sent    = 0U;
    self->packets_dropped = 0U;
    self->bytes_sent      = 0U;
}

void transmitter_set_power(transmitter_t* const self, const bool powered)
{
    self->powered = powered;
}

size_t transmitter_send(transmitter_t* const self, const size_t size, const uint32_t packet_count)
{
    if (!self->powered) {
        count(&self->packets_dropped, packet_count);
        return 0U;
    }
    count(&self->packets_sent, packet_count);
    self->bytes_sent += size;
    return size;
}
