/// Grants and what follows from them: the board advances, once for each number, or by its clock.

#ifndef SESSION_GRANT_H_INCLUDED
#define SESSION_GRANT_H_INCLUDED

#include "session.h"

void session_grant(session_t* self, const uint8_t* body, uint16_t size);
void session_data(session_t* self, const uint8_t* body, uint16_t size);

#endif
