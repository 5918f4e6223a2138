# Arduino Mega 2560: atmega2560 at 16 MHz, transmitter only. Run here by simavr.
set(BOARD_TOOLCHAIN avr)
set(BOARD_ROLES transmitter)
set(BOARD_SOURCES board.c)
set(BOARD_OPTIONS -mmcu=atmega2560)
set(BOARD_DEFINITIONS "BOARD_NAME=\"Arduino Mega 2560\"" F_CPU=16000000UL)
set(BOARD_SCRIPT "")
set(BOARD_IMAGES hex)
