# Netduino Plus 2, an STM32F405 that QEMU emulates: how the port for STM32F4 is tried without a board. USART1 on PA9, PA10.
set(BOARD_TOOLCHAIN arm-none-eabi)
set(BOARD_ROLES transmitter sequencer)
set(BOARD_SOURCES board.c cortexm/startup.c cortexm/cortexm.c cortexm/usart.c)
set(BOARD_OPTIONS -mcpu=cortex-m4)
set(BOARD_DEFINITIONS "BOARD_NAME=\"Netduino Plus 2\"" CORTEXM_UART_IRQ=37 CORTEXM_CYCLES_PER_us=168 STM32F4_USART=1
  USART_BASE=0x40011000U STM32F4_NO_SERIAL) # QEMU has no serial number there
set(BOARD_SCRIPT memory.ld)
set(BOARD_IMAGES bin)
set(BOARD_RATES 84000000 16 35000) # APB2
set(BOARD_FLASH_MAX 524288) # as the others of its family: memory.ld
set(BOARD_RAM_MAX 90112)
set(BOARD_FLASH "dfu-util -a 0 -s 0x08000000:leave -D {image}")
set(BOARD_QEMU netduinoplus2)
