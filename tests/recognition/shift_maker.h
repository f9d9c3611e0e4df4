// A log of one event that gave a vehicle its copy of the lists, made with the same functions as the
// server's: so that a reader's shift is tested without one.
#pragma once

#include <string>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/header.h"
#include "ledger/chain/merkle.h"
#include "ledger/chain/payload.h"
#include "recognition/credentials.h"
#include "recognition/upload/shift_answer.h"

namespace alpr::recognition {

struct MadeLog {
  std::string origin = "oakland.example/alpr";
  chain::SigningKey key = [] {
    chain::init_crypto();
    Digest seed{};
    seed.fill(1);
    return chain::SigningKey::from_seed(seed);
  }();
  std::uint16_t kind = kListsTakenKind;
  bool signs = true;  // false: the checkpoint is somebody else's

  chain::VerifierKey vkey() const { return {origin, chain::KeyType::kEd25519, key.public_key()}; }
  // The answer to a device that asked with this key.
  Bytes answer(const ShiftList& list, const chain::BoxPublicKey& to) const {
    const std::string text = write_shift_list(list).value();
    const chain::Members members = {
        {"device", "\"" + list.device + "\"", true},
        {"sha256", "\"" + chain::hex(chain::sha256(as_bytes(text))) + "\"", true}};
    const chain::PlainPayload payload = chain::lay_out_members(Salt{}, members);
    chain::Header header;
    header.kind = kind;
    header.time = list.made_at;
    header.commitment = payload.commitment;
    const chain::HeaderBytes bytes = chain::encode(header);
    const Digest leaf = chain::leaf_hash(bytes);
    const std::string note = chain::checkpoint_text({origin, 1, chain::root_of({leaf}), {}});
    Digest other{};
    other.fill(2);
    const chain::SigningKey stranger = chain::SigningKey::from_seed(other);
    chain::TlogProof proof;
    proof.checkpoint =
        chain::format_note({note, {chain::sign_note(note, origin, signs ? key : stranger)}});
    return encode_shift_answer(
        {Bytes(bytes.begin(), bytes.end()), payload.clear, chain::format_tlog_proof(proof)},
        chain::seal_to(to, as_bytes(text)).value());
  }
};

// SVS version 12, an hour old, with 7ABC123, and a custom entry for 8XYZ999.
inline ShiftList list_made_at(TimeUs now, const std::string& device) {
  ShiftList list;
  list.salt.fill(5);
  list.origin = "oakland.example/alpr";
  list.device = device;
  list.made_at = now;
  list.valid_until = {now.value + kShiftMaxUs};
  list.lists = {{Sequence{12}, "SVS", {now.value - 3600 * kSecondUs}, 1},
                {Sequence{15}, "CUSTOM_BOLO", {now.value - 60 * kSecondUs}, 1}};
  list.entries = {{"7ABC123", 0, 4, {}, "STOLEN \"VEHICLE\""},
                  {"8XYZ999", 1, 14, {now.value + 1800 * kSecondUs}, "BURGLARY"}};
  return list;
}

}  // namespace alpr::recognition
