#include "ledger/chain/witness_policy.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/chain/encoding.h"
#include "ledger/chain/note_text.h"

namespace alpr::chain {
namespace {

using Fields = std::vector<std::string_view>;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool allowed_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || byte == '\n' || (byte >= 0x20 && byte != 0x7f);
}

Fields fields_of(std::string_view line) {
  Fields fields;
  while (!line.empty()) {
    if (is_blank(line.front())) {
      line.remove_prefix(1);
      continue;
    }
    const auto end = std::find_if(line.begin(), line.end(), is_blank);
    const auto length = static_cast<std::size_t>(end - line.begin());
    fields.push_back(line.substr(0, length));
    line.remove_prefix(length);
  }
  return fields;
}

tl::unexpected<Error> wrong(std::string what) {
  return fail(ErrorCode::kMalformed, std::move(what));
}

}  // namespace

// Reads line by line into a policy.
class PolicyReader {
 public:
  Result<void> line(const Fields& fields);
  Result<WitnessPolicy> finish();

 private:
  Result<void> log(const Fields& fields);
  Result<void> witness(const Fields& fields);
  Result<void> group(const Fields& fields);
  Result<void> quorum(const Fields& fields);
  std::optional<std::size_t> place_of(std::string_view name) const;
  Result<void> check_new_name(std::string_view name) const;

  WitnessPolicy policy_;
  bool quorum_given_ = false;
};

std::optional<std::size_t> PolicyReader::place_of(std::string_view name) const {
  for (std::size_t i = 0; i < policy_.nodes_.size(); ++i) {
    const auto& node = policy_.nodes_[i];
    const std::string& own =
        node.is_group ? policy_.groups_[node.index].name : policy_.witnesses_[node.index].name;
    if (own == name) return i;
  }
  return std::nullopt;
}

Result<void> PolicyReader::check_new_name(std::string_view name) const {
  if (name == "none") return wrong("the name none is reserved");
  if (place_of(name)) return wrong(fmt::format("the name {} is given twice", name));
  return {};
}

Result<void> PolicyReader::log(const Fields& fields) {
  if (fields.size() < 2 || fields.size() > 3) return wrong("a log is: log VKEY [URL]");
  auto key = parse_vkey(fields[1]);
  if (!key) return tl::unexpected(key.error());
  if (key->type != KeyType::kEd25519) return wrong("a log's key is an Ed25519 key (type 01)");
  for (const PolicyLog& other : policy_.logs_)
    if (other.key.key == key->key) return wrong("two logs have the same key");
  policy_.logs_.push_back({std::move(*key), fields.size() == 3 ? std::string(fields[2]) : ""});
  return {};
}

Result<void> PolicyReader::witness(const Fields& fields) {
  if (fields.size() < 3 || fields.size() > 4) return wrong("a witness is: witness NAME VKEY [URL]");
  if (auto fresh = check_new_name(fields[1]); !fresh) return fresh;
  auto key = parse_vkey(fields[2]);
  if (!key) return tl::unexpected(key.error());
  if (key->type != KeyType::kCosignature)
    return wrong("a witness's key is an Ed25519 cosignature key (type 04)");
  for (const PolicyWitness& other : policy_.witnesses_)
    if (other.key.key == key->key) return wrong("two witnesses have the same key");
  policy_.nodes_.push_back({/*is_group=*/false, policy_.witnesses_.size(), false});
  policy_.witnesses_.push_back(
      {std::string(fields[1]), std::move(*key), fields.size() == 4 ? std::string(fields[3]) : ""});
  return {};
}

Result<void> PolicyReader::group(const Fields& fields) {
  if (fields.size() < 4) return wrong("a group is: group NAME all|any|K MEMBER...");
  if (auto fresh = check_new_name(fields[1]); !fresh) return fresh;
  WitnessPolicy::Group group{std::string(fields[1]), 0, {}};
  for (std::size_t i = 3; i < fields.size(); ++i) {
    const auto place = place_of(fields[i]);
    if (!place) return wrong(fmt::format("{} is not named above", fields[i]));
    if (policy_.nodes_[*place].taken)
      return wrong(fmt::format("{} is a member already, of this group or another", fields[i]));
    policy_.nodes_[*place].taken = true;
    group.members.push_back(*place);
  }
  if (fields[2] == "all") {
    group.needed = group.members.size();
  } else if (fields[2] == "any") {
    group.needed = 1;
  } else {
    const auto needed = parse_decimal(fields[2]);
    if (!needed || *needed < 1 || *needed > group.members.size())
      return wrong("a group needs all, any, or from 1 to as many as it has members");
    group.needed = *needed;
  }
  policy_.nodes_.push_back({/*is_group=*/true, policy_.groups_.size(), false});
  policy_.groups_.push_back(std::move(group));
  return {};
}

