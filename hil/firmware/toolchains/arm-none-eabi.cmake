# Cortex-M. Debian: apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_ASM_COMPILER arm-none-eabi-gcc)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(FIRMWARE_TOOLS arm-none-eabi-)

# As for a host: the same additions in the same order. Without a C library but for mem*.
set(FIRMWARE_OPTIONS -Os -ffp-contract=off -ffreestanding -mthumb)
set(FIRMWARE_LINK_OPTIONS -nostartfiles --specs=nano.specs)
