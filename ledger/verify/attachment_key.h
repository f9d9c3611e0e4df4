// The Commission's own key, which the sealed attachments of the annual report are sealed to
// (I12-C2B-8): a file with the secret, 64 hexadecimal digits and a line feed. Any thread.
#pragma once

#include <string>

#include "ledger/chain/box_key.h"

namespace alpr::verify {

// A new key; its secret goes into a new file that only its owner reads. kIo: there is a file
// already, or it cannot be written.
Result<chain::BoxPublicKey> make_attachment_key(const std::string& path);

// The key of such a file's text. kMalformed. The text is the caller's to wipe.
Result<chain::BoxKey> read_attachment_key(BytesView text);

}  // namespace alpr::verify
