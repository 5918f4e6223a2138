/// Constants of boards with an STM32F100 and 8 KiB of RAM: a transmitter; their meaning: board.h.

#ifndef PORT_H_INCLUDED
#define PORT_H_INCLUDED

#define PORT_ROLES         1
#define PORT_CONTENT_MAX   249
#define PORT_CONFIG_bytes  256
#define PORT_INPUT_bytes   256
#define PORT_STORAGE_bytes 2560
#define PORT_REPLY_bytes   260 // a frame of 256 octets
#define PORT_RECEIVE_bytes 512
#define PORT_SEND_bytes    256

#endif
