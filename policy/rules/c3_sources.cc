#include "policy/rules/c3_sources.h"

#include <algorithm>
#include <array>

#include "policy/registers/people.h"
#include "policy/rules/required_facts.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

std::optional<Error> fault(std::string_view member, const std::optional<std::string>& text,
                           std::size_t max) {
  return text ? text_fault(member, *text, max) : std::nullopt;
}

std::optional<HotlistSource> source_of(const std::optional<std::string>& text,
                                       RequiredFacts& facts) {
  const auto source = text ? enum_from_text<HotlistSource>(*text) : std::nullopt;
  facts.that(source.has_value(), "I12-C3-b", "source-not-listed",
             "State source: " + enum_choices<HotlistSource>() + ".");
  return source;
}

}  // namespace

bool needs_grant(HotlistSource source, const Parameters& parameters) {
  const auto& by_grant = parameters.sources_by_grant;
  return by_grant && std::find(by_grant->begin(), by_grant->end(), source) != by_grant->end();
}

Result<bool> source_open(const State& state, std::string_view username, HotlistSource source,
                         const Moment& moment) {
  if (!needs_grant(source, moment.policy->parameters)) return true;
  const auto grant = find_source_grant(state.rows, username, source);
  if (!grant) return tl::unexpected(grant.error());
  return *grant && (!(*grant)->until || moment.now < *(*grant)->until);
}

Refusal source_refusal(HotlistSource source) {
  return {{"I12-C3-b"},
          "source-not-granted",
          "Lists of " + std::string(to_text(source)) +
              " are opened to people one by one, and not to you: ask the ALPR Administrator."};
}

Decision decide(const State& state, const Actor& actor, const GrantSource& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "source.grant";
  constexpr std::array kGranters{Role::kAdministrator, Role::kChiefDesignee};
  if (auto e = fault("username", command.username, kShortTextMax)) return not_judged(*e);
  if (auto e = fault("source", command.source, kShortTextMax)) return not_judged(*e);
  if (auto e = fault("reason", command.reason, kNarrativeMax)) return not_judged(*e);
  if (command.until)
    if (auto e = time_fault("until", *command.until)) return not_judged(*e);
  const Gate open = gate_role(state, actor, moment, kGranters, {"I12-C3-b", "I12-L-1"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto user = command.username ? find_user(state.rows, *command.username)
                                     : Result<std::optional<UserRow>>(std::nullopt);
  if (!user) return not_judged(user.error());
  RequiredFacts facts;
  facts.that(user->has_value() && !(*user)->deactivated, "I12-C3-b", "person-missing",
             "State username: of an account that can be used.");
  facts.that(command.username != actor.username, "I12-C3-b", "own-grant",
             "Another person opens a source to you.");
  const auto source = source_of(command.source, facts);
  facts.that(!command.until || *command.until > moment.now, "I12-C3-b", "time-over",
             "State until: in the future, or leave it out.");
  facts.text(command.reason, "reason", "I12-C3-b");
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  return Decision{}.then(SourceGranted{moment.policy->version, *source, command.until,
                                       *command.username, *command.reason, open.actor});
}

Decision decide(const State& state, const Actor& actor, const EndSourceGrant& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "source.grant-end";
  constexpr std::array kEnders{Role::kCoordinator, Role::kAdministrator, Role::kChiefDesignee};
  if (auto e = text_fault("username", command.username, kShortTextMax)) return not_judged(*e);
  if (auto e = fault("source", command.source, kShortTextMax)) return not_judged(*e);
  if (auto e = fault("reason", command.reason, kNarrativeMax)) return not_judged(*e);
  const Gate open = gate_role(state, actor, moment, kEnders, {"I12-C3-b", "I12-L-1"});
  if (auto stop = open.stop(kAction)) return *stop;
  RequiredFacts facts;
  const auto source = source_of(command.source, facts);
  facts.text(command.reason, "reason", "I12-C3-b");
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  const auto grant = find_source_grant(state.rows, command.username, *source);
  if (!grant) return not_judged(grant.error());
  if (!*grant)
    return Decision::not_judged(ErrorCode::kNotFound, "this source is not open to this person");
  return Decision{}.then(SourceGrantEnded{moment.policy->version, (*grant)->grant, *source,
                                          command.username, *command.reason, open.actor});
}

Gate gate_source_grants(const State& state, const Actor& actor, const Moment& moment) {
  constexpr std::array kReaders{Role::kCoordinator, Role::kAdministrator, Role::kChiefDesignee,
                                Role::kPacAuditor};
  return gate_role(state, actor, moment, kReaders, {"I12-C3-b", "I12-L-1"});
}

}  // namespace alpr::policy
