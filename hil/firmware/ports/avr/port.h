/// Constants of the AVRs: 2 KiB of RAM on an ATmega328P decide them; their meaning: board.h.

#ifndef PORT_H_INCLUDED
#define PORT_H_INCLUDED

#define PORT_ROLES         1 // `double` has 32 bits here: never the flight software
#define PORT_CONTENT_MAX   96
#define PORT_CONFIG_bytes  88
#define PORT_INPUT_bytes   208
#define PORT_STORAGE_bytes 512
#define PORT_REPLY_bytes   132 // a frame of 128 octets
#define PORT_RECEIVE_bytes 64
#define PORT_SEND_bytes    32

#endif
