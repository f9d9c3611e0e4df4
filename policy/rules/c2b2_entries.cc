#include "policy/rules/c2b2_entries.h"

#include <algorithm>
#include <array>

#include "policy/registers/plate_text.h"
#include "policy/rules/access.h"
#include "policy/rules/parameters.h"
#include "policy/rules/required_facts.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::array kApprovers{Role::kAdministrator};
constexpr std::array kRemovers{Role::kAdministrator, Role::kCoordinator};

// The texts of the known attributes, by name: one list for all that is asked of each.
struct AttributeTexts {
  std::vector<std::pair<std::string_view, std::string>> texts;
  void operator()(std::string_view name, const std::optional<std::string>& text) {
    if (text) texts.emplace_back(name, *text);
  }
};

std::optional<Error> texts_fault(const RequestEntry& command) {
  const auto check = [](std::string_view member, const std::optional<std::string>& text,
                        std::size_t max) {
    return text ? text_fault(member, *text, max) : std::nullopt;
  };
  if (auto fault = check("plate", command.plate, kShortTextMax)) return fault;
  if (auto fault = check("descriptor", command.descriptor, kNarrativeMax)) return fault;
  if (auto fault = check("purpose", command.purpose, kShortTextMax)) return fault;
  if (auto fault = check("case_number", command.case_number, kShortTextMax)) return fault;
  if (auto fault = check("offense_report_no", command.offense_report_no, kShortTextMax))
    return fault;
  if (auto fault = check("justification", command.justification, kNarrativeMax)) return fault;
  if (!command.attributes) return std::nullopt;
  AttributeTexts attributes;
  KnownAttributes(*command.attributes).members(attributes);
  for (const auto& [name, text] : attributes.texts) {
    const std::string member = "attributes." + std::string(name);
    if (auto fault = text_fault(member, text, kShortTextMax)) return fault;
    // A blank one would be an attribute that nobody can check (I12-C2A-5).
    if (blank(text)) return Error{ErrorCode::kMalformed, member + ": blank; leave it out"};
  }
  return std::nullopt;
}

std::optional<Refusal> missing_facts(const RequestEntry& command, bool has_plate,
                                     const Moment& moment) {
  RequiredFacts facts;
  const auto purpose =
      command.purpose ? enum_from_text<BoloPurpose>(*command.purpose) : std::nullopt;
  const auto& purposes = moment.policy->parameters.bolo_purposes;
  facts.that(purpose && allowed(purposes, *purpose), "I12-C2A1-2", "purpose-not-allowed",
             "The order allows these purposes only: " + texts_of(purposes) + ".");
  facts.that(has_plate || (command.descriptor && !blank(*command.descriptor)), "I12-C2B2-6",
             "required-fact-missing", "State plate, or a descriptor of whom or what is sought.");
  const std::string_view because = has_plate ? "I12-C2B2-5" : "I12-C2B2-8";
  facts.case_number(command.case_number, "case_number", because);
  facts.case_number(command.offense_report_no, "offense_report_no", "I12-C2B2-1");
  facts.text(command.justification, "justification", has_plate ? "I12-C2B2-6" : "I12-C2B2-8");
  facts.that(command.not_protected_characteristic.value_or(false), "I12-C3-4",
             "attestation-missing",
             "Attest not_protected_characteristic: the entry is not made solely for a protected "
             "characteristic.");
  const std::int64_t ahead = command.expires_at.value - moment.now.value;
  facts.that(ahead > 0 && ahead <= moment.policy->parameters.hotlist_entry_seconds_max * kSecondUs,
             "I12-C2A1-3", "expiry-out-of-range", "expires_at must lie ahead, by a year at most.");
  return facts.refusal();
}

// What an update supersedes must be an entry that is active: a pending one is withdrawn, an ended
// one asked for anew.
std::optional<Error> superseded_fault(const State& state, std::optional<Sequence> supersedes,
                                      TimeUs now) {
  if (!supersedes) return std::nullopt;
  const auto entry = find_entry(state.rows, *supersedes);
  if (!entry) return entry.error();
  if (!*entry) return Error{ErrorCode::kNotFound, "supersedes: no such entry"};
  if (state_at(**entry, now) != EntryState::kActive) {
    return Error{ErrorCode::kConflict, "supersedes: this entry is not active; request a new one"};
  }
  return std::nullopt;
}

Result<EntryRow> need_entry(const State& state, Sequence request) {
  auto entry = find_entry(state.rows, request);
  if (!entry) return tl::unexpected(entry.error());
  if (!*entry) return fail(ErrorCode::kNotFound, "request: no such entry");
  return std::move(**entry);
}

}  // namespace

