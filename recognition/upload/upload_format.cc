#include "recognition/upload/upload_format.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"

namespace alpr::recognition {
namespace {

constexpr std::size_t kDeviceMax = 64;
constexpr std::size_t kOriginMax = 255;
constexpr std::size_t kLengthSize = 4;
constexpr std::size_t kReadTextMin = 300;  // bytes of a manifest that a read takes at the least
// Signing and checking a signature are about the bytes; bounds belong to encode_upload and
// parse_upload.
constexpr std::string_view kManifestMembers =
    "the manifest has the members origin, device, batch, previous, reads, signature";
constexpr UploadLimits kNoLimits{SIZE_MAX, SIZE_MAX, SIZE_MAX};

tl::unexpected<Error> malformed(std::string detail) {
  return fail(ErrorCode::kMalformed, "upload: " + std::move(detail));
}

bool starts_with(BytesView bytes, BytesView magic) {
  return bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
}

bool is_of_type(BytesView image, std::string_view type) {
  static constexpr std::array<std::uint8_t, 3> kJpeg{0xff, 0xd8, 0xff};
  static constexpr std::array<std::uint8_t, 8> kPng{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  return type == "image/jpeg" ? starts_with(image, kJpeg) : starts_with(image, kPng);
}

// Whether two of the reads are the same. By a hash of what must be equal first, because every pair
// of 256 takes longer than all else that is looked at here.
template <typename Hash, typename Same>
bool any_twice(const UploadBatch& batch, Hash hash, Same same) {
  std::vector<std::pair<std::uint64_t, const SignedRead*>> reads;
  reads.reserve(batch.reads.size());
  for (const SignedRead& read : batch.reads) reads.emplace_back(hash(read), &read);
  std::sort(reads.begin(), reads.end());
  for (auto one = reads.begin(); one != reads.end(); ++one)
    for (auto other = one + 1; other != reads.end() && other->first == one->first; ++other)
      if (same(*one->second, *other->second)) return true;
  return false;
}

std::uint64_t salt_start(const SignedRead& read) { return chain::get_be64(read.salt.data()); }
bool same_salt(const SignedRead& a, const SignedRead& b) { return a.salt == b.salt; }

// The same plate at the same place of the same picture.
bool same_sight(const SignedRead& a, const SignedRead& b) {
  return a.facts.plate == b.facts.plate && a.facts.image_sha256 == b.facts.image_sha256 &&
         a.facts.box == b.facts.box;
}
std::uint64_t plate_hash(const SignedRead& read) {
  return std::hash<std::string_view>()(read.facts.plate);
}

const ReadFacts* earlier_picture(const UploadBatch& batch, std::size_t index) {
  for (std::size_t i = 0; i < index; ++i) {
    const ReadFacts& facts = batch.reads[i].facts;
    if (facts.image_bytes > 0 && facts.image_sha256 == batch.reads[index].facts.image_sha256) {
      return &facts;
    }
  }
  return nullptr;
}

// Facts that were parsed were checked with it.
enum class Facts { kChecked, kUnchecked };

Result<void> check_read(const UploadBatch& batch, std::size_t index, const UploadLimits& limits,
                        Facts facts) {
  const SignedRead& read = batch.reads[index];
  if (facts == Facts::kUnchecked)
    if (const Result<void> good = check_facts(read.facts); !good) return good;
  if (read.salt == Salt{}) return malformed("a salt of zeros protects nothing");
  if (static_cast<std::uint64_t>(read.facts.image_bytes) > limits.image_bytes_max) {
    return fail(ErrorCode::kTooLarge, "upload: an image is larger than " +
                                          std::to_string(limits.image_bytes_max) + " bytes");
  }
  const ReadFacts* earlier = earlier_picture(batch, index);
  if (read.facts.image_bytes == 0 && earlier == nullptr) {
    return malformed("a read refers to a picture that no earlier read of the batch has");
  }
  if (read.facts.image_bytes > 0 && earlier != nullptr) return malformed("a picture is sent twice");
  if (earlier != nullptr && earlier->image_type != read.facts.image_type) {
    return malformed("one picture is said to be of two types");
  }
  return {};
}

Result<void> check_batch(const UploadBatch& batch, const UploadLimits& limits,
                         Facts facts = Facts::kUnchecked) {
  if (!valid_origin(batch.origin)) return malformed("the origin is not a log's name");
  if (!valid_device_name(batch.device)) return malformed("the device name is not of the form");
  if (batch.batch == 0 || batch.batch > static_cast<std::uint64_t>(chain::kIntegerMax)) {
    return malformed("the batch number is out of range");
  }
  if (batch.reads.empty()) return malformed("a batch has at least one read");
  if (batch.reads.size() > limits.reads_max) {
    return fail(ErrorCode::kTooLarge,
                "upload: more than " + std::to_string(limits.reads_max) + " reads in a batch");
  }
  for (std::size_t i = 0; i < batch.reads.size(); ++i) {
    if (const Result<void> read = check_read(batch, i, limits, facts); !read) return read;
  }
  if (any_twice(batch, salt_start, same_salt)) return malformed("a salt is used twice");
  if (any_twice(batch, plate_hash, same_sight)) return malformed("a read is sent twice");
  return {};
}

Result<void> check_picture(const ReadFacts& facts, BytesView image) {
  if (image.size() != static_cast<std::size_t>(facts.image_bytes)) {
    return malformed("a picture has another length than its read says");
  }
  if (chain::sha256(image) != facts.image_sha256) {
    return fail(ErrorCode::kBadSignature, "upload: a picture has another SHA-256 than its read");
  }
  if (!is_of_type(image, facts.image_type)) return malformed("a picture is not of its type");
  return {};
}

// Spliced by hand so that the signed read JSON stands in the manifest as the very bytes that were
// digested.
std::string manifest_text(const UploadBatch& batch) {
  std::string out = "{\"origin\":";
  chain::write_string(out, batch.origin);
  out += ",\"device\":";
  chain::write_string(out, batch.device);
  out += ",\"batch\":";
  chain::write_integer(out, static_cast<std::int64_t>(batch.batch));
  if (batch.previous) out += ",\"previous\":\"" + chain::hex(*batch.previous) + '"';
  out += ",\"reads\":[";
  for (std::size_t i = 0; i < batch.reads.size(); ++i) {
    if (i > 0) out += ',';
    out += "{\"salt\":\"" + chain::hex(batch.reads[i].salt) + "\",\"read\":";
    out += read_json(batch.reads[i].facts) + '}';
  }
  out += "],\"signature\":\"" + chain::base64(batch.signature) + "\"}";
  return out;
}

// The digest is of the text as it stands, which is what read_json() would write of its facts.
Result<void> take_signed_read(chain::CanonicalCursor& text, SignedRead& read,
                              std::string_view& json, Digest& digest) {
  if (!text.accept("{\"salt\":")) return malformed("a read has no salt");
  if (!text.digest(read.salt)) return malformed("a salt is not 64 hex digits");
  if (!text.accept(",\"read\":")) return malformed("a read has the members \"salt\" and \"read\"");
  const std::size_t from = text.at();
  if (auto facts = read_facts(text, read.facts); !facts) return facts;
  json = text.since(from);
  digest = chain::hmac_sha256(read.salt, {as_bytes(json)});
  if (!text.accept('}')) return malformed("a read has the members \"salt\" and \"read\"");
  return {};
}

// Takes exactly what manifest_text() writes.
Result<ParsedUpload> parse_manifest(std::string_view manifest, const UploadLimits& limits) {
  chain::CanonicalCursor text(manifest);
  ParsedUpload upload;
  UploadBatch& batch = upload.batch;
  std::int64_t number = 0;
  if (!text.accept("{\"origin\":") || !text.string(batch.origin) || !text.accept(",\"device\":") ||
      !text.string(batch.device) || !text.accept(",\"batch\":") || !text.integer(number)) {
    return malformed(std::string(kManifestMembers));
  }
  if (text.accept(",\"previous\":") && !text.digest(batch.previous.emplace()))
    return malformed("\"previous\" is not 64 hex digits");
  if (!text.accept(",\"reads\":[")) return malformed(std::string(kManifestMembers));
  if (number <= 0) return malformed("the batch number is out of range");
  batch.batch = static_cast<std::uint64_t>(number);
  const std::size_t room = std::min(limits.reads_max, manifest.size() / kReadTextMin);
  batch.reads.reserve(room);
  upload.read_texts.reserve(room);
  upload.read_digests.reserve(room);
  while (!text.accept(']')) {
    if (batch.reads.size() == limits.reads_max) {
      return fail(ErrorCode::kTooLarge,
                  "upload: more than " + std::to_string(limits.reads_max) + " reads in a batch");
    }
    if (!batch.reads.empty() && !text.accept(',')) return malformed("no , between two reads");
    const auto read =
        take_signed_read(text, batch.reads.emplace_back(), upload.read_texts.emplace_back(),
                         upload.read_digests.emplace_back());
    if (!read) return tl::unexpected(read.error());
  }
  std::string signature;
  if (!text.accept(",\"signature\":") || !text.string(signature) || !text.accept('}') ||
      !text.at_end()) {
    return malformed("the manifest ends with its signature");
  }
  const Result<Bytes> raw = chain::parse_base64(signature);
  if (!raw || raw->size() != batch.signature.size()) {
    return malformed("the signature is not 64 bytes of base64");
  }
  std::copy(raw->begin(), raw->end(), batch.signature.begin());
  return upload;
}

// Hands each read its picture's bytes, checked.
Result<std::vector<BytesView>> split_images(const UploadBatch& batch, BytesView rest) {
  std::vector<BytesView> images;
  for (std::size_t i = 0; i < batch.reads.size(); ++i) {
    const ReadFacts& facts = batch.reads[i].facts;
    if (facts.image_bytes == 0) {
      for (std::size_t k = 0; k < i; ++k) {
        if (batch.reads[k].facts.image_sha256 == facts.image_sha256) {
          images.push_back(images[k]);
          break;
        }
      }
      continue;
    }
    const auto size = static_cast<std::size_t>(facts.image_bytes);
    if (rest.size() < size) return malformed("the body ends inside a picture");
    const BytesView image = rest.first(size);
    if (const Result<void> checked = check_picture(facts, image); !checked) {
      return tl::unexpected(checked.error());
    }
    images.push_back(image);
    rest = rest.subspan(size);
  }
  if (!rest.empty()) return malformed("bytes after the last picture");
  ALPR_CHECK(images.size() == batch.reads.size());
  return images;
}

Result<Digest> verify_message(const UploadBatch& batch, const std::string& message,
                              const PublicKey& key, std::string_view origin) {
  if (batch.origin != origin) return malformed("the batch is signed for another log");
  if (!chain::verify(key, as_bytes(message), batch.signature)) {
    return fail(ErrorCode::kBadSignature, "upload: the device's signature does not match");
  }
  return chain::sha256(as_bytes(message));
}

}  // namespace

bool valid_color(std::string_view color) {
  return !color.empty() && color.size() <= 20 &&
         std::all_of(color.begin(), color.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

bool valid_make_or_model(std::string_view name) {
  return !name.empty() && name.size() <= 40 && name.front() != ' ' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ' ' || c == '-' ||
                  c == '.' || c == '_';
         });
}

bool valid_device_name(std::string_view device) {
  return !device.empty() && device.size() <= kDeviceMax &&
         std::all_of(device.begin(), device.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

bool valid_origin(std::string_view origin) {
  return !origin.empty() && origin.size() <= kOriginMax &&
         std::all_of(origin.begin(), origin.end(),
                     [](char c) { return c > 0x20 && c < 0x7f && c != '+'; });
}

Digest read_digest(const SignedRead& read) {
  return chain::hmac_sha256(read.salt, {as_bytes(read_json(read.facts))});
}

std::string signed_message(const UploadName& name, const std::vector<Digest>& read_digests) {
  std::string out = name.previous ? "plateledger upload v2\n" : "plateledger upload v1\n";
  out.append(name.origin).append("\n").append(name.device).append("\n");
  out += chain::decimal(name.batch) + "\n";
  if (name.previous) out += chain::hex(*name.previous) + "\n";
  for (const Digest& digest : read_digests) out += chain::hex(digest) + "\n";
  return out;
}

std::string signed_message(const UploadBatch& batch) {
  std::vector<Digest> digests;
  for (const SignedRead& read : batch.reads) digests.push_back(read_digest(read));
  return signed_message({batch.origin, batch.device, batch.batch, batch.previous}, digests);
}

Digest link_of(const UploadBatch& batch) { return chain::sha256(as_bytes(signed_message(batch))); }

Result<void> sign_upload(UploadBatch& batch, const chain::SigningKey& key) {
  if (const Result<void> checked = check_batch(batch, kNoLimits); !checked) return checked;
  batch.signature = key.sign(as_bytes(signed_message(batch)));
  return {};
}

Result<Digest> verify_upload(const UploadBatch& batch, const PublicKey& key,
                             std::string_view origin) {
  if (const Result<void> checked = check_batch(batch, kNoLimits); !checked)
    return tl::unexpected(checked.error());
  return verify_message(batch, signed_message(batch), key, origin);
}

Result<Digest> verify_upload(const ParsedUpload& upload, const PublicKey& key,
                             std::string_view origin) {
  const UploadBatch& batch = upload.batch;
  const std::string message = signed_message(
      {batch.origin, batch.device, batch.batch, batch.previous}, upload.read_digests);
  return verify_message(batch, message, key, origin);
}

Result<Bytes> encode_upload(const UploadBatch& batch, const std::vector<BytesView>& images,
                            const UploadLimits& limits) {
  if (const Result<void> checked = check_batch(batch, limits); !checked) {
    return tl::unexpected(checked.error());
  }
  std::size_t next = 0;
  for (const SignedRead& read : batch.reads) {
    if (read.facts.image_bytes == 0) continue;
    if (next == images.size()) return malformed("a picture is missing");
    const Result<void> checked = check_picture(read.facts, images[next++]);
    if (!checked) return tl::unexpected(checked.error());
  }
  if (next != images.size()) return malformed("a picture belongs to no read");
  const std::string manifest = manifest_text(batch);
  if (manifest.size() > limits.manifest_bytes_max) {
    return fail(ErrorCode::kTooLarge, "upload: the manifest is larger than " +
                                          std::to_string(limits.manifest_bytes_max) + " bytes");
  }
  Bytes body;
  chain::put_be32(body, static_cast<std::uint32_t>(manifest.size()));
  body.insert(body.end(), manifest.begin(), manifest.end());
  for (const BytesView image : images) body.insert(body.end(), image.begin(), image.end());
  return body;
}

Result<ParsedUpload> parse_upload(BytesView body, const UploadLimits& limits) {
  if (body.size() < kLengthSize) return malformed("the body ends inside the manifest's length");
  const std::size_t size = chain::get_be32(body.data());
  if (size > limits.manifest_bytes_max) {
    return fail(ErrorCode::kTooLarge, "upload: the manifest is larger than " +
                                          std::to_string(limits.manifest_bytes_max) + " bytes");
  }
  if (body.size() - kLengthSize < size) return malformed("the body ends inside the manifest");
  const std::string_view manifest = as_text(body.subspan(kLengthSize, size));
  Result<ParsedUpload> upload = parse_manifest(manifest, limits);
  if (!upload) return upload;
  if (const Result<void> checked = check_batch(upload->batch, limits, Facts::kChecked); !checked) {
    return tl::unexpected(checked.error());
  }
  auto images = split_images(upload->batch, body.subspan(kLengthSize + size));
  if (!images) return tl::unexpected(images.error());
  upload->images = std::move(*images);
  return upload;
}

}  // namespace alpr::recognition
