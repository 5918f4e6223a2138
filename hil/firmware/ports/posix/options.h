/// The command line of a virtual board.

#ifndef OPTIONS_H_INCLUDED
#define OPTIONS_H_INCLUDED

#include <stdbool.h>
#include <stdint.h>

#include "board.h"

typedef struct
{
    const char* link;
    const char* name;
    int         fd;      ///< -1: a pseudo-terminal.
    uint32_t    baud;    ///< 0: the line is not paced.
    uint32_t    work_ns; ///< What an octet costs the firmware, on a paced line.
    uint16_t    window;
    bool        with_parent;
    uint8_t     id[BOARD_ID_bytes];
} options_t;

/// Reads them, or says what is wrong and exits with 2; --help exits with 0.
void options_read(options_t* self, int argc, char** argv);

#endif
