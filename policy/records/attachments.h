// Which events go with the annual report, by attachment (I12-C2B-8, K-3): shared by whoever makes
// an attachment and whoever counts it again. Any thread.
#pragma once

#include <cstdint>
#include <span>

#include "policy/records/reports.h"

namespace alpr::policy {

std::span<const std::uint16_t> attached_kinds(Attachment attachment);

}  // namespace alpr::policy
