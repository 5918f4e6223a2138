# ATmega. Debian: apt-get install gcc-avr avr-libc
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR avr)
set(CMAKE_C_COMPILER avr-gcc)
set(CMAKE_ASM_COMPILER avr-gcc)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(FIRMWARE_TOOLS avr-)

# Every octet of flash counts: shared prologues, no inlining.
set(FIRMWARE_OPTIONS -Os -ffp-contract=off -ffreestanding -mcall-prologues -mstrict-X -maccumulate-args -fno-inline
  -flto)
set(FIRMWARE_LINK_OPTIONS -Wl,--relax)
