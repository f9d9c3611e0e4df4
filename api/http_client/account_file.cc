#include "api/http_client/account_file.h"

#include <sys/stat.h>

#include <fstream>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/keys.h"

namespace alpr::api {

Result<std::string> read_account_file(const std::filesystem::path& path) {
  constexpr std::size_t kBytesMax = 4096;
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0)
    return fail(ErrorCode::kNotFound, "there is no credentials file " + path.string());
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail(ErrorCode::kRefused, path.string() + " is open to group or others (chmod 600)");
  std::ifstream file(path, std::ios::binary);
  std::string text(kBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  while (text.ends_with('\n')) text.pop_back();
  const auto json = chain::parse_canonical(text);
  const bool good = json && json->object() != nullptr && json->object()->size() == 2 &&
                    json->member("username") != nullptr && json->member("password") != nullptr;
  if (!good) {
    chain::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    return fail(ErrorCode::kMalformed,
                path.string() + R"( is not {"username":"...","password":"..."} without spaces)");
  }
  return text;
}

}  // namespace alpr::api
