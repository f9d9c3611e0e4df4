#include "policy/rules/imports.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "policy/rules/access.h"
#include "policy/rules/enrolment.h"

namespace alpr::policy {
namespace {

constexpr std::array kEnrollers{Role::kItUnit};
constexpr std::array kConfirmers{Role::kChiefDesignee, Role::kAdministrator,
                                 Role::kTrainingSection};
constexpr std::array kTrainers{Role::kTrainingSection};

void note(std::vector<LineFault>& faults, std::int64_t line, const Objection& objection) {
  if (objection.error) faults.push_back({line, objection.error->detail, {}});
  if (objection.refusal)
    faults.push_back({line, objection.refusal->reason, objection.refusal->rules});
}

// The faults of a file and of its lines' commands, in the order of lines.
template <typename Command, typename Judge>
ImportCheck check_lines(const Gate& open, std::string_view action, const ImportFile<Command>& file,
                        Judge judge) {
  ImportCheck check;
  check.stop = open.stop(action);
  if (check.stop) return check;
  check.faults = file.faults;
  for (const auto& [line, command] : file.lines) {
    const Result<Objection> objection = judge(command);
    if (!objection) {
      check.stop = not_judged(objection.error());
      return check;
    }
    note(check.faults, line, *objection);
  }
  std::stable_sort(check.faults.begin(), check.faults.end(),
                   [](const LineFault& a, const LineFault& b) { return a.line < b.line; });
  return check;
}

// A file with a fault is not taken. What the order forbids is on the record, with the first of it.
std::optional<Decision> stop_of(const Moment& moment, const ImportCheck& check, const Actor& actor,
                                std::string_view action) {
  if (check.stop) return check.stop;
  if (check.faults.empty()) return std::nullopt;
  std::vector<std::string> rules;
  const LineFault* first = &check.faults.front();
  for (const LineFault& fault : check.faults) {
    if (rules.empty() && !fault.rules.empty()) first = &fault;
    for (const std::string& rule : fault.rules)
      if (std::find(rules.begin(), rules.end(), rule) == rules.end()) rules.push_back(rule);
  }
  const std::string what = "line " + std::to_string(first->line) + ": " + first->what + " (" +
                           std::to_string(check.faults.size()) +
                           " lines have faults; dry_run=true names them all)";
  if (rules.empty()) return Decision::not_judged(ErrorCode::kConflict, what);
  return refuse(moment, actor, action, {std::move(rules), "lines-refused", what});
}

Objection twice() {
  return {Error{ErrorCode::kConflict, "stands in the file twice"}, std::nullopt};
}

ListImported imported(ImportedList list, std::size_t rows, const Digest& sha256, const Actor& by,
                      const Moment& moment) {
  return {moment.policy->version, list, static_cast<std::int64_t>(rows), sha256, by};
}

constexpr std::string_view kImportPeople = "people.import";
constexpr std::string_view kImportConfirmations = "confirmations.import";
constexpr std::string_view kImportTrainings = "trainings.import";

Gate gate_enrol(const State& state, const Actor& actor, const Moment& moment) {
  return gate_role(state, actor, moment, kEnrollers, {"I12-L-1", "I12-K-1"});
}
Gate gate_confirm(const State& state, const Actor& actor, const Moment& moment) {
  return gate_role(state, actor, moment, kConfirmers, {"I12-L-1", "I12-K-1"});
}
Gate gate_train(const State& state, const Actor& actor, const Moment& moment) {
  return gate_role(state, actor, moment, kTrainers, {"I12-J-1"});
}

}  // namespace

ImportCheck check(const State& state, const Actor& actor, const ImportFile<EnrolUser>& file,
                  const Moment& moment) {
  const Gate open = gate_enrol(state, actor, moment);
  if (auto stop = open.stop(kImportPeople)) return {std::move(stop), {}};
  auto known = known_people(state.rows);
  if (!known) return {not_judged(known.error()), {}};
  return check_lines(open, kImportPeople, file, [&](const EnrolUser& person) -> Result<Objection> {
    Objection objection = objection_to(person, *moment.policy, *known);
    if (objection.none()) known->add(person);
    return objection;
  });
}

ImportCheck check(const State& state, const Actor& actor, const ImportFile<ConfirmUser>& file,
                  const Moment& moment) {
  std::set<std::string> seen;
  return check_lines(gate_confirm(state, actor, moment), kImportConfirmations, file,
                     [&](const ConfirmUser& command) -> Result<Objection> {
                       if (!seen.insert(command.username).second) return twice();
                       const auto user = find_user(state.rows, command.username);
                       if (!user) return tl::unexpected(user.error());
                       return objection_to(command, *user, actor, moment);
                     });
}

ImportCheck check(const State& state, const Actor& actor, const ImportFile<CompleteTraining>& file,
                  const Moment& moment) {
  std::set<std::tuple<std::string, std::string, std::string, std::int64_t>> seen;
  return check_lines(
      gate_train(state, actor, moment), kImportTrainings, file,
      [&](const CompleteTraining& command) -> Result<Objection> {
        const std::int64_t when = command.completed_on.value;
        if (!seen.emplace(command.username, command.course, command.version, when).second)
          return twice();
        const auto user = find_user(state.rows, command.username);
        if (!user) return tl::unexpected(user.error());
        if (*user) {
          for (const TrainingRow& row : (*user)->trainings) {
            if (row.course == command.course && row.version == command.version &&
                row.completed_on == command.completed_on)
              return Objection{Error{ErrorCode::kConflict, "is on the record already"},
                               std::nullopt};
          }
        }
        return objection_to(command, *user, actor, moment);
      });
}

Decision decide(const State& state, const Actor& actor, const ImportFile<EnrolUser>& file,
                const std::vector<CodeDigest>& codes_a, const Moment& moment) {
  ALPR_CHECK(codes_a.size() == file.lines.size());
  const Actor by = gate_enrol(state, actor, moment).actor;
  if (auto stop = stop_of(moment, check(state, actor, file, moment), by, kImportPeople))
    return *stop;
  Decision decision;
  decision.then(imported(ImportedList::kPeople, file.lines.size(), file.sha256, by, moment));
  for (std::size_t i = 0; i < file.lines.size(); ++i)
    decision.then(enrolled(file.lines[i].command, codes_a[i], by, moment));
  return decision;
}

Decision decide(const State& state, const Actor& actor, const ImportFile<ConfirmUser>& file,
                const std::vector<CodeDigest>& codes_b, const Moment& moment) {
  ALPR_CHECK(codes_b.size() == file.lines.size());
  const Actor by = gate_confirm(state, actor, moment).actor;
  if (auto stop = stop_of(moment, check(state, actor, file, moment), by, kImportConfirmations))
    return *stop;
  Decision decision;
  decision.then(imported(ImportedList::kConfirmations, file.lines.size(), file.sha256, by, moment));
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const auto user = find_user(state.rows, file.lines[i].command.username);
    if (!user) return not_judged(user.error());
    decision.then(confirmed(**user, codes_b[i], by, moment));
  }
  return decision;
}

Decision decide(const State& state, const Actor& actor, const ImportFile<CompleteTraining>& file,
                const Moment& moment) {
  const Actor by = gate_train(state, actor, moment).actor;
  if (auto stop = stop_of(moment, check(state, actor, file, moment), by, kImportTrainings))
    return *stop;
  Decision decision;
  decision.then(imported(ImportedList::kTrainings, file.lines.size(), file.sha256, by, moment));
  for (const auto& [line, training] : file.lines) decision.then(completed(training, by, moment));
  return decision;
}

}  // namespace alpr::policy
