# Arduino Uno: atmega328p at 16 MHz, transmitter only. Run here by simavr.
set(BOARD_TOOLCHAIN avr)
set(BOARD_ROLES transmitter)
set(BOARD_SOURCES board.c)
set(BOARD_OPTIONS -mmcu=atmega328p)
set(BOARD_DEFINITIONS "BOARD_NAME=\"Arduino Uno\"" F_CPU=16000000UL)
set(BOARD_SCRIPT "")
set(BOARD_IMAGES hex)
set(BOARD_RATES 2000000 2 833) # 16 MHz / 8; faster than 1 Mbit/s its interrupts are too slow
set(BOARD_FLASH_MAX 16384) # what a transmitter may take on any AVR: 16 KiB, and 2 KiB of RAM ...
set(BOARD_RAM_MAX 1516)    # ... of which its stack takes 532, interrupts included: measured in simavr
# -D: its boot loader erases page by page
set(BOARD_FLASH "avrdude -p atmega328p -c arduino -P {port} -b 115200 -D -U flash:w:{image}:i")
