#include "ledger/store/pkcs11.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <p11-kit/pkcs11.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>

namespace alpr::store {
namespace {

constexpr CK_ULONG kSlotsMax = 256;
constexpr std::size_t kKeysMax = 64;
constexpr CK_ULONG kLabelMax = 256;
constexpr CK_ULONG kKeyBytes = 32;
constexpr std::string_view kFixedText = "plateledger epoch secret, form 1";
static_assert(kFixedText.size() == kKeyBytes);

// What an operator can do about it; nothing for what only a manual can explain.
std::string_view advice(CK_RV answer) {
  switch (answer) {
    case CKR_PIN_INCORRECT:
    case CKR_PIN_INVALID:
    case CKR_PIN_LEN_RANGE:
      return "the token refused the PIN: correct the file or command that gives it";
    case CKR_PIN_EXPIRED:
      return "the PIN has expired: set a new one with the token's own tool";
    case CKR_PIN_LOCKED:
      return "the PIN is locked: its security officer unlocks it with the token's own tool";
    case CKR_USER_PIN_NOT_INITIALIZED:
      return "the token has no user PIN yet: set one with its own tool";
    case CKR_TOKEN_NOT_PRESENT:
    case CKR_TOKEN_NOT_RECOGNIZED:
    case CKR_DEVICE_REMOVED:
      return "the token is not there: put it back, or reach it again";
    case CKR_DEVICE_ERROR:
    case CKR_FUNCTION_FAILED:
    case CKR_GENERAL_ERROR:
      return "the token, or its module, has a fault: see its own log";
    case CKR_DEVICE_MEMORY:
    case CKR_HOST_MEMORY:
      return "the token or this machine is out of memory";
    case CKR_TOKEN_WRITE_PROTECTED:
    case CKR_SESSION_READ_ONLY:
      return "the token takes no new keys: it is write-protected";
    case CKR_MECHANISM_INVALID:
    case CKR_MECHANISM_PARAM_INVALID:
    case CKR_FUNCTION_NOT_SUPPORTED:
    case CKR_TEMPLATE_INCONSISTENT:
    case CKR_ATTRIBUTE_VALUE_INVALID:
    case CKR_ATTRIBUTE_TYPE_INVALID:
      return "the token cannot do this: it must make and use AES-256 keys (CKM_AES_KEY_GEN, "
             "CKM_AES_CBC)";
    case CKR_ACTION_PROHIBITED:
      return "the token's policy forbids it";
    default:
      return "";
  }
}

Error refused(std::string_view call, CK_RV answer) {
  const bool pin =
      answer == CKR_PIN_INCORRECT || answer == CKR_PIN_INVALID || answer == CKR_PIN_LEN_RANGE;
  const bool locked = answer == CKR_PIN_LOCKED;
  std::string detail = fmt::format("{} answered {:#x}", call, answer);
  if (const auto text = advice(answer); !text.empty()) detail.append(": ").append(text);
  return {pin      ? ErrorCode::kUnauthenticated
          : locked ? ErrorCode::kRefused
                   : ErrorCode::kIo,
          std::move(detail)};
}

Result<void> outcome(std::string_view call, CK_RV answer) {
  if (answer == CKR_OK) return {};
  return tl::unexpected(refused(call, answer));
}

template <typename T>
CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, T& value) {
  return {type, &value, sizeof(value)};
}
CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, const void* from, std::size_t size) {
  return {type, const_cast<void*>(from),
          static_cast<CK_ULONG>(size)};  // read only, by the standard
}

// PKCS#11 keeps its state by process, not by caller.
std::mutex& one_visit() {
  static std::mutex only;
  return only;
}

std::string_view label_of(const CK_TOKEN_INFO& info) {
  const std::string_view all(reinterpret_cast<const char*>(info.label), sizeof(info.label));
  const auto end = all.find_last_not_of(' ');
  return all.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

}  // namespace

struct TokenVisit::Impl {
  std::unique_lock<std::mutex> alone{one_visit()};
  void* library = nullptr;
  CK_FUNCTION_LIST* token = nullptr;
  std::optional<CK_SESSION_HANDLE> session;

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  // What these answer changes nothing any more.
  ~Impl() {
    if (session) {
      token->C_Logout(*session);
      token->C_CloseSession(*session);
    }
    if (token != nullptr) token->C_Finalize(nullptr);
    if (library != nullptr) ::dlclose(library);
  }

