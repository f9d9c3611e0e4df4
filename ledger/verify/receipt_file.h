// A receipt as a file: its JSON taken apart, nothing judged. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/header.h"
#include "ledger/chain/note.h"
#include "ledger/chain/types.h"

namespace alpr::verify {

// An event with the proof that it is in a tree that a checkpoint says it signed.
struct ProvenEvent {
  chain::HeaderBytes bytes{};
  chain::Header header;
  Bytes clear;  // member list; empty where none is shown
  chain::TlogProof proof;
  chain::Checkpoint checkpoint;  // of the proof; who signed it is not checked yet

  bool included() const;  // the path leads from the header at the proof's index to the root
};

struct DisclosedMember {
  std::uint64_t index = 0;
  std::string name;
  std::string value;
  Salt salt{};
  bool operator==(const DisclosedMember&) const = default;
};

struct ReceiptFile {
  std::string kind;
  ProvenEvent event;
  Digest leaf{};
  std::vector<DisclosedMember> disclosed;
  chain::VerifierKey vkey;
  std::vector<ProvenEvent> key_history;  // key.rotated events, oldest first
};

// kMalformed, kTooLarge. One line feed at the end is allowed.
Result<ReceiptFile> parse_receipt(std::string_view json);

}  // namespace alpr::verify
