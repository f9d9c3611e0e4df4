// A witness: judges submissions, records what it cosigns before it says so, keeps evidence. C2SP
// tlog-witness.
//
// Any thread. Check, record and answer are one step under one lock, so that no older answer can
// overtake a newer one (docs/operations/witness.md).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/verify/witness/judge.h"
#include "ledger/verify/witness/state_folder.h"

namespace alpr::witness {

// What came of one request, as HTTP.
struct Answer {
  int status = 500;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;  // 200: one signature line; 409: the recorded size; else why
  Suspicion suspicion = Suspicion::kNone;
};

class Witness {
 public:
  using ClockS = std::function<std::uint64_t()>;  // seconds since 1970; not 0
  using Say =
      std::function<void(std::string_view)>;  // a line for the operator: misbehaviour, faults

  // Reads the state of every trusted log. Errors as of StateFolder.
  static Result<std::unique_ptr<Witness>> open(const std::filesystem::path& folder, ClockS clock,
                                               Say say);

  // POST add-checkpoint.
  Answer add_checkpoint(std::string_view body);
  // GET <name>/checkpoint, with name = hex(SHA-256(origin)): the checkpoint cosigned last.
  std::optional<std::string> latest(std::string_view name) const;

  Recorded recorded(std::string_view origin) const;
  chain::VerifierKey vkey() const { return folder_.key().vkey(); }
  const std::vector<chain::PolicyLog>& logs() const { return folder_.logs(); }
  std::vector<chain::VerifierKey> log_keys() const;

  // Keeps a note that does not fit what was cosigned, beside that, and says so.
  void accuse(std::string_view origin, std::string_view note, std::string_view why);
  // How many proofs of two histories the folder has, from before too.
  std::size_t proofs() const;

 private:
  struct Origin {
    Recorded recorded;
    std::string note;  // as cosigned; empty: none yet
  };
  Witness(StateFolder folder, ClockS clock, Say say)
      : folder_(std::move(folder)), clock_(std::move(clock)), say_(std::move(say)) {}
  Result<void> load();
  Answer cosign(const Submission& submission, Origin& origin);
  void accuse_locked(Evidence kind, const Origin& origin, std::string_view name,
                     std::string_view note, std::string_view why);

  StateFolder folder_;
  const ClockS clock_;
  const Say say_;
  mutable std::mutex mutex_;  // of what follows, and of the folder
  std::map<std::string, Origin, std::less<>> origins_;
};

}  // namespace alpr::witness
