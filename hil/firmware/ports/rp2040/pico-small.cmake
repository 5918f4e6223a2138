# Raspberry Pi Pico as a transmitter alone: in 32 KiB of flash and 8 KiB of RAM, as any Cortex-M0+ has. Built and sized here.
include(${CMAKE_CURRENT_LIST_DIR}/pico.cmake)
set(BOARD_TOOLCHAIN arm-none-eabi)
set(BOARD_ROLES transmitter)
list(APPEND BOARD_DEFINITIONS PORT_SMALL)
