#include "ledger/verify/witness/state_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/witness_request.h"
#include "ledger/verify/durable_file.h"

namespace alpr::witness {
namespace {

namespace fs = std::filesystem;

Result<void> refuse_readable_by_others(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0)
    return tl::unexpected(verify::system_error("look at", path, errno));
  if ((status.st_mode & 077) == 0) return {};
  return fail(ErrorCode::kIo, path.string() + " can be read by others: chmod 600 it");
}

Result<WitnessKey> read_key(const fs::path& path) {
  if (auto closed = refuse_readable_by_others(path); !closed) return tl::unexpected(closed.error());
  auto text = verify::read_text(path);
  if (!text) return tl::unexpected(text.error());
  const std::size_t line = text->find('\n');
  const std::string_view whole(*text);
  const auto corrupt = [&] {
    return fail(ErrorCode::kCorrupt, path.string() + " is no witness's key");
  };
  if (line == std::string::npos || !whole.ends_with('\n') ||
      !chain::valid_key_name(whole.substr(0, line)))
    return corrupt();
  auto seed = chain::parse_digest_hex(whole.substr(line + 1, whole.size() - line - 2));
  if (!seed) return corrupt();
  WitnessKey key{std::string(whole.substr(0, line)), chain::SigningKey::from_seed(*seed)};
  chain::wipe(*seed);
  chain::wipe({reinterpret_cast<std::uint8_t*>(text->data()), text->size()});
  return key;
}

std::string_view prefix_of(Evidence kind) {
  return kind == Evidence::kProof ? "proof-" : "unproven-";
}

Result<chain::WitnessPolicy> parse_logs(std::string_view text) {
  return chain::WitnessPolicy::parse(std::string(text) + "\nquorum none\n");
}

}  // namespace

Result<chain::VerifierKey> StateFolder::create(const fs::path& folder, const std::string& name,
                                               const std::vector<std::string>& log_lines) {
  if (!chain::valid_key_name(name))
    return fail(ErrorCode::kMalformed,
                "a witness's name is like a URL, without scheme, spaces or +");
  std::string logs = "# The logs that this witness cosigns: log VKEY [URL]\n";
  for (const std::string& line : log_lines) logs += "log " + line + "\n";
  if (auto parsed = parse_logs(logs); !parsed) return tl::unexpected(parsed.error());
  if (fs::exists(folder / "key"))
    return fail(ErrorCode::kConflict, (folder / "key").string() + " is there already");
  for (const fs::path& made : {folder, folder / "origins", folder / "evidence"})
    if (auto ready = verify::make_durable_folder(made); !ready)
      return tl::unexpected(ready.error());
  if (auto written = verify::write_durably(folder / "logs", logs, 0600); !written)
    return tl::unexpected(written.error());
  Digest seed;
  chain::random_bytes(seed);
  const WitnessKey key{name, chain::SigningKey::from_seed(seed)};
  std::string text = name + "\n" + chain::hex(seed) + "\n";
  chain::wipe(seed);
  const auto written = verify::write_durably(folder / "key", text, 0600);
  chain::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  if (!written) return tl::unexpected(written.error());
  return key.vkey();
}

Result<StateFolder> StateFolder::open(const fs::path& folder) {
  if (!fs::exists(folder / "key"))
    return fail(ErrorCode::kNotFound,
                folder.string() + " is no witness's folder: make one with `witness init`");
  const fs::path lock_path = folder / "lock";
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0) return tl::unexpected(verify::system_error("open", lock_path, errno));
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock);
    return fail(ErrorCode::kLocked, folder.string() + " is in use by another process");
  }
  auto key = read_key(folder / "key");
  const auto text = verify::read_text(folder / "logs");
  auto logs = text ? parse_logs(*text) : tl::unexpected(text.error());
  if (!key || !logs) {
    ::close(lock);
    if (!key) return tl::unexpected(key.error());
    return fail(ErrorCode::kCorrupt, (folder / "logs").string() + ": " + logs.error().detail);
  }
  return StateFolder(folder, lock, std::move(*key), std::move(*logs));
}

StateFolder::StateFolder(StateFolder&& other) noexcept
    : folder_(std::move(other.folder_)),
      lock_(std::exchange(other.lock_, -1)),
      key_(std::move(other.key_)),
      logs_(std::move(other.logs_)) {}

StateFolder::~StateFolder() {
  if (lock_ >= 0) ::close(lock_);
}

Result<std::optional<std::string>> StateFolder::latest(std::string_view origin) const {
  const fs::path path = folder_ / "origins" / chain::origin_name(origin);
  auto text = verify::read_text(path);
  if (!text && text.error().code == ErrorCode::kNotFound) return std::nullopt;
  if (!text) return tl::unexpected(text.error());
  const auto note = chain::parse_note(*text);
  const auto checkpoint =
      note ? chain::parse_checkpoint_text(note->text) : tl::unexpected(note.error());
  const bool ours = checkpoint && checkpoint->origin == origin &&
                    chain::verify_note(*note, {key_.vkey()}).has_value();
  if (!ours)
    return fail(ErrorCode::kCorrupt,
                path.string() +
                    " does not bear this witness's cosignature: it cannot tell what "
                    "it signed; begin a new witness with another key");
  return std::move(*text);
}

Result<void> StateFolder::store(std::string_view origin, std::string_view note) {
  return verify::write_durably(folder_ / "origins" / chain::origin_name(origin), note, 0600);
}

Result<bool> StateFolder::keep_evidence(Evidence kind, std::string_view text) {
  const fs::path path = folder_ / "evidence" /
                        (std::string(prefix_of(kind)) + chain::hex(chain::sha256(as_bytes(text))));
  if (fs::exists(path)) return true;
  const auto count = evidence_count(kind);
  if (!count) return tl::unexpected(count.error());
  if (*count >= kEvidenceMax) return false;
  if (auto written = verify::write_durably(path, text, 0600); !written)
    return tl::unexpected(written.error());
  return true;
}

Result<std::size_t> StateFolder::evidence_count(Evidence kind) const {
  std::error_code error;
  const fs::path path = folder_ / "evidence";
  std::size_t count = 0;
  for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error))
    count += at->path().filename().string().starts_with(prefix_of(kind)) ? 1 : 0;
  if (error) return tl::unexpected(verify::system_error("list", path, error.value()));
  return count;
}

}  // namespace alpr::witness
