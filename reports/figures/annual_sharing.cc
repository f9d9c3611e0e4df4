// What others asked for and were given (I12-I, E-4, K-3; OMC 9.64.010(1) B), and what the public
// asked for (I12-H-1, E-6; OMC I).
#include <array>
#include <map>
#include <set>

#include "policy/records/recipients.h"
#include "policy/records/records_requests.h"
#include "policy/records/sharing.h"
#include "reports/figures/topic.h"

namespace alpr::figures {
namespace {

using policy::FileExported;
using policy::RecipientRegistered;
using policy::RecordsClosed;
using policy::RecordsDecided;
using policy::RecordsRequested;
using policy::SharingDecided;
using policy::SharingRefused;
using policy::SharingReleased;
using policy::SharingRequested;
using policy::SharingWithdrawn;

constexpr FigureText kRecipients = {"I.recipients", "B", "I12-I-0", "New recipients by class",
                                    "Events recipient.registered of the period, by class."};
constexpr FigureText kByRoute = {"I.requests.route", "B", "I12-K-3", "Requests for data by route",
                                 "Events sharing.requested of the period, by route."};
constexpr FigureText kByClass = {
    "I.requests.class", "B", "I12-K-3", "Requests for data by who asked",
    "Events sharing.requested of the period, by the recipient's class."};
constexpr FigureText kByPurpose = {"I.requests.purpose", "B", "I12-K-3",
                                   "Requests for data by purpose",
                                   "Events sharing.requested of the period, by purpose."};
constexpr FigureText kDecisions = {
    "I.decisions", "B", "I12-I-14", "Decisions by route and outcome",
    "Events sharing.decided of the period, by the route of their request and the outcome."};
constexpr FigureText kGrounds = {
    "I.decisions.purpose", "B", "I12-I-14", "Decisions by the request's purpose and outcome",
    "Events sharing.decided of the period, by the purpose of their request and the outcome."};
constexpr FigureText kDecisionReasons = {
    "I.decisions.reasons", "B", "I12-I-14", "Decisions with the reason written down",
    "Events sharing.decided of the period whose request has a need to know and that themselves "
    "have a reason, of all of them."};
constexpr FigureText kWithdrawn = {"I.withdrawn", "B", "I12-I-9", "Requests that were withdrawn",
                                   "Events sharing.withdrawn of the period."};
constexpr FigureText kOpen = {
    "I.open", "B", "I12-I-9", "Requests still open at the period's end",
    "Events sharing.requested before the period's end without a decision or withdrawal before "
    "it."};
constexpr FigureText kReleases = {"I.releases", "B", "I12-K-3", "Releases",
                                  "Events sharing.released of the period."};
constexpr FigureText kReleased = {"I.releases.reads", "B", "I12-K-3", "Reads that were released",
                                  "Sum of count in the events sharing.released of the period."};
constexpr FigureText kReleasedTo = {
    "I.releases.class", "B", "I12-K-3", "Releases by who was given data",
    "Events sharing.released of the period, by the class of the recipient of their request."};
constexpr FigureText kRefused = {"I.refused.stage", "B", "I12-E-2",
                                 "Sharing that the order forbade, by stage",
                                 "Events sharing.refused of the period, by stage."};
constexpr FigureText kExported = {"E4.exports", "B", "I12-E-4", "Files that left the system",
                                  "Events file.exported of the period, by what the file was."};

constexpr FigureText kRecords = {"H1.requests", "I", "I12-H-1", "Public records requests by class",
                                 "Events records.requested of the period, by class of record."};
constexpr FigureText kRecordsDecided = {"H1.decisions", "I", "I12-E-6",
                                        "Public records requests by answer",
                                        "Events records.decided of the period, by outcome."};
constexpr FigureText kExceptions = {
    "E6.exceptions", "I", "I12-E-6", "Non-investigatory records not disclosed whole",
    "Events records.decided of the period that are an exception, of all of them."};
constexpr FigureText kClosed = {"H1.closed", "I", "I12-H-1", "Public records requests closed",
                                "Events records.closed of the period."};
constexpr FigureText kRecordsOpen = {
    "H1.open", "I", "I12-H-1", "Public records requests still open at the period's end",
    "Events records.requested before the period's end without a records.closed before it."};

struct Asked {
  policy::SharingRoute route{};
  policy::SharingPurpose purpose{};
  policy::RecipientClass recipient_class{};
  std::optional<bool> reasoned;  // nullopt: sealed
  bool open = true;
};

class Sharing : public Topic {
 public:
  using Topic::Topic;
  std::span<const std::uint16_t> reads() const override {
    static constexpr std::array kKinds{
        RecipientRegistered::kKind.number, SharingRequested::kKind.number,
        SharingDecided::kKind.number,      SharingWithdrawn::kKind.number,
        SharingReleased::kKind.number,     SharingRefused::kKind.number,
        FileExported::kKind.number};
    return kKinds;
  }
  Result<void> take(const SeenEvent& event) override {
    if (after(event)) return {};
    if (is<SharingRequested>(event)) return request(event);
    if (is<SharingDecided>(event)) return decide(event);
    if (is<SharingReleased>(event)) return release(event);
    if (is<SharingWithdrawn>(event)) {
      const auto withdrawn = open_part<SharingWithdrawn>(event);
      if (!withdrawn) return tl::unexpected(withdrawn.error());
      asked_[withdrawn->request].open = false;
      return {};
    }
    if (!within(event)) return {};
    if (is<RecipientRegistered>(event))
      return count<RecipientRegistered>(event, recipients_, &RecipientRegistered::recipient_class);
    if (is<SharingRefused>(event))
      return count<SharingRefused>(event, refused_, &SharingRefused::stage);
    if (is<FileExported>(event)) return count<FileExported>(event, exported_, &FileExported::file);
    return {};
  }
  void tell(const KindCounts& kinds, FigureList& figures) const override {
    std::int64_t open = 0;
    for (const auto& [seq, asked] : asked_) open += asked.open ? 1 : 0;
    figures.each(kRecipients, recipients_);
    figures.each(kByRoute, routes_);
    figures.each(kByClass, classes_);
    figures.each(kByPurpose, purposes_);
    figures.each(kDecisions, by_route_);
    figures.each(kGrounds, by_purpose_);
    figures.sealed_one(kDecisionReasons, reasons_known_ ? std::optional(reasoned_) : std::nullopt);
    figures.one(kWithdrawn, kinds.of<SharingWithdrawn>());
    figures.one(kOpen, open);
    figures.one(kReleases, kinds.of<SharingReleased>());
    figures.one(kReleased, released_);
    figures.each(kReleasedTo, released_to_);
    figures.each(kRefused, refused_);
    figures.each(kExported, exported_);
  }

