#include "cortexm.h"

#include "board.h"

enum
{
    SYSTEM_VECTORS = 16, // of the architecture, the stack among them
    UART_VECTOR    = SYSTEM_VECTORS + CORTEXM_UART_IRQ
};

// Of the linker script: places, not objects.
extern uint32_t       cortexm_data[];
extern uint32_t       cortexm_data_end[];
extern const uint32_t cortexm_data_image[];
extern uint32_t       cortexm_bss[];
extern uint32_t       cortexm_bss_end[];
extern uint32_t       cortexm_stack[];

_Noreturn void cortexm_reset(void);
_Noreturn void cortexm_fault(void);

typedef void (*vector_t)(void);

/// What the processor reads when it leaves reset: its stack, then where to go for what. Vector n stands in place n - 1.
__attribute__((section(".vectors"), used)) static const struct
{
    uint32_t* stack;
    vector_t  vector[UART_VECTOR];
} vectors = {
    .stack = cortexm_stack,
    .vector =
        {
            [0]               = cortexm_reset,
            [1]               = cortexm_fault, // NMI
            [2]               = cortexm_fault, // HardFault, and the three that tell it apart
            [3]               = cortexm_fault,
            [4]               = cortexm_fault,
            [5]               = cortexm_fault,
            [14]              = cortexm_tick,
            [UART_VECTOR - 1] = cortexm_uart_interrupt,
        },
};

_Noreturn void cortexm_reset(void)
{
    cortexm_clock_start();
    const uint32_t* from = cortexm_data_image;
    for (uint32_t* to = cortexm_data; to < cortexm_data_end;) {
        *to++ = *from++;
    }
    for (uint32_t* to = cortexm_bss; to < cortexm_bss_end;) {
        *to++ = 0;
    }
    firmware_main();
    cortexm_fault();
}

/// A fault leaves nothing to go on with: the board starts again, and the host finds a session that is gone.
_Noreturn void cortexm_fault(void)
{
    cortexm_reset_chip();
}
