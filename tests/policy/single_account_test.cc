// Proves that no single account reaches ALPR data alone: neither a gate that opens, nor an entry, a
// query or a hold. By searching breadth-first through everything one first holder can do from the
// first commit on, with every code and password that holder gets; a search with two holders finds
// its way in, so the search can fail.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <set>

#include "policy/registers/fold.h"
#include "policy/rules/access.h"
#include "policy/rules/c2b2_entries.h"
#include "policy/rules/c2b_queries.h"
#include "policy/rules/devices.h"
#include "policy/rules/g_holds.h"
#include "policy/rules/people.h"
#include "policy/rules/roles.h"
#include "policy/rules/sessions.h"
#include "tests/policy/world.h"

namespace alpr::policy {
namespace {

using namespace testing;  // NOLINT: the fixture's names are this file's vocabulary

// Bounds of the search. They are there to end a test that went wrong: the searches end long before.
constexpr std::size_t kStatesMax = 20'000;
// A second request or renewal adds nothing to the first: each waits for another person on its own.
constexpr std::size_t kPendingMax = 1;
// Who is gone can only refuse less; one shows it.
constexpr std::size_t kDeactivatedMax = 1;

// Those that some command of this search asks for; the others would only multiply the states.
constexpr std::array kRolesThatOpenDoors{Role::kItUnit, Role::kChiefDesignee, Role::kAdministrator,
                                         Role::kTrainingSection};

const std::string kGhost = "ghost";
const std::string kOwnPassword = hash_named("chosen by the attacker");

// A state of the log as an attacker reached it.
struct Node {
  MemoryRegisters rows;
  Sequence next;
  std::set<std::string> controlled;  // accounts whose password the attacker has
  std::vector<Actor> sessions;       // theirs
};

std::string tried(const std::vector<std::string>& path) {
  std::string all;
  for (const std::string& step : path) all += "\n  " + step;
  return all;
}

class Search {
 public:
  Search(const World& world, const std::vector<std::string_view>& accounts)
      : world_(world), policy_(world.moment().policy) {
    Node start{world.rows, Sequence{world.log.size()}, {}, {}};
    for (const std::string_view account : accounts) start.controlled.insert(std::string(account));
    for (const std::string_view account : accounts) {
      OpenSession attempt{std::string(account), std::nullopt, world.user(account).password_hash};
      take(start, decide(at(start), attempt, moment(start)), account);
    }
    visit(std::move(start), {});
  }

  // How the attacker got in, or nullopt when there is no way.
  std::optional<std::string> breach() {
    while (!frontier_.empty() && !breach_) {
      auto [node, path] = std::move(frontier_.front());
      frontier_.pop_front();
      expand(node, path);
      if (seen_.size() > kStatesMax) return "the search did not end";
    }
    return breach_;
  }
  std::size_t states() const { return seen_.size(); }

 private:
  using Path = std::vector<std::string>;

  State at(const Node& node) const { return world_.state_with(node.rows); }
  Moment moment(const Node& node) const { return {world_.now, node.next, policy_}; }

  // Appends what a permitted decision says; true when it changed anything.
  bool take(Node& node, const Decision& decision, std::string_view logged_in = {}) {
    if (decision.error || decision.refusal) return false;
    for (const chain::Draft& draft : decision.events) {
      const chain::EventView event = event_of(draft, node.next, world_.now);
      EXPECT_TRUE(fold()(event, node.rows).has_value());
      if (!logged_in.empty())
        node.sessions.push_back(actor_of_session(node.rows, node.next).value_or(Actor{}));
      ++node.next.value;
    }
    return true;
  }

  void follow(const Node& from, const Path& path, const std::string& step, const Decision& decision,
              std::string_view logged_in = {}, const std::string& taken = {}) {
    if (breach_ || decision.error || decision.refusal) return;
    Node node = from;
    take(node, decision, logged_in);
    if (!taken.empty()) node.controlled.insert(taken);
    Path longer = path;
    longer.push_back(step);
    visit(std::move(node), std::move(longer));
  }

  void visit(Node node, Path path) {
    if (!seen_.insert(outline(node)).second) return;
    look_for_data(node, path);
    frontier_.emplace_back(std::move(node), std::move(path));
  }

