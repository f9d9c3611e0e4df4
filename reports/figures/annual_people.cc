// People: accounts, training, roles, sessions (I12-C1, J, K-1, L-2; OMC 9.64.010(1) F and G).
#include <array>
#include <map>
#include <set>

#include "policy/records/people.h"
#include "policy/records/sessions.h"
#include "reports/figures/topic.h"

namespace alpr::figures {
namespace {

using policy::LoginFailed;
using policy::RoleGranted;
using policy::SessionFlagged;
using policy::SessionOpened;
using policy::SessionReviewed;
using policy::TrainingCompleted;
using policy::TrainingTopic;
using policy::UserDeactivated;
using policy::UserEnrolled;

constexpr FigureText kEnrolled = {
    "C1.enrolled", "A", "I12-C1-2", "New accounts by class",
    "Events user.enrolled of the period that are no renewal, by class."};
constexpr FigureText kWithdrawn = {"L2.deactivated", "F", "I12-L-2", "Accounts that were ended",
                                   "Events user.deactivated of the period."};
constexpr FigureText kDesignated = {"C1.designated", "F", "I12-C1-3", "People designated",
                                    "Events user.designated of the period."};
constexpr FigureText kRevoked = {"C1.revoked", "F", "I12-C1-3", "Designations that were ended",
                                 "Events designation.revoked of the period."};
constexpr FigureText kGranted = {"L2.roles.granted", "F", "I12-L-2", "Roles granted",
                                 "Events role.granted of the period, by role."};
constexpr FigureText kEnded = {"L2.roles.ended", "F", "I12-L-2", "Roles ended before their date",
                               "Events role.ended of the period."};
constexpr FigureText kTrainings = {"J2.trainings", "A", "I12-J-2", "Trainings by topic",
                                   "Topics in the events training.completed of the period."};
constexpr FigureText kTrained = {
    "J3.trained", "A", "I12-J-3", "People trained in all eight topics",
    "Different usernames with all eight topics in training.completed before the period's end, "
    "without those whose account was ended after their last training."};
constexpr FigureText kSessions = {"K1.sessions", "G", "I12-K-1", "Log-ins",
                                  "Events session.opened of the period."};
constexpr FigureText kFailures = {
    "K1.failures", "G", "I12-K-1", "Failed log-ins by cause",
    "Sum of count in the events login.failed of the period, by cause."};
constexpr FigureText kLocked = {"K1.locked", "G", "I12-K-1", "Accounts locked after failures",
                                "Events account.locked of the period."};
constexpr FigureText kPasswords = {"K1.passwords-withdrawn", "G", "I12-K-1",
                                   "Passwords ended by somebody else",
                                   "Events password.withdrawn of the period."};
constexpr FigureText kFlagged = {"C3-8.sessions.flagged", "G", "I12-C3-8",
                                 "Sessions beside another of the same person",
                                 "Events session.flagged of the period."};
constexpr FigureText kElsewhere = {
    "C3-8.sessions.elsewhere", "G", "I12-C3-8", "Of these from another address",
    "Events session.flagged of the period that have elsewhere, of all of them."};
constexpr FigureText kReviewed = {"C3-8.sessions.finding", "G", "I12-C3-8",
                                  "Such sessions by what was found",
                                  "Events session.reviewed of the period, by finding."};

class People : public Topic {
 public:
  using Topic::Topic;
  std::span<const std::uint16_t> reads() const override {
    static constexpr std::array kKinds{
        UserEnrolled::kKind.number,    RoleGranted::kKind.number, TrainingCompleted::kKind.number,
        UserDeactivated::kKind.number, LoginFailed::kKind.number, SessionFlagged::kKind.number,
        SessionReviewed::kKind.number};
    return kKinds;
  }
  Result<void> take(const SeenEvent& event) override {
    if (after(event)) return {};
    if (is<TrainingCompleted>(event)) return train(event);
    if (is<UserDeactivated>(event)) return deactivate(event);
    if (!within(event)) return {};
    if (is<UserEnrolled>(event))
      return with<UserEnrolled>(event, [&](const UserEnrolled& user) {
        if (!user.renewal) ++enrolled_[user.user_class];
      });
    if (is<RoleGranted>(event))
      return with<RoleGranted>(event, [&](const RoleGranted& grant) { ++granted_[grant.role]; });
    if (is<LoginFailed>(event))
      return with<LoginFailed>(
          event, [&](const LoginFailed& failed) { failures_[failed.reason] += failed.count; });
    if (is<SessionFlagged>(event))
      return with<SessionFlagged>(
          event, [&](const SessionFlagged& flag) { elsewhere_ += flag.elsewhere ? 1 : 0; });
    if (is<SessionReviewed>(event))
      return with<SessionReviewed>(
          event, [&](const SessionReviewed& reviewed) { ++findings_[reviewed.finding]; });
    return {};
  }
  void tell(const KindCounts& kinds, FigureList& figures) const override {
    std::int64_t trained = 0;
    for (const auto& [username, topics] : topics_of_)
      trained += topics.size() == policy::EnumTexts<TrainingTopic>::texts.size() ? 1 : 0;
    figures.each(kEnrolled, enrolled_);
    figures.one(kWithdrawn, kinds.of<UserDeactivated>());
    figures.one(kDesignated, kinds.of<policy::UserDesignated>());
    figures.one(kRevoked, kinds.of<policy::DesignationRevoked>());
    figures.each(kGranted, granted_);
    figures.one(kEnded, kinds.of<policy::RoleEnded>());
    figures.each(kTrainings, trainings_);
    figures.sealed_one(kTrained, people_known_ ? std::optional(trained) : std::nullopt);
    figures.one(kSessions, kinds.of<SessionOpened>());
    figures.each(kFailures, failures_);
    figures.one(kLocked, kinds.of<policy::AccountLocked>());
    figures.one(kPasswords, kinds.of<policy::PasswordWithdrawn>());
    const std::int64_t flagged = kinds.of<SessionFlagged>();
    figures.one(kFlagged, flagged);
    figures.ratio(kElsewhere, elsewhere_, flagged);
    figures.each(kReviewed, findings_);
  }

