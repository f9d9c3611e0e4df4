// Section I's end: authorised members extract what was honored and forward it; nobody outside logs
// in (I12-I-10). Each file that leaves is an event of its own (I12-E-4). Pure; the sequencer's
// thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/records/sharing.h"
#include "policy/rules/decision.h"
#include "policy/rules/i_sharing.h"

namespace alpr::policy {

// Who entered the request, or COORDINATOR, once it is honored -> sharing.released. Judged as the
// request was, with the recipient's certificate of onward use. kGone: a read past its 30 days that
// is not held for the request's case (I12-G-1); `reads` then says which others to release.
// kNotFound, kConflict: released before.
struct ReleaseSharing {
  Sequence request;
  std::optional<std::vector<Sequence>> reads;  // of those asked for; absent: all
  std::optional<OnwardUse> onward_use;
  std::optional<std::string> delivery;
  template <typename M>
  void members(M& m) {
    m("request", request);
    m("reads", reads);
    m("onward_use", onward_use);
    m("delivery", delivery);
  }
};
// Which reads it is about, in order: those that the caller makes the content of. kMalformed: not
// among those asked for.
Result<std::vector<Sequence>> released_reads(const SharingRow& row, const ReleaseSharing& command);
// `content` is the digest of what the caller made, or why it could not.
Decision decide(const State& state, const Actor& actor, const ReleaseSharing& command,
                const Result<Digest>& content, const Moment& moment);

// The package of a release, or a picture of one of its reads -> file.exported. For whom a release
// is for, and COORDINATOR. kGone as above, kNotFound: nothing was released, or not this read.
struct ExportPackage {
  Sequence request;
  std::optional<Sequence> image_of = {};
  Digest image_sha256{};  // as the read commits to it
};
Decision decide(const State& state, const Actor& actor, const ExportPackage& command,
                const Moment& moment);

// COORDINATOR, ADMINISTRATOR or who filed it -> file.exported.
struct ExportDocument {
  Sequence document;
};
Decision decide(const State& state, const Actor& actor, const ExportDocument& command,
                const Moment& moment);

}  // namespace alpr::policy