  // By value: a range-for would not keep the Result alive.
  std::vector<UserRow> users(const Node& node) const { return list_users(node.rows).value(); }
  std::vector<GrantRequestRow> requests(const Node& node) const {
    return list_grant_requests(node.rows).value();
  }

  // What matters of a state; sequence numbers and times do not.
  std::string outline(const Node& node) const {
    std::string text;
    for (const UserRow& user : users(node)) {
      text += user.username + (user.deactivated ? "-" : "+") + (user.password_hash ? "" : "w") +
              (user.designation ? "d" : "") +
              (training_in_force(user, world_.now, std::nullopt) ? "t" : "");
      if (user.pending) text += user.pending->confirmed_by ? "c" : "p";
      for (const GrantRow& grant : user.grants)
        text += in_force(grant, world_.now) ? std::string(to_text(grant.role)) : "x";
      if (node.controlled.contains(user.username)) text += "!";
      text += " ";
    }
    for (const GrantRequestRow& request : requests(node))
      text += fmt::format("{}{}{}", request.username, to_text(request.role),
                          static_cast<int>(request.state));
    std::set<std::string> sessions;
    for (const Actor& actor : node.sessions)
      if (actor_of_session(node.rows, actor.session)) sessions.insert(actor.username);
    for (const std::string& session : sessions) text += "@" + session;
    return text;
  }

  void found(const Path& path, const std::string& what) {
    breach_ = tried(path) + "\n  => " + what;
  }

