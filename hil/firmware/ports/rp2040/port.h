/// Constants of the Raspberry Pi Pico; their meaning: board.h. PORT_SMALL: what a transmitter takes on a Cortex-M0+ with
/// 8 KiB of RAM.

#ifndef PORT_H_INCLUDED
#define PORT_H_INCLUDED

#ifdef PORT_SMALL
#define PORT_ROLES         1
#define PORT_CONFIG_bytes  512
#define PORT_INPUT_bytes   512
#define PORT_STORAGE_bytes 2560
#define PORT_REPLY_bytes   260 // a frame of 256 octets
#define PORT_RECEIVE_bytes 512
#define PORT_SEND_bytes    256
#else
#define PORT_ROLES         3
#define PORT_CONFIG_bytes  24576
#define PORT_INPUT_bytes   4352
#define PORT_STORAGE_bytes 16384
#define PORT_REPLY_bytes   8192
#define PORT_RECEIVE_bytes 4096
#define PORT_SEND_bytes    1024
#endif
#define PORT_CONTENT_MAX 249

#endif
