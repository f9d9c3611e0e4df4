// What a reader device sends to the server, byte for byte: the contract between plateledger-reader
// and POST /v1/reads.
//
// Wire body, content type application/vnd.plateledger.upload:
//   be32 length of manifest || manifest || images
// manifest: canonical JSON (ledger/chain/canonical_json.h), members in this order:
//   {"origin":string,"device":string,"batch":integer,"previous":hex,
//    "reads":[{"salt":hex,"read":{...}},...],"signature":base64}
//   "previous" links a reader's batches to a chain: link_of() the batch that it made before this
//   one, or kFirstLink. So the server sees a batch that was taken out of a queue. Readers of before
//   the chain leave it out.
// read: canonical JSON, members in this order (of the vehicle's four only those that are known):
//   {"plate","confidence_ppm","captured_at_us","latitude_e7","longitude_e7","place","box":[[x,y] x
//   4],
//    "alternatives":[{"plate","confidence_ppm"},...],
//    "color":{"value","confidence_ppm"},"make":{same},"model":{same},"vehicle_source":string,
//    "image":{"sha256":hex,"bytes":integer,"type":"image/jpeg"|"image/png"},
//    "local_hits":[{"taken","list","entry","matched_at_us","list_age_s"},...]}
//   "vehicle_source" says who named colour, make and model: another maker's system, e.g. "rekor".
//   Left out, the device itself named the colour; make and model it never names.
//   "local_hits" only where the device matched the plate with its own copy of the lists (I12-A-3).
// images: the pictures, concatenated in order of the reads, each image.bytes long. image.bytes 0
// says that an earlier
//   read of the same batch has the picture with this image.sha256: several plates of one photo
//   carry it once.
//
// Signed with the device's Ed25519 key (signed_message below):
//   "plateledger upload v2\n" origin "\n" device "\n" decimal(batch) "\n" hex(previous) "\n"
//   then for each read in order:  hex(HMAC-SHA-256(salt, read JSON)) "\n"
// or, without "previous", "plateledger upload v1\n" and no line of it.
// The digests are salted, so the message and its signature may outlive the reads (I12-G-1): they
// say nothing about a plate once the salts are erased. A picture is covered by its SHA-256 inside
// the read. Neither origin nor device can hold a line feed, so no two batches have the same
// message.
//
// Pure, no I/O; any thread. Source: architecture.md section 2, event-format.md ("a second
// signature"), I12-B-2, I12-D-1.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/canonical_cursor.h"
#include "ledger/chain/error.h"
#include "ledger/chain/keys.h"
#include "ledger/chain/types.h"

