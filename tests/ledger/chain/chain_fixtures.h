// Constants and slow references that the tests of ledger/chain share.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/keys.h"
#include "ledger/chain/merkle.h"
#include "ledger/chain/note.h"

namespace alpr::chain::fixtures {

inline Digest digest(std::string_view hex_text) { return parse_digest_hex(hex_text).value(); }
inline Bytes bytes(std::string_view hex_text) { return parse_hex(hex_text).value(); }
inline std::string text_of_all_codes(int first, int last) {
  std::string text;
  for (int code = first; code <= last; ++code) text.push_back(static_cast<char>(code));
  return text;
}

// A seed made of the 32 numbers from `first` on, as in the published vectors.
inline Digest counting(std::uint8_t first) {
  Digest out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(first + i);
  return out;
}

inline Digest random_digest(std::mt19937_64& random) {
  Digest out;
  for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
  return out;
}

inline Digest hash_leaf(BytesView data) {
  const std::uint8_t zero = 0;
  return sha256({BytesView(&zero, 1), data});
}

// RFC 6962 section 2.1 as it is written there: recursive, slow and plain.
inline Digest slow_root(const std::vector<Digest>& leaves, std::size_t begin, std::size_t end) {
  if (begin == end) return sha256(BytesView());
  if (end - begin == 1) return leaves[begin];
  std::size_t half = 1;
  while (half * 2 < end - begin) half *= 2;
  const Digest left = slow_root(leaves, begin, begin + half);
  const Digest right = slow_root(leaves, begin + half, end);
  const std::uint8_t one = 1;
  return sha256({BytesView(&one, 1), BytesView(left), BytesView(right)});
}

inline void slow_inclusion(const std::vector<Digest>& leaves, std::size_t index, std::size_t begin,
                           std::size_t end, std::vector<Digest>& path) {
  if (end - begin == 1) return;
  std::size_t half = 1;
  while (half * 2 < end - begin) half *= 2;
  const std::size_t middle = begin + half;
  if (index < middle) {
    slow_inclusion(leaves, index, begin, middle, path);
    path.push_back(slow_root(leaves, middle, end));
  } else {
    slow_inclusion(leaves, index, middle, end, path);
    path.push_back(slow_root(leaves, begin, middle));
  }
}

// SUBPROOF of RFC 6962 2.1.2; `known` is its flag.
inline void slow_consistency(const std::vector<Digest>& leaves, std::size_t old_end,
                             std::size_t begin, std::size_t end, bool known,
                             std::vector<Digest>& path) {
  if (old_end == end) {
    if (!known) path.push_back(slow_root(leaves, begin, end));
    return;
  }
  std::size_t half = 1;
  while (half * 2 < end - begin) half *= 2;
  const std::size_t middle = begin + half;
  if (old_end <= middle) {
    slow_consistency(leaves, old_end, begin, middle, known, path);
    path.push_back(slow_root(leaves, middle, end));
  } else {
    slow_consistency(leaves, old_end, middle, end, false, path);
    path.push_back(slow_root(leaves, begin, middle));
  }
}

// Gives perfect subtrees out of leaves and refuses what reaches over the tree's edge.
inline SubtreeRoot subtrees_of(const std::vector<Digest>& leaves) {
  return [&leaves](unsigned level, std::uint64_t index) -> Result<Digest> {
    const std::uint64_t begin = index << level;
    const std::uint64_t end = (index + 1) << level;
    if (end > leaves.size()) return fail(ErrorCode::kNotFound, "a subtree beyond the tree");
    return slow_root(leaves, begin, end);
  };
}

// Tree A: the eight leaves of the original certificate-transparency tests.
inline std::vector<Digest> tree_a() {
  std::vector<Digest> leaves;
  for (const std::string_view leaf : {"", "00", "10", "2021", "3031", "40414243",
                                      "5051525354555657", "606162636465666768696a6b6c6d6e6f"}) {
    leaves.push_back(hash_leaf(bytes(leaf)));
  }
  return leaves;
}

// Tree B: 300 leaves, "leaf 0" to "leaf 299".
inline Bytes leaf_b(std::size_t index) {
  const std::string text = "leaf " + std::to_string(index);
  return Bytes(text.begin(), text.end());
}
inline std::vector<Digest> tree_b() {
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < 300; ++i) leaves.push_back(hash_leaf(leaf_b(i)));
  return leaves;
}

inline constexpr std::string_view kLogName = "ledger.example/alpr";
inline constexpr std::string_view kLogVkey =
    "ledger.example/alpr+e2387927+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
inline constexpr std::string_view kWitnessName = "witness.example/w1";
inline constexpr std::string_view kWitnessVkey =
    "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";
inline constexpr std::string_view kCheckpoint5 =
    "ledger.example/alpr\n5\nTju7H3tHjc/nH7YxYxUZo7yhLJrvyhYSv85ME6hiZNQ=\n\n"
    "\xe2\x80\x94 ledger.example/alpr "
    "4jh5J9ha+RF8R4/cZcAB5PJWWBgdt3Jwug3xcO3UAUwRW1hy2vjH4PeZzC/RwvfoHfuvz393/k82BnrNFsE/"
    "oUA66Qg=\n";
inline constexpr std::string_view kCheckpoint8 =
    "ledger.example/alpr\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n"
    "\xe2\x80\x94 ledger.example/alpr "
    "4jh5J5mahIGXi2AhBHCyEQq6UaMdi1m078slAzpfxuryX7qjCkbShRkJ3GqaEf2N7Wcn1ZO7fzOoYDCYk+"
    "xHF6P9kQU=\n";
inline constexpr std::string_view kCosignature8 =
    "\xe2\x80\x94 witness.example/w1 "
    "IDJKvgAAAABlU/EAglchE/c0m/DgqDb/Lvvfbl1FtrklqhU45OBUPZPkFSRkM8jvY9X67tN2kIKgMC8TjIcw1Qo7TdF"
    "BjEAFrPkIBg==\n";
inline constexpr std::uint64_t kCosignatureTime = 1'700'000'000;

inline SigningKey log_key() { return SigningKey::from_seed(counting(0x00)); }
inline SigningKey witness_key() { return SigningKey::from_seed(counting(0x20)); }

}  // namespace alpr::chain::fixtures
