/// The one door through which a configuration comes in: everything is checked here, once, and nowhere again.

#ifndef FSW_TABLE_H_INCLUDED
#define FSW_TABLE_H_INCLUDED

#include "fsw.h"

/// FSW_OK if a computer can fly `config`, or the first reason against it, in the order of fsw_status_t.
fsw_status_t fsw_table_check(const fsw_config_t* config);

#endif
