#include "api/cosigners.h"

#include <algorithm>

#include "ledger/chain/encoding.h"

namespace alpr::api {

namespace {
// How far a witness's clock may be ahead of ours; as much as our own may step (sequencer.h).
constexpr std::uint64_t kAheadS = 300;
}  // namespace

Result<std::unique_ptr<Cosigners>> Cosigners::open(Service& service, std::string_view text) {
  auto policy = chain::WitnessPolicy::parse(text);
  if (!policy) return tl::unexpected(policy.error());
  const auto keys = policy->keys_of(service.store().origin());
  if (std::ranges::find(keys, service.store().log_vkey()) == keys.end())
    return fail(ErrorCode::kMalformed, "the witness policy has no line for this log: log " +
                                           chain::format_vkey(service.store().log_vkey()));
  std::unique_ptr<Cosigners> cosigners(new Cosigners(service, std::move(*policy)));
  if (const auto newest = service.store().newest_cosigned()) cosigners->note_quorum(*newest);
  return cosigners;
}

void Cosigners::note_quorum(std::string_view note) {
  const auto checkpoint = policy_.open(note);
  if (!checkpoint) return;
  std::uint64_t before = quorum_size_;
  while (before < checkpoint->size &&
         !quorum_size_.compare_exchange_weak(before, checkpoint->size)) {
  }
}

Result<Cosigners::Accepted> Cosigners::accept(std::uint64_t size, std::string_view line) {
  auto signature = chain::parse_signature_line(line);
  if (!signature) return tl::unexpected(signature.error());
  const auto kept = service_.store().checkpoint(size);
  if (!kept) return tl::unexpected(kept.error());
  const auto note = chain::parse_note(*kept);
  if (!note) return fail(ErrorCode::kCorrupt, "a kept checkpoint: " + note.error().detail);
  const auto verified = chain::verify_note({note->text, {*signature}}, policy_.witness_keys());
  if (!verified)
    return fail(ErrorCode::kBadSignature,
                "no cosignature of this checkpoint by a witness of the "
                "policy: " +
                    verified.error().detail);
  const chain::Verified& by = verified->front();
  const auto now_s = static_cast<std::uint64_t>(service_.now().value / kSecondUs);
  if (!service_.simulated() && *by.time_s > now_s + kAheadS)
    return fail(ErrorCode::kBadSignature, "the cosignature's time lies in the future");
  if (auto stored = service_.sequencer().add_cosignature(size, *signature); !stored)
    return tl::unexpected(stored.error());
  if (const auto cosigned = service_.store().checkpoint(size)) note_quorum(*cosigned);
  const auto& witnesses = policy_.witnesses();
  const auto witness = std::ranges::find(witnesses, by.key, &chain::PolicyWitness::key);
  {
    const std::lock_guard lock(mutex_);
    heard_[static_cast<std::size_t>(witness - witnesses.begin())] = service_.now();
  }
  return Accepted{witness->name, *by.time_s};
}

std::optional<TimeUs> Cosigners::silent_since() const {
  const std::lock_guard lock(mutex_);
  std::optional<TimeUs> since;
  for (std::size_t i = 0; i < heard_.size(); ++i) {
    if (policy_.witnesses()[i].url.empty()) continue;
    since = since ? std::min(*since, heard_[i]) : heard_[i];
  }
  return since;
}

Result<std::string> Cosigners::newest_cosigned() const {
  const std::uint64_t size = quorum_size_;
  if (size == 0)
    return fail(ErrorCode::kNotFound, "no checkpoint has the quorum's cosignatures yet");
  return service_.store().checkpoint(size);
}

}  // namespace alpr::api
