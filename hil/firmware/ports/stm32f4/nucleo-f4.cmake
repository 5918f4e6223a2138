# ST Nucleo-64 of an STM32F4: F401RE, F411RE or F446RE. Its line is the USB port of the ST-LINK. Built and sized here; the
# same sources run in QEMU as `netduinoplus2`, with another USART.
set(BOARD_TOOLCHAIN arm-none-eabi)
set(BOARD_ROLES transmitter sequencer)
set(BOARD_SOURCES board.c cortexm/startup.c cortexm/cortexm.c cortexm/usart.c)
set(BOARD_OPTIONS -mcpu=cortex-m4)
set(BOARD_DEFINITIONS "BOARD_NAME=\"Nucleo-64 STM32F4\"" CORTEXM_UART_IRQ=38 CORTEXM_CYCLES_PER_us=84 STM32F4_USART=2
  USART_BASE=0x40004400U)
set(BOARD_SCRIPT memory.ld)
set(BOARD_IMAGES bin)
set(BOARD_RATES 42000000 16 17500) # APB1
set(BOARD_FLASH_MAX 524288) # the least of the three has 512 KiB, data sheet DocID025644
set(BOARD_RAM_MAX 90112)    # and 96 KiB, of which the stack has 8
set(BOARD_FLASH "st-flash --reset write {image} 0x08000000"
  "openocd -f board/st_nucleo_f4.cfg -c 'program {elf} verify reset exit'")
