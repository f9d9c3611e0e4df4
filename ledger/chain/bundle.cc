#include "ledger/chain/bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "ledger/chain/encoding.h"
#include "ledger/chain/note.h"

namespace alpr::chain {
namespace {

constexpr std::string_view kMagic = "PLEB";
constexpr std::uint8_t kFlagBoxes = 1;
constexpr std::size_t kPathMax = 63;
constexpr std::size_t kSeqAt = 8;  // in a header

void put(Bytes& out, BytesView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

void put_event_body(Bytes& out, BytesView header, BytesView payload) {
  ALPR_CHECK(header.size() == kHeaderSize && payload.size() <= kBundlePayloadMax);
  put(out, header);
  put_be32(out, static_cast<std::uint32_t>(payload.size()));
  put(out, payload);
}

Result<BytesView> take(BytesView& rest, std::size_t count) {
  if (count > rest.size()) return fail(ErrorCode::kMalformed, "the bundle is cut off");
  const BytesView taken = rest.first(count);
  rest = rest.subspan(count);
  return taken;
}

// be32 length, bytes
Result<BytesView> take_counted(BytesView& rest, std::size_t max, std::string_view what) {
  const auto length = take(rest, 4);
  if (!length) return tl::unexpected(length.error());
  const std::size_t count = get_be32(length->data());
  if (count > max)
    return fail(ErrorCode::kMalformed, fmt::format("the bundle has {} of {} bytes", what, count));
  return take(rest, count);
}

Result<BundleRecord> take_event_body(BytesView& rest) {
  BundleRecord record{BundleRecord::Sort::kEvent, {}, {}, {}, 0};
  const auto header = take(rest, kHeaderSize);
  if (!header) return tl::unexpected(header.error());
  record.header = *header;
  const auto payload = take_counted(rest, kBundlePayloadMax, "a payload");
  if (!payload) return tl::unexpected(payload.error());
  record.payload = *payload;
  return record;
}

Result<std::vector<Digest>> take_digests(BytesView& rest, std::size_t count) {
  const auto bytes = take(rest, count * sizeof(Digest));
  if (!bytes) return tl::unexpected(bytes.error());
  std::vector<Digest> digests(count);
  for (std::size_t i = 0; i < count; ++i)
    std::ranges::copy(bytes->subspan(i * sizeof(Digest), sizeof(Digest)), digests[i].begin());
  return digests;
}

Result<EarlierEvent> take_earlier(BytesView& rest) {
  const auto event = take_event_body(rest);
  if (!event) return tl::unexpected(event.error());
  EarlierEvent earlier;
  std::ranges::copy(event->header, earlier.header.begin());
  earlier.payload.assign(event->payload.begin(), event->payload.end());
  const auto length = take(rest, 1);
  if (!length) return tl::unexpected(length.error());
  if (length->front() > kPathMax)
    return fail(ErrorCode::kMalformed, "the bundle has a path of over 63 hashes");
  auto path = take_digests(rest, length->front());
  if (!path) return tl::unexpected(path.error());
  earlier.path = std::move(*path);
  return earlier;
}

Result<void> take_before(BytesView& rest, BundleStart& start) {
  auto roots = take_digests(rest, static_cast<std::size_t>(std::popcount(start.from)));
  if (!roots) return tl::unexpected(roots.error());
  start.roots = std::move(*roots);
  const auto count = take(rest, 2);
  if (!count) return tl::unexpected(count.error());
  for (unsigned i = get_be16(count->data()); i > 0; --i) {
    auto earlier = take_earlier(rest);
    if (!earlier) return tl::unexpected(earlier.error());
    start.earlier.push_back(std::move(*earlier));
  }
  return {};
}

}  // namespace

std::uint64_t seq_in(BytesView header) {
  ALPR_CHECK(header.size() == kHeaderSize);
  return get_be64(header.data() + kSeqAt);
}

void put_bundle_start(Bytes& out, const BundleStart& start) {
  ALPR_CHECK(start.origin.size() <= kBundleOriginMax);
  ALPR_CHECK(start.roots.size() == static_cast<std::size_t>(std::popcount(start.from)));
  put(out, as_bytes(kMagic));
  put_be16(out, kBundleVersion);
  out.push_back(start.boxes ? kFlagBoxes : 0);
  put_be16(out, static_cast<std::uint16_t>(start.origin.size()));
  put(out, as_bytes(start.origin));
  put_be64(out, start.from);
  if (start.from == 0) return;
  for (const Digest& root : start.roots) put(out, root);
  ALPR_CHECK(start.earlier.size() <= 0xffff);
  put_be16(out, static_cast<std::uint16_t>(start.earlier.size()));
  for (const EarlierEvent& event : start.earlier) {
    put_event_body(out, event.header, event.payload);
    ALPR_CHECK(event.path.size() <= kPathMax);
    out.push_back(static_cast<std::uint8_t>(event.path.size()));
    for (const Digest& hash : event.path) put(out, hash);
  }
}

void put_bundle_event(Bytes& out, BytesView header, BytesView payload) {
  out.push_back(static_cast<std::uint8_t>(BundleRecord::Sort::kEvent));
  put_event_body(out, header, payload);
}

void put_bundle_checkpoint(Bytes& out, BytesView note) {
  ALPR_CHECK(note.size() <= kNoteSizeMax);
  out.push_back(static_cast<std::uint8_t>(BundleRecord::Sort::kCheckpoint));
  put_be32(out, static_cast<std::uint32_t>(note.size()));
  put(out, note);
}

void put_bundle_end(Bytes& out, std::uint64_t size) {
  out.push_back(static_cast<std::uint8_t>(BundleRecord::Sort::kEnd));
  put_be64(out, size);
}

bool looks_like_bundle(BytesView bytes) { return as_text(bytes).starts_with(kMagic); }

Result<BundleStart> take_bundle_start(BytesView& rest) {
  if (!looks_like_bundle(rest)) return fail(ErrorCode::kMalformed, "this is no bundle");
  rest = rest.subspan(kMagic.size());
  const auto fixed = take(rest, 5);
  if (!fixed) return tl::unexpected(fixed.error());
  const std::uint16_t version = get_be16(fixed->data());
  if (version != kBundleVersion) {
    return fail(ErrorCode::kWrongVersion,
                fmt::format("the bundle is of version {}; this program knows version {}", version,
                            kBundleVersion));
  }
  const std::uint8_t flags = (*fixed)[2];
  if (flags > kFlagBoxes) return fail(ErrorCode::kMalformed, "the bundle has an unknown flag");
  BundleStart start;
  start.boxes = flags == kFlagBoxes;
  const std::size_t length = get_be16(fixed->data() + 3);
  if (length > kBundleOriginMax)
    return fail(ErrorCode::kMalformed, "the bundle's origin is too long");
  const auto origin = take(rest, length);
  if (!origin) return tl::unexpected(origin.error());
  start.origin = as_text(*origin);
  const auto from = take(rest, 8);
  if (!from) return tl::unexpected(from.error());
  start.from = get_be64(from->data());
  if (start.from == 0) return start;
  if (auto before = take_before(rest, start); !before) return tl::unexpected(before.error());
  return start;
}

Result<std::optional<BundleRecord>> take_bundle_record(BytesView& rest) {
  if (rest.empty()) return std::optional<BundleRecord>();
  const auto sort = static_cast<BundleRecord::Sort>(rest.front());
  rest = rest.subspan(1);
  BundleRecord record{sort, {}, {}, {}, 0};
  switch (sort) {
    case BundleRecord::Sort::kEvent: {
      const auto event = take_event_body(rest);
      if (!event) return tl::unexpected(event.error());
      return std::optional(*event);
    }
    case BundleRecord::Sort::kCheckpoint: {
      const auto note = take_counted(rest, kNoteSizeMax, "a checkpoint");
      if (!note) return tl::unexpected(note.error());
      record.note = *note;
      return std::optional(record);
    }
    case BundleRecord::Sort::kEnd: {
      const auto size = take(rest, 8);
      if (!size) return tl::unexpected(size.error());
      record.size = get_be64(size->data());
      if (!rest.empty())
        return fail(ErrorCode::kMalformed, "there are bytes after the bundle's end");
      return std::optional(record);
    }
  }
  return fail(ErrorCode::kMalformed,
              fmt::format("the bundle has a record of the unknown sort {:02x}",
                          static_cast<unsigned>(sort)));
}

}  // namespace alpr::chain
