// A bundle: a log in one file, written and read front to back. Everything a verifier of the levels
// chain and erasure needs, and nothing that has to be erased later. Pure; any thread.
// Source: docs/event-format.md, section 9.
//
//   start:  "PLEB" || be16 version = 1 || u8 flags || be16 length, origin || be64 from, and where
//           from is not 0: the roots of the perfect subtrees of the tree of size `from`, largest
//           first, one for each set bit; be16 n, then n earlier events in order of seq, each an
//           event record (without its tag) || u8 length of path || its inclusion path in that tree
//   then    'E' || header[96] || be32 length, payload row    an event; length 0: no payload
//           'C' || be32 length, signed note       the kept checkpoint of the events so far
//   end:    'Z' || be64 size                      the log's size; nothing follows
//
// Flag 1: the payload rows have their boxes. Without it they are cut before the box.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/header.h"
#include "ledger/chain/types.h"

namespace alpr::chain {

inline constexpr std::uint16_t kBundleVersion = 1;
inline constexpr std::size_t kBundlePayloadMax = std::size_t{64} << 20;  // bytes of a payload row
inline constexpr std::size_t kBundleOriginMax = 1'024;

// An event before the first one of a partial bundle.
struct EarlierEvent {
  HeaderBytes header{};
  Bytes payload;  // as a payload row; empty: none
  std::vector<Digest> path;
};

struct BundleStart {
  bool boxes = false;  // sealed boxes are in it
  std::string origin;
  std::uint64_t from = 0;             // the first seq
  std::vector<Digest> roots;          // of the perfect subtrees before it
  std::vector<EarlierEvent> earlier;  // genesis, rotations and the last one before it
};

// One record. What is not of its sort is empty.
struct BundleRecord {
  enum class Sort : std::uint8_t { kEvent = 'E', kCheckpoint = 'C', kEnd = 'Z' };
  Sort sort = Sort::kEnd;
  BytesView header;        // kEvent: 96 bytes, not decoded
  BytesView payload;       // kEvent
  BytesView note;          // kCheckpoint
  std::uint64_t size = 0;  // kEnd
};

// The seq that header bytes name, decodable or not: it is the event's place in a bundle.
std::uint64_t seq_in(BytesView header);

void put_bundle_start(Bytes& out, const BundleStart& start);
void put_bundle_event(Bytes& out, BytesView header, BytesView payload);
void put_bundle_checkpoint(Bytes& out, BytesView note);
void put_bundle_end(Bytes& out, std::uint64_t size);

// Each takes what it reads off the front. kMalformed; kWrongVersion for another version of the
// format. take_bundle_record gives nullopt where there are no more bytes: the file was cut off, for
// a whole one ends with its end record.
Result<BundleStart> take_bundle_start(BytesView& rest);
Result<std::optional<BundleRecord>> take_bundle_record(BytesView& rest);
bool looks_like_bundle(BytesView bytes);  // begins with "PLEB"

}  // namespace alpr::chain
