/// What a session asks of the application that a board runs, and the two that there are.
///
/// A role gets its configuration once, then tick by tick an input, in pieces, and gives an output. It never touches the
/// line. A port that leaves a role out leaves out its file.

#ifndef ROLE_H_INCLUDED
#define ROLE_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fsw.h"
#include "transmitter.h"

enum
{
    ROLE_TRANSMITTER,
    ROLE_SEQUENCER,
    ROLE_COUNT
};

/// Why a START is refused: docs/reference/board-link.md, section 5.
typedef enum
{
    ROLE_OK               = 0,
    ROLE_REFUSES_LENGTH   = 6, ///< Of the configuration.
    ROLE_REFUSES_CONTENTS = 8, ///< Of the configuration: the room's own check. Detail: its status.
    ROLE_REFUSES_TICK     = 11
} role_refusal_t;

/// Memory of a role: `state` and `config` are aligned for any object.
typedef struct
{
    void*    state;
    uint8_t* config;
    uint8_t* input;
    uint8_t* storage;
    uint16_t input_bytes;
    uint16_t storage_bytes;
} role_memory_t;

typedef struct
{
    uint16_t config_bytes;
    uint16_t supply_mv;
    uint32_t tick_us;
    bool     warm; ///< The transmitter has been on for long.
} role_start_t;

typedef struct
{
    uint16_t supply_mv;
    uint16_t input_bytes; ///< That will come.
    bool     reset;       ///< transmitter_reset() first.
} role_grant_t;

typedef struct
{
    /// Starts from the configuration in memory. `detail` is written when it refuses.
    role_refusal_t (*start)(const role_memory_t* memory, const role_start_t* start, uint16_t reply_bytes,
                            uint32_t* detail);

    /// Begins a tick's input. Returns false when it is not as long as it must be.
    bool (*open)(const role_memory_t* memory, const role_grant_t* grant);

    /// Takes the next octets of it. Returns false when there is no room for what they begin; the input is lost then.
    bool (*take)(const role_memory_t* memory, const uint8_t* octets, uint16_t size);

    /// The input is whole.
    void (*close)(const role_memory_t* memory);

    /// Lets time pass; writes output and returns its length. `more`: there may be more than fits `reply_bytes`, to be had by
    /// calling again with no time.
    uint16_t (*advance)(const role_memory_t* memory, uint32_t elapsed_us, uint8_t* reply, uint16_t reply_bytes,
                        bool* more);

    bool by_clock; ///< In real time it advances by the board's clock, not by its input.
} role_t;

// ------------------------------------------------------------------------------------------------ transmitter

enum
{
    ROLE_TRANSMITTER_CONFIG_bytes = 88 ///< On the line: section 8.
};

typedef struct
{
    transmitter_t        transmitter;
    transmitter_config_t config;
    uint16_t             used; ///< Octets of the packet that comes.
} role_transmitter_t;

extern const role_t role_transmitter;

// ------------------------------------------------------------------------------------------------ sequencer

enum
{
    ROLE_SEQUENCER_INPUT_bytes = 96, ///< With all analogue channels.
    ROLE_SEQUENCER_HEAD_bytes  = 34  ///< Of the output, before the packets.
};

typedef struct
{
    fsw_t    fsw;
    uint16_t used; ///< Octets of the input.
} role_sequencer_t;

extern const role_t role_sequencer;

#endif