 private:
  template <policy::Record R, typename E>
  static Result<void> count(const SeenEvent& event, CountsOf<E>& counts, E R::*member) {
    const auto record = open_part<R>(event);
    if (!record) return tl::unexpected(record.error());
    ++counts[(*record).*member];
    return {};
  }
  Result<void> request(const SeenEvent& event) {
    const auto record = open_part<SharingRequested>(event);
    if (!record) return tl::unexpected(record.error());
    const auto all = whole<SharingRequested>(event);
    if (!all) return tl::unexpected(all.error());
    Asked asked{record->route, record->purpose, record->recipient_class, std::nullopt};
    if (*all) asked.reasoned = (*all)->grounds.need_to_know.has_value();
    asked_[event.header.seq] = asked;
    if (!within(event)) return {};
    ++routes_[record->route];
    ++classes_[record->recipient_class];
    ++purposes_[record->purpose];
    return {};
  }
  Result<void> decide(const SeenEvent& event) {
    const auto record = open_part<SharingDecided>(event);
    if (!record) return tl::unexpected(record.error());
    const auto all = whole<SharingDecided>(event);
    if (!all) return tl::unexpected(all.error());
    const auto asked = asked_.find(record->request);
    if (asked == asked_.end())
      return fail(ErrorCode::kMalformed, "a decision names no request that is in the log");
    asked->second.open = false;
    if (!within(event)) return {};
    const std::string outcome(policy::to_text(record->outcome));
    ++by_route_[std::string(policy::to_text(asked->second.route)) + " " + outcome];
    ++by_purpose_[std::string(policy::to_text(asked->second.purpose)) + " " + outcome];
    if (!*all || !asked->second.reasoned)
      reasons_known_ = false;
    else
      reasoned_ += *asked->second.reasoned && !(*all)->reason.empty() ? 1 : 0;
    return {};
  }
  Result<void> release(const SeenEvent& event) {
    const auto record = open_part<SharingReleased>(event);
    if (!record) return tl::unexpected(record.error());
    if (!within(event)) return {};
    released_ += record->count;
    ++released_to_[asked_[record->request].recipient_class];
    return {};
  }

  std::map<Sequence, Asked> asked_;  // by sharing.requested
  CountsOf<policy::RecipientClass> recipients_, classes_, released_to_;
  CountsOf<policy::SharingRoute> routes_;
  CountsOf<policy::SharingPurpose> purposes_;
  CountsOf<policy::SharingStage> refused_;
  CountsOf<policy::ExportedFile> exported_;
  Counts by_route_, by_purpose_;
  std::int64_t released_ = 0;
  std::int64_t reasoned_ = 0;
  bool reasons_known_ = true;
};

class Records : public Topic {
 public:
  using Topic::Topic;
  std::span<const std::uint16_t> reads() const override {
    static constexpr std::array kKinds{RecordsRequested::kKind.number, RecordsDecided::kKind.number,
                                       RecordsClosed::kKind.number};
    return kKinds;
  }
  Result<void> take(const SeenEvent& event) override {
    if (after(event)) return {};
    if (is<RecordsRequested>(event)) {
      const auto record = open_part<RecordsRequested>(event);
      if (!record) return tl::unexpected(record.error());
      open_.insert(event.header.seq);
      if (within(event)) ++classes_[record->record_class];
    } else if (is<RecordsDecided>(event) && within(event)) {
      const auto record = open_part<RecordsDecided>(event);
      if (!record) return tl::unexpected(record.error());
      ++outcomes_[record->outcome];
      exceptions_ += record->exception ? 1 : 0;
    } else if (is<RecordsClosed>(event)) {
      const auto record = open_part<RecordsClosed>(event);
      if (!record) return tl::unexpected(record.error());
      open_.erase(record->request);
    }
    return {};
  }
  void tell(const KindCounts& kinds, FigureList& figures) const override {
    figures.each(kRecords, classes_);
    figures.each(kRecordsDecided, outcomes_);
    figures.ratio(kExceptions, exceptions_, kinds.of<RecordsDecided>());
    figures.one(kClosed, kinds.of<RecordsClosed>());
    figures.one(kRecordsOpen, static_cast<std::int64_t>(open_.size()));
  }

 private:
  std::set<Sequence> open_;
  CountsOf<policy::RecordClass> classes_;
  CountsOf<policy::RecordsOutcome> outcomes_;
  std::int64_t exceptions_ = 0;
};

}  // namespace

std::unique_ptr<Topic> sharing_topic(const Period& period) {
  return std::make_unique<Sharing>(period);
}
std::unique_ptr<Topic> records_topic(const Period& period) {
  return std::make_unique<Records>(period);
}

}  // namespace alpr::figures
