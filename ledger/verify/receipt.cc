#include "ledger/verify/receipt.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/merkle.h"
#include "ledger/chain/payload.h"
#include "ledger/verify/cosignatures.h"
#include "ledger/verify/log_keys.h"
#include "ledger/verify/payload_check.h"
#include "ledger/verify/receipt_file.h"
#include "ledger/verify/rules.h"

namespace alpr::verify {
namespace {

using chain::ListedMember;
using State = chain::ListedMember::State;

class Check {
 public:
  Check(const ReceiptFile& file, const chain::KindRegistry& kinds) : file_(file), kinds_(kinds) {}

  ReceiptReport run(const std::optional<chain::VerifierKey>& key,
                    const std::optional<chain::WitnessPolicy>& policy);

 private:
  void add(std::string_view rule, std::string_view what) {
    report_.findings.push_back({report_.header.seq.value, std::string(rule), printable(what)});
  }
  void check_kind();
  void check_members();
  void check_disclosed(const chain::MemberList& list);
  void check_proof();
  void check_signature(const std::optional<chain::VerifierKey>& key);
  void check_cosignatures(const chain::WitnessPolicy& policy);
  bool follow(const ProvenEvent& rotation, std::vector<chain::VerifierKey>& keys);

  const ReceiptFile& file_;
  const chain::KindRegistry& kinds_;
  const chain::Kind* kind_ = nullptr;
  ReceiptReport report_;
};

ReceiptReport Check::run(const std::optional<chain::VerifierKey>& key,
                         const std::optional<chain::WitnessPolicy>& policy) {
  report_.header = file_.event.header;
  report_.anchored = key.has_value();
  if (file_.leaf != chain::leaf_hash(file_.event.bytes))
    add(rule::kHeader, "its leaf hash is not that of its header");
  check_kind();
  check_members();
  check_proof();
  check_signature(key);
  if (policy) check_cosignatures(*policy);
  return std::move(report_);
}

void Check::check_kind() {
  const chain::Header& header = report_.header;
  kind_ = kinds_.find(header.kind);
  if (kind_ == nullptr)
    return add(rule::kKind, fmt::format("kind {} is not in the registry", header.kind));
  report_.kind = kind_->name;
  if (file_.kind != kind_->name) {
    add(rule::kKind,
        fmt::format("it calls itself {}, and its header says {}", file_.kind, kind_->name));
  }
  if (header.retention != kind_->retention || header.form != kind_->form)
    add(rule::kKind, fmt::format("its retention or form is not that of {}", kind_->name));
}

void Check::check_members() {
  if (report_.header.form == chain::Form::kWhole) {
    if (!file_.event.clear.empty() || !file_.disclosed.empty())
      add(rule::kPayload, "it shows members of a payload that is committed to as a whole");
    return;
  }
  const auto list = chain::decode_member_list(file_.event.clear);
  if (!list) return add(rule::kPayload, list.error().detail);
  if (chain::commit_list(*list) != report_.header.commitment)
    add(rule::kPayload, "its members are not those that the header commits to");
  for (const ListedMember& member : *list) {
    if (member.state == State::kWithheld) {
      ++report_.withheld;
      continue;
    }
    report_.shown.push_back({member.name, member.value});
    if (kind_ == nullptr) continue;
    if (std::ranges::find(kind_->members, member.name) == kind_->members.end()) {
      add(rule::kKind, fmt::format("{} has no member \"{}\"", kind_->name, member.name));
    } else if (kind_->is_open(member.name) != (member.state == State::kOpen)) {
      add(rule::kKind,
          fmt::format("member \"{}\" is open where {} has it sealed, or the other way round",
                      member.name, kind_->name));
    }
  }
  check_disclosed(*list);
}

// `disclosed` says for people what the member list says in bytes: it must be the same.
void Check::check_disclosed(const chain::MemberList& list) {
  std::vector<DisclosedMember> told;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].state != State::kWithheld)
      told.push_back({i, list[i].name, list[i].value, list[i].salt});
  }
  if (told != file_.disclosed)
    add(rule::kPayload, "the members it discloses are not those of its member list");
}

void Check::check_proof() {
  const chain::TlogProof& proof = file_.event.proof;
  report_.origin = file_.event.checkpoint.origin;
  report_.size = file_.event.checkpoint.size;
  report_.root = file_.event.checkpoint.root;
  if (proof.index != report_.header.seq.value) {
    add(rule::kChain, fmt::format("its proof is of event {}", proof.index));
  }
  if (!file_.event.included())
    add(rule::kChain, "its inclusion path does not lead from its header to the checkpoint's root");
}

// One rotation, when the newest key so far signed for it: then its new key is the newest. False:
// it did not, or the rotation is not one.
bool Check::follow(const ProvenEvent& rotation, std::vector<chain::VerifierKey>& keys) {
  const std::string& origin = keys.back().name;
  if (!chain::open_checkpoint(rotation.proof.checkpoint, origin, {keys.back()})) return false;
  if (rotation.header.kind != chain::kind::kKeyRotated ||
      rotation.proof.index != rotation.header.seq.value || !rotation.included()) {
    return false;
  }
  const auto payload =
      open_members(rotation.header, PayloadRow{Seal::kNone, rotation.clear, BytesView()});
  if (!payload) return false;
  LogKeys possession(origin, std::nullopt);
  if (!possession.begin(keys.back()) || !possession.rotate(rotation.header, *payload)) return false;
  keys.push_back(*chain::parse_vkey(*payload->member("vkey")->string()));
  return true;
}

