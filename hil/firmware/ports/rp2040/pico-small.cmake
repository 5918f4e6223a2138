# Raspberry Pi Pico as a transmitter alone: in 32 KiB of flash and 8 KiB of RAM, as any Cortex-M0+ has. Built and sized here.
include(${CMAKE_CURRENT_LIST_DIR}/pico.cmake)
set(BOARD_ROLES transmitter)
list(APPEND BOARD_DEFINITIONS PORT_SMALL)
set(BOARD_FLASH_MAX 32768) # what a transmitter may take on a Cortex-M0+
set(BOARD_RAM_MAX 6144)    # of 8 KiB: the stack has 2
