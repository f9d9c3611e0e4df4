// The witnesses of this log as its server knows them: whose cosignatures it takes, and which
// checkpoint has enough of them.
//
// Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/service.h"
#include "ledger/chain/witness_policy.h"

namespace alpr::api {

class Cosigners {
 public:
  // `text` is a witness policy (C2SP tlog-policy). kMalformed: it does not read, or does not list
  // this log's key.
  static Result<std::unique_ptr<Cosigners>> open(Service& service, std::string_view text);

  struct Accepted {
    std::string witness;  // its name in the policy
    std::uint64_t time_s = 0;
  };
  // Verifies a cosignature of the kept checkpoint of this size and stores it with it. kNotFound: no
  // such checkpoint is kept; kMalformed: no signature line; kBadSignature: of no witness of the
  // policy, not verified, or from the future.
  Result<Accepted> accept(std::uint64_t size, std::string_view signature_line);
  // The newest checkpoint that the quorum cosigned. kNotFound.
  Result<std::string> newest_cosigned() const;

  // When the most silent of the witnesses that are asked last cosigned, or this was opened where it
  // has not since; nullopt: none is asked.
  std::optional<TimeUs> silent_since() const;

  const chain::WitnessPolicy& policy() const { return policy_; }
  Service& service() const { return service_; }

 private:
  Cosigners(Service& service, chain::WitnessPolicy policy)
      : service_(service),
        policy_(std::move(policy)),
        heard_(policy_.witnesses().size(), service.now()) {}
  void note_quorum(std::string_view note);

  Service& service_;
  const chain::WitnessPolicy policy_;
  mutable std::mutex mutex_;
  std::vector<TimeUs> heard_;                   // of each witness; under mutex_
  std::atomic<std::uint64_t> quorum_size_ = 0;  // of the newest checkpoint that has it; 0: none
};

}  // namespace alpr::api
