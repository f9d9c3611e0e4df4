// master.kdf, 45 bytes, integers big-endian: "PLKD1", be32 passes, be64 bytes of memory, salt[16],
// and the first 12 bytes of the SHA-256 of those before, so that a damaged salt is not taken for a
// wrong passphrase. It is no secret.
#include "ledger/store/master_key.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <memory>

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/store/command_output.h"
#include "ledger/store/files.h"
#include "ledger/store/keyring.h"
#include "ledger/store/sealed_box.h"

namespace alpr::store {
namespace {

constexpr std::string_view kKdfMagic = "PLKD1";
constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kCheckSize = 12;
constexpr std::size_t kKdfSize = 5 + 4 + 8 + kSaltSize + kCheckSize;
constexpr std::size_t kSmallFileMax = 4096;
// Beyond these a file would make the server hash for hours or take all memory before it says no.
constexpr std::uint32_t kPassesMax = 1000;
constexpr std::uint64_t kMemoryMax = 16ULL << 30;

static_assert(kSaltSize == crypto_pwhash_SALTBYTES);

Bytes encode_kdf(const PassphraseCost& cost, BytesView salt) {
  Bytes file(kKdfMagic.begin(), kKdfMagic.end());
  chain::put_be32(file, cost.passes);
  chain::put_be64(file, cost.memory_bytes);
  file.insert(file.end(), salt.begin(), salt.end());
  const Digest check = chain::sha256(file);
  file.insert(file.end(), check.begin(), check.begin() + kCheckSize);
  return file;
}

Result<PassphraseCost> decode_cost(BytesView file) {
  if (file.size() != kKdfSize || as_text(file.first(kKdfMagic.size())) != kKdfMagic) {
    return fail(ErrorCode::kCorrupt, "not a file of salt and cost: other size or magic");
  }
  const Digest check = chain::sha256(file.first(kKdfSize - kCheckSize));
  if (!std::equal(check.begin(), check.begin() + kCheckSize, file.end() - kCheckSize)) {
    return fail(ErrorCode::kCorrupt, "salt and cost of the passphrase are damaged");
  }
  const PassphraseCost cost{chain::get_be32(file.data() + 5), chain::get_be64(file.data() + 9)};
  if (cost.passes < crypto_pwhash_OPSLIMIT_MIN || cost.passes > kPassesMax ||
      cost.memory_bytes < crypto_pwhash_MEMLIMIT_MIN || cost.memory_bytes > kMemoryMax) {
    return fail(ErrorCode::kCorrupt, "a cost of the passphrase that nobody would have chosen");
  }
  return cost;
}

// One line feed at the end is the editor's, not the passphrase's.
Result<void> ask(const MasterKeySource& source, WipedBytes& into) {
  auto given = source.passphrase();
  if (!given) return tl::unexpected(given.error());
  into.value = std::move(*given);
  if (!into.value.empty() && into.value.back() == '\n') into.value.pop_back();
  if (into.value.empty()) return fail(ErrorCode::kMalformed, "the passphrase is empty");
  if (into.value.size() > kPassphraseBytesMax) {
    return fail(ErrorCode::kMalformed,
                fmt::format("a passphrase has at most {} bytes", kPassphraseBytesMax));
  }
  return {};
}

Result<SecretKey> argon2id(BytesView passphrase, const PassphraseCost& cost, BytesView salt) {
  SecretKey key;
  const int done = crypto_pwhash(
      key.bytes.data(), key.bytes.size(), reinterpret_cast<const char*>(passphrase.data()),
      passphrase.size(), salt.data(), cost.passes, cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13);
  if (done == 0) return key;
  return fail(ErrorCode::kIo, fmt::format("stretching the passphrase takes {} MiB, which are not "
                                          "to be had",
                                          cost.memory_bytes >> 20));
}

Result<SecretKey> key_of_command(const MasterKeySource& source) {
  auto output = command_output(source.command);
  if (!output) return tl::unexpected(output.error());
  const WipedBytes wiped(std::move(*output));
  std::string_view digits = as_text(wiped.value);
  if (digits.ends_with('\n')) digits.remove_suffix(1);
  auto bytes = chain::parse_hex(digits);
  if (!bytes || bytes->size() != 32) {
    return fail(ErrorCode::kMalformed,
                fmt::format("{} did not print a key: 64 digits of lower-case hex and nothing else",
                            source.command.front()));
  }
  const WipedBytes raw(std::move(*bytes));
  SecretKey key;
  std::copy(raw.value.begin(), raw.value.end(), key.bytes.begin());
  return key;
}

Result<SecretKey> key_of_file(const std::filesystem::path& file) {
  auto bytes = read_secret_file(file, kSmallFileMax);
  if (!bytes) return tl::unexpected(bytes.error());
  const WipedBytes wiped(std::move(*bytes));
  SecretKey key;
  if (wiped.value.size() != key.bytes.size()) {
    return fail(ErrorCode::kCorrupt, fmt::format("{} does not have 32 bytes", file.string()));
  }
  std::copy(wiped.value.begin(), wiped.value.end(), key.bytes.begin());
  return key;
}

}  // namespace

std::string_view to_text(MasterKind kind) {
  switch (kind) {
    case MasterKind::kFile:
      return "file";
    case MasterKind::kPassphrase:
      return "passphrase";
    case MasterKind::kCommand:
      return "command";
  }
  return "file";
}

MasterKind MasterKeySource::kind() const {
  if (passphrase) return MasterKind::kPassphrase;
  return command.empty() ? MasterKind::kFile : MasterKind::kCommand;
}

MasterKeySource asked_once(MasterKeySource source) {
  if (!source.passphrase) return source;
  auto given = std::make_shared<std::optional<WipedBytes>>();
  source.passphrase = [ask = source.passphrase, given]() -> Result<Bytes> {
    if (!*given) {
      auto answer = ask();
      if (!answer) return answer;
      given->emplace(std::move(*answer));
    }
    return (*given)->value;
  };
  return source;
}

Result<NewMasterKey> new_master_key(const MasterKeySource& source) {
  NewMasterKey made;
  made.kind = source.kind();
  if (made.kind == MasterKind::kFile) {
    made.key = random_key();
    made.file.assign(made.key.bytes.begin(), made.key.bytes.end());
    return made;
  }
  if (made.kind == MasterKind::kCommand) {
    auto key = key_of_command(source);
    if (!key) return tl::unexpected(key.error());
    made.key = *key;
    return made;
  }
  WipedBytes passphrase;
  if (const auto given = ask(source, passphrase); !given) return tl::unexpected(given.error());
  if (passphrase.value.size() < kPassphraseBytesMin) {
    return fail(ErrorCode::kMalformed,
                fmt::format("a passphrase for all keys has at least {} bytes: several words",
                            kPassphraseBytesMin));
  }
  std::array<std::uint8_t, kSaltSize> salt{};
  chain::random_bytes(salt);
  auto key = argon2id(passphrase.value, source.cost, salt);
  if (!key) return tl::unexpected(key.error());
  made.key = *key;
  made.file = encode_kdf(source.cost, salt);
  return made;
}

Result<SecretKey> stretch(const MasterKeySource& source, BytesView kdf_file) {
  const auto cost = decode_cost(kdf_file);
  if (!cost) return tl::unexpected(cost.error());
  WipedBytes passphrase;
  if (const auto given = ask(source, passphrase); !given) return tl::unexpected(given.error());
  return argon2id(passphrase.value, *cost, kdf_file.subspan(17, kSaltSize));
}

Result<SecretKey> read_master_key(const MasterKeySource& source, const MasterPaths& paths) {
  if (source.kind() == MasterKind::kCommand) return key_of_command(source);
  if (source.kind() == MasterKind::kFile) {
    auto key = key_of_file(paths.key);
    const bool absent = !key && key.error().code == ErrorCode::kNotFound;
    if (absent && std::filesystem::exists(paths.kdf)) {
      return fail(ErrorCode::kNotFound,
                  fmt::format("{} is there instead of {}: this keyring is opened with a "
                              "passphrase, so say where it comes from",
                              paths.kdf.string(), paths.key.string()));
    }
    if (absent) key.error().detail += " (or does the master key come from a command?)";
    return key;
  }
  const auto file = read_file(paths.kdf, kSmallFileMax);
  if (!file) {
    return fail(file.error().code,
                file.error().detail + ": this keyring is not opened with a passphrase");
  }
  return stretch(source, *file);
}

}  // namespace alpr::store
