# TI (Luminary) LM3S6965 evaluation board. QEMU emulates it: this is the emulated board.
set(BOARD_TOOLCHAIN arm-none-eabi)
set(BOARD_ROLES transmitter sequencer)
set(BOARD_SOURCES board.c cortexm/startup.c cortexm/cortexm.c cortexm/pl011.c)
set(BOARD_OPTIONS -mcpu=cortex-m3)
set(BOARD_DEFINITIONS CORTEXM_UART_IRQ=5 CORTEXM_CYCLES_PER_us=50 PL011_BASE=0x4000C000U)
set(BOARD_SCRIPT memory.ld)
set(BOARD_IMAGES "")
set(BOARD_RATES 200000000 64 83333) # four times 50 MHz: pl011.h
set(BOARD_FLASH_MAX 262144) # 256 KiB, data sheet DS-LM3S6965
set(BOARD_RAM_MAX 57344)    # 64 KiB, of which the stack has 8
set(BOARD_FLASH "openocd -f board/ek-lm3s6965.cfg -c 'program {elf} verify reset exit'")
set(BOARD_QEMU lm3s6965evb)