Decision decide(const State& state, const Actor& actor, const RequestEntry& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "hotlist.entry-request";
  if (auto fault = texts_fault(command)) return not_judged(*fault);
  if (auto fault = time_fault("expires_at", command.expires_at)) return not_judged(*fault);
  std::optional<std::string> plate;
  if (command.plate && !blank(*command.plate)) {
    auto normal = normalise_plate(*command.plate);
    if (!normal)
      return Decision::not_judged(ErrorCode::kMalformed, "plate: " + normal.error().detail);
    plate = std::move(*normal);
  }
  const Gate open = gate(state, actor, moment, Need::kAlpr);
  if (auto stop = open.stop(kAction)) return *stop;
  if (auto refusal = missing_facts(command, plate.has_value(), moment))
    return refuse(moment, open.actor, kAction, *refusal);
  if (auto fault = superseded_fault(state, command.supersedes, moment.now))
    return not_judged(*fault);

  EntryRequested record;
  record.policy = moment.policy->version;
  record.purpose = *enum_from_text<BoloPurpose>(*command.purpose);
  record.expires_at = command.expires_at;
  record.supersedes = command.supersedes;
  record.plate = plate;
  if (command.descriptor && !blank(*command.descriptor)) record.descriptor = command.descriptor;
  record.attributes = command.attributes.value_or(KnownAttributes{});
  record.case_number = *command.case_number;
  record.offense_report_no = *command.offense_report_no;
  record.justification = *command.justification;
  record.not_protected_characteristic = true;
  record.by = open.actor;
  return Decision{}.then(record);
}

Decision decide(const State& state, const Actor& actor, const DecideEntry& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "hotlist.entry-decide";
  if (auto fault = text_fault("reason", command.reason, kNarrativeMax)) return not_judged(*fault);
  const Gate open = gate(state, actor, moment, Need::kAlpr);
  if (auto stop = open.stop(kAction)) return *stop;
  const Gate role = gate_role(state, actor, moment, kApprovers, {"I12-C2B2-2", "I12-L-2"});
  if (auto stop = role.stop(kAction)) return *stop;
  const auto entry = need_entry(state, command.request);
  if (!entry) return not_judged(entry.error());
  if (entry->asked.by.username == open.actor.username) {
    return refuse(
        moment, open.actor, kAction,
        {{"I12-C2B2-2"}, "self-approval", "Somebody else than the requester decides on an entry."});
  }
  RequiredFacts facts;
  facts.text(command.reason, "reason", "I12-C2B2-2");
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  if (state_at(*entry, moment.now) != EntryState::kRequested) {
    return Decision::not_judged(ErrorCode::kConflict,
                                "request: decided already, withdrawn, or expired");
  }
  const std::string& requester = entry->asked.by.username;
  if (command.verdict == Verdict::kDeny) {
    return Decision{}.then(EntryDenied{moment.policy->version, command.request, requester,
                                       command.reason, open.actor});
  }
  if (auto fault = superseded_fault(state, entry->asked.supersedes, moment.now))
    return not_judged(*fault);
  return Decision{}.then(EntryApproved{moment.policy->version, command.request, requester,
                                       command.reason, open.actor});
}

Decision decide(const State& state, const Actor& actor, const RemoveEntry& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "hotlist.entry-remove";
  if (auto fault = text_fault("reason", command.reason, kNarrativeMax)) return not_judged(*fault);
  const Gate open = gate(state, actor, moment, Need::kAlpr);
  if (auto stop = open.stop(kAction)) return *stop;
  const auto entry = need_entry(state, command.request);
  if (!entry) return not_judged(entry.error());
  if (entry->asked.by.username != open.actor.username) {
    const Gate role = gate_role(state, actor, moment, kRemovers, {"I12-C2B2-2", "I12-L-3"});
    if (auto stop = role.stop(kAction)) return *stop;
  }
  RequiredFacts facts;
  facts.text(command.reason, "reason", "I12-C2B2-1");
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  if (entry->state != EntryState::kActive && entry->state != EntryState::kRequested) {
    return Decision::not_judged(ErrorCode::kConflict,
                                "request: this entry was denied or removed before");
  }
  return Decision{}.then(
      EntryRemoved{moment.policy->version, command.request, command.reason, open.actor});
}

Result<std::vector<EntryRow>> select_entries(const State& state, const ListEntries& command,
                                             const Moment& moment) {
  const std::int64_t limit = command.limit.value_or(kEntriesShownMax);
  if (auto fault = number_fault("limit", limit, 1, kEntriesShownMax)) return tl::unexpected(*fault);
  auto entries = list_entries(state.rows);
  if (!entries) return entries;
  std::reverse(entries->begin(), entries->end());
  std::erase_if(*entries, [&](const EntryRow& one) {
    return command.state && state_at(one, moment.now) != *command.state;
  });
  if (entries->size() > static_cast<std::size_t>(limit))
    entries->resize(static_cast<std::size_t>(limit));
  return entries;
}

Decision decide(const State& state, const Actor& actor, const ListEntries& command,
                const std::vector<EntryRow>& entries, const Moment& moment) {
  if (command.limit) {
    if (auto fault = number_fault("limit", *command.limit, 1, kEntriesShownMax))
      return not_judged(*fault);
  }
  ALPR_CHECK(entries.size() <= static_cast<std::size_t>(kEntriesShownMax));
  const Gate open = gate(state, actor, moment, Need::kAlpr);
  if (auto stop = open.stop("hotlist.entries-list")) {
    if (stop->refusal) {
      // The same refusal, with the rule that makes these lists closed to others.
      Refusal refusal = *stop->refusal;
      refusal.rules.insert(refusal.rules.begin(), "I12-A-5");
      return refuse(moment, open.actor, "hotlist.entries-list", std::move(refusal));
    }
    return *stop;
  }
  EntriesDisclosed record;
  record.policy = moment.policy->version;
  for (const EntryRow& entry : entries) record.entries.push_back(entry.request);
  record.by = open.actor;
  return Decision{}.then(record);
}

}  // namespace alpr::policy
