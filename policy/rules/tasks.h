// What waits for a person: what they may decide, and what they owe or have to see to.
//
// A task says what to do and about which event, and discloses nothing of a vehicle or a suspect: no
// plate, no case, no reason. So a look at one's tasks is no event (I12-G-2, C2A2-1, C2B1-1, C2B2-2,
// HDR-1, K-2, K-5, L-1, L-4, L-5, K-1, C3-8, I-8). Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/records/actor.h"
#include "policy/records/describe.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

enum class TaskKind {
  kDecideEntry,    // a custom entry waits for the Administrator
  kDecideRole,     // somebody asked that a third be given a role
  kDecidePolicy,   // a proposed version of the parameters
  kDecideHold,     // a hold that another person asked for
  kReviewHold,     // a hold whose review is near or past
  kConfirmUser,    // an enrolment that a second person confirms
  kRenewAccess,    // somebody cannot log in: withdrawn password, or codes that ran out
  kReviewSession,  // a flagged session of somebody else
  kReviewQuery,    // a query of somebody else that stands out
  kDocumentStop,   // one's own response to a hit without a record
  kSeeToStop,      // another's, past its deadline
  kLoadList,       // a general hot list is stale
  kDeliverReport,  // a year is over, and its report is not with all three recipients
  kCloseGap,  // a gap in compliance of one's role, near or past its date; a late one of another's
  kDecideSharing,  // somebody outside asks for data, and another member entered it
  kMakeCheck,      // a monthly check that is near its month's end, or past it
  kEnterSeed,      // a sample audit's beacon value is out, and one has not entered it
  kJudgeItems,     // what a sample audit drew is not all judged
  kConcludeAudit,  // all of it is judged
  kSeeToPurge,     // something is still there that is due for over an hour
};
template <>
struct EnumTexts<TaskKind> {
  static constexpr std::array texts{std::pair{TaskKind::kDecideEntry, "DECIDE_ENTRY"},
                                    std::pair{TaskKind::kDecideRole, "DECIDE_ROLE"},
                                    std::pair{TaskKind::kDecidePolicy, "DECIDE_POLICY"},
                                    std::pair{TaskKind::kDecideHold, "DECIDE_HOLD"},
                                    std::pair{TaskKind::kReviewHold, "REVIEW_HOLD"},
                                    std::pair{TaskKind::kConfirmUser, "CONFIRM_USER"},
                                    std::pair{TaskKind::kRenewAccess, "RENEW_ACCESS"},
                                    std::pair{TaskKind::kReviewSession, "REVIEW_SESSION"},
                                    std::pair{TaskKind::kReviewQuery, "REVIEW_QUERY"},
                                    std::pair{TaskKind::kDocumentStop, "DOCUMENT_STOP"},
                                    std::pair{TaskKind::kSeeToStop, "SEE_TO_STOP"},
                                    std::pair{TaskKind::kLoadList, "LOAD_LIST"},
                                    std::pair{TaskKind::kDeliverReport, "DELIVER_REPORT"},
                                    std::pair{TaskKind::kCloseGap, "CLOSE_GAP"},
                                    std::pair{TaskKind::kDecideSharing, "DECIDE_SHARING"},
                                    std::pair{TaskKind::kMakeCheck, "MAKE_CHECK"},
                                    std::pair{TaskKind::kEnterSeed, "ENTER_SEED"},
                                    std::pair{TaskKind::kJudgeItems, "JUDGE_ITEMS"},
                                    std::pair{TaskKind::kConcludeAudit, "CONCLUDE_AUDIT"},
                                    std::pair{TaskKind::kSeeToPurge, "SEE_TO_PURGE"}};
};

struct Task {
  TaskKind kind{};
  std::optional<Sequence> event;    // that it is about: the request, the hit, the hold, the flag
  std::optional<std::string> name;  // a username, a list's source, a year: where it needs one
  std::optional<TimeUs> since;      // absent: since the event
  std::optional<TimeUs> due;
};

inline constexpr std::size_t kTasksMax = 500;  // of a kind, the oldest
inline constexpr std::int64_t kHoldReviewNoticeUs = 14LL * 86'400 * kSecondUs;
inline constexpr std::int64_t kCheckNoticeUs = 7LL * 86'400 * kSecondUs;
inline constexpr std::int64_t kGapNoticeUs = 14LL * 86'400 * kSecondUs;

// Those of this person, by kind and then the oldest first; kSeeToPurge is not among them: only the
// store knows. Nothing for an account that is not active.
Result<std::vector<Task>> tasks_of(const State& state, const Actor& actor, const Moment& moment);

// COORDINATOR, ADMINISTRATOR or IT_UNIT answer for purges (I12-G-4).
bool sees_to_purges(const State& state, const Actor& actor, const Moment& moment);

}  // namespace alpr::policy
