// Where SoftHSM is, which stands for a PKCS#11 token in tests.
#pragma once

#include <filesystem>

namespace alpr::store {

// Empty where SoftHSM is not installed.
inline std::filesystem::path soft_token_module() {
  for (const char* path :
       {"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
        "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"}) {
    if (std::filesystem::exists(path)) return path;
  }
  return {};
}

}  // namespace alpr::store
