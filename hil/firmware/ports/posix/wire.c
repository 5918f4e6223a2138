#include "wire.h"

#include <string.h>
#include <time.h>

#define SECOND_ns UINT64_C(1000000000)

enum
{
    BITS_of_octet = 10 // with start and stop
};

static uint64_t monotonic_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return ((uint64_t)now.tv_sec * SECOND_ns) + (uint64_t)now.tv_nsec;
}

static uint64_t later(const uint64_t a, const uint64_t b)
{
    return (a > b) ? a : b;
}

static bool is_simulated(const wire_t* const self)
{
    return self->byte_ns != 0U && !self->real;
}

void wire_init(wire_t* const self, line_t* const line, const uint32_t baud, const uint32_t work_ns,
               const uint16_t window)
{
    memset(self, 0, sizeof(*self));
    self->line    = line;
    self->byte_ns = (baud == 0U) ? 0U : (BITS_of_octet * SECOND_ns / baud);
    self->work_ns = work_ns;
    self->zero_ns = monotonic_ns();
    ring_init(&self->received, self->memory, window);
}

uint64_t wire_clock_ns(const wire_t* const self)
{
    return is_simulated(self) ? self->now_ns : (monotonic_ns() - self->zero_ns);
}

/// From simulated time to the monotonic clock or back, without a jump.
static void go_by(wire_t* const self, const bool real)
{
    if (self->byte_ns != 0U && real != self->real) {
        self->now_ns  = wire_clock_ns(self);
        self->zero_ns = monotonic_ns() - self->now_ns;
        self->real    = real;
    }
}

/// Lets time pass up to `due_ns`: at once, or by sleeping.
static void wait_until(wire_t* const self, const uint64_t due_ns)
{
    if (is_simulated(self)) {
        self->now_ns = later(self->now_ns, due_ns);
        return;
    }
    for (uint64_t now = wire_clock_ns(self); now < due_ns; now = wire_clock_ns(self)) {
        const uint64_t        left = due_ns - now;
        const struct timespec time = {.tv_sec = (time_t)(left / SECOND_ns), .tv_nsec = (long)(left % SECOND_ns)};
        (void)nanosleep(&time, NULL); // macOS has none to an absolute time
    }
}

static void work(wire_t* const self)
{
    if (is_simulated(self)) {
        self->now_ns += self->work_ns;
    }
}

// ------------------------------------------------------------------------------------------------ in

/// Takes over what the host has written. Returns false when the line has ended.
static bool look(wire_t* const self)
{
    const size_t   waiting = self->waiting_end - self->waiting_at;
    const uint64_t now     = wire_clock_ns(self);
    if (waiting == 0U) {
        self->arrived_ns = later(self->arrived_ns, self->looked_ns);
    }
    self->looked_ns = now;
    memmove(self->waiting, &self->waiting[self->waiting_at], waiting);
    self->waiting_at  = 0U;
    self->waiting_end = waiting;
    const int size    = line_read(self->line, &self->waiting[waiting], sizeof(self->waiting) - waiting);
    if (size < 0) {
        return false;
    }
    self->waiting_end += (size_t)size;
    return true;
}

/// What has come by now is in the ring, or lost.
static void deliver(wire_t* const self)
{
    const uint64_t now = wire_clock_ns(self);
    while (self->waiting_at < self->waiting_end && self->arrived_ns + self->byte_ns <= now) {
        self->arrived_ns += self->byte_ns;
        if (!ring_put(&self->received, self->waiting[self->waiting_at])) {
            self->ring_dropped++;
        }
        self->waiting_at++;
    }
}

/// Without pace: as much as there is room for.
static bool fill(wire_t* const self)
{
    const size_t room = (size_t)self->received.mask + 1U - ring_used(&self->received);
    const int    size = line_read(self->line, self->waiting, room);
    for (int i = 0; i < size; i++) {
        (void)ring_put(&self->received, self->waiting[i]);
    }
    return size >= 0;
}

bool wire_read(wire_t* const self, uint8_t* const octets, const size_t capacity, size_t* const used)
{
    const bool paced = self->byte_ns != 0U;
    bool       alive = true;
    if (paced && self->waiting_at == self->waiting_end) {
        alive = look(self);
    }
    if (paced) {
        deliver(self);
    } else if (ring_used(&self->received) == 0U) {
        alive = fill(self);
    }
    size_t count = 0U;
    while (count < capacity && ring_take(&self->received, &octets[count])) {
        count++;
        work(self);
        if (paced) {
            deliver(self);
        }
    }
    *used = count;
    return alive;
}

