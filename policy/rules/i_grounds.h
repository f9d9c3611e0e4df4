// Section I, what a request for data must show, by route and class of recipient; with E-2, E-3 and
// C3-7. Judged with the recipient as it is registered at that moment: when data is asked for, when
// the Administrator decides, when it is released and when the file leaves. Pure; any thread.
#pragma once

#include <optional>

#include "policy/records/sharing.h"
#include "policy/registers/recipients.h"
#include "policy/rules/decision.h"

namespace alpr::policy {

// Everything that is wrong at once, or nullopt. I12-E-2, E-3, C3-3 to C3-7, I-0 to I-7, I-11, I-12.
std::optional<Refusal> judge_sharing(const RecipientRow& recipient, const SharingGrounds& grounds);

// Of who asks and of who approves: I12-C3-3 to C3-7, E-3.
std::optional<Refusal> judge_attestations(const std::optional<Attestations>& attestations);

// What the recipient certified before a release: I12-E-2, E-3, C3-7.
std::optional<Refusal> judge_onward_use(const std::optional<OnwardUse>& use);

// Sizes and encoding alone; kMalformed.
std::optional<Error> grounds_fault(const SharingGrounds& grounds);

}  // namespace alpr::policy
