// Proves that the reader finds and reads plates in street photos, and says nothing where there is
// none. Draws the photos with the project's own renderer; texts are random, of the California
// pattern, from fixed seeds.
#include "recognition/read.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <opencv2/imgcodecs.hpp>
#include <optional>
#include <random>
#include <sstream>

#include "ledger/chain/canonical_json.h"
#include "recognition/files.h"
#include "recognition/image.h"
#include "recognition/read_command.h"
#include "recognition/render.h"
#include "tests/recognition/scratch.h"

namespace alpr::recognition {
namespace {

// policy/formats.md section 1: 9AAA999, without I, O and Q.
std::string california_plate(std::mt19937& random) {
  static constexpr std::string_view kLetters = "ABCDEFGHJKLMNPRSTUVWXYZ";
  std::string plate(1, static_cast<char>('1' + random() % 9));
  for (int i = 0; i < 3; ++i) plate += kLetters[random() % kLetters.size()];
  for (int i = 0; i < 3; ++i) plate += static_cast<char>('0' + random() % 10);
  return plate;
}

bool never_stop(int) { return true; }

TEST(Reader, I12_D_1_ReadsAtLeast19Of20RenderedPlates) {
  cv::setNumThreads(1);
  Result<PlateReader> reader = PlateReader::create();
  ASSERT_TRUE(reader) << reader.error().detail;
  std::mt19937 random(20'260'101);
  int right = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::string plate = california_plate(random);
    const Result<Bytes> photo = render_street_photo(plate, seed);
    ASSERT_TRUE(photo) << photo.error().detail;
    const auto plates = reader->read_encoded(*photo);
    ASSERT_TRUE(plates) << plates.error().detail;
    const std::string read = plates->empty() ? "" : plates->front().text;
    right += read == plate ? 1 : 0;
    if (read != plate) RecordProperty("seed_" + std::to_string(seed), plate + " read as " + read);
  }
  EXPECT_GE(right, 19);
}

TEST(Reader, SaysWhereThePlateIsAndWhatElseItMayBe) {
  const auto plates = read_plates(render_street_photo("6TRJ244", 5).value());
  ASSERT_TRUE(plates) << plates.error().detail;
  ASSERT_FALSE(plates->empty());
  const PlateCandidate& plate = plates->front();
  EXPECT_EQ(plate.text, "6TRJ244");
  EXPECT_GT(plate.confidence_ppm, 100'000);
  EXPECT_LE(plate.confidence_ppm, 1'000'000);
  EXPECT_GT(plate.box[1].x, plate.box[0].x + 80);
  EXPECT_GT(plate.box[3].y, plate.box[0].y + 15);
  EXPECT_LE(plate.alternatives.size(), 10U);
  EXPECT_NE(plate.color.name, "");
  ASSERT_FALSE(plate.alternatives.empty());
  for (const PlateText& other : plate.alternatives) {
    EXPECT_NE(other.text, plate.text);
    EXPECT_LE(other.confidence_ppm, plate.confidence_ppm);
  }
}

TEST(Reader, SeesNoPlateInAnEmptyPicture) {
  Result<PlateReader> reader = PlateReader::create();
  ASSERT_TRUE(reader) << reader.error().detail;
  cv::Mat plain(360, 640, CV_8UC3, cv::Scalar(120, 130, 140));
  EXPECT_TRUE(reader->read(plain).value().empty());
  cv::Mat one_pixel(1, 1, CV_8UC1, cv::Scalar(0));
  EXPECT_TRUE(reader->read(one_pixel).value().empty());
  EXPECT_FALSE(reader->read(cv::Mat()));
  EXPECT_FALSE(reader->read(cv::Mat(10, 10, CV_16UC1, cv::Scalar(0))));
  EXPECT_FALSE(reader->read_encoded(as_bytes("no picture")));
}

// The networks are part of the program; Tesseract's model is a file on the machine.
TEST(Reader, ModelFileThatIsMissingOrDamagedEndsTheCommandWithThree) {
  const Scratch scratch("models");
  const char* before = std::getenv("TESSDATA_PREFIX");
  const std::optional<std::string> kept =
      before == nullptr ? std::nullopt : std::optional<std::string>(before);
  ::setenv("TESSDATA_PREFIX", scratch.path().c_str(), /*replace=*/1);
  ASSERT_TRUE(write_file_durably(scratch / "good.jpg", render_street_photo("5KLM678", 2).value()));
  for (const std::string_view model : {"", "no model at all", "\x18\0\0\0\xff\xff\xff\x7f"}) {
    if (!model.empty()) {
      ASSERT_TRUE(write_file_durably(scratch / "eng.traineddata", as_bytes(model)));
    }
    std::ostringstream out;
    std::ostringstream log;
    EXPECT_EQ(run_read({.inputs = {(scratch / "good.jpg").string()}}, never_stop, out, log), 3);
    EXPECT_EQ(out.str(), "");
    EXPECT_NE(log.str().find("model in " + scratch.path().string() +
                             " (TESSDATA_PREFIX) is "
                             "missing, damaged or of another version"),
              std::string::npos)
        << log.str();
  }
  if (kept) {
    ::setenv("TESSDATA_PREFIX", kept->c_str(), /*replace=*/1);
  } else {
    ::unsetenv("TESSDATA_PREFIX");
  }
}

TEST(Decoder, SumsOverAlignmentsAndKeepsDoubledCharactersApart) {
  // Columns: '1' or blank, evenly; then blank; then '1' for sure.
  cv::Mat probabilities = cv::Mat::zeros(3, 37, CV_32F);
  probabilities.at<float>(0, 0) = 0.5F;
  probabilities.at<float>(0, 2) = 0.5F;
  probabilities.at<float>(1, 0) = 1.0F;
  probabilities.at<float>(2, 2) = 1.0F;
  const std::vector<LineText> texts = decode_ctc(probabilities);
  ASSERT_GE(texts.size(), 2U);
  EXPECT_EQ(texts[0].text, "1");
  EXPECT_EQ(texts[1].text, "11");
  EXPECT_DOUBLE_EQ(texts[0].probability, 0.5);
  EXPECT_DOUBLE_EQ(texts[1].probability, 0.5);
}

TEST(Renderer, IsDeterministicAndRefusesWhatItCantDraw) {
  EXPECT_EQ(render_street_photo("7ABC123", 3).value(), render_street_photo("7ABC123", 3).value());
  EXPECT_NE(render_street_photo("7ABC123", 3).value(), render_street_photo("7ABC123", 4).value());
  EXPECT_FALSE(render_street_photo("", 1));
  EXPECT_FALSE(render_street_photo("7abc", 1));
  EXPECT_FALSE(render_street_photo("123456789", 1));
  EXPECT_FALSE(render_street_photo("7ABC123", 1, {.width = 10}));
}

TEST(ReadCommand, TellsABadFileGoesOnAndExitsWithTwo) {
  const Scratch scratch("read-command");
  ASSERT_TRUE(write_file_durably(scratch / "good.jpg", render_street_photo("5KLM678", 2).value()));
  ASSERT_TRUE(write_file_durably(scratch / "empty.jpg", {}));
  std::ostringstream out;
  std::ostringstream log;
  const ReadRequest request{
      .inputs = {(scratch / "empty.jpg").string(), (scratch / "missing.jpg").string(),
                 (scratch / "good.jpg").string()},
      .form = OutputForm::kJson,
      .jobs = 2,
      .draw = scratch.path()};
  EXPECT_EQ(run_read(request, never_stop, out, log), 2);
  std::istringstream lines(out.str());
  std::vector<chain::Json> objects;
  for (std::string line; std::getline(lines, line);) {
    const Result<chain::Json> json = chain::parse_canonical(line);
    ASSERT_TRUE(json) << line;
    objects.push_back(*json);
  }
  ASSERT_EQ(objects.size(), 3U);
  EXPECT_NE(objects[0].member("error"), nullptr);
  EXPECT_NE(objects[1].member("error"), nullptr);
  EXPECT_EQ(objects[2].member("error"), nullptr);
  EXPECT_EQ(*objects[2].member("image")->string(), (scratch / "good.jpg").string());
  EXPECT_FALSE(objects[2].member("plates")->array()->empty());
  EXPECT_NE(log.str().find("empty.jpg: image: the file is empty"), std::string::npos);
}

}  // namespace
}  // namespace alpr::recognition
