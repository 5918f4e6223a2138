# Arduino Uno: atmega328p at 16 MHz, transmitter only. Run here by simavr.
set(BOARD_TOOLCHAIN avr)
set(BOARD_ROLES transmitter)
set(BOARD_SOURCES board.c)
set(BOARD_OPTIONS -mmcu=atmega328p)
set(BOARD_DEFINITIONS "BOARD_NAME=\"Arduino Uno\"" F_CPU=16000000UL)
set(BOARD_SCRIPT "")
set(BOARD_IMAGES hex)
