/// A thread that wakes at absolute times, writes what was handed over for that time, and tells each wake-up through a
/// pipe, with how late it was.
///
/// It sleeps in between and never spins. Under SCHED_FIFO where the system allows it; timer slack 1 us on Linux.
/// Life: pace_start(), read `fd` when it is ready, pace_hand_over() as wanted, pace_stop().

#ifndef PACE_H_INCLUDED
#define PACE_H_INCLUDED

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum
{
    PACE_OCTETS_max = 4096 ///< That can be handed over at a time.
};

/// What is read from the pipe, whole: a tick has begun.
typedef struct
{
    int64_t tick; ///< Counted from 0.
    int64_t late_ns;
    int64_t written; ///< Of what was handed over for it, octets that went; -1 when nothing was.
} pace_beat_t;

typedef struct
{
    int     to;
    size_t  size; ///< 0: nothing.
    int64_t tick;
    uint8_t octets[PACE_OCTETS_max];
} pace_handed_t;

typedef struct
{
    int         fd; ///< To read from; does not block. Beats that find the pipe full are left out.
    atomic_bool is_fifo;
    int         to;
    int64_t     first_ns;
    int64_t     period_ns;
    atomic_bool ending;
    pthread_t   thread;

    pthread_mutex_t guard; ///< Of what follows.
    int64_t         begun; ///< The last tick; -1 before the first.
    pace_handed_t   handed;
} pace_t;

/// Tick n begins at `first_ns` + n * `period_ns` of CLOCK_MONOTONIC. Returns 0, or errno when there is no pipe or thread:
/// then there is nothing to stop. `self` must stay where it is.
int pace_start(pace_t* self, int64_t first_ns, int64_t period_ns);

/// Ends the thread, at its next tick at the latest, and closes the pipe.
void pace_stop(pace_t* self);

/// Lets the thread write octets to a descriptor that does not block, as `tick` begins. Returns false when they are too many
/// or that tick has begun: then nothing was handed over, and it is for the caller to write them.
bool pace_hand_over(pace_t* self, int64_t tick, int to, const uint8_t* octets, size_t size);

/// What was handed over, and not written yet, never is; from here on the descriptor may be closed.
void pace_take_back(pace_t* self);

/// Whether it runs under SCHED_FIFO; known once the first tick has begun.
bool pace_is_fifo(const pace_t* self);

#endif
