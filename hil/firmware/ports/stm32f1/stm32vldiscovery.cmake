# ST STM32VLDISCOVERY: an STM32F100, 8 KiB of RAM, transmitter alone. USART1 on PA9 and PA10. Run here by QEMU.
set(BOARD_TOOLCHAIN arm-none-eabi)
set(BOARD_ROLES transmitter)
set(BOARD_SOURCES board.c cortexm/startup.c cortexm/cortexm.c cortexm/usart.c)
set(BOARD_OPTIONS -mcpu=cortex-m3)
set(BOARD_DEFINITIONS CORTEXM_UART_IRQ=37 CORTEXM_CYCLES_PER_us=24 USART_BASE=0x40013800U)
set(BOARD_SCRIPT memory.ld)
set(BOARD_IMAGES bin)
set(BOARD_RATES 24000000 16 10000) # APB2
set(BOARD_FLASH_MAX 131072) # STM32F100RB: 128 KiB, data sheet DocID16455
set(BOARD_RAM_MAX 6144)     # and 8 KiB, of which the stack has 2
set(BOARD_FLASH "st-flash --reset write {image} 0x08000000"
  "openocd -f board/stm32vldiscovery.cfg -c 'program {elf} verify reset exit'")
set(BOARD_QEMU stm32vldiscovery)