  Result<void> load(const std::filesystem::path& module) {
    // A module may leave threads behind, so its code stays.
    library = ::dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) {
      const char* const why = ::dlerror();
      return fail(ErrorCode::kNotFound, fmt::format("the module does not load: {}",
                                                    why == nullptr ? "no reason given" : why));
    }
    auto* const entry =
        reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
    if (entry == nullptr)
      return fail(ErrorCode::kNotFound, "the module has no C_GetFunctionList: not PKCS#11");
    if (auto done = outcome("C_GetFunctionList", entry(&token)); !done) return done;
    CK_C_INITIALIZE_ARGS arguments{};
    arguments.flags = CKF_OS_LOCKING_OK;
    // This process uses the module nowhere else: what is up already, a failed visit left.
    CK_RV answer = token->C_Initialize(&arguments);
    if (answer == CKR_CRYPTOKI_ALREADY_INITIALIZED) {
      token->C_Finalize(nullptr);
      answer = token->C_Initialize(&arguments);
    }
    return outcome("C_Initialize", answer);
  }

  // The one slot whose token has the label.
  Result<CK_SLOT_ID> find_slot(std::string_view label) const {
    std::array<CK_SLOT_ID, kSlotsMax> slots{};
    CK_ULONG count = slots.size();
    if (auto done = outcome("C_GetSlotList", token->C_GetSlotList(CK_TRUE, slots.data(), &count));
        !done)
      return tl::unexpected(done.error());
    std::optional<CK_SLOT_ID> found;
    for (CK_ULONG i = 0; i < std::min(count, kSlotsMax); ++i) {
      CK_TOKEN_INFO info{};
      if (token->C_GetTokenInfo(slots[i], &info) != CKR_OK) continue;  // not the one, or not there
      if ((info.flags & CKF_TOKEN_INITIALIZED) == 0 || label_of(info) != label) continue;
      if (found)
        return fail(ErrorCode::kConflict, "two tokens have this label: give one of them another");
      found = slots[i];
      if ((info.flags & CKF_USER_PIN_LOCKED) != 0)
        return tl::unexpected(refused("C_GetTokenInfo", CKR_PIN_LOCKED));
      if ((info.flags & CKF_USER_PIN_FINAL_TRY) != 0) {
        return fail(ErrorCode::kRefused,
                    "one try is left before the PIN is locked, and it was not used: log in once "
                    "with the token's own tool, then start again");
      }
    }
    if (!found)
      return fail(ErrorCode::kNotFound,
                  "no token of this label is there: put it in, or reach it, or correct the label");
    return *found;
  }

  Result<void> log_in(CK_SLOT_ID slot, BytesView pin) {
    CK_SESSION_HANDLE handle = 0;
    const CK_RV opened =
        token->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &handle);
    if (auto done = outcome("C_OpenSession", opened); !done) return done;
    session = handle;
    // The interface takes a pointer that is not const; nothing is written through it.
    auto* const text = const_cast<std::uint8_t*>(pin.data());
    const CK_RV answer = token->C_Login(handle, CKU_USER, text, pin.size());
    if (answer == CKR_USER_ALREADY_LOGGED_IN) return {};
    return outcome("C_Login", answer);
  }

  Result<TokenVisit::Key> described(CK_OBJECT_HANDLE handle) const {
    std::array<char, kLabelMax> text{};
    CK_BBOOL sensitive = CK_FALSE, extractable = CK_TRUE;
    std::array wanted{attribute(CKA_LABEL, text), attribute(CKA_SENSITIVE, sensitive),
                      attribute(CKA_EXTRACTABLE, extractable)};
    const CK_RV answer = token->C_GetAttributeValue(*session, handle, wanted.data(), wanted.size());
    if (auto done = outcome("C_GetAttributeValue", answer); !done)
      return tl::unexpected(done.error());
    return Key{handle, std::string(text.data(), wanted[0].ulValueLen),
               sensitive == CK_TRUE && extractable == CK_FALSE};
  }
};

