# ST STM32VLDISCOVERY: an STM32F100, 8 KiB of RAM, transmitter alone. USART1 on PA9 and PA10. Run here by QEMU.
set(BOARD_TOOLCHAIN arm-none-eabi)
set(BOARD_ROLES transmitter)
set(BOARD_SOURCES board.c cortexm/startup.c cortexm/cortexm.c cortexm/usart.c)
set(BOARD_OPTIONS -mcpu=cortex-m3)
set(BOARD_DEFINITIONS CORTEXM_UART_IRQ=37 CORTEXM_CYCLES_PER_us=24 USART_BASE=0x40013800U)
set(BOARD_SCRIPT memory.ld)
set(BOARD_IMAGES bin)
set(BOARD_QEMU stm32vldiscovery)
