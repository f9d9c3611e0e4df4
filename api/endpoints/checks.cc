// What is monitored every month: whether each check was made, and the review of accounts.
#include "api/api.h"
#include "api/endpoints/log_access.h"
#include "policy/rules/l4_checks.h"

namespace alpr::api {
namespace {

struct CheckShown {
  std::string month;  // 2026-11, UTC
  policy::MonthlyCheck check{};
  policy::CheckState state{};
  TimeUs due;
  bool overdue = false;  // the month is over without it, and it was not made since
  std::optional<Sequence> event;
  std::optional<TimeUs> at;
  template <typename M>
  void members(M& m) {
    m("month", month);
    m("check", check);
    m("state", state);
    m("due", due);
    m("overdue", overdue);
    m("event", event);
    m("at", at);
  }
};

struct CheckList {
  std::vector<CheckShown> checks;  // oldest month first
  template <typename M>
  void members(M& m) {
    m("checks", checks);
  }
};

struct DormantList {
  std::vector<policy::DormantAccount> dormant;
  template <typename M>
  void members(M& m) {
    m("dormant", dormant);
  }
};

Response checks(Context& context, const Call& call) {
  if (auto refused = refuse_unless(context, call, policy::gate_checks, "checks.list"))
    return std::move(*refused);
  const auto snapshot = context.service.snapshot();
  const auto all = policy::monthly_checks(snapshot.state, snapshot.moment);
  if (!all) return problem(all.error());
  CheckList answer;
  for (const policy::MonthCheck& one : *all)
    answer.checks.push_back({policy::month_text(one.month), one.check, one.state, one.due,
                             one.overdue, one.event, one.at});
  return json_answer(answer);
}

Response dormant(Context& context, const Call& call) {
  if (auto refused = refuse_unless(context, call, policy::gate_account_review, "accounts.list"))
    return std::move(*refused);
  const auto snapshot = context.service.snapshot();
  auto all = policy::dormant_accounts(snapshot.state, snapshot.moment);
  if (!all) return problem(all.error());
  return json_answer(DormantList{std::move(*all)});
}

}  // namespace

void add_check_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(without_body({.method = "GET",
                              .path = "/v1/checks",
                              .summary = "The monthly checks: made, due or missed",
                              .who = "COORDINATOR, ADMINISTRATOR or PAC_AUDITOR",
                              .rules = {"I12-L-4"},
                              .answer = members_of<CheckList>()},
                             [&context](const Call& call) { return checks(context, call); }));
  endpoints.add(without_body({.method = "GET",
                              .path = "/v1/account-reviews",
                              .summary = "Accounts that nobody has used for 90 days",
                              .who = "COORDINATOR or ADMINISTRATOR",
                              .rules = {"I12-L-4"},
                              .answer = members_of<DormantList>()},
                             [&context](const Call& call) { return dormant(context, call); }));
  endpoints.add(command_endpoint<policy::ReviewAccounts>(
      context,
      {.method = "POST",
       .path = "/v1/account-reviews",
       .summary = "Record that accounts were reviewed; each dormant one is kept with a reason",
       .who = "COORDINATOR or ADMINISTRATOR",
       .rules = {"I12-L-4"}},
      {}));
}

}  // namespace alpr::api
