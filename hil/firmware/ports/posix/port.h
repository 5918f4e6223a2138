/// The virtual board: a process. It has room for everything that a host may ask for.

#ifndef PORT_H_INCLUDED
#define PORT_H_INCLUDED

#define PORT_ROLES         3U
#define PORT_CONTENT_MAX   249
#define PORT_CONFIG_bytes  16384
#define PORT_INPUT_bytes   4352  // whatever one tick of the flight software gives
#define PORT_STORAGE_bytes 16384 // as in native/loop
#define PORT_REPLY_bytes   8192

#endif
