// docs/openapi.yaml, made from the registry of endpoints, so that it cannot say anything else than
// the server does.
//
// OpenAPI 3.1. Beside the standard fields each operation has x-rules (requirement IDs of General
// Order I-12 that it keeps) and x-who (who may call it). Pure; any thread.
#pragma once

#include <string>

#include "api/endpoint.h"
#include "ledger/chain/canonical_json.h"

namespace alpr::api {

// The document as a value: endpoints in order of path, then verb.
chain::Json openapi_document(const Endpoints& endpoints);

// Block-style YAML 1.2 of any Json: mappings and sequences on lines of their own, strings in double
// quotes unless they are plain words. Ends in a line feed.
std::string to_yaml(const chain::Json& value);

}  // namespace alpr::api
