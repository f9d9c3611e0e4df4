// What waits for the person who asks. Nothing of a read, a hit or an entry is in it but its number,
// so a look is no event.
#include "policy/rules/tasks.h"

#include <fmt/format.h>

#include "api/api.h"

namespace alpr::api {

namespace {

struct TaskShown {
  policy::TaskKind kind{};
  std::string what;               // to do
  std::string link;               // the call that does it, or that says more
  std::optional<Sequence> event;  // that it is about
  std::optional<TimeUs> since;
  std::optional<TimeUs> due;
  bool overdue = false;
  template <typename M>
  void members(M& m) {
    m("kind", kind);
    m("what", what);
    m("link", link);
    m("event", event);
    m("since", since);
    m("due", due);
    m("overdue", overdue);
  }
};

struct TaskList {
  std::vector<TaskShown> tasks;
  template <typename M>
  void members(M& m) {
    m("tasks", tasks);
  }
};

struct NextCall {
  std::string what;
  std::string link;
};

NextCall call_of(const policy::Task& task) {
  using policy::TaskKind;
  const std::uint64_t event = task.event ? task.event->value : 0;
  const std::string name = task.name.value_or("");
  switch (task.kind) {
    case TaskKind::kDecideEntry:
      return {"Approve or deny a custom hot-list entry",
              fmt::format("/v1/hot-list-entries/{}/decision", event)};
    case TaskKind::kDecideRole:
      return {"Grant or deny a role", fmt::format("/v1/role-grants/{}/decision", event)};
    case TaskKind::kDecidePolicy:
      return {"Adopt or deny a version of the parameters",
              fmt::format("/v1/policies/{}/decision", event)};
    case TaskKind::kDecideHold:
      return {"Place or deny a hold", fmt::format("/v1/holds/{}/decision", event)};
    case TaskKind::kReviewHold:
      return {"Review a hold: release it, or ask for another",
              fmt::format("/v1/holds/{}/release", event)};
    case TaskKind::kConfirmUser:
      return {"Confirm an enrolment and hand over half B of the code",
              fmt::format("/v1/users/{}/confirmation", name)};
    case TaskKind::kRenewAccess:
      return {"Give a person without a password new codes, or deactivate the account",
              fmt::format("/v1/users/{}/renewal", name)};
    case TaskKind::kReviewSession:
      return {"Find out about sessions of one person at the same time",
              fmt::format("/v1/session-flags/{}/review", event)};
    case TaskKind::kReviewQuery:
      return {"Look at a query that stands out", fmt::format("/v1/reviews/{}", event)};
    case TaskKind::kDocumentStop:
      return {"Document what came of the hit that you answered",
              fmt::format("/v1/hits/{}/stop", event)};
    case TaskKind::kSeeToStop:
      return {"See to it that a response to a hit is documented", "/v1/stops/owed?overdue=true"};
    case TaskKind::kLoadList:
      return {"Load a hot list that is older than the policy allows", "/v1/hot-lists/" + name};
    case TaskKind::kDeliverReport:
      return {"Deliver the annual report of " + name + " to all three recipients",
              "/v1/reports/annual/deliveries"};
    case TaskKind::kCloseGap:
      return {"Mend a gap in compliance, and record that it is closed",
              fmt::format("/v1/gaps/{}/closing", event)};
    case TaskKind::kDecideSharing:
      return {"Honor or deny a request for data", fmt::format("/v1/sharing/{}/decision", event)};
    case TaskKind::kMakeCheck:
      if (name == "SYSTEM") return {"Check the system's function", "/v1/self-checks"};
      if (name == "TRAININGS")
        return {"Review trainings against the accesses", "/v1/audits/training-reviews"};
      return {"Review the accounts", "/v1/account-reviews"};
    case TaskKind::kEnterSeed:
      return {"Look up the value that a sample audit's plan names, and enter it",
              fmt::format("/v1/audits/{}/seed", event)};
    case TaskKind::kJudgeItems:
      return {"Judge what a sample audit drew, but for your own acts",
              fmt::format("/v1/audits/{}/worksheet", event)};
    case TaskKind::kConcludeAudit:
      return {"Conclude a sample audit: everything is judged",
              fmt::format("/v1/audits/{}/conclusion", event)};
    case TaskKind::kSeeToPurge:
      return {"Find out why purges are overdue", "/healthz"};
  }
  ALPR_CHECK(false);
}

TaskShown task_shown(const Context& context, const policy::Task& task, TimeUs now) {
  NextCall call = call_of(task);
  TaskShown one{
      task.kind, std::move(call.what),        std::move(call.link), task.event, task.since,
      task.due,  task.due && *task.due <= now};
  if (one.since || !task.event) return one;
  if (const auto header = context.service.store().header(*task.event)) one.since = header->time;
  return one;
}

Response tasks(Context& context, const Call& call) {
  const auto snapshot = context.service.snapshot();
  const auto all = policy::tasks_of(snapshot.state, *call.actor, snapshot.moment);
  if (!all) return problem(all.error());
  TaskList answer;
  for (const policy::Task& task : *all)
    answer.tasks.push_back(task_shown(context, task, snapshot.moment.now));
  if (!policy::sees_to_purges(snapshot.state, *call.actor, snapshot.moment))
    return json_answer(answer);
  const auto overdue = context.service.retention().overdue(store::kOverdueUs);
  if (!overdue) return problem(overdue.error());
  if (*overdue > 0) {
    answer.tasks.push_back(
        task_shown(context, {policy::TaskKind::kSeeToPurge, {}, {}, {}, {}}, snapshot.moment.now));
    answer.tasks.back().overdue = true;
  }
  return json_answer(answer);
}

}  // namespace

void add_task_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(without_body(
      {.method = "GET",
       .path = "/v1/me/tasks",
       .summary = "What waits for one: decisions, reviews, stops to document",
       .who = "anybody logged in",
       .rules = {"I12-C2A2-1", "I12-C2B1-1", "I12-C2B2-2", "I12-C3-8", "I12-G-2", "I12-G-4",
                 "I12-HDR-1", "I12-I-8", "I12-K-1", "I12-K-5", "I12-L-1", "I12-L-4"},
       .answer = members_of<TaskList>()},
      [&context](const Call& call) { return tasks(context, call); }));
}

}  // namespace alpr::api