Result<void> PolicyReader::quorum(const Fields& fields) {
  if (fields.size() != 2) return wrong("a quorum is: quorum NAME|none");
  if (quorum_given_) return wrong("the quorum is given twice");
  quorum_given_ = true;
  if (fields[1] == "none") return {};
  policy_.quorum_ = place_of(fields[1]);
  if (!policy_.quorum_) return wrong(fmt::format("{} is not named above", fields[1]));
  return {};
}

Result<void> PolicyReader::line(const Fields& fields) {
  if (fields[0] == "log") return log(fields);
  if (fields[0] == "witness") return witness(fields);
  if (fields[0] == "group") return group(fields);
  if (fields[0] == "quorum") return quorum(fields);
  return wrong("a line begins with log, witness, group or quorum");
}

Result<WitnessPolicy> PolicyReader::finish() {
  if (!quorum_given_) return wrong("a witness policy without a quorum line");
  return std::move(policy_);
}

Result<WitnessPolicy> WitnessPolicy::parse(std::string_view text) {
  if (text.size() > kPolicySizeMax)
    return fail(ErrorCode::kTooLarge,
                fmt::format("a witness policy of over {} bytes", kPolicySizeMax));
  if (!std::all_of(text.begin(), text.end(), allowed_byte))
    return wrong("a witness policy with a control character");
  PolicyReader reader;
  for (std::size_t number = 1; !text.empty(); ++number) {
    if (number > kPolicyLinesMax)
      return fail(ErrorCode::kTooLarge,
                  fmt::format("a witness policy of over {} lines", kPolicyLinesMax));
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const Fields fields = fields_of(line);
    if (fields.empty() || fields[0].front() == '#') continue;
    if (auto read = reader.line(fields); !read)
      return wrong(fmt::format("line {}: {}", number, read.error().detail));
  }
  return reader.finish();
}

std::vector<VerifierKey> WitnessPolicy::keys_of(std::string_view origin) const {
  std::vector<VerifierKey> keys;
  for (const PolicyLog& log : logs_)
    if (log.key.name == origin) keys.push_back(log.key);
  return keys;
}

std::vector<VerifierKey> WitnessPolicy::witness_keys() const {
  std::vector<VerifierKey> keys;
  for (const PolicyWitness& witness : witnesses_) keys.push_back(witness.key);
  return keys;
}

bool WitnessPolicy::satisfied_by(const std::vector<Verified>& signatures) const {
  if (!quorum_) return true;
  std::vector<bool> satisfied;
  for (const Node& node : nodes_) {
    if (node.is_group) {
      const Group& group = groups_[node.index];
      const auto met = std::count_if(group.members.begin(), group.members.end(),
                                     [&](std::size_t place) { return satisfied[place]; });
      satisfied.push_back(static_cast<std::size_t>(met) >= group.needed);
    } else {
      const VerifierKey& key = witnesses_[node.index].key;
      satisfied.push_back(std::any_of(signatures.begin(), signatures.end(),
                                      [&](const Verified& one) { return one.key == key; }));
    }
  }
  return satisfied[*quorum_];
}

Result<Checkpoint> WitnessPolicy::open(std::string_view bytes) const {
  const auto note = parse_note(bytes);
  if (!note) return tl::unexpected(note.error());
  auto checkpoint = parse_checkpoint_text(note->text);
  if (!checkpoint) return checkpoint;
  std::vector<VerifierKey> known = keys_of(checkpoint->origin);
  if (known.empty())
    return fail(ErrorCode::kBadSignature,
                fmt::format("{} is no log of this policy", checkpoint->origin));
  const auto by_log = verify_note(*note, known);
  if (!by_log)
    return fail(ErrorCode::kBadSignature, "the log's signature: " + by_log.error().detail);
  const std::vector<VerifierKey> witnesses = witness_keys();
  known.insert(known.end(), witnesses.begin(), witnesses.end());
  const auto all = verify_note(*note, known);
  if (!all) return tl::unexpected(all.error());
  if (!satisfied_by(*all))
    return fail(ErrorCode::kBadSignature, "its cosignatures do not make the quorum");
  return checkpoint;
}

}  // namespace alpr::chain
