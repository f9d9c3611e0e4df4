#include "api/epoch_token.h"

#include "api/passphrase.h"

namespace alpr::api {

Result<store::EpochToken> epoch_token(const EpochTokenChoice& choice) {
  if (!choice.label || choice.label->empty() || !choice.module || choice.module->empty()) {
    return fail(ErrorCode::kMalformed,
                "an epoch secret on a token takes the token's label and its PKCS#11 module");
  }
  if (choice.pin_file.has_value() != choice.pin_command.empty()) {
    return fail(ErrorCode::kMalformed,
                "the PIN of the token comes from one place: a file or a command");
  }
  return store::EpochToken{
      *choice.module, *choice.label,
      choice.pin_file ? secret_in_file(*choice.pin_file) : secret_of_command(choice.pin_command)};
}

}  // namespace alpr::api
