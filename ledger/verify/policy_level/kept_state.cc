#include "ledger/verify/policy_level/kept_state.h"

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/verify/durable_file.h"
#include "ledger/verify/mapped_file.h"

namespace alpr::policy_level {

struct KeptState::Opened {
  std::optional<verify::MappedFile> file;
  State state;
};

Result<KeptState> KeptState::open(const std::string& file, const std::string& sha256) {
  if (file.empty()) return KeptState(nullptr);
  auto opened = std::make_shared<Opened>();
  // Whatever was built otherwise may judge otherwise; nobody has to remember to say so.
  const auto program = verify::MappedFile::open("/proc/self/exe");
  if (!program) return tl::unexpected(program.error());
  opened->state.program = chain::sha256(program->bytes());
  auto there = verify::MappedFile::open(file);
  if (!there && there.error().code != ErrorCode::kNotFound) return tl::unexpected(there.error());
  if (there) opened->state.saved = opened->file.emplace(std::move(*there)).bytes();
  if (!sha256.empty()) {
    const auto wanted = chain::parse_digest_hex(sha256);
    if (!wanted) return fail(ErrorCode::kMalformed, "--state-sha256: " + wanted.error().detail);
    if (!there) return fail(ErrorCode::kMalformed, file + ": there is no state with a SHA-256");
    const Digest is = chain::sha256(opened->file->bytes());
    if (is != *wanted)
      return fail(ErrorCode::kMalformed,
                  file + " has the SHA-256 " + chain::hex(is) +
                      " and not that of --state-sha256: it was changed, or a "
                      "later run replaced it");
  }
  // It says what sealed payloads say.
  opened->state.keep = [file](BytesView bytes) {
    return verify::write_durably(file, as_text(bytes), 0600);
  };
  return KeptState(std::move(opened));
}

verify::PolicyCheck KeptState::check() const {
  if (opened_ == nullptr) return check_policy;
  return [opened = opened_.get()](const verify::PolicyWalk& walk, verify::LevelReport& report) {
    return check_policy_from(opened->state, walk, report);
  };
}

}  // namespace alpr::policy_level
