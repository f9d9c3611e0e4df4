#include "policy/rules/i_recipients.h"

#include <algorithm>
#include <array>

#include "policy/registers/recipients.h"
#include "policy/rules/access.h"
#include "policy/rules/required_facts.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::array kRegistrars{Role::kCoordinator, Role::kAdministrator};

std::optional<Error> name_fault(const std::string& name) {
  if (auto fault = text_fault("name", name, kShortTextMax)) return fault;
  const bool plain =
      std::all_of(name.begin(), name.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (plain && !compared_name(name).empty()) return std::nullopt;
  return Error{ErrorCode::kMalformed,
               "name: write it in the letters A to Z, digits and punctuation, without accents"};
}

std::optional<Error> optional_fault(std::string_view member,
                                    const std::optional<std::string>& text) {
  return text ? text_fault(member, *text, kShortTextMax) : std::nullopt;
}

// Who is registered under another spelling of the name, or the same.
Result<std::optional<RecipientRow>> same_name(const State& state, std::string_view name) {
  const auto same = find_recipient_named(state.rows, name);
  if (!same) return tl::unexpected(same.error());
  if (!*same) return std::optional<RecipientRow>();
  return find_recipient(state.rows, **same);
}

// The same words, wherever the spaces and full stops of an abbreviation stand.
std::string spaced(std::string_view name) {
  std::string out = " ";
  for (const char c : name) {
    if (c == '.' || c == '\'') continue;
    const std::string part = compared_name(std::string_view(&c, 1));
    if (!part.empty())
      out += part;
    else if (out.back() != ' ')
      out += ' ';
  }
  return out + " ";
}

void judge_lists(RequiredFacts& facts, const RegisterRecipient& command) {
  const bool listed =
      command.recipient_class && enum_from_text<RecipientClass>(*command.recipient_class);
  const bool publics = command.recipient_class && (*command.recipient_class == "PUBLIC" ||
                                                   *command.recipient_class == "PRESS");
  facts.that(!publics, "I12-H-1", "public-request",
             "The public asks by a records request, in the register of those.");
  facts.that(listed, "I12-I-1", "class-not-allowed",
             "The order knows these classes only: " + enum_choices<RecipientClass>() + ".");
  facts.that(command.jurisdiction && enum_from_text<Jurisdiction>(*command.jurisdiction), "I12-E-2",
             "jurisdiction-missing",
             "State the jurisdiction: " + enum_choices<Jurisdiction>() + ".");
}

bool says_federal(const std::optional<std::string>& jurisdiction) {
  return jurisdiction && enum_from_text<Jurisdiction>(*jurisdiction) == Jurisdiction::kFederal;
}

constexpr std::string_view kNamedFederal =
    "The order names this agency as one of federal immigration enforcement: its jurisdiction is "
    "FEDERAL.";

}  // namespace

bool named_federal_agency(std::string_view name) {
  constexpr std::array kNames{"IMMIGRATIONANDCUSTOMSENFORCEMENT", "CUSTOMSANDBORDERPROTECTION",
                              "CUSTOMSANDBORDERPATROL", "BORDERPATROL"};
  constexpr std::array kInitials{" ICE ", " CBP ", " CPB "};
  const std::string compared = compared_name(name);
  const std::string words = spaced(name) + " " + compared + " ";  // "I C E" too
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](const char* one) { return compared.find(one) != std::string::npos; }) ||
         std::any_of(kInitials.begin(), kInitials.end(),
                     [&](const char* one) { return words.find(one) != std::string::npos; });
}

Decision decide(const State& state, const Actor& actor, const RegisterRecipient& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "recipient.register";
  if (auto fault = name_fault(command.name)) return not_judged(*fault);
  if (auto fault = text_fault("contact", command.contact, kShortTextMax)) return not_judged(*fault);
  if (auto fault = optional_fault("class", command.recipient_class)) return not_judged(*fault);
  if (auto fault = optional_fault("jurisdiction", command.jurisdiction)) return not_judged(*fault);
  const Gate open = gate_role(state, actor, moment, kRegistrars, {"I12-I-1", "I12-L-3"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto same = same_name(state, command.name);
  if (!same) return not_judged(same.error());
  RequiredFacts facts;
  judge_lists(facts, command);
  facts.that(!named_federal_agency(command.name) || says_federal(command.jurisdiction), "I12-E-3",
             "named-federal-agency", kNamedFederal);
  if (*same)
    facts.that(false, "I12-I-1", "recipient-known",
               "This recipient is registered as '" + (*same)->name + "': event " +
                   std::to_string((*same)->recipient.value) + ".");
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  return Decision{}.then(RecipientRegistered{
      moment.policy->version, *enum_from_text<RecipientClass>(*command.recipient_class),
      *enum_from_text<Jurisdiction>(*command.jurisdiction), command.name, command.contact,
      open.actor});
}

Decision decide(const State& state, const Actor& actor, const MoveRecipient& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "recipient.move";
  if (auto fault = text_fault("reason", command.reason, kNarrativeMax)) return not_judged(*fault);
  if (auto fault = optional_fault("jurisdiction", command.jurisdiction)) return not_judged(*fault);
  const Gate open = gate_role(state, actor, moment, kRegistrars, {"I12-I-1", "I12-L-3"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto row = find_recipient(state.rows, command.recipient);
  if (!row) return not_judged(row.error());
  if (!*row) return Decision::not_judged(ErrorCode::kNotFound, "no such recipient");
  const auto to =
      command.jurisdiction ? enum_from_text<Jurisdiction>(*command.jurisdiction) : std::nullopt;
  RequiredFacts facts;
  facts.that(to.has_value(), "I12-E-2", "jurisdiction-missing",
             "State the jurisdiction: " + enum_choices<Jurisdiction>() + ".");
  facts.that(!named_federal_agency((*row)->name) || to == Jurisdiction::kFederal, "I12-E-3",
             "named-federal-agency", kNamedFederal);
  facts.that(!blank(command.reason), "I12-E-2", "reason-missing",
             "Say how it is known that the jurisdiction is another.");
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  if (to == (*row)->jurisdiction)
    return Decision::not_judged(ErrorCode::kConflict, "jurisdiction: it is this one already");
  return Decision{}.then(
      RecipientMoved{moment.policy->version, command.recipient, *to, command.reason, open.actor});
}

}  // namespace alpr::policy