 private:
  template <policy::Record R, typename Count>
  static Result<void> with(const SeenEvent& event, const Count& count) {
    const auto record = open_part<R>(event);
    if (!record) return tl::unexpected(record.error());
    count(*record);
    return {};
  }
  Result<void> train(const SeenEvent& event) {
    const auto open = open_part<TrainingCompleted>(event);
    if (!open) return tl::unexpected(open.error());
    const auto all = whole<TrainingCompleted>(event);
    if (!all) return tl::unexpected(all.error());
    if (within(event))
      for (const TrainingTopic topic : open->topics) ++trainings_[topic];
    if (*all)
      topics_of_[(*all)->username].insert(open->topics.begin(), open->topics.end());
    else
      people_known_ = false;
    return {};
  }
  Result<void> deactivate(const SeenEvent& event) {
    const auto all = whole<UserDeactivated>(event);
    if (!all) return tl::unexpected(all.error());
    if (*all)
      topics_of_.erase((*all)->username);
    else
      people_known_ = false;
    return {};
  }

  CountsOf<policy::UserClass> enrolled_;
  CountsOf<policy::Role> granted_;
  CountsOf<TrainingTopic> trainings_;
  CountsOf<policy::LoginFailure> failures_;
  CountsOf<policy::FlagFinding> findings_;
  std::int64_t elsewhere_ = 0;
  std::map<std::string, std::set<TrainingTopic>> topics_of_;  // by username
  bool people_known_ = true;
};

}  // namespace

std::unique_ptr<Topic> people_topic(const Period& period) {
  return std::make_unique<People>(period);
}

}  // namespace alpr::figures
