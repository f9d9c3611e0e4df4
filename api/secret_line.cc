#include "api/secret_line.h"

#include <fmt/format.h>

#include "ledger/store/files.h"

namespace alpr::api {

Result<SecretLine> SecretLine::read(const std::filesystem::path& file, std::size_t min) {
  auto bytes = store::read_secret_file(file, kSecretLineMax);
  if (!bytes) return tl::unexpected(bytes.error());
  SecretLine line(std::move(*bytes));
  while (!line.bytes_.empty() && (line.bytes_.back() == '\n' || line.bytes_.back() == '\r'))
    line.bytes_.pop_back();
  if (line.bytes_.size() < min)
    return fail(ErrorCode::kMalformed,
                fmt::format("{}: expected at least {} bytes", file.string(), min));
  return line;
}

}  // namespace alpr::api
