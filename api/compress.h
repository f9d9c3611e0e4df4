// gzip (RFC 1952) of an answer, for who asks for it. Pure; any thread.
#pragma once

#include "api/http_server/message.h"

namespace alpr::api {

// Text and JSON of over a kilobyte where the request's Accept-Encoding takes gzip. Left as they
// are: streams, what has an entity tag (its bytes are what is named), what is compressed already,
// and what gets smaller by less than a tenth.
void compress_for(const Request& request, Response& response);

}  // namespace alpr::api
