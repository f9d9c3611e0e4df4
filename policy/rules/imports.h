// Files of many people: enrolments, their confirmations, trainings (I12-K-1, J-2). Each line is
// judged by the rule for one person; the file is taken as a whole or not at all. Pure; any thread.
//
// CSV (RFC 4180, UTF-8), a header and then one person a line:
//   people         username,name,user_class,organisation
//   confirmations  username
//   trainings      username,course,version,completed_on,topics
// completed_on is a day (2026-03-02) or a time (RFC 3339); topics are words with spaces between, or
// ALL.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/records/imports.h"
#include "policy/rules/decision.h"
#include "policy/rules/people.h"
#include "policy/rules/state.h"

namespace alpr::policy {

inline constexpr std::size_t kImportRowsMax = 1'000;
inline constexpr std::size_t kImportBytesMax = 512 << 10;

// What is wrong with one line, counted from 1 with the header; `rules` where it is the order that
// forbids it.
struct LineFault {
  std::int64_t line = 0;
  std::string what;
  std::vector<std::string> rules;
  template <typename M>
  void members(M& m) {
    m("line", line);
    m("what", what);
    m("rules", rules);
  }
};

template <typename Command>
struct ImportLine {
  std::int64_t line = 0;
  Command command;
};

// A file as it was read. Lines that do not read are faults; after a fault of the CSV itself nothing
// more is read.
template <typename Command>
struct ImportFile {
  Digest sha256{};
  std::vector<ImportLine<Command>> lines;
  std::vector<LineFault> faults;
};
ImportFile<EnrolUser> read_people(std::string_view text);
ImportFile<ConfirmUser> read_confirmations(std::string_view text);
ImportFile<CompleteTraining> read_trainings(std::string_view text);

// What a run would say, without running it: the refusal of who may not, else every line's fault in
// the order of lines.
struct ImportCheck {
  std::optional<Decision> stop;
  std::vector<LineFault> faults;
};
ImportCheck check(const State& state, const Actor& actor, const ImportFile<EnrolUser>& file,
                  const Moment& moment);
ImportCheck check(const State& state, const Actor& actor, const ImportFile<ConfirmUser>& file,
                  const Moment& moment);
ImportCheck check(const State& state, const Actor& actor, const ImportFile<CompleteTraining>& file,
                  const Moment& moment);

// IT_UNIT -> list.imported, user.enrolled per line; a code's digest per line.
Decision decide(const State& state, const Actor& actor, const ImportFile<EnrolUser>& file,
                const std::vector<CodeDigest>& codes_a, const Moment& moment);
// CHIEF_DESIGNEE, ADMINISTRATOR or TRAINING_SECTION -> list.imported, user.confirmed per line.
Decision decide(const State& state, const Actor& actor, const ImportFile<ConfirmUser>& file,
                const std::vector<CodeDigest>& codes_b, const Moment& moment);
// TRAINING_SECTION -> list.imported, training.completed per line. One that is on the record
// already is a fault.
Decision decide(const State& state, const Actor& actor, const ImportFile<CompleteTraining>& file,
                const Moment& moment);

}  // namespace alpr::policy
