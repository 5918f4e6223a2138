/// Constants of the Raspberry Pi Pico; their meaning: board.h.

#ifndef PORT_H_INCLUDED
#define PORT_H_INCLUDED

#define PORT_ROLES         3
#define PORT_CONTENT_MAX   249
#define PORT_CONFIG_bytes  24576
#define PORT_INPUT_bytes   4352
#define PORT_STORAGE_bytes 16384
#define PORT_REPLY_bytes   8192
#define PORT_RECEIVE_bytes 4096
#define PORT_SEND_bytes    1024

#endif
