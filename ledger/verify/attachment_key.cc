#include "ledger/verify/attachment_key.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "ledger/chain/encoding.h"
#include "ledger/chain/keys.h"

namespace alpr::verify {
namespace {

bool write_secret(const std::string& path, BytesView text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const bool written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file) == 0;
  return (::close(file) == 0) && written;
}

}  // namespace

Result<chain::BoxPublicKey> make_attachment_key(const std::string& path) {
  const chain::BoxKey key = chain::BoxKey::random();
  Digest secret = key.secret();
  std::string text = chain::hex(secret) + "\n";
  chain::wipe(secret);
  const bool written = write_secret(path, as_bytes(text));
  chain::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  if (!written) return fail(ErrorCode::kIo, path + " is there already, or cannot be written");
  return key.public_key();
}

Result<chain::BoxKey> read_attachment_key(BytesView text) {
  while (!text.empty() && text.back() == '\n') text = text.first(text.size() - 1);
  auto bytes = chain::parse_hex(as_text(text));
  Digest secret{};
  if (!bytes || bytes->size() != secret.size())
    return fail(ErrorCode::kMalformed, "it is not the file that `attachment-key` made");
  std::ranges::copy(*bytes, secret.begin());
  chain::wipe(*bytes);
  auto key = chain::BoxKey::from_secret(secret);
  chain::wipe(secret);
  return key;
}

}  // namespace alpr::verify
