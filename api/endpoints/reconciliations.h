// Registered by add_audit_endpoints(), with the other audits.
#pragma once

#include "api/api.h"

namespace alpr::api {

void add_reconciliation_endpoints(Endpoints& endpoints, Context& context);

}  // namespace alpr::api
