// Proves on real photos that the reader keeps what it reached: how many plates are read right at
// first, in ten, and how many reads are wrong. Reads the first photos of each reference set where
// they lie beside the project; elsewhere it skips.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "recognition/confidence.h"
#include "recognition/files.h"
#include "recognition/image.h"
#include "recognition/read.h"

namespace alpr::recognition {
namespace {

const std::filesystem::path kPlates = PROJECT_ROOT "/../shared/plates";
constexpr std::size_t kPhotos = 30;  // enough to see a loss, few enough to be quick

std::map<std::string, std::string> truths_of(const std::filesystem::path& folder) {
  std::map<std::string, std::string> truths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".txt") continue;
    std::ifstream in(entry.path());
    std::string file;
    std::string text;
    double box = 0;
    if (in >> file >> box >> box >> box >> box >> text) truths[file] = text;
  }
  return truths;
}

struct Score {
  int photos = 0;
  int first = 0;
  int in_ten = 0;
  int surely_wrong = 0;  // first reads that claim to be sure and are wrong
};

Score score_of(const std::string& set) {
  Result<PlateReader> reader = PlateReader::create();
  EXPECT_TRUE(reader) << reader.error().detail;
  Score score;
  for (const auto& [file, text] : truths_of(kPlates / set)) {
    const std::string& truth = text;
    if (score.photos == static_cast<int>(kPhotos)) break;
    const Result<Bytes> bytes = read_file(kPlates / set / file, kImageBytesMax);
    if (!bytes) continue;
    ++score.photos;
    const auto plates = reader->read_encoded(*bytes);
    if (!plates || plates->empty()) continue;
    const bool right = plates->front().text == truth;
    score.first += right ? 1 : 0;
    score.surely_wrong += !right && plates->front().confidence_ppm >= kSurePpm ? 1 : 0;
    const bool among = std::any_of(plates->begin(), plates->end(), [&](const PlateCandidate& p) {
      return p.text == truth || std::any_of(p.alternatives.begin(), p.alternatives.end(),
                                            [&](const PlateText& t) { return t.text == truth; });
    });
    score.in_ten += among ? 1 : 0;
  }
  return score;
}

TEST(Photos, I12_D_1_AmericanStreetPhotosStayAsWellReadAsTheyWere) {
  if (!std::filesystem::exists(kPlates)) GTEST_SKIP() << "the reference photos are not here";
  const Score score = score_of("us");
  EXPECT_GE(score.first, score.photos * 85 / 100);
  EXPECT_GE(score.in_ten, score.photos * 92 / 100);
  EXPECT_LE(score.surely_wrong, score.photos * 12 / 100);
}

TEST(Photos, I12_D_1_EuropeanPhotosStayAsWellReadAsTheyWere) {
  if (!std::filesystem::exists(kPlates)) GTEST_SKIP() << "the reference photos are not here";
  const Score score = score_of("eu");
  EXPECT_GE(score.first, score.photos * 80 / 100);
  EXPECT_GE(score.in_ten, score.photos * 92 / 100);
}

}  // namespace
}  // namespace alpr::recognition
