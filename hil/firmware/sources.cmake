# What every board's firmware is built from, and the hash of it by which a board tells what it runs.
# hil/boards/firmware.py computes the same.

# Sets `hash` to eight hexadecimal digits, of the sources in `firmware` (hil/firmware) and `native`.
function(hash_of_firmware hash firmware native)
  set(all "")
  foreach(folder "${firmware}" "${native}/ccsds" "${native}/fsw" "${native}/transmitter")
    file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.c" "${folder}/*.h")
    list(SORT sources COMPARE STRING)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sources})
    foreach(source ${sources})
      file(SHA256 "${source}" each)
      string(APPEND all "${each}")
    endforeach()
  endforeach()
  string(SHA256 whole "${all}")
  string(SUBSTRING "${whole}" 0 8 whole)
  set(${hash} "${whole}" PARENT_SCOPE)
endfunction()
