#include "ledger/verify/payload_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "ledger/chain/encoding.h"
#include "ledger/chain/payload.h"
#include "ledger/chain/sealing.h"

namespace alpr::verify {
namespace {

using chain::Form;
using chain::Header;
using chain::Kind;
using chain::ListedMember;
using chain::Retention;

constexpr std::size_t kRowPrefix = 5;
// An image has at most 64 MiB; its record is longer by nonce and tag.
constexpr std::int64_t kImageRecordMin = chain::kSealNonceSize + chain::kSealTagSize;
constexpr std::int64_t kImageRecordMax = kImageRecordMin + (std::int64_t{64} << 20);

bool may_be_sealed_so(const Header& header, Seal seal, const PayloadContext& context) {
  switch (seal) {
    case Seal::kNone:
      return header.retention != Retention::kThirtyDay;
    case Seal::kMonth:
      return header.retention == Retention::kPermanent;
    case Seal::kBucket:
      return header.retention == Retention::kThirtyDay && !context.on_hold;
    case Seal::kHeld:
      return header.retention == Retention::kThirtyDay && context.ever_held;
  }
  return false;
}

// The list's members must be some of the kind's, in the kind's order, open where the kind says so.
// A sealed member shows no name, so it takes the next sealed place there is.
Result<void> check_places(const chain::MemberList& list, const Kind& kind) {
  std::size_t place = 0;
  for (const ListedMember& member : list) {
    const bool open = member.state == ListedMember::State::kOpen;
    while (place < kind.members.size() &&
           (open ? kind.members[place] != member.name : kind.is_open(kind.members[place]))) {
      ++place;
    }
    if (place == kind.members.size()) {
      return fail(ErrorCode::kMalformed,
                  open
                      ? "member \"" + member.name + "\" is not one of its kind, or not in its place"
                      : std::string("a member is sealed that its kind has open"));
    }
    if (open && !kind.is_open(kind.members[place])) {
      return fail(ErrorCode::kMalformed,
                  "member \"" + member.name + "\" stands in clear, and its kind has it sealed");
    }
    ++place;
  }
  return {};
}

// Names in the kind's order, none of them foreign. `open` is judged where it is known.
Result<void> check_names(const std::vector<std::string_view>& names, const Kind& kind) {
  std::size_t place = 0;
  for (const std::string_view name : names) {
    while (place < kind.members.size() && kind.members[place] != name) ++place;
    if (place == kind.members.size()) {
      return fail(ErrorCode::kMalformed, "a member is not one of its kind, or not in its place");
    }
    ++place;
  }
  return {};
}

Result<void> check_whole(const std::string& json, const Kind* kind) {
  const auto names = chain::canonical_object_names(json);
  if (!names) return fail(ErrorCode::kMalformed, "the payload is not a canonical JSON object");
  return kind == nullptr ? Result<void>() : check_names(*names, *kind);
}

Result<void> check_members(const chain::Members& members, const Kind* kind) {
  std::vector<std::string_view> names;
  for (const chain::Member& member : members) {
    if (kind != nullptr && member.open != kind->is_open(member.name)) {
      return fail(ErrorCode::kMalformed,
                  "a member is sealed that its kind has open, or the other way round");
    }
    names.emplace_back(member.name);
  }
  return kind == nullptr ? Result<void>() : check_names(names, *kind);
}

Result<void> check_box(const PayloadRow& row, bool needed, bool cut) {
  if (cut && !row.box.empty())
    return fail(ErrorCode::kMalformed, "it has a box in a bundle that says it has none");
  const bool has = cut ? row.seal != Seal::kNone : !row.box.empty();
  if (has != (row.seal != Seal::kNone))
    return fail(ErrorCode::kMalformed, "its seal and its box do not fit");
  if (has != needed) {
    return fail(ErrorCode::kMalformed,
                needed ? "it has sealed members and no box" : "it has a box with nothing to hold");
  }
  return {};
}

// The clear part; tells whether there must be a box.
Result<bool> check_clear(const Header& header, const PayloadRow& row, const Kind* kind) {
  const auto clear = chain::open_payload(header.form, header.commitment, row.clear, std::nullopt);
  if (!clear) return tl::unexpected(clear.error());
  if (header.form == Form::kWhole) return true;
  if (kind != nullptr && kind->form == Form::kByMember) {
    if (auto placed = check_places(clear->list, *kind); !placed)
      return tl::unexpected(placed.error());
  }
  bool sealed = false;
  for (const ListedMember& member : clear->list) {
    sealed = sealed || member.state == ListedMember::State::kWithheld;
  }
  return sealed;
}

Result<ImagePlace> read_place(const chain::Json& value) {
  const chain::Json* offset = value.member("offset");
  const chain::Json* length = value.member("length");
  const chain::Json* sha256 = value.member("sha256");
  const auto bad = [] {
    return fail(ErrorCode::kMalformed, "what it says of its image is no place in a file");
  };
  if (offset == nullptr || offset->integer() == nullptr || *offset->integer() < 0) return bad();
  if (length == nullptr || length->integer() == nullptr || *length->integer() < kImageRecordMin ||
      *length->integer() > kImageRecordMax) {
    return bad();
  }
  if (sha256 == nullptr || sha256->string() == nullptr) return bad();
  const auto digest = chain::parse_digest_hex(*sha256->string());
  if (!digest) return bad();
  return ImagePlace{static_cast<std::uint64_t>(*offset->integer()),
                    static_cast<std::uint64_t>(*length->integer()), *digest};
}

// The kind's image member, where the event has it.
Result<std::optional<ImagePlace>> image_of(const chain::Opened& opened, const Kind* kind) {
  if (kind == nullptr || kind->image.empty()) return std::nullopt;
  std::optional<chain::Json> value;
  if (kind->form == Form::kWhole) {
    const auto json = chain::parse_canonical(opened.json);
    if (!json) return tl::unexpected(json.error());
    if (const chain::Json* member = json->member(kind->image)) value = *member;
  }
  for (const chain::Member& member : opened.members) {
    if (member.name != kind->image) continue;
    auto json = chain::parse_canonical(member.value);
    if (!json) return tl::unexpected(json.error());
    value = std::move(*json);
  }
  if (!value) return std::nullopt;
  const auto place = read_place(*value);
  if (!place) return tl::unexpected(place.error());
  return *place;
}

}  // namespace

Result<PayloadRow> parse_row(BytesView row) {
  if (row.size() < kRowPrefix) return fail(ErrorCode::kMalformed, "the payload's row is cut short");
  if (row[0] > static_cast<std::uint8_t>(Seal::kHeld)) {
    return fail(ErrorCode::kMalformed, "the payload's row has an unknown seal");
  }
  const std::uint32_t clear = chain::get_be32(row.data() + 1);
  const BytesView rest = row.subspan(kRowPrefix);
  if (clear > rest.size())
    return fail(ErrorCode::kMalformed, "the payload's clear part is longer than its row");
  return PayloadRow{static_cast<Seal>(row[0]), rest.first(clear), rest.subspan(clear)};
}

Result<chain::Json> open_members(const Header& header, const PayloadRow& row) {
  if (header.form != Form::kByMember) {
    return fail(ErrorCode::kMalformed, "the payload is not committed to by member");
  }
  const auto opened = chain::open_payload(header.form, header.commitment, row.clear, std::nullopt);
  if (!opened) return tl::unexpected(opened.error());
  chain::Json::Object object;
  for (const ListedMember& member : opened->list) {
    if (member.state != ListedMember::State::kOpen) continue;
    auto value = chain::parse_canonical(member.value);
    if (!value) return tl::unexpected(value.error());
    object.emplace_back(member.name, std::move(*value));
  }
  return chain::Json(std::move(object));
}

Result<Checked> check_payload(const Header& header, const chain::HeaderBytes& bytes,
                              const PayloadRow& row, const PayloadContext& context) {
  if (!may_be_sealed_so(header, row.seal, context)) {
    return fail(ErrorCode::kMalformed,
                "it is sealed under a key of another sort than its retention and holds ask for");
  }
  const auto needs_box = check_clear(header, row, context.kind);
  if (!needs_box) return tl::unexpected(needs_box.error());
  if (auto fits = check_box(row, *needs_box, context.cut); !fits)
    return tl::unexpected(fits.error());
  if (!*needs_box) return Checked{Opening::kWhole, std::nullopt};
  if (context.cut) return Checked{Opening::kSealed, std::nullopt};
  const Key* key = context.keys == nullptr ? nullptr : context.keys->find(row.seal, header);
  if (key == nullptr) return Checked{Opening::kSealed, std::nullopt};
  const auto secret = open_box(*key, row.box, bytes);
  if (!secret) return fail(ErrorCode::kBadSignature, "its box does not open with its key");
  const auto opened =
      chain::open_payload(header.form, header.commitment, row.clear, BytesView(*secret));
  if (!opened) return tl::unexpected(opened.error());
  const bool whole = header.form == Form::kWhole;
  const auto formed = whole ? check_whole(opened->json, context.kind)
                            : check_members(opened->members, context.kind);
  if (!formed) return tl::unexpected(formed.error());
  const auto image = image_of(*opened, context.kind);
  if (!image) return tl::unexpected(image.error());
  return Checked{Opening::kWhole, *image};
}

}  // namespace alpr::verify
