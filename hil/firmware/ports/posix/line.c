#include "line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "rate.h"

enum
{
    PATIENCE_ms = 200, // with a host that does not read; after that a UART's octets would be lost
    DRAIN_bytes = 4096,
    NOISE_bytes = 4096 // that are made of a frame at the most
};

static bool set_nonblocking(const int fd)
{
    const int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && fcntl(fd, F_SETFL, (int)((unsigned)flags | (unsigned)O_NONBLOCK)) == 0;
}

static bool set_raw(const int fd)
{
    struct termios settings;
    if (tcgetattr(fd, &settings) != 0) {
        return false;
    }
    cfmakeraw(&settings);
    return tcsetattr(fd, TCSANOW, &settings) == 0;
}

/// A new link beside the old one takes its name: whoever looks finds one or the other.
static bool link_to(const char* const link, const char* const target)
{
    char      fresh[LINE_PATH_MAX_bytes + 8];
    const int size = snprintf(fresh, sizeof(fresh), "%s.new", link);
    if (size < 0 || (size_t)size >= sizeof(fresh)) {
        errno = ENAMETOOLONG;
        return false;
    }
    (void)unlink(fresh);
    return symlink(target, fresh) == 0 && rename(fresh, link) == 0;
}

bool line_open(line_t* const self, const char* const link, const uint32_t baud)
{
    memset(self, 0, sizeof(*self));
    self->baud  = baud;
    self->link  = NULL;
    self->slave = -1;
    self->fd    = posix_openpt(O_RDWR | O_NOCTTY);
    if (self->fd < 0 || grantpt(self->fd) != 0 || unlockpt(self->fd) != 0) {
        return false;
    }
    const char* const path = ptsname(self->fd);
    if (path == NULL || strlen(path) >= sizeof(self->path)) {
        return false;
    }
    memcpy(self->path, path, strlen(path) + 1U);
    self->slave = open(self->path, O_RDWR | O_NOCTTY);
    if (self->slave < 0 || !set_raw(self->slave) || !set_nonblocking(self->fd)) {
        return false;
    }
    if (baud != 0U) {
        rate_set(self->slave, baud); // whoever sets none has the right one
    }
    if (link != NULL && !link_to(link, self->path)) {
        return false;
    }
    self->link = link;
    return true;
}

bool line_adopt(line_t* const self, const int fd)
{
    memset(self, 0, sizeof(*self));
    self->link  = NULL;
    self->slave = -1;
    self->fd    = fd;
    return set_nonblocking(fd);
}

void line_close(line_t* const self)
{
    if (self->link != NULL) {
        char          target[LINE_PATH_MAX_bytes];
        const ssize_t size = readlink(self->link, target, sizeof(target));
        if (size > 0 && (size_t)size == strlen(self->path) && memcmp(target, self->path, (size_t)size) == 0) {
            (void)unlink(self->link);
        }
    }
    if (self->slave >= 0) {
        (void)close(self->slave);
    }
    (void)close(self->fd);
}

/// The host's rate, where it is another than the board's; else 0.
static uint32_t other_rate(const line_t* const self)
{
    const uint32_t baud = (self->baud != 0U) ? rate_of(self->fd) : 0U;
    return (baud != self->baud) ? baud : 0U;
}

static int read_some(const line_t* const self, uint8_t* const octets, const size_t capacity)
{
    const ssize_t size = read(self->fd, octets, capacity);
    if (size > 0) {
        return (int)size;
    }
    const bool nothing = size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    return nothing ? 0 : -1;
}

int line_read(const line_t* const self, uint8_t* const octets, const size_t capacity)
{
    const uint32_t sent_baud = other_rate(self);
    if (sent_baud == 0U) {
        return read_some(self, octets, capacity);
    }
    uint8_t   sent[DRAIN_bytes];
    const int size = read_some(self, sent, (capacity < sizeof(sent)) ? capacity : sizeof(sent));
    return (size > 0) ? (int)rate_heard(sent, (size_t)size, sent_baud, self->baud, octets, capacity) : size;
}

static size_t write_all(line_t* const self, const uint8_t* octets, size_t size)
{
    while (size != 0U) {
        const ssize_t written = write(self->fd, octets, size);
        if (written > 0) {
            self->deaf = false;
            octets     = &octets[written];
            size -= (size_t)written;
        } else if (written < 0 && errno == EAGAIN) {
            struct pollfd room = {.fd = self->fd, .events = POLLOUT};
            if (poll(&room, 1U, self->deaf ? 0 : PATIENCE_ms) == 0) {
                self->deaf = true;
                return size;
            }
        } else if (!(written < 0 && errno == EINTR)) {
            return size;
        }
    }
    return 0U;
}

size_t line_write(line_t* const self, const uint8_t* const octets, const size_t size)
{
    const uint32_t heard_baud = other_rate(self);
    if (heard_baud == 0U) {
        return write_all(self, octets, size);
    }
    uint8_t heard[NOISE_bytes];
    return write_all(self, heard, rate_heard(octets, size, self->baud, heard_baud, heard, sizeof(heard)));
}

void line_drain(const line_t* const self)
{
    uint8_t octets[DRAIN_bytes];
    while (read_some(self, octets, sizeof(octets)) > 0) {
    }
}
