#include "policy/replay/replay.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/chain/note.h"
#include "policy/records/audit_worksheets.h"
#include "policy/records/holds.h"
#include "policy/records/hotlists.h"
#include "policy/records/kinds.h"
#include "policy/records/people.h"
#include "policy/records/queries.h"
#include "policy/records/reads.h"
#include "policy/records/sharing.h"
#include "policy/records/shift_lists.h"
#include "policy/records/stops.h"
#include "policy/records/system.h"
#include "policy/registers/fold.h"
#include "policy/registers/people.h"
#include "policy/rules/first_events.h"

namespace alpr::policy {
namespace {

std::string_view name_of(std::uint16_t kind) {
  const chain::Kind* known = kinds().find(kind);
  return known == nullptr ? std::string_view("an unknown kind") : known->name;
}

// Which member differs between the event that a rule makes and the one that is there, and how.
struct Difference {
  std::string member;
  std::string what;  // empty: none
};
Difference difference(const chain::Draft& draft, const chain::EventView& event,
                      const std::vector<std::string_view>& passed_over) {
  if (draft.kind != event.header.kind)
    return {"", fmt::format("it must be {}", name_of(draft.kind))};
  if (event.header.form == chain::Form::kWhole)
    return {"", draft.json == event.json ? "" : "it must be another"};
  const bool same = std::ranges::equal(
      draft.members, event.members, [](const chain::Member& ours, const chain::Member& theirs) {
        return ours.name == theirs.name && ours.value == theirs.value;
      });
  if (same) return {};
  const auto counts = [&](const chain::Member& member) {
    return std::find(passed_over.begin(), passed_over.end(), member.name) == passed_over.end();
  };
  const auto find_in = [](const chain::Members& members, const std::string& name) {
    return std::find_if(members.begin(), members.end(),
                        [&](const chain::Member& one) { return one.name == name; });
  };
  for (const chain::Member& member : draft.members) {
    if (!counts(member)) continue;
    const auto there = find_in(event.members, member.name);
    if (there == event.members.end())
      return {member.name, fmt::format("{} is missing", member.name)};
    if (there->value != member.value)
      return {member.name, fmt::format("{} is another", member.name)};
  }
  for (const chain::Member& member : event.members) {
    if (counts(member) && find_in(draft.members, member.name) == draft.members.end())
      return {member.name, fmt::format("{} must not be there", member.name)};
  }
  return {};
}

// The requirement that a member is there for, besides the event's own.
std::string rule_of_member(std::uint16_t kind, const std::string& member) {
  if (member == "policy") return "I12-HDR-1";
  if (member != "by") return "";
  switch (kind) {
    case QueryPerformed::kKind.number:
    case QueryRefused::kKind.number:
    case QueryPageDisclosed::kKind.number:
      return "I12-C2B-5";
    case StopDocumented::kKind.number:
      return "I12-C2A2-3";
    case EntryRequested::kKind.number:
      return "I12-C2B2-4";
    case SharingRequested::kKind.number:
    case SharingDecided::kKind.number:
    case SharingReleased::kKind.number:
      return "I12-I-15";
    default:
      return "I12-F-2";
  }
}

std::string slug_of(const chain::EventView& event) {
  for (const chain::Member& member : event.members)
    if (member.name == "slug" && member.value.size() >= 2)
      return member.value.substr(1, member.value.size() - 2);
  return "";
}

std::string text_of(const chain::Json* json) {
  return json != nullptr && json->string() != nullptr ? *json->string() : std::string();
}

// Whose act an event is or whom it is about.
std::vector<std::string> people_in(const chain::EventView& event) {
  std::vector<std::string> people;
  for (const chain::Member& member : event.members) {
    if (member.name != "by" && member.name != "requester" && member.name != "username") continue;
    const auto value = chain::parse_canonical(member.value);
    if (!value) continue;
    std::string name = value->string() != nullptr   ? *value->string()
                       : value->object() != nullptr ? text_of(value->member("username"))
                                                    : std::string();
    if (!name.empty()) people.push_back(std::move(name));
  }
  return people;
}

bool is_audited(std::uint16_t kind) {
  static const std::vector<bool> all = [] {
    std::vector<bool> kinds(std::size_t{1} << 16U);
    for (const auto& [population, text] : EnumTexts<AuditPopulation>::texts)
      for (const std::int64_t one : audited_kinds(population))
        kinds[static_cast<std::uint16_t>(one)] = true;
    return kinds;
  }();
  return all[kind];
}

// What is no decision: the ledger's own, counts (deadlines.cc judges them) and what is set aside
// with a batch that is not decided again.
bool decides(std::uint16_t kind) {
  return kind >= chain::kind::kFirstDomainKind && kind != WitnessSilent::kKind.number &&
         kind != DiskLow::kKind.number && kind != BucketSummarised::kKind.number &&
         kind != HitSetAside::kKind.number && kind != QueueBroken::kKind.number;
}

// The log's name, as its first event has it in front of its key.
std::string origin_of(const chain::EventView& event) {
  for (const chain::Member& member : event.members) {
    if (member.name != "vkey") continue;
    const auto vkey = chain::parse_canonical(member.value);
    const auto key = vkey ? chain::parse_vkey(text_of(&*vkey)) : chain::parse_vkey("");
    if (key) return key->name;
  }
  return {};
}

}  // namespace

Replay::Replay(Report report)
    : report_([this, report = std::move(report)](ReplayFinding finding) {
        ++found_;
        report(std::move(finding));
      }),
      no_plates_([](std::uint64_t) -> Result<std::string> {
        return fail(ErrorCode::kGone, "a replay reads no lists");
      }),
      state_{rows_, no_reads_, no_plates_,
             [this](Sequence event) { return past_.holds_on(event); }},
      fold_(fold()),
      deadlines_(report_),
      batches_(report_) {}

void Replay::find(Sequence seq, std::vector<std::string> rules, std::string what) {
  report_({seq, std::move(rules), std::move(what)});
}

Moment Replay::moment_of(const chain::EventView& event) {
  const TimeUs now = event.header.time;
  const PolicyRow* in_force = policies_.empty() ? nullptr : &policies_.front();
  for (const PolicyRow& version : policies_)
    if (version.effective <= now) in_force = &version;
  return {now, event.header.seq, in_force};
}

std::any Replay::read_ahead(const chain::EventView& event) {
  const Judge* judge = judge_of(event.header.kind);
  return judge == nullptr ? std::any() : judge->read(event);
}

void Replay::take(const chain::EventView& event, Seen seen, const std::any& record) {
  deadlines_.take(event.header, event.members);
  const bool known = kinds().find(event.header.kind) != nullptr;
  const bool permanent = event.header.retention != chain::Retention::kThirtyDay;
  if (event.header.seq.value == 0) batches_.begin(origin_of(event));
  if (seen != Seen::kWhole || lost_) batches_.lose(event.header);
  if (seen == Seen::kErased) {
    count_undecidable(fmt::format("{} erased", name_of(event.header.kind)));
  } else if (!lost_ && permanent && (seen == Seen::kSealed || !known)) {
    lost_ = event.header.seq;
    lost_to_newer_ = !known;
    tails_.clear();
  }
  if (lost_ && seen != Seen::kErased) {
    if (judge_of(event.header.kind) != nullptr || !known)
      count_undecidable(seen == Seen::kSealed ? "sealed, and not opened"
                        : lost_to_newer_      ? "after an event of a kind that is not known here"
                                              : "after an event that was not opened");
  } else if (seen == Seen::kSealed) {
    count_undecidable("sealed, and not opened");
  } else if (seen == Seen::kWhole) {
    const std::uint64_t before = found_;
    if (!take_first_commit(event)) judge(event, record);
    batches_.take(event, state_);
    follow(event);
    fold_in(event);
    if (found_ == before) note(event);
  }
  past_.add(event.header);
}

// ---- the first commit ----

// log.started, the order, and the first holders; nobody was there yet to decide it.
bool Replay::take_first_commit(const chain::EventView& event) {
  if (first_commit_over_) return false;
  if (event.header.seq.value == 0) return true;
  const bool together =
      first_commit_.empty() || first_commit_.front().header.time == event.header.time;
  bool first = false;
  if (const auto adopted = from_event<PolicyAdopted>(event))
    first = !adopted->proposal && first_commit_.empty();
  else if (const auto enrolled = from_event<UserEnrolled>(event))
    first = enrolled->first_holder;
  else if (const auto granted = from_event<RoleGranted>(event))
    first = !granted->request;
  if (first && together) {
    first_commit_.push_back(event);
    return true;
  }
  judge_first_commit();
  return false;
}

void Replay::judge_first_commit() {
  first_commit_over_ = true;
  const auto wrong = [&](Sequence seq, std::string what) {
    find(seq, {"I12-HDR-1", "I12-L-2", "I12-K-1"}, "the log's first commit: " + std::move(what));
  };
  if (first_commit_.empty()) return wrong(Sequence{0}, "no version of the order, and no holders");
  InitPlan plan;
  for (const chain::EventView& event : first_commit_) {
    if (const auto adopted = from_event<PolicyAdopted>(event)) {
      plan.department = adopted->department;
      // Of a software that knew fewer: which ones, the comparison below says.
      const auto& added = adopted->parameters.added_rules;
      plan.added_rules = added ? added->size() : 0;
    }
    if (const auto enrolled = from_event<UserEnrolled>(event))
      plan.holders.push_back(
          {Role{}, enrolled->username, enrolled->name, enrolled->user_class, enrolled->code});
    const auto granted = from_event<RoleGranted>(event);
    if (granted && !plan.holders.empty()) plan.holders.back().role = granted->role;
  }
  const chain::Header& header = first_commit_.front().header;
  const auto drafts = first_events(plan, {header.time, header.seq, nullptr});
  if (!drafts) return wrong(header.seq, drafts.error().detail);
  if (drafts->size() != first_commit_.size())
    return wrong(header.seq, "it must be the order and four holders");
  for (std::size_t i = 0; i < drafts->size(); ++i) {
    const std::string what = difference((*drafts)[i], first_commit_[i], {}).what;
    if (!what.empty()) return wrong(first_commit_[i].header.seq, what);
    ++decided_;
  }
}

// ---- one event ----

void Replay::judge(const chain::EventView& event, const std::any& record) {
  if (take_tail(event)) return;
  if (event.header.kind == chain::kind::kClockStepped) return judge_clock_step(event);
  const Judge* judge = judge_of(event.header.kind);
  if (judge == nullptr) {
    if (decides(event.header.kind))
      count_undecidable(
          fmt::format("{}, which no rule here is known for", name_of(event.header.kind)));
    return;
  }
  const Moment moment = moment_of(event);
  if (moment.policy == nullptr)
    return find(event.header.seq, {"I12-HDR-1"}, "no version of the order is in force");
  const std::any read = record.has_value() ? std::any() : judge->read(event);
  compare(event, *judge, judge->judge({state_, moment, past_}, record.has_value() ? record : read));
}

// Whether the event is what a decision before it made besides its first.
bool Replay::take_tail(const chain::EventView& event) {
  std::vector<Tail> goes_on;
  bool may_end = false;
  std::uint16_t owed = 0;
  std::string what;
  for (Tail& tail : tails_) {
    if (tail.events.empty()) {
      may_end = true;
      continue;
    }
    std::string differs = difference(tail.events.front(), event, tail_passed_over_).what;
    if (differs.empty()) {
      tail.events.erase(tail.events.begin());
      goes_on.push_back(std::move(tail));
    } else if (what.empty()) {
      owed = tail.events.front().kind;
      what = std::move(differs);
    }
  }
  const bool was_owed = !tails_.empty() && !may_end;
  tails_ = std::move(goes_on);
  if (!tails_.empty()) {
    ++decided_;
    return true;
  }
  if (was_owed) find_owed(owed, fmt::format("of event {} {}", event.header.seq.value, what));
  return false;
}

// The decision of `tail_of_` makes another event behind it, and that is not there.
void Replay::find_owed(std::uint16_t kind, std::string_view instead) {
  const Judge* of = judge_of(kind);
  find(tail_of_, {std::string(of == nullptr ? "event-kinds" : of->rule)},
       fmt::format("its decision makes {} behind it: {}", name_of(kind), instead));
}

void Replay::compare(const chain::EventView& event, const Judge& judge, Again again) {
  const Sequence seq = event.header.seq;
  if (again.breach) return find(seq, std::move(again.breach->rules), std::move(again.breach->what));
  if (!again.undecidable.empty()) return count_undecidable(std::move(again.undecidable));
  if (again.decisions.empty()) return;
  if (again.refusal) {
    const Decision& decision = again.decisions.front();
    const bool as_expected = !again.roughly && decision.refusal && !decision.events.empty();
    if (!as_expected) return compare_refusal(event, judge, again);
  }
  std::string what;
  const std::string own = again.rule.empty() ? std::string(judge.rule) : again.rule;
  std::vector<std::string> rules{own};
  tails_.clear();
  for (Decision& decision : again.decisions) {
    if (decision.refusal && !again.refusal) {
      what = fmt::format("the rules refuse it: {}: {}", decision.refusal->slug,
                         decision.refusal->reason);
      rules = decision.refusal->rules;
      continue;
    }
    if (decision.error || decision.events.empty()) {
      what = decision.error ? "the rules do not come to it: " + decision.error->detail
                            : std::string("the rules record nothing here");
      continue;
    }
    const Difference differs = difference(decision.events.front(), event, again.passed_over);
    if (!differs.what.empty()) {
      what = "the rules write it otherwise: " + differs.what;
      rules = {own};
      const std::string of_member = rule_of_member(event.header.kind, differs.member);
      if (!of_member.empty()) rules.insert(rules.begin(), of_member);
      continue;
    }
    decision.events.erase(decision.events.begin());
    tails_.push_back({std::move(decision.events)});
  }
  if (tails_.empty()) return find(seq, std::move(rules), std::move(what));
  tail_of_ = seq;
  tail_passed_over_ = std::move(again.passed_over);
  if (again.unseen.empty())
    ++decided_;
  else
    count_undecidable(std::move(again.unseen));
}

// A refusal whose command the record has only in part, or that the rules would not have made.
void Replay::compare_refusal(const chain::EventView& event, const Judge& judge,
                             const Again& again) {
  const Decision& decision = again.decisions.front();
  if (decision.error)
    return count_undecidable("whose refused command does not come to a decision any more");
  if (!decision.refusal)
    return find(event.header.seq, {std::string(judge.rule)},
                fmt::format("milder: it refuses what the rules grant ({})", slug_of(event)));
  if (decision.refusal->slug == slug_of(event))
    ++decided_;
  else
    count_undecidable("refused for a reason that its record alone does not show");
}

// ---- the state after it ----

void Replay::fold_in(const chain::EventView& event) {
  const std::uint64_t before = found_;
  if (const auto folded = fold_(event, rows_); !folded) {
    if (found_ == before)
      find(event.header.seq, {"event-kinds"},
           "the state before it has no place for it: " + folded.error().detail);
    return;
  }
  switch (event.header.kind) {
    case PolicyAdopted::kKind.number:
      if (auto versions = list_policies(rows_)) policies_ = std::move(*versions);
      return;
    case HoldPlaced::kKind.number:
      if (const auto placed = from_event<HoldPlaced>(event)) past_.place(event.header.seq, *placed);
      return;
    case HoldReleased::kKind.number:
      if (const auto released = from_event<HoldReleased>(event)) past_.release(released->hold);
      return;
    case SharingReleased::kKind.number:
      if (const auto released = from_event<SharingReleased>(event))
        past_.note_release(event.header.seq, released->request);
      return;
    default:
      return;
  }
}

void Replay::note(const chain::EventView& event) {
  if (is_audited(event.header.kind) && event.header.form == chain::Form::kByMember)
    past_.note_people(event.header.seq, people_in(event));
}

void Replay::finish(TimeUs as_of) {
  if (!lost_ && !first_commit_over_) judge_first_commit();
  const bool may_end = std::any_of(tails_.begin(), tails_.end(),
                                   [](const Tail& tail) { return tail.events.empty(); });
  if (!tails_.empty() && !may_end)
    find_owed(tails_.front().events.front().kind, "and the log ends");
  if (import_)
    find(import_->event, {"I12-J-2", "I12-K-1"},
         fmt::format("{} of the file's lines have no event", import_->left));
  if (key_change_)
    find(key_change_->event, {"I12-F-0", "I12-L-1"},
         "a key was changed, and no keys.handled says who agreed");
  batches_.finish();
  if (batches_.lost() > 0) undecidable_["whose batch is not there as a whole"] += batches_.lost();
  deadlines_.finish(as_of);
}

}  // namespace alpr::policy
