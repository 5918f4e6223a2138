/// BOARD_DIVISOR, by which a board's UART makes BOARD_BAUD; refused when it is compiled if it comes not near enough.
///
/// CMakeLists.txt defines, from BOARD_RATES of the board's file:
///   BOARD_RATE_HZ      what a divisor of one would make, bit/s
///   BOARD_DIVISOR_MIN  the least divisor, which is the fastest rate
///   BOARD_DIVISOR_MAX  the greatest

#ifndef DIVISOR_H_INCLUDED
#define DIVISOR_H_INCLUDED

#define BOARD_DIVISOR ((BOARD_RATE_HZ + (BOARD_BAUD) / 2) / (BOARD_BAUD))

#if BOARD_DIVISOR < BOARD_DIVISOR_MIN || BOARD_DIVISOR > BOARD_DIVISOR_MAX
#error "BOARD_BAUD is no rate that BOARD_RATES of this board allows"
#elif BOARD_RATE_HZ * 40 > (BOARD_BAUD) * BOARD_DIVISOR * 41 || BOARD_RATE_HZ * 40 < (BOARD_BAUD) * BOARD_DIVISOR * 39
#error "no divisor of this board comes within 2.5 % of BOARD_BAUD"
#endif

#endif