// ------------------------------------------------------------------------------------------------ out

static void write_out(wire_t* const self, const wire_frame_t* const frame)
{
    self->line_dropped += (uint32_t)line_write(self->line, frame->octets, frame->size);
}

/// Writes what has left by now.
static void release(wire_t* const self)
{
    const uint64_t now = wire_clock_ns(self);
    while (self->leaving_count != 0U && self->leaving[self->leaving_at].due_ns <= now) {
        write_out(self, &self->leaving[self->leaving_at]);
        self->leaving_at = (self->leaving_at + 1U) % WIRE_LEAVING;
        self->leaving_count--;
    }
}

static void keep(wire_t* const self)
{
    if (self->leaving_count == WIRE_LEAVING) {
        wait_until(self, self->leaving[self->leaving_at].due_ns);
        release(self);
    }
    self->leaving[(self->leaving_at + self->leaving_count) % WIRE_LEAVING] = self->frame;
    self->leaving_count++;
}

static void send_frame(wire_t* const self)
{
    self->frame.due_ns = self->free_ns;
    if (self->real && self->byte_ns != 0U) {
        keep(self);
        release(self);
    } else {
        if (self->byte_ns != 0U) {
            (void)look(self);
            self->looked_ns = self->free_ns; // what is not here yet may be the answer to this frame
        }
        write_out(self, &self->frame);
    }
    self->frame.size = 0U;
}

void wire_put(wire_t* const self, const uint8_t octet)
{
    work(self);
    if (self->byte_ns != 0U) {
        const uint64_t now  = wire_clock_ns(self);
        const uint64_t ring = WIRE_FRAME_bytes * self->byte_ns;
        self->free_ns       = later(self->free_ns, now) + self->byte_ns;
        if (self->free_ns > now + ring) {
            wait_until(self, self->free_ns - ring);
        }
    }
    self->frame.octets[self->frame.size] = octet;
    self->frame.size++;
    if (octet == 0U || self->frame.size == WIRE_FRAME_bytes) {
        send_frame(self);
    }
}

// ------------------------------------------------------------------------------------------------ sleep

/// When a frame, or half a ring, of what waits will have come: it is not worth waking for each octet.
static uint64_t worth_waking_ns(const wire_t* const self)
{
    const size_t waiting = self->waiting_end - self->waiting_at;
    const size_t most    = ((size_t)self->received.mask + 1U) / 2U;
    size_t       count   = 0U;
    while (count < waiting && count < most && self->waiting[self->waiting_at + count] != 0U) {
        count++;
    }
    count += (count < waiting && count < most) ? 1U : 0U;
    return self->arrived_ns + (count * self->byte_ns);
}

uint64_t wire_before_sleep(wire_t* const self, const uint32_t wait_us)
{
    const bool for_ever = wait_us == UINT32_MAX;
    go_by(self, !for_ever);
    const uint64_t wait_ns = for_ever ? UINT64_MAX : (uint64_t)wait_us * 1000U;
    if (self->byte_ns == 0U) {
        return wait_ns;
    }
    const bool waiting = self->waiting_at < self->waiting_end;
    if (is_simulated(self)) {
        // The next octet of the host, or, when the host has to make up its mind, the end of what it is being told.
        wait_until(self, waiting ? (self->arrived_ns + self->byte_ns) : self->free_ns);
        self->looked_ns = later(self->looked_ns, waiting ? 0U : self->now_ns);
        return waiting ? 0U : UINT64_MAX;
    }
    release(self);
    const uint64_t now = wire_clock_ns(self);
    uint64_t       due = (UINT64_MAX - now < wait_ns) ? UINT64_MAX : (now + wait_ns);
    if (waiting) {
        const uint64_t worth = worth_waking_ns(self);
        due                  = (worth < due) ? worth : due;
    }
    if (self->leaving_count != 0U && self->leaving[self->leaving_at].due_ns < due) {
        due = self->leaving[self->leaving_at].due_ns;
    }
    return (due > now) ? (due - now) : 0U;
}
