// What payload.cc and member_list.cc share; not for other folders. Pure; any thread.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::chain {

inline constexpr std::size_t kMembersMax = 256;

// Takes bytes off the front of a view that must outlive it; kMalformed where too few are left.
class ByteReader {
 public:
  explicit ByteReader(BytesView bytes) : rest_(bytes) {}
  Result<BytesView> take(std::size_t count);
  Result<std::uint16_t> be16();
  Result<std::uint32_t> be32();
  BytesView rest() const { return rest_; }
  bool at_end() const { return rest_.empty(); }

 private:
  BytesView rest_;
};

struct NamedValue {
  std::string_view name;  // into the reader's bytes
  std::string_view value;
};
// be16 len, name, be32 len, value; reading refuses an invalid name or value.
void put_named_value(Bytes& out, std::string_view name, std::string_view value);
Result<NamedValue> take_named_value(ByteReader& reader);

bool valid_member_name(std::string_view name);    // not empty, UTF-8, no NUL
bool valid_member_value(std::string_view value);  // canonical JSON, at most 15 deep
bool distinct_names(std::vector<std::string_view> names);

}  // namespace alpr::chain
