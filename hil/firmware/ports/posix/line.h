/// The line of a virtual board: a pseudo-terminal of its own, or a descriptor that it was given.

#ifndef LINE_H_INCLUDED
#define LINE_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum
{
    LINE_PATH_MAX_bytes = 1024
};

typedef struct
{
    int         fd;
    int         slave; ///< Kept open, so that the line lives on when nobody else has it open; -1: no pseudo-terminal.
    uint32_t    baud;  ///< Its rate, bit/s: at another the two hear noise of one another; 0: any will do.
    bool        deaf;  ///< Nobody reads: nothing is waited for until somebody does.
    const char* link;  ///< Symbolic link to the port; NULL: none.
    char        path[LINE_PATH_MAX_bytes];
} line_t;

/// Opens a pseudo-terminal and links `link` to it, in one step, over what was there. Returns false, with errno, when it
/// cannot.
bool line_open(line_t* self, const char* link, uint32_t baud);

/// Takes a descriptor instead.
bool line_adopt(line_t* self, int fd);

/// Removes the link, if it is still its own, and closes.
void line_close(line_t* self);

/// Reads what there is. Returns zero when there is nothing, -1 when the other end is gone for good.
int line_read(const line_t* self, uint8_t* octets, size_t capacity);

/// Writes; waits a moment for room when nobody reads, once. Returns how many octets found none.
size_t line_write(line_t* self, const uint8_t* octets, size_t size);

/// Throws away what waits to be read.
void line_drain(const line_t* self);

#endif
