# Raspberry Pi Pico: UART0 on GP0 (out) and GP1 (in). Smoke-tested here by rp2040js.
set(BOARD_TOOLCHAIN arm-none-eabi)
set(BOARD_ROLES transmitter sequencer)
set(BOARD_SOURCES boot.S board.c cortexm/startup.c cortexm/cortexm.c cortexm/pl011.c)
set(BOARD_OPTIONS -mcpu=cortex-m0plus)
set(BOARD_DEFINITIONS CORTEXM_UART_IRQ=20 CORTEXM_CYCLES_PER_us=125 PL011_BASE=0x40034000U)
set(BOARD_SCRIPT memory.ld)
set(BOARD_IMAGES uf2)       # copied to the drive that it shows
set(BOARD_RATES 500000000 64 208333) # four times 125 MHz: pl011.h
set(BOARD_FLASH_MAX 2097152) # 2 MiB beside the chip, Raspberry Pi Pico data sheet
set(BOARD_RAM_MAX 260096)    # RP2040 data sheet: 264 KiB, of them 256 in one piece; the stack has 2
