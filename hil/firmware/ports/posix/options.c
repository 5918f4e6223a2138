#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ring.h"

static const char* const HELP =
    "usage: flightsw-board-virtual [options]\n"
    "A board of the flightsw serial link, as a process. It prints `PORT PATH`, the port to open.\n"
    "\n"
    "  --link PATH      link PATH to the port\n"
    "  --fd N           use the open descriptor N instead of a port of its own\n"
    "  --window N       octets of the receive ring, a power of two from 32 to 32768 (4096)\n"
    "  --baud N         pace the line to N baud, in simulated time (0: as fast as it goes)\n"
    "  --work-ns N      with --baud: what an octet costs the firmware, ns (1000)\n"
    "  --id HEX         its 8 octets of identity, 16 digits (of its process)\n"
    "  --name NAME      its name, at most 40 characters (virtual)\n"
    "  --with-parent    end when the parent process ends (Linux)\n";

static void refuse(const char* const option, const char* const value, const char* const allowed)
{
    (void)fprintf(stderr, "virtual board: %s %s: %s\n", option, value, allowed);
    exit(2);
}

static uint32_t number(const char* const option, const char* const value, const uint32_t least, const uint32_t most)
{
    char* end              = NULL;
    errno                  = 0;
    const long long parsed = strtoll(value, &end, 10);
    if (errno != 0 || end == value || *end != '\0' || parsed < (long long)least || parsed > (long long)most) {
        char allowed[64];
        (void)snprintf(allowed, sizeof(allowed), "a number from %lu to %lu", (unsigned long)least, (unsigned long)most);
        refuse(option, value, allowed);
    }
    return (uint32_t)parsed;
}

static void read_id(uint8_t* const id, const char* const value)
{
    bool good = strlen(value) == (size_t)2U * BOARD_ID_bytes;
    for (size_t i = 0U; good && i < BOARD_ID_bytes; i++) {
        char  pair[3] = {value[2U * i], value[(2U * i) + 1U], '\0'};
        char* end     = NULL;
        id[i]         = (uint8_t)strtoul(pair, &end, 16);
        good          = *end == '\0' && pair[0] != '-' && pair[0] != '+' && pair[0] != ' ';
    }
    if (!good) {
        refuse("--id", value, "16 hexadecimal digits");
    }
}

static void read_option(options_t* const self, const char* const option, const char* const value)
{
    if (strcmp(option, "--link") == 0) {
        self->link = value;
    } else if (strcmp(option, "--fd") == 0) {
        self->fd = (int)number(option, value, 0U, 1023U);
    } else if (strcmp(option, "--window") == 0) {
        self->window = (uint16_t)number(option, value, 32U, RING_MAX_bytes);
        if ((self->window & (self->window - 1U)) != 0U) {
            refuse(option, value, "a power of two");
        }
    } else if (strcmp(option, "--baud") == 0) {
        self->baud = number(option, value, 0U, 100000000U);
    } else if (strcmp(option, "--work-ns") == 0) {
        self->work_ns = number(option, value, 0U, 1000000000U);
    } else if (strcmp(option, "--id") == 0) {
        read_id(self->id, value);
    } else if (strcmp(option, "--name") == 0) {
        self->name = value;
        if (strlen(value) > BOARD_NAME_MAX_bytes) {
            refuse(option, value, "at most 40 characters");
        }
    } else {
        refuse(option, value, "no such option; --help lists them");
    }
}

void options_read(options_t* const self, const int argc, char** const argv)
{
    *self                  = (options_t){.fd = -1, .window = 4096U, .work_ns = 1000U, .name = "virtual"};
    const uint32_t process = (uint32_t)getpid();
    memcpy(self->id, &process, sizeof(process));
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            (void)fputs(HELP, stdout);
            exit(EXIT_SUCCESS);
        }
        if (strcmp(argv[i], "--with-parent") == 0) {
            self->with_parent = true;
            continue;
        }
        if (i + 1 == argc) {
            refuse(argv[i], "", "an option that wants a value, or none at all; --help lists them");
        }
        read_option(self, argv[i], argv[i + 1]);
        i++;
    }
}
