// Making a new log: store, keyrings, and the first commit with the order and its first holders.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/store/store.h"
#include "policy/records/enums.h"

namespace alpr::api {

struct NewHolder {
  policy::Role role{};
  std::string username;
  std::string name;
  policy::UserClass user_class{};
};

struct NewLog {
  std::string origin;      // "oakland.example/alpr"
  std::string department;  // "Oakland Police Department"
  std::vector<NewHolder>
      holders;             // IT_UNIT, CHIEF_DESIGNEE, ADMINISTRATOR, TRAINING_SECTION: four people
  bool simulated = false;  // genesis says so for ever: a log whose clock is not the real one
  std::optional<chain::Json> predecessor = std::nullopt;  // of the lost log that this one follows
};

struct MadeLog {
  std::string
      vkey;  // what auditors check the log with: keep it where the department can't change it
  struct Code {
    std::string username;
    policy::Role role{};
    std::string code;  // one-use; stored nowhere, shown once
  };
  std::vector<Code> codes;
};

// kConflict when there is a store already; kRefused and kMalformed as of policy::first_events. A
// log that could not be finished has no first event, and Service::start says so.
Result<MadeLog> make_log(const store::StorePlaces& places, const NewLog& log,
                         std::shared_ptr<const store::Clock> clock,
                         const store::StoreSettings& settings = {});

}  // namespace alpr::api
