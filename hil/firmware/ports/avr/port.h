/// Constants of the AVRs: 2 KiB of RAM on an ATmega328P decide them; their meaning: board.h.

#ifndef PORT_H_INCLUDED
#define PORT_H_INCLUDED

#define PORT_ROLES         1 // `double` has 32 bits here: never the flight software
#define PORT_CONTENT_MAX   96
#define PORT_CONFIG_bytes  180
#define PORT_INPUT_bytes   180
#define PORT_STORAGE_bytes 544
#define PORT_REPLY_bytes   100 // a frame of 96 octets
#define PORT_RECEIVE_bytes 64
#define PORT_SEND_bytes    32

#endif
