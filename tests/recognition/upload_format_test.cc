// Proves that the upload format is exact: what a device signs comes back as it was, and nothing
// else is accepted. Builds small batches, then changes bytes, lengths, members and numbers one at a
// time.
#include "recognition/upload/upload_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"

namespace alpr::recognition {
namespace {

constexpr std::string_view kOrigin = "oakland.example/alpr";

chain::SigningKey device_key() {
  chain::init_crypto();
  Digest seed{};
  seed.fill(7);
  return chain::SigningKey::from_seed(seed);
}

Bytes jpeg(std::uint8_t content, std::size_t size = 24) {
  Bytes bytes(size, content);
  bytes[0] = 0xff;
  bytes[1] = 0xd8;
  bytes[2] = 0xff;
  return bytes;
}

ReadFacts facts(std::string plate, const Bytes& image) {
  ReadFacts out;
  out.plate = std::move(plate);
  out.confidence_ppm = 912'345;
  out.captured_at = {1'760'000'000 * kSecondUs};
  out.latitude_e7 = 378'044'000;
  out.longitude_e7 = -1'222'712'000;
  out.place = "Broadway / 14th St";
  out.box = {{{10, 20}, {110, 20}, {110, 50}, {10, 50}}};
  out.alternatives = {{"7ABC128", 40'000}, {"1ABC123", 2'000}};
  out.color = VehicleAttribute{"white", 800'000};
  out.image_sha256 = chain::sha256(image);
  out.image_bytes = static_cast<std::int64_t>(image.size());
  out.image_type = "image/jpeg";
  return out;
}

Salt salt(std::uint8_t value) {
  Salt out{};
  out.fill(value);
  return out;
}

struct Example {
  UploadBatch batch;
  std::vector<Bytes> images;
  std::vector<BytesView> views() const { return {images.begin(), images.end()}; }
  Bytes encoded() const {
    const Result<Bytes> body = encode_upload(batch, views());
    EXPECT_TRUE(body) << body.error().detail;
    return body.value_or(Bytes());
  }
};

// Two photos; the first has two plates.
Example example() {
  Example out{{std::string(kOrigin), "cam-01", 42, std::nullopt, {}, {}}, {jpeg(1), jpeg(2)}};
  out.batch.reads = {{salt(1), facts("7ABC123", out.images[0])},
                     {salt(2), facts("8XYZ987", out.images[0])},
                     {salt(3), facts("AB12", out.images[1])}};
  out.batch.reads[1].facts.image_bytes = 0;
  EXPECT_TRUE(sign_upload(out.batch, device_key()));
  return out;
}

Result<Digest> accept(BytesView body) {
  const Result<ParsedUpload> parsed = parse_upload(body);
  if (!parsed) return tl::unexpected(parsed.error());
  // What was digested as it stood is what the facts would be written as, whatever was sent.
  EXPECT_EQ(parsed->read_digests.size(), parsed->batch.reads.size());
  for (std::size_t i = 0; i < parsed->batch.reads.size(); ++i)
    EXPECT_EQ(parsed->read_digests[i], read_digest(parsed->batch.reads[i]));
  const auto verified = verify_upload(*parsed, device_key().public_key(), kOrigin);
  const auto again = verify_upload(parsed->batch, device_key().public_key(), kOrigin);
  EXPECT_EQ(verified.has_value(), again.has_value());
  if (verified && again) EXPECT_EQ(*verified, *again);
  return verified;
}

// A body with the manifest changed as text.
Bytes with_manifest(const Bytes& body, const std::string& from, const std::string& to) {
  const std::size_t size = chain::get_be32(body.data());
  std::string manifest(as_text(BytesView(body).subspan(4, size)));
  const std::size_t at = manifest.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  manifest.replace(at, from.size(), to);
  Bytes out;
  chain::put_be32(out, static_cast<std::uint32_t>(manifest.size()));
  out.insert(out.end(), manifest.begin(), manifest.end());
  out.insert(out.end(), body.begin() + static_cast<std::ptrdiff_t>(4 + size), body.end());
  return out;
}

// What was signed is a text of the manifest, so a second text for the same batch would be a way
// around the signature.
TEST(UploadFormat, I12_F_3_NoOtherTextOfAManifestIsTaken) {
  const Bytes body = example().encoded();
  const std::size_t size = chain::get_be32(body.data());
  std::size_t taken = 0;
  for (std::size_t at = 4; at < 4 + size; ++at) {
    for (const char c : {'"', '0', '1', '-', 'A', 'a', ',', ']', '}', ' ', '=', '\xff'}) {
      Bytes changed = body;
      changed[at] = static_cast<std::uint8_t>(c);
      const Result<ParsedUpload> parsed = parse_upload(changed);
      if (!parsed) continue;
      ++taken;
      std::vector<BytesView> images;
      for (std::size_t i = 0; i < parsed->images.size(); ++i)
        if (parsed->batch.reads[i].facts.image_bytes > 0) images.push_back(parsed->images[i]);
      EXPECT_EQ(encode_upload(parsed->batch, images).value_or(Bytes()), changed) << at << c;
    }
  }
  EXPECT_GT(taken, 100U);
}

TEST(UploadFormat, I12_B_2_ABatchComesBackAsItWasSigned) {
  const Example sent = example();
  const Bytes body = sent.encoded();
  const Result<ParsedUpload> parsed = parse_upload(body);
  ASSERT_TRUE(parsed) << parsed.error().detail;
  EXPECT_EQ(parsed->batch, sent.batch);
  ASSERT_EQ(parsed->images.size(), 3U);
  EXPECT_TRUE(std::ranges::equal(parsed->images[0], sent.images[0]));
  EXPECT_TRUE(std::ranges::equal(parsed->images[1], sent.images[0]));
  EXPECT_TRUE(std::ranges::equal(parsed->images[2], sent.images[1]));
  EXPECT_TRUE(accept(body));
  EXPECT_EQ(encode_upload(parsed->batch, sent.views()).value(), body);
}

TEST(UploadFormat, TheSignedMessageIsTheDocumentedText) {
  const Example sent = example();
  const std::string first =
      chain::hex(chain::hmac_sha256(salt(1), {as_bytes(read_json(sent.batch.reads[0].facts))}));
  const std::string message = signed_message(sent.batch);
  EXPECT_TRUE(message.starts_with("plateledger upload v1\noakland.example/alpr\ncam-01\n42\n" +
                                  first + "\n"));
  EXPECT_EQ(std::ranges::count(message, '\n'), 7);
  EXPECT_EQ(message.find("7ABC123"), std::string::npos);
}

TEST(UploadFormat, I12_F_3_AChainedBatchNamesTheOneBeforeItUnderItsSignature) {
  Example sent = example();
  const Digest before = link_of(sent.batch);
  sent.batch.batch = 43;
  sent.batch.previous = before;
  ASSERT_TRUE(sign_upload(sent.batch, device_key()));
  const std::string message = signed_message(sent.batch);
  EXPECT_TRUE(message.starts_with("plateledger upload v2\noakland.example/alpr\ncam-01\n43\n" +
                                  chain::hex(before) + "\n"));
  const Bytes body = sent.encoded();
  const Result<ParsedUpload> parsed = parse_upload(body);
  ASSERT_TRUE(parsed) << parsed.error().detail;
  EXPECT_EQ(parsed->batch.previous, before);
  EXPECT_EQ(encode_upload(parsed->batch, sent.views()).value(), body);
  EXPECT_EQ(accept(body).value_or(Digest{}), chain::sha256(as_bytes(message)));
  // Neither another link, nor none, nor one that is half.
  const std::string member = ",\"previous\":\"" + chain::hex(before) + "\"";
  const std::string other = ",\"previous\":\"" + chain::hex(Digest{}) + "\"";
  EXPECT_EQ(accept(with_manifest(body, member, other)).error().code, ErrorCode::kBadSignature);
  EXPECT_EQ(accept(with_manifest(body, member, "")).error().code, ErrorCode::kBadSignature);
  EXPECT_EQ(accept(with_manifest(body, member, ",\"previous\":\"ab\"")).error().code,
            ErrorCode::kMalformed);
}

TEST(UploadFormat, TheReadJsonIsTheDocumentedText) {
  ReadFacts read = facts("7ABC123", jpeg(1));
  read.image_sha256 = Digest{};
  EXPECT_EQ(
      read_json(read),
      R"({"plate":"7ABC123","confidence_ppm":912345,"captured_at_us":1760000000000000,)"
      R"("latitude_e7":378044000,"longitude_e7":-1222712000,"place":"Broadway / 14th St",)"
      R"("box":[[10,20],[110,20],[110,50],[10,50]],)"
      R"("alternatives":[{"plate":"7ABC128","confidence_ppm":40000},)"
      R"({"plate":"1ABC123","confidence_ppm":2000}],)"
      R"("color":{"value":"white","confidence_ppm":800000},)"
      R"("image":{"sha256":"0000000000000000000000000000000000000000000000000000000000000000",)"
      R"("bytes":24,"type":"image/jpeg"}})");
}

TEST(UploadFormat, I12_D_1_MakeAndModelComeWithTheirSourceOrNotAtAll) {
  ReadFacts read = facts("7ABC123", jpeg(1));
  read.make = VehicleAttribute{"ford", 700'000};
  EXPECT_FALSE(check_facts(read)) << "nobody said so";
  read.model = VehicleAttribute{"f-150", 600'000};
  read.vehicle_source = "rekor";
  ASSERT_TRUE(check_facts(read));
  const std::string text = read_json(read);
  EXPECT_THAT(text, ::testing::HasSubstr(R"("make":{"value":"ford","confidence_ppm":700000},)"
                                         R"("model":{"value":"f-150","confidence_ppm":600000},)"
                                         R"("vehicle_source":"rekor","image")"));
  const Result<ReadFacts> again = parse_read_json(text);
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(*again, read);
  for (const std::string& wrong :
       {std::string("Ford"), std::string(" ford"), std::string(41, 'f')}) {
    ReadFacts other = read;
    other.make->value = wrong;
    EXPECT_FALSE(check_facts(other)) << wrong;
  }
  ReadFacts nothing = read;
  nothing.color = nothing.make = nothing.model = std::nullopt;
  EXPECT_FALSE(check_facts(nothing)) << "a source of nothing";
  ReadFacts unsure = read;
  unsure.model->confidence_ppm = 1'000'001;
  EXPECT_FALSE(check_facts(unsure));
}

TEST(UploadFormat, EveryFlippedByteIsRefused) {
  const Bytes body = example().encoded();
  for (std::size_t i = 0; i < body.size(); ++i) {
    for (const std::uint8_t bit : {0x01, 0x20, 0x80}) {
      Bytes changed = body;
      changed[i] ^= bit;
      ASSERT_FALSE(accept(changed)) << "byte " << i << " bit " << int{bit};
    }
  }
}

TEST(UploadFormat, EveryTruncationAndAnyExtraByteIsRefused) {
  const Bytes body = example().encoded();
  for (std::size_t size = 0; size < body.size(); ++size) {
    ASSERT_FALSE(parse_upload(BytesView(body).first(size))) << size;
  }
  Bytes longer = body;
  longer.push_back(0);
  EXPECT_FALSE(parse_upload(longer));
}

TEST(UploadFormat, ReorderedUnknownMissingAndDuplicateMembersAreRefused) {
  const Bytes body = example().encoded();
  const std::vector<std::pair<std::string, std::string>> changes{
      {"{\"origin\"", "{\"extra\":1,\"origin\""},
      {"\"device\":\"cam-01\",\"batch\":42", "\"batch\":42,\"device\":\"cam-01\""},
      {"\"batch\":42", "\"batch\":42,\"batch\":42"},
      {"\"batch\":42", "\"batch\":\"42\""},
      {"\"batch\":42", "\"batch\":42.0"},
      {"\"batch\":42", "\"batch\":0"},
      {"\"batch\":42", "\"batch\":-42"},
      {"\"batch\":42", "\"batch\": 42"},
      {"\"batch\":42", "\"batch\":9007199254740992"},
      {",\"color\":{\"value\":\"white\",\"confidence_ppm\":800000}", ",\"colour\":\"white\""},
      {"\"plate\":\"7ABC123\",\"confidence_ppm\":912345",
       "\"confidence_ppm\":912345,\"plate\":\"7ABC123\""},
      {"\"plate\":\"7ABC123\"", "\"plate\":\"7abc123\""},
      {"\"plate\":\"7ABC123\"", "\"plate\":\"\""},
      {"\"plate\":\"7ABC123\"", "\"plate\":\"7ABC1237ABC\""},
      {"\"confidence_ppm\":912345", "\"confidence_ppm\":1000001"},
      {"\"latitude_e7\":378044000", "\"latitude_e7\":900000001"},
      {"\"longitude_e7\":-1222712000", "\"longitude_e7\":-1800000001"},
      {"\"captured_at_us\":1760000000000000", "\"captured_at_us\":0"},
      {"[[10,20],[110,20],[110,50],[10,50]]", "[[10,20],[110,20],[110,50]]"},
      {"image/jpeg", "image/gif"},
      {"Broadway", "Broad\\nway"}};
  for (const auto& [from, to] : changes) {
    const Result<ParsedUpload> parsed = parse_upload(with_manifest(body, from, to));
    EXPECT_FALSE(parsed) << to;
  }
  EXPECT_TRUE(parse_upload(with_manifest(body, "\"batch\":42", "\"batch\":43")));
  EXPECT_FALSE(accept(with_manifest(body, "\"batch\":42", "\"batch\":43")));
}

TEST(UploadFormat, RepeatedReadsSaltsAndPicturesAreRefused) {
  Example twice = example();
  twice.batch.reads[1].facts = twice.batch.reads[0].facts;
  twice.batch.reads[1].facts.image_bytes = 0;
  EXPECT_FALSE(sign_upload(twice.batch, device_key()));
  Example same_salt = example();
  same_salt.batch.reads[2].salt = salt(1);
  EXPECT_FALSE(sign_upload(same_salt.batch, device_key()));
  Example no_salt = example();
  no_salt.batch.reads[2].salt = Salt{};
  EXPECT_FALSE(sign_upload(no_salt.batch, device_key()));
  Example picture_twice = example();
  picture_twice.batch.reads[1].facts.image_bytes = 24;
  EXPECT_FALSE(sign_upload(picture_twice.batch, device_key()));
  Example no_picture = example();
  no_picture.batch.reads[0].facts.image_bytes = 0;
  EXPECT_FALSE(sign_upload(no_picture.batch, device_key()));
  Example repeated_alternative = example();
  repeated_alternative.batch.reads[0].facts.alternatives[1].plate = "7ABC123";
  EXPECT_FALSE(sign_upload(repeated_alternative.batch, device_key()));
}

// Reads are compared by a part of what must differ first.
TEST(UploadFormat, WhatIsAlikeInPartIsNoRepetition) {
  Example plate_again = example();
  plate_again.batch.reads[1].facts.plate = plate_again.batch.reads[0].facts.plate;
  plate_again.batch.reads[1].facts.box[0][0] += 200;
  plate_again.batch.reads[2].facts.plate = plate_again.batch.reads[0].facts.plate;
  for (auto& read : plate_again.batch.reads) read.facts.alternatives.clear();
  EXPECT_TRUE(sign_upload(plate_again.batch, device_key()));
  Example salts = example();
  for (std::size_t i = 0; i < salts.batch.reads.size(); ++i) {
    salts.batch.reads[i].salt = salt(1);
    salts.batch.reads[i].salt.back() = static_cast<std::uint8_t>(i);
  }
  EXPECT_TRUE(sign_upload(salts.batch, device_key()));
  salts.batch.reads[2].salt = salts.batch.reads[0].salt;
  EXPECT_FALSE(sign_upload(salts.batch, device_key()));
}

TEST(UploadFormat, BoundsAreRefusedAsTooLarge) {
  const Example sent = example();
  const Bytes body = sent.encoded();
  const auto code = [&](const UploadLimits& limits) {
    return parse_upload(body, limits).error().code;
  };
  EXPECT_EQ(code({.reads_max = 2}), ErrorCode::kTooLarge);
  EXPECT_EQ(code({.image_bytes_max = 23}), ErrorCode::kTooLarge);
  EXPECT_EQ(code({.manifest_bytes_max = 100}), ErrorCode::kTooLarge);
  EXPECT_TRUE(parse_upload(body, {.reads_max = 3, .image_bytes_max = 24}));

  Example many = example();
  many.batch.reads.resize(1);
  const std::size_t most = UploadLimits{}.reads_max;
  for (std::size_t i = 0; i < most; ++i) {
    Salt own{};
    own[0] = static_cast<std::uint8_t>(1 + i / 256);
    own[1] = static_cast<std::uint8_t>(i % 256);
    SignedRead read{own, facts("P" + std::to_string(i), many.images[0])};
    read.facts.image_bytes = 0;
    many.batch.reads.push_back(read);
  }
  many.images.resize(1);
  EXPECT_EQ(encode_upload(many.batch, many.views()).error().code, ErrorCode::kTooLarge);
  many.batch.reads.resize(most);
  EXPECT_TRUE(encode_upload(many.batch, many.views()));
}

TEST(UploadFormat, TheWrongPictureIsRefused) {
  Example sent = example();
  sent.images[1] = jpeg(9);
  EXPECT_EQ(encode_upload(sent.batch, sent.views()).error().code, ErrorCode::kBadSignature);
  sent = example();
  sent.images.pop_back();
  EXPECT_FALSE(encode_upload(sent.batch, sent.views()));
  sent = example();
  sent.images.push_back(jpeg(3));
  EXPECT_FALSE(encode_upload(sent.batch, sent.views()));
  Example not_jpeg = example();
  not_jpeg.images[1][0] = 0;
  not_jpeg.batch.reads[2].facts.image_sha256 = chain::sha256(not_jpeg.images[1]);
  EXPECT_EQ(encode_upload(not_jpeg.batch, not_jpeg.views()).error().code, ErrorCode::kMalformed);
}

TEST(UploadFormat, AnotherLogAnotherKeyAndAnotherDeviceAreRefused) {
  const Example sent = example();
  EXPECT_TRUE(verify_upload(sent.batch, device_key().public_key(), kOrigin));
  EXPECT_FALSE(verify_upload(sent.batch, device_key().public_key(), "other.example/alpr"));
  const chain::SigningKey other = chain::SigningKey::from_seed(Digest{});
  EXPECT_EQ(verify_upload(sent.batch, other.public_key(), kOrigin).error().code,
            ErrorCode::kBadSignature);
  UploadBatch renamed = sent.batch;
  renamed.device = "cam-02";
  EXPECT_EQ(verify_upload(renamed, device_key().public_key(), kOrigin).error().code,
            ErrorCode::kBadSignature);
}

TEST(UploadFormat, PlatesAreNormalisedAndNamesAreChecked) {
  EXPECT_EQ(normalise_plate(" 7abc-123.").value(), "7ABC123");
  EXPECT_FALSE(normalise_plate("- ."));
  EXPECT_FALSE(normalise_plate("ABCDEFGHIJK"));
  EXPECT_FALSE(valid_origin("two words"));
  EXPECT_FALSE(valid_origin("line\nfeed"));
  EXPECT_FALSE(valid_origin("a+b"));
  EXPECT_FALSE(valid_device_name(""));
  EXPECT_FALSE(valid_device_name("cam 1"));
  EXPECT_FALSE(valid_device_name(std::string(65, 'a')));
  EXPECT_TRUE(valid_device_name("cam-01.north_A"));
}

}  // namespace
}  // namespace alpr::recognition
