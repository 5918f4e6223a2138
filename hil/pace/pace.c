#include "pace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

#define SECOND_ns INT64_C(1000000000)

enum
{
    SLACK_ns    = 1000,
    PRIORITY_up = 10 // above the least of SCHED_FIFO: before all that is not, after what drives the machine
};

static int64_t now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return ((int64_t)now.tv_sec * SECOND_ns) + (int64_t)now.tv_nsec;
}

static struct timespec time_of(const int64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / SECOND_ns), .tv_nsec = ns % SECOND_ns};
}

static void sleep_until(const int64_t due_ns)
{
#ifdef __APPLE__ // has no sleep to an absolute time
    for (int64_t left = due_ns - now_ns(); left > 0; left = due_ns - now_ns()) {
        const struct timespec time = time_of(left);
        (void)nanosleep(&time, NULL);
    }
#else
    const struct timespec due = time_of(due_ns);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR) {
    }
#endif
}

static void raise_oneself(pace_t* const self)
{
    const struct sched_param wish = {.sched_priority = sched_get_priority_min(SCHED_FIFO) + PRIORITY_up};
    atomic_store(&self->is_fifo, pthread_setschedparam(pthread_self(), SCHED_FIFO, &wish) == 0);
#ifdef __linux__
    (void)prctl(PR_SET_TIMERSLACK, (unsigned long)SLACK_ns, 0UL, 0UL, 0UL);
#endif
}

/// Returns how much of what was handed over for a tick has gone; -1 when nothing was.
static int64_t write_handed(pace_t* const self, const int64_t tick)
{
    pace_handed_t* const handed  = &self->handed;
    int64_t              written = -1;
    (void)pthread_mutex_lock(&self->guard);
    self->begun = tick;
    if (handed->size > 0U && handed->tick == tick) {
        const ssize_t went = write(handed->to, handed->octets, handed->size);
        written            = (went < 0) ? 0 : (int64_t)went;
        handed->size       = 0U;
    }
    (void)pthread_mutex_unlock(&self->guard);
    return written;
}

static void* beat(void* const argument)
{
    pace_t* const self = argument;
    raise_oneself(self);
    int64_t due_ns = self->first_ns;
    for (int64_t tick = 0; !atomic_load(&self->ending); tick++) {
        sleep_until(due_ns);
        const int64_t     late_ns = now_ns() - due_ns;
        const pace_beat_t beat    = {.tick = tick, .late_ns = late_ns, .written = write_handed(self, tick)};
        (void)!write(self->to, &beat, sizeof(beat));
        due_ns += self->period_ns;
    }
    return NULL;
}

static int make_pipe(pace_t* const self)
{
    int ends[2];
    if (pipe(ends) != 0) {
        return errno;
    }
    for (int i = 0; i < 2; i++) {
        if (fcntl(ends[i], F_SETFL, O_NONBLOCK) != 0 || fcntl(ends[i], F_SETFD, FD_CLOEXEC) != 0) {
            const int error = errno;
            (void)close(ends[0]);
            (void)close(ends[1]);
            return error;
        }
    }
    self->fd = ends[0];
    self->to = ends[1];
    return 0;
}

/// Signals are for the threads that were there before.
static int make_thread(pace_t* const self)
{
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    const int error = pthread_create(&self->thread, NULL, beat, self);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

int pace_start(pace_t* const self, const int64_t first_ns, const int64_t period_ns)
{
    self->first_ns    = first_ns;
    self->period_ns   = period_ns;
    self->begun       = -1;
    self->handed.size = 0U;
    atomic_store(&self->is_fifo, false);
    atomic_store(&self->ending, false);
    int error = pthread_mutex_init(&self->guard, NULL);
    if (error != 0) {
        return error;
    }
    error = make_pipe(self);
    if (error == 0) {
        error = make_thread(self);
        if (error == 0) {
            return 0;
        }
        (void)close(self->fd);
        (void)close(self->to);
    }
    (void)pthread_mutex_destroy(&self->guard);
    return error;
}

void pace_stop(pace_t* const self)
{
    atomic_store(&self->ending, true);
    (void)pthread_join(self->thread, NULL);
    (void)close(self->fd);
    (void)close(self->to);
    (void)pthread_mutex_destroy(&self->guard);
}

bool pace_hand_over(pace_t* const self, const int64_t tick, const int to, const uint8_t* const octets,
                    const size_t size)
{
    if (size > (size_t)PACE_OCTETS_max) {
        return false;
    }
    (void)pthread_mutex_lock(&self->guard);
    const bool in_time = self->begun < tick;
    if (in_time) {
        self->handed.to   = to;
        self->handed.tick = tick;
        self->handed.size = size;
        (void)memcpy(self->handed.octets, octets, size);
    }
    (void)pthread_mutex_unlock(&self->guard);
    return in_time;
}

void pace_take_back(pace_t* const self)
{
    (void)pthread_mutex_lock(&self->guard);
    self->handed.size = 0U;
    (void)pthread_mutex_unlock(&self->guard);
}

bool pace_is_fifo(const pace_t* const self)
{
    return atomic_load(&self->is_fifo);
}
