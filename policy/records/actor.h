// Who did something. Filled from the session and the registers, never from a request body
// (architecture invariant 10).
#pragma once

#include <optional>
#include <string>

#include "policy/records/describe.h"
#include "policy/records/enums.h"

namespace alpr::policy {

struct Actor {
  std::string username;
  std::string name;
  std::string organisation;
  Sequence session;  // seq of session.opened
  std::optional<Sequence>
      training;  // seq of the training.completed the gate relied on, where it was asked
  template <typename M>
  void members(M& m) {
    m("username", username);
    m("name", name);
    m("organisation", organisation);
    m("session", session);
    m("training", training);
  }
};

}  // namespace alpr::policy
