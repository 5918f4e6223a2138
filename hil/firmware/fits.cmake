# Ends a build whose firmware its board has no room for; its images are removed then, those of before too.
#
#   cmake -DBOARD=uno -DSIZE=avr-size -DFLASH_MAX=16384 -DRAM_MAX=1536 -P fits.cmake      where firmware.elf is

execute_process(COMMAND ${SIZE} firmware.elf OUTPUT_VARIABLE sizes COMMAND_ERROR_IS_FATAL ANY)
if(NOT sizes MATCHES "\n *([0-9]+)[ \t]+([0-9]+)[ \t]+([0-9]+)")
  message(FATAL_ERROR "${SIZE} says no sizes: ${sizes}")
endif()
math(EXPR taken_FLASH "${CMAKE_MATCH_1} + ${CMAKE_MATCH_2}") # code and constants, and what variables begin with
math(EXPR taken_RAM "${CMAKE_MATCH_2} + ${CMAKE_MATCH_3}")
foreach(memory FLASH RAM)
  if(taken_${memory} GREATER ${memory}_MAX)
    # In one line: CMake breaks those of its errors.
    message("${BOARD} has no room for its firmware: it takes ${taken_${memory}} octets of ${memory}, \
BOARD_${memory}_MAX of ${BOARD}.cmake is ${${memory}_MAX}")
    file(REMOVE firmware.elf firmware.hex firmware.bin firmware.uf2)
    message(FATAL_ERROR "too large")
  endif()
endforeach()