// From the key that is trusted, rotation by rotation. Rotations before that key came are passed
// over; from the first that it signed on, each must follow.
void Check::check_signature(const std::optional<chain::VerifierKey>& key) {
  std::vector<chain::VerifierKey> keys = {key.value_or(file_.vkey)};
  const ProvenEvent* last = nullptr;
  for (const ProvenEvent& rotation : file_.key_history) {
    if (!key || rotation.proof.index >= report_.size) continue;
    if (follow(rotation, keys)) {
      last = &rotation;
    } else if (last != nullptr) {
      return add(rule::kKeys, fmt::format("the key before it did not sign the rotation of event {}",
                                          rotation.proof.index));
    }
  }
  // The commit that carries a rotation is the last that the old key signs.
  const std::string& note = file_.event.proof.checkpoint;
  const bool of_rotation = last != nullptr && last->proof.checkpoint == note;
  const auto opened = chain::open_checkpoint(note, keys.back().name, {keys.back()});
  if (!opened && !of_rotation) {
    add(rule::kCheckpoint,
        key ? "neither the key you gave, nor one that its key history leads to, "
              "signed the checkpoint: " +
                  opened.error().detail
            : "its own key did not sign the checkpoint: " + opened.error().detail);
  } else if (keys.back() != file_.vkey) {
    add(rule::kKeys, "it names another key than the one that signed");
  }
}

// Their times are not looked at: a receipt does not say whether the log's clock is a simulated one.
void Check::check_cosignatures(const chain::WitnessPolicy& policy) {
  const auto note = chain::parse_note(file_.event.proof.checkpoint);
  const auto verified =
      note ? cosignatures_of(*note, policy.witness_keys()) : tl::unexpected(note.error());
  report_.cosigned = verified && policy.satisfied_by(*verified);
  if (*report_.cosigned) return;
  add(rule::kCosignature,
      verified ? "its checkpoint does not have the cosignatures that the witness policy asks for; "
                 "they come some seconds after the commit: ask for the receipt anew"
               : verified.error().detail);
}

std::string time_of(const ReceiptReport& report) { return chain::format_time(report.header.time); }

}  // namespace

Result<ReceiptReport> check_receipt(std::string_view json, const chain::KindRegistry& kinds,
                                    const std::optional<chain::VerifierKey>& key,
                                    const std::optional<chain::WitnessPolicy>& policy) {
  const auto file = parse_receipt(json);
  if (!file) return tl::unexpected(file.error());
  return Check(*file, kinds).run(key, policy);
}

std::string to_json(const ReceiptReport& report) {
  std::string out =
      fmt::format("{{\"holds\":{},\"anchored\":{},\"seq\":{},\"kind\":", report.holds(),
                  report.anchored, report.header.seq.value);
  chain::write_string(out, report.kind);
  out += fmt::format(",\"time\":\"{}\",\"origin\":", time_of(report));
  chain::write_string(out, report.origin);
  out +=
      fmt::format(",\"size\":{},\"root\":\"{}\",\"shown\":[", report.size, chain::hex(report.root));
  for (std::size_t i = 0; i < report.shown.size(); ++i) {
    out += i == 0 ? "{\"name\":" : ",{\"name\":";
    chain::write_string(out, report.shown[i].name);
    out += ",\"value\":" + report.shown[i].value + "}";  // it is canonical JSON
  }
  out += fmt::format("],\"withheld\":{},\"cosigned\":{},\"findings\":[", report.withheld,
                     !report.cosigned   ? "null"
                     : *report.cosigned ? "true"
                                        : "false");
  for (std::size_t i = 0; i < report.findings.size(); ++i) {
    out += i == 0 ? "{\"rule\":" : ",{\"rule\":";
    chain::write_string(out, report.findings[i].rule);
    out += ",\"what\":";
    chain::write_string(out, report.findings[i].what);
    out += "}";
  }
  return out + "]}";
}

std::string to_text(const ReceiptReport& report) {
  std::string out = fmt::format(
      "event {} of {}: {}, received {}\n", report.header.seq.value, printable(report.origin),
      report.kind.empty() ? "unknown kind" : report.kind, time_of(report));
  for (const ShownMember& member : report.shown)
    out += fmt::format("  {}: {}\n", printable(member.name), printable(member.value));
  if (report.header.form == chain::Form::kWhole) {
    out += "  its payload is not shown; the header commits to it\n";
  } else if (report.withheld != 0) {
    out += fmt::format("  and {} members that are not shown\n", report.withheld);
  }
  out += fmt::format("signed with {} events, root {}\n", report.size, chain::hex(report.root));
  if (report.cosigned == true) out += "cosigned as the witness policy asks\n";
  for (const Finding& finding : report.findings)
    out += fmt::format("  {}  {}\n", finding.rule, finding.what);
  out += report.holds() ? "holds" : "does not hold";
  out += report.anchored ? ", anchored in the key you gave\n"
                         : ", not anchored: without the log's own key (--key) a receipt that "
                           "somebody else signed holds too\n";
  return out;
}

}  // namespace alpr::verify