  void look_for_data(const Node& node, const Path& path) {
    for (const Actor& actor : node.sessions) {
      const Gate answer = gate(at(node), actor, moment(node), Need::kAlpr);
      if (!answer.refusal && !answer.error) return found(path, actor.username + " passes the gate");
      RequestEntry entry;
      entry.plate = "7ABC123";
      entry.purpose = "BURGLARY";
      entry.case_number = "24-000123";
      entry.offense_report_no = "24-000123";
      entry.justification = "seen leaving";
      entry.expires_at = TimeUs{world_.now.value + 86'400 * kSecondUs};
      entry.not_protected_characteristic = true;
      refused(path, actor, "hotlist.entry", decide(at(node), actor, entry, moment(node)));
      refused(path, actor, "entries", decide(at(node), actor, ListEntries{}, {}, moment(node)));
      PerformQuery query;
      query.elements.plate = "7ABC123";
      refused(path, actor, "query", decide(at(node), actor, query, Found{}, moment(node)));
      const RequestHold hold{{Sequence{0}}, "ACTIVE_CRIMINAL", "24-000123",
                             std::nullopt,  "needed",          world_.now};
      refused(path, actor, "hold", decide(at(node), actor, hold, moment(node)));
    }
  }
  void refused(const Path& path, const Actor& actor, const std::string& what,
               const Decision& decision) {
    if (!decision.refusal) found(path, actor.username + " is not refused: " + what);
  }

  std::vector<std::string> usernames(const Node& node) const {
    std::vector<std::string> names;
    for (const UserRow& user : users(node)) names.push_back(user.username);
    return names;
  }

  void expand(const Node& node, const Path& path) {
    for (const Actor& actor : node.sessions) {
      enrol(node, path, actor);
      for (const std::string& username : usernames(node)) act_on(node, path, actor, username);
      for (const GrantRequestRow& request : requests(node)) {
        follow(node, path, actor.username + " approves " + request.username,
               decide(at(node), actor, DecideRoleGrant{request.request, Verdict::kApprove, "yes"},
                      moment(node)));
      }
    }
    for (const std::string& username : usernames(node)) take_account(node, path, username);
  }

  void enrol(const Node& node, const Path& path, const Actor& actor) {
    for (const char* user_class : {"SWORN", "OTHER_DESIGNATED"}) {
      const EnrolUser ghost{kGhost, "Casper", user_class, std::string(kDepartment)};
      follow(node, path, actor.username + " enrols a ghost",
             decide(at(node), actor, ghost, digest_named("half a"), moment(node)));
    }
  }

  void act_on(const Node& node, const Path& path, const Actor& actor, const std::string& username) {
    const State state = at(node);
    const Moment when = moment(node);
    const std::string who = actor.username + " -> " + username + ": ";
    std::size_t renewed = 0;
    std::size_t gone = 0;
    for (const UserRow& user : users(node)) {
      renewed += user.pending && user.password_hash ? 1 : 0;
      gone += user.deactivated || (!user.password_hash && user.username != kGhost) ? 1 : 0;
    }
    if (gone < kDeactivatedMax) {
      follow(node, path, who + "deactivate",
             decide(state, actor, DeactivateUser{username, "because"}, when));
    }
    if (gone < kDeactivatedMax) {
      follow(node, path, who + "withdraw the password",
             decide(state, actor, WithdrawPassword{username, "because"}, when));
    }
    if (renewed < kPendingMax) {
      follow(node, path, who + "renew",
             decide(state, actor, RenewAccess{username}, digest_named("half a"), when));
    }
    follow(node, path, who + "confirm",
           decide(state, actor, ConfirmUser{username}, digest_named("half b"), when));
    follow(node, path, who + "designate",
           decide(state, actor, DesignateUser{username, "because"}, when));
    CompleteTraining training{username, "Course", "1", when.now, {}};
    for (const auto& [topic, text] : EnumTexts<TrainingTopic>::texts)
      training.topics.push_back(topic);
    follow(node, path, who + "train", decide(state, actor, training, when));
    std::size_t pending = 0;
    for (const GrantRequestRow& request : requests(node))
      pending += request.state == GrantRequestState::kPending ? 1 : 0;
    if (pending >= kPendingMax) return;
    for (const Role role : kRolesThatOpenDoors) {
      follow(node, path, who + "ask for " + std::string(to_text(role)),
             decide(state, actor,
                    RequestRoleGrant{username, role, when.now, std::nullopt, "because"}, when));
    }
  }

  // With all the codes the attacker was ever given, alone, together, twice and the wrong way round.
  void take_account(const Node& node, const Path& path, const std::string& username) {
    const std::string a = code_named("half a");
    const std::string b = code_named("half b");
    using Halves = std::pair<std::string, std::optional<std::string>>;
    for (const auto& [first, second] :
         {Halves{a, b}, Halves{b, a}, Halves{a, a}, Halves{b, b}, Halves{a, std::nullopt},
          Halves{b, std::nullopt}, Halves{"", ""}}) {
      follow(node, path, "password of " + username,
             decide(at(node), SetPassword{username, first, second}, kOwnPassword, moment(node)), {},
             username);
    }
    const auto user = find_user(node.rows, username).value();
    OpenSession attempt{username, std::nullopt, std::nullopt};
    if (node.controlled.contains(username)) attempt.matched_hash = user->password_hash;
    if (user->sessions.size() < 2)
      follow(node, path, "log in as " + username, decide(at(node), attempt, moment(node)),
             username);
  }

  const World& world_;
  const PolicyRow* policy_;
  std::deque<std::pair<Node, Path>> frontier_;
  std::set<std::string> seen_;
  std::optional<std::string> breach_;
};

class SingleAccount : public ::testing::TestWithParam<std::string_view> {};

TEST_P(SingleAccount, NoSingleAccountReachesDataAlone) {
  const World world;
  Search search(world, {GetParam()});
  const auto breach = search.breach();
  EXPECT_FALSE(breach) << *breach;
  // A search that was shut out at its first step would prove nothing.
  EXPECT_GT(search.states(), 3U);
  RecordProperty("states", static_cast<int>(search.states()));
}

INSTANTIATE_TEST_SUITE_P(FirstHolders, SingleAccount,
                         ::testing::Values(kIt, kChief, kAdmin, kTrainer), [](const auto& account) {
                           std::string name(account.param);
                           std::erase(name, '.');
                           return name;
                         });

TEST(SingleAccountSearch, FindsWhatTwoTogetherCanDo) {
  const World world;
  Search search(world, {kIt, kTrainer});
  const auto breach = search.breach();
  ASSERT_TRUE(breach);
  EXPECT_NE(breach->find("passes the gate"), std::string::npos) << *breach;
}

}  // namespace
}  // namespace alpr::policy
