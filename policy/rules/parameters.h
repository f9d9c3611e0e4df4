// The numbers of policy version 1, as built in. policy.adopted records them; later versions will
// come as events.
#pragma once

#include "ledger/chain/types.h"
#include "policy/records/system.h"

namespace alpr::policy {

inline constexpr std::string_view kOrder = "Departmental General Order I-12";
// 18 October 2022, 00:00 UTC: the order's day in force (I12-HDR-1).
inline constexpr TimeUs kOrderEffective{1'666'051'200 * kSecondUs};

// AUDITOR accounts belong to it; everybody else's organisation is the department itself (I12-I-10,
// AMB-15).
inline constexpr std::string_view kOversightBody = "Privacy Advisory Commission";

inline constexpr std::int64_t kHotlistRefreshSeconds = 86'400;  // I12-C2B1-1: at least once a day
inline constexpr std::int64_t kHotlistBlobSeconds =
    30 * 86'400;  // superseded versions live as long as hits
inline constexpr std::int64_t kIdleLockSeconds = 30 * 60;
inline constexpr std::int64_t kLoginFailuresMax = 5;
inline constexpr std::int64_t kLoginFailuresSeconds = 15 * 60;
inline constexpr std::int64_t kLoginLockSeconds = 30 * 60;
inline constexpr std::int64_t kSessionsPerUserMax = 8;
inline constexpr std::int64_t kActivationCodeSeconds = 14 * 86'400;
inline constexpr std::int64_t kHoldReviewSeconds = 90 * 86'400;
inline constexpr std::int64_t kHotlistEntrySecondsMax = 366 * 86'400;

Parameters built_in_parameters();

}  // namespace alpr::policy