TokenVisit::TokenVisit(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TokenVisit::~TokenVisit() = default;

Result<std::unique_ptr<TokenVisit>> TokenVisit::open(const std::filesystem::path& module,
                                                     std::string_view label, BytesView pin) {
  auto impl = std::make_unique<Impl>();
  auto done = impl->load(module);
  if (done) {
    const auto slot = impl->find_slot(label);
    done = slot ? impl->log_in(*slot, pin) : tl::unexpected(slot.error());
  }
  if (done) return std::unique_ptr<TokenVisit>(new TokenVisit(std::move(impl)));
  return fail(done.error().code,
              fmt::format("token '{}' ({}): {}", label, module.string(), done.error().detail));
}

Result<std::vector<TokenVisit::Key>> TokenVisit::keys(BytesView id) const {
  CK_OBJECT_CLASS secret_key = CKO_SECRET_KEY;
  std::array wanted{attribute(CKA_CLASS, secret_key), attribute(CKA_ID, id.data(), id.size())};
  CK_FUNCTION_LIST& token = *impl_->token;
  const CK_SESSION_HANDLE session = *impl_->session;
  if (auto begun = outcome("C_FindObjectsInit",
                           token.C_FindObjectsInit(session, wanted.data(), wanted.size()));
      !begun)
    return tl::unexpected(begun.error());
  std::array<CK_OBJECT_HANDLE, kKeysMax + 1> handles{};
  CK_ULONG count = 0, more = 1;
  Result<void> found;
  while (found && more > 0 && count < handles.size()) {  // a module may give them piecemeal
    more = 0;
    found = outcome("C_FindObjects", token.C_FindObjects(session, handles.data() + count,
                                                         handles.size() - count, &more));
    count += more;
  }
  const auto ended = outcome("C_FindObjectsFinal", token.C_FindObjectsFinal(session));
  if (found) found = ended;
  if (!found) return tl::unexpected(found.error());
  if (count > kKeysMax) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("the token has over {} keys of this ledger", kKeysMax));
  }
  std::vector<Key> out;
  for (CK_ULONG i = 0; i < count; ++i) {
    auto key = impl_->described(handles[i]);
    if (!key) return tl::unexpected(key.error());
    out.push_back(std::move(*key));
  }
  return out;
}

Result<TokenVisit::Key> TokenVisit::make_key(BytesView id, const std::string& label) const {
  CK_MECHANISM how{CKM_AES_KEY_GEN, nullptr, 0};
  CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
  CK_ULONG size = kKeyBytes;
  std::array wanted{attribute(CKA_TOKEN, yes),
                    attribute(CKA_PRIVATE, yes),
                    attribute(CKA_SENSITIVE, yes),
                    attribute(CKA_EXTRACTABLE, no),
                    attribute(CKA_ENCRYPT, yes),
                    attribute(CKA_DECRYPT, no),
                    attribute(CKA_WRAP, no),
                    attribute(CKA_UNWRAP, no),
                    attribute(CKA_VALUE_LEN, size),
                    attribute(CKA_LABEL, label.data(), label.size()),
                    attribute(CKA_ID, id.data(), id.size())};
  CK_OBJECT_HANDLE handle = 0;
  const CK_RV answer =
      impl_->token->C_GenerateKey(*impl_->session, &how, wanted.data(), wanted.size(), &handle);
  if (auto done = outcome("C_GenerateKey", answer); !done) return tl::unexpected(done.error());
  auto made = impl_->described(handle);
  if (made && !made->stays) {
    static_cast<void>(destroy(*made));
    return fail(ErrorCode::kCorrupt,
                "the token made a key that can be read out of it, against what it was asked for");
  }
  return made;
}

Result<SecretKey> TokenVisit::secret_of(const Key& key) const {
  std::array<std::uint8_t, 16> vector{};
  CK_MECHANISM how{CKM_AES_CBC, vector.data(), vector.size()};
  CK_FUNCTION_LIST& token = *impl_->token;
  if (auto begun = outcome("C_EncryptInit", token.C_EncryptInit(*impl_->session, &how, key.handle));
      !begun)
    return tl::unexpected(begun.error());
  std::array<std::uint8_t, kKeyBytes> text{};
  std::copy(kFixedText.begin(), kFixedText.end(), text.begin());
  SecretKey secret;
  CK_ULONG size = secret.bytes.size();
  const CK_RV answer =
      token.C_Encrypt(*impl_->session, text.data(), text.size(), secret.bytes.data(), &size);
  if (auto done = outcome("C_Encrypt", answer); !done) return tl::unexpected(done.error());
  if (size != kKeyBytes) {
    return fail(ErrorCode::kIo,
                fmt::format("C_Encrypt gave {} bytes instead of {}", size, kKeyBytes));
  }
  return secret;
}

Result<void> TokenVisit::destroy(const Key& key) const {
  return outcome("C_DestroyObject", impl_->token->C_DestroyObject(*impl_->session, key.handle));
}

}  // namespace alpr::store
