/// Constants of the LM3S6965 evaluation board, which QEMU emulates; their meaning: board.h.

#ifndef PORT_H_INCLUDED
#define PORT_H_INCLUDED

#define PORT_ROLES         3
#define PORT_CONTENT_MAX   249
#define PORT_CONFIG_bytes  24576
#define PORT_INPUT_bytes   512
#define PORT_STORAGE_bytes 10240
#define PORT_REPLY_bytes   4608
#define PORT_RECEIVE_bytes 1024
#define PORT_SEND_bytes    512

#endif
