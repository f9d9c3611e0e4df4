// Who may do anything at all: accounts, the training gate and dated roles.
//
// I12-C1-1, C3-a, J-3 (training before any access), I12-C1-2 (eligible classes), I12-C1-3, E-1
// (designation), I12-K-1 (own account, own session), I12-L-2 (a role counts while its dates say
// so). Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/registers/people.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

enum class Need {
  kAccount,  // an active account with this session open: own profile and the department's
             // administration
  kAlpr,     // reads, hits, lists, entries, queries, holds: eligible class and all eight training
             // topics as well
};

// The gate's answer. `actor` is the one to write into events: with `training` filled for
// Need::kAlpr.
struct Gate {
  std::optional<Refusal> refusal;
  std::optional<Error> error;  // registers that do not read
  Actor actor;
  Moment moment{};

  // What the command must answer when the gate is shut: command.refused under `action`, or the
  // error.
  std::optional<Decision> stop(std::string_view action) const;
};
Gate gate(const State& state, const Actor& actor, const Moment& moment, Need need);

// A grant in force at this moment for an account that is not deactivated. Registers that do not
// read give false.
bool holds_role(const State& state, std::string_view username, Role role, const Moment& moment);
bool holds_any_role(const State& state, std::string_view username, std::span<const Role> roles,
                    const Moment& moment);

// gate(Need::kAccount) and one of the roles; the refusal names `rules`.
Gate gate_role(const State& state, const Actor& actor, const Moment& moment,
               std::span<const Role> roles, std::vector<std::string> rules);

// The log's own text: checkpoints, tiles, proofs, open members. For PAC_AUDITOR, COORDINATOR,
// ADMINISTRATOR and IT_UNIT (I12-F-0, L-1); it holds no plate, so no training is asked for.
Gate gate_log(const State& state, const Actor& actor, const Moment& moment);

// The actor of an open session, from the registers. kUnauthenticated when it is closed or was never
// opened.
Result<Actor> actor_of_session(const chain::RegisterReader& rows, Sequence session);

}  // namespace alpr::policy
