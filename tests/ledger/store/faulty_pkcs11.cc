// A PKCS#11 module that is SoftHSM, but for the call that a test lets go wrong (faulty_pkcs11.h).
#include "tests/ledger/store/faulty_pkcs11.h"

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <unistd.h>

#include <vector>

#include "tests/ledger/store/soft_token_module.h"

using alpr::store::FaultyToken;
using alpr::store::TokenFault;

extern "C" __attribute__((visibility("default"))) FaultyToken faulty_token;
FaultyToken faulty_token;

namespace {

CK_FUNCTION_LIST* real = nullptr;
CK_FUNCTION_LIST ours;

template <typename Call>
CK_RV passed_on(const Call& call) {
  FaultyToken& state = faulty_token;
  char byte = 0;
  if (state.reached >= 0 && ::write(state.reached, &byte, 1) == 1 &&
      ::read(state.go_on, &byte, 1) < 0)
    return CKR_GENERAL_ERROR;
  ++state.count;
  const bool now = state.at != 0 && state.count == state.at;
  const bool after = state.at != 0 && state.count > state.at;
  if (now && state.fault == TokenFault::kExitBefore) ::_exit(0);
  if ((now || after) && state.fault == TokenFault::kRemoved) return CKR_DEVICE_REMOVED;
  const CK_RV answer = call();
  if (now && state.fault == TokenFault::kExitAfter) ::_exit(0);
  return now && state.fault == TokenFault::kAnswerLost ? CKR_DEVICE_ERROR : answer;
}

// The list's function `member`, counted.
template <auto member>
struct Counted;
template <typename... Arguments, CK_RV (*CK_FUNCTION_LIST::*member)(Arguments...)>
struct Counted<member> {
  static CK_RV call(Arguments... arguments) {
    return passed_on([&] { return (real->*member)(arguments...); });
  }
  static void install() { ours.*member = call; }
};

CK_RV log_in(CK_SESSION_HANDLE session, CK_USER_TYPE user, unsigned char* pin, CK_ULONG size) {
  ++faulty_token.logins;
  return passed_on([&] { return real->C_Login(session, user, pin, size); });
}

CK_RV generate(CK_SESSION_HANDLE session, CK_MECHANISM* how, CK_ATTRIBUTE* wanted, CK_ULONG count,
               CK_OBJECT_HANDLE* key) {
  std::vector<CK_ATTRIBUTE> changed(wanted, wanted + count);
  CK_BBOOL yes = CK_TRUE;
  for (CK_ATTRIBUTE& each : changed) {
    if (faulty_token.fault == TokenFault::kMakesReadable && each.type == CKA_EXTRACTABLE)
      each.pValue = &yes;
  }
  return passed_on([&] { return real->C_GenerateKey(session, how, changed.data(), count, key); });
}

CK_RV destroy(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key) {
  if (faulty_token.fault == TokenFault::kDestroysNothing) return CKR_OK;
  return passed_on([&] { return real->C_DestroyObject(session, key); });
}

}  // namespace

extern "C" __attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST** list) {
  if (real == nullptr) {
    void* const module = ::dlopen(alpr::store::soft_token_module().c_str(), RTLD_NOW | RTLD_LOCAL);
    if (module == nullptr) return CKR_GENERAL_ERROR;
    auto* const entry =
        reinterpret_cast<CK_C_GetFunctionList>(::dlsym(module, "C_GetFunctionList"));
    if (entry == nullptr || entry(&real) != CKR_OK) return CKR_GENERAL_ERROR;
    ours = *real;
    Counted<&CK_FUNCTION_LIST::C_Initialize>::install();
    Counted<&CK_FUNCTION_LIST::C_GetSlotList>::install();
    Counted<&CK_FUNCTION_LIST::C_OpenSession>::install();
    Counted<&CK_FUNCTION_LIST::C_FindObjectsInit>::install();
    Counted<&CK_FUNCTION_LIST::C_FindObjects>::install();
    Counted<&CK_FUNCTION_LIST::C_FindObjectsFinal>::install();
    Counted<&CK_FUNCTION_LIST::C_GetAttributeValue>::install();
    Counted<&CK_FUNCTION_LIST::C_EncryptInit>::install();
    Counted<&CK_FUNCTION_LIST::C_Encrypt>::install();
    ours.C_Login = log_in;
    ours.C_GenerateKey = generate;
    ours.C_DestroyObject = destroy;
  }
  *list = &ours;
  return CKR_OK;
}