namespace alpr::recognition {

inline constexpr std::string_view kUploadContentType = "application/vnd.plateledger.upload";
inline constexpr std::size_t kPlateLengthMax = 10;  // NCIC LIC, policy/formats.md section 1
inline constexpr std::int64_t kConfidenceMax = 1'000'000;
inline constexpr std::size_t kAlternativesMax = 10;
inline constexpr std::size_t kLocalHitsMax = 16;

struct Alternative {
  std::string plate;
  std::int64_t confidence_ppm = 0;
  bool operator==(const Alternative&) const = default;
};

// What was seen of the vehicle besides its plate, with how sure its source is (I12-D-1).
struct VehicleAttribute {
  std::string value;  // e.g. "white", "ford", "f-150"; see valid_color(), valid_make_or_model()
  std::int64_t confidence_ppm = 0;
  bool operator==(const VehicleAttribute&) const = default;
};

// A match that the device found in its copy of the lists, and told its operator about: the server
// checks all of it (I12-A-3).
struct LocalHit {
  Sequence taken;           // the lists.taken that gave it the copy
  Sequence list;            // version: hotlist.loaded, or hotlist.entry-approved
  std::uint64_t entry = 0;  // row of a general list, or a custom entry's hotlist.entry-requested
  TimeUs matched_at;        // by the device's clock
  std::int64_t list_age_s = 0;  // as the operator was told
  bool operator==(const LocalHit&) const = default;
};

// Corners of the plate in the picture, pixels, clockwise from its top left one.
using PlateBox = std::array<std::array<std::int64_t, 2>, 4>;

// What a device says about one plate in one picture. `captured_at` is the device's claim; due times
// count from the server's own clock.
struct ReadFacts {
  std::string plate;  // 1 to 10 of A-Z0-9, see normalise_plate()
  std::int64_t confidence_ppm = 0;
  TimeUs captured_at;
  std::int64_t latitude_e7 = 0;   // degrees x 10^7
  std::int64_t longitude_e7 = 0;  // degrees x 10^7
  std::string place;  // as the device was configured, at most 200 bytes of UTF-8, may be empty
  PlateBox box{};
  std::vector<Alternative> alternatives;  // best first, the plate itself not repeated
  std::optional<VehicleAttribute> color, make, model;
  std::string vehicle_source;  // who named them, 1 to 20 letters of a-z; empty: the device
  Digest image_sha256{};
  std::int64_t image_bytes = 0;  // 0: an earlier read of the batch has the picture
  std::string image_type;        // image/jpeg or image/png
  std::vector<LocalHit> local_hits;
  bool operator==(const ReadFacts&) const = default;
};

struct SignedRead {
  Salt salt{};
  ReadFacts facts;
  bool operator==(const SignedRead&) const = default;
};

struct UploadBatch {
  std::string origin;       // the log that the batch is meant for: it can't be sent to another
  std::string device;       // 1 to 64 of A-Z a-z 0-9 . _ -
  std::uint64_t batch = 0;  // strictly increasing per device, 1 to 2^53-1
  std::optional<Digest> previous = std::nullopt;  // nullopt: not chained
  std::vector<SignedRead> reads;
  Signature signature{};
  bool operator==(const UploadBatch&) const = default;
};

struct UploadLimits {
  std::size_t reads_max = 256;
  std::size_t image_bytes_max = std::size_t{8} << 20;
  std::size_t manifest_bytes_max = std::size_t{256} << 10;
};

// Upper-cases a-z and drops everything but letters and digits of ASCII. kMalformed unless 1 to 10
// characters remain.
Result<std::string> normalise_plate(std::string_view text);
bool valid_plate(std::string_view plate);  // already normalised
bool valid_capture_time(TimeUs time);      // of this century
bool valid_color(std::string_view color);  // 1 to 20 letters of a-z
// 1 to 40 of a-z, 0-9, space, '-', '.' and '_', the first no space.
bool valid_make_or_model(std::string_view name);
bool valid_device_name(std::string_view device);
bool valid_origin(std::string_view origin);  // 1 to 255 printable ASCII, no space, no '+'

// kMalformed with the member's name when a value is out of its range. Details never hold a plate.
Result<void> check_facts(const ReadFacts& facts);

// The read JSON above. ALPR_CHECKs what check_facts() would refuse.
std::string read_json(const ReadFacts& facts);
// Accepts exactly what read_json() writes; an unknown, missing, reordered or mistyped member is
// kMalformed.
Result<ReadFacts> parse_read_json(std::string_view text);

// The same of what stands at the cursor, which is behind it afterwards. `facts` is an empty one,
// and worth nothing after an error.
Result<void> read_facts(chain::CanonicalCursor& text, ReadFacts& facts);

// HMAC-SHA-256(salt, read_json(facts)).
Digest read_digest(const SignedRead& read);
// What a batch says of itself besides its reads.
struct UploadName {
  std::string_view origin;
  std::string_view device;
  std::uint64_t batch = 0;
  std::optional<Digest> previous;
};
// The text that the signature is over; also re-made by the verifier from the digests alone.
std::string signed_message(const UploadName& name, const std::vector<Digest>& read_digests);
std::string signed_message(const UploadBatch& batch);

// What the next batch of the same reader names as "previous": the SHA-256 of signed_message().
// Salted as the message is, so it tells nothing of a plate and may outlive the reads (I12-G-1).
Digest link_of(const UploadBatch& batch);
inline constexpr Digest kFirstLink{};  // of a queue that begins

// Checks the batch like parse_upload() does, bounds aside, and sets its signature.
Result<void> sign_upload(UploadBatch& batch, const chain::SigningKey& key);
// The batch's link_of(), once it is known to be the device's. kBadSignature when the signature is
// not this key's over exactly this batch; kMalformed when it is for another origin.
Result<Digest> verify_upload(const UploadBatch& batch, const PublicKey& key,
                             std::string_view origin);

struct ParsedUpload {
  UploadBatch batch;
  std::vector<BytesView>
      images;  // one per read, into the parsed bytes; reads of one photo have the same view
  std::vector<std::string_view> read_texts;  // read_json() of each read, in the parsed bytes
  std::vector<Digest> read_digests;          // read_digest() of each read
};
// The same of what parse_upload() took, whose form need not be checked again.
Result<Digest> verify_upload(const ParsedUpload& upload, const PublicKey& key,
                             std::string_view origin);

// `images` holds, in order, the picture of each read whose image_bytes is not 0. What
// parse_upload() would refuse is refused here too, so that a device never queues what can't be
// sent.
Result<Bytes> encode_upload(const UploadBatch& batch, const std::vector<BytesView>& images,
                            const UploadLimits& limits = {});

// Checks form, bounds, and that each picture has the length, SHA-256 and file type that its read
// claims. The result's views live as long as `body`. The signature is not checked: the device's key
// is looked up by batch.device first, then verify_upload(). kMalformed, or kTooLarge for a bound.
Result<ParsedUpload> parse_upload(BytesView body, const UploadLimits& limits = {});

}  // namespace alpr::recognition
